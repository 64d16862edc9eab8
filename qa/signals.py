"""What speaks for a span: the reader, retrieval, the question's words around it, its kind, its date; pure."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from math import log
from typing import TYPE_CHECKING, Any

from index.articles import Span
from qa.agreement import sort_of
from qa.alignment import Tokens, align
from qa.answer import Answer, DateRange, Passage, ScoredSpan
from qa.dates import freshness
from qa.question import Kind, asked_noun, content_words, kind_of, words_in
from qa.wording import stem

if TYPE_CHECKING:
    import numpy as np

__all__ = ["SIGNALS", "Around", "Asked", "Embed", "Found", "ReadAgain", "around", "asked_of", "signals_of", "stems_of"]

Embed = Callable[[Sequence[str]], "np.ndarray[Any, Any]"]
"""Unit vectors of texts, shape (texts, dimension)."""

ReadAgain = Callable[[Sequence[str]], Sequence[Sequence[ScoredSpan]]]
"""Spans of texts that are read for the question, in offsets of each text."""

SIGNALS = (
    "margin", "place", "similarity", "lexical", "cover", "near", "gap", "fit", "noun", "next", "echo", "fresh",
    "length", "title", "passage", "article", "likeness", "alone", "again", "aligned", "nearby", "unmet",
    "held",
)  # fmt: skip
"""Names of a span's signals, in order."""

NEXT = 0.85
"""Worth of a word beside the one before it."""
UNREAD = -7.5
"""Margin of a span that the reader did not name."""
UNALIGNED = {"aligned": 0.55, "nearby": 0.65, "unmet": 0.35}
"""About what the sentences have that are looked at more closely."""

_FEW = frozenset("none no nobody dozens hundreds thousands millions several once twice one a both half".split())
_TIMES = frozenset(
    "morning evening night noon midnight spring summer autumn fall winter day days week weeks month months year years "
    "hour hours minute minutes today tomorrow yesterday christmas easter".split()
)


_SIGNS = (
    (
        frozenset({"percentage", "percent", "share", "proportion"}),
        re.compile(r"\d\s?%|(?:\d|[a-z])[ -]per ?cent|half|third|quarter", re.IGNORECASE),
    ),
    (
        frozenset({"money", "price", "cost", "sum", "salary", "fine"}),
        re.compile(
            r"[$\u00a3\u20ac\u00a5]|\b(?:dollars?|pounds?|euros?|crowns?|yen|francs?|cents?|million|billion)\b",
            re.IGNORECASE,
        ),
    ),
)


@dataclass(frozen=True)
class Found:
    """A span with the passage and the whole sentence it stands in, in offsets of the article.

    Args:
        passage: Where it was read.
        span: The part that answers.
        sentence: The whole sentence, or the sentences, around it.
        score: The reader's margin over "no answer".
    """

    passage: Passage
    span: Span
    sentence: Span
    score: float

    @cached_property
    def text(self) -> str:
        """The part that answers."""
        return self.passage.slice(self.span)

    @cached_property
    def quote(self) -> str:
        """The whole sentence."""
        return self.passage.slice(self.sentence)

    @property
    def key(self) -> tuple[str, str]:
        """Title and sentence: what it is read as by itself."""
        return self.passage.title, self.quote

    @property
    def origin(self) -> str:
        """The article, or the group of near-duplicates, it comes from."""
        return self.passage.cluster or self.passage.article_id


@dataclass(frozen=True)
class Asked:
    """A question, worked out once for all its candidates.

    Args:
        kind: What it wants.
        noun: What the answer must be one of; empty where it does not say.
        stems: Its words with how rare they are, 0 to 1.
        embed: For `likeness`; without one nothing is like the question.
        read: For `alone`; without one nothing is read again.
        tokens: For `aligned`; without one every sentence counts as an average one.
    """

    question: str
    kind: Kind
    noun: str
    stems: Mapping[str, float]
    dates: DateRange | None
    as_of: str
    embed: Embed | None = None
    read: ReadAgain | None = None
    tokens: Tokens | None = None
    _known: dict[str, float] = field(default_factory=dict, compare=False, repr=False)
    _read: dict[tuple[str, str], list[tuple[Span, float]]] = field(default_factory=dict, compare=False, repr=False)
    _aligned: dict[tuple[int, Span], dict[str, float]] = field(default_factory=dict, compare=False, repr=False)

    def likeness(self, sentences: Iterable[str]) -> dict[str, float]:
        """Cosine of each sentence to the question: what the words do not show ("died", "lost their lives")."""
        wanted = list(dict.fromkeys(sentences))
        unknown = [sentence for sentence in wanted if sentence not in self._known]
        if self.embed and unknown:
            question, *vectors = self.embed([self.question, *unknown])
            self._known.update((s, round(float(v @ question), 3)) for s, v in zip(unknown, vectors, strict=True))
        return {sentence: self._known.get(sentence, 0.0) for sentence in wanted}

    def alone(self, spans: "Iterable[Found]") -> "list[dict[str, float]]":
        """What the reader makes of each span's sentence, read with nothing but the title of its article above it.

        Most passages that the bundled reader learned from are as short: it finds here what it passes over among
        other sentences, and doubts what only its neighbours made likely.

        Returns:
            A dictionary a span: `alone`, the margin of the sentence's best span, and `again`, of the best that
            shares a letter with this one; on the scale of `margin`, and that itself where nothing is read.
        """
        wanted = list(spans)
        if self.read is not None:
            unknown = [key for key in dict.fromkeys(one.key for one in wanted) if key not in self._read]
            texts = [f"{title}\n{quote}" for title, quote in unknown]
            for key, read in zip(unknown, self.read(texts) if texts else (), strict=True):
                above = len(key[0]) + 1
                self._read[key] = [((s.start - above, s.end - above), s.score) for s in read if s.start >= above]
        return [self._alone(one) for one in wanted]

    def _alone(self, one: "Found") -> dict[str, float]:
        if self.read is None:
            return dict.fromkeys(("alone", "again"), scaled(one.score))
        start, end = (place - one.sentence[0] for place in one.span)
        read = self._read[one.key]
        same = [score for span, score in read if span[0] < end and start < span[1]]
        return {"alone": scaled(max((s for _, s in read), default=UNREAD)), "again": scaled(max(same, default=UNREAD))}

    def aligned(self, spans: "Iterable[Found]") -> "list[dict[str, float]]":
        """How near the words around each span come to those of the question by their meaning in context.

        Returns:
            A dictionary a span: `aligned`, the mean over the question's words of the cosine of the nearest word in
            the sentence or the title, rare ones counting more; `nearby`, the same with the sentences before and after;
            `unmet`, how far the rare word is off that is met least there. What the answer must be one of is not
            looked for, the answer stands for it. `UNALIGNED` where there are no vectors of words.
        """
        wanted = list(spans)
        unknown = {(one.passage.chunk_id, one.sentence): one for one in wanted}
        unknown = {key: one for key, one in unknown.items() if key not in self._aligned}
        if self.tokens is not None and unknown:
            texts = [_with_neighbours(one) for one in unknown.values()]
            first, *rest = self.tokens([self.question, *(text for text, _ in texts)])
            weights = {word: weight for word, weight in self.stems.items() if word != stem(self.noun)}
            for key, (text, (title, sentence)), found in zip(unknown, texts, rest, strict=True):
                parts = ((title, sentence), ((0, len(text)),))
                near = align((self.question, *first), (text, *found), weights, parts)
                self._aligned[key] = _met(weights, *near)
        return [self._aligned.get((one.passage.chunk_id, one.sentence), UNALIGNED) for one in wanted]

    def cover(self, stems: frozenset[str]) -> float:
        """Share of the question's words that are there, rare ones counting more; 1 for a question without words."""
        total = sum(self.stems.values())
        return sum(weight for word, weight in self.stems.items() if word in stems) / total if total else 1.0

    def fresh(self, passage: Passage) -> float:
        """How near the passage's article is to the asked time, 0 to 1; 0 where no day is given."""
        return freshness(passage.published, self.dates, self.as_of) if self.as_of else 0.0

    def gap(self, stems: frozenset[str]) -> float:
        """Rarity of the rarest of the question's words that is not there, 0 to 1."""
        return max((weight for word, weight in self.stems.items() if word not in stems), default=0.0)


def asked_of(
    draft: Answer,
    rarity: Mapping[str, float] | None = None,
    *,
    embed: Embed | None = None,
    read: ReadAgain | None = None,
    tokens: Tokens | None = None,
) -> Asked:
    """What a question asks.

    Args:
        draft: With the question as it was searched for.
        rarity: How rare its content words are; a word that is not in it counts half.
        embed: Makes vectors of texts.
        read: Reads texts for the question.
        tokens: Makes vectors of the words of texts.
    """
    question = draft.searched_for
    rare = rarity or {}
    stems = {stem(word): max(0.05, rare.get(word, 0.5)) for word in content_words(question)}
    kind, noun = kind_of(question), asked_noun(question)
    return Asked(question, kind, noun, stems, draft.dates, draft.as_of, embed=embed, read=read, tokens=tokens)


@lru_cache(maxsize=4096)
def stems_of(text: str) -> frozenset[str]:
    """Stems of all words of a text."""
    return frozenset(stem(word) for word in content_words(text))


@dataclass(frozen=True)
class Around:
    """What all spans of one question share: the words of the passages and articles they stand in.

    Args:
        best: Fused score of the best passage.
        passages: Stems by chunk, title included.
        articles: Stems of all retrieved passages of an article, title included.
        fresh: Average freshness of the passages, so that old articles are not doubted for their age alone.
    """

    best: float
    passages: Mapping[int, frozenset[str]]
    articles: Mapping[str, frozenset[str]]
    fresh: float


def around(passages: Sequence[Passage], asked: Asked) -> Around:
    """Work out what is around the spans of some passages."""
    own = {passage.chunk_id: stems_of(passage.text) | stems_of(passage.title) for passage in passages}
    articles: dict[str, frozenset[str]] = {}
    for passage in passages:
        articles[passage.article_id] = articles.get(passage.article_id, frozenset()) | own[passage.chunk_id]
    fresh = sum(asked.fresh(passage) for passage in passages) / max(1, len(passages))
    return Around(max((passage.score for passage in passages), default=0.0), own, articles, fresh)


def signals_of(found: Found, asked: Asked, shared: Around) -> dict[str, float]:
    """Signals of one span by name; each of the size of 1.

    Those of `Asked`'s own methods are left to who knows which spans are worth it.

    Args:
        found: The span.
        asked: The question.
        shared: What is around the spans.
    """
    passage = found.passage
    sentence, title = stems_of(found.quote), stems_of(passage.title)
    near = sentence | title | stems_of(_neighbours(found))
    answer = stems_of(found.text)
    values = {
        "margin": scaled(found.score),
        "place": passage.score / shared.best if shared.best else 0.0,
        "similarity": passage.similarity,
        "lexical": 1 / passage.lexical_rank if passage.lexical_rank else 0.0,
        "cover": asked.cover(sentence),
        "near": asked.cover(near),
        "gap": asked.gap(near),
        "fit": fit(found.text, asked.kind, asked.noun),
        "noun": _noun_nearby(found, asked.noun),
        "next": _next_to(found, asked),
        "echo": len(answer & asked.stems.keys()) / len(answer) if answer else 0.0,
        "fresh": asked.fresh(passage) - shared.fresh,
        "length": log(1 + len(found.text.split())) / 3,
        "title": asked.cover(title),
        "passage": asked.cover(shared.passages[passage.chunk_id]),
        "article": asked.cover(shared.articles[passage.article_id]),
    }
    # What the reader is sure of counts for more in a passage that has the question's words.
    values["held"] = values["margin"] * values["passage"]
    return {name: round(value, 5) for name, value in values.items()}


def scaled(score: float) -> float:
    """A reader's margin as a signal, -2 to 2."""
    return round(max(-2.0, min(score / 5, 2.0)), 5)


def fit(text: str, kind: Kind, noun: str = "") -> float:
    """Whether a text is of the kind that was asked for: 1 it is, -1 it is not, 0 it may be.

    Args:
        text: A span.
        kind: Of the question.
        noun: What the answer must be one of; a percentage and an amount of money are told by their signs.

    Example:
        >>> [fit(text, "number") for text in ("45", "Ostrey", "dozens")], fit("Ann Lee", "person"), fit("1987", "time")
        ([1.0, -1.0, 1.0], 1.0, 1.0)
        >>> fit("58 per cent", "amount", "percentage"), fit("214", "amount", "percentage")
        (1.0, -1.0)
    """
    sort = sort_of(text)
    words = {word.strip(".,").lower() for word in text.split()}
    signs = next((signs for nouns, signs in _SIGNS if noun in nouns), None)
    if signs:
        return 1.0 if signs.search(text) else -1.0
    if kind in ("number", "amount"):
        return 1.0 if sort == "number" or words & _FEW or any(c.isdigit() for c in text) else -1.0
    if kind == "time":
        exact = any(c.isdigit() for c in text)
        # A weekday alone is when an article was written more often than when something happens.
        return 1.0 if exact else 0.3 if sort == "date" or words & _TIMES else -1.0
    if kind in ("person", "place"):
        return {"name": 1.0, "words": 0.0, "number": -1.0, "date": -1.0}[sort]
    bare = sort in ("number", "date") and len(words) <= 3
    return -1.0 if bare and not noun.endswith(("number", "rate", "level", "score", "speed", "size")) else 0.0


def _noun_nearby(found: Found, noun: str) -> float:
    """1 where the asked noun stands in the span or next to it, half where it is elsewhere in the sentence."""
    if not noun:
        return 0.0
    wanted = stem(noun)
    before, after = found.sentence[0], found.sentence[1]
    around = (
        found.passage.slice((before, found.span[0])).split()[-3:] + found.passage.slice((found.span[0], after)).split()
    )
    close = around[: 3 + len(found.text.split()) + 3]
    if wanted in {stem(word.strip('.,;:()\u201c\u201d"')) for word in close}:
        return 1.0
    return 0.5 if wanted in stems_of(found.quote) else 0.0


def _next_to(found: Found, asked: Asked) -> float:
    """Share of the question's words in the sentence outside the span, each counting less the further it is away."""
    before = words_in(found.passage.slice((found.sentence[0], found.span[0])))[::-1]
    after = words_in(found.passage.slice((found.span[1], found.sentence[1])))
    nearest: dict[str, int] = {}
    for side in (before, after):
        for distance, word in enumerate(side):
            nearest[stem(word)] = min(distance, nearest.get(stem(word), distance))
    total = sum(asked.stems.values())
    return sum(weight * NEXT ** nearest[word] for word, weight in asked.stems.items() if word in nearest) / (
        total or 1.0
    )


def _met(weights: Mapping[str, float], sentence: Mapping[str, float], near: Mapping[str, float]) -> dict[str, float]:
    """The signals of `Asked.aligned` from the cosines of the question's words."""
    total = sum(weights[word] for word in near) or 1.0
    values = {
        "aligned": sum(weights[word] * cosine for word, cosine in sentence.items()) / total if near else 1.0,
        "nearby": sum(weights[word] * cosine for word, cosine in near.items()) / total if near else 1.0,
        "unmet": max((weights[word] * (1 - cosine) for word, cosine in near.items()), default=0.0),
    }
    return {name: round(value, 3) for name, value in values.items()}


def _neighbours(found: Found) -> str:
    """The sentences before and after, as far as they are in the passage."""
    start, end = _reach(found)
    return found.passage.slice((start, found.sentence[0])) + " " + found.passage.slice((found.sentence[1], end))


def _with_neighbours(found: Found) -> tuple[str, tuple[Span, Span]]:
    """The title with the sentence and those before and after it, and where title and sentence are in that text."""
    start, end = _reach(found)
    title = found.passage.title + "\n"
    shift = len(title) - start
    text = title + found.passage.slice((start, end))
    return text, ((0, len(title)), (found.sentence[0] + shift, found.sentence[1] + shift))


def _reach(found: Found) -> Span:
    """From the start of the sentence before to the end of the one after, as far as they are in the passage."""
    before = [s for s in found.passage.sentences if s[1] <= found.sentence[0]][-1:]
    after = [s for s in found.passage.sentences if s[0] >= found.sentence[1]][:1]
    return (before[0][0] if before else found.sentence[0]), (after[0][1] if after else found.sentence[1])
