"""Words of a question held against those of a text by meaning in context: "sworn in", "take the oath"; pure."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from index.articles import Span
from qa.question import STOP_WORDS, word_spans
from qa.wording import stem

__all__ = ["Tokens", "align", "word_vectors"]

Vectors = np.ndarray[Any, np.dtype[np.float32]]
Tokens = Callable[[Sequence[str]], Sequence[tuple[Sequence[Span], Vectors]]]
"""Texts -> spans of the tokens of each, and their vectors in its context, float32 [tokens, dimension]."""


def word_vectors(text: str, spans: Sequence[Span], vectors: Vectors) -> tuple[list[Span], Vectors]:
    """The words of a text, each with the mean of its tokens' vectors.

    Args:
        text: As it was read.
        spans: Of its tokens, in order.
        vectors: Of its tokens, float32 [tokens, dimension].

    Returns:
        Spans of the words whose tokens were read, and unit vectors, float32 [words, dimension].
    """
    starts, ends = np.array(spans, dtype=np.int64).reshape(-1, 2).T
    words, means = [], []
    for start, end in word_spans(text):
        inside = slice(int(np.searchsorted(ends, start, side="right")), int(np.searchsorted(starts, end)))
        if inside.start < inside.stop:
            mean = vectors[inside].mean(axis=0)
            words.append((start, end))
            means.append(mean / max(float(np.linalg.norm(mean)), 1e-9))
    return words, np.array(means, dtype=np.float32).reshape(len(words), vectors.shape[1])


def align(
    question: tuple[str, Sequence[Span], Vectors],
    text: tuple[str, Sequence[Span], Vectors],
    weights: Mapping[str, float],
    parts: Sequence[Sequence[Span]],
) -> list[dict[str, float]]:
    """For each part of a text: how near its nearest word comes to each word of the question (BERTScore's idea).

    The greedy match of contextual vectors is that of Zhang et al. 2020, "BERTScore"; here one word of the question
    with none like it is what tells an answer from its neighbour.

    Args:
        question: With its token spans and vectors.
        text: Likewise.
        weights: Of the question's stems that count.
        parts: Spans of the text that are looked at, some for each result.

    Returns:
        For each of `parts` a cosine of each stem, -1 to 1, rounded; 0 where the part holds no word.
    """
    asked, wanted = word_vectors(*question)
    words, found = word_vectors(*text)
    cosines = wanted @ found.T
    results = []
    for spans in parts:
        inside = [n for n, word in enumerate(words) if any(s <= word[0] < e for s, e in spans)]
        nearest: dict[str, float] = {}
        for place, (start, end) in enumerate(asked):
            word = question[0][start:end].lower().replace("\u2019", "'").removesuffix("'s")
            if word not in STOP_WORDS and stem(word) in weights:
                best = float(cosines[place, inside].max()) if inside else 0.0
                nearest[stem(word)] = max(round(best, 3), nearest.get(stem(word), -1.0))
        results.append(nearest)
    return results
