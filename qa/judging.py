"""What counts as right: judged questions, and one answer held against what was expected."""

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

from index.errors import ArticleError
from qa.answer import Answer, Citation
from qa.metrics import exact_match, f1_score, normalized
from qa.question import kind_of

__all__ = ["JudgedQuestion", "Outcome", "bears", "is_right", "judge", "read_questions", "same", "with_ids"]


@dataclass(frozen=True, kw_only=True)
class JudgedQuestion:
    """A question with what a right answer says.

    Args:
        answers: Texts that count as right; any one of them.
        sentences: Sentences of articles that bear the answer.
        articles: Ids, addresses or file names (without ending) of the articles that bear it.
        as_of: The day "today" means, ISO 8601; empty for today.
        kind: span, list, why ...; free text, figures are given by it.
        impossible: No article answers it.
        answer_groups: Where articles disagree: the wordings of each answer; every group must be given.
    """

    id: str
    question: str
    answers: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    as_of: str = ""
    kind: str = "span"
    impossible: bool = False
    answer_groups: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of one question, judged.

    Args:
        text: The short answer, given even where the threshold withholds it.
        answered: At the threshold.
        right: By `is_right`, as if every answer were given.
        found_at: Place (from 1) of the first supporting article among those retrieved; 0 for none.
        gold_in_sentence: The first cited sentence holds a right answer.
        seconds: Wall time of the question.
    """

    id: str
    kind: str
    impossible: bool
    text: str
    confidence: float
    answered: bool
    right: bool
    exact: bool
    f1: float
    found_at: int
    has_articles: bool
    gold_in_sentence: bool
    seconds: float


def read_questions(path: str | Path) -> list[JudgedQuestion]:
    """Judged questions of a JSON-lines file, gzipped or not; fields that are not ours are left out.

    Raises:
        ArticleError: The file cannot be read, or a line is not a JSON object with `id` and `question`; the message
            names the line.
    """
    path = Path(path)
    try:
        with _opened(path) as lines:
            return [_question(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    except (OSError, UnicodeDecodeError, EOFError) as error:
        raise ArticleError(path, str(error)) from error


def _question(path: Path, number: int, line: str) -> JudgedQuestion:
    known = JudgedQuestion.__dataclass_fields__
    try:
        question = JudgedQuestion(**{name: _frozen(given) for name, given in json.loads(line).items() if name in known})
    except (AttributeError, TypeError, ValueError) as error:
        raise ArticleError(path, f"line {number} is not a judged question: {error}") from error
    if not isinstance(question.question, str) or not question.question.strip():
        raise ArticleError(path, f"line {number} has no question")
    return question


def with_ids(questions: Sequence[JudgedQuestion], paths: Mapping[str, str]) -> list[JudgedQuestion]:
    """The questions with file names of articles replaced by ids; names that are no file's stay.

    Args:
        questions: As read.
        paths: Path of each article by id.
    """
    ids = {Path(path.split("#")[0]).stem: name for name, path in paths.items() if "#" not in path}
    return [replace(q, articles=tuple(ids.get(name, name) for name in q.articles)) for q in questions]


def is_right(question: JudgedQuestion, answer: Answer) -> bool:
    """Whether an answer that was given is right.

    A span must share most of its words with a gold, or hold one and little else; where a sentence was asked
    for (why, how, yes or no, about, a quotation), a cited sentence must be one that bears the answer. Where
    articles disagree, every group of wordings must be among the alternatives.
    """
    if question.impossible or not answer.answered:
        return question.impossible and not answer.answered
    if question.answer_groups:
        texts = [answer.text, *(alternative.text for alternative in answer.alternatives)]
        return all(any(same(text, group) for text in texts) for group in question.answer_groups)
    if same(answer.text, question.answers):
        return True
    sentence_kind = kind_of(question.question) in {"why", "how", "yesno", "about", "quote", "list"}
    return sentence_kind and any(bears(citation.quote, question.sentences) for citation in answer.citations[:2])


def judge(question: JudgedQuestion, answer: Answer, *, threshold: float, seconds: float) -> Outcome:
    """One answer, asked for with a threshold of 0, against the gold."""
    retrieved = list(dict.fromkeys((passage.article_id, passage.url) for passage in answer.passages))
    wanted = set(question.articles)
    places = [place for place, names in enumerate(retrieved, 1) if wanted & set(names)]
    return Outcome(
        id=question.id,
        kind=question.kind,
        impossible=question.impossible,
        text=answer.text,
        confidence=answer.confidence,
        answered=answer.answered and answer.confidence >= threshold,
        right=not question.impossible and is_right(question, answer),
        exact=exact_match(answer.text, question.answers),
        f1=f1_score(answer.text, question.answers),
        found_at=places[0] if places else 0,
        has_articles=bool(wanted),
        gold_in_sentence=_gold_in(answer.citations, question),
        seconds=seconds,
    )


def same(text: str, golds: Sequence[str]) -> bool:
    """Most words shared, its figures among them, or a gold held with little beside it."""
    alike = [gold for gold in golds if _numbers(gold) <= _numbers(text)]
    if exact_match(text, golds) or f1_score(text, alike) >= 0.6:
        return True
    words = f" {normalized(text)} "
    held = [gold for gold in map(normalized, golds) if gold and f" {gold} " in words]
    return any(len(words.split()) <= len(gold.split()) + 6 for gold in held)


def _numbers(text: str) -> set[str]:
    return {word for word in normalized(text).split() if any(c.isdigit() for c in word)}


def bears(quote: str, sentences: Sequence[str]) -> bool:
    """The quote is one of the sentences, or a part of one, or holds one."""
    said = normalized(quote)
    return any(said and (said in gold or gold in said) for gold in map(normalized, sentences) if gold)


def _gold_in(citations: Sequence[Citation], question: JudgedQuestion) -> bool:
    """The first cited sentence holds a right answer, or is one of the bearing sentences."""
    if not citations or question.impossible:
        return False
    quote = f" {normalized(citations[0].quote)} "
    held = any(f" {normalized(gold)} " in quote for gold in question.answers if normalized(gold))
    return held or bears(citations[0].quote, question.sentences)


def _opened(path: Path) -> IO[str]:
    return gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")


def _frozen(value: Any) -> Any:
    return tuple(_frozen(part) for part in value) if isinstance(value, list) else value
