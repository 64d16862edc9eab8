"""Links that open a web page at a passage: text fragments, checked to be unique in the article.

The form is the one of the Scroll to Text Fragment draft (WICG, 2023):
`#:~:text=[prefix-,]start[,end][,-suffix]`, matched by browsers on word boundaries, without regard
to case, and with runs of white space as one.
"""

import re
from urllib.parse import quote, urldefrag

from index.articles import Span
from ui.markup import safe_link

__all__ = ["passage_link", "text_fragment"]

_WHOLE_LIMIT = 120
"""Longest quote that goes into the link whole; above it the first and last words stand for it."""

_EDGE_WORDS = 6
_CONTEXT_WORDS = (0, 2, 4, 8)
_SEARCH_LIMIT = 2_000_000


def passage_link(url: str, text: str, span: Span) -> str:
    """The article's address opened at a passage, or the plain address where no fragment is unique.

    Args:
        url: Address of the article; anything but http(s) gives "".
        text: Canonical text of the article.
        span: The passage, in code points of `text`.

    Example:
        >>> passage_link("https://example.org/a#top", "Tea came. Tea, by sea.", (10, 22))
        'https://example.org/a#:~:text=Tea%2C%20by%20sea.'
    """
    address = safe_link(url)
    if not address:
        return ""
    fragment = text_fragment(text, span)
    return urldefrag(address).url + f"#:~:text={fragment}" if fragment else address


def text_fragment(text: str, span: Span) -> str:
    """The text directive of a passage, percent-encoded; "" where none finds this passage alone.

    Example:
        >>> text_fragment("He left. She said no. He left.", (22, 30))
        'said%20no.-,He%20left.'
    """
    start, end = span
    if len(text) > _SEARCH_LIMIT or not text[start:end].strip():
        return ""
    page = _words(text)
    before, after = _words(text[max(0, start - 400) : start]), _words(text[end : end + 400])
    head, tail = _edges(_words(text[start:end]))
    for count in _CONTEXT_WORDS:
        prefix = " ".join(before.split()[-count:]) if count else ""
        suffix = " ".join(after.split()[:count]) if count and not prefix else ""
        if _matches(page, prefix, head, tail, suffix) == 1:
            return _directive(prefix, head, tail, suffix)
    return ""


def _words(text: str) -> str:
    return " ".join(text.split())


def _edges(passage: str) -> tuple[str, str]:
    words = passage.split()
    if len(passage) <= _WHOLE_LIMIT or len(words) < 2 * _EDGE_WORDS:
        return passage, ""
    return " ".join(words[:_EDGE_WORDS]), " ".join(words[-_EDGE_WORDS:])


def _matches(page: str, prefix: str, head: str, tail: str, suffix: str) -> int:
    """How often the directive's first match could begin; counting stops at 2."""
    pattern = re.escape(f"{prefix} {head}" if prefix else head)
    if suffix and not tail:
        pattern += r"\s" + re.escape(suffix)
    found = re.finditer(rf"(?<!\w)(?={pattern}(?!\w))", page, re.IGNORECASE)
    return sum(1 for _, _match in zip(range(2), found, strict=False))


def _directive(prefix: str, head: str, tail: str, suffix: str) -> str:
    parts = [f"{_encoded(prefix)}-"] if prefix else []
    parts.append(_encoded(head))
    if tail:
        parts.append(_encoded(tail))
    if suffix:
        parts.append(f"-{_encoded(suffix)}")
    return ",".join(parts)


def _encoded(words: str) -> str:
    # A hyphen is part of the directive's own syntax and quote() never encodes it.
    return quote(words, safe="").replace("-", "%2D")
