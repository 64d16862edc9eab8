"""backup and restore: a whole index in one file, vectors included, made while it is in use."""

import contextlib
import hashlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.catalog import copy_database
from index.errors import BackupError, IndexDamagedError
from index.generations import copy_generation
from index.locking import lease
from index.vectors import is_damage

if TYPE_CHECKING:
    from index.library import Library

__all__ = ["backup", "restore"]

MANIFEST = "articleqa-backup.json"
VERSION = 1


def backup(library: "Library", file: str | Path) -> int:
    """Write everything an index holds to one file, while others may ask and sync.

    Catalog and generation are of one moment; what is restored answers as it did then, and nothing has to be
    embedded again.

    Args:
        library: The open index.
        file: Where to; a tar archive, not compressed (vectors do not shrink). An older file is replaced when
            the new one is whole.

    Returns:
        Its size in bytes.

    Raises:
        BackupError: It could not be written, or the index cannot be read.
    """
    target = Path(file).expanduser().absolute()
    try:
        with tempfile.TemporaryDirectory(prefix=".articleqa-backup-", dir=target.parent) as made:
            folder = Path(made) / "index"
            _gather(library, folder)
            _pack(folder, Path(made) / "backup.tar")
            (Path(made) / "backup.tar").replace(target)
    except OSError as error:
        raise BackupError(target, str(error)) from error
    except sqlite3.Error as error:
        if is_damage(error):
            remedy = f"a file of the index is damaged ({error}). Run: articleqa verify --repair --index {library.path}"
        else:
            remedy = f"{error}. Make room there, or name a file on another disk"
        raise BackupError(target, remedy) from error
    return target.stat().st_size


def restore(file: str | Path, path: str | Path) -> None:
    """Make the index of a backup at a new place.

    Args:
        file: What `backup` wrote.
        path: The index directory; not there yet, or empty.

    Raises:
        BackupError: There is something at `path`, or the file is not a whole backup; nothing was changed.
    """
    source, target = Path(file).expanduser().absolute(), Path(path).expanduser().absolute()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise BackupError(source, f"there is something at {target} already; name a new place with --index")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".articleqa-restore-", dir=target.parent) as made:
            folder = Path(made) / "index"
            folder.mkdir()
            _unpack(source, folder)
            (folder / "generations").mkdir(exist_ok=True)  # an index that held nothing
            if target.exists():
                target.rmdir()
            folder.rename(target)
    except (OSError, tarfile.TarError) as error:
        raise BackupError(source, str(error)) from error


def _gather(library: "Library", folder: Path) -> None:
    """Copies of all files of one moment."""
    (folder / "generations").mkdir(parents=True)
    while True:
        number = library.generation
        live = library.path / "generations" / f"{number:06}"
        with contextlib.ExitStack() as stack:
            if number:
                # Taken before the catalog is copied, it keeps the generation from being swept meanwhile.
                try:
                    stack.callback(os.close, lease(live))
                except FileNotFoundError as error:
                    if library.generation == number:
                        raise IndexDamagedError(library.path, f"generation {number} is gone") from error
                    continue
            library.copy_catalog(folder / "catalog.sqlite")
            if library.generation != number:
                (folder / "catalog.sqlite").unlink()
                continue
            if number:
                copy_generation(live, folder / "generations" / live.name)
        break
    if (library.path / "vectors.sqlite").is_file():
        _copy_vectors(library.path / "vectors.sqlite", folder / "vectors.sqlite")


def _copy_vectors(source: Path, target: Path) -> None:
    """Copy the cache, unless it is damaged: what is restored takes its vectors from the generation then."""
    try:
        copy_database(source, target)
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        target.unlink(missing_ok=True)


def _pack(folder: Path, target: Path) -> None:
    """Every file and, first, the sum of each."""
    files = [file for file in sorted(folder.rglob("*")) if file.is_file()]
    sums = {str(file.relative_to(folder)): _sum(file) for file in files}
    manifest = json.dumps({"version": VERSION, "sums": sums}, sort_keys=True).encode()
    with target.open("wb") as stream:
        with tarfile.open(fileobj=stream, mode="w") as archive:
            head = tarfile.TarInfo(MANIFEST)
            head.size = len(manifest)
            archive.addfile(head, io.BytesIO(manifest))
            for file in files:
                archive.add(file, str(file.relative_to(folder)), recursive=False)
        stream.flush()
        os.fsync(stream.fileno())


def _unpack(source: Path, folder: Path) -> None:
    with tarfile.open(source, mode="r:") as archive:
        members = iter(archive)
        sums = _manifest(archive, next(members, None), source)["sums"]
        for member in members:
            if not member.isfile() or member.name not in sums:
                raise BackupError(source, f"it holds {member.name!r}, which is no file of a backup")
            place = folder / member.name
            if not place.resolve().is_relative_to(folder.resolve()):
                raise BackupError(source, f"{member.name!r} would lie outside the index")
            place.parent.mkdir(parents=True, exist_ok=True)
            stream = archive.extractfile(member)
            assert stream is not None
            with place.open("wb") as file:
                shutil.copyfileobj(stream, file, 2**20)
                os.fsync(file.fileno())
    for name, expected in sorted(sums.items()):
        if _sum(folder / name) != expected:
            raise BackupError(source, f"{name} in it is not what was written")


def _manifest(archive: tarfile.TarFile, member: tarfile.TarInfo | None, source: Path) -> dict[str, Any]:
    stream = archive.extractfile(member) if member is not None and member.name == MANIFEST else None
    if stream is None:
        raise BackupError(source, "it is no backup of articleqa")
    try:
        manifest: dict[str, Any] = json.load(stream)
        if manifest["version"] != VERSION:
            raise BackupError(source, f"it was written by another version of articleqa ({manifest['version']})")
        dict(manifest["sums"])
    except (ValueError, KeyError, TypeError) as error:
        raise BackupError(source, "its list of files cannot be read") from error
    return manifest


def _sum(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""
