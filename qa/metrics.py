"""EM, F1, AUROC, ECE, precision and coverage, bootstrap intervals: figures of judged answers; pure."""

import random
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from math import isnan
from typing import TypeVar

__all__ = [
    "auroc",
    "bootstrap",
    "calibration_error",
    "coverage_curve",
    "exact_match",
    "f1_score",
    "lowest_threshold",
    "normalized",
    "percentile",
]

T = TypeVar("T")

THRESHOLDS = tuple(step / 20 for step in range(20))
"""Confidences at which precision and coverage are given."""

_ARTICLES = re.compile(r"\b(a|an|the)\b")


def normalized(text: str) -> str:
    """Text as it is compared: lower case, no punctuation, articles or accents (Rajpurkar et al. 2016).

    Example:
        >>> normalized("The “Cheese Danish”, 1,200 crowns.")
        'cheese danish 1200 crowns'
    """
    plain = unicodedata.normalize("NFKD", text.lower().replace("\u2019", "'"))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    plain = re.sub(r"(?<=\d),(?=\d{3})", "", plain).replace("'s ", " ")
    plain = re.sub(r"(?!(?<=\d)\.(?=\d))[^\w\s$£€%]", " ", plain)
    return " ".join(_ARTICLES.sub(" ", plain).split())


def exact_match(text: str, golds: Sequence[str]) -> bool:
    """The normalised text equals one of the golds.

    Example:
        >>> exact_match("the Tern", ["Tern"])
        True
    """
    return normalized(text) in {normalized(gold) for gold in golds}


def f1_score(text: str, golds: Sequence[str]) -> float:
    """Best harmonic mean of word precision and recall over the golds, 0 to 1; 0 without a gold.

    Example:
        >>> round(f1_score("about 400,000 people", ["400,000"]), 2)
        0.5
    """
    return max((_f1(normalized(text).split(), normalized(gold).split()) for gold in golds), default=0.0)


def _f1(words: Sequence[str], gold: Sequence[str]) -> float:
    shared = sum((Counter(words) & Counter(gold)).values())
    if not shared:
        return float(list(words) == list(gold))
    return 2 * shared / (len(words) + len(gold))


def auroc(scores: Sequence[float], right: Sequence[bool]) -> float:
    """Chance that a right answer scores higher than a wrong one, ties counting half; nan without both.

    Example:
        >>> auroc([0.9, 0.4, 0.6], [True, False, True])
        1.0
    """
    ordered = sorted(zip(scores, right, strict=True))
    positives = sum(right)
    negatives = len(ordered) - positives
    if not positives or not negatives:
        return float("nan")
    ranks, position = 0.0, 0
    while position < len(ordered):
        same = position
        while same < len(ordered) and ordered[same][0] == ordered[position][0]:
            same += 1
        ranks += (position + 1 + same) / 2 * sum(r for _, r in ordered[position:same])
        position = same
    return (ranks - positives * (positives + 1) / 2) / (positives * negatives)


def calibration_error(confidences: Sequence[float], right: Sequence[bool], *, bins: int = 10) -> float:
    """Expected calibration error over bins of equal width (Guo et al. 2017), 0 to 1; 0 for no answers.

    Example:
        >>> round(calibration_error([0.9, 0.9, 0.1, 0.1], [True, True, False, False]), 3)
        0.1
    """
    grouped: dict[int, list[tuple[float, bool]]] = {}
    for confidence, good in zip(confidences, right, strict=True):
        grouped.setdefault(min(int(confidence * bins), bins - 1), []).append((confidence, good))
    total = 0.0
    for _, rows in sorted(grouped.items()):
        total += abs(sum(c for c, _ in rows) - sum(g for _, g in rows))
    return total / len(confidences) if confidences else 0.0


def coverage_curve(
    confidences: Sequence[float],
    right: Sequence[bool],
    *,
    thresholds: Sequence[float] = THRESHOLDS,
) -> list[tuple[float, float, float]]:
    """(threshold, precision, coverage) for each threshold; precision is nan where nothing is answered.

    Example:
        >>> coverage_curve([0.9, 0.2], [True, False], thresholds=(0.0, 0.5))
        [(0.0, 0.5, 1.0), (0.5, 1.0, 0.5)]
    """
    curve = []
    for threshold in thresholds:
        answered = [good for c, good in zip(confidences, right, strict=True) if c >= threshold]
        precision = sum(answered) / len(answered) if answered else float("nan")
        curve.append((threshold, precision, len(answered) / len(confidences) if confidences else 0.0))
    return curve


def lowest_threshold(
    confidences: Sequence[float], right: Sequence[bool], *, precision: float, fewest: int = 20
) -> float:
    """Lowest confidence from which on the answers reach a precision; 1 where none does.

    Args:
        confidences: One per answer.
        right: Whether it was.
        precision: What to reach, 0 to 1.
        fewest: Answers that must lie above it, so that it is not an accident.

    Example:
        >>> lowest_threshold([0.2, 0.5, 0.9], [False, True, True], precision=0.8, fewest=1)
        0.5
    """
    ordered = sorted(zip(confidences, right, strict=True), reverse=True)
    best, good = 1.0, 0
    for count, (confidence, answer_right) in enumerate(ordered, 1):
        good += answer_right
        if count < len(ordered) and ordered[count][0] == confidence:
            continue
        if count >= fewest and good / count >= precision:
            best = confidence
    return best


def percentile(values: Sequence[float], percent: float) -> float:
    """Nearest-rank percentile; nan for no values.

    Example:
        >>> percentile([1.0, 2.0, 3.0, 4.0], 50)
        2.0
    """
    ordered = sorted(values)
    return ordered[max(0, -int(-len(ordered) * percent // 100) - 1)] if ordered else float("nan")


def bootstrap(rows: Sequence[T], measure: Callable[[Sequence[T]], float], *, rounds: int = 1000) -> tuple[float, float]:
    """95 % interval of a measure by resampling the rows, with a fixed seed; nan for no rows.

    Example:
        >>> low, high = bootstrap([0, 1] * 50, lambda rows: sum(rows) / len(rows))
        >>> 0.38 < low < 0.5 < high < 0.62
        True
    """
    if not rows:
        return float("nan"), float("nan")
    source = random.Random(20)  # noqa: S311 -- resampling, not a secret
    values = sorted(measure(source.choices(rows, k=len(rows))) for _ in range(rounds))
    values = [value for value in values if not isnan(value)]
    return (percentile(values, 2.5), percentile(values, 97.5)) if values else (float("nan"), float("nan"))
