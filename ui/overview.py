"""What the index holds right now, for the masthead, the welcome, the filters and the list of articles."""

import logging
from dataclasses import dataclass
from threading import Lock, Thread
from typing import TYPE_CHECKING

from index.errors import ArticleQAError
from qa.chat_models import model_host
from ui.desk import Desk
from ui.filters import render_filters
from ui.front import first_run, masthead, welcome
from ui.shelf import render_shelf, render_shelf_search

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.articles import Article
    from qa.chain import ArticleQA

__all__ = ["Overview"]

_log = logging.getLogger(__name__)

_CLOSED = ("", -1)
_TRIED = 40
"""Articles that suggested questions are made from at most, newest first."""


@dataclass(frozen=True)
class _Facts:
    of: tuple[str, int] | None
    articles: int = 0
    outlets: int = 0
    first: str = ""
    last: str = ""


class Overview:
    """Reads the index anew each time; only the suggested questions are kept, until the index changes.

    Args:
        desk: Holds the index.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._lock = Lock()
        self._suggested_for: tuple[str, int] | None = None
        self._suggestions: tuple[str, ...] = ()
        self._thread: Thread | None = None
        self._known = _Facts(None)

    def close(self) -> None:
        """Stop looking for suggestions, and wait until that has stopped."""
        with self._lock:
            self._suggested_for = _CLOSED
        self.wait()

    def wait(self) -> None:
        """Wait until suggestions were looked for."""
        if self._thread is not None:
            self._thread.join()

    def revision(self) -> str:
        """Changes when there is something new to show; also begins to look for suggestions."""
        qa = self._desk.qa
        if qa is None:
            return "none"
        now = (str(qa.library.path), qa.library.generation)
        with self._lock:
            if self._suggested_for not in (now, _CLOSED):
                self._suggested_for, self._suggestions = now, ()
                self._thread = Thread(target=self._suggest, args=(qa, now), name="articleqa-suggestions")
                self._thread.start()
            return f"{now[0]}:{now[1]}:{len(self._suggestions)}"

    def masthead(self) -> str:
        """The bar at the top."""
        facts = self._facts()
        return masthead(facts.articles, facts.outlets)

    def welcome(self) -> str:
        """What stands in an empty conversation."""
        facts = self._facts()
        if not facts.articles:
            return first_run(samples=self._desk.open_samples is not None)
        return welcome((facts.first, facts.last), self._suggestions)

    def filters(self) -> str:
        """The filters under the question box; nothing while there is nothing to filter."""
        qa = self._desk.qa
        if qa is None:
            return ""
        return render_filters(qa.library.outlets(), model_host=model_host(qa.llm) if qa.llm else "")

    def shelf_search(self) -> str:
        """The boxes above the list of articles."""
        qa = self._desk.qa
        if qa is None:
            return ""
        return render_shelf_search(qa.library.outlets(), syncable=bool(qa.library.status().folders))

    def shelf(self, *, words: str = "", outlet: str = "", start: str = "", end: str = "") -> str:
        """The list of articles that match."""
        qa = self._desk.qa
        if qa is None:
            return ""
        rows = qa.library.articles(words=words, outlet=outlet, start=start, end=end)
        return render_shelf(rows, qa.library.status().unreadable)

    def _facts(self) -> "_Facts":
        """Counts and days of the live generation; a large index is not read again for every visitor."""
        qa = self._desk.qa
        if qa is None:
            return _Facts(None)
        now = (str(qa.library.path), qa.library.generation)
        facts = self._known
        if facts.of != now:
            rows = qa.library.articles()
            days = sorted(row.published[:10] for row in rows if row.published) or [""]
            outlets = len({row.source for row in rows if row.source})
            facts = self._known = _Facts(now, len(rows), outlets, days[0], days[-1])
        return facts

    def _suggest(self, qa: "ArticleQA", wanted_for: tuple[str, int]) -> None:
        from qa.suggestions import answerable

        def articles() -> "Iterator[Article]":
            for row in qa.library.articles()[:_TRIED]:
                if self._suggested_for != wanted_for:
                    return
                yield qa.library.article(row.id)

        try:
            found = tuple(answerable(qa, articles()))
        except (ArticleQAError, KeyError):
            _log.warning("no questions could be suggested", exc_info=True)
            return
        with self._lock:
            if self._suggested_for == wanted_for:
                self._suggestions = found
