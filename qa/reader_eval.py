"""`articleqa eval reading`: questions with their passages put to a reader, and the figures of SQuAD."""

import gzip
import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from math import isfinite, isnan
from pathlib import Path
from typing import Any

from index.errors import ArticleError
from qa.metrics import auroc, bootstrap, percentile
from qa.reader import Reader
from qa.reading_metrics import Reading, best_threshold, exact, f1

__all__ = ["ReadingReport", "evaluate_reading", "render_reading", "summarize_readings"]

ROUNDS = 300
"""Of the bootstrap."""


@dataclass(frozen=True, kw_only=True)
class ReadingReport:
    """Figures of reading; shares are 0 to 1, intervals are 95 % by bootstrap over questions.

    Args:
        answerable: Questions that their passage answers.
        exact: Of the answerable questions, the best span being given whatever its margin.
        f1: Likewise.
        no_answer_f1: Of all questions at the best threshold, silence being right for an impossible one; nan
            without impossible questions.
        threshold: That threshold, a margin.
        auroc: Chance that an answerable question's margin is above an impossible one's; nan without both.
        p50_ms: Time for one question with one passage.
        p95_ms: Likewise.
        intervals: By the name of the figure.
    """

    reader: str
    fingerprint: str
    questions: int
    answerable: int
    exact: float
    f1: float
    no_answer_f1: float
    threshold: float
    auroc: float
    p50_ms: float
    p95_ms: float
    intervals: dict[str, tuple[float, float]]

    def to_json(self) -> dict[str, Any]:
        """Plain dictionaries and lists, for `json.dumps`; a figure that does not exist is null."""
        figures = asdict(self)
        figures["intervals"] = {name: [_plain(x) for x in ends] for name, ends in self.intervals.items()}
        return {name: _plain(value) for name, value in figures.items()}


def evaluate_reading(
    path: Path,
    *,
    reader: Reader,
    limit: int | None = None,
    out: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> ReadingReport:
    """Read every question of a file with its own passage and compare with the golds.

    Args:
        path: JSON lines, gzipped or not: `id, context, question, answers: [{text, answer_start}]` and, where
            the passage does not answer, `impossible: true` (or no answers).
        reader: What reads.
        limit: Most questions, taken evenly from the whole file; None for all.
        out: Gets one JSON line a question: what was asked, given and wanted.
        progress: Told (done, all) after each question.

    Raises:
        ArticleError: A line is not a question with its passage.
    """
    rows = list(read_questions(path))
    if limit is not None and 0 < limit < len(rows):
        rows = [rows[place * len(rows) // limit] for place in range(limit)]
    readings, times, records = [], [], []
    for done, row in enumerate(rows, 1):
        began = time.perf_counter()
        (spans,) = reader.read(row["question"], [row["context"]], k=1)
        times.append(1000 * (time.perf_counter() - began))
        golds = [] if row.get("impossible") else [answer["text"] for answer in row["answers"]]
        given = row["context"][spans[0].start : spans[0].end] if spans else ""
        margin = spans[0].score if spans else float("-inf")
        reading = Reading(margin, exact(given, golds), f1(given, golds), impossible=not golds)
        readings.append(reading)
        records.append(
            {"id": row.get("id"), "question": row["question"], "given": given, "wanted": golds}
            | {"margin": _plain(margin), "exact": reading.exact, "f1": round(reading.f1, 4)}
        )
        if progress:
            progress(done, len(rows))
    if out:
        out.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records), encoding="utf-8")
    return summarize_readings(readings, times, reader=reader)


def summarize_readings(readings: Sequence[Reading], times: Sequence[float], *, reader: Reader) -> ReadingReport:
    """Figures of questions that were read; `times` are milliseconds."""
    answerable = [r for r in readings if not r.impossible]
    both = 0 < len(answerable) < len(readings)
    threshold, no_answer_f1 = best_threshold(readings) if both else (0.0, float("nan"))
    intervals = {
        "exact": bootstrap(answerable, _mean_exact, rounds=ROUNDS),
        "f1": bootstrap(answerable, _mean_f1, rounds=ROUNDS),
    }
    if both:
        intervals["no_answer_f1"] = bootstrap(readings, lambda rows: best_threshold(rows)[1], rounds=ROUNDS)
        intervals["auroc"] = bootstrap(readings, _auroc, rounds=ROUNDS)
    return ReadingReport(
        reader=reader.name,
        fingerprint=reader.fingerprint,
        questions=len(readings),
        answerable=len(answerable),
        exact=_mean_exact(answerable),
        f1=_mean_f1(answerable),
        no_answer_f1=no_answer_f1,
        threshold=threshold,
        auroc=_auroc(readings),
        p50_ms=percentile(times, 50),
        p95_ms=percentile(times, 95),
        intervals=intervals,
    )


def render_reading(report: ReadingReport) -> str:
    """The report as text, a figure a line."""
    lines = [
        f"reader       {report.reader} ({report.fingerprint})",
        f"questions    {report.questions}, of which {report.answerable} are answered by their passage",
    ]
    named = (("F1", "f1"), ("EM", "exact"), ("F1 no-answer", "no_answer_f1"), ("AUROC", "auroc"))
    for label, name in named:
        value = getattr(report, name)
        if isnan(value):
            continue
        scale, digits = (1, 3) if name == "auroc" else (100, 1)
        low, high = (scale * x for x in report.intervals[name])
        lines.append(f"{label:<12} {scale * value:.{digits}f}   95 % {low:.{digits}f} to {high:.{digits}f}")
    if not isnan(report.no_answer_f1):
        lines.append(f"threshold    {report.threshold:.2f}")
    lines.append(f"a question   {report.p50_ms:.0f} ms p50, {report.p95_ms:.0f} ms p95")
    return "\n".join(lines)


def read_questions(path: Path) -> Iterable[dict[str, Any]]:
    """Read the lines of a question file, each checked for what reading needs.

    Raises:
        ArticleError: The file cannot be read, or a line is not a question with its passage.
    """
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                row = json.loads(line)
                missing = [name for name in ("question", "context", "answers") if name not in row]
                if missing:
                    raise ArticleError(path, f"line {number} has no {missing[0]!r}")
                yield row
    except (OSError, UnicodeDecodeError, EOFError) as error:
        raise ArticleError(path, str(error)) from error
    except json.JSONDecodeError as error:
        raise ArticleError(path, f"a line is not JSON ({error})") from error


def _mean_exact(readings: Sequence[Reading]) -> float:
    return sum(r.exact for r in readings) / len(readings) if readings else float("nan")


def _mean_f1(readings: Sequence[Reading]) -> float:
    return sum(r.f1 for r in readings) / len(readings) if readings else float("nan")


def _auroc(readings: Sequence[Reading]) -> float:
    return auroc([r.margin for r in readings], [not r.impossible for r in readings])


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not isfinite(value) else value
