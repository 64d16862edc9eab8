r"""python -m qa.calibration: fits which candidate to take, how sure to be, and when to say nothing.

    python -m qa.calibration --out qa/confidence.json fit.jsonl=INDEX [more.jsonl=INDEX ...] --tune tune.jsonl=INDEX \
        [--weights-only written.jsonl=INDEX]

Each file of judged questions is put to its index once; the weights are fitted on all of them, and the threshold is
the lowest that reaches the precision on them. Questions that were written with one passage before the writer's eyes
("who cut the rope?") are for the weights only: asked of a pile of articles many of them have several right answers.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from qa.answer import Answer, ScoredSpan
from qa.confidence import Weights, fit_logistic, load_weights
from qa.explaining import SENTENCE_KINDS, sentence_rows
from qa.extractive import SPANS, answer_from, group_signals, join, readable, score, with_rivals
from qa.judging import JudgedQuestion, bears, is_right, read_questions, same, with_ids
from qa.metrics import lowest_threshold, normalized
from qa.signals import Asked

__all__ = ["PRECISION", "Read", "confidences", "fit_weights", "read_all"]

PRECISION = 0.8
"""Share of right answers that the default threshold reaches."""
TUNE_WEIGHT = 4
"""How often the tuning questions count: they are few, and of the kind of article that the others are not."""
ROUNDS = 2
"""The weights choose which candidates are looked at closely, so they are fitted again on those that they choose."""
SENTENCES = 1
"""Sentences of a question that their model is fitted on: its best by the present weights."""

RANK_SIGNALS = (
    "margin", "alone", "again", "place", "similarity", "likeness", "cover", "near", "next", "fit", "noun", "fresh",
    "passage", "article", "aligned", "nearby", "unmet", "held",
)  # fmt: skip
ANSWER_SIGNALS = (
    "odds", "margin", "similarity", "likeness", "near", "fit", "lead", "missing", "passage", "article", "aligned",
    "nearby", "unmet", "held",
)  # fmt: skip
SENTENCE_SIGNALS = (
    "margin", "alone", "place", "similarity", "likeness", "cover", "near", "fresh", "fragment", "passage", "article",
    "asked", "aligned", "nearby", "unmet",
)  # fmt: skip


@dataclass(frozen=True)
class Read:
    """A judged question with what retrieval and the reader made of it."""

    question: JudgedQuestion
    draft: Answer
    spans: Sequence[Sequence[ScoredSpan]]
    asked: Asked


def fit_weights(
    parts: Sequence[Sequence[Read]],
    tune: Sequence[Read] = (),
    *,
    weights_only: Sequence[Sequence[Read]] = (),
    source: str,
) -> Weights:
    """Weights from judged questions, and the lowest threshold with `PRECISION` on both sets of them.

    Args:
        parts: To fit on: questions to one index each. Each part counts about as much as the largest.
        tune: Questions on short local articles, `TUNE_WEIGHT` times.
        weights_only: More parts, on which the threshold is not chosen.
        source: What they are, in words; kept with the weights.
    """
    largest = max(len(part) for part in (*parts, *weights_only))
    reads, others = (
        [one for part in some for one in list(part) * round(largest / len(part))] for some in (parts, weights_only)
    )
    weights, every = load_weights(), [*reads, *others, *list(tune) * TUNE_WEIGHT]
    for _ in range(ROUNDS):
        rows, right = _columns(_candidate_rows(every, weights))
        weights = replace(weights, rank=fit_logistic(rows, right, RANK_SIGNALS))
        rows, right = _columns(_answer_rows(every, weights))
        weights = replace(weights, spans=fit_logistic(rows, right, ANSWER_SIGNALS))
        rows, right = _columns(_sentence_rows(every, weights))
        weights = replace(weights, sentences=fit_logistic(rows, right, SENTENCE_SIGNALS), source=source)
    threshold = max(_threshold(part, weights) for part in (reads, tune) if part)
    return replace(weights, threshold=round(threshold, 3))


def confidences(reads: Sequence[Read], weights: Weights) -> tuple[list[float], list[bool]]:
    """Confidence of the answer to each question, and whether it is right; unanswerable ones never are."""
    sure, right = [], []
    for one in reads:
        answer = answer_from(one.draft, one.spans, one.asked, min_confidence=0.0, weights=weights)
        sure.append(answer.confidence)
        right.append(not one.question.impossible and is_right(one.question, answer))
    return sure, right


def _threshold(reads: Sequence[Read], weights: Weights) -> float:
    sure, right = confidences(reads, weights)
    return lowest_threshold(sure, right, precision=PRECISION, fewest=max(5, len(reads) // 20))


def _columns(rows: Iterable[tuple[Mapping[str, float], bool]]) -> tuple[list[Mapping[str, float]], list[bool]]:
    listed = list(rows)
    return [row for row, _ in listed], [right for _, right in listed]


def _candidate_rows(reads: Sequence[Read], weights: Weights) -> Iterator[tuple[Mapping[str, float], bool]]:
    """Candidates of the questions that have an answer, each with whether it is right."""
    for one in reads:
        found = readable(one.draft, one.spans, one.asked)
        if one.question.impossible or one.asked.kind in SENTENCE_KINDS:
            continue
        for scored in score(found, one.asked, one.draft, weights):
            yield scored.signals, same(scored.found.text, one.question.answers)


def _answer_rows(reads: Sequence[Read], weights: Weights) -> Iterator[tuple[Mapping[str, float], bool]]:
    """The best short answer of each question, with whether it is right."""
    for one in reads:
        if one.asked.kind in SENTENCE_KINDS:
            continue
        groups = join(score(readable(one.draft, one.spans, one.asked), one.asked, one.draft, weights))
        if groups:
            text = groups[0].best.found.text
            groups_right = [same(text, group) for group in one.question.answer_groups] or [
                same(text, one.question.answers)
            ]
            right = not one.question.impossible and any(groups_right)
            shown = with_rivals(groups, one.asked, one.draft)
            yield group_signals(groups, shown, len(one.draft.missing_words)), right


def _sentence_rows(reads: Sequence[Read], weights: Weights) -> Iterator[tuple[Mapping[str, float], bool]]:
    """The best sentences of each question, with whether they hold or bear the answer."""
    for one in reads:
        for found, signals, _ in sentence_rows(
            one.draft, readable(one.draft, one.spans, one.asked), one.asked, weights
        )[:SENTENCES]:
            held = any(same_words(gold, found.quote) for gold in one.question.answers)
            yield signals, not one.question.impossible and (held or bears(found.quote, one.question.sentences))


def same_words(gold: str, quote: str) -> bool:
    """The gold's words stand in the quote in their order."""
    return bool(normalized(gold)) and f" {normalized(gold)} " in f" {normalized(quote)} "


def read_all(path: str, index: str) -> list[Read]:
    """Put every judged question of a file to an index, with the bundled reader."""
    from qa.chain import ArticleQA

    chain = ArticleQA.open(index)
    reads = []
    for question in with_ids(read_questions(path), {row.id: row.path for row in chain.library.articles()}):
        draft, rarity = chain.find(question.question, searched_for=question.question, as_of=question.as_of or None)
        spans = chain.reader.read(question.question, [passage.text for passage in draft.passages], k=SPANS)
        reads.append(Read(question, draft, spans, chain.consider(draft, rarity)))
    return reads


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("fit", nargs="+", help="QUESTIONS=INDEX")
    parser.add_argument("--weights-only", nargs="+", default=[], help="QUESTIONS=INDEX not to choose the threshold on")
    parser.add_argument("--tune", help="QUESTIONS=INDEX that count several times")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--source", default="", help="what the questions are, in words")
    given: Any = parser.parse_args(arguments)
    parts = [read_all(*pair.split("=", 1)) for pair in given.fit]
    tune = read_all(*given.tune.split("=", 1)) if given.tune else []
    others = [read_all(*pair.split("=", 1)) for pair in given.weights_only]
    count = sum(len(part) for part in (*parts, *others))
    weights = fit_weights(parts, tune, weights_only=others, source=given.source or f"{count} questions")
    given.out.write_text(json.dumps(weights.to_json(), indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(f"{count} questions, threshold {weights.threshold}\n")


if __name__ == "__main__":
    main()
