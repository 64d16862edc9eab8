"""The probability that an answer is right, from a logistic model fitted on judged questions; pure.

`python -m qa.calibration` fits it anew.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import exp
from typing import Any

__all__ = ["Logistic", "Weights", "default_threshold", "fit_logistic", "load_weights"]

STORED = "confidence.json"
RIDGE = 2e-3
"""Weight decay of the fit, a question: enough to keep signals that say the same from cancelling out."""


@dataclass(frozen=True)
class Logistic:
    """A logistic model over named signals.

    Args:
        names: Of the signals, in order.
        weights: One a signal.
        bias: Log-odds where all signals are 0.
    """

    names: tuple[str, ...]
    weights: tuple[float, ...]
    bias: float

    def log_odds(self, signals: Mapping[str, float]) -> float:
        """Of the answer being right."""
        return self.bias + sum(w * signals.get(name, 0.0) for name, w in zip(self.names, self.weights, strict=True))

    def probability(self, signals: Mapping[str, float]) -> float:
        """Of the answer being right, 0 to 1.

        Example:
            >>> Logistic(("margin",), (2.0,), 0.0).probability({"margin": 0.0})
            0.5
        """
        odds = max(-30.0, min(self.log_odds(signals), 30.0))
        return round(1 / (1 + exp(-odds)), 4)


@dataclass(frozen=True)
class Weights:
    """All that was fitted.

    Args:
        rank: Which candidate is right, from its own signals.
        spans: Whether the best answer in a few words is right.
        sentences: Whether the best sentence answers a question that wants sentences.
        threshold: Confidence below which an answer is withheld.
        source: What it was fitted on, in words.
    """

    rank: Logistic
    spans: Logistic
    sentences: Logistic
    threshold: float
    source: str

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Weights":
        """From what `to_json` gave."""
        models = {
            name: Logistic(tuple(data[name]["weights"]), tuple(data[name]["weights"].values()), data[name]["bias"])
            for name in ("rank", "spans", "sentences")
        }
        return cls(**models, threshold=data["threshold"], source=data["source"])

    def to_json(self) -> dict[str, Any]:
        """Names with their weights, for `json.dumps`."""
        models = {
            name: {"weights": dict(zip(model.names, model.weights, strict=True)), "bias": model.bias}
            for name, model in (("rank", self.rank), ("spans", self.spans), ("sentences", self.sentences))
        }
        return {**models, "threshold": self.threshold, "source": self.source}


@cache
def load_weights() -> Weights:
    """The weights that come with the program."""
    return Weights.from_json(json.loads((files("qa") / STORED).read_text(encoding="utf-8")))


def default_threshold() -> float:
    """Confidence below which an answer is withheld unless a person says otherwise."""
    return load_weights().threshold


def fit_logistic(rows: Sequence[Mapping[str, float]], right: Sequence[bool], names: Sequence[str]) -> Logistic:
    """Fit by Newton's method with a ridge; the same rows give the same weights.

    Args:
        rows: Signals of each answer; one that is missing counts 0.
        right: Whether each was.
        names: Signals to use.

    Example:
        >>> model = fit_logistic([{"x": -1.0}, {"x": 1.0}] * 20, [False, True] * 20, ["x"])
        >>> model.probability({"x": 1.0}) > 0.9
        True
    """
    import numpy as np

    table = np.array([[row.get(name, 0.0) for name in names] + [1.0] for row in rows], dtype=np.float64)
    target = np.array(right, dtype=np.float64)
    weights = np.zeros(table.shape[1])
    ridge = RIDGE * len(rows) * np.eye(len(weights))
    ridge[-1, -1] = 1e-6
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(table @ weights, -30, 30)))
        slope = table.T @ (chance - target) + ridge @ weights
        curve = (table * (chance * (1 - chance))[:, None]).T @ table + ridge
        step = np.linalg.solve(curve, slope)
        weights = weights - step
        if float(np.abs(step).max()) < 1e-9:
            break
    rounded = [round(float(w), 4) for w in weights]
    return Logistic(tuple(names), tuple(rounded[:-1]), rounded[-1])
