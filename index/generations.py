"""One directory per finished generation, never written again; built aside, leased, swept."""

import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Collection, Iterable
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from index.catalog import connect_to_read, copy_database, sum_rows
from index.dense import DenseIndex
from index.errors import IndexDamagedError
from index.lexical import LexicalIndex, LexicalRecord
from index.locking import lease, try_exclusive

__all__ = ["LEXICAL_REBUILD", "Changes", "Generation", "Marker", "build_generation", "sweep"]

MARKER = "finished.json"
NEEDED = ("lexical/meta.json", "dense/chroma.sqlite3")
ROOM_TO_OPEN = 1_000_000
"""Bytes free on the disk below which a generation is copied to the temporary folder to be read."""
DEAD_SHARE = 0.2
"""Built anew when more of Chroma's graph than this is tombstones, which it never reclaims."""
UNIT_TOLERANCE = 1e-3
"""A vector whose length differs more from 1 was damaged."""
LEXICAL_REBUILD = 100_000
"""Up to so many chunks the words are indexed anew after a deletion (50 us a chunk): deleted ones weigh on no score."""


@dataclass(frozen=True, kw_only=True)
class Marker:
    """What a finished generation says of itself.

    Args:
        number: Its own.
        fingerprint: Of the embedder its vectors come from.
        chunks: How many it holds, in either leg.
        dead: Tombstones in Chroma's graph.
        sums: sha256 of every file that is never written again, by relative path. Chroma writes a row to its
            SQLite even when it is only read: of that file, of all its other rows.
    """

    number: int
    fingerprint: str
    chunks: int
    dead: int
    sums: dict[str, str]

    @property
    def check(self) -> str:
        """sha256 of the fields: a marker must not send one after the wrong damage."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Changes:
    """The difference between two generations.

    Args:
        vectors: Numbers and vectors of the new chunks.
        records: What is searched by words: of the new chunks, or of all where `words_anew`.
        deleted: Numbers of the chunks that go.
        added: How many chunks are new.
        words_anew: The words are not added to those of a base: deleted words would weigh on every score.
    """

    vectors: Iterable[tuple[int, np.ndarray[Any, Any]]]
    records: Iterable[LexicalRecord]
    deleted: frozenset[int]
    added: int
    words_anew: bool = False


class Generation:
    """A finished generation, leased and open for reading.

    Args:
        folder: Its directory.

    Raises:
        FileNotFoundError: It is gone, or was never finished.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lease = lease(folder)
        self._copy: tempfile.TemporaryDirectory[str] | None = None
        try:
            self.marker = read_marker(folder)
            place = folder
            if not _takes_writes(folder / "dense"):
                # Chroma and tantivy write lock rows and files even to read.
                self._copy = tempfile.TemporaryDirectory(prefix="articleqa-")
                place = Path(self._copy.name) / folder.name
                shutil.copytree(folder, place, copy_function=shutil.copyfile)
            self._check_files()
            self.lexical = LexicalIndex(place / "lexical")
            self.dense = DenseIndex(place / "dense")
            self._check_counts()
        except BaseException:
            self._close_dense()
            self._release()
            raise

    @property
    def number(self) -> int:
        """Its number."""
        return self.marker.number

    def close(self) -> None:
        """Close both legs and give the lease back."""
        self._close_dense()
        self._release()

    def _check_files(self) -> None:
        for name in NEEDED:
            # Chroma and tantivy would make an empty index in its stead.
            if not (self.folder / name).is_file():
                raise IndexDamagedError(self.folder, f"{name} of generation {self.folder.name} is gone")

    def _check_counts(self) -> None:
        for name, leg in (("dense", self.dense), ("lexical", self.lexical)):
            if leg.count() != self.marker.chunks:
                what = f"the {name} index holds {leg.count()} chunks instead of {self.marker.chunks}"
                raise IndexDamagedError(self.folder, what)

    def _close_dense(self) -> None:
        if hasattr(self, "dense"):
            self.dense.close()

    def _release(self) -> None:
        os.close(self._lease)
        if self._copy is not None:
            self._copy.cleanup()


def read_marker(folder: Path) -> Marker:
    """The marker of a finished generation.

    Raises:
        FileNotFoundError: There is none: the generation was never finished, or is being deleted.
        IndexDamagedError: It cannot be read.
    """
    try:
        fields = json.loads((folder / MARKER).read_text(encoding="utf-8"))
        check = fields.pop("check")
        marker = Marker(**fields)
    except FileNotFoundError:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, NotADirectoryError) as error:
        raise IndexDamagedError(folder, f"the marker of generation {folder.name} cannot be read") from error
    if marker.check != check or marker.number != int(folder.name):
        raise IndexDamagedError(folder, f"the marker of generation {folder.name} is not what was written")
    return marker


def build_generation(
    folder: Path, number: int, fingerprint: str, changes: Changes, *, base: Path | None = None
) -> Marker:
    """Make a generation in a new directory and mark it finished; nothing points to it yet.

    Args:
        folder: Its directory; whatever a crash left there is deleted first.
        number: Its number.
        fingerprint: Of the embedder.
        changes: To `base`, or the whole when there is none.
        base: Directory of the generation to begin from; it is only read.

    Returns:
        The marker that was written, after both legs were counted.

    Raises:
        IndexDamagedError: A leg does not hold what was put into it.
    """
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "dense").mkdir(parents=True)
    (folder / "lexical").mkdir()
    before = read_marker(base) if base else None
    if base is not None:
        if damaged := damaged_files(base):
            raise IndexDamagedError(base, f"{damaged[0]} is not what was written")
        _copy_dense(base / "dense", folder / "dense")
        for file in sorted((base / "lexical").iterdir()):
            # Segments never change; what tantivy rewrites it replaces by a rename.
            if not changes.words_anew and not file.name.startswith(".tantivy"):
                _link(file, folder / "lexical" / file.name)
    expected = (before.chunks if before else 0) + changes.added - len(changes.deleted)
    counts = [_write_dense(folder / "dense", changes), _write_lexical(folder / "lexical", changes)]
    if counts != [expected, expected]:
        raise IndexDamagedError(folder, f"a new generation holds {counts} chunks instead of {expected}")
    dead = (before.dead if before else 0) + len(changes.deleted)
    marker = Marker(number=number, fingerprint=fingerprint, chunks=expected, dead=dead, sums=_sums(folder))
    text = json.dumps({**asdict(marker), "check": marker.check}, sort_keys=True)
    (folder / f"{MARKER}.new").write_text(text, encoding="utf-8")
    _to_disk(folder)
    (folder / f"{MARKER}.new").rename(folder / MARKER)
    _to_disk(folder, files=False)
    return marker


def _write_dense(folder: Path, changes: Changes) -> int:
    dense = DenseIndex(folder)
    try:
        dense.delete(changes.deleted)
        dense.add(changes.vectors)
        count = dense.count()
    finally:
        dense.close()
    dense.clear_unused()
    return count


def _write_lexical(folder: Path, changes: Changes) -> int:
    lexical = LexicalIndex(folder)
    lexical.write(changes.records, () if changes.words_anew else changes.deleted)
    return lexical.count()


def read_vectors(folder: Path, numbers: Collection[int], *, fingerprint: str) -> dict[int, np.ndarray[Any, Any]]:
    """Some vectors of a finished generation whose files are whole; float32, unit length.

    Raises:
        FileNotFoundError: It was never finished.
        IndexDamagedError: A file is not what was written, or it was made with another embedder.
    """
    marker = read_marker(folder)
    if marker.fingerprint != fingerprint or damaged_files(folder):
        raise IndexDamagedError(folder, f"generation {folder.name} is not whole")
    with closing(Generation(folder)) as generation:
        found = {number: vector for number, vector in generation.dense.vectors() if number in numbers}
    return {number: v for number, v in found.items() if abs(float(np.linalg.norm(v)) - 1) < UNIT_TOLERANCE}


def worth_copying(marker: Marker, deleted: int, *, fingerprint: str) -> bool:
    """Whether the next generation should begin from a copy, rather than anew from cached vectors."""
    if marker.fingerprint != fingerprint or marker.chunks == 0:
        return False
    return (marker.dead + deleted) <= DEAD_SHARE * marker.chunks


def damaged_files(folder: Path) -> list[str]:
    """Relative paths of a generation's files that are missing or differ from when it was finished."""
    marker = read_marker(folder)
    return [name for name, sha256 in sorted(marker.sums.items()) if _sum(folder / name) != sha256]


def copy_generation(source: Path, target: Path) -> None:
    """Copy a finished generation while it is read; the caller has a lease on it."""
    (target / "dense").mkdir(parents=True)
    _copy_dense(source / "dense", target / "dense")
    (target / "lexical").mkdir()
    for file in sorted((source / "lexical").iterdir()):
        if not file.name.startswith(".tantivy"):
            shutil.copyfile(file, target / "lexical" / file.name)
    shutil.copyfile(source / MARKER, target / MARKER)


def sweep(generations: Path, *, keep: int, leased_too: bool = False) -> list[Path]:
    """Delete every generation but one that no reader has a lease on; what is leased stays for the next time.

    Args:
        generations: Folder of the generations.
        keep: Number of the live one.
        leased_too: Delete them under readers who have them open but are in the middle of nothing: Chroma opens
            its SQLite again at need.

    Returns:
        Directories that are still there, being leased.
    """
    leased = []
    for folder in sorted(generations.iterdir()):
        if folder.name == f"{keep:06}" or not folder.is_dir():
            continue
        with try_exclusive(folder) as free:
            if free or leased_too:
                (folder / MARKER).unlink(missing_ok=True)
                shutil.rmtree(folder, ignore_errors=True)
            if folder.exists():
                leased.append(folder)
    return leased


def _link(source: Path, target: Path) -> None:
    """A hard link, or a copy where the file system has none."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _copy_dense(source: Path, target: Path) -> None:
    """Copy Chroma's directory while readers may be opening it: its SQLite by the backup call, the rest as files."""
    for file in sorted(source.rglob("*")):
        copy = target / file.relative_to(source)
        if file.is_dir():
            copy.mkdir(exist_ok=True)
        elif file.name == "chroma.sqlite3":
            copy_database(file, copy)
        elif not file.name.startswith("chroma.sqlite3"):
            shutil.copyfile(file, copy)


def _sums(folder: Path) -> dict[str, str]:
    return {str(file.relative_to(folder)): _sum(file) for file in sorted(folder.rglob("*")) if _is_sealed(file)}


def _takes_writes(folder: Path) -> bool:
    """Whether something can still be written to a folder: it may be read-only, or its disk full."""
    disk = os.statvfs(folder)
    return os.access(folder, os.W_OK) and disk.f_bavail * disk.f_frsize >= ROOM_TO_OPEN


def _is_sealed(file: Path) -> bool:
    """Whether a finished generation's file is never written again."""
    if not file.is_file() or file.name.startswith(("chroma.sqlite3-", ".tantivy", MARKER)):
        return False
    # Below its sync threshold Chroma keeps vectors in its SQLite, and makes the graph's files anew on opening.
    in_graph = file.parent.parent.name == "dense"
    return not in_graph or (file.parent / "index_metadata.pickle").is_file()


def _sum(file: Path) -> str:
    """sha256 of a file; empty when it cannot be read."""
    try:
        if file.name == "chroma.sqlite3":
            return _sum_of_rows(file)
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except (OSError, sqlite3.DatabaseError):
        return ""


def _sum_of_rows(file: Path) -> str:
    """sha256 of all rows but those of `acquire_write`, the one table that Chroma 1.5 writes to on opening."""
    with closing(connect_to_read(file)) as connection:
        sql = "select name, sql from sqlite_master where type = 'table' order by name"
        tables = [name for name, made in connection.execute(sql) if "virtual table" not in made.lower()]
        sums = [sum_rows(connection, name) for name in tables if name != "acquire_write"]
    return hashlib.sha256(" ".join((*tables, *sums)).encode()).hexdigest()


def _to_disk(folder: Path, *, files: bool = True) -> None:
    """Ask the kernel to write a directory's files and names to the disk."""
    for path in [*(sorted(folder.rglob("*")) if files else []), folder]:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
