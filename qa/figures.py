"""Figures and dates that a sentence states, as values that can be compared."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from index.articles import Span
from qa.number_words import SCALES, read_words, unbroken

__all__ = ["DateMention", "Figure", "dates", "figures", "single"]

Kind = Literal["number", "percent", "money", "ordinal", "time"]

_MONTHS = "january february march april may june july august september october november december".split()
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_MONEY = {"$": "dollar", "£": "pound", "€": "euro", "¥": "yen", "₹": "rupee"}
_CURRENCIES = {"dollar", "pound", "euro", "yen", "yuan", "rupee", "franc", "krona", "krone", "peso", "rand"}
_UNITS = {
    "km": "kilometre", "kilometer": "kilometre", "kms": "kilometre", "m": "metre", "meter": "metre",
    "cm": "centimetre", "centimeter": "centimetre", "mm": "millimetre", "millimeter": "millimetre",
    "ft": "foot", "feet": "foot", "inches": "inch", "kg": "kilogram", "kilo": "kilogram", "g": "gram",
    "lb": "pound", "lbs": "pound", "tonne": "ton", "litre": "litre", "liter": "litre", "mph": "mph",
    "kph": "kph", "hrs": "hour", "hr": "hour", "min": "minute", "mins": "minute", "sec": "second",
    "yr": "year", "yrs": "year", "mw": "megawatt", "gw": "gigawatt", "kw": "kilowatt", "ha": "hectare",
    "c": "celsius", "f": "fahrenheit", "centuries": "century",
}  # fmt: skip
_CONVERSIONS = {
    "year": ("month", 12), "month": ("month", 1), "decade": ("month", 120), "century": ("month", 1200),
    "week": ("second", 604800), "day": ("second", 86400), "hour": ("second", 3600),
    "minute": ("second", 60), "second": ("second", 1), "kilometre": ("metre", 1000),
    "metre": ("metre", 1), "centimetre": ("metre", 0.01), "ton": ("kilogram", 1000), "kilogram": ("kilogram", 1),
}  # fmt: skip
_KNOWN_UNITS = set(_UNITS.values()) | _CURRENCIES
_KNOWN_UNITS |= {
    "year",
    "mile",
    "yard",
    "acre",
    "gallon",
    "day",
    "week",
    "month",
    "decade",
    "degree",
    "point",
    "barrel",
}

_DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:[\u00a0\u202f ]\d{3})+(?!\d)|\d+(?:\.\d+)?"
_TOKEN = re.compile(
    rf"(?P<money>US\$|[$£€¥₹])?\s?(?P<digits>(?<![\w.])(?:{_DIGITS}))(?P<ordinal>st|nd|rd|th)?"
    r"(?:[ -]?(?P<scale>hundred|thousand|million|billion|trillion|dozen|bn|tn|mn)\b|(?P<short>[km])\b)?"
    r"(?P<percent>\s?%|[ -]per ?cent|[ -]percentage points?)?",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+")
_CLOCK = re.compile(
    r"\b(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))?\s?(?P<half>[ap])\.?m\b\.?|\b(?P<h>\d{1,2}):(?P<min>\d{2})(?::\d{2})?\b",
    re.IGNORECASE,
)
_MONTH = r"(?P<month>Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?"
_MONTH += r"|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
_DATE = re.compile(
    rf"\b(?P<y>(?:1[5-9]|20)\d\d)-(?P<m>\d\d)-(?P<d>\d\d)\b"
    rf"|\b(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? )?{_MONTH}(?![a-z])"
    rf"(?: (?P<day2>\d{{1,2}})(?:st|nd|rd|th)?(?!\d|,\d{{3}}))?(?:,? (?P<year>(?:1[5-9]|20)\d\d)\b)?"
    rf"|\b(?P<bare>(?:1[5-9]|20)\d\d)(?P<decade>s)?\b(?!,\d|\.\d| ?%)"
    rf"|\b(?P<weekday>{'|'.join(_WEEKDAYS)})s?\b",
)
_WEEKDAY = re.compile(rf"\b({'|'.join(name.title() for name in _WEEKDAYS)})s?\b")
_PART_OF_DAY = re.compile(r"\s(?:in the (?:morning|afternoon|evening)|at night)\b")
_LOOSE = {
    "about": 2, "around": 2, "roughly": 2, "approximately": 2, "some": 2, "circa": 2, "approaching": -1,
    "nearly": -1, "almost": -1, "under": -1, "below": -1, "just": 2, "over": 1, "above": 1, "exceeding": 1,
    "exceeded": 1, "than": 1, "least": 1, "most": -1, "close": -1, "estimated": 2, "topped": 1, "to": 0,
    "well": 1, "passed": 1, "beyond": 1, "or": 2,
}  # fmt: skip
_UNITS_WITHIN = {"hour": "minute", "fortnight": "week"}
_DECADES = {10: "decade", 100: "century"}
_ROUNDING = 0.12
"""Furthest, as a share, that "about", "nearly" or "more than" may lie from the figure it rounds."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure as a sentence states it.

    Args:
        value: In the plainest unit: "1.5 million" is 1500000, "half" is 0.5, "12 %" is 12, 7:30 pm is 1170 minutes.
        kind: What is counted: a bare number, a percentage, money, a place in an order, a time of day.
        unit: Unit or currency in the singular; empty when none is recognised.
        text: As written.
        start: Offset in the sentence.
        end: Its end, exclusive.
        loose: 0 as it stands, 1 "more than", -1 "nearly" or "under", 2 "about".
    """

    value: float
    kind: Kind
    unit: str
    text: str
    start: int
    end: int
    loose: int = 0

    def borne_by(self, other: "Figure") -> bool:
        """A quote's figure says what this one says, within the rounding that this one's words admit.

        Example:
            >>> [own], [quoted] = figures("about 400,000 people"), figures("398,700 people")
            >>> own.borne_by(quoted), quoted.borne_by(own)
            (True, False)
        """
        if "time" in (self.kind, other.kind):
            return self._same_time(other)
        value, quoted = self._common(other)
        if self.unit != other.unit and self.unit in _KNOWN_UNITS and other.unit in _KNOWN_UNITS:
            own, its = _CONVERSIONS.get(self.unit, ("", 0)), _CONVERSIONS.get(other.unit, ("", 0))
            if own[0] != its[0] or not own[0]:
                return False
            value, quoted = value * own[1], quoted * its[1]
        if _equal(value, quoted):
            return True
        if not self.loose or self.kind == "ordinal":
            return False
        near = abs(value - quoted) <= _ROUNDING * max(abs(value), abs(quoted))
        return near and (self.loose == 2 or (quoted > value) == (self.loose == 1))

    def _common(self, other: "Figure") -> tuple[float, float]:
        """Both values on one scale: a part of one ("half", "a fifth") meets a percentage as 50 or 20."""
        if (self.kind == "percent") == (other.kind == "percent"):
            return self.value, other.value
        return _hundredths(self), _hundredths(other)

    def _same_time(self, other: "Figure") -> bool:
        """The same minute, or one twelve hours off where one of them does not say which half of the day is meant."""
        own, its = _minute(self), _minute(other)
        if own is None or its is None:
            return False
        halves = [bool(re.search(r"[ap]\.?m\b", one.text, re.IGNORECASE)) for one in (self, other)]
        return own == its or ((own - its) % 720 == 0 and not all(halves))


@dataclass(frozen=True, kw_only=True)
class DateMention:
    """A date as far as the sentence gives it; 0 or "" stands for what it leaves open."""

    year: int = 0
    month: int = 0
    day: int = 0
    weekday: str = ""
    decade: bool = False
    text: str = ""
    start: int = 0
    end: int = 0

    def borne_by(self, mentions: "list[DateMention]") -> bool:
        """Each part that is given is given by the quotes; a day counts only together with its month."""
        parts = [("year", self.year), ("weekday", self.weekday)]
        if not self.day:
            parts.append(("month", self.month))
        given = all(any(getattr(one, name) == value for one in mentions) for name, value in parts if value)
        if given and self.day:
            given = any((one.month, one.day) == (self.month, self.day) for one in mentions)
        return given and all(self.decade == one.decade for one in mentions if self.year and one.year == self.year)


def _hundredths(figure: Figure) -> float:
    if figure.kind == "ordinal":
        return 100 / figure.value
    return figure.value * 100 if figure.kind != "percent" and 0 < figure.value < 1 else figure.value


def _minute(figure: Figure) -> float | None:
    """Minute of the day; the bare "14.20" is twenty past two."""
    written = re.fullmatch(r"(\d{1,2})[.:](\d{2})", figure.text)
    if figure.kind == "time" or not written:
        return figure.value if figure.kind == "time" else None
    return float(int(written[1]) * 60 + int(written[2]))


def _equal(one: float, other: float) -> bool:
    return abs(one - other) <= 1e-6 * max(1.0, abs(one), abs(other))


def dates(text: str) -> list[DateMention]:
    """Dates, years and weekdays in a sentence, in reading order.

    Example:
        >>> [(d.year, d.month, d.day) for d in dates("From 3 March 2021 to 2021-04-05, then in May.")]
        [(2021, 3, 3), (2021, 4, 5), (0, 5, 0)]
        >>> dates("It may march on.")
        []
    """
    found = []
    for match in _DATE.finditer(text):
        month = _month(match, text)
        if match["month"] and not month:
            continue
        found.append(
            DateMention(
                year=int(match["y"] or match["year"] or match["bare"] or 0),
                month=month,
                day=int(match["d"] or (month and (match["day"] or match["day2"])) or 0),
                decade=bool(match["decade"]),
                text=match[0].strip(),
                start=match.start(),
                end=match.end(),
            )
        )
    found.extend(
        DateMention(weekday=match[1].lower(), text=match[0], start=match.start(), end=match.end())
        for match in _WEEKDAY.finditer(text)
    )
    return sorted(found, key=lambda mention: mention.start)


def _month(match: re.Match[str], text: str) -> int:
    """Number of the month; 0 where "May" or "March" is another word (a modal verb, a surname, a demonstration)."""
    if match["m"]:
        return int(match["m"])
    if not match["month"]:
        return 0
    numbered = match["day"] or match["day2"] or match["year"]
    before = re.search(r"(\w+)\W*$", text[: match.start("month")])
    if match["month"] in ("May", "March", "Jan", "Mar") and not numbered:
        word = before[1] if before else ""
        if not word or (word[:1].isupper() and word.lower() not in _BEFORE_MONTH):
            return 0
    prefix = match["month"].lower()[:3]
    return next(i for i, name in enumerate(_MONTHS, 1) if name.startswith(prefix))


_BEFORE_MONTH = {"in", "since", "by", "until", "last", "next", "early", "late", "mid", "from", "and", "this", "between"}


def figures(text: str) -> list[Figure]:
    """Figures in a sentence, in reading order; dates and years are not among them, see `dates`.

    "one", "a" and "first" are left out: they are articles and pronouns more often than counts.

    Example:
        >>> [(f.value, f.kind, f.unit) for f in figures("Some 1.5 million dollars, 12% and 40 km in 2021")]
        [(1500000.0, 'money', 'dollar'), (12.0, 'percent', ''), (40.0, 'number', 'kilometre')]
    """
    taken = [(one.start, one.end) for one in dates(text)]
    found = []
    for finder in (_clock_times, _quarters, _digit_figures, _word_figures):
        for figure in finder(text):
            if not any(figure.start < end and start < figure.end for start, end in taken):
                found.append(figure)
                taken.append((figure.start, figure.end))
    return sorted(found, key=lambda figure: figure.start)


def single(text: str) -> list[Figure]:
    """Spans of time that are one of a kind, which `figures` leaves out: "within a week", "over a century".

    Example:
        >>> [(figure.value, figure.unit) for figure in single("It took a week.")]
        [(1.0, 'week')]
    """
    found = re.finditer(r"\b(?:an?|one|the) (hour|day|week|month|year|decade|century)\b", text)
    return [
        Figure(value=1.0, kind="number", unit=match[1], text=match[0], start=match.start(), end=match.end())
        for match in found
    ]


def _clock_times(text: str) -> Iterator[Figure]:
    for match in _CLOCK.finditer(text):
        hour, minute = int(match["hour"] or match["h"]), int(match["minute"] or match["min"] or 0)
        if match["half"]:
            hour = hour % 12 + (12 if match["half"].lower() == "p" else 0)
        if hour < 24 and minute < 60:
            value = float(hour * 60 + minute)
            yield Figure(value=value, kind="time", unit="", text=match[0], start=match.start(), end=match.end())


def _quarters(text: str) -> Iterator[Figure]:
    for match in re.finditer(r"\ba quarter\b(?! (?:past|to|of an hour)\b)", text, re.IGNORECASE):
        yield _figure(text, 0.25, "", match.span(), percent=False, ordinal=False)


def _digit_figures(text: str) -> Iterator[Figure]:
    for match in _TOKEN.finditer(text):
        start = match.start("money") if match["money"] else match.start("digits")
        if _inside_a_name(text, match.start("digits")):
            continue
        scale, end = _scale(text, match)
        value = float(re.sub(r"[,\s]", "", match["digits"])) * scale
        unit = _MONEY.get(match["money"][-1], "") if match["money"] else _unit_after(text, end)
        span = (start, end)
        yield _figure(text, value, unit, span, percent=bool(match["percent"]), ordinal=bool(match["ordinal"]))


def _scale(text: str, match: re.Match[str]) -> tuple[float, int]:
    """What the digits are multiplied with, and where the figure ends: "4m people" are millions, "4m high" is not."""
    if not match["short"]:
        return SCALES.get((match["scale"] or "").lower(), 1), match.end()
    counts = match["money"] or re.match(
        r"\s(?!wide|high|deep|long|tall|above|below|of|in|at|on|by|and|to)[a-z]{3}", text[match.end() :]
    )
    return (SCALES[match["short"].lower()], match.end()) if counts else (1, match.start("short"))


def _inside_a_name(text: str, at: int) -> bool:
    """The digits belong to a name such as Covid-19 or F-35."""
    return at >= 2 and text[at - 1] == "-" and text[at - 2].isalpha()


def _figure(text: str, value: float, unit: str, span: Span, *, percent: bool, ordinal: bool) -> Figure:
    part_of_day = _PART_OF_DAY.match(text[span[1] :])
    if part_of_day and value <= 12:
        value = (
            int(value) % 12 * 60 + round(value % 1 * 100) + (0 if part_of_day[0].strip() == "in the morning" else 720)
        )
        return Figure(value=value, kind="time", unit="", text=text[span[0] : span[1]], start=span[0], end=span[1])
    kind: Kind = "percent" if percent else "money" if unit in _CURRENCIES else "ordinal" if ordinal else "number"
    return Figure(
        value=value,
        kind=kind,
        unit="" if percent else unit,
        text=text[span[0] : span[1]].strip(),
        start=span[0],
        end=span[1],
        loose=_looseness(text, span),
    )


def _unit_after(text: str, end: int) -> str:
    match = re.match(r"(?:-|\s|°|degrees? (?=[CFcf]))*([^\W\d_]+)", text[end:])
    if not match:
        return ""
    word = match[1].lower()
    word = _UNITS.get(word) or _UNITS.get(word.removesuffix("s")) or word.removesuffix("s")
    return word if word in _KNOWN_UNITS else ""


def _looseness(text: str, span: Span) -> int:
    before = re.findall(r"\w+", text[: span[0]].lower())[-3:]
    if before[-3:] in (["no", "more", "than"], ["not", "more", "than"]):
        return -1
    if before[-3:] in (["no", "less", "than"], ["no", "fewer", "than"], ["not", "less", "than"]):
        return 1
    if before[-2:] in (["fewer", "than"], ["less", "than"], ["up", "to"]) or before[-2:] == ["at", "most"]:
        return -1
    if re.match(r"\W*(?:or so|or more|plus\b|-odd\b)", text[span[1] :].lower()):
        return 2
    return _LOOSE.get(before[-1], 0) if before else 0


def _word_figures(text: str) -> Iterator[Figure]:
    """Figures written out: runs of number words with their scales, parts, and "twice"."""
    words = list(_WORD.finditer(text))
    at = 0
    while at < len(words):
        length, value, ordinal = read_words(unbroken(text, words[at : at + 8]))
        if length:
            span = (words[at].start(), words[at + length - 1].end())
            half = re.match(r" and a half\b", text[span[1] :])
            value, span = (value + 0.5, (span[0], span[1] + half.end())) if half else (value, span)
            percent = re.match(r"(?:\s|-)per ?cent|\s?%", text[span[1] :], re.IGNORECASE)
            span = (span[0], span[1] + (percent.end() if percent else 0))
            unit = _UNITS_WITHIN.get(words[at + length - 1][0].lower()) or _unit_after(text, span[1])
            yield _figure(text, value, unit, span, percent=bool(percent), ordinal=ordinal)
        at += max(1, length or (3 if re.match(r"and a half\b", text[words[at].start() :]) else 1))
