"""ask(): models and open indexes kept for the process, one answer a call."""

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qa.answer import Answer
    from qa.chain import ArticleQA

__all__ = ["ask"]

_open: dict[Path, "ArticleQA"] = {}
_lock = threading.Lock()


def ask(question: str, *, index: str | Path | None = None, **options: Any) -> "Answer":
    """Answer a question from an index, with citations.

    Models and the index stay open for the process, and a newer generation is noticed; may be called from
    many threads.

    Args:
        question: In a person's words.
        index: The index directory; None for the default one of this user.
        **options: As for `ArticleQA.stream`: `as_of`, `filters`, `history` ...

    Returns:
        The final answer; `answered` is False when the articles do not say.

    Raises:
        IndexMissingError: There is no index at this path.
    """
    from qa.chain import ArticleQA
    from qa.places import default_index

    path = Path(index if index is not None else default_index()).expanduser().resolve()
    with _lock:
        if path not in _open:
            _open[path] = ArticleQA.open(path)
        found = _open[path]
    return found.invoke(question, **options)
