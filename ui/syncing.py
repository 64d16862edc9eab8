"""A sync that runs while the chat answers: one at a time, watched, cancelled, told about in the end."""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from threading import Condition, Thread
from typing import TYPE_CHECKING

from index.errors import ArticleQAError

if TYPE_CHECKING:
    from index.sync import Progress, SyncReport

__all__ = ["SyncCancelledError", "SyncJob", "SyncState", "seconds_left"]

_log = logging.getLogger(__name__)

Work = Callable[[Callable[["Progress"], None]], "SyncReport | None"]


class SyncCancelledError(ArticleQAError):
    """A visitor cancelled the sync; nothing was changed."""


@dataclass(frozen=True, kw_only=True)
class SyncState:
    """How far a sync has come.

    Args:
        stage: "reading", "embedding" or "writing"; empty before the first and for work without stages.
        done: Files or chunks done in this stage.
        total: Files or chunks of this stage; 0 when unknown.
        since: When the stage began, seconds of the monotonic clock.
        running: It is not over.
        report: What was done, once it is over; None when it failed or reports nothing.
        failure: Why it failed; empty otherwise.
    """

    stage: str = ""
    done: int = 0
    total: int = 0
    name: str = ""
    since: float = 0.0
    running: bool = True
    report: "SyncReport | None" = None
    failure: str = ""


def seconds_left(state: SyncState, *, now: float) -> float | None:
    """Time left in this stage at the speed so far, in seconds; None while too little is known.

    Example:
        >>> seconds_left(SyncState(stage="reading", done=25, total=100, since=10.0), now=20.0)
        30.0
    """
    if state.done < 3 or now - state.since < 1.0 or not state.total:
        return None
    return (now - state.since) / state.done * (state.total - state.done)


class SyncJob:
    """Work in a thread of its own, with a state that others can wait on.

    Args:
        work: Is given the callback for progress, which raises once the job was cancelled.
    """

    def __init__(self, work: Work) -> None:
        self._work = work
        self._changed = Condition()
        self._state = SyncState(since=time.monotonic())
        self._cancelled = False
        self._thread = Thread(target=self._run, name="articleqa-sync")
        self._thread.start()

    @property
    def state(self) -> SyncState:
        """How far it has come."""
        return self._state

    def cancel(self) -> None:
        """Stop at the next step; nothing will have been changed."""
        self._cancelled = True

    def join(self) -> None:
        """Wait until it is over."""
        self._thread.join()

    def watch(self, *, every: float = 0.25) -> Iterator[SyncState]:
        """States as they change, at most one in `every` seconds, until the last one.

        Other visitors may watch at the same time.
        """
        seen: SyncState | None = None
        while True:
            with self._changed:
                while self._state is seen:
                    self._changed.wait()
                seen = self._state
            yield seen
            if not seen.running:
                return
            with self._changed:
                self._changed.wait_for(lambda: not self._state.running, timeout=every)

    def _run(self) -> None:
        try:
            report = self._work(self._progress)
            self._become(replace(self._state, running=False, report=report))
        except SyncCancelledError:
            self._become(replace(self._state, running=False, failure="Cancelled. Nothing was changed."))
        except ArticleQAError as error:
            self._become(replace(self._state, running=False, failure=str(error)))
        except Exception:  # noqa: BLE001 - told to the visitor; the log has the rest
            _log.exception("a sync failed")
            failure = "Something went wrong in this program; its log says more. Nothing was changed."
            self._become(replace(self._state, running=False, failure=failure))

    def _progress(self, progress: "Progress") -> None:
        if self._cancelled:
            raise SyncCancelledError("cancelled")
        since = self._state.since if progress.stage == self._state.stage else time.monotonic()
        self._become(
            SyncState(stage=progress.stage, done=progress.done, total=progress.total, name=progress.name, since=since)
        )

    def _become(self, state: SyncState) -> None:
        with self._changed:
            self._state = state
            self._changed.notify_all()
