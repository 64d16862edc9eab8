"""Extracted: what any format gives, and what all formats do with titles and paragraphs; pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import pairwise

from index.encoding import UnreadableError, normalised
from index.metadata import Metadata, one_line

__all__ = ["Extracted", "join_blocks", "split_title", "titled", "without_title"]

_TITLE_LINE = 200  # code points; a longer first line is a paragraph
_TITLE_CUT = 90


@dataclass(frozen=True, kw_only=True)
class Extracted:
    """What a file or a line gives.

    Args:
        text: Canonical text, never empty.
        metadata: The title may be empty where the format gave none; the file's name is taken then.
        id: The name the line gives itself; empty in other formats.
        pages: Start offset of each page; empty without pages.
        remark: What could not be read of it, for a person; empty when all was.
    """

    text: str
    metadata: Metadata = field(default_factory=Metadata)
    id: str = ""
    pages: tuple[int, ...] = ()
    remark: str = ""


def titled(metadata: Metadata, body: str) -> Extracted:
    """A body with its title: that of the metadata, else its first line.

    Raises:
        UnreadableError: The body is empty.
    """
    if not body:
        raise UnreadableError("it is empty")
    if metadata.title:
        return Extracted(text=without_title(body, metadata.title), metadata=metadata)
    title, text = split_title(body)
    return Extracted(text=text, metadata=replace(metadata, title=title))


def without_title(text: str, title: str) -> str:
    """The text without its first line where that only says the title again."""
    first, _, rest = text.partition("\n")
    return rest.strip() if rest.strip() and one_line(first) == title else text


def join_blocks(blocks: Iterable[str]) -> str:
    """Paragraphs as a canonical text, parted by a blank line; entries of a list or a table by a line end."""
    lines = [line for block in blocks if (line := block.strip())]
    parts = lines[:1]
    for before, line in pairwise(lines):
        together = (before.startswith("- ") and line.startswith("- ")) or (" | " in before and " | " in line)
        parts.append(("\n" if together else "\n\n") + line)
    return normalised("".join(parts))


def split_title(body: str) -> tuple[str, str]:
    r"""Title and text of a body without metadata.

    Example:
        >>> split_title("Rain fell on Monday.\nIt was cold.")
        ('Rain fell on Monday.', 'Rain fell on Monday.\nIt was cold.')
    """
    first, _, rest = body.partition("\n")
    rest = rest.strip()
    if rest and len(first) <= _TITLE_LINE and not first.rstrip("\"'\u201d\u2019)").endswith((".", "!", ";", ":", ",")):
        return one_line(first), rest
    return one_line(first, limit=_TITLE_CUT), body
