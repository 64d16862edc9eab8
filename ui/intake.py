"""Articles on their way in: dropped files, the remembered folders, the samples; one at a time."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from ui.desk import Desk
from ui.markup import label
from ui.syncing import SyncJob, SyncState, Work, seconds_left
from ui.uploads import Upload, store_uploads

if TYPE_CHECKING:
    from collections.abc import Callable

    from index.errors import ArticleError
    from index.sync import Progress, SyncReport

__all__ = ["Intake", "render_progress"]

_LEFT_SAMPLES = "Your articles have an index of their own, which answers from now on; the samples are not part of it."
_OUTCOMES_SHOWN = 100
_STAGES = {"reading": "Reading articles", "embedding": "Learning passages", "writing": "Writing the index"}


class Intake:
    """Starts syncs and tells how they go; shared by all visitors.

    Args:
        desk: Takes the index once it is made.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._lock = Lock()
        self._job: SyncJob | None = None
        self._uploads: tuple[Upload, ...] = ()
        self._note = ""

    @property
    def running(self) -> bool:
        """A sync is under way."""
        return self._job is not None and self._job.state.running

    def add(self, files: Sequence[Path]) -> Iterator[str]:
        """Take dropped files in; the page's progress, until it is over."""
        if not files:
            return
        folder = self._desk.path / "uploads"
        uploads = () if self.running else tuple(store_uploads(files, folder))
        taken = [upload.path for upload in uploads if upload.path]
        if uploads and not taken:
            yield render_progress(SyncState(running=False), uploads)
            return
        note = _LEFT_SAMPLES if self._desk.shows_samples else ""
        yield from self._watch(lambda progress: self._sync(taken, progress), uploads, note)

    def sync(self) -> Iterator[str]:
        """Bring the index in step with its remembered folders; the page's progress, until it is over."""
        yield from self._watch(lambda progress: self._sync([], progress), ())

    def samples(self) -> Iterator[str]:
        """Make and open the sample index; the page's progress, until it is over."""
        opener = self._desk.open_samples
        if opener is None:
            return

        def work(_: "Callable[[Progress], None]") -> None:
            self._desk.take(opener(), samples=True)

        yield from self._watch(work, ())

    def follow(self) -> Iterator[str]:
        """The progress of the sync that is under way, for a visitor who came later; nothing when there is none."""
        if self._job is not None and self._job.state.running:
            yield from self._shown(self._job)

    def cancel(self) -> None:
        """Stop the sync that is under way."""
        if self._job is not None:
            self._job.cancel()

    def close(self) -> None:
        """Cancel what is under way, and wait until it has stopped."""
        if self._job is not None:
            self._job.cancel()
            self._job.join()

    def _watch(self, work: Work, uploads: tuple[Upload, ...], note: str = "") -> Iterator[str]:
        with self._lock:
            if self.running:
                yield '<p class="note" role="status">Another sync is under way. Wait for it, then try again.</p>'
                return
            job = self._job = SyncJob(work)
            self._uploads, self._note = uploads, note
        yield from self._shown(job)

    def _shown(self, job: SyncJob) -> Iterator[str]:
        for state in job.watch():
            yield render_progress(state, self._uploads, note=self._note)

    def _sync(self, files: Sequence[Path], progress: "Callable[[Progress], None]") -> "SyncReport":
        from index.library import Library

        # Files of one's own never go among the samples, whose index is in a cache.
        qa = None if files and self._desk.shows_samples else self._desk.qa
        library = qa.library if qa is not None else Library.open(self._desk.path, create=True)
        report = library.sync(*files, progress=progress)
        if qa is None and self._desk.open_index is not None:
            self._desk.take(self._desk.open_index(self._desk.path))
        return report


def render_progress(state: SyncState, uploads: Sequence[Upload], *, note: str = "") -> str:
    """How far a sync has come, or what it did, with the outcome of every dropped file; pure but for the clock.

    Args:
        state: Of the sync.
        uploads: What became of the dropped files before it.
        note: What else the visitor should know once it was done; empty for nothing.
    """
    if state.running:
        return _running(state)
    if state.failure:
        head = f'<p class="sync-failed" role="status">{label(state.failure, limit=600)}</p>'
    else:
        done = f"{_summary(state.report)} {note}".rstrip()
        head = f'<p class="sync-done" role="status">{label(done)}</p>'
    return f'<div class="sync">{head}{_outcomes(state, uploads)}</div>'


def _running(state: SyncState) -> str:
    words = _STAGES.get(state.stage, "Preparing")
    count = f" {state.done} of {state.total}" if state.total else ""
    left = seconds_left(state, now=time.monotonic())
    time_left = "" if left is None else f", about {_duration(left)} left"
    bar = f' value="{state.done}" max="{state.total}"' if state.total else ""
    return (
        f'<div class="sync"><p><span class="sync-stage">{words}{count}{time_left}</span>'
        '<button type="button" class="link" data-act="cancel-sync">Cancel</button></p>'
        f'<progress aria-label="{words}"{bar}></progress>'
        '<p class="note">You can go on asking; new articles answer as soon as this is done.</p></div>'
    )


def _duration(seconds: float) -> str:
    return f"{max(1, round(seconds))} s" if seconds < 90 else f"{round(seconds / 60)} min"


def _summary(report: "SyncReport | None") -> str:
    if report is None:
        return "Done."
    counts = [
        f"{count} {word}"
        for count, word in (
            (report.added, "added"),
            (report.changed, "changed"),
            (report.removed, "removed"),
            (report.unchanged, "unchanged"),
        )
        if count
    ]
    return f"Done: {', '.join(counts) or 'nothing to do'}."


def _outcomes(state: SyncState, uploads: Sequence[Upload]) -> str:
    unread = {Path(error.path.partition("#")[0]).name: error.reason for error in _failed(state)}
    rows = [(upload.name, upload.reason or unread.pop(upload.name, "")) for upload in uploads]
    if not uploads:
        rows = list(unread.items())
    good = "not taken" if state.failure else "added"
    items = "".join(
        f'<li class="{"bad" if reason else "good"}"><bdi>{label(name, limit=120)}</bdi>: '
        f"{label(reason) if reason else good}</li>"
        for name, reason in rows[:_OUTCOMES_SHOWN]
    )
    more = f'<li class="note">and {len(rows) - _OUTCOMES_SHOWN} more</li>' if len(rows) > _OUTCOMES_SHOWN else ""
    return f'<ul class="outcomes">{items}{more}</ul>' if items else ""


def _failed(state: SyncState) -> Sequence["ArticleError"]:
    return state.report.failed if state.report is not None else ()
