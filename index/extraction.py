"""html, pdf, docx, jsonl ... -> canonical text + title, author, published, url."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import PurePath
from typing import Any

from index.encoding import UnreadableError, decode, normalised
from index.metadata import Metadata, metadata_of, one_line, without_header

__all__ = [
    "FOREIGN",
    "FORMATS",
    "Extracted",
    "extract",
    "extract_line",
    "extract_markdown",
    "extract_text",
    "format_of",
    "join_blocks",
    "split_title",
    "without_title",
]

FORMATS = {
    ".txt": "text", ".text": "text",
    ".md": "markdown", ".markdown": "markdown",
    ".html": "html", ".htm": "html", ".xhtml": "html",
    ".jsonl": "jsonl", ".ndjson": "jsonl",
    ".pdf": "pdf",
    ".docx": "docx",
}  # fmt: skip
"""Formats by the ending of a file's name, in small letters."""

FOREIGN = {
    ".doc": "Word 97", ".rtf": "RTF", ".odt": "OpenDocument", ".epub": "EPUB", ".json": "JSON",
}  # fmt: skip
"""Formats that hold articles and are not read, so that a person is told."""

_TITLE_LINE = 200  # code points; a longer first line is a paragraph
_TITLE_CUT = 90

# No pattern reads over the sign that would begin it again, so that a line of signs costs its length, not the square.
_FENCE = re.compile(r"^(?:```+[^`]*|~~~.*)$")
_HEADING = re.compile(r"^ {0,3}#{1,6}\s+")
_UNDERLINE = re.compile(r"^ {0,3}(?:=+|-{2,})\s*$")
_RULE = re.compile(r"^ {0,3}(?:(?:\*\s*){3,}|(?:-\s*){3,}|(?:_\s*){3,})$")
_IMAGE = re.compile(r"!\[([^\[\]\n]{0,300})\]\([^()\s]{0,2000}(?:\s+\"[^\"\n]{0,300}\")?\)")
_LINK = re.compile(r"\[([^\[\]\n]{1,1000})\](?:\([^()\s]{0,2000}(?:\s+\"[^\"\n]{0,300}\")?\)|\[[^\[\]\n]{0,100}\])")
_AUTOLINK = re.compile(r"<(https?://[^<>\s]{1,2000})>")
_LINK_TARGET = re.compile(r"^ {0,3}\[[^\]\n]{1,100}\]:\s+\S+.*$")
_STRONG = re.compile(r"(\*\*|__)(?=\S)((?:(?!\1)[^\n]){1,1000})(?<=\S)\1")
_EMPHASIS = re.compile(r"(?<![\w*_])([*_])(?=[^\s*_])([^\n*_]{1,2000}?)(?<=\S)\1(?![\w*_])")
_CODE = re.compile(r"`([^`\n]{1,1000})`")
_QUOTED = re.compile(r"^ {0,3}(?:>\s?)+")
_TAG = re.compile(r"</?(?:a|b|br|center|div|em|i|img|p|span|strong|sub|sup|u)(?:\s[^<>\n]{0,500})?/?>", re.IGNORECASE)
_ESCAPABLE = "\\`*_{}[]()#+-.!>|~"
_ESCAPE = re.compile(rf"\\([{re.escape(_ESCAPABLE)}])")
_UNESCAPED = {0xFDD0 + place: character for place, character in enumerate(_ESCAPABLE)}


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


def format_of(path: PurePath) -> str:
    """Format by a file's ending; empty when it is none of ours."""
    return FORMATS.get(path.suffix.lower(), "")


def extract(data: bytes, form: str) -> Extracted:
    """Read one file of one article.

    Html, pdf and docx go through libraries that can hang or grow on hostile input: call it for them within
    `index.parsing_worker`, or on input you trust.

    Args:
        data: The whole file.
        form: One of the values of `FORMATS` but jsonl.

    Raises:
        UnreadableError: With the reason, when it gives no article.
    """
    if form == "html":
        from index.webpage import extract_page

        return extract_page(data)
    if form == "pdf":
        from index.pdf import extract_pdf

        return extract_pdf(data)
    if form == "docx":
        from index.word import extract_docx

        return extract_docx(data)
    text = decode(data)
    return extract_markdown(text) if form == "markdown" else extract_text(text)


def extract_text(text: str) -> Extracted:
    r"""Read plain text: header lines or front matter if it has them, else the first line is the title.

    A first line that ends like a sentence, or is long, is no title only: it stays in the text, and a title
    is cut from it.

    Raises:
        UnreadableError: When nothing but spaces, or nothing but a header, is in it.

    Example:
        >>> extract_text("Tea came by sea\n\nThe first ship landed in May.").metadata.title
        'Tea came by sea'
    """
    metadata, body = without_header(normalised(text))
    return _titled(metadata, body)


def extract_markdown(text: str) -> Extracted:
    """Read Markdown as its reader sees it: marks of headings, emphasis, links and pictures are taken away.

    Words, lists, tables and code blocks stay as they are; so quotes read as prose, and the model is not
    handed addresses.
    """
    metadata, body = without_header(normalised(text))
    return _titled(metadata, normalised(_unmarked(body)))


def _titled(metadata: Metadata, body: str) -> Extracted:
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


def _unmarked(text: str) -> str:
    """Markdown without its marks, line by line; code blocks are left alone."""
    lines: list[str] = []
    in_code = False
    for line in _without_comments(text).split("\n"):
        if _FENCE.match(line):
            in_code = not in_code
        elif in_code:
            lines.append(line)
        elif lines and lines[-1] and _UNDERLINE.match(line):
            continue
        elif not _RULE.match(line) and not _LINK_TARGET.match(line):
            lines.append(_unmarked_line(line))
    return "\n".join(lines)


def _without_comments(text: str) -> str:
    first, *others = text.split("<!--")
    parts = [first]
    for other in others:
        _, closed, after = other.partition("-->")
        parts.append(after if closed else f"<!--{other}")
    return "".join(parts)


def _unmarked_line(line: str) -> str:
    """One line without its marks.

    Example:
        >>> _unmarked_line("> ## The *tea* of [Lyon](https://example.org) **rose**")
        'The tea of Lyon rose'
    """
    # What is escaped waits as a character that no text has (U+FDD0 ...) until the marks are gone.
    line = _QUOTED.sub("", _ESCAPE.sub(lambda match: chr(0xFDD0 + _ESCAPABLE.index(match[1])), line))
    if match := _HEADING.match(line):
        line = line[match.end() :].rstrip().rstrip("#").rstrip()
    line = _AUTOLINK.sub(r"\1", _LINK.sub(r"\1", _IMAGE.sub(r"\1", _TAG.sub("", line))))
    line = _CODE.sub(r"\1", _EMPHASIS.sub(r"\2", _STRONG.sub(r"\2", line)))
    return line.translate(_UNESCAPED)


def extract_line(line: bytes | str) -> Extracted:
    """Read one line of jsonl: an object with `text`.

    It may have `title, id, url, author, published, source`; `date` is understood for `published`, `outlet`
    for `source`.

    Raises:
        UnreadableError: When the line is no such object.
    """
    fields = _json_object(line)
    text = fields.get("text")
    if not isinstance(text, str):
        raise UnreadableError('it has no "text"')
    text = normalised(text)
    if not text:
        raise UnreadableError('its "text" is empty')
    metadata = metadata_of(fields)
    if not metadata.title:
        title, text = split_title(text)
        metadata = replace(metadata, title=title)
    return Extracted(text=text, metadata=metadata, id=_line_id(fields.get("id")))


def _json_object(line: bytes | str) -> Mapping[str, Any]:
    try:
        fields = json.loads(decode(line) if isinstance(line, bytes) else line)
    except RecursionError:
        raise UnreadableError("it is nested too deeply") from None
    except UnreadableError:
        raise
    except ValueError as error:
        raise UnreadableError(f"it is not valid JSON ({error})") from error
    if not isinstance(fields, dict):
        raise UnreadableError("it is not a JSON object")
    return fields


def _line_id(value: Any) -> str:
    if value is None or isinstance(value, bool | float | dict | list):
        return ""
    return one_line(str(value), limit=200)
