"""Status: what an index says of itself."""

import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.catalog import live_generation, read_settings

__all__ = ["Status", "read_status"]


@dataclass(frozen=True, kw_only=True)
class Status:
    """What an index says of itself.

    Args:
        articles: How many are live.
        chunks: How many are searched.
        folders: Remembered folders with their number of articles.
        unreadable: Files that could not be read, with the reason.
        settings: Model, fingerprint, format.
        bytes_on_disk: Size of the whole index directory.
        synced_at: Time of the newest change, ISO 8601; empty before the first.
    """

    path: str
    generation: int
    articles: int
    chunks: int
    folders: tuple[tuple[str, int], ...]
    outlets: int
    languages: tuple[tuple[str, int], ...]
    unreadable: tuple[tuple[str, str], ...]
    settings: tuple[tuple[str, str], ...]
    bytes_on_disk: int
    synced_at: str

    def to_json(self) -> dict[str, Any]:
        """Plain dictionaries and lists, for `json.dumps`."""
        pairs = ("folders", "languages", "unreadable", "settings")
        return {**vars(self), **{name: dict(getattr(self, name)) for name in pairs}}


def read_status(connection: sqlite3.Connection, path: Path) -> Status:
    """What the catalog of the index at a path says."""

    def one(sql: str) -> Any:
        return connection.execute(sql).fetchone()[0]

    def pairs(sql: str) -> tuple[tuple[str, Any], ...]:
        return tuple(connection.execute(sql))

    return Status(
        path=str(path),
        generation=live_generation(connection),
        articles=one("select count(*) from articles"),
        chunks=one("select count(*) from chunks"),
        folders=pairs(
            "select f.path, count(a.id) from folders f left join articles a on a.folder = f.path"
            " group by f.path order by f.path"
        ),
        outlets=one("select count(distinct source) from articles where source != ''"),
        languages=pairs("select language, count(*) from articles group by language order by 2 desc, 1"),
        unreadable=pairs("select path, error from files where error != '' order by path"),
        settings=tuple(sorted(read_settings(connection).items())),
        bytes_on_disk=_bytes_on_disk(path),
        synced_at=one("select coalesce(max(synced_at), '') from articles"),
    )


def _bytes_on_disk(folder: Path) -> int:
    """Size of a folder's files; one with several names counts once, one that is gone meanwhile not at all."""
    sizes = {}
    for file in folder.rglob("*"):
        with suppress(FileNotFoundError):
            stat = file.stat()
            sizes[stat.st_ino] = stat.st_size if file.is_file() else 0
    return sum(sizes.values())
