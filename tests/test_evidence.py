import re
from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from index.articles import Article
from qa.answer import Alternative, Answer, AnswerSentence, Candidate, DateRange
from qa.generative import BEING_CHECKED
from tests.fakes import citation_of, passage_of
from ui.evidence import agreement, confidence_word, copy_text, render_turn
from ui.terminal import render_answer

HOSTILE = '<script>window.hacked=1</script><img src=x onerror="window.hacked=1">" onmouseover="window.hacked=1'
TALKS = Article(
    id="talks",
    title="Talks wait on a list",
    text="The key countries involved must agree on the list. Nobody knows when.",
    source="The Harbour Post",
    published="2016-01-20",
    url="https://example.org/talks",
)
BRIDGE = Article(id="bridge", title="The bridge", text="Eleven countries must agree.", source="Valley News")
QUOTE = "The key countries involved must agree on the list."


def answered(**changes):
    plain = Answer(
        question="who must agree?",
        searched_for="who must agree?",
        answered=True,
        text="The key countries involved",
        confidence=0.91,
        threshold=0.5,
        citations=(citation_of(TALKS, QUOTE, "The key countries involved"),),
        passages=(passage_of(TALKS),),
    )
    return plain.replace(**changes)


def words(markup):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def test_short_answer_comes_before_the_quoted_sentence():
    shown = words(render_turn("t", answered()))
    assert shown.index("The key countries involved 1") < shown.index("must agree on the list")


def test_a_number_is_a_button_that_names_its_article():
    shown = render_turn("t", answered())
    assert re.search(r'<button type="button" class="cite" data-act="cite" data-turn="t" data-number="1"', shown)
    assert "Citation 1: Talks wait on a list, The Harbour Post. Show the passage" in shown


def test_the_answer_is_stronger_inside_its_quote():
    assert "<strong>The key countries involved</strong> must agree on the list." in render_turn("t", answered())


def test_confidence_is_a_word_with_its_figure_in_the_text():
    assert "Well supported , 91% likely to be right" in words(render_turn("t", answered()))
    assert confidence_word(0.3) == "Uncertain"


def test_unanswered_names_missing_words_and_marks_the_nearest_as_no_answer():
    nothing = Answer(
        question="who signed the treaty?",
        searched_for="who signed the treaty?",
        answered=False,
        passages=(passage_of(TALKS),),
        missing_words=("treaty",),
    )
    shown = render_turn("t", nothing)
    assert "The articles do not say." in shown
    assert "No article contains “treaty”." in words(shown)
    assert "which are not an answer" in shown
    assert 'class="cite"' not in shown


def test_a_guess_is_shown_with_its_likelihood_and_is_no_answer():
    guess = citation_of(TALKS, QUOTE, "The key countries involved")
    nothing = Answer(
        question="who must agree?",
        searched_for="who must agree?",
        answered=False,
        confidence=0.32,
        passages=(passage_of(TALKS),),
        guess=guess,
    )
    shown = render_turn("t", nothing)
    assert "The articles do not clearly say." in shown
    assert "The likeliest sentence, 32% likely to answer it:" in words(shown)
    assert "<strong>The key countries involved</strong>" in shown
    assert 'class="turn unanswered"' in shown


def test_several_outlets_agree_in_words_unless_articles_disagree():
    two = answered(citations=(citation_of(TALKS, QUOTE), citation_of(BRIDGE, BRIDGE.text, number=2)))
    assert agreement(two) == "2 outlets say so"
    split = two.replace(
        alternatives=(Alternative(text="eleven", citations=(2,)), Alternative(text="key", citations=(1,)))
    )
    assert agreement(split) == ""


def test_disagreement_stands_side_by_side_with_outlet_date_and_newest():
    split = answered(
        citations=(citation_of(TALKS, QUOTE), citation_of(BRIDGE, BRIDGE.text, number=2)),
        alternatives=(
            Alternative(text="the key countries", citations=(1,), newest=True),
            Alternative(text="eleven countries", citations=(2,)),
        ),
    )
    shown = render_turn("t", split)
    assert shown.count('class="alternative"') == 2
    assert "The articles disagree." in shown
    assert re.search(r"the key countries<span class=\"badge\">newest", shown)
    assert "20 January 2016" in shown


def test_a_date_range_read_from_the_question_can_be_taken_off():
    dated = answered(dates=DateRange(start="2016-01-01", end="2016-01-31", words="in January"))
    shown = render_turn("t", dated)
    assert "1 January 2016 to 31 January 2016" in shown
    assert 'data-act="all-dates"' in shown


def test_searched_for_is_shown_only_when_it_differs():
    assert "searched for:" not in render_turn("t", answered())
    shown = render_turn("t", answered(searched_for="who must agree on the list?"))
    assert "searched for:" in shown
    assert 'data-act="edit-search"' in shown


def test_why_this_answer_shows_both_legs_spans_and_threshold():
    seen = answered(candidates=(Candidate(text="eleven", chunk_id=1, start=0, end=6, score=1.25),))
    shown = words(render_turn("t", seen))
    assert "Confidence 91%, threshold 50%, so it is shown." in shown
    assert "no. 1 not found 0.50 0.0300" in shown
    assert "eleven Talks wait on a list +1.25" in shown


def test_why_speaks_of_a_guess_and_of_a_chat_models_answer_as_what_they_are():
    low = {"confidence": 0.12, "threshold": 0.5}
    guess = answered(answered=False, text="", citations=(), guess=citation_of(TALKS, QUOTE), **low)
    assert "Confidence 12%, threshold 50%, so it is shown as a guess" in words(render_turn("t", guess))
    nothing = guess.replace(guess=None)
    assert "Confidence 12%, threshold 50%, so it is withheld." in words(render_turn("t", nothing))
    written = words(render_turn("t", answered(speaker="generative", **low)))
    assert "so it is shown" not in written
    assert "this one is shown because its quotes bear it." in written


def test_what_a_chat_model_wrote_in_vain_stands_under_an_unanswered_question_too():
    false = AnswerSentence(text="They met on Mars.", citations=(), verdict="unsupported", reason="no quote")
    nothing = Answer(question="q", searched_for="q", answered=False, withheld=(false,))
    shown = render_turn("t", nothing)
    assert "1 sentence withheld" in words(shown)
    assert "<del>They met on Mars.</del>" in shown
    assert "Withheld: They met on Mars. (no quote)" in render_answer(nothing)


def test_partly_supported_sentences_say_why_and_withheld_ones_stand_apart():
    written = answered(
        speaker="generative",
        text="The key countries must agree, " + "and so on " * 20,
        sentences=(AnswerSentence(text="They must agree.", citations=(1,), verdict="partly", reason="no date"),),
        withheld=(AnswerSentence(text="They met on Mars.", citations=(), verdict="unsupported", reason="no quote"),),
    )
    shown = render_turn("t", written)
    assert "partly supported: no date" in shown
    assert shown.index("They must agree.") < shown.index("1 sentence withheld") < shown.index("They met on Mars.")


def test_stages_say_what_is_being_done_and_offer_nothing_yet():
    looking = Answer(question="q", searched_for="q", answered=False, stage="passages")
    assert "Searching the articles" in render_turn("t", looking)
    reading = looking.replace(passages=(passage_of(TALKS),))
    assert "Reading 1 passages from 1 article" in words(render_turn("t", reading))
    draft = answered(stage="draft")
    assert "Checking the quoted sentences" in render_turn("t", draft)
    assert "Copy with sources" not in render_turn("t", draft)


def test_a_stopped_turn_offers_to_ask_again():
    looking = Answer(question="q", searched_for="q", answered=False, stage="passages")
    assert 'data-act="retry"' in render_turn("t", looking, stopped=True)


def test_copied_text_carries_quote_and_source():
    assert copy_text(answered()).endswith(
        f"[1] “{QUOTE}” (Talks wait on a list, The Harbour Post, 20 January 2016, https://example.org/talks)"
    )


def test_copied_text_says_of_a_guess_what_the_page_says():
    guess = citation_of(TALKS, QUOTE, "The key countries involved")
    nothing = Answer(question="q", searched_for="q", answered=False, confidence=0.32, guess=guess, notes=("Newest.",))
    copied = copy_text(nothing)
    head = "q\n\nThe articles do not clearly say.\nNewest.\nThe likeliest sentence, 32% likely to answer it:\n\n[1] “"
    assert copied.startswith(head + QUOTE)
    assert copy_text(nothing.replace(guess=None, notes=())) == "q\n\nThe articles do not say."


def test_copied_text_names_every_alternative_where_articles_disagree():
    split = answered(
        citations=(citation_of(TALKS, QUOTE), citation_of(BRIDGE, BRIDGE.text, number=2)),
        alternatives=(
            Alternative(text="the key countries", citations=(1,), newest=True),
            Alternative(text="eleven countries", citations=(2,)),
        ),
        notes=("The articles disagree.",),
    )
    said = "The articles disagree.\n- the key countries [1] (newest)\n- eleven countries [2]\n\n[1] “"
    assert copy_text(split).startswith(f"who must agree?\n\n{said}")


@given(st.sampled_from(["title", "source", "author", "published", "url", "id"]), st.text(max_size=40))
def test_no_field_of_an_article_brings_markup(field, extra):
    given_fields = {"id": "a", "title": "t", "text": f"Say {HOSTILE} {extra} now."} | {field: HOSTILE + extra}
    article = Article(**given_fields)
    shown = render_turn(
        "t",
        answered(
            question=HOSTILE + extra,
            searched_for=extra + HOSTILE,
            text=HOSTILE,
            citations=(citation_of(article, article.text),),
            passages=(passage_of(article),),
            notes=(HOSTILE,),
            missing_words=(HOSTILE,),
        ),
    )
    tags = set(re.findall(r"<(\w+)", shown))
    assert not tags & {"script", "img", "iframe", "svg", "object"}
    assert not re.search(r"<[^>]*\son\w+=", re.sub(r'"[^"]*"', '""', shown))


def test_ten_thousand_citations_stay_a_page():
    many = tuple(citation_of(TALKS, QUOTE, number=number) for number in range(1, 10_001))
    big = answered(
        citations=many, sentences=(AnswerSentence(text="s", citations=tuple(range(1, 10_001)), verdict="verbatim"),)
    )
    shown = render_turn("t", big)
    assert len(shown) < 200_000
    assert "9920 more are not shown." in shown


def test_what_a_chat_model_writes_is_dim_until_it_is_checked_and_struck_out_where_it_is_not_borne():
    kept = AnswerSentence(text="The countries must agree.", citations=(1,), verdict="supported")
    coming = AnswerSentence(text="Nobody kn", citations=(), verdict="unsupported", reason=BEING_CHECKED)
    false = AnswerSentence(text="Peace came.", citations=(), verdict="unsupported", reason="it cites nothing")
    draft = answered(stage="draft", speaker="generative", text=kept.text, sentences=(kept, coming))
    shown = render_turn("t", draft)
    assert '<span class="being-checked">Nobody kn</span>' in shown
    assert "A chat model is writing" in words(shown)
    final = answered(speaker="generative", text=kept.text, sentences=(kept,), withheld=(false,))
    shown = render_turn("t", final)
    assert "<del>Peace came.</del>" in shown
    assert "written by a chat model, each sentence checked" in words(shown)


def test_a_range_that_leaves_nothing_out_is_no_chip():
    until_today = DateRange(start="", end="2026-11-24", words="is", prefer_newest=True)
    assert "Search all dates" not in render_turn("t", answered(dates=until_today, as_of="2026-11-24"))
    assert "Search all dates" in render_turn("t", answered(dates=until_today, as_of="2026-12-01"))
