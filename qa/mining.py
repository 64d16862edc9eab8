"""paragraphs that retrieval finds for a question and that lack its answer."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index.lexical import LexicalIndex, LexicalRecord
from qa.negatives import lacks_answer
from qa.retrieval import fuse
from qa.training_data import Row

__all__ = ["mine", "rank_by_both", "rank_by_words"]

Rank = Callable[[Sequence[str], int], list[list[int]]]
"""Questions and a depth -> for each question places of paragraphs, best first."""
Embed = Callable[[Sequence[str]], np.ndarray[Any, Any]]


def rank_by_words(paragraphs: Sequence[str]) -> Rank:
    """Rank paragraphs by BM25, with the program's own engine."""

    def rank(questions: Sequence[str], depth: int) -> list[list[int]]:
        with tempfile.TemporaryDirectory() as folder:
            lexical = LexicalIndex(Path(folder))
            lexical.write(LexicalRecord(number, "", text) for number, text in enumerate(paragraphs))
            return [[number for number, _ in lexical.search(question, depth)] for question in questions]

    return rank


def rank_by_both(paragraphs: Sequence[str], embed: Embed) -> Rank:
    """Rank paragraphs as the program does: by meaning and by words, fused by reciprocal rank.

    Args:
        paragraphs: What is searched.
        embed: Texts to unit vectors, float32 [texts, dimension].
    """
    vectors = embed(paragraphs)

    def rank(questions: Sequence[str], depth: int) -> list[list[int]]:
        lexical = rank_by_words(paragraphs)(questions, depth)
        cosines = embed(questions) @ vectors.T
        dense = [[int(n) for n in np.argsort(-row, kind="stable")[:depth]] for row in cosines]
        fused = [fuse(legs) for legs in zip(dense, lexical, strict=True)]
        return [[number for number, _ in found[:depth]] for found in fused]

    return rank


def mine(
    rows: Sequence[Row], paragraphs: Sequence[str], rank: Rank, *, keep: int = 6, depth: int = 24
) -> dict[str, list[int]]:
    """Find for each question the best-ranked paragraphs that lack all of its answers.

    Args:
        rows: Answerable questions.
        paragraphs: What `rank` ranks.
        rank: How they are found.
        keep: Most paragraphs kept for a question.
        depth: How far down the ranking is looked.

    Returns:
        Row id -> places in `paragraphs`, best first; questions with none are left out.
    """
    found = {}
    for row, places in zip(rows, rank([row.question for row in rows], depth), strict=True):
        kept = [n for n in places if paragraphs[n] != row.context and lacks_answer(paragraphs[n], row)]
        if kept:
            found[row.id] = kept[:keep]
    return found
