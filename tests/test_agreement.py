import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.agreement import conflict, equal, sort_of

EQUAL = [
    ("three", "3 people"),
    ("about 400,000", "400,000"),
    ("on 3 November", "Nov. 3"),
    ("2015", "Dec. 18, 2015"),
    ("Kerry", "John Kerry"),
    ("Capt. Lena Fairweather", "Lena Fairweather"),
    ("the cheese danish", "Cheese Danish"),
    ("58 per cent", "58%"),
]
CONFLICTING = [
    ("three", "five"),
    ("58 per cent", "61 per cent"),
    ("2.4 million crowns", "3.1 million crowns"),
    ("3 November", "10 November"),
    ("1987", "1998"),
    ("Lena Farrow", "Lena Fairweather"),
    ("Oslo", "Bergen"),
    ("a fishing net", "sea water in the diesel"),
]
NEITHER = [
    ("in 2015", "on 18 December"),
    ("45", "Hallowfen"),
    ("3 metres", "3 November"),
    ("12 per cent", "40 crowns"),
    ("a red fishing net with floats and lines", "net"),
]


@pytest.mark.parametrize(("one", "other"), EQUAL)
def test_the_same_in_other_words_is_equal_and_no_conflict(one, other):
    assert equal(one, other)
    assert equal(other, one)
    assert not conflict(one, other)


@pytest.mark.parametrize(("one", "other"), CONFLICTING)
def test_another_figure_day_or_name_is_a_conflict(one, other):
    assert conflict(one, other)
    assert conflict(other, one)
    assert not equal(one, other)


@pytest.mark.parametrize(("one", "other"), NEITHER)
def test_what_can_both_be_right_is_neither(one, other):
    assert not equal(one, other)
    assert not conflict(one, other)


@pytest.mark.parametrize(
    ("text", "sort"), [("May 4", "date"), ("twelve", "number"), ("the U.N. envoy", "name"), ("", "words")]
)
def test_answers_are_sorted_by_what_they_are_made_of(text, sort):
    assert sort_of(text) == sort


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_two_texts_are_never_equal_and_in_conflict(one, other):
    assert not (equal(one, other) and conflict(one, other))
    assert equal(one, other) == equal(other, one)
