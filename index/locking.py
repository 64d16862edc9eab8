"""Locks between processes that die with their holder: one writer, and leases of readers on a generation."""

import fcntl
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from index.errors import IndexLockedError

__all__ = ["lease", "try_exclusive", "writer_lock"]

POLL_SECONDS = 0.1


def lease(folder: Path) -> int:
    """A shared lock on a directory, as an open descriptor; closing it gives the lease back.

    Raises:
        FileNotFoundError: The directory is gone, or is about to be deleted.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise FileNotFoundError(folder) from error
    return descriptor


@contextmanager
def try_exclusive(folder: Path) -> Iterator[bool]:
    """Whether nobody holds a lease on a directory; while inside, nobody can take one."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


@contextmanager
def writer_lock(path: Path, *, wait: float = 0.0) -> Iterator[None]:
    """The one write lock of an index, which the kernel gives back when its holder dies, however it dies.

    Args:
        path: The lock file; the holder's name stands in it.
        wait: Seconds to wait for another writer.

    Raises:
        IndexLockedError: Another one still holds it; says who.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        deadline = time.monotonic() + wait
        while not _try_lock(descriptor):
            if time.monotonic() >= deadline:
                raise IndexLockedError(path.parent, _holder(descriptor))
            time.sleep(POLL_SECONDS)
        note = {
            "pid": os.getpid(),
            "program": Path(sys.argv[0]).name or "python",
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(note).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(descriptor: int) -> str:
    try:
        note = json.loads(os.pread(descriptor, 1000, 0))
        return f"process {note['pid']} ({note['program']}, since {note['since']})"
    except (ValueError, KeyError, TypeError):
        return "another process"
