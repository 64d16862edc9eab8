import json

from hypothesis import given
from hypothesis import strategies as st

from ui.asking import QUESTION_LIMIT, Asked, read_asked

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def test_filters_and_question_are_read():
    options = {
        "outlets": ["A"],
        "articles": ["x"],
        "start": "2016-01-01",
        "dates_from_question": False,
        "use_llm": False,
        "replaces": "turn-1",
    }
    assert read_asked("  who \n agreed? ", json.dumps(options)) == Asked(
        question="who agreed?",
        outlets=("A",),
        articles=("x",),
        start="2016-01-01",
        dates_from_question=False,
        use_llm=False,
        replaces="turn-1",
    )


@given(st.text(), st.text() | anything.map(json.dumps))
def test_nothing_a_page_sends_breaks_the_reading(question, options):
    asked = read_asked(question, options)
    assert len(asked.question) <= QUESTION_LIMIT


@given(anything)
def test_wrong_kinds_are_left_out(value):
    names = [
        "question",
        "searched_for",
        "outlets",
        "articles",
        "start",
        "end",
        "dates_from_question",
        "use_llm",
        "replaces",
        "repeat",
    ]
    asked = read_asked("q", json.dumps(dict.fromkeys(names, value)))
    assert all(isinstance(name, str) for name in (*asked.outlets, *asked.articles, asked.start, asked.replaces))


def test_a_repeated_question_is_taken_from_the_turn_it_replaces():
    again = read_asked("typed meanwhile", '{"repeat": true, "replaces": "turn-1"}')
    assert again.question == ""
    assert again.of(Asked(question="who?")).question == "who?"


def test_a_deeply_nested_option_is_no_option():
    assert read_asked("q", "[" * 100_000) == Asked(question="q")
