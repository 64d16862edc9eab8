"""How well a sentence fits its quotes, word by word, by the vectors that the encoder gives words where they stand."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from index.articles import Span
from qa.wording import Word, words

__all__ = ["Fit", "Likeness", "Tokens"]

Vectors = np.ndarray[Any, np.dtype[np.float32]]
Tokens = Callable[[Sequence[str]], Sequence[tuple[Sequence[Span], Vectors]]]
"""Texts to the spans of their tokens and the tokens' vectors, float32 [tokens, dimension], one pair each."""

_RUN = 4
"""Content words in a row of which the worst borne ones count: what a sentence adds is a phrase, not a word."""
_KEPT = 400
"""Texts whose vectors are kept: the sentences of a prompt come again with each sentence of an answer."""


@dataclass(frozen=True)
class Fit:
    """How a sentence fits quotes; each figure is a cosine, -1 to 1, higher is better.

    Args:
        whole: Of the sentence with the quote nearest to it, as wholes.
        content: Of each content word with the quotes' word nearest to it, on average.
        run: The same of the worst four content words in a row.
        every: Of every word, the small ones too, on average.
        least: Of the word that fits worst.
        back: Of the quotes' words with the sentence's, on average.
    """

    whole: float
    content: float
    run: float
    every: float
    least: float
    back: float


@dataclass(frozen=True)
class _Placed:
    """The words of a text with a unit vector each, and one of the text."""

    words: tuple[Word, ...]
    vectors: Vectors
    mean: Vectors


class Likeness:
    """Compares sentences with quotes; keeps the vectors of texts it has seen. Safe to use from many threads.

    Args:
        tokens: The encoder.
    """

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._placed = lru_cache(maxsize=_KEPT)(self._place)

    def _place(self, text: str) -> _Placed:
        ((spans, vectors),) = self._tokens([text])
        found = words(text)
        starts, ends = np.array(spans, dtype=np.int64).reshape(-1, 2).T
        rows = np.zeros((len(found), vectors.shape[1]), dtype=np.float32)
        for place, word in enumerate(found):
            first = int(np.searchsorted(starts, word.start))
            last = int(np.searchsorted(ends, word.start + len(word.text), side="right"))
            if first < last:
                rows[place] = vectors[first:last].mean(axis=0)
        mean = vectors.mean(axis=0, keepdims=True) if len(vectors) else np.zeros((1, vectors.shape[1]), np.float32)
        return _Placed(tuple(found), _unit(rows), _unit(mean)[0])

    def fit(self, sentence: str, quotes: Sequence[str]) -> Fit | None:
        """How a sentence fits quotes; None where either has no words."""
        own, theirs = self._placed(sentence), [self._placed(quote) for quote in quotes]
        quoted = np.vstack([one.vectors for one in theirs]) if theirs else np.zeros((0, 1))
        if not len(own.words) or not len(quoted):
            return None
        alike = own.vectors @ quoted.T
        best = alike.max(axis=1)
        content = best[[place for place, word in enumerate(own.words) if word.content]]
        content = content if len(content) else best
        runs = [content[start : start + _RUN].mean() for start in range(max(1, len(content) - _RUN + 1))]
        return Fit(
            whole=max(float(own.mean @ one.mean) for one in theirs),
            content=float(content.mean()),
            run=float(min(runs)),
            every=float(best.mean()),
            least=float(best.min()),
            back=float(alike.max(axis=0).mean()),
        )

    def part(self, sentence: str, part: str, quotes: Sequence[str]) -> float:
        """How well a part of a sentence fits quotes: the mean over its content words, -1 to 1; 0 for none."""
        own, start = self._placed(sentence), sentence.find(part)
        inside = [n for n, word in enumerate(own.words) if word.content and start <= word.start < start + len(part)]
        quoted = [one.vectors for one in map(self._placed, quotes) if len(one.words)]
        if not inside or not quoted or start < 0:
            return 0.0
        return float((own.vectors[inside] @ np.vstack(quoted).T).max(axis=1).mean())


def _unit(rows: Vectors) -> Vectors:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-9), dtype=np.float32)
