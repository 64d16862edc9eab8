"""Dropped files on their way into the index: how many, how large, of which kinds, under which names.

A name from a browser is only a name: its folders, leading dots and unusual characters are dropped, so
that nothing can be written outside the one folder that the index keeps for uploads.
"""

import re
import shutil
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path

__all__ = ["FILES_AT_ONCE", "KINDS", "MAX_BYTES", "Upload", "safe_name", "store_uploads"]

KINDS = (".txt", ".md", ".html", ".htm", ".jsonl", ".pdf", ".docx")
FILES_AT_ONCE = 50
MAX_BYTES = 20_000_000
_FOLDER_BYTES = 2_000_000_000
"""Uploads of one index in all; beyond it nothing more is taken, so that visitors cannot fill the disk."""


@dataclass(frozen=True, kw_only=True)
class Upload:
    """What became of one dropped file.

    Args:
        name: As the visitor knows it.
        path: Where it was stored; None when it was refused.
        reason: Why it was refused; empty otherwise.
    """

    name: str
    path: Path | None = None
    reason: str = ""


def safe_name(name: str) -> str:
    r"""A file name that stays in its folder; "" when nothing is left of it.

    Example:
        >>> safe_name("../../etc/passwd"), safe_name(r"C:\new\.Über uns?.HTML"), safe_name("..")
        ('passwd', 'Über uns_.html', '')
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1].strip().lstrip(".")
    stem, dot, suffix = last.rpartition(".")
    if not dot:
        stem, suffix = last, ""
    stem = re.sub(r"[^\w .,'()-]", "_", stem).strip(" .")[:100]
    if not stem:
        return ""
    return f"{stem}.{suffix.lower()}" if re.fullmatch(r"\w{1,8}", suffix) else stem


def store_uploads(files: Sequence[Path], folder: Path) -> list[Upload]:
    """Copy what may be taken into the folder for uploads.

    A file of an earlier drop with the same name is replaced; of one name in the same drop, the second is numbered.

    Args:
        files: Where the server put what the browser sent.
        folder: Is made when it is not there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    used = sum(file.stat().st_size for file in folder.iterdir() if file.is_file())
    uploads: list[Upload] = []
    for place, file in enumerate(files):
        name = _free(safe_name(file.name), {upload.name.casefold() for upload in uploads if upload.path})
        upload = _store(file, folder / name, place=place, used=used)
        used += upload.path.stat().st_size if upload.path else 0
        uploads.append(upload)
    return uploads


def _free(name: str, taken: set[str]) -> str:
    """The name, with the first number from 2 that makes it another than those taken, which are without case."""
    stem, suffix = Path(name).stem, Path(name).suffix
    numbered = (f"{stem} ({number}){suffix}" for number in count(2))
    return next(one for one in chain([name], numbered) if one.casefold() not in taken)


def _store(file: Path, target: Path, *, place: int, used: int) -> Upload:
    size = file.stat().st_size
    refusals = (
        (place >= FILES_AT_ONCE, f"at most {FILES_AT_ONCE} files at once"),
        (target.suffix not in KINDS, f"not one of {', '.join(KINDS)}"),
        (size > MAX_BYTES, f"larger than {MAX_BYTES // 1_000_000} MB"),
        (size == 0, "it is empty"),
        (used + size > _FOLDER_BYTES, "there is no room left for uploads"),
    )
    reason = next((reason for refused, reason in refusals if refused), "")
    if reason:
        return Upload(name=file.name, reason=reason)
    shutil.copyfile(file, target)
    return Upload(name=target.name, path=target)
