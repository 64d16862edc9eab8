"""Cache of vectors by content hash and embedding fingerprint; may be lost, then texts are embedded again."""

import sqlite3
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from langchain_core.utils.iter import batch_iterate

from index.catalog import connect_to_read

__all__ = ["VectorCache", "is_damage"]

SCHEMA = """create table if not exists vectors (
    fingerprint text not null, key blob not null, vector blob not null, crc integer not null,
    primary key (fingerprint, key)
) without rowid"""
PROBE = "select fingerprint, key, vector, crc from vectors limit 1"
READ_BATCH = 500
"""Keys a query; SQLite takes 32,766 values, and a longer list is no faster."""
DAMAGE = {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
"""What SQLite says of a file that is not ours, or no longer. A full or locked disk is none of these."""


def is_damage(error: sqlite3.Error) -> bool:
    """Whether SQLite says that the file is not what was written."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in DAMAGE


class VectorCache:
    """One SQLite file of float32 vectors. A damaged file is given up for a new one: it is only a cache.

    Args:
        path: The file.
        read_only: Leave the file alone, whatever is wrong with it: nothing is then found in it.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self.was_damaged = ""
        self._read_only = read_only
        try:
            self._connection = self._connect_to_read() if read_only else self._connect()
        except sqlite3.DatabaseError as error:
            self._begin_anew(error)

    def get(self, fingerprint: str, keys: Iterable[bytes]) -> dict[bytes, np.ndarray[Any, Any]]:
        """The vectors that are there and whole, by key; each of shape (dimension,), float32."""
        found: dict[bytes, np.ndarray[Any, Any]] = {}
        for batch in batch_iterate(READ_BATCH, keys):
            marks = ",".join("?" * len(batch))
            sql = f"select key, vector, crc from vectors where fingerprint = ? and key in ({marks})"  # noqa: S608
            try:
                rows = self._connection.execute(sql, (fingerprint, *batch)).fetchall()
            except sqlite3.DatabaseError as error:
                self._begin_anew(error)
                return {}
            for key, vector, crc in rows:
                if zlib.crc32(vector) == crc:
                    found[key] = np.frombuffer(vector, dtype=np.float32)
        return found

    def put(self, fingerprint: str, vectors: Mapping[bytes, np.ndarray[Any, Any]]) -> None:
        """Keep vectors; they outlive this process when this returns."""
        rows = []
        for key, vector in sorted(vectors.items()):
            blob = np.ascontiguousarray(vector, dtype=np.float32).tobytes()
            rows.append((fingerprint, key, blob, zlib.crc32(blob)))
        try:
            self._insert(rows)
        except sqlite3.DatabaseError as error:
            self._begin_anew(error)
            self._insert(rows)

    def missing(self, fingerprint: str, keys: Iterable[bytes]) -> set[bytes]:
        """Keys without a whole vector."""
        lacking = set()
        for batch in batch_iterate(READ_BATCH, sorted(set(keys))):
            lacking |= set(batch) - set(self.get(fingerprint, batch))
        return lacking

    def keep_only(self, fingerprint: str, keys: Iterable[bytes], *, erase: bool = False) -> None:
        """Forget every vector but these, of this fingerprint.

        Args:
            fingerprint: Of the embedder in use.
            keys: Of the vectors to keep.
            erase: Leave no byte of the others in the file; otherwise room is given back when a third is free.
        """
        with self._connection:
            self._connection.execute("create temp table kept (key blob primary key) without rowid")
            self._connection.executemany("insert or ignore into kept values (?)", ((key,) for key in keys))
            self._connection.execute(
                "delete from vectors where fingerprint != ? or key not in (select key from kept)",
                (fingerprint,),
            )
        self._connection.execute("drop table kept")
        free, pages = (self._pragma(name) for name in ("freelist_count", "page_count"))
        if erase or free * 3 > pages:
            self._connection.execute("vacuum")
        self._connection.execute("pragma wal_checkpoint(truncate)")

    def count(self, fingerprint: str) -> int:
        """Vectors of one fingerprint."""
        sql = "select count(*) from vectors where fingerprint = ?"
        return int(self._connection.execute(sql, (fingerprint,)).fetchone()[0])

    def check(self) -> str:
        """SQLite's own word on the file: "ok", or what is wrong."""
        if self.was_damaged:
            return self.was_damaged
        try:
            return str(self._connection.execute("pragma integrity_check(1)").fetchone()[0])
        except sqlite3.DatabaseError as error:
            return str(error)

    def discard(self) -> None:
        """Delete the file and what belongs to it, and begin a new one."""
        if hasattr(self, "_connection"):
            self._connection.close()
        for suffix in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        self._connection = self._connect()

    def close(self) -> None:
        """Close the file, its log emptied."""
        self._connection.close()

    def _begin_anew(self, error: sqlite3.DatabaseError) -> None:
        """Give up a damaged file; any other trouble, such as a full disk, is not its fault and is raised."""
        if self._read_only:
            self.was_damaged = str(error)
            self._connection = sqlite3.connect(":memory:")
            self._connection.execute(SCHEMA)
            return
        if not is_damage(error):
            raise error
        self.was_damaged = str(error)
        self.discard()

    def _insert(self, rows: list[tuple[str, bytes, bytes, int]]) -> None:
        with self._connection:
            self._connection.executemany("insert or replace into vectors values (?, ?, ?, ?)", rows)

    def _pragma(self, name: str) -> int:
        return int(self._connection.execute(f"pragma {name}").fetchone()[0])

    def _connect_to_read(self) -> sqlite3.Connection:
        connection = connect_to_read(self.path)
        try:
            connection.execute(PROBE).fetchone()
        except BaseException:
            connection.close()
            raise
        return connection

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, check_same_thread=False, timeout=30)
        try:
            connection.execute("pragma journal_mode = wal")
            connection.execute("pragma synchronous = normal")
            connection.execute("pragma secure_delete = on")
            connection.execute(SCHEMA)
            connection.execute(PROBE).fetchone()
        except BaseException:
            connection.close()
            raise
        return connection
