"""Markdown as its reader sees it: without marks, comments and addresses; pure."""

import re

from index.encoding import normalised
from index.extracted import Extracted, titled
from index.metadata import without_header

__all__ = ["extract_markdown"]

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


def extract_markdown(text: str) -> Extracted:
    """Read Markdown: marks of headings, emphasis, links and pictures are taken away.

    Words, lists, tables and code blocks stay as they are; so quotes read as prose, and the model is not
    handed addresses.
    """
    metadata, body = without_header(normalised(text))
    return titled(metadata, normalised(_unmarked(body)))


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
