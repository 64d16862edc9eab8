"""The composition, on one screen: question -> retrieve -> read -> answer (-> write and check)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import copy_context
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from langchain_core.runnables import Runnable, RunnableConfig

from index.library import Filters, Library
from qa.answer import Answer, DateRange, ScoredSpan
from qa.dates import dates_in
from qa.extractive import SPANS, answer_from
from qa.followup import Turn, stand_alone
from qa.retrieval import HybridRetriever
from qa.signals import Asked, asked_of

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from qa.reader import Reader
    from qa.support import Judge

__all__ = ["ArticleQA", "Turn"]


class ArticleQA(Runnable[str, Answer]):
    """Answers questions from the articles of one index, with citations. Safe to use from many threads.

    Args:
        library: The index.
        reader: Finds answering spans; None to load the bundled one at the first question.
        llm: Writes longer answers, which are checked; None for none.
        judge: An NLI cross-encoder's scores, as one more signal of that check; None for none.
        min_confidence: Probability below which an answer is withheld, 0 to 1; None for the measured default.
        k: Passages read.
    """

    def __init__(
        self,
        library: Library,
        *,
        reader: "Reader | None" = None,
        llm: "BaseChatModel | None" = None,
        judge: "Judge | None" = None,
        min_confidence: float | None = None,
        k: int = 12,
    ) -> None:
        self.library = library
        self.retriever = HybridRetriever(library=library, k=k)
        self.llm = llm
        self.judge = judge
        self.min_confidence = min_confidence
        self._reader = reader

    @classmethod
    def open(
        cls,
        path: str | Path | None = None,
        *,
        reader: "str | Reader | None" = None,
        llm: "str | BaseChatModel | None" = None,
        nli: str | None = None,
        min_confidence: float | None = None,
    ) -> "ArticleQA":
        """Open an index for questions.

        Args:
            path: The index directory; None for the default one of this user.
            reader: Name or path of a Hugging Face extractive model, or a reader; None for the bundled one.
            llm: "provider:model", or any LangChain chat model; None to answer with the articles' own words.
            nli: Name or path of a Hugging Face NLI cross-encoder for checking what the chat model writes.
            min_confidence: Probability below which an answer in the articles' own words is withheld, 0 to 1; None
                for the measured default.

        Raises:
            IndexMissingError: There is no index at this path.
            ModelMissingError: A model that was named is not to be had.
        """
        from qa.places import default_index

        library = Library.open(path if path is not None else default_index())
        return cls(
            library,
            reader=_reader_of(reader) if isinstance(reader, str) else reader,
            llm=_chat_model_of(llm) if isinstance(llm, str) else llm,
            judge=_judge_of(nli) if nli else None,
            min_confidence=min_confidence,
        )

    @property
    def reader(self) -> "Reader":
        """The reader, loaded at the first question."""
        if self._reader is None:
            from qa.reader import load_reader

            self._reader = load_reader()
        return self._reader

    def invoke(self, input: str, config: RunnableConfig | None = None, **options: Any) -> Answer:
        """Answer a question.

        Args:
            input: The question, as a person asked it.
            config: LangChain's.
            **options: As for `stream`.
        """
        from langsmith.run_helpers import tracing_context

        with tracing_context(enabled=False):  # callbacks that were passed are called all the same
            return self._call_with_config(lambda asked: list(self.stream(asked, **options))[-1], input, config)

    def stream(
        self,
        input: str,
        config: RunnableConfig | None = None,
        **options: Any,
    ) -> Iterator[Answer]:
        """Answer a question in snapshots: passages found, short answer, final.

        Args:
            input: The question, as a person asked it.
            config: LangChain's.
            **options: `history` (turns before it), `filters` (which articles may answer), `as_of` (what "today"
                means, ISO 8601), `searched_for` (search for this instead of the rewritten question),
                `dates_from_question` (False to ignore its words of time), `use_llm` (False to leave the chat
                model out), `stop` (a callable; the chat model is left off when it turns true).

        Yields:
            The answer as far as it is known; the last one is final.
        """
        del config
        yield from _untraced(self._answers(input, **options))

    def find(
        self,
        question: str,
        *,
        searched_for: str,
        filters: Filters | None = None,
        as_of: str | None = None,
        dates_from_question: bool = True,
    ) -> tuple[Answer, Mapping[str, float]]:
        """The passages that would be read, in an answer of stage "passages", and how rare the question's words are."""
        today = as_of or datetime.now(UTC).date().isoformat()
        dates = dates_in(searched_for, today) if dates_from_question else None
        limits = _within(filters or Filters(), dates)
        found = self.retriever.passages(searched_for, filters=limits, dates=dates, as_of=today)
        draft = Answer(
            question=question,
            searched_for=searched_for,
            answered=False,
            passages=found.passages,
            missing_words=found.missing_words,
            as_of=today,
            dates=dates,
            generation=found.generation,
            stage="passages",
        )
        return draft, found.rarity

    def consider(self, draft: Answer, rarity: Mapping[str, float]) -> Asked:
        """The question of a draft, with the means to look at its candidates more closely."""

        def read(texts: Sequence[str]) -> Sequence[Sequence[ScoredSpan]]:
            return self.reader.read(draft.searched_for, texts)

        embeddings = self.library.embeddings
        return asked_of(draft, rarity, embed=embeddings.encode, read=read, tokens=embeddings.encode_tokens)

    def _answers(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        as_of: str | None = None,
        searched_for: str | None = None,
        dates_from_question: bool = True,
        use_llm: bool = True,
        stop: Callable[[], bool] | None = None,
    ) -> Iterator[Answer]:
        if not question.strip():
            raise ValueError("the question is empty")
        llm = self.llm if use_llm else None
        asked = searched_for or _rewritten(question, history, llm, stop) or stand_alone(question, history)
        draft, rarity = self.find(
            question, searched_for=asked, filters=filters, as_of=as_of, dates_from_question=dates_from_question
        )
        yield draft
        texts = [passage.text for passage in draft.passages]
        read = self.reader.read(asked, texts, k=SPANS)
        answer = answer_from(draft, read, self.consider(draft, rarity), min_confidence=self.min_confidence)
        if llm is None:
            yield answer
            return
        from qa.generative import generate
        from qa.likeness import Likeness

        yield answer.replace(stage="draft")
        likeness = Likeness(self.library.embeddings.encode_tokens)
        yield from generate(asked, draft.passages, answer, model=llm, likeness=likeness, judge=self.judge, stop=stop)


def _rewritten(
    question: str, history: Sequence[Turn], llm: "BaseChatModel | None", stop: Callable[[], bool] | None
) -> str | None:
    """A follow-up as a chat model rewrites it; None without one, or when it fails."""
    if llm is None or not history:
        return None
    from qa.generative import rewrite_followup

    return rewrite_followup(llm, history, question, stop=stop)


def _reader_of(name: str) -> "Reader":
    from qa.reader import load_reader

    return load_reader(name)


def _chat_model_of(name: str) -> "BaseChatModel":
    from qa.chat_models import load_chat_model

    return load_chat_model(name)


def _judge_of(name: str) -> "Judge":
    from qa.nli import load_judge

    return load_judge(name)


def _untraced(answers: Iterator[Answer]) -> Iterator[Answer]:
    """Run a generator where LangChain's tracing variables have no effect: articles go nowhere unasked.

    Who wants a trace passes a tracer among the callbacks, or to the chat model.
    """
    from langsmith.run_helpers import tracing_context

    context = copy_context()
    context.run(tracing_context(enabled=False).__enter__)
    while True:
        try:
            yield context.run(next, answers)
        except StopIteration:
            return


def _within(filters: Filters, dates: DateRange | None) -> Filters:
    """A person's filters, with the limit that the question itself sets where the person set none."""
    if dates is None or dates.prefer_newest or filters.start or filters.end:
        return filters
    return Filters(outlets=filters.outlets, articles=filters.articles, start=dates.start, end=dates.end)
