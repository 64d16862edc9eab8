"""question x passages -> answer spans with scores; the extractive model."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Protocol

from index.articles import Span
from index.sentences import sentence_spans
from qa.answer import ScoredSpan
from qa.spans import SpanScorer, best_spans

__all__ = ["Reader", "SpanReader", "load_reader"]

BUNDLED = "bundled"
MAX_THREADS = 8
"""Passages read at once; a question brings about twelve."""


class Reader(Protocol):
    """Finds in each passage the parts that may answer a question."""

    @property
    def name(self) -> str:
        """What a person calls it by."""

    @property
    def fingerprint(self) -> str:
        """Hash of what decides its scores."""

    def read(self, question: str, passages: Sequence[str], *, k: int = 3) -> list[list[ScoredSpan]]:
        """Read passages one by one.

        Args:
            question: That stands alone.
            passages: Texts; may be empty.
            k: Most spans a passage.

        Returns:
            One list a passage, best first, ties by place; offsets are code points in that passage. A score is
            the margin over "no answer here" and is comparable between passages and questions.
        """


class SpanReader:
    """A reader over a model that scores spans.

    Every passage is read by itself, so that a score does not depend on its neighbours, and several are read
    at once. Safe to use from many threads.

    Args:
        scorer: The model.
        threads: Passages read at once; 1 for a model that spreads itself over the processor.
        sentences: Cuts a passage into sentences, which a span does not leave.
    """

    def __init__(
        self,
        scorer: SpanScorer,
        *,
        threads: int = 1,
        sentences: Callable[[str], Sequence[Span]] = sentence_spans,
    ) -> None:
        self.name = scorer.name
        self.fingerprint = scorer.fingerprint
        self._scorer = scorer
        self._sentences = sentences
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="reader") if threads > 1 else None

    def read(self, question: str, passages: Sequence[str], *, k: int = 3) -> list[list[ScoredSpan]]:
        """Read passages one by one, as `Reader.read` says."""

        def read_one(passage: str) -> list[ScoredSpan]:
            scored = self._scorer.score(question, passage)
            return best_spans(scored, passage, self._sentences(passage), k=k) if scored else []

        return list(self._pool.map(read_one, passages) if self._pool else map(read_one, passages))


def load_reader(name: str | None = None, *, download: bool = False) -> SpanReader:
    """Bring a reader into memory; the bundled one is kept for the process.

    Args:
        name: A Hugging Face extractive question-answering model, by name or path; None for the bundled model.
        download: Fetch a model that is not on this machine; only where a person asked for it by name.

    Raises:
        ModelMissingError: The model is not on this machine, or a file is not the published one.
    """
    if name is None or name == BUNDLED:
        return _load_bundled()
    from qa.transformers_reader import TransformersScorer

    return SpanReader(TransformersScorer(name, download=download))


@cache
def _load_bundled() -> SpanReader:
    from qa.bundled_reader import BundledScorer

    able = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return SpanReader(BundledScorer(), threads=min(MAX_THREADS, able))
