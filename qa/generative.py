"""Chat model -> Answer: what it writes is checked sentence by sentence, else the extractive answer stands."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from index.errors import GenerationError
from qa.answer import Answer, AnswerSentence, Citation, Passage
from qa.hygiene import carries_markup, clean, presentable, repeats_rules
from qa.likeness import Likeness
from qa.markers import MarkedSentence, MarkerReader
from qa.prompting import (
    NOT_IN_ARTICLES,
    Prompt,
    Source,
    build_prompt,
    prompt_budget,
    token_counter,
)
from qa.streaming import Limits, StoppedError, stream_text
from qa.support import Judge, Support, check
from qa.wording import words

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from qa.followup import Turn

__all__ = ["BEING_CHECKED", "generate", "rewrite_followup"]

BEING_CHECKED = "being written"
"""Reason of the one sentence of a draft that is not finished, so not checked."""

_MOST_CITED = 4
_LOOKED_AT = 6
"""Best-covering sentences tried for a sentence whose own citations do not bear it."""


def generate(  # noqa: PLR0913 - what is checked with, and what ends it, are the caller's
    question: str,
    passages: Sequence[Passage],
    draft: Answer,
    *,
    model: "BaseChatModel",
    likeness: Likeness | None = None,
    judge: Judge | None = None,
    stop: Callable[[], bool] | None = None,
    limits: Limits | None = None,
) -> Iterator[Answer]:
    """Let a chat model answer from the passages, and keep what their sentences bear.

    Args:
        question: The question that stands alone.
        passages: Best first.
        draft: The extractive answer; it stands when the model fails or nothing it wrote is borne.
        model: Any LangChain chat model; sees the question and sentences of the passages, nothing else.
        likeness: Compares words by meaning, for the check.
        judge: An NLI cross-encoder's scores, as one more signal.
        stop: Ends the request when it turns true; the extractive answer stands then.
        limits: Times and amounts.

    Yields:
        Snapshots of stage "draft" while it writes: `text` holds the sentences that were found borne so far, and a
        sentence that is being written comes last in `sentences`, with `BEING_CHECKED` as its reason. The last
        snapshot is final. Trouble with the model is a note in it, never an exception.
    """
    prompt = build_prompt(question, passages, draft, budget=prompt_budget(model), count=token_counter(model))
    if not prompt.sources:
        yield _instead(draft, "")
        return
    reader = MarkerReader(frozenset(prompt.sources))
    account = _Account(prompt, draft, likeness=likeness, judge=judge)
    try:
        for piece in stream_text(model, prompt.messages, stop=stop, limits=limits):
            for sentence in reader.feed(piece):
                account.add(sentence)
            yield account.snapshot(reader.pending)
    except GenerationError as error:
        yield _instead(draft, str(error))
        return
    except StoppedError:
        yield _instead(draft, "The chat model was stopped.")
        return
    for sentence in reader.finish():
        account.add(sentence)
    yield account.final(reader.unknown)


_STANDS = "This answer is in the articles' own words."


def _instead(draft: Answer, note: str) -> Answer:
    return draft.replace(stage="final", notes=(*draft.notes, _standing(draft, note)) if note else draft.notes)


def _standing(draft: Answer, note: str) -> str:
    """Why what stands is not the chat model's: a note beside the extractive answer, if there is one."""
    return f"{_STANDS} {note}" if draft.answered else note


@dataclass
class _Account:
    """What the model wrote so far, each sentence settled once."""

    prompt: Prompt
    draft: Answer
    likeness: Likeness | None = None
    judge: Judge | None = None
    kept: list[tuple[AnswerSentence, float]] = field(default_factory=list)
    withheld: list[AnswerSentence] = field(default_factory=list)
    cited: dict[str, Citation] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    refused: bool = False
    repeated_rules: int = 0

    def add(self, written: MarkedSentence) -> None:
        """Check a finished sentence and put it where it belongs."""
        text = clean(written.text)
        if not re.search(r"\w", text) or text.casefold() in self.seen:
            return
        self.seen.add(text.casefold())
        if text.rstrip(".").casefold() == NOT_IN_ARTICLES.rstrip(".").casefold():
            self.refused = True
        elif repeats_rules(text):
            self.repeated_rules += 1
        elif carries_markup(written.text):
            self._withhold(text, "unsupported", "it carried a link or markup")
        else:
            self._settle(text, written.ids[:_MOST_CITED])

    def _settle(self, text: str, ids: tuple[str, ...]) -> None:
        ids, support = self._bearing(text, ids)
        if not support.holds:
            verdict = "partly" if support.verdict == "partly" else "unsupported"
            self._withhold(text, verdict, support.reason)
            return
        numbers = tuple(sorted(self._number(one) for one in ids))
        sentence = AnswerSentence(text=text, citations=numbers, verdict=support.verdict)
        self.kept.append((sentence, support.score))

    def _withhold(self, text: str, verdict: str, reason: str) -> None:
        assert verdict in ("partly", "unsupported")
        self.withheld.append(
            AnswerSentence(
                text=text, citations=(), verdict="partly" if verdict == "partly" else "unsupported", reason=reason
            )
        )

    def _check(self, text: str, ids: Sequence[str]) -> Support:
        quotes = [self.prompt.sources[one].quote for one in ids]
        return check(text, quotes, likeness=self.likeness, judge=self.judge)

    def _bearing(self, text: str, ids: tuple[str, ...]) -> tuple[tuple[str, ...], Support]:
        """The cited sentences that are needed, or others of the prompt that bear the sentence where those do not."""
        first = self._check(text, ids)
        if first.holds:
            return self._needed(text, ids), first
        for others in self._others(text, ids):
            support = self._check(text, others)
            if support.holds:
                return self._needed(text, others), support
        return ids, first

    def _needed(self, text: str, ids: tuple[str, ...]) -> tuple[str, ...]:
        """Without the citations that only decorate: the sentence is borne by the rest."""
        for one in reversed(ids):
            rest = tuple(other for other in ids if other != one)
            if rest and self._check(text, rest).holds:
                ids = rest
        return ids

    def _others(self, text: str, ids: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        """What a sentence may be borne by instead: its citations with one or two sentences before each, then others.

        The sentences before tell whom a quote calls "he".
        """
        order = list(self.prompt.sources)
        for most in (1, 2) if ids else ():
            before = [order[at] for one in ids for at in range(max(0, order.index(one) - most), order.index(one))]
            same = [one for one in before if self._same_article(one, ids)]
            yield tuple(dict.fromkeys([*ids, *same]))
        own = {word.stem for word in words(text) if word.content}
        covers = {
            name: len(own & {word.stem for word in words(source.quote)}) for name, source in self.prompt.sources.items()
        }
        best = sorted(order, key=lambda name: -covers[name])[:_LOOKED_AT]
        yield from ((name,) for name in best if covers[name] and (name,) != ids)

    def _same_article(self, name: str, ids: tuple[str, ...]) -> bool:
        articles = {self.prompt.sources[one].passage.article_sha256 for one in ids}
        return self.prompt.sources[name].passage.article_sha256 in articles

    def _number(self, name: str) -> int:
        if name not in self.cited:
            self.cited[name] = _citation(len(self.cited) + 1, self.prompt.sources[name], self.draft)
        return self.cited[name].number

    def snapshot(self, pending: str) -> Answer:
        """The answer while it is being written."""
        pending = presentable(pending)
        writing = AnswerSentence(text=pending, citations=(), verdict="unsupported", reason=BEING_CHECKED)
        sentences = tuple(sentence for sentence, _ in self.kept)
        return self.draft.replace(
            stage="draft",
            answered=True,
            guess=None,
            speaker="generative",
            text=self._text(),
            citations=tuple(self.cited.values()),
            sentences=(*sentences, writing) if pending else sentences,
            withheld=tuple(self.withheld),
            alternatives=(),
        )

    def _text(self) -> str:
        return " ".join(sentence.text for sentence, _ in self.kept)

    def final(self, unknown: int) -> Answer:
        """The answer when all is written and checked; the extractive one where nothing holds."""
        notes = [*self.draft.notes, *self._notes(unknown)]
        if not self.kept:
            said = "it found no answer in the passages" if self.refused else "the quotes bear nothing that it wrote"
            return self.draft.replace(
                stage="final",
                withheld=tuple(self.withheld),
                notes=(*notes, _standing(self.draft, f"A chat model was asked, but {said}.")),
            )
        share = len(self.kept) / (len(self.kept) + len(self.withheld) + self.repeated_rules)
        return self.snapshot("").replace(stage="final", confidence=self.draft.confidence * share, notes=tuple(notes))

    def _notes(self, unknown: int) -> Iterator[str]:
        if self.withheld and self.kept:
            yield f"{_count(len(self.withheld), 'sentence')} of the chat model withheld, not borne by the quotes."
        if unknown:
            yield f"{_count(unknown, 'citation')} of the chat model named no sentence and left out."
        if self.repeated_rules:
            yield f"{_count(self.repeated_rules, 'sentence')} that repeated the chat model's instructions left out."
        if self.kept and not self.draft.answered:
            yield "Only the chat model found an answer; the reader of the articles was not sure of one."
        if self.kept and self.refused:
            yield "The chat model adds that the articles do not say the rest."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _citation(number: int, source: Source, draft: Answer) -> Citation:
    """The whole sentence, with the extractive answer marked where it lies in it."""
    passage, (start, end) = source.passage, source.span
    inside = [
        one
        for one in draft.citations
        if one.article_sha256 == passage.article_sha256 and start <= one.answer_start < one.answer_end <= end
    ]
    answer = (inside[0].answer_start, inside[0].answer_end) if inside else (start, start)
    return Citation(
        number=number,
        article_id=passage.article_id,
        article_sha256=passage.article_sha256,
        title=passage.title,
        source=passage.source,
        author=passage.author,
        url=passage.url,
        published=passage.published,
        quote=source.quote,
        start=start,
        end=end,
        answer_start=answer[0],
        answer_end=answer[1],
        page=passage.page_at(start),
        also_in=passage.copies_of((start, end)),
    )


_REWRITE = """\
Rewrite the reader's last question so that it can be understood without the conversation: put names and things in the \
place of "he", "it", "there" and the like. Do not answer it, add nothing. If it already stands alone, repeat it. \
Write the question only, on one line."""
_REWRITE_LIMITS = Limits(first=20, between=10, whole=30, characters=600, retries=0)
_LONGEST_QUESTION = 300
_TURNS = 4


def rewrite_followup(
    model: "BaseChatModel", history: "Sequence[Turn]", question: str, *, stop: Callable[[], bool] | None = None
) -> str | None:
    """The question as one that stands alone, by the chat model; None when it fails or gives no such question.

    Args:
        model: Any LangChain chat model; sees the questions before and their short answers.
        history: The turns before, oldest first; none gives None.
        question: As the person asked it.
        stop: Ends the request when it turns true.

    Returns:
        One line of at most 300 characters that shares a word with the conversation.
    """
    from langchain_core.messages import HumanMessage, SystemMessage

    if not history:
        return None
    lines = [
        f"Reader: {_one_line(turn.searched_for)}\nAnswer: {_one_line(turn.answer.text)[:200]}"
        for turn in history[-_TURNS:]
    ]
    told = "\n".join([*lines, f"Last question: {_one_line(question)}"])
    try:
        messages = [SystemMessage(_REWRITE), HumanMessage(told)]
        text = "".join(stream_text(model, messages, stop=stop, limits=_REWRITE_LIMITS))
    except (GenerationError, StoppedError):
        return None
    line = clean(next((line for line in text.strip().splitlines() if line.strip()), "")).strip("\"' ")
    shared = {word.stem for word in words(told) if word.content} & {word.stem for word in words(line) if word.content}
    return line if shared and len(line) <= _LONGEST_QUESTION else None


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
