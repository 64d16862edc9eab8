import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.articles import Article
from qa.answer import Alternative, Answer, AnswerSentence, Candidate, DateRange
from tests.fakes import citation_of, passage_of
from ui.archive import packed, unpacked
from ui.asking import Asked
from ui.conversations import Conversation

GATE = Article(id="gate", title="The gate", text="The gate was open. Nobody saw it.")
FULL = Answer(
    question="was it open?",
    searched_for="was it open?",
    answered=True,
    text="open",
    confidence=1,
    citations=(citation_of(GATE, "The gate was open.", "open"),),
    sentences=(AnswerSentence(text="open", citations=(1,), verdict="verbatim"),),
    alternatives=(Alternative(text="open", citations=(1,)), Alternative(text="shut", citations=(1,))),
    passages=(passage_of(GATE),),
    candidates=(Candidate(text="open", chunk_id=1, start=13, end=17, score=2.5),),
    dates=DateRange(start="2016-01-01"),
)
TALK = Conversation().begin(Asked(question="was it open?", outlets=("A",))).answered(FULL).rated("turn-1", "up")


def test_a_conversation_comes_back_as_it_was():
    assert unpacked(packed(TALK)) == TALK


def test_unfinished_turns_are_not_kept():
    assert unpacked(packed(TALK.begin(Asked(question="b")))).turns == TALK.turns


def changed(path, value):
    whole = json.loads(packed(TALK))
    place = whole
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return json.dumps(whole)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("turns", 0, "answer", "text"), 5),
        (("turns", 0, "answer", "stage"), "draft"),
        (("turns", 0, "answer", "confidence"), "high"),
        (("turns", 0, "answer", "surprise"), 1),
        (("turns", 0, "answer", "citations", 0, "quote"), "Longer than its offsets say."),
        (("turns", 0, "answer", "citations", 0, "number"), 7),
        (("turns", 0, "asked", "outlets"), [1]),
        (("turns", 0, "name"), "x"),
        (("turns",), None),
        (("turns", 0, "answer"), "x"),
        (("begun",), 0),
        (("begun",), float("inf")),
    ],
)
def test_what_was_changed_into_something_impossible_is_refused(path, value):
    with pytest.raises(ValueError, match="not a conversation"):
        unpacked(changed(path, value))


@given(
    st.text()
    | st.recursive(
        st.none() | st.integers() | st.text(), lambda one: st.lists(one) | st.dictionaries(st.text(), one)
    ).map(json.dumps)
)
def test_nothing_but_a_conversation_is_taken(text):
    with pytest.raises(ValueError, match="not a conversation"):
        unpacked(text)


def test_a_conversation_too_long_is_refused():
    with pytest.raises(ValueError, match="too long"):
        unpacked(" " * 4_000_000)
