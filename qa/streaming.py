"""A chat model's text as it comes, with time limits, retries and a stop that takes effect at once."""

import asyncio
import atexit
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from index.errors import GenerationError

if TYPE_CHECKING:
    from concurrent.futures import Future

    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

__all__ = ["Limits", "StoppedError", "stream_text"]

_TICK = 0.05
"""Seconds between two looks at the stop callback and the clock."""

_SENDS_REASON = {"openai-chat", "chat-ollama", "anthropic-chat", "mistralai-chat"}
_LENGTH_REASONS = {"length", "max_tokens", "MAX_TOKENS", "model_length"}
_TRANSIENT = {408, 409, 425, 429, 500, 502, 503, 504, 529}
_NETWORK_ERRORS = {"APIConnectionError", "TransportError", "ConnectionError", "TimeoutError", "TimeoutException"}
_REFUSED = {
    401: "the server refused the key (401)",
    403: "the server forbids this key the model (403)",
    404: "the server does not know this model or address (404)",
}


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How long to wait and how much to take.

    Args:
        first: Seconds until the first text; local models read the prompt first.
        between: Seconds between two pieces of text.
        whole: Seconds for the whole answer.
        characters: Most characters of an answer; an endless one is ended there.
        retries: Further tries after a failure that may pass.
        longest_wait: Most seconds that a server's Retry-After is waited for.
    """

    first: float = 60.0
    between: float = 30.0
    whole: float = 240.0
    characters: int = 12_000
    retries: int = 2
    longest_wait: float = 30.0


class StoppedError(Exception):
    """The stop callback said so."""


class _TryError(GenerationError):
    """One try failed; `wait` is what the server asked for, in seconds."""

    def __init__(self, reason: str, *, retryable: bool, wait: float | None = None) -> None:
        super().__init__(reason, retryable=retryable)
        self.wait = wait


_END = object()


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """One event loop for the process: the clients' connection pools belong to the loop they were used on first."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="articleqa-chat-model", daemon=True)
    thread.start()
    atexit.register(_end, loop, thread)
    return loop


def _end(loop: asyncio.AbstractEventLoop, thread: threading.Thread) -> None:
    """End the thread before the interpreter does: killed inside a C++ extension it would abort the process."""
    loop.call_soon_threadsafe(loop.stop)
    thread.join(timeout=2)


def stream_text(
    model: "BaseChatModel",
    messages: "Sequence[BaseMessage]",
    *,
    stop: Callable[[], bool] | None = None,
    limits: Limits | None = None,
) -> Iterator[str]:
    """The text of a model's answer, piece by piece.

    A try that failed before any text came is repeated, after the time the server asked for, when its failure may
    pass; a model whose client repeats by itself is tried once. Closing the iterator, the stop callback and ^C cancel
    the request and close its connection.

    Args:
        model: Any LangChain chat model.
        messages: What it is asked.
        stop: Looked at every twentieth of a second; true ends the request.
        limits: Times and amounts.

    Raises:
        GenerationError: It failed, took too long, was cut off, never ended, or said nothing.
        StoppedError: The stop callback said so.
    """
    limits = limits or Limits()
    tries = 1 + (0 if _retries_by_itself(model) else limits.retries)
    for turn in range(tries):
        given = False
        try:
            for piece in _one_try(model, messages, stop, limits):
                given = True
                yield piece
        except _TryError as error:
            wait = 0.5 * 2**turn if error.wait is None else error.wait
            if given or not error.retryable or turn + 1 == tries:
                raise GenerationError(error.reason, retryable=error.retryable) from error
            if wait > limits.longest_wait:
                raise GenerationError(
                    f"{error.reason}; the server asks to wait {wait:.0f} s", retryable=True
                ) from error
            _wait(wait, stop)
        else:
            return


def _retries_by_itself(model: "BaseChatModel") -> bool:
    """The client has retries of its own; None is langchain-openai's way to say the default of two."""
    own = getattr(model, "max_retries", 0)
    return own is None or (isinstance(own, int) and own > 0)


def _wait(seconds: float, stop: Callable[[], bool] | None) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if stop and stop():
            raise StoppedError
        time.sleep(min(_TICK, seconds))


def _one_try(
    model: "BaseChatModel",
    messages: "Sequence[BaseMessage]",
    stop: Callable[[], bool] | None,
    limits: Limits,
) -> Iterator[str]:
    pieces: queue.SimpleQueue[Any] = queue.SimpleQueue()
    task = asyncio.run_coroutine_threadsafe(_pump(model, messages, pieces), _loop())
    clock = _Clock(limits, streams=_streams(model))
    reason, length = "", 0
    try:
        while True:
            piece = _next(pieces, clock, stop)
            if piece is _END:
                break
            if isinstance(piece, BaseException):
                raise _translated(piece) from piece
            reason = _finish_reason(piece) or reason
            text = str(piece.text)
            if text:
                clock.text_came()
                length += len(text)
                if length > limits.characters:
                    raise _TryError("its answer did not end", retryable=False)
                yield text
    finally:
        _cancel(task)
    _check_end(model, reason, length)


def _cancel(task: "Future[None]") -> None:
    task.cancel()


async def _pump(model: "BaseChatModel", messages: "Sequence[BaseMessage]", pieces: "queue.SimpleQueue[Any]") -> None:
    """Put the model's chunks, then its end or its failure, where the caller's thread waits for them.

    Tracing is off: LangChain would send question and passages to LangSmith when its variables are in the environment.
    """
    from langsmith import tracing_context

    try:
        with tracing_context(enabled=False):
            async for chunk in model.astream(list(messages)):
                pieces.put(chunk)
    except asyncio.CancelledError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a provider's client raises becomes a note for the reader
        pieces.put(error)
    else:
        pieces.put(_END)


class _Clock:
    """When the patience with a model ends."""

    def __init__(self, limits: Limits, *, streams: bool) -> None:
        now = time.monotonic()
        self._limits = limits
        self._last = now + limits.whole
        self._next = now + (limits.first if streams else limits.whole)
        self._begun = False

    def text_came(self) -> None:
        self._begun = True
        self._next = time.monotonic() + self._limits.between

    def check(self) -> None:
        now = time.monotonic()
        if now > self._last:
            raise _TryError(f"it was not done after {self._limits.whole:g} s", retryable=False)
        if now > self._next and self._begun:
            raise _TryError(f"it fell silent for {self._limits.between:g} s", retryable=False)
        if now > self._next:
            raise _TryError(f"nothing came for {self._limits.first:g} s", retryable=False)


def _next(pieces: "queue.SimpleQueue[Any]", clock: _Clock, stop: Callable[[], bool] | None) -> Any:
    while True:
        if stop and stop():
            raise StoppedError
        clock.check()
        try:
            return pieces.get(timeout=_TICK)
        except queue.Empty:
            continue


def _streams(model: "BaseChatModel") -> bool:
    """The model gives text before it is done."""
    from langchain_core.language_models import BaseChatModel

    kind = type(model)
    return kind._stream is not BaseChatModel._stream or kind._astream is not BaseChatModel._astream  # noqa: SLF001


def _finish_reason(chunk: Any) -> str:
    about = getattr(chunk, "response_metadata", None) or {}
    return str(about.get("finish_reason") or about.get("done_reason") or about.get("stop_reason") or "")


def _check_end(model: "BaseChatModel", reason: str, length: int) -> None:
    if reason in _LENGTH_REASONS:
        raise _TryError("its answer was cut off at its length limit", retryable=False)
    if not reason and model._llm_type in _SENDS_REASON:  # noqa: SLF001 - the only name LangChain has for it
        raise _TryError("its answer was cut off", retryable=not length)
    if not length:
        raise _TryError("it answered with nothing", retryable=False)


def _translated(error: BaseException) -> _TryError:
    """A provider's exception in words, with whether it may pass."""
    response = getattr(error, "response", None)
    status = getattr(error, "status_code", None) or getattr(response, "status_code", None)
    if isinstance(status, int) and status > 0:
        reason = _REFUSED.get(status) or (
            "the server has too many requests (429)" if status == 429 else f"the server answered with status {status}"
        )
        return _TryError(reason, retryable=status in _TRANSIENT, wait=_retry_after(response))
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if kinds & _NETWORK_ERRORS:
        return _TryError(f"the connection to the server failed ({type(error).__name__})", retryable=True)
    return _TryError(f"{type(error).__name__}: {str(error)[:160]}", retryable=False)


def _retry_after(response: Any) -> float | None:
    """Seconds of a Retry-After header, which holds seconds or a date; None without one."""
    value = getattr(response, "headers", {}).get("retry-after") if response is not None else None
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None
