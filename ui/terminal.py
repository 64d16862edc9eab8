"""Answers, reports and progress as a terminal shows them; what articles say cannot steer the terminal."""

import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from index.library import Status
    from index.sync import Progress, SyncReport
    from qa.answer import Answer, Citation, Passage

__all__ = ["plain", "render_answer", "render_report", "render_status", "shown_progress"]

NEAREST = 3
UNITS = {"reading": "files", "embedding": "chunks", "writing": "steps"}


def plain(text: str) -> str:
    r"""Text without control and direction characters: an article must not move the cursor or reverse a line.

    Example:
        >>> plain("a\x1b[31mb\u202ec\td")
        'a[31mbc d'
    """
    kept = (" " if c in "\t\n\r" else c for c in text)
    return "".join(c for c in kept if unicodedata.category(c) not in ("Cc", "Cf"))


def render_answer(answer: "Answer") -> str:
    """The short answer, then each cited sentence with its article; or what was looked for in vain."""
    lines = [f"Searched for: {plain(answer.searched_for)}"] if answer.searched_for != answer.question else []
    if not answer.answered:
        return "\n".join([*lines, *_unanswered(answer)])
    if len(answer.alternatives) > 1:
        lines.append(click.style("The articles disagree:", bold=True))
        for alternative in answer.alternatives:
            marks = "".join(f"[{number}]" for number in alternative.citations)
            newest = " (newest)" if alternative.newest else ""
            lines.append(f"  {click.style(plain(alternative.text), bold=True)} {marks}{newest}")
    else:
        lines.append(click.style(plain(answer.text), bold=True))
    for citation in answer.citations:
        lines += ["", *_cited(citation)]
    lines += _withheld(answer)
    if answer.notes:
        lines += ["", *(plain(note) for note in answer.notes)]
    return "\n".join(lines)


def _withheld(answer: "Answer") -> Iterator[str]:
    for sentence in answer.withheld:
        yield from ("", f"Withheld: {plain(sentence.text)} ({plain(sentence.reason)})")


def _cited(citation: "Citation", mark: str = "") -> Iterator[str]:
    before = citation.quote[: citation.answer_start - citation.start]
    after = citation.quote[citation.answer_end - citation.start :]
    quote = plain(before) + click.style(plain(citation.answer), bold=True, underline=True) + plain(after)
    yield f"[{mark or citation.number}] \u201c{quote}\u201d"
    yield "    " + _place(citation) + (f", page {citation.page}" if citation.page else "")
    if citation.url:
        yield "    " + plain(citation.url)
    if citation.also_in:
        yield "    also in " + "; ".join(plain(name) for name in citation.also_in)


def _place(item: "Citation | Passage") -> str:
    return " \u00b7 ".join(plain(part) for part in (item.title, item.source, item.published[:10]) if part)


def _unanswered(answer: "Answer") -> Iterator[str]:
    yield click.style(f"The articles do not {'clearly ' if answer.guess else ''}say.", bold=True)
    if answer.missing_words:
        yield "No article contains: " + ", ".join(plain(word) for word in answer.missing_words)
    yield from (plain(note) for note in answer.notes)
    yield from _withheld(answer)
    if answer.guess:
        yield ""
        yield f"The likeliest sentence, {answer.confidence:.0%} likely to answer it:"
        yield from _cited(answer.guess, mark="?")
    if answer.passages:
        yield ""
        yield "The nearest passages, which are not an answer:"
        for passage in answer.passages[:NEAREST]:
            text = plain(passage.text)
            yield f"  - {_place(passage)}"
            yield f"    {text[:160]}{'...' if len(text) > 160 else ''}"


def render_report(report: "SyncReport") -> str:
    """What a sync did, and every file that could not be read."""
    parts = [f"{getattr(report, name)} {name}" for name in ("added", "changed", "moved", "removed", "unchanged")]
    lines = [("Would be: " if report.dry_run else "") + ", ".join(parts)]
    if report.dry_run:
        lines += [f"  {c.kind}: {plain(c.title)} ({plain(c.path)})" for c in report.changes]
    else:
        lines[0] += f"; {report.embedded} chunks embedded in {report.seconds:.1f} s; generation {report.generation}"
    lines += [f"Not read: {plain(str(error))}" for error in report.failed]
    if report.languages:
        found = ", ".join(f"{name} ({count})" for name, count in report.languages)
        lines.append(
            f"Not in English: {found}. The bundled model reads English; such articles are found by words only."
        )
    return "\n".join(lines)


def render_status(status: "Status") -> str:
    """What an index says of itself."""
    rows: Sequence[tuple[str, object]] = (
        ("index", status.path),
        ("articles", status.articles),
        ("outlets", status.outlets),
        ("chunks", status.chunks),
        ("generation", status.generation),
        ("last change", status.synced_at or "never"),
        ("on disk", f"{status.bytes_on_disk / 1e6:.1f} MB"),
        ("model", dict(status.settings).get("embedder", "not chosen yet")),
        ("languages", ", ".join(f"{name or 'unknown'} {count}" for name, count in status.languages) or "none"),
    )
    lines = [f"{name:12} {plain(str(value))}" for name, value in rows]
    lines += [f"{'folder':12} {plain(path)} ({count} articles)" for path, count in status.folders]
    lines += [f"{'not read':12} {plain(path)}: {plain(reason)}" for path, reason in status.unreadable]
    return "\n".join(lines)


@contextmanager
def shown_progress() -> "Iterator[Callable[[Progress], None]]":
    """Progress with rate and time left on standard error while a person is looking; else nothing."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from tqdm import tqdm

    bars: dict[str, tqdm] = {}

    def show(progress: "Progress") -> None:
        bar = bars.get(progress.stage)
        if bar is None:
            for earlier in bars.values():
                earlier.close()
            bar = tqdm(desc=progress.stage, total=progress.total, unit=" " + UNITS[progress.stage], leave=False)
            bars[progress.stage] = bar
        bar.total = progress.total
        bar.update(progress.done - bar.n)

    try:
        yield show
    finally:
        for bar in bars.values():
            bar.close()
