"""The files of a folder tree that may hold articles."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from index.errors import ArticleError
from index.extraction import FOREIGN, format_of

__all__ = ["article_files"]


def article_files(root: str | Path) -> list[Path]:
    """List the files of a tree that may hold articles.

    Hidden files and folders, links that lead out of the tree, what is no regular file (pipes, sockets,
    devices) and files of other formats are passed over. A file that several links lead to is listed once.
    A folder that cannot be listed, and what cannot be looked at in one that cannot be entered, stands in the list
    itself, so that reading it gives the error.

    Args:
        root: A folder, or one file, which is listed whatever its format.

    Returns:
        Absolute paths, sorted by their place in the tree.

    Raises:
        ArticleError: When there is nothing at `root`.
    """
    top = Path(root).expanduser().resolve()
    if not top.exists():
        raise ArticleError(top, "there is no such file or folder")
    if not top.is_dir():
        return [top]
    files: dict[Path, Path] = {}
    folders = {top}
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        try:
            # What is there itself goes before a link to it.
            entries = sorted(os.scandir(folder), key=lambda entry: (entry.is_symlink(), entry.name))
        except OSError:
            files[folder] = folder
            continue
        for path, target, mode in _entries(entries, top):
            if stat.S_ISDIR(mode) and target not in folders:
                folders.add(target)
                waiting.append(path)
            elif not mode or ((format_of(path) or path.suffix.lower() in FOREIGN) and stat.S_ISREG(mode)):
                files.setdefault(target, path)
    return sorted(files.values(), key=lambda path: path.relative_to(top).parts)


def _entries(entries: list[os.DirEntry[str]], top: Path) -> Iterator[tuple[Path, Path, int]]:
    """What is not hidden, where it leads to if it is a link within the tree, and its mode; 0 where none can be told."""
    for entry in entries:
        path = Path(entry.path)
        if entry.name.startswith("."):
            continue
        try:
            target = _target(path, top) if entry.is_symlink() else path
            if target is not None:
                yield path, target, target.stat().st_mode
        except FileNotFoundError:  # it went meanwhile
            continue
        except OSError:
            yield path, path, 0


def _target(link: Path, top: Path) -> Path | None:
    """Where a link leads to, if that is there and within the tree."""
    try:
        target = link.resolve(strict=True)
    except PermissionError:
        raise
    except (OSError, RuntimeError):  # RuntimeError: links in a circle, before Python 3.13
        return None
    return target if target.is_relative_to(top) else None
