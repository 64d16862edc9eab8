"""A file of one article a line, read without holding it whole; a bad line costs that line."""

import codecs
import io
from collections.abc import Iterator
from typing import IO, Any

from index.encoding import UnreadableError, decode
from index.extracted import Extracted
from index.extraction import extract_line

__all__ = ["read_lines"]

_GIVE_UP = 1000  # bad lines before the first good one; such a file is something else by mistake
_SAMPLE = 4096  # bytes


def read_lines(file: io.BufferedReader, *, max_bytes: int) -> Iterator[tuple[int, Extracted | UnreadableError]]:
    """Read the lines of a jsonl file.

    Args:
        file: Open at its start.
        max_bytes: Bytes above which a line is passed over.

    Yields:
        Line number, from 1, and what the line gives or why it gives nothing; blank lines are passed over.

    Raises:
        UnreadableError: When the file is empty or not text.
    """
    start = file.peek(_SAMPLE)[:_SAMPLE]
    if not start:
        raise UnreadableError("it is empty")
    decode(start)
    number = bad = good = 0
    lines = _wide_lines(file, start)
    while line := lines.readline(max_bytes + 1):
        number += 1
        try:
            if len(line) > max_bytes and not line.endswith(_newline(line)):
                _skip(lines, line)
                bad += 1
                yield number, UnreadableError(f"the line is longer than {max_bytes / 2**20:g} MB")
            elif line.strip():
                found = _extracted(line)
                good += 1
                yield number, found
        except UnreadableError as error:
            bad += 1
            yield number, error
        if bad >= _GIVE_UP and not good:
            raise UnreadableError(f"its first {bad} lines hold no article; the rest was not read")
    if not good and not bad:
        raise UnreadableError("it is empty")


def _extracted(line: bytes | str) -> Extracted:
    try:
        return extract_line(line)
    except UnreadableError:
        raise
    except Exception as error:  # a number of 400 digits for a date, or an author nested 400 deep, costs its line alone
        raise UnreadableError(f"it cannot be read: {type(error).__name__}: {error}") from error


def _wide_lines(file: io.BufferedReader, start: bytes) -> IO[Any]:
    """The lines as bytes; as text where a mark says that characters are two or four bytes wide."""
    for mark, name in ((codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
                       (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):  # fmt: skip
        if start.startswith(mark):
            return io.TextIOWrapper(file, encoding=name, errors="replace", newline="\n")
    return file


def _newline(line: bytes | str) -> Any:
    return "\n" if isinstance(line, str) else b"\n"


def _skip(lines: IO[Any], line: bytes | str) -> None:
    """Read on to the end of a line that is too long, without keeping it."""
    while line and not line.endswith(_newline(line)):
        line = lines.readline(2**20)
