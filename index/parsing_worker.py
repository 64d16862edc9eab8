"""Parsers of html, pdf and docx in a process of their own, with limits on time and memory.

These libraries are large, and a hostile file can make them hang, grow or crash; here that costs the file and
a restart of the process, never the program. A healthy process is used again for the next file.
"""

import contextlib
import json
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from types import TracebackType
from typing import Any, Self

from index.encoding import UnreadableError
from index.extracted import Extracted
from index.extraction import extract
from index.metadata import Metadata

__all__ = ["ISOLATED", "ParsingWorker", "serve"]

ISOLATED = frozenset(("html", "pdf", "docx"))
"""Formats that are parsed in the worker."""

_SECONDS = 30.0  # of processor time: a busy machine loses no file that an idle one reads
_PATIENCE = 10 if hasattr(signal, "setitimer") else 1  # times as long by the clock
_MEMORY = 2 * 2**30  # bytes of address space; a page of 20 MB takes 0.6 GB
_MAX_REPLY = 128 * 2**20  # bytes
_STARTUP = 20.0  # seconds granted to the first file for the libraries to load
_SPENT = getattr(signal, "SIGPROF", 0)  # what ends a process that has worked for longer
_LENGTH = struct.Struct("!Q")
# The same import path as here, and never the folder the person happens to stand in.
_CHILD = "import sys; sys.path[:] = sys.argv[2:]; from index.parsing_worker import serve; serve(int(sys.argv[1]))"


class ParsingWorker:
    """Parses files in another process, started at the first file; a context manager.

    Args:
        seconds: Longest time for one file; 30 by default. Of the processor's time, where the system can tell.
        memory: Most bytes of address space of the process (where the system can limit it).
    """

    def __init__(self, *, seconds: float = _SECONDS, memory: int = _MEMORY) -> None:
        self.seconds = seconds
        self.memory = memory
        self.starts = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._one_at_a_time = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """Number of the process; None when none runs."""
        return self._process.pid if self._process else None

    def close(self) -> None:
        """End the process, if one runs. The next file starts another."""
        if self._socket:
            self._socket.close()
        if self._process:
            self._process.kill()
            self._process.wait()
        self._socket = self._process = None

    def extract(self, data: bytes, form: str) -> Extracted:
        """Do `index.extraction.extract` in the process.

        Raises:
            UnreadableError: With the parser's reason, or because of time, memory or a crash.
        """
        with self._one_at_a_time:
            try:
                return self._asked(data, form)
            except UnreadableError:
                raise
            except (OSError, EOFError, ValueError) as error:
                process = self._process
                self.close()
                spent = process and process.returncode == -_SPENT
                if spent or isinstance(error, TimeoutError):
                    raise UnreadableError(f"reading it took longer than {self.seconds:g} seconds") from None
                raise UnreadableError("the program that reads this format crashed on it") from error
            except BaseException:
                self.close()  # an interrupt in the middle of a reply leaves the socket out of step
                raise

    def _asked(self, data: bytes, form: str) -> Extracted:
        seconds = self.seconds
        if not self._process or self._process.poll() is not None:
            seconds += _STARTUP
            try:
                self._start()
            except OSError as error:
                raise UnreadableError(f"the process that reads this format cannot be started ({error})") from error
        assert self._socket
        deadline = time.monotonic() + _PATIENCE * seconds
        _send(self._socket, {"form": form, "seconds": seconds}, data, deadline=deadline)
        reply, _ = _receive(self._socket, deadline=deadline)
        if reply.get("spent"):
            self.close()
        if reason := reply.get("unreadable"):
            raise UnreadableError(reason)
        fields = reply["extracted"]
        return Extracted(**{**fields, "metadata": Metadata(**fields["metadata"]), "pages": tuple(fields["pages"])})

    def _start(self) -> None:
        self.close()
        ours, theirs = socket.socketpair()
        self._socket = ours
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - this interpreter and a constant
                [sys.executable, "-P", "-c", _CHILD, str(self.memory), *sys.path],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        self.starts += 1


def _send(link: socket.socket, head: dict[str, Any], data: bytes = b"", *, deadline: float | None = None) -> None:
    text = json.dumps(head).encode()
    for part in (_LENGTH.pack(len(text)), text, _LENGTH.pack(len(data)), data):
        _limit(link, deadline)
        link.sendall(part)


def _receive(link: socket.socket, *, deadline: float | None = None) -> tuple[dict[str, Any], bytes]:
    parts = []
    for _ in range(2):
        (length,) = _LENGTH.unpack(_read(link, _LENGTH.size, deadline))
        if length > _MAX_REPLY:
            raise ValueError("a reply without bounds")
        parts.append(_read(link, length, deadline))
    return json.loads(parts[0]), parts[1]


def _read(link: socket.socket, length: int, deadline: float | None) -> bytes:
    data = bytearray()
    while len(data) < length:
        _limit(link, deadline)
        part = link.recv(min(length - len(data), 2**20))
        if not part:
            raise EOFError
        data += part
    return bytes(data)


def _limit(link: socket.socket, deadline: float | None) -> None:
    if deadline is not None:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        link.settimeout(left)


def serve(memory: int) -> None:
    """Answer requests on standard input, a socket, until it closes; runs in the worker process."""
    _limit_memory(memory)
    # An interrupt at the terminal reaches this process too; the parent decides what ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    link = socket.socket(fileno=0)
    while True:
        try:
            request, data = _receive(link)
        except (EOFError, OSError):
            return
        with _limit_time(request["seconds"]):
            reply = _reply(data, request["form"])
        _send(link, reply)
        if reply.get("spent"):
            return


def _reply(data: bytes, form: str) -> dict[str, Any]:
    try:
        return {"extracted": asdict(extract(data, form))}
    except UnreadableError as error:
        return {"unreadable": str(error)}
    except MemoryError:
        return {"unreadable": "reading it takes too much memory", "spent": True}
    except RecursionError:
        return {"unreadable": "it is nested too deeply", "spent": True}
    except Exception as error:  # noqa: BLE001 - what a parser raises on a broken file is its affair
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        return {"unreadable": f"it is damaged or no {form} file ({reason})"}


def _limit_memory(memory: int) -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):  # no such limits on Windows
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


@contextlib.contextmanager
def _limit_time(seconds: float) -> Any:
    """End this process when it has worked for so long, or waited longer than its parent, which may be gone, would."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)
        signal.setitimer(signal.ITIMER_REAL, _PATIENCE * (seconds + _STARTUP))
        yield
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
    else:
        yield
