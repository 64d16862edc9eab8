"""Words of time in a question, against a day: which articles may answer, or which to prefer; pure."""

import re
from calendar import day_name, month_name, monthrange
from datetime import date, timedelta
from math import exp

from qa.answer import DateRange

__all__ = ["dates_in", "describe_dates", "freshness"]

_MONTHS = tuple(month_name)[1:]
_DAYS = tuple(day_name)
_MONTH = "(" + "|".join(_MONTHS) + ")"
_YEAR = r"((?:19|20)\d\d)"
_DAY = r"(\d{1,2})(?:st|nd|rd|th)?"
_LATEST = re.compile(
    r"\b(latest|newest|most recent(?:ly)?|currently|current|right now|at present|nowadays|these days|so far"
    r"|to date|still|as of (?:now|today)|today)\b",
    re.IGNORECASE,
)
_PRESENT = re.compile(
    r"^(?:(?:and|so|but)\s+)?(?:(?:who|what|which|where|how)\b[^?,]*?\b(is|are|has|leads|runs|owns|holds|heads)"
    r"|(is|are|has)\s)",
    re.IGNORECASE,
)
_PRESENT_VERBS = frozenset(["is", "are", "has", "leads", "runs", "owns", "holds", "heads"])
_LIMIT = re.compile(
    r"\b(?:articles?|reports?|stories|news|coverage)(?:\s+(?:published|written|printed|that\s+appeared))?\s*$"
    r"|^\s*what\s+(?:was|were|has\s+been)\s+(?:published|written|reported)\s*$",
    re.IGNORECASE,
)
"""What is said right before a time that is meant of the articles."""
_LIMITED = re.compile(r"\s+(?:articles|reports|stories|news|coverage)\b", re.IGNORECASE)
"""The same right after it."""
# An event is told in the days around it; 4 days after the range still count as in it.
_TELLING_DAYS = 4
# No article is expected from before it: an older year is what a question is about.
_FIRST_YEAR = 1990


def dates_in(question: str, as_of: str) -> DateRange | None:
    """Range of publication dates that a question asks for, or a preference for the newest.

    Ranges from "last week", "in 2023", "on Monday" are leanings (`prefer_newest`): an event of a range may be
    told later, and undated articles can answer too. "As of March" and "articles of March" are limits.

    Args:
        question: The person's words.
        as_of: The day "today" means, ISO 8601.

    Returns:
        None when the question says nothing of time.

    Example:
        >>> dates_in("Who won the race last week?", "2022-09-02")
        DateRange(start='2022-08-22', end='2022-09-01', words='last week', prefer_newest=True)
        >>> dates_in("How many members did it have as of March?", "2024-02-10")
        DateRange(start='', end='2023-03-31', words='as of March', prefer_newest=False)
        >>> dates_in("Who is the mayor of Riga?", "2024-02-10")
        DateRange(start='', end='2024-02-10', words='is', prefer_newest=True)
        >>> dates_in("When was the bridge built?", "2024-02-10") is None
        True
    """
    day = date.fromisoformat(as_of[:10])
    for find in (_as_of_range, _since_range, _named_range, _relative_range):
        found = find(question, day)
        if found is not None:
            return found
    latest = _LATEST.search(question)
    present = _PRESENT.search(question.strip())
    words = latest.group(1) if latest else next(filter(None, present.groups()), "").lower() if present else ""
    return DateRange(end=day.isoformat(), words=words, prefer_newest=True) if words else None


def freshness(published: str, dates: DateRange | None, as_of: str, *, days: float = 30.0) -> float:
    """How near an article's date is to the time that a question is about.

    Args:
        published: ISO 8601 date or date and time; empty when unknown.
        dates: What the question asks for; None for nothing.
        as_of: The day "today" means, ISO 8601; used where `dates` has no range.
        days: Age at which an article counts a third as fresh.

    Returns:
        1 within the range (or on the day), falling with the distance to it in days; 0 for an undated article.

    Example:
        >>> freshness("2022-08-25", dates_in("Who won last week?", "2022-09-02"), "2022-09-02")
        1.0
        >>> round(freshness("2022-08-03", None, "2022-09-02"), 3)
        0.368
        >>> freshness("", None, "2022-09-02")
        0.0
    """
    try:
        day = date.fromisoformat(published[:10])
    except ValueError:
        return 0.0
    end = date.fromisoformat(dates.end if dates and dates.end else as_of[:10])
    start = date.fromisoformat(dates.start) if dates and dates.start else end
    away = max((start - day).days, (day - end).days, 0)
    return exp(-away / days)


def describe_dates(dates: DateRange | None) -> str:
    """What an answer says about the dates it kept to; empty where there is nothing to say.

    Example:
        >>> describe_dates(dates_in("Who won last week?", "2022-09-02"))
        'Articles of 22 August 2022 to 1 September 2022 were preferred (“last week”).'
        >>> describe_dates(dates_in("What is the latest count?", "2022-09-02"))
        'Newer articles were preferred (“latest”).'
        >>> describe_dates(dates_in("Who is the mayor?", "2022-09-02"))
        'Newer articles were preferred (asked in the present tense).'
    """
    if dates is None or not (dates.start or dates.end):
        return ""
    words = f" (\u201c{dates.words}\u201d)" if dates.words else ""
    if dates.words in _PRESENT_VERBS:
        words = " (asked in the present tense)"
    if dates.prefer_newest and not dates.start:
        return f"Newer articles were preferred{words}."
    span = " to ".join(_in_words(day) for day in (dates.start, dates.end) if day)
    if dates.prefer_newest:
        return f"Articles of {span} were preferred{words}."
    bound = f"of {span}" if dates.start and dates.end else f"from {span} on" if dates.start else f"up to {span}"
    return f"Only articles {bound} were searched{words}."


def _in_words(day: str) -> str:
    """A day as a reader writes it."""
    parsed = date.fromisoformat(day)
    return f"{parsed.day} {_MONTHS[parsed.month - 1]} {parsed.year}"


def _month_span(year: int, month: int) -> tuple[date, date]:
    """First and last day of a month."""
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def _named_span(text: str, day: date) -> tuple[date, date] | None:
    """First and last day of a written day, month or year; a month without a year is the last one begun.

    Example:
        >>> [d.isoformat() for d in _named_span("March 2021", date(2024, 2, 1))]
        ['2021-03-01', '2021-03-31']
    """
    iso = re.search(rf"\b{_YEAR}-(\d\d)(?:-(\d\d))?\b", text)
    month = re.search(rf"\b{_MONTH}\b", text, re.IGNORECASE)
    year = re.search(rf"\b{_YEAR}\b", text)
    try:
        if iso:
            first, last = _month_span(int(iso[1]), int(iso[2]))
            return (first.replace(day=int(iso[3])),) * 2 if iso[3] else (first, last)
        if month:
            return _month_or_day(text, month[1], int(year[1]) if year else 0, day)
        return (date(int(year[1]), 1, 1), date(int(year[1]), 12, 31)) if year else None
    except ValueError:
        return None


def _month_or_day(text: str, name: str, year: int, day: date) -> tuple[date, date]:
    """Span of a month by name, or of a day in it."""
    number = _MONTHS.index(name.capitalize()) + 1
    year = year or (day.year if number <= day.month else day.year - 1)
    in_month = re.search(rf"\b{_DAY}\s+(?:of\s+)?{name}\b|\b{name}\s+{_DAY}(?!\d)", text, re.IGNORECASE)
    if in_month:
        exact = date(year, number, int(in_month[1] or in_month[2]))
        return exact, exact
    return _month_span(year, number)


# "2000 jobs" is no year.
_WRITTEN = (
    rf"(?:{_DAY}\s+(?:of\s+)?)?{_MONTH}(?:\s+{_DAY}(?!\d))?(?:,?\s+{_YEAR})?"
    rf"|{_YEAR}(?:-\d\d(?:-\d\d)?)?(?!\d|\s+(?!was\b|is\b|has\b|does\b|this\b|as\b)[a-z]+s\b)"
)


def _as_of_range(question: str, day: date) -> DateRange | None:
    """A limit from "as of March", "as at the end of 2021"."""
    match = re.search(rf"\b(?:as of|as at)\s+(?:the end of\s+)?(?:{_WRITTEN})", question, re.IGNORECASE)
    span = _named_span(match.group(), day) if match else None
    if match is None or span is None:
        return None
    return DateRange(end=span[1].isoformat(), words=match.group())


def _since_range(question: str, day: date) -> DateRange | None:
    """A leaning from "since 2020", a limit where it is said of the articles."""
    match = re.search(rf"\bsince\s+(?:{_WRITTEN})", question, re.IGNORECASE)
    span = _named_span(match.group(), day) if match else None
    if match is None or span is None or span[0] > day or span[0].year < _FIRST_YEAR:
        return None
    limit = bool(_LIMIT.search(question[: match.start()]))
    return DateRange(start=span[0].isoformat(), end=day.isoformat(), words=match.group(), prefer_newest=not limit)


def _named_range(question: str, day: date) -> DateRange | None:
    """A leaning from "in 2023", "in March", "on 4 May 2021"; a limit where it is said of the articles.

    A year long before any article, or after the day itself, says nothing of publication.
    """
    match = re.search(
        rf"\b(?:in|during|on|of|from|published|dated)\s+(?:early |late |mid-?)?(?:{_WRITTEN})",
        question,
        re.IGNORECASE,
    )
    span = _named_span(match.group(), day) if match else None
    if match is None or span is None or span[0] > day or span[0].year < _FIRST_YEAR:
        return None
    if re.search(r"\bmay\b", match.group()) and not re.search(r"\bMay\b", match.group()):
        return None
    limit = bool(_LIMIT.search(question[: match.start()]) or re.match(r"published|dated", match.group(), re.IGNORECASE))
    end = span[1] if limit else span[1] + timedelta(days=_TELLING_DAYS)
    return DateRange(
        start=span[0].isoformat(),
        end=min(end, max(day, span[0])).isoformat(),
        words=match.group(),
        prefer_newest=not limit,
    )


def _relative_range(question: str, day: date) -> DateRange | None:
    """A range from "last week", "this year", "recently", "yesterday", "on Monday" against the day."""
    monday = day - timedelta(days=day.weekday())
    first_of_month = day.replace(day=1)
    last_month = first_of_month - timedelta(days=1)
    spans: tuple[tuple[str, date, date], ...] = (
        (r"in the (?:last|past) year", day - timedelta(days=365), day),
        (r"this (?:past )?week(?:'s|\u2019s)?|in the (?:last|past) week", day - timedelta(days=7), day),
        (r"last week(?:'s|\u2019s|end)?", monday - timedelta(days=7), monday - timedelta(days=1)),
        (r"yesterday", day - timedelta(days=1), day),
        (
            r"(?:this|in the (?:last|past)) month(?:'s|\u2019s)?",
            min(first_of_month, day - timedelta(days=14)),
            day,
        ),
        (r"last month(?:'s|\u2019s)?", last_month.replace(day=1), last_month),
        (r"this year(?:'s|\u2019s)?", day.replace(month=1, day=1), day),
        (r"last year(?:'s|\u2019s)?", date(day.year - 1, 1, 1), date(day.year - 1, 12, 31)),
        (r"recently|recent|lately|just", day - timedelta(days=30), day),
    )
    for pattern, start, end in spans:
        match = re.search(rf"\b(?:{pattern})(?![\w-])", question, re.IGNORECASE)
        if match:
            limit = bool(_LIMIT.search(question[: match.start()]) or _LIMITED.match(question, match.end()))
            last = end if limit else min(end + timedelta(days=_TELLING_DAYS), day)
            return DateRange(
                start=start.isoformat(), end=last.isoformat(), words=match.group(), prefer_newest=not limit
            )
    return _weekday_range(question, day)


def _weekday_range(question: str, day: date) -> DateRange | None:
    """A leaning from "on Monday", "Sunday's": the last such day and the days in which it is told."""
    match = re.search(rf"\b(on |last )?({'|'.join(_DAYS)})(?:'s|\u2019s)?\b", question, re.IGNORECASE)
    if match is None:
        return None
    back = (day.weekday() - _DAYS.index(match[2].capitalize())) % 7
    if not back and (match[1] or "").lower().startswith("last"):
        back = 7
    start = day - timedelta(days=back)
    return DateRange(
        start=start.isoformat(),
        end=min(start + timedelta(days=_TELLING_DAYS), day).isoformat(),
        words=match.group(),
        prefer_newest=True,
    )
