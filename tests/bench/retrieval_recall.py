"""Recall@k of each leg and of ways to fuse them, on judged questions.

    python tests/bench/retrieval_recall.py QUESTIONS.jsonl INDEX

What was tried on 120 news questions (the `fit` half; 1,500 articles, 16,297 chunks; a supporting article among the
first k, %; 2026-11-23), and beside it the 93 of the `report` half, on which nothing was chosen:

    | way                                           | fit @1 | @5   | @10  | report @1 | @5   | @10  |
    |-----------------------------------------------|--------|------|------|-----------|------|------|
    | meaning alone                                 | 50.8   | 81.7 | 92.5 | 51.6      | 79.6 | 84.9 |
    | words alone                                   | 60.8   | 85.0 | 90.8 | 69.9      | 89.2 | 93.5 |
    | reciprocal ranks, equal                       | 52.5   | 86.7 | 90.8 | 63.4      | 86.0 | 92.5 |
    | words twice                                   | 56.7   | 87.5 | 92.5 | 64.5      | 84.9 | 91.4 |
    | words twice, freshness 0.3 over 14 days (now) | 74.2   | 90.8 | 92.5 | 71.0      | 83.9 | 92.5 |
    | equal, freshness 1.0 over 30 days             | 71.7   | 90.0 | 92.5 | 68.8      | 82.8 | 91.4 |
    | scores, half each, freshness 0.2              | 67.5   | 90.8 | 92.5 | 66.7      | 88.2 | 92.5 |
    | scores, half each, freshness 0.3              | 70.8   | 90.8 | 91.7 | 67.7      | 86.0 | 92.5 |

Depths of 30, 60 and 100 candidates a leg differ by one question at most. Half of the news questions have no words
of time; freshness against their date helps those as much as the others.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.library import Library
from qa.dates import dates_in, freshness
from qa.judging import JudgedQuestion, read_questions, with_ids

DEPTH = 200
FIRST = (1, 5, 10, 20)


@dataclass(frozen=True)
class Legs:
    """What both legs found for one question: chunk numbers with scores, and article and date of each chunk."""

    question: JudgedQuestion
    dense: Sequence[tuple[int, float]]
    lexical: Sequence[tuple[int, float]]
    articles: dict[int, str]
    published: dict[int, str]

    def fresh(self, number: int, days: float) -> float:
        """Freshness of a chunk's article for the question."""
        as_of = self.question.as_of
        dates = dates_in(self.question.question, as_of) if as_of else None
        return freshness(self.published[number], dates, as_of, days=days) if as_of else 0.0


Ranking = Callable[[Legs], list[int]]


def by_ranks(*, lexical: float = 1.0, weight: float = 0.0, days: float = 14.0, depth: int = 60) -> Ranking:
    """Reciprocal rank fusion, raised by freshness."""

    def rank(legs: Legs) -> list[int]:
        scores: dict[int, float] = {}
        for leg, share in ((legs.dense, 1.0), (legs.lexical, lexical)):
            for place, (number, _) in enumerate(leg[:depth], 1):
                scores[number] = scores.get(number, 0.0) + share / (60 + place)
        raised = {n: s * (1 + weight * legs.fresh(n, days)) for n, s in scores.items()}
        return sorted(raised, key=lambda n: (-raised[n], n))

    return rank


def by_scores(*, meaning: float, weight: float = 0.0, days: float = 14.0) -> Ranking:
    """Scores of both legs scaled to 0 to 1 and mixed, freshness added."""

    def rank(legs: Legs) -> list[int]:
        mixed = dict.fromkeys(legs.articles, 0.0)
        for leg, share in ((legs.dense, meaning), (legs.lexical, 1 - meaning)):
            low, high = min((s for _, s in leg), default=0.0), max((s for _, s in leg), default=0.0)
            for number, score in leg:
                mixed[number] += share * (score - low) / (high - low or 1.0)
        raised = {n: s + weight * legs.fresh(n, days) for n, s in mixed.items()}
        return sorted(raised, key=lambda n: (-raised[n], n))

    return rank


WAYS: dict[str, Ranking] = {
    "meaning alone": lambda legs: [n for n, _ in legs.dense],
    "words alone": lambda legs: [n for n, _ in legs.lexical],
    "reciprocal ranks, equal": by_ranks(),
    "words twice": by_ranks(lexical=2.0),
    "words twice, freshness 0.3 over 14 days (now)": by_ranks(lexical=2.0, weight=0.3),
    "equal, freshness 1.0 over 30 days": by_ranks(weight=1.0, days=30.0),
    "scores, half each, freshness 0.2": by_scores(meaning=0.5, weight=0.2),
    "scores, half each, freshness 0.3": by_scores(meaning=0.5, weight=0.3),
}


def legs_of(library: Library, question: JudgedQuestion) -> Legs:
    """Both legs for one question."""
    vector = library.embeddings.embed_query(question.question)
    with library.snapshot() as snapshot:
        dense, lexical = snapshot.dense(vector, DEPTH), snapshot.lexical(question.question, DEPTH)
        rows = snapshot.chunks(sorted({number for number, _ in (*dense, *lexical)}))
    articles = {number: row.article.id for number, row in rows.items()}
    return Legs(question, dense, lexical, articles, {n: row.article.published for n, row in rows.items()})


def recall(found: Sequence[Legs], rank: Ranking, first: int) -> float:
    """Share of the questions with a supporting article among the first."""
    hits = 0
    for legs in found:
        ordered = list(dict.fromkeys(legs.articles[number] for number in rank(legs)))
        hits += bool(set(legs.question.articles) & set(ordered[:first]))
    return hits / len(found)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions")
    parser.add_argument("index")
    arguments = parser.parse_args()
    library = Library.open(arguments.index)
    paths = {row.id: row.path for row in library.articles()}
    questions = [
        q for q in with_ids(read_questions(arguments.questions), paths) if q.articles and set(q.articles) <= set(paths)
    ]
    found = [legs_of(library, question) for question in questions]
    sys.stdout.write(f"{len(found)} questions\n")
    for name, rank in WAYS.items():
        shares = "  ".join(f"@{first} {100 * recall(found, rank, first):5.1f}" for first in FIRST)
        sys.stdout.write(f"{name:48}{shares}\n")


if __name__ == "__main__":
    main()
