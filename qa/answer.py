"""Answer, Citation, Passage: the vocabulary, and what always holds of it."""

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from index.articles import Span

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage

__all__ = [
    "Alternative",
    "Answer",
    "AnswerSentence",
    "Candidate",
    "Citation",
    "DateRange",
    "Passage",
    "ScoredSpan",
    "Verdict",
]

Verdict = Literal["verbatim", "supported", "partly", "unsupported"]
Stage = Literal["passages", "draft", "final"]
Speaker = Literal["extractive", "generative"]


@dataclass(frozen=True, kw_only=True)
class DateRange:
    """The publication dates an answer was limited to, or leaned towards.

    Args:
        start: First day, ISO 8601; empty for no limit.
        end: Last day, ISO 8601; empty for no limit.
        words: What in the question asked for it, e.g. "last week"; empty when a person set it.
        prefer_newest: The range is not a limit; newer articles are preferred.
    """

    start: str = ""
    end: str = ""
    words: str = ""
    prefer_newest: bool = False


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A chunk that was retrieved, with all that answering needs, copied out of the index.

    Args:
        chunk_id: The chunk's number in the index; never used again for another chunk.
        start: Offset of the passage in the article's canonical text, in code points.
        end: Offset of its end, exclusive.
        text: `article.text[start:end]`.
        sentences: Spans of its whole sentences, in offsets of the article.
        dense_rank: Its place (from 1) among the nearest by meaning; None when not among them.
        lexical_rank: Its place (from 1) among the best by words; None when not among them.
        similarity: Cosine of question and passage, exact, -1 to 1.
        score: Fused score, higher is better; comparable within one question only.
        cluster: Name of the group of near-duplicate articles its article belongs to; empty for none.
        also_in: For each sentence the near-duplicates of the article that have it too, "Outlet: Title".
        page: Page its first character is on, from 1; 0 where there are no pages.
        page_starts: Where later pages begin in it, in offsets of the article.
    """

    chunk_id: int
    article_id: str
    article_sha256: str
    title: str
    source: str
    author: str
    url: str
    published: str
    start: int
    end: int
    text: str
    sentences: tuple[Span, ...]
    dense_rank: int | None = None
    lexical_rank: int | None = None
    similarity: float = 0.0
    score: float = 0.0
    cluster: str = ""
    also_in: tuple[tuple[str, ...], ...] = ()
    page: int = 0
    page_starts: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Hold the offsets to the text."""
        assert len(self.text) == self.end - self.start, "a passage's offsets must cover its text"

    def slice(self, span: Span) -> str:
        """Text of a span given in the article's offsets; the span lies in the passage."""
        return self.text[span[0] - self.start : span[1] - self.start]

    def page_at(self, place: int) -> int:
        """Page that an offset of the article is on; 0 where there are no pages."""
        return self.page + sum(start <= place for start in self.page_starts)

    def copies_of(self, span: Span) -> tuple[str, ...]:
        """Near-duplicates of the article that have every sentence of a span."""
        held = [
            names for names, s in zip(self.also_in, self.sentences, strict=False) if s[0] < span[1] and span[0] < s[1]
        ]
        return tuple(name for name in held[0] if all(name in names for names in held)) if held else ()


@dataclass(frozen=True)
class ScoredSpan:
    """A part of one text that may answer a question.

    Args:
        start: Offset in the text that was read, code points.
        end: Its end, exclusive.
        score: Margin over "no answer here"; above 0 the reader holds it for an answer. Higher is better,
            comparable between texts.
    """

    start: int
    end: int
    score: float


@dataclass(frozen=True, kw_only=True)
class Citation:
    """A number in an answer, and the whole sentence in an article that it stands for.

    Args:
        number: From 1, in the order of first mention.
        quote: `article.text[start:end]`: a whole sentence or more, to the character.
        answer_start: Offset of the part that answers, in the article; equal to answer_end where none is marked.
        answer_end: Its end, exclusive.
        page: Page number in a paged source, from 1; 0 where there are no pages.
        also_in: Near-duplicates that carry the same sentence, "Outlet: Title".
    """

    number: int
    article_id: str
    article_sha256: str
    title: str
    source: str
    author: str
    url: str
    published: str
    quote: str
    start: int
    end: int
    answer_start: int
    answer_end: int
    page: int = 0
    also_in: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Hold the offsets to the quote."""
        assert self.number >= 1, "citations are numbered from 1"
        assert len(self.quote) == self.end - self.start, "a citation's offsets must cover its quote"
        assert self.start <= self.answer_start <= self.answer_end <= self.end, "the answer lies in its quote"

    @property
    def answer(self) -> str:
        """The part of the quote that answers; empty where none is marked."""
        return self.quote[self.answer_start - self.start : self.answer_end - self.start]


@dataclass(frozen=True, kw_only=True)
class AnswerSentence:
    """One sentence of the answer and what became of it when it was checked.

    Args:
        text: Without citation markers.
        citations: Numbers of the citations that bear it.
        verdict: verbatim, supported, partly or unsupported.
        reason: Why not wholly supported, in words; empty otherwise.
    """

    text: str
    citations: tuple[int, ...]
    verdict: Verdict
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Alternative:
    """One of several answers that articles give to one question, with who gives it and when.

    Args:
        text: The short answer.
        citations: Numbers of the citations that give it.
        newest: It comes from the newest of the disagreeing articles.
    """

    text: str
    citations: tuple[int, ...]
    newest: bool = False


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A span the reader considered, for "why this answer".

    Args:
        text: The span.
        chunk_id: The passage it stands in.
        start: Offset in the article.
        end: Its end, exclusive.
        score: The reader's margin over "no answer"; higher is better.
    """

    text: str
    chunk_id: int
    start: int
    end: int
    score: float


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came of a question.

    Args:
        question: As the person asked it.
        searched_for: The question that stands alone, as it was searched for.
        answered: False when the articles do not say; then there are no citations and `text` is empty.
        guess: Where not answered, the likeliest sentence with its likeliest part marked, if it is likely at all; it is
            right about as often as `confidence` says, and no answer.
        text: The short answer; holds only what the citations bear.
        confidence: Probability that the answer is right, 0 to 1.
        threshold: The confidence below which the answer is withheld.
        citations: In the order of their numbers.
        sentences: The answer in sentences, each with its citations and verdict.
        withheld: Sentences that a chat model wrote and the quotes do not bear.
        alternatives: Two or more when articles disagree; empty otherwise.
        passages: What was retrieved, best first; when unanswered they are the nearest, not an answer.
        candidates: The spans considered, best first.
        missing_words: Words of the question that no article contains.
        as_of: The day "today" meant, ISO 8601.
        dates: The range of publication dates that was searched, if any.
        speaker: Which of the two wrote it.
        notes: What a reader should know, in sentences (a chat model failed, newest preferred, ...).
        generation: Number of the index generation it was answered from.
        stage: How far a streamed answer has come; "final" otherwise.
    """

    question: str
    searched_for: str
    answered: bool
    text: str = ""
    confidence: float = 0.0
    threshold: float = 0.0
    citations: tuple[Citation, ...] = ()
    guess: Citation | None = None
    sentences: tuple[AnswerSentence, ...] = ()
    withheld: tuple[AnswerSentence, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    passages: tuple[Passage, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    missing_words: tuple[str, ...] = ()
    as_of: str = ""
    dates: DateRange | None = None
    speaker: Speaker = "extractive"
    notes: tuple[str, ...] = ()
    generation: int = 0
    stage: Stage = field(default="final")

    def __post_init__(self) -> None:
        """Hold what design promises of every answer."""
        numbers = [citation.number for citation in self.citations]
        assert numbers == list(range(1, len(numbers) + 1)), "citations are numbered 1, 2, 3 ..."
        assert self.answered or not self.citations, "what is not answered carries no citations"
        assert not (self.answered and self.guess), "what is answered is no guess"
        assert not (self.answered and self.final and not self.citations), "an answer carries a citation"
        known = set(numbers)
        parts: tuple[AnswerSentence | Alternative, ...] = (*self.sentences, *self.alternatives)
        for part in parts:
            assert known.issuperset(part.citations), "a sentence cites only what is listed"

    @property
    def final(self) -> bool:
        """The answer will not change any more."""
        return self.stage == "final"

    def replace(self, **changes: Any) -> "Answer":
        """Same answer with some fields changed; invariants are checked again."""
        return replace(self, **changes)

    def to_json(self) -> dict[str, Any]:
        """Plain dictionaries and lists, for `json.dumps`; same answer, same bytes."""
        return {"question": self.question, "answered": self.answered, "text": self.text, **asdict(self)}

    def said(self) -> list[str]:
        """What it says in plain lines; where articles disagree, that they do, then a line for each alternative.

        A guess is no answer, and not among them.
        """
        if not self.answered:
            return ["The articles do not say."]
        if not self.alternatives:
            return [self.text]
        return ["The articles disagree.", *(_with_numbers(one) for one in self.alternatives)]

    def to_message(self) -> "AIMessage":
        """LangChain's message: what is said, with one citation annotation per citation.

        A citation's place in the article goes to `extras`, since LangChain's own start and end index the response.
        """
        from langchain_core.messages import AIMessage
        from langchain_core.messages.content import create_citation, create_text_block

        lines = self.said()
        text = "\n".join(lines)
        if not self.answered:
            return AIMessage(content=text)
        borne = {
            number: line for line, one in zip(lines[1:], self.alternatives, strict=False) for number in one.citations
        }
        places = {number: text.index(line) for number, line in borne.items()}
        annotations: list[Any] = [
            create_citation(
                title=citation.title,
                url=citation.url or None,
                cited_text=citation.quote,
                start_index=places.get(citation.number, 0),
                end_index=places.get(citation.number, 0) + len(borne.get(citation.number, text)),
                id=f"{citation.article_sha256[:16]}-{citation.start}-{citation.end}",
                number=citation.number,
                article_id=citation.article_id,
                article_sha256=citation.article_sha256,
                start=citation.start,
                end=citation.end,
            )
            for citation in self.citations
        ]
        return AIMessage(content_blocks=[create_text_block(text, annotations=annotations)])


def _with_numbers(alternative: Alternative) -> str:
    numbers = "".join(f"[{number}]" for number in alternative.citations)
    return f"- {alternative.text} {numbers}{' (newest)' if alternative.newest else ''}"
