"""Figures and dates that a reader passed over, as candidates for a question that wants one; pure."""

import re
from collections.abc import Sequence

from index.articles import Span
from qa.answer import Passage
from qa.figures import dates, figures
from qa.signals import Asked, Found, stems_of

__all__ = ["stated"]

COVER = 0.35
"""Share of the question's words, rare ones counting more, that a sentence and its title must have."""
BEHIND = 0.5
"""How much less a figure that the reader passed over is worth than the least of what it named there."""
_UNIT = re.compile(
    r"[-\s](?:per ?cent|percentage points?|crowns|dollars|pounds|euros|yen|francs|kronor|people|votes|seats|homes|times"
    r"|(?:kilo|centi|milli)?met(?:re|er)s?|km|miles?|feet|inches|tons?|tonnes?|kilograms?|hectares?|acres?|degrees?"
    r"|(?:year|month|week|day|hour|minute|second)s?)\b"
)


def stated(passages: Sequence[Passage], found: Sequence[Found], asked: Asked) -> list[Found]:
    """Figures (for how many, how much) or dates (for when) in sentences that fit the question.

    Args:
        passages: All that were retrieved.
        found: What the reader named; nothing that overlaps it is given.
        asked: The question; of another kind than these gives nothing.
    """
    if asked.kind not in ("number", "amount", "time"):
        return []
    least: dict[int, float] = {}
    taken: dict[int, list[Span]] = {}
    for one in found:
        number = one.passage.chunk_id
        least[number] = min(one.score, least.get(number, one.score))
        taken.setdefault(number, []).append(one.span)
    more = []
    for passage in passages:
        title = stems_of(passage.title)
        for sentence in passage.sentences:
            quote = passage.slice(sentence)
            if asked.cover(stems_of(quote) | title) < COVER:
                continue
            for start, end in _mentions(quote, asked):
                span = (sentence[0] + start, sentence[0] + end)
                if not any(span[0] < last and first < span[1] for first, last in taken.get(passage.chunk_id, ())):
                    score = least.get(passage.chunk_id, 0.0) - BEHIND
                    more.append(Found(passage, span, sentence, round(score, 4)))
    return more


def _mentions(quote: str, asked: Asked) -> list[Span]:
    """Where a sentence states a figure, with the unit behind it, or a date."""
    if asked.kind == "time":
        return [(one.start, one.end) for one in dates(quote)]
    spans = []
    for figure in figures(quote):
        unit = _UNIT.match(quote[figure.end :])
        spans.append((figure.start, figure.end + (unit.end() if unit else 0)))
    return spans
