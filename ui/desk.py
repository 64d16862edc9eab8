"""What the chat talks to: the index that is open, or none yet; shared by all visitors."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from index.errors import ArticleQAError
from ui.asking import Asked
from ui.conversations import Conversation
from ui.feedback import case_of, keep_case
from ui.markup import label
from ui.reading import Mark, marks_of, missing_pane, reading_pane

if TYPE_CHECKING:
    from index.articles import Article
    from index.library import Filters
    from qa.chain import ArticleQA, Turn

__all__ = ["Desk"]

_log = logging.getLogger(__name__)


class Desk:
    """Holds the open index, answers from it, and finds the articles behind a citation.

    Args:
        qa: The open index; None where there is none yet.
        path: Where the person's own index is, or will be made, whichever is open.
        open_samples: Makes and opens the sample index; None where it is not offered.
        open_index: Opens the index at `path` once it was made; None where that is not needed.
    """

    def __init__(
        self,
        qa: "ArticleQA | None",
        *,
        path: Path,
        open_samples: "Callable[[], ArticleQA] | None" = None,
        open_index: "Callable[[Path], ArticleQA] | None" = None,
    ) -> None:
        self._qa = qa
        self._lock = Lock()
        self.shows_samples = False
        self.path = path
        self.open_samples = open_samples
        self.open_index = open_index

    @property
    def qa(self) -> "ArticleQA | None":
        """The open index, or None."""
        return self._qa

    def take(self, qa: "ArticleQA", *, samples: bool = False) -> None:
        """Answer from this index from now on; `samples` says that it is not the person's own."""
        with self._lock:
            self._qa = qa
            self.shows_samples = samples

    def ask(
        self, asked: Asked, conversation: Conversation, *, stop: Callable[[], bool] | None = None
    ) -> Iterator[Conversation]:
        """The conversation with a new last turn, at each stage of its answer.

        Once `stop` is true a chat model is hung up on, in the middle of a word. A failure this program knows
        becomes the turn's message; any other is logged and said plainly, without its details.
        """
        conversation = conversation.begin(asked)
        wish = conversation.last.asked
        if not wish.question:
            return
        yield conversation
        if self._qa is None:
            yield conversation.failed("There are no articles yet. Add some, or take the samples.")
            return
        try:
            for answer in self._qa.stream(
                wish.question,
                history=_history(conversation),
                filters=_filters(wish),
                searched_for=wish.searched_for or None,
                dates_from_question=wish.dates_from_question,
                use_llm=wish.use_llm,
                stop=stop,
            ):
                conversation = conversation.answered(answer)
                yield conversation
        except ArticleQAError as error:
            yield conversation.failed(str(error))
        except Exception:  # noqa: BLE001 - a visitor sees a sentence, never a stack trace
            _log.exception("a question failed")
            yield conversation.failed("Something went wrong in this program; its log says more.")

    def evidence(self, conversation: Conversation, turn: str, number: int) -> str:
        """The pane for a citation of a turn, or for its guess; "" when there is no such turn or number."""
        shown = conversation.turn(turn)
        citations = shown.answer.citations if shown else ()
        if shown and shown.answer.guess:
            citations = (shown.answer.guess,)
        if not 1 <= number <= len(citations):
            return ""
        citation = citations[number - 1]
        article = self._version(citation.article_sha256)
        if article is None or article.text[citation.start : citation.end] != citation.quote:
            return missing_pane(citation, turn=turn, total=len(citations))
        marks = marks_of(citations, around=citation)
        return reading_pane(article, marks, turn=turn, current=number, total=len(citations))

    def nearest(self, conversation: Conversation, turn: str, place: int) -> str:
        """The pane for one of the passages that are near but no answer; "" when there is none."""
        shown = conversation.turn(turn)
        passages = shown.answer.passages if shown else ()
        if not 0 <= place < len(passages):
            return ""
        passage = passages[place]
        article = self._version(passage.article_sha256)
        if article is None:
            return ""
        mark = Mark(number=0, start=passage.start, end=passage.end)
        return reading_pane(article, [mark], turn=turn, current=0, total=0)

    def rate(
        self, conversation: Conversation, turn: str, *, right: bool, correction: str, impossible: bool
    ) -> tuple[str, Conversation]:
        """Keep what the visitor thinks of an answer; a word of thanks, and the conversation with it."""
        shown = conversation.turn(turn)
        if shown is None or self._qa is None:
            return "", conversation
        case = case_of(shown.answer, right=right, correction=correction, impossible=impossible)
        try:
            keep_case(self._qa.library.path, case)
        except OSError as error:
            return f'<p role="status" data-turn="{label(turn)}">Not kept: {label(str(error))}</p>', conversation
        thanks = f'<p role="status" data-turn="{label(turn)}">Kept as a case for the next evaluation.</p>'
        return thanks, conversation.rated(turn, "up" if right else "down")

    def article(self, name: str) -> str:
        """The pane for an article of the list, by id; "" when there is none."""
        if self._qa is None:
            return ""
        try:
            article = self._qa.library.article(name)
        except KeyError:
            return ""
        return reading_pane(article, [], turn="", current=0, total=0)

    def _version(self, sha256: str) -> "Article | None":
        if self._qa is None:
            return None
        try:
            return self._qa.library.version(sha256)
        except KeyError:
            return None


def _history(conversation: Conversation) -> "list[Turn]":
    from qa.chain import Turn

    return [
        Turn(question=turn.answer.question, searched_for=turn.answer.searched_for, answer=turn.answer)
        for turn in conversation.finished()
    ]


def _filters(asked: Asked) -> "Filters":
    from index.library import Filters

    return Filters(outlets=asked.outlets, start=asked.start, end=asked.end, articles=asked.articles)
