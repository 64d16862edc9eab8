"""`articleqa eval questions`: judged questions put to an index, and the figures of what comes back."""

import json
import resource
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from math import isnan
from pathlib import Path
from typing import Any

from qa.answer import Answer
from qa.judging import JudgedQuestion, Outcome, judge, read_questions, with_ids
from qa.metrics import auroc, bootstrap, calibration_error, coverage_curve, percentile

__all__ = ["QuestionReport", "evaluate_questions", "measure", "render_report", "summarize"]

DEPTHS = (1, 5, 10)
"""Articles, from the top, among which retrieval must bring a supporting one."""


@dataclass(frozen=True, kw_only=True)
class QuestionReport:
    """Figures over judged questions; shares are 0 to 1, intervals are 95 % by bootstrap.

    Args:
        right: Share of the answerable questions answered, and right, at the threshold.
        answered_impossible: Share of the unanswerable questions answered at the threshold.
        precision: Right of those answered, unanswerable questions counted as wrong.
        coverage: Answered of all.
        curve: (threshold, precision, coverage).
        peak_megabytes: Most memory the process held.
    """

    questions: int
    answerable: int
    threshold: float
    recall: dict[str, float]
    exact: float
    f1: float
    gold_in_sentence: float
    right: float
    answered_impossible: float
    precision: float
    coverage: float
    auroc: float
    ece: float
    curve: tuple[tuple[float, float, float], ...]
    p50_ms: float
    p95_ms: float
    peak_megabytes: float
    intervals: dict[str, tuple[float, float]]
    by_kind: dict[str, tuple[int, float]]

    def to_json(self) -> dict[str, Any]:
        """Plain dictionaries and lists, for `json.dumps`; a figure that does not exist is null."""
        return {name: _without_nan(value) for name, value in asdict(self).items()}


def measure(
    questions: Sequence[JudgedQuestion],
    ask: Callable[[JudgedQuestion], Answer],
    *,
    threshold: float,
    progress: Callable[[int, int], None] | None = None,
) -> list[Outcome]:
    """Put every question and judge what comes back.

    Args:
        questions: In the order they are asked.
        ask: Answers one with a threshold of 0, so that withheld answers are judged too.
        threshold: Confidence from which an answer counts as given.
        progress: Told (done, total) after each.
    """
    outcomes = []
    for number, question in enumerate(questions, 1):
        begin = time.perf_counter()
        answer = ask(question)
        outcomes.append(judge(question, answer, threshold=threshold, seconds=time.perf_counter() - begin))
        if progress:
            progress(number, len(questions))
    return outcomes


def summarize(outcomes: Sequence[Outcome], *, threshold: float) -> QuestionReport:
    """Figures over the outcomes."""
    possible = [o for o in outcomes if not o.impossible]
    answered = [o for o in outcomes if o.answered]
    confidences, right = [o.confidence for o in outcomes], [o.right for o in outcomes]
    kinds = sorted({o.kind for o in possible})
    return QuestionReport(
        questions=len(outcomes),
        answerable=len(possible),
        threshold=threshold,
        recall={str(k): _recall(possible, k) for k in DEPTHS},
        exact=_share(o.exact for o in possible),
        f1=_share(o.f1 for o in possible),
        gold_in_sentence=_share(o.gold_in_sentence for o in possible),
        right=_share(o.answered and o.right for o in possible),
        answered_impossible=_share(o.answered for o in outcomes if o.impossible),
        precision=_share(o.right for o in answered),
        coverage=_share(o.answered for o in outcomes),
        auroc=auroc(confidences, right),
        ece=calibration_error(confidences, right),
        curve=tuple(coverage_curve(confidences, right)),
        p50_ms=1000 * percentile([o.seconds for o in outcomes], 50),
        p95_ms=1000 * percentile([o.seconds for o in outcomes], 95),
        peak_megabytes=_peak_megabytes(),
        intervals=_intervals(outcomes, possible),
        by_kind={
            kind: (len(rows), _share(o.answered and o.right for o in rows))
            for kind in kinds
            for rows in [[o for o in possible if o.kind == kind]]
        },
    )


def evaluate_questions(
    path: str | Path,
    index: str | Path | None,
    *,
    limit: int = 0,
    out: str | Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> QuestionReport:
    """Measure an index with a file of judged questions.

    Args:
        path: JSON lines, gzipped or not.
        index: The index; None for the default one.
        limit: Questions to ask, from the first; 0 for all.
        out: File for one JSON line per question.
        progress: Told (done, total) after each question.
    """
    from qa.chain import ArticleQA
    from qa.confidence import default_threshold

    questions = read_questions(path)[: limit or None]
    chain = ArticleQA.open(index, min_confidence=0.0)
    questions = with_ids(questions, {row.id: row.path for row in chain.library.articles()})

    def ask(question: JudgedQuestion) -> Answer:
        return chain.invoke(question.question, as_of=question.as_of or None, use_llm=False)

    threshold = default_threshold()
    outcomes = measure(questions, ask, threshold=threshold, progress=progress)
    if out is not None:
        lines = "".join(json.dumps(asdict(outcome), ensure_ascii=False) + "\n" for outcome in outcomes)
        Path(out).write_text(lines, encoding="utf-8")
    return summarize(outcomes, threshold=threshold)


def render_report(report: QuestionReport) -> str:
    """The figures as a person reads them."""

    def line(name: str, value: float, interval: str = "") -> str:
        if isnan(value):
            return f"{name:<46}  none"
        low, high = report.intervals.get(interval, (float("nan"), float("nan")))
        return f"{name:<46}{100 * value:6.1f} %" + (f"   ({100 * low:.1f} to {100 * high:.1f})" if interval else "")

    impossible = report.questions - report.answerable
    lines = [f"{report.questions} questions, {impossible} of them without an answer in the articles", ""]
    lines += [line(f"supporting article among the first {k}", v, f"recall@{k}") for k, v in report.recall.items()]
    lines += [
        line("short answer, exact match", report.exact, "exact"),
        line("short answer, F1", report.f1, "f1"),
        line("gold in the first cited sentence", report.gold_in_sentence, "gold_in_sentence"),
        "",
        f"At the default threshold, confidence {report.threshold:.2f}:",
        line("answered right, of the answerable", report.right, "right"),
        line("answered, of those without an answer", report.answered_impossible),
        line("right of the answered (precision)", report.precision, "precision"),
        line("answered of all (coverage)", report.coverage),
        line("AUROC of the confidence", report.auroc),
        line("calibration error (10 bins)", report.ece, "ece"),
        "",
        f"{'time per question, p50 / p95':<46}{report.p50_ms:6.0f} / {report.p95_ms:.0f} ms",
        f"{'most memory held':<46}{report.peak_megabytes:6.0f} MB",
        "",
        "threshold  precision  coverage",
        *(f"{t:9.2f}  {100 * p:7.1f} %  {100 * c:6.1f} %" for t, p, c in report.curve),
    ]
    if len(report.by_kind) > 1:
        lines += [
            "",
            *(f"{kind:<14}{count:4d}  {100 * share:5.1f} % right" for kind, (count, share) in report.by_kind.items()),
        ]
    return "\n".join(lines)


def _intervals(outcomes: Sequence[Outcome], possible: Sequence[Outcome]) -> dict[str, tuple[float, float]]:
    """95 % intervals of the main figures."""
    measures: dict[str, Callable[[Sequence[Outcome]], float]] = {
        **{f"recall@{k}": lambda rows, k=k: _recall(rows, k) for k in DEPTHS},  # type: ignore[misc]
        "exact": lambda rows: _share(o.exact for o in rows),
        "f1": lambda rows: _share(o.f1 for o in rows),
        "gold_in_sentence": lambda rows: _share(o.gold_in_sentence for o in rows),
        "right": lambda rows: _share(o.answered and o.right for o in rows),
    }
    found = {name: bootstrap(possible, of) for name, of in measures.items()}
    found["precision"] = bootstrap(outcomes, lambda rows: _share(o.right for o in rows if o.answered))
    found["ece"] = bootstrap(outcomes, _calibration_error)
    return found


def _recall(outcomes: Sequence[Outcome], k: int) -> float:
    """Share of the questions with known articles that have one among the first k; nan without such questions."""
    return _share(0 < o.found_at <= k for o in outcomes if o.has_articles)


def _calibration_error(outcomes: Sequence[Outcome]) -> float:
    return calibration_error([o.confidence for o in outcomes], [o.right for o in outcomes])


def _share(values: Iterable[float]) -> float:
    """Mean; nan for no values."""
    listed = [float(value) for value in values]
    return sum(listed) / len(listed) if listed else float("nan")


def _peak_megabytes() -> float:
    """Most resident memory of this process so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Kilobytes on Linux, bytes on macOS.
    return peak / (1024 * 1024) if sys.platform == "darwin" else peak / 1024


def _without_nan(value: Any) -> Any:
    """The same with None for every nan, which JSON does not have."""
    if isinstance(value, float):
        return None if value != value else value  # noqa: PLR0124
    if isinstance(value, dict):
        return {name: _without_nan(part) for name, part in value.items()}
    return [_without_nan(part) for part in value] if isinstance(value, (list, tuple)) else value
