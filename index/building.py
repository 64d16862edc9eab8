"""From a plan to the next live generation: rows, vectors, both legs, one commit."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from langchain_core.utils.iter import batch_iterate

from index.articles import Article
from index.catalog import live_generation, pack_spans, write_settings
from index.chunking import embedded_prefix, split
from index.duplicates import clusters, signature
from index.errors import IndexDamagedError, IndexWriteError
from index.furniture import furniture
from index.generations import LEXICAL_REBUILD, Changes, build_generation, read_marker, read_vectors, worth_copying
from index.languages import language
from index.lexical import LexicalRecord
from index.sentences import sentence_spans
from index.sync import FileState, Plan, Progress, ProgressCallback, kept_path
from index.vectors import VectorCache

if TYPE_CHECKING:
    from index.embedding import ArticleEmbeddings

__all__ = ["FORMAT", "KEEP_DAYS", "Builder"]

FORMAT = "2"
"""Raised when sentences, chunking, prefix or the words of the lexical leg change: older indexes are then made anew."""
KEEP_DAYS = 30
"""How long removed and replaced versions stay readable by hash."""
EMBED_SLICE = 256
"""Chunks embedded between two writes to the cache: what a crash may cost."""

INDEXED = """
create temp view if not exists indexed as
select c.number, c.key, a.id, a.title, a.source, a.published, substr(v.text, c.start + 1, c.end - c.start) as text
from chunks c join articles a on a.id = c.article_id join versions v using (sha256)
"""
"""What a generation holds: a chunk whose text was lost to damage is left out of both legs, and `verify` names it."""

Entry = tuple[Article, str, str]


@dataclass
class Builder:
    """Carries out plans on one index, inside the caller's write transaction.

    Args:
        connection: Inside a write transaction; the caller commits, which makes everything live at once.
        generations: Folder of the generations.
        cache: Of vectors.
        embeddings: The embedder of this index.
        progress: Told how far it has come; may raise to cancel.
    """

    connection: sqlite3.Connection
    generations: Path
    cache: VectorCache
    embeddings: "ArticleEmbeddings"
    progress: ProgressCallback
    embedded: int = 0

    def __post_init__(self) -> None:
        """Note where the rows of the live generation end."""
        self.connection.execute(INDEXED)
        row = self.connection.execute("select seq from sqlite_sequence where name = 'chunks'").fetchone()
        self._last_chunk = int(row[0]) if row else 0
        self._deleted: set[int] = set()

    def apply(self, plan: Plan) -> None:
        """Write the rows of a plan; nobody sees them before the commit."""
        for row in plan.removed:
            self._retire(row.id)
            self.connection.execute("delete from articles where id = ?", (row.id,))
            self._delete_chunks(row.id)
        placed = (*plan.moved, *plan.renumbered)
        self._make_room((*placed, *plan.changed, *plan.added))
        # Articles may change places: no two may have one path even for a moment.
        self.connection.executemany(
            "update articles set path = char(0) || id where id = ?",
            ((article.id,) for article, _, _ in (*placed, *plan.changed)),
        )
        self.connection.executemany(
            "update articles set path = ?, file = ?, folder = ? where id = ?",
            ((article.path, file, folder, article.id) for article, file, folder in placed),
        )
        for entry in plan.changed:
            self._retire(entry[0].id, path=entry[0].path)
            self._delete_chunks(entry[0].id)
            self._write_article(entry)
        for entry in plan.added:
            self._write_article(entry)
        if plan.added or plan.changed or plan.removed:
            self._write_clusters()

    def record_files(self, folders: Sequence[str], files: dict[str, FileState]) -> None:
        """Remember how the files of some folders were when they were read."""
        for folder in folders:
            self.connection.execute("delete from files where folder = ?", (folder,))
        self.connection.executemany(
            "insert or replace into files values (?, ?, ?, ?, ?)",
            ((path, s.folder, s.size, s.modified, s.error) for path, s in sorted(files.items())),
        )

    def rechunk(self, articles: Sequence[str] | None = None) -> None:
        """Cut articles anew, for another format or embedder or their chunks being damaged; `build` must then be `anew`.

        Args:
            articles: Ids; None for all.
        """
        sql = "select a.id, a.title, v.text, a.published, a.sha256 from articles a join versions v using (sha256)"
        if articles is None:
            self.connection.execute("delete from chunks")
            rows = self.connection.execute(f"{sql} order by a.id").fetchall()
        else:
            rows = []
            for name in articles:
                self.connection.execute("delete from chunks where article_id = ?", (name,))
                rows += self.connection.execute(f"{sql} where a.id = ?", (name,)).fetchall()
        for article_id, title, text, published, sha256 in rows:
            self.connection.execute(
                "update versions set sentences = ?, furniture = ? where sha256 = ?", (*_sentences(text), sha256)
            )
            self._write_chunks(Article(article_id, title, text, published=published))
        self.connection.execute("delete from chunks where article_id not in (select id from articles)")

    def leave_out(self, sha256: str) -> None:
        """Have neither leg hold the articles of a text that is damaged; `build` must then be `anew`."""
        sql = "delete from chunks where article_id in (select id from articles where sha256 = ?)"
        self.connection.execute(sql, (sha256,))

    def build(self, *, anew: bool = False) -> int:
        """Make the generation that the rows now describe, and point to it in the same transaction.

        Args:
            anew: Do not begin from a copy of the live one.

        Returns:
            The new generation's number.
        """
        live = live_generation(self.connection)
        numbers = [int(folder.name) for folder in self.generations.iterdir() if folder.name.isdigit()]
        number = max([live, *numbers]) + 1
        base = self._folder(live) if live else None
        if base is None or anew or not self._build_upon(base, number):
            self._build_anew(number, base)
        self.progress(Progress(stage="writing", done=1, total=1))
        write_settings(
            self.connection,
            {
                "generation": str(number),
                "embedder": self.embeddings.name,
                "fingerprint": self.embeddings.fingerprint,
                "precision": self.embeddings.precision,
                "chunk_tokens": str(self.embeddings.token_limit),
                "format": FORMAT,
            },
        )
        return number

    def _build_upon(self, base: Path, number: int) -> bool:
        """Make a generation from a copy of the live one; whether that is worth while and could be done."""
        try:
            marker = read_marker(base)
        except (FileNotFoundError, IndexDamagedError):
            return False
        fingerprint = self.embeddings.fingerprint
        if not worth_copying(marker, len(self._deleted), fingerprint=fingerprint):
            return False
        self._embed_missing(0 if self._cache_was_lost() else self._last_chunk, base)
        self.progress(Progress(stage="writing", done=0, total=1))
        words_anew = bool(self._deleted) and marker.chunks <= LEXICAL_REBUILD
        changes = self._changes(self._last_chunk, frozenset(self._deleted), words_anew=words_anew)
        try:
            build_generation(self._folder(number), number, fingerprint, changes, base=base)
        except (IndexDamagedError, sqlite3.DatabaseError):
            return False
        return True

    def _cache_was_lost(self) -> bool:
        """The cache holds fewer vectors than there are different chunks."""
        wanted = self.connection.execute("select count(distinct key) from chunks").fetchone()[0]
        new = "select count(distinct key) from chunks where number > ?"
        added = self.connection.execute(new, (self._last_chunk,)).fetchone()[0]
        return bool(self.cache.count(self.embeddings.fingerprint) < wanted - added)

    def _build_anew(self, number: int, live: Path | None) -> None:
        self._embed_missing(0, live)
        self.progress(Progress(stage="writing", done=0, total=1))
        try:
            build_generation(self._folder(number), number, self.embeddings.fingerprint, self._changes(0))
        except IndexDamagedError as error:  # nothing that is live is: only this could not be written
            raise IndexWriteError(self.generations.parent, error.what) from error

    def _folder(self, number: int) -> Path:
        return self.generations / f"{number:06}"

    def purge(self, *, days: int = KEEP_DAYS) -> int:
        """Forget versions that were replaced or removed longer ago than this; says how many."""
        limit = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="seconds")
        gone = self.connection.execute("delete from retired where retired_at <= ?", (limit,)).rowcount
        if gone:
            self.purge_unused()
        return gone

    def purge_unused(self) -> None:
        """Forget the texts that no live or retired article has."""
        self.connection.execute(
            "delete from versions where sha256 not in (select sha256 from articles)"
            " and sha256 not in (select sha256 from retired)"
        )

    def write_version(self, article: Article) -> None:
        """Keep a text with its sentences; one that is there already is written anew."""
        self.connection.execute(
            "insert or replace into versions values (?, ?, ?, ?, ?)",
            (article.sha256, article.text, *_sentences(article.text), json.dumps(article.pages)),
        )

    def embed_missing(self) -> None:
        """Complete the cache for the rows as they are: from the live generation, else by embedding."""
        self._embed_missing(0, self._folder(live_generation(self.connection)))

    def _make_room(self, entries: Sequence[Entry]) -> None:
        """Give what stays, its line being broken, another path where an article comes that has its number now."""
        coming = {article.id for article, _, _ in entries}
        for article, _, _ in entries:
            row = self.connection.execute("select id, file from articles where path = ?", (article.path,)).fetchone()
            if row is not None and row[0] not in coming:
                path = kept_path(row[1], row[0])
                self.connection.execute("update articles set path = ? where id = ?", (path, row[0]))

    def _retire(self, article_id: str, *, path: str = "") -> None:
        self.connection.execute(
            "insert or replace into retired select id, sha256, title, source, author, published, url,"
            " coalesce(nullif(?, ''), path), ? from articles where id = ?",
            (path, datetime.now(UTC).isoformat(timespec="seconds"), article_id),
        )

    def _delete_chunks(self, article_id: str) -> None:
        rows = self.connection.execute("delete from chunks where article_id = ? returning number", (article_id,))
        self._deleted.update(number for (number,) in rows if number <= self._last_chunk)

    def _write_article(self, entry: Entry) -> None:
        article, file, folder = entry
        self.write_version(article)
        # Not "insert or replace": that would delete another article that has the path.
        self.connection.execute("delete from articles where id = ?", (article.id,))
        self.connection.execute(
            "insert into articles values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?)",
            (
                article.id,
                folder,
                file,
                article.path,
                article.sha256,
                article.title,
                article.source,
                article.author,
                article.published,
                article.url,
                article.language or language(article.text),
                signature(article.text),
                datetime.now(UTC).isoformat(timespec="seconds"),
            ),
        )
        self._write_chunks(article)

    def _write_chunks(self, article: Article) -> None:
        chunks = split(article, sentence_spans(article.text), self.embeddings)
        self.connection.executemany(
            "insert into chunks (article_id, start, end, key) values (?, ?, ?, ?)",
            ((article.id, chunk.start, chunk.end, chunk.key) for chunk in chunks),
        )

    def _write_clusters(self) -> None:
        signatures = dict(self.connection.execute("select id, signature from articles order by id"))
        found = clusters(signatures)
        self.connection.execute("update articles set cluster = '' where cluster != ''")
        self.connection.executemany(
            "update articles set cluster = ? where id = ?", ((name, key) for key, name in sorted(found.items()))
        )

    def _embed_missing(self, after: int, live: Path | None) -> None:
        """Embed every chunk of a higher number that has no vector yet; each slice is kept as it is done."""
        fingerprint = self.embeddings.fingerprint
        sql = "select key, min(number) from indexed where number > ? group by key"
        keys = dict(self.connection.execute(sql, (after,)))
        missing = self.cache.missing(fingerprint, keys)
        if missing and live is not None:
            self._recover(live, {keys[key]: key for key in missing if keys[key] <= self._last_chunk})
            missing = self.cache.missing(fingerprint, keys)
        # Longest first: a batch is as slow as its longest text.
        order = sorted((keys[key] for key in missing), key=lambda n: (-self._length(n), n))
        for done, numbers in zip(count(0, EMBED_SLICE), batch_iterate(EMBED_SLICE, order), strict=False):
            self.progress(Progress(stage="embedding", done=done, total=len(order)))
            texts = [self._embedded_text(number) for number in numbers]
            vectors = self.embeddings.encode([text for _, text in texts])
            self.cache.put(fingerprint, {key: vectors[i] for i, (key, _) in enumerate(texts)})
            self.embedded += len(numbers)
        self.progress(Progress(stage="embedding", done=len(order), total=len(order)))

    def _recover(self, live: Path, wanted: Mapping[int, bytes]) -> None:
        """Take vectors that the cache lost from the live generation, if that is whole, rather than embed again."""
        if not wanted:
            return
        try:
            vectors = read_vectors(live, wanted, fingerprint=self.embeddings.fingerprint)
        except (IndexDamagedError, OSError):
            return
        for numbers in batch_iterate(EMBED_SLICE, sorted(vectors)):
            self.cache.put(self.embeddings.fingerprint, {wanted[n]: vectors[n] for n in numbers})

    def _length(self, number: int) -> int:
        row = self.connection.execute("select end - start from chunks where number = ?", (number,)).fetchone()
        return int(row[0])

    def _embedded_text(self, number: int) -> tuple[bytes, str]:
        key, title, published, text = self.connection.execute(
            "select key, title, published, text from indexed where number = ?", (number,)
        ).fetchone()
        return key, embedded_prefix(title, published, self.embeddings) + text

    def _changes(self, after: int, deleted: frozenset[int] = frozenset(), *, words_anew: bool = False) -> Changes:
        added = self.connection.execute("select count(*) from indexed where number > ?", (after,)).fetchone()[0]
        records = self._records(0 if words_anew else after)
        vectors = self._vectors(after)
        return Changes(vectors=vectors, records=records, deleted=deleted, added=added, words_anew=words_anew)

    def _vectors(self, after: int) -> Iterator[tuple[int, np.ndarray[Any, Any]]]:
        rows = self.connection.execute("select number, key from indexed where number > ? order by number", (after,))
        for batch in batch_iterate(2000, rows):
            found = self.cache.get(self.embeddings.fingerprint, sorted({key for _, key in batch}))
            for number, key in batch:
                if key not in found:
                    raise IndexDamagedError(self.generations.parent, "the vector cache broke while it was read")
                yield number, found[key]

    def _records(self, after: int) -> Iterator[LexicalRecord]:
        rows = self.connection.execute(
            "select number, title, text, published, id, source from indexed where number > ? order by number", (after,)
        )
        for number, title, text, published, article, outlet in rows:
            yield LexicalRecord(number, title, text, day_number(published), article, outlet)


def _sentences(text: str) -> tuple[bytes, bytes]:
    """Packed spans of a text's sentences, and for each whether it is furniture."""
    spans = sentence_spans(text)
    return pack_spans(spans), bytes(furniture(text, spans))


def day_number(published: str) -> int:
    """An ISO 8601 date as YYYYMMDD; 0 when empty.

    Example:
        >>> day_number("2016-01-21T10:00:00"), day_number("")
        (20160121, 0)
    """
    return int(published[:10].replace("-", "")) if published else 0
