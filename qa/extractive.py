"""Spans -> Answer: agreement, disagreement, citations, and a plain "the articles do not say"."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qa.agreement import bears, conflict, equal, sort_of
from qa.answer import Alternative, Answer, AnswerSentence, Candidate, Citation, ScoredSpan
from qa.citing import cite
from qa.confidence import Weights, load_weights
from qa.dates import describe_dates
from qa.enumeration import whole_list
from qa.explaining import SENTENCE_KINDS, explain
from qa.signals import Around, Asked, Found, around, asked_of, signals_of, stems_of
from qa.stated import stated

_PRONOUNS = frozenset("he she it they him her them his its this that who which we i you".split())
_DATELINE = re.compile(r"[A-Z][A-Z.,'\u2019 -]{2,}(?:\([^)]*\)\s*)?\s*[-\u2013\u2014]+\s")

__all__ = [
    "SPANS",
    "SPAN_SIGNALS",
    "Group",
    "Scored",
    "answer_from",
    "group_signals",
    "join",
    "locate",
    "readable",
    "score",
    "with_rivals",
]

SPAN_SIGNALS = ("odds", "agreement", "lead", "missing")
"""Signals of a whole answer, beside those of its best span."""

SPANS = 8
"""Spans that are read of each passage: more than one may be right, and the ranking knows more than the reader."""
RANKED = 12
"""Candidates kept, best first; their sentences are then compared with the question and read again by themselves."""
CITED = 4
"""Most articles cited for one answer."""
AGREEMENT = 0.4
"""Log-odds that each doubling of the articles that say the same adds when answers are ranked."""
GUESS = 0.1
"""Probability from which on the likeliest sentence is shown where nothing is sure enough to be an answer."""
RIVAL_ODDS = 1.3
"""Log-odds by which a contradicting answer may lie behind the best one and still be shown beside it."""
SAME_STORY = 0.25
"""Share of the shorter's words that two articles have in common when they tell of one thing (tests/data/tune.jsonl)."""
SAME_STATEMENT = 0.2
"""The same of two sentences."""
CLOSE_STATEMENT = 0.35
"""From here on the reader may doubt the second, and names may differ too: the sentences say the same otherwise."""


@dataclass(frozen=True)
class Scored:
    """A span with its signals and the log-odds that it is right."""

    found: Found
    signals: Mapping[str, float]
    odds: float


@dataclass(frozen=True)
class Group:
    """Spans that say the same, best first; never empty."""

    members: tuple[Scored, ...]

    @property
    def best(self) -> Scored:
        """Its best span."""
        return self.members[0]

    @property
    def origins(self) -> int:
        """Articles that say it, near-duplicates counted as one, doubtful spans left out."""
        return len({m.found.origin for m in self.members if m.odds >= self.best.odds - 3})

    @property
    def odds(self) -> float:
        """Its best span's log-odds, raised by agreement."""
        return self.best.odds + AGREEMENT * (self.origins.bit_length() - 1)


def locate(draft: Answer, read: Sequence[Sequence[ScoredSpan]]) -> list[Found]:
    """Every span that stands in whole sentences of its passage, best first, ties by passage and place."""
    found = []
    for passage, spans in zip(draft.passages, read, strict=True):
        for scored in spans:
            span = (passage.start + scored.start, passage.start + scored.end)
            around = [s for s in passage.sentences if s[0] < span[1] and span[0] < s[1]]
            if around and around[0][0] <= span[0] and span[1] <= around[-1][1]:
                found.append(Found(passage, span, (around[0][0], around[-1][1]), scored.score))
    order = {passage.chunk_id: place for place, passage in enumerate(draft.passages)}
    return sorted(found, key=lambda f: (-f.score, order[f.passage.chunk_id], f.span))


def readable(draft: Answer, read: Sequence[Sequence[ScoredSpan]], asked: Asked) -> list[Found]:
    """The spans that say something: no pronoun alone, no words of the question, no dateline and no outlet.

    To what the reader named are added the figures or dates it passed over, where one is asked for.
    """
    outlets = frozenset(passage.source for passage in draft.passages if passage.source)
    named = locate(draft, read)
    found = [*named, *stated(draft.passages, named, asked)]
    return [one for one in found if _says_something(one, asked, outlets)]


def answer_from(
    draft: Answer,
    read: Sequence[Sequence[ScoredSpan]],
    asked: Asked | None = None,
    *,
    min_confidence: float | None = None,
    weights: Weights | None = None,
) -> Answer:
    """Answer a question from what a reader found in its passages.

    Args:
        draft: The question with its passages.
        read: Spans of each passage, in offsets of its text.
        asked: The question worked out; None to do so from its words alone.
        min_confidence: Probability below which the answer is withheld; None for the fitted threshold.
        weights: None for the fitted ones.

    Returns:
        The final extractive answer, answered or not. The same input gives the same answer.
    """
    weights, asked = weights or load_weights(), asked or asked_of(draft)
    threshold = weights.threshold if min_confidence is None else min_confidence
    found = readable(draft, read, asked)
    draft = draft.replace(candidates=_candidates(found), threshold=threshold, stage="final")
    work_out = explain if asked.kind in SENTENCE_KINDS else _short_answer
    answer, likeliest = work_out(draft, found, asked, weights)
    if not answer.answered or answer.confidence < threshold:
        guess = cite(1, likeliest) if likeliest and answer.confidence >= GUESS else None
        return draft.replace(confidence=answer.confidence, guess=guess)
    notes = (*answer.notes, *filter(None, [describe_dates(draft.dates) if _dates_matter(answer) else ""]))
    return answer.replace(notes=notes)


def join(scored: Sequence[Scored]) -> list[Group]:
    """Spans that say the same, put together; groups and their members best first.

    Args:
        scored: Best first.
    """
    groups: list[list[Scored]] = []
    for one in scored:
        home = next((group for group in groups if _agrees(one.found.text, group[0].found.text)), None)
        if home is None:
            groups.append([one])
        else:
            home.append(one)
    return sorted((Group(tuple(group)) for group in groups), key=lambda group: -group.odds)


def _agrees(text: str, said: str) -> bool:
    """Both say the same, and who says the first can be cited for the second."""
    return equal(said, text) and bears(text, said)


def score(found: Sequence[Found], asked: Asked, draft: Answer, weights: Weights) -> list[Scored]:
    """The `RANKED` best spans with signals and log-odds, best first, ties in the order given."""
    shared = around(draft.passages, asked)
    rows = [(one, signals_of(one, asked, shared)) for one in found]
    best = sorted(rows, key=lambda row: -round(weights.rank.log_odds(row[1]), 4))[:RANKED]
    alike = asked.likeness(one.quote for one, _ in best)
    scored = []
    looked = zip(asked.alone(one for one, _ in best), asked.aligned(one for one, _ in best), strict=True)
    for (one, signals), (alone, aligned) in zip(best, looked, strict=True):
        signals |= {"likeness": alike[one.quote], **alone, **aligned}
        scored.append(Scored(one, signals, round(weights.rank.log_odds(signals), 4)))
    return sorted(scored, key=lambda s: -s.odds)


def group_signals(groups: Sequence[Group], shown: Sequence[Group], missing: int) -> dict[str, float]:
    """Signals of the best answer: its best span's, agreement, its lead over the next, words no article has.

    Args:
        groups: All answers, best first.
        shown: The best with those that contradict it: what is given as well is no doubt about the best.
        missing: Words of the question that no article has.
    """
    best = groups[0]
    others = [group for group in groups if not any(group is one for one in shown)]
    following = others[0].odds if others else best.odds - 4
    return {
        **best.best.signals,
        "odds": best.best.odds / 4,
        "agreement": float(min(best.origins, 5) - 1) / 2,
        "lead": max(0.0, min(best.odds - following, 4.0)) / 2,
        "missing": float(min(missing, 2)),
    }


def _short_answer(draft: Answer, found: Sequence[Found], asked: Asked, weights: Weights) -> tuple[Answer, Found | None]:
    """The best answer in a few words with all that agree, those that contradict it beside it, and its best span."""
    groups = join(score(found, asked, draft, weights))
    if not groups:
        return draft, None
    shown = with_rivals(groups, asked, draft)
    confidence = weights.spans.probability(group_signals(groups, shown, len(draft.missing_words)))
    if asked.kind == "list":
        shown = [_with_whole_list(shown[0])]
    if asked.dates and asked.dates.prefer_newest and len(shown) > 1:
        shown.sort(key=_newest, reverse=True)
    cited = [_cited(group) for group in shown]
    citations = tuple(cite(number, f) for number, f in enumerate((f for part in cited for f in part), 1))
    numbers = iter(range(1, len(citations) + 1))
    parts = [tuple(next(numbers) for _ in part) for part in cited]
    answer = draft.replace(
        answered=True,
        text=shown[0].best.found.text,
        confidence=confidence,
        citations=citations,
        sentences=_sentences(citations, parts),
        alternatives=_alternatives(shown, parts),
        notes=("The articles disagree.",) if len(shown) > 1 else (),
    )
    return answer, groups[0].best.found


def _candidates(found: Sequence[Found]) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(text=f.text, chunk_id=f.passage.chunk_id, start=f.span[0], end=f.span[1], score=f.score)
        for f in found[:20]
    )


def _says_something(found: Found, asked: Asked, outlets: frozenset[str]) -> bool:
    """Not a pronoun alone, not the question's own words given back, not the dateline or the outlet."""
    words, stems = found.text.lower().split(), stems_of(found.text)
    pronoun = len(words) == 1 and words[0] in _PRONOUNS
    given_back = stems <= asked.stems.keys() if stems else set(words) <= set(asked.question.lower().split())
    echoed = given_back and not any(c.isdigit() for c in found.text)
    outlet = found.text.strip("() ") in outlets
    dateline = _DATELINE.match(found.quote)
    in_dateline = dateline is not None and found.span[0] < found.sentence[0] + dateline.end()
    return bool(words) and not (pronoun or echoed or outlet or (in_dateline and asked.kind != "place"))


def _with_whole_list(group: Group) -> Group:
    """The group with its best span widened to the enumeration it belongs to."""
    best = group.best
    span = whole_list(best.found.passage, best.found.span)
    widened = Found(best.found.passage, span, best.found.sentence, best.found.score)
    return Group((Scored(widened, best.signals, best.odds), *group.members[1:]))


def with_rivals(groups: Sequence[Group], asked: Asked, draft: Answer) -> list[Group]:
    """The best answer and those that contradict it: another number, day or name for the same thing."""
    best, shared = groups[0], around(draft.passages, asked)
    rivals: list[Group] = []
    for group in groups[1:] if asked.kind != "list" else ():
        apart = {m.found.origin for m in group.members}.isdisjoint({m.found.origin for m in best.members})
        near = group.best.odds >= best.best.odds - RIVAL_ODDS
        if near and apart and _same_thing(best.best.found, group.best.found, shared):
            text = group.best.found.text
            if all(conflict(text, other.best.found.text) for other in (best, *rivals)):
                rivals.append(group)
    return [best, *rivals[:2]]


def _same_thing(one: Found, other: Found, shared: Around) -> bool:
    """Two articles tell the same story, and their sentences are about the same thing in it."""
    stories = [shared.articles[found.passage.article_id] for found in (one, other)]
    likeness = _in_common(stems_of(one.quote), stems_of(other.quote))
    sure = likeness >= CLOSE_STATEMENT or (other.score > 0 and sort_of(other.text) in ("number", "date"))
    return sure and likeness >= SAME_STATEMENT and _in_common(*stories) >= SAME_STORY


def _in_common(one: frozenset[str], other: frozenset[str]) -> float:
    """Share of the shorter's words that the longer has too."""
    return len(one & other) / max(1, min(len(one), len(other)))


def _cited(group: Group) -> list[Found]:
    """The group's best span of each article that says it, near-duplicates once, doubtful ones left out."""
    chosen: dict[str, Found] = {}
    for member in group.members:
        if member.odds >= group.best.odds - 3 and len(chosen) < CITED:
            chosen.setdefault(member.found.origin, member.found)
    return list(chosen.values())


def _newest(group: Group) -> str:
    """Publication date of the newest article that says it."""
    return max(m.found.passage.published for m in group.members)


def _alternatives(shown: Sequence[Group], parts: Sequence[tuple[int, ...]]) -> tuple[Alternative, ...]:
    if len(shown) < 2:
        return ()
    latest = max(_newest(group) for group in shown)
    return tuple(
        Alternative(text=group.best.found.text, citations=part, newest=bool(latest) and _newest(group) == latest)
        for group, part in zip(shown, parts, strict=True)
    )


def _sentences(citations: Sequence[Citation], parts: Sequence[tuple[int, ...]]) -> tuple[AnswerSentence, ...]:
    """The sentence of each answer, with all the citations that say the same."""
    return tuple(
        AnswerSentence(text=citations[part[0] - 1].quote, citations=part, verdict="verbatim") for part in parts
    )


def _dates_matter(answer: Answer) -> bool:
    """Something cited has a date, so that what was preferred among dates is worth saying."""
    return any(citation.published for citation in answer.citations)
