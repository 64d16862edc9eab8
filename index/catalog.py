"""SQLite: articles, their versions, chunks and the live generation; the truth."""

import hashlib
import json
import sqlite3
import struct
import threading
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from index.articles import Article, Span
from index.errors import IndexDamagedError, IndexMismatchError, IndexMissingError

__all__ = ["ArticleRow", "Catalog", "ChunkRow", "copy_database"]

BUSY_MILLISECONDS = 30_000
READ_BATCH = 500
"""Chunks a query."""
EMPTY_LIST = len("[]")
SUMMED = ("articles", "retired", "folders", "excluded")
"""Tables whose rows nothing else would show to be damaged: texts and chunks have hashes of their own."""
SCHEMA_VERSION = 1
SCHEMA = """
create table settings (key text primary key, value text not null) without rowid;
create table folders (path text primary key, added_at text not null) without rowid;
create table excluded (path text primary key) without rowid;
create table files (
    path text primary key, folder text not null, size integer not null, modified integer not null,
    error text not null default ''
) without rowid;
create table versions (
    sha256 text primary key, text text not null, sentences blob not null, furniture blob not null,
    pages text not null
) without rowid;
create table articles (
    id text primary key, folder text not null, file text not null, path text not null unique,
    sha256 text not null, title text not null, source text not null, author text not null,
    published text not null, url text not null, language text not null,
    signature blob not null, cluster text not null default '', synced_at text not null
) without rowid;
create index articles_by_file on articles (file);
create index articles_by_sha256 on articles (sha256);
create index articles_by_cluster on articles (cluster);
create table retired (
    article_id text not null, sha256 text not null, title text not null, source text not null,
    author text not null, published text not null, url text not null, path text not null,
    retired_at text not null, primary key (article_id, sha256)
) without rowid;
create table chunks (
    number integer primary key autoincrement, article_id text not null,
    start integer not null, end integer not null, key blob not null
);
create index chunks_by_article on chunks (article_id, start);
"""

REMEDY = (
    "Restore a backup: articleqa restore FILE --index NEW; or make a new index of your folders: "
    "articleqa index FOLDER --index NEW. What it still holds is left as it is at {path}."
)
NO_TEXT = "Could not decode"
"""How SQLite's message begins where bytes of a text were damaged; the rest of the file can be read, and mended."""
UNWRITABLE = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}
"""What SQLite says where it would have to make a log beside the file, even to read it, and may not."""

_ARTICLE = "id, title, source, author, published, url, language, path, sha256, cluster, folder, file"


@dataclass(frozen=True, kw_only=True)
class ArticleRow:
    """What the catalog knows of a live article, its text left out."""

    id: str
    title: str
    source: str
    author: str
    published: str
    url: str
    language: str
    path: str
    sha256: str
    cluster: str
    folder: str
    file: str


@dataclass(frozen=True, kw_only=True)
class ChunkRow:
    """A chunk with its text and all of its article that answering needs.

    Args:
        sentences: Spans of the sentences in the chunk that may be cited, in offsets of the article; signs,
            captions and other furniture of a web site are left out.
        page: Page its first character is on, from 1; 0 where there are no pages.
        page_starts: Where later pages begin in it, in offsets of the article.
    """

    number: int
    start: int
    end: int
    text: str
    sentences: tuple[Span, ...]
    article: ArticleRow
    page: int
    page_starts: tuple[int, ...]


class Catalog:
    """One SQLite file in WAL mode; one writer at a time (the index's lock sees to it), any number of readers.

    Args:
        path: The file.
        mode: "ro" where it cannot be written, "immutable" where nothing can be written beside it either: the file
            alone is read then, and what others write is not seen.
    """

    def __init__(self, path: Path, *, mode: Literal["rw", "ro", "immutable"] = "rw") -> None:
        self.path = path
        self._mode = mode
        self._idle: list[sqlite3.Connection] = []
        self._lock = threading.Lock()

    @classmethod
    def create(cls, path: Path) -> "Catalog":
        """A catalog at a path, made with its tables unless it is there; safe to repeat after a crash."""
        catalog = cls(path)
        if catalog.version():
            return catalog  # without asking for the write lock, which a sync may hold for minutes
        with catalog.write() as connection:
            version = connection.execute("pragma user_version").fetchone()[0]
            if version == 0:
                for statement in SCHEMA.split(";"):
                    connection.execute(statement)
                connection.execute(f"pragma user_version = {SCHEMA_VERSION}")
        return catalog

    def version(self) -> int:
        """Version of its tables; 0 when it has none yet."""
        with self.read() as connection:
            return int(connection.execute("pragma user_version").fetchone()[0])

    def require_version(self) -> None:
        """Refuse tables of another version of this program.

        Raises:
            IndexMismatchError: They are.
            IndexMissingError: There are none: making the index was broken off.
        """
        found = self.version()
        if not found:
            raise IndexMissingError(self.path.parent)
        if found != SCHEMA_VERSION:
            remedy = "Make a new one with this version: articleqa index FOLDER --index NEW"
            raise IndexMismatchError("table layout", str(SCHEMA_VERSION), str(found), remedy=remedy)

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection inside one read transaction: everything read is of one moment."""
        connection = self._take()
        try:
            connection.execute("begin")
            yield connection
        except sqlite3.DatabaseError as error:
            raise self._damaged("read", error) from error
        finally:
            try:
                connection.execute("rollback")
                self._give(connection)
            except sqlite3.Error:
                connection.close()

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A connection inside one write transaction: all of it is committed, or nothing."""
        connection = self._take()
        try:
            connection.execute("begin immediate")
            yield connection
            if connection.in_transaction:
                connection.execute("commit")
        except BaseException as error:
            if connection.in_transaction:
                connection.execute("rollback")
            if isinstance(error, sqlite3.DatabaseError) and (
                NO_TEXT in str(error) or not isinstance(error, sqlite3.OperationalError)
            ):
                raise self._damaged("written", error) from error
            raise
        finally:
            self._give(connection)

    def checkpoint(self, *, wait: bool = False) -> bool:
        """Move everything from the write-ahead log to the file, so that the file alone is whole.

        Args:
            wait: For readers that are in the middle of something, up to 30 seconds.

        Returns:
            Whether the log is empty now.
        """
        connection = self._take()
        try:
            connection.execute(f"pragma busy_timeout = {BUSY_MILLISECONDS if wait else 0}")
            return not connection.execute("pragma wal_checkpoint(truncate)").fetchone()[0]
        finally:
            connection.execute(f"pragma busy_timeout = {BUSY_MILLISECONDS}")
            self._give(connection)

    def vacuum(self) -> bool:
        """Write the file anew without what was deleted, and empty the log; whether that was possible."""
        connection = self._take()
        try:
            connection.execute("vacuum")
        finally:
            self._give(connection)
        return self.checkpoint(wait=True)

    def check(self) -> str:
        """SQLite's own word on the file: "ok", or what is wrong."""
        try:
            with self.read() as connection:
                return str(connection.execute("pragma integrity_check(1)").fetchone()[0])
        except IndexDamagedError as error:
            return error.what

    def reindex(self) -> None:
        """Make SQLite's own indexes anew from the tables, as far as they can be read."""
        connection = self._take()
        try:
            connection.execute("reindex")
        except sqlite3.DatabaseError as error:
            raise self._damaged("mended", error) from error
        finally:
            self._give(connection)

    def _damaged(self, what: str, error: sqlite3.Error) -> IndexDamagedError:
        remedy = REMEDY.format(path=self.path.parent)
        if NO_TEXT in str(error):
            remedy = f"Run: articleqa verify --repair --index {self.path.parent}. Where that does not mend it: {remedy}"
        return IndexDamagedError(self.path.parent, f"the catalog cannot be {what} ({error})", remedy=remedy)

    def close(self) -> None:
        """Close every idle connection."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _take(self) -> sqlite3.Connection:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return self._connect()

    def _give(self, connection: sqlite3.Connection) -> None:
        with self._lock:
            self._idle.append(connection)

    def _connect(self) -> sqlite3.Connection:
        suffix = {"rw": "", "ro": "?mode=ro", "immutable": "?immutable=1"}[self._mode]
        try:
            connection = sqlite3.connect(
                self.path.resolve().as_uri() + suffix,
                uri=True,
                isolation_level=None,
                check_same_thread=False,
                timeout=BUSY_MILLISECONDS / 1000,
                cached_statements=256,
            )
            if self._mode == "rw":
                connection.execute("pragma journal_mode = wal")
                connection.execute("pragma synchronous = full")
            connection.execute("pragma secure_delete = on")
            # SQLite's own lower() knows only the letters of ASCII.
            connection.create_function("folded", 1, str.casefold, deterministic=True)
        except sqlite3.DatabaseError as error:
            raise self._damaged("opened", error) from error
        return connection


def connect_to_read(path: Path) -> sqlite3.Connection:
    """Open a SQLite file to read it only, with what its writers have in its log; alone on a disk without theirs.

    Raises:
        sqlite3.DatabaseError: It cannot be read.
    """
    url = path.resolve().as_uri()
    for mode in ("mode=ro", "immutable=1"):
        connection = sqlite3.connect(f"{url}?{mode}", uri=True, check_same_thread=False, timeout=30)
        try:
            connection.execute("pragma schema_version")
        except sqlite3.Error as error:
            connection.close()
            if mode == "immutable=1" or error.sqlite_errorcode & 0xFF not in UNWRITABLE:
                raise
        else:
            return connection
    raise AssertionError


def copy_database(source: Path, target: Path) -> None:
    """Copy one moment of a SQLite file to a new one, while others may read and write it.

    Raises:
        sqlite3.DatabaseError: The source cannot be read.
    """
    with closing(connect_to_read(source)) as original, closing(sqlite3.connect(target)) as copy:
        original.backup(copy)
        copy.execute("pragma journal_mode = delete")


def check_database(file: Path) -> str:
    """SQLite's own word on a file that it only reads: "ok", or what is wrong."""
    try:
        with closing(connect_to_read(file)) as connection:
            return str(connection.execute("pragma integrity_check(1)").fetchone()[0])
    except sqlite3.DatabaseError as error:
        return str(error)


def read_settings(connection: sqlite3.Connection) -> dict[str, str]:
    """What the index says of itself: model, fingerprint, chunk size, program version, live generation."""
    return dict(connection.execute("select key, value from settings order by key"))


def write_settings(connection: sqlite3.Connection, settings: dict[str, str]) -> None:
    """Set some of them."""
    connection.executemany("insert or replace into settings values (?, ?)", sorted(settings.items()))


def row_sums(connection: sqlite3.Connection) -> dict[str, str]:
    """Settings that sum up whole tables, to tell later whether they are what was written."""
    return {f"sum of {table}": sum_rows(connection, table) for table in SUMMED}


def sum_rows(connection: sqlite3.Connection, table: str) -> str:
    """sha256 over the rows of a table in their order, hexadecimal; `table` is a name of this package or Chroma's."""
    digest = hashlib.sha256()
    for row in connection.execute(f'select * from "{table}"'):  # noqa: S608
        digest.update(repr(row).encode(errors="surrogatepass"))
    return digest.hexdigest()


def live_generation(connection: sqlite3.Connection) -> int:
    """Number of the live generation; 0 when nothing was ever committed."""
    row = connection.execute("select value from settings where key = 'generation'").fetchone()
    return int(row[0]) if row else 0


def read_article(connection: sqlite3.Connection, article_id: str) -> Article:
    """A live article with its text.

    Raises:
        KeyError: No live article has this id.
    """
    row = connection.execute(
        "select a.id, a.title, v.text, a.path, a.source, a.author, a.published, a.url, a.language, v.pages"
        " from articles a join versions v using (sha256) where a.id = ?",
        (article_id,),
    ).fetchone()
    if row is None:
        raise KeyError(article_id)
    return _article(row)


def read_version(connection: sqlite3.Connection, sha256: str) -> Article:
    """Any kept version by the hash of its text: live, replaced or removed.

    Raises:
        KeyError: No kept version has this hash.
    """
    for table, id_column, language in (("articles", "id", "language"), ("retired", "article_id", "''")):
        row = connection.execute(
            f"select {id_column}, title, text, path, source, author, published, url, {language}, pages"  # noqa: S608 - from the line above
            f" from {table} join versions using (sha256) where sha256 = ? order by {id_column} limit 1",
            (sha256,),
        ).fetchone()
        if row is not None:
            return _article(row)
    raise KeyError(sha256)


def read_rows(connection: sqlite3.Connection, where: str = "", values: Sequence[object] = ()) -> list[ArticleRow]:
    """Live articles, newest first, then by title and id; `where` is SQL of this package, never of a person."""
    sql = f"select {_ARTICLE} from articles {where} order by published desc, title, id"  # noqa: S608
    return [_article_row(row) for row in connection.execute(sql, values)]


def read_chunks(connection: sqlite3.Connection, numbers: Iterable[int]) -> dict[int, ChunkRow]:
    """Chunks by number, with texts, offsets and their articles; unknown numbers are left out."""
    found = {}
    wanted = list(numbers)
    for begin in range(0, len(wanted), READ_BATCH):
        batch = wanted[begin : begin + READ_BATCH]
        sql = (
            "select c.number, c.start, c.end, substr(v.text, c.start + 1, c.end - c.start),"  # noqa: S608
            " v.sentences, v.furniture, v.pages, a.id, a.title, a.source, a.author, a.published, a.url, a.language,"
            " a.path, a.sha256, a.cluster, a.folder, a.file"
            " from chunks c join articles a on a.id = c.article_id join versions v using (sha256)"
            f" where c.number in ({','.join('?' * len(batch))})"
        )
        for number, start, end, text, sentences, signs, written, *article in connection.execute(sql, batch):
            pages = json.loads(written) if len(written) > EMPTY_LIST else []
            found[number] = ChunkRow(
                number=number,
                start=start,
                end=end,
                text=text,
                sentences=_sentences_within(sentences, signs, start, end),
                article=_article_row(article),
                page=sum(1 for page in pages if page <= start),
                page_starts=tuple(page for page in pages if start < page < end),
            )
    return found


def _sentences_within(sentences: bytes, signs: bytes, start: int, end: int) -> tuple[Span, ...]:
    """Spans of the sentences in a chunk that are no furniture; only what lies in the chunk is unpacked."""
    flat = memoryview(sentences).cast("I")  # little-endian, as every machine that torch runs on
    first = bisect_left(range(len(signs)), start, key=lambda place: flat[2 * place])
    last = bisect_right(range(len(signs)), end, key=lambda place: flat[2 * place + 1])
    return tuple((flat[2 * n], flat[2 * n + 1]) for n in range(first, last) if not signs[n])


def pack_spans(spans: Iterable[Span]) -> bytes:
    """Spans as little-endian 32-bit numbers."""
    flat = [offset for span in spans for offset in span]
    return struct.pack(f"<{len(flat)}I", *flat)


def unpack_spans(blob: bytes) -> list[Span]:
    """The spans of `pack_spans`."""
    flat = struct.unpack(f"<{len(blob) // 4}I", blob)
    return list(zip(flat[::2], flat[1::2], strict=True))


def _article(row: Sequence[str]) -> Article:
    article_id, title, text, path, source, author, published, url, language, pages = row
    return Article(
        id=article_id,
        title=title,
        text=text,
        path=path,
        source=source,
        author=author,
        published=published,
        url=url,
        language=language,
        pages=tuple(json.loads(pages)),
    )


def _article_row(row: Sequence[str]) -> ArticleRow:
    return ArticleRow(**dict(zip(_ARTICLE.split(", "), row, strict=True)))
