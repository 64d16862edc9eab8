"""Library: open, snapshot, sync, verify; holds catalog, dense and lexical in agreement."""

import os
import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.articles import Article
from index.catalog import (
    ArticleRow,
    Catalog,
    copy_database,
    live_generation,
    read_article,
    read_rows,
    read_settings,
    read_version,
)
from index.errors import (
    IndexDamagedError,
    IndexMismatchError,
    IndexMissingError,
    IndexWriteError,
    SourceShrunkError,
)
from index.locking import writer_lock
from index.snapshot import Filters, Snapshot
from index.status import Status, read_status
from index.sync import Progress, SyncReport

if TYPE_CHECKING:
    from index.embedding import ArticleEmbeddings
    from index.generations import Generation
    from index.verification import VerifyReport
    from index.writing import Writer

__all__ = ["Filters", "Library", "Snapshot", "Status"]


class Library:
    """Articles of an index directory, searchable. Safe to use from many threads and processes.

    Args:
        path: The index directory; use `Library.open`.
        embedder: Name or path of the embedding model for a new index; None for the recorded or bundled one.
        embeddings: An embedder to use instead of loading one by name.
    """

    def __init__(
        self, path: Path, *, embedder: str | None = None, embeddings: "ArticleEmbeddings | None" = None
    ) -> None:
        self.path = path
        self._embedder = embedder
        self._given = embeddings
        self._lock = threading.RLock()
        self._open: dict[int, tuple[Generation, int]] = {}
        self._current: Generation | None = None
        self._embeddings: ArticleEmbeddings | None = None
        self._borrowed: tempfile.TemporaryDirectory[str] | None = None
        self._seen: tuple[tuple[int, int], ...] | None = None
        self._opened = self._open_catalog()
        self._catalog.require_version()

    @classmethod
    def open(
        cls,
        path: str | Path,
        *,
        create: bool = False,
        embedder: str | None = None,
        embeddings: "ArticleEmbeddings | None" = None,
    ) -> "Library":
        """Open an index.

        Args:
            path: Its directory.
            create: Make it when it is not there.
            embedder: Embedding model for a new index: a sentence-transformers name or path that is on this
                machine; None for the bundled one. An existing index keeps its own.
            embeddings: An embedder of your own instead, with the names of `ArticleEmbeddings`.

        Raises:
            IndexMissingError: There is no index and it was not to be made.
            IndexDamagedError: The catalog cannot be read.
            IndexMismatchError: It was made by a version of this program that this one cannot read.
        """
        folder = Path(path).expanduser().absolute()
        exists = (folder / "catalog.sqlite").is_file()
        if not (exists or create):
            raise IndexMissingError(folder)
        if create and (not exists or os.access(folder, os.W_OK)):
            try:
                (folder / "generations").mkdir(parents=True, exist_ok=True)
                Catalog.create(folder / "catalog.sqlite").close()
            except (OSError, sqlite3.Error) as error:
                raise IndexWriteError(folder, str(error)) from error
        return cls(folder, embedder=embedder, embeddings=embeddings)

    @property
    def _catalog(self) -> Catalog:
        """The catalog; opened again where it is read apart from its writers and they have written."""
        if self._seen is not None:
            with self._lock:
                if self._seen != self._states():
                    self._opened.close()
                    self._opened = self._open_catalog()
        return self._opened

    @property
    def generation(self) -> int:
        """Number of the live generation, read anew each time; 0 before the first sync."""
        with self._catalog.read() as connection:
            return live_generation(connection)

    @property
    def embeddings(self) -> "ArticleEmbeddings":
        """The embedder this index was made with, loaded on first use, and again when it was made anew with another.

        Raises:
            ModelMissingError: It is not on this machine.
            IndexMismatchError: The model of that name on this machine is another one.
        """
        from index.embedding import load_embeddings

        with self._lock:
            with self._catalog.read() as connection:
                settings = read_settings(connection)
            recorded = settings.get("fingerprint")
            if self._embeddings is None or recorded not in (None, self._embeddings.fingerprint):
                name = settings.get("embedder", self._embedder)
                precision: Any = settings.get("precision")
                found = self._given or load_embeddings(name, precision=precision)
                if recorded not in (None, found.fingerprint):
                    raise IndexMismatchError(
                        "embedding model",
                        found.fingerprint,
                        str(recorded),
                        remedy=f"Embed it again: articleqa sync --rebuild --index {self.path}",
                    )
                self._embeddings = found
            return self._embeddings

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Rows and both legs of one generation, as of now; leave it before a model reads or writes.

        Raises:
            IndexDamagedError: What should be there cannot be read.
        """
        number, failure = -1, None
        while True:
            with self._catalog.read() as connection:
                before, number = number, live_generation(connection)
                if failure is not None and number == before:
                    what = failure.what if isinstance(failure, IndexDamagedError) else f"generation {number} is gone"
                    raise IndexDamagedError(self.path, what) from failure
                try:
                    generation = self._take(number) if number else None
                except (FileNotFoundError, IndexDamagedError) as error:
                    # Perhaps a writer made a newer one live and swept this one between our two looks.
                    failure = error
                    continue
                try:
                    yield Snapshot(connection, generation)
                except IndexDamagedError as error:
                    raise IndexDamagedError(self.path, error.what) from error
                finally:
                    self._give(generation)
                return

    def article(self, article_id: str) -> Article:
        """A live article by id.

        Raises:
            KeyError: There is none.
        """
        with self._catalog.read() as connection:
            return read_article(connection, article_id)

    def version(self, sha256: str) -> Article:
        """Any kept version by the hash of its text, also when replaced or removed less than 30 days ago.

        Raises:
            KeyError: There is none.
        """
        with self._catalog.read() as connection:
            return read_version(connection, sha256)

    def articles(self, *, words: str = "", outlet: str = "", start: str = "", end: str = "") -> list[ArticleRow]:
        """Live articles, newest first.

        Args:
            words: All of them occur in title, outlet, author or text, in any case.
            outlet: Its name, in any case.
            start: First publication day, ISO 8601.
            end: Last publication day, ISO 8601.
        """
        conditions, values = ["1"], []
        for word in words.split():
            conditions.append(
                "(instr(folded(title || ' ' || source || ' ' || author), ?) or exists (select 1 from versions v"
                " where v.sha256 = articles.sha256 and instr(folded(v.text), ?)))"
            )
            values += [word.casefold()] * 2
        if outlet:
            conditions.append("folded(source) = ?")
            values.append(outlet.casefold())
        if start or end:
            conditions.append("published != '' and substr(published, 1, 10) between ? and ?")
            values += [start or "0001-01-01", end or "9999-12-31"]
        with self._catalog.read() as connection:
            return read_rows(connection, f"where {' and '.join(conditions)}", values)

    def outlets(self) -> list[tuple[str, int]]:
        """Outlets with their number of articles, by name."""
        with self._catalog.read() as connection:
            sql = "select source, count(*) from articles where source != '' group by source order by source"
            return [(name, count) for name, count in connection.execute(sql)]

    def status(self) -> Status:
        """What the index says of itself."""
        with self._catalog.read() as connection:
            return read_status(connection, self.path)

    def sync(
        self,
        *paths: str | Path,
        progress: Callable[[Progress], None] = lambda _: None,
        dry_run: bool = False,
        allow_removal: bool = False,
        rebuild: bool = False,
        wait: float = 0.0,
    ) -> SyncReport:
        """Bring the index in step with folders and files: add, replace, move, remove; the rest is untouched.

        Args:
            paths: Folders or files to remember and to sync; none for all that are remembered.
            progress: Told how far it has come; an exception from it cancels, and nothing was changed.
            dry_run: Only say what would be done.
            allow_removal: Go on although a folder lost more than 30 % of its articles.
            rebuild: Cut and embed every article again, with this program's embedder; the old generation
                answers until it is done.
            wait: Seconds to wait for another writer.

        Returns:
            What was done, with every file that could not be read.

        Raises:
            IndexLockedError: Another program is writing.
            SourceShrunkError: A folder lost more than 30 % of its articles.
            IndexMismatchError: The index was made by another version of this program; `rebuild` mends it.
            IndexWriteError: The disk is full or cannot be written.
        """
        with self._writing(wait=wait):
            writer = self._writer(progress)
            report = writer.sync(paths, dry_run=dry_run, allow_removal=allow_removal, rebuild=rebuild)
        if rebuild:
            with self._lock:
                self._embeddings = None
        return report

    def remove(self, *names: str, erase: bool = False, wait: float = 0.0) -> int:
        """Take articles or folders out of the index; their files are left alone.

        Args:
            names: Ids or paths of articles, or remembered folders; with `erase` also ids, paths or hashes of
                articles that were removed before. A removed article stays out of later syncs until its file is
                named to `sync`.
            erase: Also delete every kept version, vector and old generation, and what SQLite left behind.
            wait: Seconds to wait for another writer.

        Returns:
            How many articles were removed.

        Raises:
            KeyError: A name is no article and no remembered folder.
        """
        with self._writing(wait=wait):
            if erase:
                self._let_go()
            return self._writer().remove(names, erase=erase)

    def verify(self, *, repair: bool = False, wait: float = 0.0) -> "VerifyReport":
        """Check everything an index holds: hashes, offsets, counts, vectors, both legs.

        Args:
            repair: Make anew what is derived, without embedding while its vectors are in any file; read texts
                that are damaged again from their files; then check again.
            wait: Seconds to wait for another writer, before a repair.

        Raises:
            IndexDamagedError: The catalog cannot be read at all.
            IndexLockedError: Another program is writing, and a repair was asked for.
        """
        found = self._verification()
        if found.ok or not repair:
            return found
        self._let_go()
        now, embedded = found, 0
        if any(problem.part == "articles" for problem in found.problems):
            # The files say what the rows should: with their states forgotten, a sync reads them all.
            with self._writing(wait=wait):
                self._writer().forget_files()
            with suppress(SourceShrunkError):
                embedded = self.sync(wait=wait).embedded
                now = self._verification()
        if not now.ok:
            with self._writing(wait=wait):
                embedded += self._writer().repair(now.problems)
        left = self._verification()
        lost = [p for p in now.problems if p.part == "articles" and p not in left.problems]
        mended = tuple(p for p in found.problems if p not in left.problems and p not in lost)
        return replace(left, problems=(*lost, *left.problems), mended=mended, embedded=embedded)

    def _verification(self) -> "VerifyReport":
        from index.verification import Verification

        return Verification(self.path, self._catalog, self.embeddings).report()

    def _writer(self, progress: Callable[[Progress], None] = lambda _: None) -> "Writer":
        from index.writing import Writer

        return Writer(self.path, self._catalog, embedder=self._embedder, embeddings=self._given, progress=progress)

    def copy_catalog(self, target: Path) -> None:
        """Copy one moment of the catalog to a new file, while others read and write."""
        copy_database(self._catalog.path, target)

    def close(self) -> None:
        """Close everything; the object can be opened again only by `open`."""
        self._let_go()
        with self._lock:
            self._opened.close()
            if self._borrowed is not None:
                self._borrowed.cleanup()

    @contextmanager
    def _writing(self, *, wait: float) -> Iterator[None]:
        try:
            with writer_lock(self.path / "lock", wait=wait):
                yield
        except (OSError, sqlite3.OperationalError) as error:
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:
                raise  # a mistake in our own SQL
            raise IndexWriteError(self.path, str(error)) from error

    def _open_catalog(self) -> Catalog:
        """The catalog, also where it cannot be written: with its writers if SQLite can, else apart from them.

        Apart, it is read as it is, or copied together with its log.
        """
        path = self.path / "catalog.sqlite"
        self._seen = None
        if os.access(self.path, os.W_OK) and os.access(path, os.W_OK):
            return Catalog(path)
        catalog = Catalog(path, mode="ro")
        with suppress(IndexDamagedError):
            catalog.version()
            return catalog
        self._seen = self._states()
        log = path.with_name("catalog.sqlite-wal")
        if log.is_file() and log.stat().st_size:
            if self._borrowed is not None:
                self._borrowed.cleanup()
            self._borrowed = tempfile.TemporaryDirectory(prefix="articleqa-")
            for file in (path, log):
                shutil.copyfile(file, Path(self._borrowed.name) / file.name)
            return Catalog(Path(self._borrowed.name) / path.name)
        return Catalog(path, mode="immutable")

    def _states(self) -> tuple[tuple[int, int], ...]:
        """Time stamp and size of the catalog and of its log; zeros where there is none."""
        states = []
        for name in ("catalog.sqlite", "catalog.sqlite-wal"):
            try:
                found = (self.path / name).stat()
                states.append((found.st_mtime_ns, found.st_size))
            except FileNotFoundError:
                states.append((0, 0))
        return tuple(states)

    def _let_go(self) -> None:
        """Close the generations this process has open and nobody reads."""
        with self._lock:
            self._current = None
            for generation, users in list(self._open.values()):
                if not users:
                    self._close_unused(generation)

    def _take(self, number: int) -> "Generation":
        """The open generation of a number, one more user counted; the previous one is closed by its last user."""
        from index.generations import Generation

        with self._lock:
            if number not in self._open:
                self._open[number] = (Generation(self.path / "generations" / f"{number:06}"), 0)
            generation, users = self._open[number]
            self._open[number] = (generation, users + 1)
            previous, self._current = self._current, generation
            if previous is not None and previous is not generation:
                self._close_unused(previous)
            return generation

    def _give(self, generation: "Generation | None") -> None:
        if generation is None:
            return
        with self._lock:
            if generation.number in self._open:
                _, users = self._open[generation.number]
                self._open[generation.number] = (generation, users - 1)
                if generation is not self._current:
                    self._close_unused(generation)

    def _close_unused(self, generation: "Generation") -> None:
        _, users = self._open.get(generation.number, (generation, 1))
        if users == 0:
            del self._open[generation.number]
            generation.close()
