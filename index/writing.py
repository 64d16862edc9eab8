"""Writer: sync, removal and rebuilding of a library, each one transaction with one commit."""

import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from index.articles import has_valid_name, read_file, shown_path
from index.building import FORMAT, Builder
from index.catalog import ArticleRow, live_generation, read_rows, read_settings, row_sums, write_settings
from index.embedding import load_embeddings
from index.errors import ArticleError, IndexDamagedError, IndexMismatchError, IndexWriteError
from index.generations import read_marker, sweep
from index.sync import FileState, Plan, Progress, Scan, SyncReport, exclusion, guard, plan, scan
from index.vectors import VectorCache

if TYPE_CHECKING:
    from index.catalog import Catalog
    from index.embedding import ArticleEmbeddings
    from index.verification import Problem

__all__ = ["Writer"]

GRACE_SECONDS = 5
"""How long an answer that is being looked up may go on in a generation that is to be erased; it takes 0.1."""
POLL_SECONDS = 0.1
ERASING = "erasing"
"""Setting that stands from the commit of an erasure until no file holds a byte of it."""
REMEDY = "Make it anew from what it holds, while it goes on answering: articleqa sync --rebuild --index {path}"


class Writer:
    """Changes one index; its caller holds the write lock.

    Args:
        path: The index directory.
        catalog: Its catalog.
        embedder: Name of the embedding model that was asked for; None for the recorded or bundled one.
        embeddings: An embedder to use instead of loading one by name.
        progress: Told how far it has come; may raise to cancel.
    """

    def __init__(
        self,
        path: Path,
        catalog: "Catalog",
        *,
        embedder: str | None = None,
        embeddings: "ArticleEmbeddings | None" = None,
        progress: Callable[[Progress], None] = lambda _: None,
    ) -> None:
        self._path = path
        self._catalog = catalog
        self._embedder = embedder
        self._embeddings = embeddings
        self._progress = progress
        self._generations = path / "generations"

    def sync(
        self, paths: Sequence[str | Path], *, dry_run: bool = False, allow_removal: bool = False, rebuild: bool = False
    ) -> SyncReport:
        """Bring the index in step with its folders; see `Library.sync`."""
        began = time.monotonic()
        with self._transaction() as connection:
            embeddings = self._load_embeddings(connection, rebuild=rebuild)
            folders = self._remember(connection, paths)
            found = self._scan(connection, folders)
            known = [row for folder in folders for row in read_rows(connection, "where folder = ?", (folder,))]
            todo = plan(known, [name for (name,) in connection.execute("select id from articles")], found)
            if not allow_removal and not dry_run:
                guard(known, todo.removed)
            report = _report(todo, found, generation=live_generation(connection))
            if dry_run:
                connection.execute("rollback")
                return replace(report, dry_run=True, seconds=time.monotonic() - began)
            with self._builder(connection, embeddings) as builder:
                builder.record_files(folders, dict(found.files))
                builder.apply(todo)
                number = self._build(builder, todo, rebuild=rebuild)
                purged = builder.purge()
                report = replace(report, embedded=builder.embedded, languages=_languages(connection, todo))
        self._after_commit(prune=purged > 0)
        return replace(report, generation=number, seconds=time.monotonic() - began)

    def remove(self, names: Sequence[str], *, erase: bool) -> int:
        """Take articles and folders out of the index; see `Library.remove`."""
        with self._transaction() as connection:
            articles, folders, retired = self._named(connection, names, erase=erase)
            rows = {row.id: row for row in articles}
            for folder in folders:
                rows |= {row.id: row for row in read_rows(connection, "where folder = ?", (folder,))}
                connection.execute("delete from folders where path = ?", (folder,))
                connection.execute("delete from files where folder = ?", (folder,))
            outside = [row for row in rows.values() if row in articles or self._has_owner(connection, row)]
            connection.executemany(
                "insert or ignore into excluded values (?)",
                [(exclusion(row.path, row.file, row.sha256),) for row in outside],
            )
            with self._builder(connection, self._load_embeddings(connection, rebuild=False)) as builder:
                builder.apply(Plan(removed=tuple(rows.values())))
                if erase:
                    write_settings(connection, {ERASING: "1"})
                    ids = sorted({*rows, *retired})
                    connection.executemany("delete from retired where article_id = ?", ((name,) for name in ids))
                    builder.purge_unused()
                if rows or retired:
                    builder.build(anew=erase)
        self._after_commit(prune=False)
        return len({*rows, *retired})

    def _named(
        self, connection: sqlite3.Connection, names: Sequence[str], *, erase: bool
    ) -> tuple[list[ArticleRow], list[str], list[str]]:
        """Articles, remembered folders, and (to erase) removed articles that go by these names.

        Raises:
            KeyError: A name is none of these.
        """
        known = {path for (path,) in connection.execute("select path from folders")}
        articles, folders, retired = [], [], []
        for name in names:
            absolute = str(Path(name).expanduser().resolve())
            rows = read_rows(connection, "where id = ? or path in (?, ?) or file = ?", (name, name, absolute, absolute))
            # What a folder or a file of many articles held before has a path below its own, or is a line of it.
            sql = (
                "select distinct article_id from retired where article_id = ? or sha256 = ? or path in (?, ?)"
                " or substr(path, 1, ?) in (?, ?)"
            )
            within = (len(absolute) + 1, f"{absolute}/", f"{absolute}#")
            gone = [row[0] for row in connection.execute(sql, (name, name, name, absolute, *within))] if erase else []
            if not (rows or gone or absolute in known):
                raise KeyError(name)
            articles += rows
            retired += gone
            folders += [absolute] if absolute in known else []
        return articles, folders, retired

    def _has_owner(self, connection: sqlite3.Connection, row: ArticleRow) -> bool:
        """Whether a remembered folder would bring an article back at the next sync."""
        folders = [path for (path,) in connection.execute("select path from folders")]
        return any(Path(row.file).is_relative_to(folder) for folder in folders)

    def forget_files(self) -> None:
        """Have the next sync read every file again."""
        with self._catalog.write() as connection:
            connection.execute("delete from files")

    def repair(self, problems: "Sequence[Problem]") -> int:
        """Mend what `verify` found, as far as it can be made anew from the rest; see `Library.verify`.

        Returns:
            How many chunks had to be embedded: those whose vectors are in no file any more.
        """
        parts = {problem.part for problem in problems}
        if "catalog" in parts:
            self._catalog.reindex()
        with self._transaction() as connection:
            embeddings = self._load_embeddings(connection, rebuild=False)
            with self._builder(connection, embeddings) as builder:
                articles = {problem.name for problem in problems if problem.part == "chunks"}
                for sha256 in sorted(problem.name for problem in problems if problem.part == "texts"):
                    again = self._read_again(connection, builder, sha256)
                    articles |= again
                    if not again:  # kept as it is, but nothing is answered from it
                        builder.leave_out(sha256)
                builder.purge_unused()
                builder.rechunk(sorted(articles - {""}))
                if parts - {"vectors", "articles"}:
                    builder.build(anew=True)
                else:
                    builder.embed_missing()
        self._after_commit(prune=False)
        return builder.embedded

    def _read_again(self, connection: sqlite3.Connection, builder: Builder, sha256: str) -> set[str]:
        """Take a damaged text from the file it came from, if that still says it; ids of its articles."""
        rows = read_rows(connection, "where sha256 = ? or id = ?", (sha256, sha256))
        for row in rows:
            root = row.folder if Path(row.folder).is_dir() else None
            for found in read_file(row.file, root=root) if Path(row.file).is_file() else ():
                if not isinstance(found, ArticleError) and found.sha256 == row.sha256:
                    builder.write_version(found)
                    return {row.id for row in rows}
        return set()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """A write transaction; a half-built generation goes with it when it fails."""
        self._generations.mkdir(exist_ok=True)  # it can be lost, and is made again from the rest
        with self._catalog.write() as connection:
            live = live_generation(connection)
            try:
                yield connection
                if connection.in_transaction:
                    write_settings(connection, row_sums(connection))
            except BaseException:
                for folder in self._generations.iterdir():
                    if folder.name.isdigit() and int(folder.name) > live:
                        shutil.rmtree(folder, ignore_errors=True)
                raise

    @contextmanager
    def _builder(self, connection: sqlite3.Connection, embeddings: "ArticleEmbeddings") -> Iterator[Builder]:
        cache = VectorCache(self._path / "vectors.sqlite")
        try:
            yield Builder(connection, self._generations, cache, embeddings, self._progress)
        finally:
            cache.close()

    def _build(self, builder: Builder, todo: Plan, *, rebuild: bool) -> int:
        live = live_generation(builder.connection)
        if rebuild:
            builder.rechunk()
            return builder.build(anew=True)
        if todo.added or todo.changed or todo.removed or not self._is_there(live):
            return builder.build()
        return live

    def _is_there(self, number: int) -> bool:
        """Whether a generation is finished; its contents are `verify`'s affair."""
        try:
            return number > 0 and read_marker(self._generations / f"{number:06}").number == number
        except (FileNotFoundError, IndexDamagedError):
            return False

    def _load_embeddings(self, connection: sqlite3.Connection, *, rebuild: bool) -> "ArticleEmbeddings":
        settings = read_settings(connection)
        if self._embeddings is not None:
            return self._matching(self._embeddings, settings, rebuild=rebuild)
        name = self._embedder or settings.get("embedder")
        same = name == settings.get("embedder")
        embeddings = load_embeddings(name, precision=settings.get("precision") if same else None)  # type: ignore[arg-type]
        return self._matching(embeddings, settings, rebuild=rebuild)

    def _matching(
        self, embeddings: "ArticleEmbeddings", settings: Mapping[str, str], *, rebuild: bool
    ) -> "ArticleEmbeddings":
        """The embedder, if what the index says of itself agrees with it, or is about to be made anew."""
        expected = {
            "embedder": embeddings.name,
            "fingerprint": embeddings.fingerprint,
            "chunk_tokens": str(embeddings.token_limit),
            "format": FORMAT,
        }
        for setting, value in expected.items():
            if not rebuild and settings.get(setting, value) != value:
                remedy = REMEDY.format(path=self._path)
                raise IndexMismatchError(setting.replace("_", " "), value, settings[setting], remedy=remedy)
        return embeddings

    def _remember(self, connection: sqlite3.Connection, paths: Sequence[str | Path]) -> list[str]:
        """The remembered folders to sync, the given ones among them from now on."""
        known = [path for (path,) in connection.execute("select path from folders order by path")]
        if not paths:
            return known
        wanted = set()
        for path in paths:
            place = Path(path).expanduser().resolve()
            if not has_valid_name(place):
                raise ArticleError(shown_path(place), "its name is not valid UTF-8; rename it")
            owner = max((f for f in known if place.is_relative_to(f)), key=len, default=None)
            if owner is None and not place.exists():
                raise ArticleError(place, "there is no such file or folder")
            # Naming a file is asking for what it says, also what was removed from the index before.
            returned = connection.execute(
                "delete from excluded where path = ? or substr(path, 1, ?) = ?",
                (str(place), len(str(place)) + 1, f"{place}#"),
            ).rowcount
            if returned:  # and it must be read, although it has not changed
                connection.execute("delete from files where path = ?", (str(place),))
            wanted.add(owner or str(place))
        now = datetime.now(UTC).isoformat(timespec="seconds")
        connection.executemany("insert or ignore into folders values (?, ?)", [(path, now) for path in sorted(wanted)])
        return sorted(wanted)

    def _scan(self, connection: sqlite3.Connection, folders: Sequence[str]) -> Scan:
        known = {
            path: FileState(folder, size, modified, error)
            for path, folder, size, modified, error in connection.execute("select * from files")
            if folder in folders
        }
        others = [path for (path,) in connection.execute("select path from folders") if path not in folders]
        excluded = frozenset(path for (path,) in connection.execute("select path from excluded"))
        return scan(folders, known, others=others, excluded=excluded, progress=self._progress)

    def _after_commit(self, *, prune: bool) -> None:
        """Tidy up what nothing points to any more; a crash here, or a full disk, leaves it for the next time."""
        with self._catalog.read() as connection:
            live = live_generation(connection)
            settings = read_settings(connection)
            erase = ERASING in settings
            keys = [key for (key,) in connection.execute("select distinct key from chunks")] if prune or erase else []
        if erase:
            self._erase(live, settings.get("fingerprint", ""), keys)
            return
        with suppress(OSError, sqlite3.OperationalError):
            self._catalog.checkpoint()
            sweep(self._generations, keep=live)
            if prune:
                with closing(VectorCache(self._path / "vectors.sqlite")) as cache:
                    cache.keep_only(settings.get("fingerprint", ""), keys)

    def _erase(self, live: int, fingerprint: str, keys: Sequence[bytes]) -> None:
        """Leave no byte of what was removed in any file; begun again by the next writer until it is done."""
        leased = sweep(self._generations, keep=live)
        deadline = time.monotonic() + GRACE_SECONDS
        while leased and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
            leased = sweep(self._generations, keep=live)
        sweep(self._generations, keep=live, leased_too=True)
        with closing(VectorCache(self._path / "vectors.sqlite")) as cache:
            cache.keep_only(fingerprint, keys, erase=True)
        if not self._catalog.vacuum():
            raise IndexWriteError(self._path, "a reader stayed for over 30 seconds; it is erased by the next sync")
        with self._catalog.write() as connection:
            connection.execute("delete from settings where key = ?", (ERASING,))


def _report(todo: Plan, found: Scan, *, generation: int) -> SyncReport:
    return SyncReport(
        added=len(todo.added),
        changed=len(todo.changed),
        moved=len(todo.moved),
        removed=len(todo.removed),
        unchanged=todo.unchanged,
        failed=found.failed,
        changes=todo.changes(),
        generation=generation,
    )


def _languages(connection: sqlite3.Connection, todo: Plan) -> tuple[tuple[str, int], ...]:
    """Languages of what was added or changed, without English and those too short to tell."""
    counts: dict[str, int] = {}
    for article, _, _ in (*todo.added, *todo.changed):
        row = connection.execute("select language from articles where id = ?", (article.id,)).fetchone()
        if row and row[0] not in ("", "en"):
            counts[row[0]] = counts.get(row[0], 0) + 1
    return tuple(sorted(counts.items()))
