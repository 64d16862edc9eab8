"""What is known about an article: title, date, outlet, author and address, cleaned for showing."""

import datetime as dt
import email.utils
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from index.encoding import normalised

__all__ = ["Metadata", "iso_date", "metadata_of", "one_line", "web_url", "without_header"]

MAX_TITLE = 300  # code points; the longest headline of 11,580 news articles has 228
MAX_NAME = 200
MAX_URL = 2000
_FRONT_MATTER = 32_768  # code points

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
_MONTH = r"(?P<month>[A-Za-z]{3,9})\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:1[5-9]|20)\d\d)"
_ISO = re.compile(
    r"(?<!\d)(?P<date>(?:1[5-9]|20)\d\d-\d\d-\d\d)"
    r"(?:[T ](?P<time>\d\d:\d\d(?::\d\d)?)(?:[.,]\d+)? ?(?P<zone>Z|[+-]\d\d:?\d\d)?)?(?!\d)"
)
_COMPACT = re.compile(r"(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)(?:T\d{4,6}Z?)?")
_SPELT = (
    re.compile(rf"\b{_DAY}\s+(?:of\s+|de\s+)?{_MONTH},?\s+(?:de\s+)?{_YEAR}\b"),
    re.compile(rf"\b{_MONTH}\s+{_DAY},?\s+{_YEAR}\b"),
)
_SLASHED = re.compile(rf"\b(?P<first>\d\d?)[/.](?P<second>\d\d?)[/.]{_YEAR}\b")
_SLASHED_ISO = re.compile(rf"\b{_YEAR}[/.](?P<month>\d\d?)[/.](?P<day>\d\d?)\b")

_SPACES = re.compile(r"\s+")
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u061c\ufff9-\ufffb\ufffd]")
_TAGS = re.compile(r"[\U000e0000-\U000e007f]")
_URL = re.compile(r"https?://[^\s<>\"'`{}|\\^\x00-\x20\x7f-\x9f]+", re.IGNORECASE)

_NAMES = {
    "title": "title", "headline": "title",
    "date": "published", "published": "published", "pubdate": "published", "publication date": "published",
    "source": "source", "outlet": "source", "publisher": "source", "publication": "source", "site": "source",
    "url": "url", "link": "url", "canonical": "url",
    "author": "author", "authors": "author", "by": "author", "byline": "author",
}  # fmt: skip
_HEADER = re.compile(r"\s*(?P<name>[A-Za-z][A-Za-z _-]{0,20}?)\s*:\s*(?P<value>.*)")


@dataclass(frozen=True, kw_only=True)
class Metadata:
    """Fields of an article as they are shown; each empty when unknown.

    Args:
        title: One line.
        source: The outlet.
        author: One or several names, parted by commas.
        published: ISO 8601 date, or date and time.
        url: http or https.
    """

    title: str = ""
    source: str = ""
    author: str = ""
    published: str = ""
    url: str = ""


def metadata_of(fields: Mapping[str, Any]) -> Metadata:
    """Clean the fields of a jsonl line, a front matter or a header; names of other tools are understood."""
    known: dict[str, Any] = {}
    for name, value in fields.items():
        meant = _NAMES.get(str(name).strip().casefold().replace("_", " ").replace("-", " "))
        if meant and value and not known.get(meant):
            known[meant] = value
    return Metadata(
        title=one_line(_plain(known.get("title")), limit=MAX_TITLE),
        source=one_line(_plain(known.get("source")), limit=MAX_NAME),
        author=one_line(_plain(known.get("author")), limit=MAX_NAME),
        published=iso_date(known.get("published")),
        url=web_url(_plain(known.get("url"))),
    )


def _plain(value: Any) -> str:
    """Text of a value that may be a list of names, or a mapping with a name."""
    if isinstance(value, Mapping):
        value = value.get("name") or value.get("title")
    if isinstance(value, list | tuple):
        return ", ".join(filter(None, (_plain(part) for part in value[:20] if not isinstance(part, list))))
    return value if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""


def one_line(text: str, *, limit: int = MAX_TITLE) -> str:
    r"""Make a field fit to show: one line, nothing invisible that could reorder or hide what stands near it.

    Example:
        >>> one_line("Tea\u202e came\n by sea")
        'Tea came by sea'
    """
    text = normalised(text[: 20 * limit])
    text = _SPACES.sub(" ", _TAGS.sub("", _UNSAFE.sub(" ", text))).strip()
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    return (head[: head.rfind(" ")] if " " in head[limit // 2 :] else head).rstrip(" ,;:-") + "\u2026"


def web_url(text: str) -> str:
    """The address, when it is http(s) with a host and without a password; otherwise empty.

    Example:
        >>> web_url("javascript:alert(1)"), web_url(" https://example.org/tea ")
        ('', 'https://example.org/tea')
    """
    text = text.strip()
    if len(text) > MAX_URL or not _URL.fullmatch(text) or _UNSAFE.search(text):
        return ""
    try:
        parts = urlsplit(text)
        host, secret = parts.hostname, parts.username or parts.password
    except ValueError:
        return ""
    return text if host and not secret else ""


def iso_date(value: Any) -> str:
    """A date in ISO 8601, from the forms that leave no doubt; otherwise empty.

    A time stays when it is given with its date in ISO 8601 or as in e-mail. `03/04/2021` may be March or
    April and gives nothing; `25/04/2021` gives a date. A year or a month alone gives nothing.

    Example:
        >>> iso_date("Jan. 25, 2016"), iso_date("2016-01-25T10:00:00Z"), iso_date("03/04/2021")
        ('2016-01-25', '2016-01-25T10:00:00+00:00', '')
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _from_epoch(value)
    if not isinstance(value, str):
        return ""
    text = _SPACES.sub(" ", value[:200]).strip()
    return _from_iso(text) or _from_mail(text) or _from_spelt(text) or _from_slashed(text)


def _from_epoch(value: float) -> str:
    """Seconds, or milliseconds, since 1970, within 1980 to 2100."""
    seconds = value / 1000 if value > 10**11 else value
    if not 315_532_800 <= seconds < 4_102_444_800:
        return ""
    return dt.datetime.fromtimestamp(int(seconds), tz=dt.UTC).isoformat()


def _from_iso(text: str) -> str:
    match = _ISO.search(text)
    if not match:
        return ""
    day, time, zone = match["date"], match["time"], (match["zone"] or "").replace("Z", "+00:00")
    try:
        if time:
            return dt.datetime.fromisoformat(f"{day}T{time}{zone}").isoformat()
        return dt.date.fromisoformat(day).isoformat()
    except ValueError:
        return ""


def _from_mail(text: str) -> str:
    """`Mon, 25 Jan 2016 10:00:00 GMT`, as feeds and HTTP have it."""
    if not re.search(r"\d:\d\d", text):
        return ""
    try:
        found = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return ""
    return found.isoformat() if 1500 <= found.year < 2100 else ""


def _from_spelt(text: str) -> str:
    for pattern in _SPELT:
        for match in pattern.finditer(text):
            name = match["month"].casefold()
            months = [n for n, month in enumerate(_MONTHS, 1) if month.startswith("sep" if name == "sept" else name)]
            if months and (found := _day(match["year"], months[0], match["day"])):
                return found
    return ""


def _from_slashed(text: str) -> str:
    if match := _SLASHED_ISO.search(text):
        return _day(match["year"], match["month"], match["day"])
    if match := _COMPACT.fullmatch(text):
        return _day(match["year"], match["month"], match["day"])
    if match := _SLASHED.search(text):
        first, second = int(match["first"]), int(match["second"])
        if first > 12 or first == second:
            return _day(match["year"], second, first)
        if second > 12:
            return _day(match["year"], first, second)
    return ""


def _day(year: str | int, month: str | int, day: str | int) -> str:
    try:
        return dt.date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return ""


def without_header(text: str) -> tuple[Metadata, str]:
    """Take the YAML front matter or the leading `Title:`, `Date:`, ... lines off a text.

    Args:
        text: A canonical text.

    Returns:
        What they say, and the text that follows; the text unchanged when it begins with neither.
    """
    if text.startswith("---\n"):
        end = text.find("\n---", 3, _FRONT_MATTER)
        rest = text[end + 4 :] if end >= 0 else ""
        if end >= 0 and (not rest or rest[0] == "\n"):
            return metadata_of(_front_matter(text[4 : end + 1])), rest.strip()
    fields, taken = _header_fields(text)
    return (metadata_of(fields), text[taken:].strip()) if fields else (Metadata(), text)


def _header_fields(text: str) -> tuple[dict[str, str], int]:
    """Leading `Name: value` lines with names we know, and how many code points they take."""
    fields: dict[str, str] = {}
    taken = 0
    for line in text[:_FRONT_MATTER].splitlines(keepends=True)[:20]:
        match = _HEADER.match(line)
        if not match or match["name"].casefold() not in _NAMES:
            break
        fields.setdefault(match["name"], match["value"])
        taken += len(line)
    return fields, taken


@cache
def _text_loader() -> Any:
    """A YAML loader that makes only texts, lists and mappings, and refuses aliases.

    A few bytes of aliases can expand to gigabytes.
    """
    import yaml

    class TextLoader(yaml.BaseLoader):
        def compose_node(self, parent: Any, index: Any) -> Any:
            if self.check_event(yaml.events.AliasEvent):
                raise yaml.YAMLError("alias")
            return super().compose_node(parent, index)

    return TextLoader


def _front_matter(block: str) -> dict[str, Any]:
    """Fields of a YAML block; its plain `name: value` lines where it is not valid YAML."""
    import yaml

    try:
        fields = yaml.load(block, Loader=_text_loader())  # noqa: S506 - see there
    except (yaml.YAMLError, RecursionError, ValueError, TypeError):
        fields = None
    if isinstance(fields, dict):
        return fields
    lines = (_HEADER.match(line) for line in block.splitlines())
    return {match["name"]: match["value"].strip("\"' ") for match in lines if match}
