"""EM, F1, best threshold: the figures of SQuAD (Rajpurkar et al. 2016, 2018); pure.

The normalisation is SQuAD's own, to be comparable with published figures; `qa.metrics` judges the answers of
the whole program and forgives more.
"""

import re
import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Reading", "best_threshold", "exact", "f1", "f1_at", "normalize"]

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


@dataclass(frozen=True)
class Reading:
    """One question as it was read, with the figures of the span that was given.

    Args:
        margin: Best span's score over "no answer"; minus infinity where no span was found.
        exact: 0 or 1, as if the span was given as the answer.
        f1: 0 to 1, likewise.
        impossible: The passage does not answer the question.
    """

    margin: float
    exact: float
    f1: float
    impossible: bool


def normalize(text: str) -> str:
    """Lower-case a text, drop ASCII punctuation, then a, an and the, then spare spaces.

    Example:
        >>> normalize("The  U.S. army's end")
        'us armys end'
    """
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def exact(text: str, golds: Sequence[str]) -> float:
    """1 where the normalised text equals one of the golds, else 0; without golds, 1 for an empty text.

    Example:
        >>> exact("the Tern", ["A tern.", "terns"])
        1.0
    """
    return max(float(normalize(text) == normalize(gold)) for gold in golds or [""])


def f1(text: str, golds: Sequence[str]) -> float:
    """Best harmonic mean of word precision and recall over the golds; without golds, 1 for an empty text.

    Example:
        >>> round(f1("about 400 people", ["400", "400 men"]), 3)
        0.5
    """
    return max(_f1(normalize(text).split(), normalize(gold).split()) for gold in golds or [""])


def _f1(words: list[str], gold: list[str]) -> float:
    if not words or not gold:
        return float(words == gold)
    shared = sum((Counter(words) & Counter(gold)).values())
    return 2 * shared / (len(words) + len(gold))


def f1_at(readings: Sequence[Reading], threshold: float) -> float:
    """Mean F1 where a span is given only from a margin on, and silence is right for an impossible question.

    Example:
        >>> f1_at([Reading(2.0, 1.0, 1.0, False), Reading(-1.0, 0.0, 0.0, True)], 0.0)
        1.0
    """
    gained = sum(r.f1 if r.margin >= threshold else float(r.impossible) for r in readings)
    return gained / len(readings) if readings else float("nan")


def best_threshold(readings: Sequence[Reading]) -> tuple[float, float]:
    """Find the margin from which to answer that gives the highest mean F1 (Rajpurkar et al. 2018).

    Returns:
        The threshold, which is one of the margins or just above all of them, and its F1; of several the
        highest threshold. (0, nan) without readings.

    Example:
        >>> best_threshold([Reading(2.0, 1.0, 1.0, False), Reading(1.0, 0.0, 0.0, True)])
        (2.0, 1.0)
    """
    if not readings:
        return 0.0, float("nan")
    ordered = sorted(readings, key=lambda r: -r.margin)
    gained = float(sum(r.impossible for r in readings))
    best, at = gained, ordered[0].margin + 1
    for place, reading in enumerate(ordered):
        gained += reading.f1 - float(reading.impossible)
        tied = place + 1 < len(ordered) and ordered[place + 1].margin == reading.margin
        if not tied and gained > best:
            best, at = gained, reading.margin
    return at, best / len(readings)
