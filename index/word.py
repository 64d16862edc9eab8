"""A docx file -> its text in reading order, with title and author; the only import of docx."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from index.encoding import UnreadableError
from index.extracted import Extracted, join_blocks, split_title, without_title
from index.metadata import MAX_NAME, Metadata, one_line

__all__ = ["extract_docx"]

_MAX_UNPACKED = 300 * 2**20  # bytes; pictures are not unpacked, but their sizes count
_MAX_PARTS = 10_000
_MAX_DEPTH = 5  # of tables within tables
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_WRAPPERS = ("ins", "moveTo", "smartTag", "customXml", "sdt", "sdtContent")


def extract_docx(data: bytes) -> Extracted:
    """Take paragraphs and tables out of a docx file; headers, footers, comments and deleted text are left.

    Raises:
        UnreadableError: When it is no docx, is protected, unpacks to too much or holds no text.
    """
    _check_archive(data)
    from docx import Document

    document = Document(io.BytesIO(data))
    _unwrap(document.element.body)
    text = join_blocks(_blocks(document, depth=0))
    if not text:
        raise UnreadableError("it holds no text")
    known = document.core_properties
    title = one_line(known.title or "") or _styled_title(document)
    author = one_line(known.author or "", limit=MAX_NAME)
    if title:
        text = without_title(text, title)
    else:
        title, text = split_title(text)
    return Extracted(text=text, metadata=Metadata(title=title, author="" if author == "python-docx" else author))


def _check_archive(data: bytes) -> None:
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableError("it is protected by a password, or a Word 97 file; save it as docx without one")
    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
        raise UnreadableError(f"it is damaged or no docx file ({error})") from error
    unpacked = sum(part.file_size for part in parts)
    if unpacked > _MAX_UNPACKED or len(parts) > _MAX_PARTS:
        raise UnreadableError(f"it unpacks to {unpacked / 2**20:.0f} MB in {len(parts)} parts; that is no article")


def _unwrap(body: Any) -> None:
    """Put what stands in a tracked insertion, a form field or a tag where that stands: python-docx 1.2 passes over it.

    Deleted text stays within its `w:del` or `w:moveFrom`, which are passed over rightly.
    """
    for wrapper in list(body.iter(*(f"{_WORD}{name}" for name in _WRAPPERS))):
        for child in list(wrapper):
            wrapper.addprevious(child)
        wrapper.getparent().remove(wrapper)


def _blocks(container: Any, *, depth: int) -> Iterator[str]:
    """Paragraphs, list entries and table rows, each as text."""
    for block in container.iter_inner_content():
        if hasattr(block, "rows"):
            if depth < _MAX_DEPTH:
                yield from _rows(block, depth=depth)
        else:
            is_list = (block.style is not None) and str(block.style.name or "").startswith("List")
            text = block.text.strip()
            yield f"- {text}" if is_list and text else text


def _rows(table: Any, *, depth: int) -> Iterator[str]:
    for row in table.rows:
        # A merged cell comes once for each column it spans, on the same element.
        cells = {id(cell._tc): cell for cell in row.cells}  # noqa: SLF001
        texts = [" ".join(" ".join(_blocks(cell, depth=depth + 1)).split()) for cell in cells.values()]
        if any(texts):
            yield " | ".join(texts)


def _styled_title(document: Any) -> str:
    for paragraph in document.paragraphs[:20]:
        if paragraph.style is not None and paragraph.style.name == "Title" and paragraph.text.strip():
            return one_line(paragraph.text)
    return ""
