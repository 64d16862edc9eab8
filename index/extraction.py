"""html, pdf, docx, jsonl ... -> canonical text + title, author, published, url."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePath
from typing import Any

from index.encoding import UnreadableError, decode, normalised
from index.extracted import Extracted, split_title, titled
from index.markdown import extract_markdown
from index.metadata import metadata_of, one_line, without_header

__all__ = ["FOREIGN", "FORMATS", "extract", "extract_line", "extract_text", "format_of"]

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
    return titled(metadata, body)


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
