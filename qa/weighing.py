"""How much speaks for a sentence being false, weighed by what was learned from faithful and false sentences."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from functools import cache
from pathlib import Path

from qa.likeness import Fit, Likeness
from qa.turning import Turn, turned

__all__ = ["TURNS", "WEIGHTS", "evidence", "load_weights", "weigh"]

WEIGHTS = Path(__file__).parent / "support.json"
"""For each kind: the weights of its evidence, then those at which it is refused; `qa.support_fitting`."""

TURNS: tuple[Turn, ...] = ("negation", "modality", "direction")
_NOTHING = (-0.06,) * 6
"""Where nothing can be turned: as if what it would say instead fitted much worse."""


@cache
def load_weights() -> Mapping[str, Sequence[float]]:
    """The fitted weights by kind; "rest" are those of the comparison as a whole."""
    found: dict[str, list[float]] = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return found


def evidence(
    sentence: str, quotes: Sequence[str], kind: str, *, likeness: Likeness, flagged: bool
) -> tuple[float, ...] | None:
    """What speaks for a sentence saying other than its quotes in one way.

    A false sentence mostly fits its quotes worse than the same sentence turned round, a faithful one better: the idea
    is that of contrast sets (Gardner et al. 2020), made when the sentence is checked.

    Args:
        sentence: One sentence.
        quotes: What it cites.
        kind: "negation", "modality", "direction", or "rest" for how well the whole fits.
        likeness: Compares them.
        flagged: The rules found a contradiction of this kind.

    Returns:
        For a turn, by how much the best turned sentence fits better, figure by figure of `Fit` (for negation with a
        "not" taken out, then with one put in), and 1 for flagged; for "rest" the fit itself. None where there is
        nothing to go by.
    """
    fit = likeness.fit(sentence, quotes)
    if fit is None:
        return None
    if kind == "rest":
        return (fit.whole, fit.content, fit.run)
    ways = [turned(sentence, turn, adding=adding) for turn, adding in _ways(kind)]
    if not any(ways) and not flagged:
        return None
    return (*(gain for texts in ways for gain in _gain(fit, texts, quotes, likeness)), float(flagged))


def _ways(kind: str) -> list[tuple[Turn, bool]]:
    return [
        (turn, adding)
        for turn in TURNS
        for adding in (False, True)
        if turn == kind and (turn == "negation" or not adding)
    ]


def _gain(fit: Fit, texts: Sequence[str], quotes: Sequence[str], likeness: Likeness) -> tuple[float, ...]:
    fits = [other for text in texts if (other := likeness.fit(text, quotes))]
    best = max(fits, key=lambda one: one.every, default=None)
    return tuple(a - b for a, b in zip(astuple(best), astuple(fit), strict=True)) if best else _NOTHING


def weigh(kind: str, found: Sequence[float]) -> float:
    """Log-odds that a sentence is false in this way, less those at which it is refused: above 0 it is."""
    *weights, least = load_weights()[kind]
    return sum(weight * value for weight, value in zip(weights, found, strict=True)) - least
