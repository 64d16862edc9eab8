"""Equal answers joined across articles, and answers that contradict each other told apart; pure."""

import re
from functools import lru_cache
from typing import Literal

from qa.figures import DateMention, Figure
from qa.figures import dates as dates_of
from qa.figures import figures as figures_of
from qa.metrics import normalized as normalized_of
from qa.wording import stem

__all__ = ["Sort", "bears", "conflict", "equal", "sort_of"]

Sort = Literal["number", "date", "name", "words"]
"""What an answer is made of; only answers of one sort can contradict each other."""


# One question compares the same few texts with each other again and again.
@lru_cache(maxsize=4096)
def dates(text: str) -> "tuple[DateMention, ...]":
    """Dates in a short text, kept."""
    return tuple(dates_of(text))


@lru_cache(maxsize=4096)
def figures(text: str) -> "tuple[Figure, ...]":
    """Figures in a short text, kept."""
    return tuple(figures_of(text))


normalized = lru_cache(maxsize=4096)(normalized_of)

_AND = re.compile(r"\b(?:and|or)\b|&|;")
"""A list says more than one of its parts."""
_TITLES = frozenset("mr mrs ms dr sir dame lord lady prof capt captain president minister union leader chief".split())
_EMPTY = frozenset(
    "in on at by to of for from with and or about some around nearly almost over than more since".split()
)


@lru_cache(maxsize=4096)
def sort_of(text: str) -> Sort:
    """What an answer is made of.

    Example:
        >>> [sort_of(text) for text in ("about 400,000", "on 3 November", "Lena Farrow", "a fishing net")]
        ['number', 'date', 'name', 'words']
    """
    if dates(text):
        return "date"
    if figures(text):
        return "number"
    words = [word for word in re.findall(r"[\w'\u2019-]+", text) if word.lower() not in _EMPTY | {"the", "a", "an"}]
    capital = sum(word[:1].isupper() for word in words)
    return "name" if words and capital * 2 > len(words) else "words"


def equal(one: str, other: str) -> bool:
    """Both say the same: equal once normalised, the same figure or day, a name and its longer form.

    Example:
        >>> equal("three", "3 people"), equal("on Nov. 3", "3 November"), equal("Kerry", "John Kerry")
        (True, True, True)
        >>> equal("58 per cent", "61 per cent"), equal("Lena Farrow", "Lena Fairweather")
        (False, False)
        >>> equal("Oslo", "Oslo and Bergen")
        False
    """
    if normalized(one) == normalized(other):
        return bool(normalized(one))
    sorts = {sort_of(one), sort_of(other)}
    if sorts == {"number"}:
        return _same_figures(one, other)
    if sorts == {"date"}:
        return _same_days(one, other)
    if "number" in sorts or "date" in sorts:
        return False
    return _one_holds_the_other(one, other, strict=sorts == {"words"})


def bears(text: str, said: str) -> bool:
    """Whether who says one text can be cited for an equal one: "412" bears "about 400", and not the other way round.

    Example:
        >>> bears("412", "about 400"), bears("about 400", "412"), bears("Kerry", "John Kerry")
        (True, False, True)
    """
    if {sort_of(text), sort_of(said)} != {"number"}:
        return True
    return all(mine.borne_by(theirs) for mine, theirs in zip(figures(said), figures(text), strict=False))


def conflict(one: str, other: str) -> bool:
    """Answers of one sort of which only one can be right, as far as their texts tell.

    Example:
        >>> conflict("three", "five"), conflict("3 November", "10 November"), conflict("Farrow", "Fairweather")
        (True, True, True)
        >>> conflict("three", "3 people"), conflict("five", "Lena Farrow"), conflict("in 2015", "18 December")
        (False, False, False)
    """
    sort = sort_of(one)
    if sort != sort_of(other) or equal(one, other):
        return False
    if sort == "number":
        pairs = [(a, b) for a in figures(one) for b in figures(other)]
        alike = all(a.kind == b.kind and (a.unit == b.unit or not a.unit or not b.unit) for a, b in pairs)
        return alike and not any(a.borne_by(b) or b.borne_by(a) for a, b in pairs)
    if sort == "date":
        return _days_differ(one, other)
    mine, theirs = _stems(one), _stems(other)
    part = mine <= theirs or theirs <= mine  # of a list, or said less fully
    return not part and (sort == "name" or not mine & theirs)


def _same_figures(one: str, other: str) -> bool:
    """Each has a figure that bears the other's, and neither counts another thing."""
    mine, theirs = figures(one), figures(other)
    if len(mine) != len(theirs):
        return False
    return all(a.borne_by(b) or b.borne_by(a) for a, b in zip(mine, theirs, strict=True)) and all(
        a.kind == b.kind or "number" in (a.kind, b.kind) for a, b in zip(mine, theirs, strict=True)
    )


def _same_days(one: str, other: str) -> bool:
    """All that both give of a date is the same, and they share something that tells days apart."""
    shared = False
    for a in dates(one):
        for b in dates(other):
            for part in ("year", "month", "day", "weekday"):
                mine, theirs = getattr(a, part), getattr(b, part)
                if mine and theirs and mine != theirs:
                    return False
                shared = shared or bool(mine and mine == theirs and (part != "month" or not (a.day or b.day)))
    return shared


def _days_differ(one: str, other: str) -> bool:
    """Dates given to the same fineness that are not the same."""
    for a in dates(one):
        for b in dates(other):
            if a.day and b.day and (a.month, a.day) != (b.month, b.day):
                return True
            if a.year and b.year and a.year != b.year:
                return True
            if a.month and b.month and a.month != b.month:
                return True
    return False


def _one_holds_the_other(one: str, other: str, *, strict: bool) -> bool:
    """The words of the shorter are all in the longer: a surname in a name; half of the words for other phrases."""
    mine, theirs = _stems(one), _stems(other)
    short, long = sorted((mine, theirs), key=len)
    if not short or not short <= long or bool(_AND.search(one)) != bool(_AND.search(other)):
        return False
    return not strict or len(short) * 2 >= len(long)


@lru_cache(maxsize=4096)
def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(w) for w in normalized(text).split() if w not in _EMPTY and w not in _TITLES)
