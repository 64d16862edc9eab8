"""Reads without a trained model: the sentence whose meaning and rare words fit the question best."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from index.sentences import sentence_spans
from qa.answer import ScoredSpan
from qa.question import content_words, words_in

__all__ = ["SentenceReader"]

Embed = Callable[[Sequence[str]], np.ndarray[Any, Any]]

WORD_WEIGHT = 1.0
"""Of the share of the question's words that a sentence has, beside its cosine."""
NO_ANSWER = 0.85
"""Score below which a sentence is no answer; chosen on tests/data/tune.jsonl."""


class SentenceReader:
    """A reader that answers with whole sentences; the baseline a trained reader is measured against.

    Args:
        embed: Texts to unit vectors, shape (len(texts), dimension).
    """

    name = "sentences"

    def __init__(self, embed: Embed) -> None:
        self._embed = embed

    @property
    def fingerprint(self) -> str:
        """What decides its scores."""
        return f"sentences {WORD_WEIGHT} {NO_ANSWER}"

    def read(self, question: str, passages: Sequence[str], *, k: int = 3) -> list[list[ScoredSpan]]:
        """The best sentences of each passage, best first, ties by place.

        Args:
            question: That stands alone.
            passages: Texts.
            k: Most sentences a passage.
        """
        spans = [sentence_spans(passage) for passage in passages]
        texts = [passage[start:end] for passage, found in zip(passages, spans, strict=True) for start, end in found]
        if not texts:
            return [[] for _ in passages]
        vectors = self._embed([question, *texts])
        cosines = vectors[1:] @ vectors[0]
        wanted = {word[:6] for word in content_words(question)}
        read, place = [], 0
        for found in spans:
            scored = []
            for start, end in found:
                have = {word[:6] for word in words_in(texts[place])}
                cover = len(wanted & have) / max(1, len(wanted))
                score = float(cosines[place]) + WORD_WEIGHT * cover - NO_ANSWER
                scored.append(ScoredSpan(start, end, round(score, 5)))
                place += 1
            read.append(sorted(scored, key=lambda span: (-span.score, span.start))[:k])
        return read
