"""A pdf file -> its text in reading order, with the start of each page; the only import of pypdfium2."""

import re
import statistics
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from index.encoding import UnreadableError, normalised
from index.extracted import Extracted, split_title
from index.metadata import MAX_NAME, Metadata, one_line

__all__ = ["extract_pdf"]

_MAX_PAGES = 5000
_MAX_TEXT = 20_000_000  # code points
_EDGE_LINES = 2  # lines at the top and at the bottom of a page that may be running heads and page numbers
_REPEATED = 0.5  # share of the pages on which a line at the edge must stand to be a running head
_GAP = 1.35  # of the usual distance of lines; a wider one parts paragraphs
_SHORT = 0.85  # of the width of the column; a shorter line that ends a sentence ends its paragraph

_HYPHEN = "\x02\ufffe\u00ad"  # pdfium 5 writes U+FFFE for a hyphen and the line end after it
_MARKED = re.compile(rf"(\w+)[{_HYPHEN}]\s*(\w+)")
_HYPHENED = re.compile(r"\w+-\w+")
_NUMBER = re.compile(r"\W*(?:(?:page|p\.?|seite)\s*)?\d{1,4}\W*(?:(?:of|/|von)\s*\d{1,4}\W*)?", re.IGNORECASE)
_TYPED_HYPHEN = re.compile(r"[^\W\d_]{2,}[-\u2010]$")
_ENDED = re.compile(r"[.!?:\u2026][\"'\u201d\u2019)\]]*$")
_TOOL_TITLE = re.compile(r"(?i)^(?:microsoft word\b.*|untitled.*|.*\.(?:docx?|indd|tex|pdf|qxd|rtf|pages|html?))$")


@dataclass(frozen=True)
class _Line:
    """A printed line, or two that pdfium joined at a hyphen.

    `start` and `end` are the heights above the page's foot of its first and last character, in points; `left`
    and `right` their edges; all 0 when unknown.
    """

    text: str
    left: float = 0.0
    right: float = 0.0
    start: float = 0.0
    end: float = 0.0
    size: float = 0.0


def extract_pdf(data: bytes) -> Extracted:
    """Take the text out of a pdf file.

    Lines are joined to paragraphs, words parted at a line end are put together, running heads and page
    numbers go. Pages without text are scans or pictures and are named in the remark. The date the file was
    made says nothing about when the article was published and is not used.

    Raises:
        UnreadableError: When it is damaged, protected, or has no text on any page.
    """
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise UnreadableError("it is protected by a password") from error
        raise UnreadableError(f"it is damaged or no pdf file ({error})") from error
    count = len(document)
    if count > _MAX_PAGES:
        raise UnreadableError(f"it has {count} pages; the limit is {_MAX_PAGES}")
    found = [_lines(document, number) for number in range(count)]
    scans = [number for number, (lines, blank) in enumerate(found, 1) if not lines and not blank]
    if not any(lines for lines, _ in found):
        raise UnreadableError(f"none of its {count} pages has text: scans; run text recognition (OCR) on it")
    pages = _without_running_heads([lines for lines, _ in found])
    text, starts = _joined(_mended([_paragraphs(lines) for lines in pages]))
    known = document.get_metadata_dict(skip_empty=True)
    title = one_line(known.get("Title", ""))
    if not title or _TOOL_TITLE.match(title):
        title = split_title(text)[0]
    author = one_line(known.get("Author", ""), limit=MAX_NAME)
    return Extracted(text=text, metadata=Metadata(title=title, author=author), pages=starts, remark=_remark(scans))


def _remark(scans: list[int]) -> str:
    if not scans:
        return ""
    named = ", ".join(map(str, scans[:10])) + (", ..." if len(scans) > 10 else "")
    return f"page {named} has no text but a picture, perhaps a scan; the other pages were read"


def _lines(document: Any, number: int) -> tuple[list[_Line], bool]:
    """Printed lines of a page, in the order of its content; and whether nothing at all is on it."""
    page = document[number]
    try:
        content = page.get_textpage()
        text = content.get_text_range()
        if len(text) > _MAX_TEXT:
            raise UnreadableError(f"page {number + 1} has {len(text)} characters of text")
        # Boxes are numbered by pdfium's characters; a character beyond U+FFFF shifts them against Python's.
        boxed = len(text) == content.count_chars()
        lines = list(_measured(text, content if boxed else None))
        return lines, not lines and next(page.get_objects(max_depth=1), None) is None
    finally:
        page.close()


def _measured(text: str, content: Any) -> Iterator[_Line]:
    for match in re.finditer(r"[^\r\n]+", text):
        line = match[0].strip(" \t")
        if not line:
            continue
        first = match.start() + len(match[0]) - len(match[0].lstrip(" \t"))
        last = match.start() + len(match[0].rstrip(" \t")) - 1
        if content is None:
            yield _Line(line)
            continue
        left, start, _, _ = content.get_charbox(first, loose=True)
        _, end, right, top = content.get_charbox(last, loose=True)
        yield _Line(line, left=left, right=right, start=start, end=end, size=abs(top - end))


def _without_running_heads(pages: list[list[_Line]]) -> list[list[_Line]]:
    """Pages without page numbers, and without what stands at the edge of most pages."""
    seen: Counter[str] = Counter()
    for lines in pages:
        seen.update({_shape(line) for line in lines[:_EDGE_LINES] + lines[-_EDGE_LINES:]})
    often = max(3, _REPEATED * len(pages))
    repeated = {shape for shape, times in seen.items() if times >= often}

    def stays(line: _Line, place: int, count: int) -> bool:
        at_edge = place < _EDGE_LINES or place >= count - _EDGE_LINES
        return not at_edge or not (_shape(line) in repeated or (len(pages) > 1 and _NUMBER.fullmatch(line.text)))

    return [[line for place, line in enumerate(lines) if stays(line, place, len(lines))] for lines in pages]


def _shape(line: _Line) -> str:
    """A line without its digits, so that `Page 3` and `Page 4` are one."""
    return re.sub(r"\d+", "0", line.text).casefold()


def _paragraphs(lines: list[_Line]) -> list[str]:
    """Lines of a page put together to paragraphs."""
    if not lines:
        return []
    drops = [above.end - below.start for above, below in pairwise(lines)]
    usual = statistics.median([drop for drop in drops if drop > 0] or [0.0])
    edge = max(line.right - line.left for line in lines)
    paragraphs = [lines[0].text]
    for above, below in pairwise(lines):
        if _parts(above, below, usual=usual, width=edge):
            paragraphs.append(below.text)
        else:
            paragraphs[-1] = _with_line(paragraphs[-1], below.text)
    return paragraphs


def _parts(above: _Line, below: _Line, *, usual: float, width: float) -> bool:
    """Whether a new paragraph begins at `below`."""
    if _TYPED_HYPHEN.search(above.text) and below.text[0].islower():
        return False
    ended = bool(_ENDED.search(above.text))
    if not usual:
        return ended and len(above.text) < 60
    drop = above.end - below.start
    if drop < 0:  # the next column
        return ended
    larger = max(above.size, below.size) > 1.2 * min(above.size, below.size)
    return drop > _GAP * usual or larger or (ended and above.right - above.left < _SHORT * width)


def _with_line(paragraph: str, line: str) -> str:
    """Join a line to its paragraph; a hyphen at the break goes when the next line goes on in small letters.

    Example:
        >>> _with_line("The govern-", "ment fell"), _with_line("in Baden-", "Baden")
        ('The government fell', 'in Baden-Baden')
    """
    if _TYPED_HYPHEN.search(paragraph):
        return (paragraph[:-1] if line[0].islower() else paragraph) + line
    return f"{paragraph} {line}"


def _mended(pages: list[list[str]]) -> list[list[str]]:
    """Words parted by pdfium's hyphen put together; with a hyphen where the text has it in one line too."""
    everything = "\n".join(paragraph for paragraphs in pages for paragraph in paragraphs)
    hyphened = {word.casefold() for word in _HYPHENED.findall(everything)}

    def whole(match: re.Match[str]) -> str:
        written = f"{match[1]}-{match[2]}"
        keeps = written.casefold() in hyphened or not match[2][0].islower() or match[1][-1].isdigit()
        return written if keeps else match[1] + match[2]

    return [[_MARKED.sub(whole, paragraph) for paragraph in paragraphs] for paragraphs in pages]


def _joined(pages: list[list[str]]) -> tuple[str, tuple[int, ...]]:
    """The whole text, and where each page starts; a paragraph that goes on over a page end stays whole."""
    text = ""
    starts = []
    for paragraphs in pages:
        own = [paragraph for paragraph in map(normalised, paragraphs) if paragraph]
        goes_on = bool(text and own and not _ENDED.search(text) and own[0][0].islower())
        if goes_on and _TYPED_HYPHEN.search(text):
            text = text[:-1]
        elif text and own:
            text += " " if goes_on else "\n\n"
        starts.append(len(text))
        text += "\n\n".join(own)
    return text, tuple(starts)
