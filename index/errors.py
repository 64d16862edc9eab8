"""The errors a person can meet, one class per kind of trouble.

    ArticleQAError
    ├── ArticleError           one article or file could not be read; the others go on
    ├── IndexMissingError      there is no index at this place
    ├── IndexLockedError       another program is writing to it
    ├── IndexDamagedError      what is on the disk is not what was written
    ├── IndexWriteError        a full or read-only disk; what was live is live still
    ├── BackupError            a backup cannot be written, or is none, or has no room to be restored
    ├── IndexMismatchError     it was built with another setting
    ├── SourceShrunkError      a folder is gone or lost many articles; a sync stops until confirmed
    ├── ModelMissingError      a model is not on this machine, or not the one that was expected
    └── GenerationError        a chat model failed; `retryable` says whether again may help

A caller's mistake stays ValueError or TypeError.
"""

from pathlib import Path

__all__ = [
    "ArticleError",
    "ArticleQAError",
    "BackupError",
    "GenerationError",
    "IndexDamagedError",
    "IndexLockedError",
    "IndexMismatchError",
    "IndexMissingError",
    "IndexWriteError",
    "ModelMissingError",
    "SourceShrunkError",
]


class ArticleQAError(Exception):
    """Whatever this program reports to a person instead of a stack trace."""


class ArticleError(ArticleQAError):
    """One file, or one line of a file, is not an article we can read."""

    def __init__(self, path: str | Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = str(path)
        self.reason = reason


class IndexMissingError(ArticleQAError):
    """No index at the path that was given."""

    def __init__(self, path: str | Path) -> None:
        super().__init__(
            f"There is no index at {path}. Make one with: articleqa index FOLDER --index {path} "
            "(or try the samples: add --sample)."
        )
        self.path = Path(path)


class IndexLockedError(ArticleQAError):
    """Another program holds the index's write lock."""

    def __init__(self, path: str | Path, holder: str) -> None:
        super().__init__(f"The index at {path} is being written by {holder}. Wait for it, or stop it, and try again.")
        self.path = Path(path)
        self.holder = holder


class IndexDamagedError(ArticleQAError):
    """A file of the index does not hold what was written to it."""

    def __init__(self, path: str | Path, what: str, *, remedy: str = "") -> None:
        remedy = remedy or f"Run: articleqa verify --repair --index {path}"
        super().__init__(f"The index at {path} is damaged: {what}. {remedy}")
        self.path = Path(path)
        self.what = what


class IndexMismatchError(ArticleQAError):
    """The index was built with another setting than the one asked for."""

    def __init__(self, setting: str, expected: str, found: str, *, remedy: str) -> None:
        super().__init__(f"The index was built with {setting} {found}, not {expected}. {remedy}")
        self.setting = setting
        self.expected = expected
        self.found = found


class SourceShrunkError(ArticleQAError):
    """A folder is missing, or so much of it is gone that an accident is likelier than a wish."""

    def __init__(self, path: str | Path, removed: int, known: int) -> None:
        super().__init__(
            f"{path} had {known} articles and {removed} of them are gone. Nothing was changed. "
            "If that is meant, sync again with --allow-removal."
        )
        self.path = Path(path)
        self.removed = removed
        self.known = known


class ModelMissingError(ArticleQAError):
    """A model's files are not there, or are not the expected ones."""

    def __init__(self, name: str, looked_in: str, *, remedy: str = "") -> None:
        super().__init__(f"The model {name} is not usable from {looked_in}. {remedy}".rstrip())
        self.name = name
        self.looked_in = looked_in


class GenerationError(ArticleQAError):
    """A chat model did not give an answer."""

    def __init__(self, reason: str, *, retryable: bool) -> None:
        super().__init__(f"The chat model gave no answer: {reason}")
        self.reason = reason
        self.retryable = retryable


class IndexWriteError(ArticleQAError):
    """The index could not be written; what was live before is live still."""

    def __init__(self, path: str | Path, reason: str) -> None:
        super().__init__(
            f"The index at {path} could not be written ({reason}). What it held before is unchanged and still answers."
        )
        self.path = Path(path)
        self.reason = reason


class BackupError(ArticleQAError):
    """A backup could not be written or restored; nothing was changed."""

    def __init__(self, path: str | Path, reason: str) -> None:
        super().__init__(f"Backup {path}: {reason}")
        self.path = Path(path)
        self.reason = reason
