"""Answers in whole sentences: why and how, yes or no, what it is about, who said what; pure."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from qa.answer import Answer, AnswerSentence
from qa.citing import cite
from qa.confidence import Logistic, Weights
from qa.question import names_in
from qa.signals import Asked, Found, around, signals_of, stems_of

if TYPE_CHECKING:
    from index.articles import Span

__all__ = ["SENTENCE_KINDS", "explain", "sentence_rows"]

SENTENCE_KINDS = frozenset({"why", "how", "yesno", "about", "quote"})
"""Kinds of question that want sentences."""

RANKED = 12
"""Sentences that are compared with the question by meaning and read by themselves, best first by all else."""
NOT_READ = -6.0
"""Score of a sentence in which the reader found nothing."""
SECOND_ODDS = 1.0
"""Log-odds by which a second sentence may lie behind the first."""
SUMMARY = 3
"""Sentences of an answer to "what is it about"."""

SUMMARY_MODEL = Logistic(("article", "similarity"), (4.0, 2.0), -2.5)
"""Whether the articles are about what is asked: set by hand, a summary has no gold to be fitted on."""

_CUES = {
    "why": re.compile(
        r"\b(?:because|since|due to|owing to|thanks to|so that|in order to|after|as a result|reasons?|caused?|led to|"
        r"blamed?|in protest|on \w+ grounds|to avoid|in response)\b",
        re.IGNORECASE,
    ),
    "how": re.compile(r"\b(?:by \w+ing|through|using|with the help|when|after|via|so that|thanks to)\b", re.IGNORECASE),
    "quote": re.compile(r"[\u201c\u201d\"]|\b(?:said|says|told|asked|added|called|warned|replied|wrote)\b"),
    "yesno": re.compile(r"\b(?:not|no|never|nobody|none|denied|refused|without|yes|agreed|accepted|confirmed)\b|n't\b"),
}
_BACK = re.compile(
    r"^[\u201c\"]?(?:he|she|they|it|this|that|these|his|her|their)\b|\b(?:he|she|they) (?:said|added)\b", re.IGNORECASE
)


def explain(draft: Answer, found: Sequence[Found], asked: Asked, weights: Weights) -> tuple[Answer, Found | None]:
    """The sentence or two that answer, each cited, and the one that the confidence is of.

    Not answered where there is no sentence, or nothing is named that a summary could be about.

    Args:
        draft: The question with its passages.
        found: The reader's spans.
        asked: The question.
        weights: Fitted ones.
    """
    scored = sentence_rows(draft, found, asked, weights)
    if not scored or (asked.kind == "about" and not asked.stems):
        return draft, None
    chosen = _summary(asked, scored) if asked.kind == "about" else _with_second(scored, asked)
    model = SUMMARY_MODEL if asked.kind == "about" else weights.sentences
    confidence = model.probability(scored[0][1])
    citations = tuple(cite(number, f) for number, f in enumerate(chosen, 1))
    answer = draft.replace(
        answered=True,
        text=" ".join(f.quote for f in chosen),
        confidence=confidence,
        citations=citations,
        sentences=tuple(AnswerSentence(text=c.quote, citations=(c.number,), verdict="verbatim") for c in citations),
    )
    return answer, scored[0][0]


def sentence_rows(
    draft: Answer, found: Sequence[Found], asked: Asked, weights: Weights
) -> list[tuple[Found, dict[str, float], float]]:
    """Every sentence with its signals and log-odds, best first, ties by passage and place."""
    read: dict[tuple[int, Span], Found] = {}
    for span in found:
        read.setdefault((span.passage.chunk_id, span.sentence), span)
    scored, shared = [], around(draft.passages, asked)
    for passage in draft.passages:
        for sentence in passage.sentences:
            one = read.get((passage.chunk_id, sentence))
            unit = Found(
                passage, one.span if one else (sentence[0], sentence[0]), sentence, one.score if one else NOT_READ
            )
            signals = signals_of(unit, asked, shared)
            cue = _CUES.get(asked.kind)
            signals["cue"] = float(bool(cue and cue.search(unit.quote)))
            signals["asked"] = float(asked.kind in SENTENCE_KINDS)
            signals["fragment"] = float(len(unit.quote.split()) < 5 or unit.quote.endswith(("?", ":")))
            scored.append((unit, signals, round(weights.sentences.log_odds(signals), 4)))
    scored.sort(key=lambda entry: -entry[2])
    best, rest = scored[:RANKED], scored[RANKED:]
    alike = asked.likeness(unit.quote for unit, _, _ in best)
    looked = asked.alone(unit for unit, _, _ in best)
    aligned = asked.aligned(unit for unit, _, _ in best)
    for number, (unit, signals, _) in enumerate(best):
        signals |= {"likeness": alike[unit.quote], "alone": looked[number]["alone"], **aligned[number]}
        best[number] = (unit, signals, round(weights.sentences.log_odds(signals), 4))
    return sorted(best, key=lambda entry: -entry[2]) + rest


def _with_second(scored: Sequence[tuple[Found, dict[str, float], float]], asked: Asked) -> list[Found]:
    """The best sentence; one more where it explains nearly as well, or names the speaker of the first."""
    best, signals, odds = scored[0]
    before = _before(best)
    if asked.kind in ("quote", "yesno") and before and _BACK.search(best.quote) and not names_in(best.quote):
        return [before, best]
    if asked.kind not in ("why", "how"):
        return [best]
    for one, its, behind in scored[1:4]:
        near = one.passage.article_id == best.passage.article_id and behind >= odds - SECOND_ODDS
        if near and its["cue"] and one.quote != best.quote and signals["margin"] < 1:
            return [best, one]
    return [best]


def _before(found: Found) -> Found | None:
    """The sentence before, in the same passage."""
    earlier = [s for s in found.passage.sentences if s[1] <= found.sentence[0]]
    return replace(found, sentence=earlier[-1], span=(earlier[-1][0],) * 2) if earlier else None


def _summary(asked: Asked, scored: Sequence[tuple[Found, dict[str, float], float]]) -> list[Found]:
    """The leading sentence of the article that fits best, then its most central ones, in their order.

    Central is what shares most with the article's other sentences and with the question (LexRank's idea, Erkan &
    Radev 2004, with one step).
    """
    article = scored[0][0].passage.article_id
    own = [f for f, _, _ in scored if f.passage.article_id == article and len(f.quote.split()) >= 4]
    own = sorted({f.sentence: f for f in own}.values(), key=lambda f: f.sentence)
    if not own:
        return [scored[0][0]]
    stems = {f.sentence: stems_of(f.quote) for f in own}

    def central(found: Found) -> float:
        mine = stems[found.sentence]
        shared = sum(
            len(mine & other) / (1 + len(mine | other)) for key, other in stems.items() if key != found.sentence
        )
        return shared / len(stems) + asked.cover(mine)

    rest = sorted(own[1:], key=lambda f: (-central(f), f.sentence))[: SUMMARY - 1]
    return sorted([own[0], *rest], key=lambda f: f.sentence)
