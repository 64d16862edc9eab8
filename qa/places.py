"""Where a user's indexes are, and the index of the sample articles."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import platformdirs

from index.errors import IndexMismatchError
from index.library import Library
from index.sync import Progress

__all__ = ["default_index", "open_samples", "sample_articles"]


def default_index() -> Path:
    """The index that is meant when none is named: in the user's data directory."""
    return Path(platformdirs.user_data_dir("articleqa", appauthor=False)) / "index"


def sample_articles() -> Path:
    """Folder of the sample articles inside the installation."""
    import index

    return Path(index.__path__[0]) / "samples"


def open_samples(*, progress: Callable[[Progress], None] = lambda _: None) -> Library:
    """The index of the sample articles, made at its first use in the user's cache directory."""
    articles = sample_articles()
    # One index for each installation: an index remembers the place of its articles.
    name = f"samples-{hashlib.sha256(str(articles).encode()).hexdigest()[:8]}"
    library = Library.open(Path(platformdirs.user_cache_dir("articleqa", appauthor=False)) / name, create=True)
    wanted: dict[str, Any] = {"allow_removal": True, "progress": progress, "wait": 120}
    try:
        library.sync(articles, **wanted)
    except IndexMismatchError:  # made by another version of this program
        library.sync(articles, rebuild=True, **wanted)
    return library
