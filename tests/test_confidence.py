import json
from importlib.resources import files

import pytest

from qa.confidence import Weights, default_threshold, fit_logistic, load_weights
from qa.extractive import SPAN_SIGNALS
from qa.signals import SIGNALS


def test_the_shipped_weights_name_signals_that_exist():
    weights = load_weights()

    assert set(weights.rank.names) <= set(SIGNALS)
    assert set(weights.spans.names) <= {*SIGNALS, *SPAN_SIGNALS}
    assert 0 < default_threshold() < 1


def test_the_shipped_file_is_what_the_weights_are_written_as():
    stored = json.loads((files("qa") / "confidence.json").read_text())

    assert Weights.from_json(stored).to_json() == stored


def test_a_fit_is_a_probability_that_matches_what_was_seen():
    rows = [{"x": x / 10} for x in range(-20, 21) for _ in range(10)]
    right = [(n % 10 + 0.5) / 10 < 1 / (1 + 2.718281828 ** (-2 * row["x"])) for n, row in enumerate(rows)]
    model = fit_logistic(rows, right, ["x"])

    assert model.probability({"x": 0.0}) == pytest.approx(0.5, abs=0.06)
    assert model.probability({"x": 1.0}) == pytest.approx(0.88, abs=0.06)


def test_the_same_rows_give_the_same_weights():
    rows = [{"x": float(n % 7), "y": float(n % 3)} for n in range(60)]
    right = [n % 7 > 3 for n in range(60)]

    assert fit_logistic(rows, right, ["x", "y"]) == fit_logistic(rows, right, ["x", "y"])


def test_signals_that_are_missing_count_nothing():
    model = fit_logistic([{"x": 1.0}, {}] * 10, [True, False] * 10, ["x"])

    assert model.probability({}) == model.probability({"x": 0.0})
