import math

import pytest

from qa.reading_metrics import Reading, best_threshold, exact, f1, f1_at, normalize


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("The Panthers' 24-10 win", "panthers 2410 win"),  # punctuation goes without leaving a space
        ("a an the", ""),
        ("theatre and an anthem", "theatre and anthem"),  # articles only as whole words
        ("  two\n spaces ", "two spaces"),
        ("U.S.", "us"),
        ("café", "café"),  # accents stay, as in SQuAD's script
        ("the\u2013end", "\u2013end"),  # only ASCII punctuation goes; a dash that stays is a word boundary
    ],
)
def test_normalisation_is_that_of_squad(text, plain):
    assert normalize(text) == plain


@pytest.mark.parametrize(
    ("given", "golds", "em", "score"),
    [
        ("Denver Broncos", ["Denver Broncos", "The Broncos"], 1.0, 1.0),
        ("the Broncos", ["Denver Broncos"], 0.0, 2 / 3),  # 1 shared of 1 given and 2 wanted
        ("in 1997 and 1998", ["1997"], 0.0, 2 * 1 / (4 + 1)),
        ("new new york", ["new york"], 0.0, 2 * 2 / (3 + 2)),  # a word given twice counts once
        ("Paris", ["London"], 0.0, 0.0),
        ("", ["London"], 0.0, 0.0),
        ("", [], 1.0, 1.0),  # silence is right where nothing is wanted
        ("London", [], 0.0, 0.0),
        ("the", ["a"], 1.0, 1.0),  # both normalise to nothing
    ],
)
def test_exact_match_and_f1_agree_with_hand_computed_cases(given, golds, em, score):
    assert exact(given, golds) == em
    assert f1(given, golds) == pytest.approx(score)


def test_best_threshold_is_found_by_hand():
    readings = [
        Reading(margin=3.0, exact=1.0, f1=1.0, impossible=False),
        Reading(margin=2.0, exact=0.0, f1=0.0, impossible=True),
        Reading(margin=1.0, exact=0.0, f1=0.5, impossible=False),
        Reading(margin=0.0, exact=0.0, f1=0.0, impossible=True),
    ]
    # Answering from 3.0: 1 + 1 (silence) + 0 + 1 (silence) = 3 of 4; from 1.0: 1 + 0 + 0.5 + 1 = 2.5.
    assert best_threshold(readings) == (3.0, 0.75)
    assert f1_at(readings, 1.0) == pytest.approx(2.5 / 4)


def test_equal_margins_are_answered_together():
    readings = [Reading(1.0, 1.0, 1.0, impossible=False), Reading(1.0, 0.0, 0.0, impossible=True)]
    threshold, score = best_threshold(readings)
    assert score == 0.5
    assert f1_at(readings, threshold) == 0.5


def test_without_an_answerable_question_silence_is_best():
    threshold, score = best_threshold([Reading(4.0, 0.0, 0.0, impossible=True)])
    assert threshold > 4.0
    assert score == 1.0


def test_no_readings_have_no_figures():
    assert math.isnan(best_threshold([])[1])
    assert math.isnan(f1_at([], 0.0))
