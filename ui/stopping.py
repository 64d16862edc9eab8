"""Which question of each visitor is being answered, and how it comes to an early end."""

from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Self

__all__ = ["Asking", "Askings"]

_PATIENCE = 2.0
"""Longest wait, in seconds, for a question that was told to end: what it has shown already must not come after what
takes its place. A reader in the middle of its passages is not waited for longer; it shows nothing when it is done."""


class Asking:
    """One question on its way to its answer; a context that tells when it has ended, however it does."""

    def __init__(self) -> None:
        self._stopped, self._dropped, self._ended = Event(), Event(), Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._ended.set()

    @property
    def ended(self) -> bool:
        """It shows nothing more."""
        return self._ended.is_set()

    @property
    def stopped(self) -> bool:
        """Nobody waits for its answer any more."""
        return self._stopped.is_set()

    @property
    def dropped(self) -> bool:
        """Something else stands in its place: it must show nothing more."""
        return self._dropped.is_set()

    def stop(self) -> None:
        """The visitor has seen enough of it; it may still show how far it came."""
        self._stopped.set()

    def drop(self) -> None:
        """Something else takes its place; return once nothing of it can come any more."""
        self._dropped.set()
        self._stopped.set()
        self._ended.wait(_PATIENCE)


@dataclass
class _Visitor:
    asking: Asking | None = None
    cleared: int = 0


@dataclass
class Askings:
    """The question of each visitor that is being answered; for many threads.

    A visitor has one at a time: a new one takes the place of the one before. Gradio's own `cancels` is not used.
    It cancels whatever a visitor has running when the page's request for it comes in, a little after what the press
    of the button shows; by then that may be the next question, and that one would never be answered.
    """

    _visitors: dict[str, _Visitor] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def begin(self, visitor: str, number: int = 0) -> Asking | None:
        """A visitor's question begins, and the one before it ends.

        Args:
            visitor: Whose question it is.
            number: The page's own count of its questions, from 1; 0 when it does not say.

        Returns:
            None when it waited in line while the visitor began a new conversation.
        """
        with self._lock:
            of_visitor = self._visitors.setdefault(visitor, _Visitor())
            if 0 < number <= of_visitor.cleared:
                return None
            before, now = of_visitor.asking, Asking()
            of_visitor.asking = now
        if before is not None:
            before.drop()
        return now

    def stop(self, visitor: str) -> bool:
        """Stop a visitor's question; whether one was being answered."""
        with self._lock:
            asking = self._visitors.get(visitor, _Visitor()).asking
        if asking is None or asking.ended:
            return False
        asking.stop()
        return True

    def clear(self, visitor: str, number: int = 0) -> None:
        """Neither the question that is being answered nor one that waits in line has anyone to answer to.

        Args:
            visitor: Whose questions they are.
            number: How many questions the page has sent; those that come to their turn later are left out.
        """
        with self._lock:
            of_visitor = self._visitors.setdefault(visitor, _Visitor())
            of_visitor.cleared = max(number, of_visitor.cleared)
            before, of_visitor.asking = of_visitor.asking, None
        if before is not None:
            before.drop()

    def forget(self, visitor: str) -> None:
        """The visitor is gone."""
        with self._lock:
            gone = self._visitors.pop(visitor, None)
        if gone is not None and gone.asking is not None:
            gone.asking.stop()
