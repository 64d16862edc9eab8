import json

import pytest

from index.articles import Article
from index.embedding import load_embeddings
from qa.answer import Answer, DateRange, ScoredSpan
from qa.extractive import Group, Scored, answer_from, group_signals
from qa.signals import Found, asked_of
from tests.fakes import passage_of

FLOOD = Article(
    "flood",
    "Flood in Hallowfen",
    "Three people died in the Hallowfen flood. The mayor wept.",
    source="Gazette",
    published="2026-03-03",
)
UPDATE = Article(
    "update",
    "Flood in Hallowfen: toll",
    "Five people died in the Hallowfen flood. Two were found late.",
    source="Wire",
    published="2026-03-07",
)
ECHO = Article(
    "echo",
    "Hallowfen flood",
    "In the Hallowfen flood 5 people died, police said.",
    source="Radio",
    published="2026-03-08",
)
TOWNS = Article(
    "towns",
    "Relief fund",
    "Money from the relief fund goes to Hallowfen, Quillhaven, Long Withy and Stowe Ferry.",
    published="2026-03-20",
)
GATE = Article(
    "gate",
    "Why the gate stayed open",
    "The gate did not close because gravel had packed its groove. It weighs 48 tonnes.",
)
BAKER = Article(
    "baker",
    "Boats in Hallowfen",
    "Anselm Grey is a baker in Hallowfen. “You could smell the oil,” he said. The shops were shut.",
)


def ask(question, *found, sure=0.0, **settings):
    """Answer from articles with the texts that a reader found in each, and their scores."""
    passages = tuple(passage_of(article, chunk_id=number) for number, (article, _) in enumerate(found, 1))
    read = [
        [
            ScoredSpan(article.text.index(text), article.text.index(text) + len(text), score)
            for text, score in spans.items()
        ]
        for article, spans in found
    ]
    draft = Answer(
        question=question, searched_for=question, answered=False, passages=passages, as_of="2026-04-01", **settings
    )
    asked = asked_of(draft, tokens=load_embeddings().encode_tokens)
    return answer_from(draft, read, asked, min_confidence=sure)


HOW_MANY = "How many people died in the Hallowfen flood?"


def test_articles_that_say_the_same_are_all_cited():
    answer = ask(HOW_MANY, (UPDATE, {"Five people": 6.0}), (ECHO, {"5": 5.0}))

    assert answer.text == "Five people"
    assert [citation.article_id for citation in answer.citations] == ["update", "echo"]
    assert answer.alternatives == ()
    assert all(c.quote[c.answer_start - c.start : c.answer_end - c.start] == c.answer for c in answer.citations)


def test_agreement_makes_an_answer_surer():
    alone = ask(HOW_MANY, (UPDATE, {"Five people": 3.0}))
    both = ask(HOW_MANY, (UPDATE, {"Five people": 3.0}), (ECHO, {"5": 3.0}))

    assert both.confidence >= alone.confidence


def test_articles_that_disagree_are_both_given_and_the_newest_is_marked():
    answer = ask(HOW_MANY, (FLOOD, {"Three": 6.0}), (UPDATE, {"Five": 6.0}))

    assert {alternative.text: alternative.newest for alternative in answer.alternatives} == {
        "Three": False,
        "Five": True,
    }
    assert all(len(alternative.citations) == 1 for alternative in answer.alternatives)
    assert "The articles disagree." in answer.notes


def test_the_newest_comes_first_where_the_question_prefers_it():
    answer = ask(
        "How many people died in the Hallowfen flood so far?",
        (FLOOD, {"Three": 6.0}),
        (UPDATE, {"Five": 6.0}),
        dates=DateRange(end="2026-04-01", words="so far", prefer_newest=True),
    )

    assert answer.text == "Five"
    assert any("Newer articles were preferred" in note for note in answer.notes)


def test_near_duplicates_neither_agree_nor_disagree_with_themselves():
    passages = [passage_of(article, chunk_id=n) for n, article in enumerate((FLOOD, UPDATE), 1)]
    passages = tuple(type(p)(**{**vars(p), "cluster": "same"}) for p in passages)
    read = [[ScoredSpan(0, 5, 6.0)], [ScoredSpan(0, 4, 6.0)]]
    answer = answer_from(Answer(question=HOW_MANY, searched_for=HOW_MANY, answered=False, passages=passages), read)

    assert answer.alternatives == ()
    assert len(answer.citations) == 1


def test_a_figure_of_something_else_is_no_disagreement():
    answer = ask(HOW_MANY, (UPDATE, {"Five people": 6.0}), (GATE, {"48 tonnes": 1.0}))

    assert answer.alternatives == ()


def test_what_the_reader_doubts_is_withheld_with_the_nearest_passages():
    answer = ask("Who is the mayor of Ostrey?", (FLOOD, {"The mayor": -8.0}), sure=None)

    assert not answer.answered
    assert answer.citations == ()
    assert answer.text == ""
    assert len(answer.passages) == 1
    assert answer.confidence < answer.threshold


def test_what_is_likely_but_not_sure_enough_is_a_guess_and_no_answer():
    answer = ask(HOW_MANY, (FLOOD, {"Three people": 4.0}), sure=0.999)
    unlikely = ask("Who is the mayor of Ostrey?", (FLOOD, {"The mayor": -8.0}), sure=0.999)

    assert not answer.answered
    assert answer.citations == ()
    assert answer.guess is not None
    assert answer.guess.answer == "Three people"
    assert answer.guess.quote == FLOOD.text[answer.guess.start : answer.guess.end]
    assert unlikely.guess is None


def test_the_guess_is_the_sentence_that_the_likelihood_is_of():
    question = "What did Anselm Grey say about the oil?"
    sure = ask(question, (BAKER, {"You could smell the oil": 6.0}))
    unsure = ask(question, (BAKER, {"You could smell the oil": 6.0}), sure=0.9999)

    assert sure.confidence == unsure.confidence
    assert unsure.guess is not None
    assert "smell the oil" in unsure.guess.quote
    assert unsure.guess.number == 1


def test_a_question_that_names_nothing_gets_no_summary():
    assert not ask("What is it about?", (FLOOD, {"Three people": 6.0})).answered


def test_a_list_is_not_cited_to_who_names_only_a_part_of_it():
    both = Article("both", "Fund", "Money goes to Hallowfen and Stowe Ferry from the relief fund.", source="A")
    one = Article("one", "Fund", "Money goes to Hallowfen from the relief fund of the county.", source="B")
    answer = ask("Where does money go?", (both, {"Hallowfen and Stowe Ferry": 6.0}), (one, {"Hallowfen": 5.0}))

    assert [citation.article_id for citation in answer.citations] == ["both"]


def test_min_confidence_moves_the_threshold():
    passages = (passage_of(FLOOD),)
    draft = Answer(
        question="Who is the mayor of Ostrey?",
        searched_for="Who is the mayor of Ostrey?",
        answered=False,
        passages=passages,
    )
    read = [[ScoredSpan(0, 5, -2.0)]]

    assert not answer_from(draft, read, min_confidence=0.99).answered
    assert answer_from(draft, read, min_confidence=0.0).answered


def test_a_list_is_given_whole():
    answer = ask("Which towns get money from the relief fund?", (TOWNS, {"Quillhaven": 7.0}))

    assert answer.text == "Hallowfen, Quillhaven, Long Withy and Stowe Ferry"


def test_why_gives_the_explaining_sentence():
    answer = ask("Why did the gate stay open?", (GATE, {"gravel had packed its groove": 6.0}))

    assert answer.text == "The gate did not close because gravel had packed its groove."
    assert answer.citations[0].answer == "gravel had packed its groove"


def test_yes_or_no_gives_the_sentence_and_no_yes():
    answer = ask("Did the gate close?", (GATE, {"did not close": 6.0}))

    assert answer.text.startswith("The gate did not close")


def test_a_pronoun_is_no_answer():
    answer = ask("Who could smell the oil in Hallowfen?", (BAKER, {"he": 9.0, "Anselm Grey": 6.0}))

    assert answer.text == "Anselm Grey"


def test_a_speaker_stays_with_the_words():
    answer = ask("What did the baker of Hallowfen say about the oil?", (BAKER, {"You could smell the oil": 7.0}))

    assert "Anselm Grey" in answer.text
    assert "You could smell the oil" in answer.text


def test_a_summary_cites_each_sentence():
    answer = ask("What is the article about the gate about?", (GATE, {"gravel": 3.0}))

    assert len(answer.citations) == len(answer.sentences) >= 2
    assert [s.text for s in answer.sentences] == [c.quote for c in answer.citations]


def test_no_passages_give_no_answer():
    answer = ask("Who won?")

    assert not answer.answered
    assert answer.final


@pytest.mark.parametrize(
    "question", [HOW_MANY, "Why did people die?", "What is the flood about?", "Which people died?"]
)
def test_the_same_input_gives_the_same_bytes(question):
    found = ((FLOOD, {"Three": 6.0, "Three people": 6.0}), (UPDATE, {"Five": 6.0}), (ECHO, {"5": 6.0}))
    one, other = (json.dumps(ask(question, *found).to_json()) for _ in range(2))

    assert one == other


def test_the_question_s_own_words_are_no_answer():
    article = Article("labour", "Slogans", "How many slogans does it take? Twelve so far.", published="2026-03-03")
    answer = ask("How many slogans has the party unveiled?", (article, {"How many": 9.0, "Twelve": 1.0}))
    assert answer.text == "Twelve"


def test_what_is_shown_beside_an_answer_is_no_doubt_about_it():
    passage = passage_of(FLOOD)
    found = Found(passage, (0, 5), passage.sentences[0], 1.0)
    groups = [Group((Scored(found, {}, odds),)) for odds in (2.0, 1.5, 0.0)]
    assert group_signals(groups, groups[:1], 0)["lead"] == 0.25
    assert group_signals(groups, groups[:2], 0)["lead"] == 1.0
