"""What changed -> what to do; the plan of a sync, with its report."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from index.articles import Article, article_files, has_valid_name, read_file, shown_path
from index.catalog import ArticleRow
from index.errors import ArticleError, SourceShrunkError
from index.parsing_worker import ParsingWorker

__all__ = ["Change", "Plan", "Progress", "Scan", "SyncReport", "exclusion", "guard", "kept_path", "plan", "scan"]

REMOVAL_SHARE = 0.3
"""A folder that lost more than this share of its articles at once stops a sync until confirmed."""
RACY_SECONDS = 2
"""A file changed so shortly before it was read may change again within the same time stamp: it is read again."""

ProgressCallback = Callable[["Progress"], None]


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a sync has come. A callback that raises cancels it, and nothing was changed.

    Args:
        stage: Reading counts files; embedding and writing count chunks.
        name: The file being read; empty otherwise.
    """

    stage: Literal["reading", "embedding", "writing"]
    done: int
    total: int
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Change:
    """What happened, or would happen, to one article."""

    kind: Literal["added", "changed", "moved", "removed"]
    id: str
    title: str
    path: str


@dataclass(frozen=True, kw_only=True)
class SyncReport:
    """What a sync did.

    Args:
        added: Articles that are new.
        changed: Articles with another text, title or date than before.
        moved: Articles found under another path, otherwise the same.
        removed: Articles that are gone.
        unchanged: Articles left untouched.
        embedded: Chunks that were embedded; the others came from the cache.
        failed: Files and lines that could not be read; what was known of them before is kept.
        changes: One per article added, changed, moved or removed, sorted by path.
        languages: Articles by language, without English and those too short to tell.
        generation: Number of the live generation afterwards.
        seconds: How long it took.
        dry_run: Nothing was changed.
    """

    added: int = 0
    changed: int = 0
    moved: int = 0
    removed: int = 0
    unchanged: int = 0
    embedded: int = 0
    failed: tuple[ArticleError, ...] = ()
    changes: tuple[Change, ...] = ()
    languages: tuple[tuple[str, int], ...] = ()
    generation: int = 0
    seconds: float = 0.0
    dry_run: bool = False

    def to_json(self) -> dict[str, Any]:
        """Plain dictionaries and lists, for `json.dumps`."""
        return {
            **vars(self),
            "failed": [{"path": error.path, "reason": error.reason} for error in self.failed],
            "changes": [vars(change) for change in self.changes],
            "languages": dict(self.languages),
        }


@dataclass(frozen=True)
class FileState:
    """What decides whether a file must be read again.

    Args:
        folder: The remembered folder it belongs to.
        size: Bytes.
        modified: Nanoseconds since 1970, and -1 where the time stamp cannot be trusted.
        error: Why it could not be read; empty when it could.
    """

    folder: str
    size: int
    modified: int
    error: str = ""


@dataclass(frozen=True, kw_only=True)
class Scan:
    """What is on the disk.

    Args:
        files: Every file found, by path.
        articles: Every article read, with its file and folder, by its path.
        untouched: Files that are as they were when they were last read.
        unreadable: Files of which something could not be read, and folders that could not be looked through: what
            is known of them stays.
        failed: What could not be read.
    """

    files: Mapping[str, FileState]
    articles: Mapping[str, tuple[Article, str, str]]
    untouched: frozenset[str]
    unreadable: frozenset[str]
    failed: tuple[ArticleError, ...]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a sync has to do.

    Args:
        added: New articles with file and folder.
        changed: Articles with another text or metadata, under their old id.
        moved: Articles under another path, under their old id.
        renumbered: Articles on another line of the same file, otherwise as they were; counted as unchanged.
        removed: Rows of articles that are gone.
        unchanged: How many need nothing.
    """

    added: tuple[tuple[Article, str, str], ...] = ()
    changed: tuple[tuple[Article, str, str], ...] = ()
    moved: tuple[tuple[Article, str, str], ...] = ()
    renumbered: tuple[tuple[Article, str, str], ...] = ()
    removed: tuple[ArticleRow, ...] = ()
    unchanged: int = 0

    def changes(self) -> tuple[Change, ...]:
        """One per article, sorted by path."""
        found = [Change(kind="removed", id=r.id, title=r.title, path=r.path) for r in self.removed]
        kinds: tuple[tuple[Literal["added", "changed", "moved"], Any], ...] = (
            ("added", self.added),
            ("changed", self.changed),
            ("moved", self.moved),
        )
        for kind, entries in kinds:
            found += [Change(kind=kind, id=a.id, title=a.title, path=a.path) for a, _, _ in entries]
        return tuple(sorted(found, key=lambda change: (change.path, change.kind)))


def scan(
    folders: Sequence[str],
    known: Mapping[str, FileState],
    *,
    others: Iterable[str],
    excluded: frozenset[str],
    progress: ProgressCallback,
) -> Scan:
    """Read every file of some folders that is new or changed.

    Args:
        folders: Remembered folders or single files, absolute.
        known: Every file of them as it was read the last time, by path.
        others: All other remembered folders; what lies in them is theirs.
        excluded: What a person removed from the index, as `exclusion` names it.
        progress: Called before each file.
    """
    listed = [(file, folder) for folder in folders for file in _files_of(folder, {*folders, *others})]
    files: dict[str, FileState] = {}
    articles: dict[str, tuple[Article, str, str]] = {}
    untouched: set[str] = set()
    unreadable: set[str] = set()
    failed: list[ArticleError] = []
    with ParsingWorker() as worker:
        for done, (file, folder) in enumerate(listed):
            progress(Progress(stage="reading", done=done, total=len(listed), name=shown_path(file)))
            state = _state(file, folder)
            # What failed is read again each time: a permission, or a busy machine, changes no time stamp.
            if state is not None and state.modified >= 0 and known.get(file) == state:
                files[file] = state
                untouched.add(file)
                continue
            found, errors = _read(file, folder, worker)
            failed += errors
            if errors or not found:
                unreadable.add(file)
            if state is not None and has_valid_name(file):
                files[file] = replace(state, error=_reason(file, errors))
            for article in found:
                if exclusion(article.path, file, article.sha256) not in excluded:
                    articles.setdefault(article.path, (article, file, folder))
    progress(Progress(stage="reading", done=len(listed), total=len(listed)))
    return Scan(
        files=files,
        articles=articles,
        untouched=frozenset(untouched),
        unreadable=frozenset(unreadable),
        failed=tuple(failed),
    )


def plan(known: Sequence[ArticleRow], taken: Iterable[str], found: Scan) -> Plan:
    """Compare what is on the disk with what the index holds; pure.

    Args:
        known: Rows of the articles of the folders that were scanned.
        taken: Ids of all live articles.
        found: What is on the disk.
    """
    read = [row for row in known if row.file not in found.untouched]
    pairs = _pairs(read, found)
    kept, changed, renumbered, gone = len(known) - len(read), [], [], []
    for row in read:
        path = pairs.get(row.id)
        if path is None and _is_unreadable(row.file, found):
            kept += 1
        elif path is None:
            gone.append(row)
        elif not _same(row, found.articles[path][0]):
            changed.append((replace(found.articles[path][0], id=row.id), *found.articles[path][1:]))
        else:
            kept += 1
            if path != row.path:
                renumbered.append((replace(found.articles[path][0], id=row.id), *found.articles[path][1:]))
    taken_paths = set(pairs.values())
    new = [found.articles[path] for path in sorted(found.articles) if path not in taken_paths]
    moved, added, gone = _moves(new, gone)
    return Plan(
        added=tuple(_with_free_ids(added, {*taken} - {row.id for row in gone})),
        changed=tuple(changed),
        moved=tuple(moved),
        renumbered=tuple(renumbered),
        removed=tuple(gone),
        unchanged=kept,
    )


def _is_unreadable(file: str, found: Scan) -> bool:
    """Whether a file, or a folder it lies in, could not be read."""
    return not found.unreadable.isdisjoint((file, *map(str, Path(file).parents)))


def _pairs(known: Sequence[ArticleRow], found: Scan) -> dict[str, str]:
    """Which path each known article has now, by id: its own name within the file goes before its place there."""
    named = {(file, article.id): path for path, (article, file, _) in found.articles.items()}
    pairs = {row.id: named[row.file, row.id] for row in known if (row.file, row.id) in named}
    claimed = set(pairs.values())
    for row in known:
        if row.id not in pairs and row.path in found.articles and row.path not in claimed:
            pairs[row.id] = row.path
    return pairs


def guard(known: Sequence[ArticleRow], removed: Sequence[ArticleRow]) -> None:
    """Stop where a folder lost so much that an accident is likelier than a wish.

    Raises:
        SourceShrunkError: More than 30 % of a folder's articles are gone.
    """
    counts = Counter(row.folder for row in known)
    lost = Counter(row.folder for row in removed)
    for folder, count in sorted(lost.items()):
        if count > REMOVAL_SHARE * counts[folder]:
            raise SourceShrunkError(folder, count, counts[folder])


def _files_of(folder: str, all_folders: set[str]) -> list[str]:
    """Files of one remembered folder, without those of a folder remembered inside it."""
    root = Path(folder)
    if not root.exists():
        return []
    inner = [other for other in all_folders if other != folder and Path(other).is_relative_to(root)]
    found = [root] if root.is_file() else article_files(root)
    return [str(p) for p in found if not any(p.is_relative_to(other) for other in inner)]


def _state(file: str, folder: str) -> FileState | None:
    try:
        stat = Path(file).stat()
    except OSError:
        return None
    racy = time.time_ns() - stat.st_mtime_ns < RACY_SECONDS * 1_000_000_000
    return FileState(folder, stat.st_size, -1 if racy else stat.st_mtime_ns)


def _read(file: str, folder: str, worker: ParsingWorker) -> tuple[list[Article], list[ArticleError]]:
    found: list[Article] = []
    errors: list[ArticleError] = []
    for item in read_file(file, root=folder, worker=worker):
        if isinstance(item, ArticleError):
            errors.append(item)
        else:
            found.append(item)
    return found, errors


def _reason(file: str, errors: Sequence[ArticleError]) -> str:
    """What to remember of a file's errors: the first, with its line, and how many more."""
    if not errors:
        return ""
    line = errors[0].path.removeprefix(file).removeprefix("#")
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return f"line {line}: {errors[0].reason}{more}" if line else f"{errors[0].reason}{more}"


def kept_path(file: str, article_id: str) -> str:
    """Path of an article that stays although its line cannot be read and another has its number now.

    Example:
        >>> kept_path("/a/b.jsonl", "9f86d081884c7d65")
        '/a/b.jsonl#kept:9f86d081884c7d65'
    """
    return f"{file}#kept:{article_id}"


def exclusion(path: str, file: str, sha256: str) -> str:
    """What keeps a removed article out: its path, or its text where the path is no more than a line number.

    Example:
        >>> exclusion("/a/b.jsonl#7", "/a/b.jsonl", "e3b0"), exclusion("/a/c.txt", "/a/c.txt", "e3b0")
        ('/a/b.jsonl#sha256:e3b0', '/a/c.txt')
    """
    line = path.removeprefix(f"{file}#")
    return f"{file}#sha256:{sha256}" if line.isdigit() or path.startswith(kept_path(file, "")) else path


def _same(row: ArticleRow, article: Article) -> bool:
    fields = ("sha256", "title", "source", "author", "published", "url")
    return all(getattr(row, name) == getattr(article, name) for name in fields)


def _moves(
    new: list[tuple[Article, str, str]], gone: list[ArticleRow]
) -> tuple[list[tuple[Article, str, str]], list[tuple[Article, str, str]], list[ArticleRow]]:
    """Pair what is gone with what is new and otherwise the same."""
    waiting: dict[tuple[str, str], list[ArticleRow]] = {}
    for row in gone:
        waiting.setdefault((row.sha256, row.title), []).append(row)
    moved, added = [], []
    for article, file, folder in new:
        rows = waiting.get((article.sha256, article.title))
        if rows and _same(rows[0], article):
            moved.append((replace(article, id=rows.pop(0).id), file, folder))
        else:
            added.append((article, file, folder))
    left = {row.id for rows in waiting.values() for row in rows}
    return moved, added, [row for row in gone if row.id in left]


def _with_free_ids(entries: Iterable[tuple[Article, str, str]], taken: set[str]) -> Iterable[tuple[Article, str, str]]:
    """Number ids that are taken: two outlets may call an article by one name."""
    for article, file, folder in entries:
        free, number = article.id, 2
        while free in taken:
            free, number = f"{article.id}-{number}", number + 1
        taken.add(free)
        yield (article if free == article.id else replace(article, id=free)), file, folder
