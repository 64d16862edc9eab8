"""scores of all token spans of a passage -> its best spans; pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

import numpy as np

from index.articles import Span
from qa.answer import ScoredSpan

__all__ = ["ANSWER_TOKENS", "SpanScorer", "WindowScores", "best_spans", "token_groups", "windows"]

ANSWER_TOKENS = 30
"""Longest answer in word-pieces, in training and in reading."""

CANDIDATES = 64
"""Spans of a window looked at, best first; the spans given are picked from these without overlap."""

READINGS = 20
"""Overlapping spans of one place that its answer is chosen from."""

TEMPERATURE = 0.7
"""Of their probabilities; of 0.4, 0.55, 0.7 and 0.85 the best on the select half of SQuAD."""

DIGITS = 4
"""Decimals of a score: what differs less is a tie, which the place in the text decides."""

_ENTRY = re.compile(r"\s*(?:[-*\u2022\u2023\u25aa\u25cf\u25e6\u2013]|\(?(?:\d{1,3}|[a-z])[.)])\s")


@dataclass(frozen=True)
class WindowScores:
    """What a model says of one window of a passage.

    Args:
        offsets: Code-point spans of the window's tokens in the passage.
        margins: float32 [tokens, tokens]; the score of the span from the first to the second token, both
            included, less the score of "no answer in this window".
    """

    offsets: Sequence[Span]
    margins: np.ndarray[Any, np.dtype[np.float32]]


class SpanScorer(Protocol):
    """A model that scores spans: the bundled one, or one of transformers."""

    @property
    def name(self) -> str:
        """What a person calls it by."""

    @property
    def fingerprint(self) -> str:
        """Hash of what decides its scores."""

    def score(self, question: str, passage: str) -> list[WindowScores]:
        """Windows that together hold every token of the passage, in reading order; empty for an empty passage."""


def windows(tokens: int, *, size: int, overlap: int) -> list[Span]:
    """Cut a run of tokens into overlapping windows.

    Args:
        tokens: How many there are.
        size: Most tokens in a window.
        overlap: Tokens that neighbours share, fewer than `size`.

    Returns:
        Windows in order; the last one ends with the last token and is as full as the others.

    Example:
        >>> windows(10, size=6, overlap=2)
        [(0, 6), (4, 10)]
        >>> windows(0, size=6, overlap=2)
        []
    """
    if tokens <= size:
        return [(0, tokens)] if tokens else []
    starts = [*range(0, tokens - size, size - overlap), tokens - size]
    return [(start, start + size) for start in starts]


def token_groups(offsets: Sequence[Span], text: str, sentences: Sequence[Span]) -> np.ndarray[Any, np.dtype[np.int64]]:
    r"""Number the stretches that a span must not leave: sentences, with the entries of one list taken together.

    Args:
        offsets: Spans of tokens, in order.
        text: The passage.
        sentences: Spans of its sentences, in order.

    Returns:
        int64 [tokens]; equal numbers may be spanned.

    Example:
        >>> text = "Two came. - tea\n- milk"
        >>> token_groups([(0, 3), (12, 15), (18, 22)], text, [(0, 9), (10, 15), (16, 22)]).tolist()
        [0, 1, 1]
    """
    groups, number = [], 0
    for place, (start, end) in enumerate(sentences):
        entry = bool(_ENTRY.match(text[start:end]))
        before = place > 0 and bool(_ENTRY.match(text[slice(*sentences[place - 1])]))
        number += place > 0 and not (entry and before)
        groups.append(number)
    ends = np.array([end for _, end in sentences], dtype=np.int64)
    places = np.searchsorted(ends, [start for start, _ in offsets], side="right")
    return np.array([*groups, number + 1], dtype=np.int64)[places]


def best_spans(scored: Sequence[WindowScores], text: str, sentences: Sequence[Span], *, k: int = 3) -> list[ScoredSpan]:
    """Pick the best spans that do not overlap, from all windows of a passage.

    Args:
        scored: Windows of the passage; a span seen in several takes its best score.
        text: The passage.
        sentences: Spans of its sentences, which an answer stays in unless it is a list.
        k: Most spans.

    Returns:
        Spans best first, ties by place; fewer than `k` where fewer fit. The score of one is that of the best
        span at its place.
    """
    found: dict[Span, float] = {}
    for window in scored:
        for span, margin in _candidates(window, text, sentences):
            score = round(margin, DIGITS)
            found[span] = max(score, found.get(span, score))
    ranked = sorted(found.items(), key=lambda entry: (-entry[1], entry[0]))
    picked: list[ScoredSpan] = []
    while ranked and len(picked) < k:
        best, score = ranked[0]
        start, end = trimmed(text, *_likeliest([entry for entry in ranked if _overlap(entry[0], best)]))
        taken = (min(start, best[0]), max(end, best[1]))
        ranked = [entry for entry in ranked if not _overlap(entry[0], taken)]
        if start < end:
            picked.append(ScoredSpan(start, end, score))
    return picked


def _overlap(left: Span, right: Span) -> bool:
    return left[0] < right[1] and right[0] < left[1]


def _likeliest(ranked: Sequence[tuple[Span, float]]) -> Span:
    """Choose among readings of one place the one with the highest expected F1, in characters.

    Their probabilities are a softmax of the scores. On the select half of SQuAD this gave 69.6 EM and 78.6 F1
    where the best score alone gave 69.4 and 78.4.
    """
    spans = np.array([span for span, _ in ranked[:READINGS]], dtype=np.float64)
    scores = np.array([score for _, score in ranked[:READINGS]])
    chances = np.exp((scores - scores.max()) / TEMPERATURE)
    starts, ends = spans[:, 0], spans[:, 1]
    lengths = ends - starts
    shared = np.minimum(ends[:, None], ends) - np.maximum(starts[:, None], starts)
    f1 = 2 * np.maximum(shared, 0) / (lengths[:, None] + lengths)
    return ranked[int(np.argmax(f1 @ chances))][0]


def _candidates(window: WindowScores, text: str, sentences: Sequence[Span]) -> Iterator[tuple[Span, float]]:
    """The best legal spans of a window, in no order, ties at the end taken by place."""
    groups = token_groups(window.offsets, text, sentences)
    firsts, lasts = np.nonzero(np.triu(groups[:, None] == groups[None, :]) & _band(len(groups)))
    margins = window.margins[firsts, lasts]
    if len(margins) > CANDIDATES:
        least = np.partition(margins, -CANDIDATES)[-CANDIDATES]
        kept = np.nonzero(margins >= least)[0]
        firsts, lasts, margins = firsts[kept], lasts[kept], margins[kept]
    for first, last, margin in zip(firsts.tolist(), lasts.tolist(), margins, strict=True):
        yield (window.offsets[first][0], window.offsets[last][1]), float(margin)


@lru_cache(maxsize=512)
def _band(tokens: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which spans, bool [tokens, tokens], are no longer than an answer may be."""
    band: np.ndarray[Any, np.dtype[np.bool_]] = ~np.triu(np.ones((tokens, tokens), dtype=np.bool_), ANSWER_TOKENS)
    return band


def trimmed(text: str, start: int, end: int) -> Span:
    """Leave out what does not belong to an answer: outer spaces, a closing full stop or comma, a lone quote.

    Example:
        >>> trimmed('He paid "12 crowns," she said', 8, 19)
        (9, 18)
    """
    while start < end and (text[end - 1].isspace() or text[end - 1] in ",;:"):
        end -= 1
    while start < end and text[start].isspace():
        start += 1
    for left, right in (('"', '"'), ("\u201c", "\u201d"), ("(", ")"), ("[", "]")):
        inside = text[start:end]
        if inside.startswith(left) and right not in inside[1:]:
            start += 1
        elif inside.endswith(right) and left not in inside[:-1]:
            end -= 1
            return trimmed(text, start, end)
    return start, end
