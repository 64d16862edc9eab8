"""Whatever articles and people wrote, made safe for a page; pure."""

import html
import re
import unicodedata
from datetime import date
from urllib.parse import urlsplit

__all__ = ["direction_of", "escaped", "label", "safe_link", "shown_day"]

_LABEL_LIMIT = 300
_LINK_LIMIT = 2000

_OVERRIDE = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Embedding, override and isolate marks: they can make a text read as what it is not."""

_SHOWN_OVERRIDE = '<span class="hidden-mark" title="A mark that turns the reading direction was here"></span>'


def escaped(value: str) -> str:
    """Text for the inside of an element; for an attribute take `label`.

    Marks that override the reading direction are replaced by a visible sign, so that nothing after
    them is turned round; every other character stays. What a page's script reads back is no text to be
    seen, and would lose them: there html.escape is enough.

    Example:
        >>> escaped('<b onclick="x">')
        '&lt;b onclick=&quot;x&quot;&gt;'
    """
    return _OVERRIDE.sub(_SHOWN_OVERRIDE, html.escape(value, quote=True))


def label(value: str, *, limit: int = _LABEL_LIMIT) -> str:
    r"""One short line of metadata: control characters dropped, cut at `limit` code points, escaped.

    Safe in an attribute as well, since no markup is ever added.

    Example:
        >>> label("A\u202eB\nC")
        'AB C'
        >>> label("abcdef", limit=4)
        'abc…'
    """
    head = " ".join(_OVERRIDE.sub("", value[: limit * 4]).split())
    plain = "".join(character for character in head if unicodedata.category(character) != "Cc")
    if len(plain) > limit:
        plain = plain[: limit - 1].rstrip() + "…"
    return html.escape(plain, quote=True)


def safe_link(url: str) -> str:
    """The address if it is an ordinary http(s) one, else "".

    Example:
        >>> safe_link("https://example.org/a?b=c")
        'https://example.org/a?b=c'
        >>> [safe_link(url) for url in ("javascript:alert(1)", "data:text/html,x", "//x.org", "http://a b/")]
        ['', '', '', '']
    """
    if not url or len(url) > _LINK_LIMIT or any(c.isspace() or not c.isprintable() for c in url):
        return ""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https") or not host or parts.username is not None:
        return ""
    return url


def shown_day(published: str) -> str:
    """A publication date as a reader says it; "" when it is unknown, as it stands when it is no ISO day.

    Example:
        >>> shown_day("2016-01-25T09:30:00Z"), shown_day(""), shown_day("spring")
        ('25 January 2016', '', 'spring')
    """
    try:
        day = date.fromisoformat(published[:10])
    except ValueError:
        return published[:40]
    return f"{day.day} {day:%B %Y}"


def direction_of(text: str) -> str:
    """`rtl` when the first letters with a direction read from the right, else `ltr`.

    Example:
        >>> direction_of("«مرحبا»"), direction_of("3 men")
        ('rtl', 'ltr')
    """
    for character in text[:400]:
        kind = unicodedata.bidirectional(character)
        if kind in ("R", "AL"):
            return "rtl"
        if kind == "L":
            return "ltr"
    return "ltr"
