import json
import re
from html import unescape

import pytest

from index.articles import Article
from qa.answer import Alternative, Answer
from tests.fakes import citation_of
from ui.asking import Asked
from ui.conversations import Conversation
from ui.parcels import parcel, to_html, to_json, to_markdown

GATE = Article(
    id="gate",
    title="The *gate* <b>",
    text="The gate was open. Nobody saw it.",
    source="Valley News",
    published="2016-01-20",
    url="https://example.org/gate",
)
OPEN = Answer(
    question="was it <open>?",
    searched_for="q",
    answered=True,
    text="open",
    citations=(citation_of(GATE, "The gate was open.", "open"),),
)
TALK = Conversation().begin(Asked(question=OPEN.question)).answered(OPEN)


def test_json_carries_every_citation_whole():
    (answer,) = json.loads(to_json(TALK))["conversation"]
    citation = answer["citations"][0]
    assert GATE.text[citation["start"] : citation["end"]] == citation["quote"]
    assert citation["article_sha256"] == GATE.sha256


def test_markdown_keeps_titles_from_becoming_markup():
    text = to_markdown(TALK)
    assert "> The gate was open." in text
    assert r"[The \*gate\* \<b\>](<https://example.org/gate>), Valley News, 20 January 2016" in text
    assert f"characters 0 to 18 of text {GATE.sha256[:12]}" in text


def test_html_stands_alone_and_is_escaped():
    page = to_html(TALK)
    assert "was it &lt;open&gt;?" in page
    assert "<b>" not in page


def test_unanswered_is_said_in_every_form():
    nothing = (
        Conversation()
        .begin(Asked(question="who?"))
        .answered(Answer(question="who?", searched_for="who?", answered=False))
    )
    assert "The articles do not say." in to_markdown(nothing)
    assert "The articles do not say." in to_html(nothing)
    assert json.loads(to_json(nothing))["conversation"][0]["answered"] is False


def test_a_guess_and_a_disagreement_are_said_in_what_is_saved():
    guess = OPEN.replace(answered=False, text="", guess=OPEN.citations[0], citations=(), confidence=0.32)
    both = (Alternative(text="open", citations=(1,)), Alternative(text="shut", citations=(1,)))
    split = OPEN.replace(alternatives=both, notes=("The articles disagree.",))
    talk = TALK.begin(Asked(question="q")).answered(guess).begin(Asked(question="q")).answered(split)
    for saved in (to_markdown(talk), unescape(to_html(talk))):
        assert "The articles do not clearly say." in saved
        assert "The likeliest sentence, 32% likely to answer it:" in saved
        assert saved.count("The gate was open.") == 3
        assert saved.count("The articles disagree.") == 1
        assert "- shut" in saved


@pytest.mark.parametrize(("kind", "packer"), [("md", to_markdown), ("html", to_html), ("json", to_json)])
def test_what_the_page_saves_is_what_was_packed_to_the_character(kind, packer):
    turning = Article(id="turning", title="Turned", text="It said \u202eopen\u202c & <shut>.")
    answer = OPEN.replace(citations=(citation_of(turning, turning.text),))
    talk = Conversation().begin(Asked(question=answer.question)).answered(answer)
    read_back = unescape(re.fullmatch("<pre[^>]*>([^<]*)</pre>", parcel(talk, kind))[1])
    assert read_back == packer(talk)
    assert "\u202e" in to_markdown(talk)
    assert json.loads(to_json(talk))["conversation"][0]["citations"][0]["quote"] == turning.text
    assert "hidden-mark" in to_html(talk)


def test_an_unknown_kind_is_nothing():
    assert parcel(TALK, "exe") == ""
