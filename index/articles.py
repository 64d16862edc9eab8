"""Article, and how a file or a folder becomes articles: one canonical text each, fixed once."""

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cached_property
from io import BufferedReader
from pathlib import Path

from index.encoding import UnreadableError
from index.errors import ArticleError
from index.extracted import Extracted
from index.extraction import FOREIGN, extract, format_of
from index.jsonlines import read_lines
from index.metadata import one_line
from index.parsing_worker import ISOLATED, ParsingWorker
from index.tree import article_files

__all__ = [
    "MAX_BYTES",
    "Article",
    "Span",
    "article_files",
    "has_valid_name",
    "read_article",
    "read_articles",
    "read_file",
    "shown_path",
]

Span = tuple[int, int]
"""Start and end as code-point offsets into a canonical text; the end is exclusive."""

MAX_BYTES = 20 * 2**20
"""Bytes; a longer file, or a longer line of a jsonl file, is reported and not read."""


@dataclass(frozen=True)
class Article:
    """One text with what is known about it.

    Args:
        id: Stable name of the article; kept when its file moves or its text changes.
        title: As the reader would see it, one line, never empty.
        text: The canonical text; every offset in this program counts its code points.
        path: Absolute path of the file it was read from; `#` and its id, or the number of its line, is appended
            for one of several in a file.
        source: The outlet, as a reader would name it; empty when unknown.
        author: Empty when unknown.
        published: ISO 8601 date or date and time, from evidence in the article only; empty when unknown.
        url: http(s) only; empty when unknown.
        language: ISO 639-1 code; empty when the text is too short to tell.
        pages: Start offset of each page, for paged formats; empty otherwise.
    """

    id: str
    title: str
    text: str
    path: str = ""
    source: str = ""
    author: str = ""
    published: str = ""
    url: str = ""
    language: str = ""
    pages: tuple[int, ...] = ()

    @cached_property
    def sha256(self) -> str:
        """Hash of the canonical text, hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def read_article(path: str | Path) -> Article:
    """Read a file that holds one article.

    Raises:
        ArticleError: With the reason, when it cannot be read, or holds more than one.
    """
    found = list(read_file(path))
    articles = [item for item in found if isinstance(item, Article)]
    if not articles:
        raise next((item for item in found if isinstance(item, ArticleError)), ArticleError(path, "it is empty"))
    if len(articles) > 1:
        raise ArticleError(path, f"it holds {len(articles)} articles, not one")
    return articles[0]


def read_articles(root: str | Path, *, max_bytes: int = MAX_BYTES) -> Iterator[Article | ArticleError]:
    """Read a file, or all files of a tree, in the order of `article_files`.

    Args:
        root: A file or a folder.
        max_bytes: Bytes above which a file, or a line of a jsonl file, is not read.

    Yields:
        Each article; for each file or line that gives none, the error that says why. An error never keeps
        another file or line from being read. A name (id) that was seen before is an error.

    Raises:
        ArticleError: When there is nothing at `root`.
    """
    top = Path(root).expanduser().resolve()
    seen: dict[str, str] = {}
    with ParsingWorker() as worker:
        for path in article_files(top):
            for item in read_file(path, root=top, max_bytes=max_bytes, worker=worker):
                if isinstance(item, ArticleError) or item.id not in seen:
                    yield item
                else:
                    yield ArticleError(item.path, f"its id {item.id!r} is already that of {seen[item.id]}")
                if isinstance(item, Article):
                    seen.setdefault(item.id, item.path)


def read_file(
    path: str | Path,
    *,
    root: str | Path | None = None,
    max_bytes: int = MAX_BYTES,
    worker: ParsingWorker | None = None,
) -> Iterator[Article | ArticleError]:
    """Read the articles of one file.

    Args:
        path: A file.
        root: The folder it belongs to; the ids of its articles depend on its place there.
        max_bytes: Bytes above which the file, or a line of a jsonl file, is not read.
        worker: Where html, pdf and docx are parsed; one is made for this file without it.

    Yields:
        Each article, and an error for each line, or part of a file, that gives none.
    """
    path = Path(os.path.abspath(Path(path).expanduser()))  # noqa: PTH100 - resolve() would follow a link
    if not has_valid_name(path):
        yield ArticleError(shown_path(path), "its name is not valid UTF-8; rename it")
        return
    place = _place(path, Path(root).expanduser().resolve() if root else path)
    form = format_of(path)
    try:
        with _opened(path) as file:
            if form == "jsonl":
                yield from _articles_of_lines(file, path, place, max_bytes)
            else:
                yield from _article_of_file(file, path, place, max_bytes=max_bytes, worker=worker)
    except UnreadableError as error:
        yield ArticleError(path, str(error))
    except OSError as error:
        yield ArticleError(path, f"it cannot be read: {error.strerror or error}")
    except Exception as error:  # noqa: BLE001 - whatever a parser raises costs this file alone
        yield ArticleError(path, f"it cannot be read: {type(error).__name__}: {error}")


def has_valid_name(path: str | Path) -> bool:
    """Whether a path is UTF-8; another one cannot be stored."""
    return shown_path(path) == str(path)


def shown_path(path: str | Path) -> str:
    """A path as it can be shown; what of its name is not UTF-8 is replaced."""
    return os.fsencode(path).decode(errors="replace")


def _place(path: Path, root: Path) -> str:
    """Where a file lies in its folder; its name alone when it is the source itself."""
    for found in (path, path.resolve()):
        if found != root and found.is_relative_to(root):
            return found.relative_to(root).as_posix()
    return path.name


def _opened(path: Path) -> BufferedReader:
    """Open a regular file, and only that: opening a pipe would wait for its writer for ever."""
    if path.is_dir():
        raise UnreadableError("it is a folder that cannot be listed")
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UnreadableError("it is not a regular file")
    return os.fdopen(descriptor, "rb")


def _article_of_file(
    file: BufferedReader, path: Path, place: str, *, max_bytes: int, worker: ParsingWorker | None
) -> Iterator[Article | ArticleError]:
    form = format_of(path)
    if not form:
        kind = FOREIGN.get(path.suffix.lower(), "of a kind that is not read")
        raise UnreadableError(f"it is {kind}; save it as txt, md, html, pdf, docx or jsonl")
    data = file.read(max_bytes + 1)
    if len(data) > max_bytes:
        size = max(os.fstat(file.fileno()).st_size, len(data))
        raise UnreadableError(f"it has {size / 2**20:.1f} MB; the limit is {max_bytes / 2**20:g} MB")
    if not data.strip():
        raise UnreadableError("it is empty")
    if form in ISOLATED:
        with ExitStack() as stack:
            found = (worker or stack.enter_context(ParsingWorker())).extract(data, form)
    else:
        found = extract(data, form)
    yield _article(found, place, str(path), fallback=path.stem)
    if found.remark:
        yield ArticleError(path, found.remark)


def _articles_of_lines(
    file: BufferedReader, path: Path, place: str, max_bytes: int
) -> Iterator[Article | ArticleError]:
    seen: dict[str, int] = {}
    for number, found in read_lines(file, max_bytes=max_bytes):
        if isinstance(found, UnreadableError):
            yield ArticleError(f"{path}#{number}", str(found))
            continue
        name = _line_name(found.id) if found.id else str(number)
        article = _article(found, place, f"{path}#{name}", fallback=f"{path.stem} {number}")
        times = seen[article.id] = seen.get(article.id, 0) + 1
        if times > 1 and found.id:
            yield ArticleError(f"{path}#{number}", f"its id {found.id!r} is already that of a line before it")
            continue
        if times > 1:
            # The same text twice in one file: both stay, and keep their ids while lines come and go around.
            article = replace(article, id=_made_id(place, f"{article.text}\0{times}"))
        yield article


def _line_name(name: str) -> str:
    """What the path of a line ends in that names its id: never the number of another line.

    Example:
        >>> _line_name("storm"), _line_name("7")
        ('storm', 'id:7')
    """
    return f"id:{name}" if name.isdigit() or name.startswith(("id:", "kept:")) else name


def _article(found: Extracted, place: str, path: str, *, fallback: str) -> Article:
    from index.languages import language

    metadata = found.metadata
    return Article(
        id=found.id or _made_id(place, found.text),
        title=metadata.title or one_line(fallback) or "Untitled",
        text=found.text,
        path=path,
        source=metadata.source,
        author=metadata.author,
        published=metadata.published,
        url=metadata.url,
        language=language(found.text),
        pages=found.pages,
    )


def _made_id(place: str, text: str) -> str:
    """Id of an article that names none: by where it lies in its folder and what it says."""
    return hashlib.sha256(f"{place}\0{text}".encode(errors="surrogatepass")).hexdigest()[:16]
