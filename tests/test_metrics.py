from math import isnan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.metrics import (
    auroc,
    bootstrap,
    calibration_error,
    coverage_curve,
    exact_match,
    f1_score,
    lowest_threshold,
    normalized,
)

SCORED = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("text", "gold"),
    [("The Tern.", "tern"), ("“Salt Cart”", "Salt Cart"), ("1,200", "1200"), ("Zelenský", "Zelensky"), ("8.7", "8.7")],
)
def test_texts_that_differ_in_form_only_are_equal(text, gold):
    assert exact_match(text, [gold])


def test_a_decimal_point_is_kept():
    assert normalized("8.7 per cent") != normalized("87 per cent")


def test_f1_is_the_best_over_the_golds_and_zero_without_one():
    assert f1_score("cheese danish", ["a danish", "the cheese danish"]) == 1
    assert f1_score("cheese danish", []) == 0


def test_auroc_counts_ties_half_and_needs_both_kinds():
    assert auroc([0.5, 0.5], [True, False]) == 0.5
    assert auroc([0.1, 0.9], [True, False]) == 0
    assert isnan(auroc([0.1], [True]))


@given(SCORED)
def test_calibration_error_is_a_share(rows):
    assert 0 <= calibration_error([c for c, _ in rows], [r for _, r in rows]) <= 1


@given(SCORED, st.floats(0.1, 1))
def test_answers_above_the_lowest_threshold_reach_the_precision(rows, precision):
    confidences, right = [c for c, _ in rows], [r for _, r in rows]
    threshold = lowest_threshold(confidences, right, precision=precision, fewest=1)
    above = [r for c, r in rows if c >= threshold]

    assert threshold == 1.0 or sum(above) / len(above) >= precision


def test_coverage_falls_as_the_threshold_rises():
    coverages = [coverage for _, _, coverage in coverage_curve([0.1, 0.4, 0.8], [False, True, True])]

    assert coverages == sorted(coverages, reverse=True)


def test_an_interval_is_the_same_twice():
    rows = [True, False, True, True]
    share = lambda picked: sum(picked) / len(picked)  # noqa: E731

    assert bootstrap(rows, share) == bootstrap(rows, share)
