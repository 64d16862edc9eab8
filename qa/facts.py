"""Figures, dates and names of a sentence that its quotes do not give."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, permutations
from typing import Literal

from qa.figures import DateMention, Figure, dates, figures, single
from qa.wording import fold, names, stem, words

__all__ = [
    "Contradiction",
    "Kind",
    "exchanged_figures",
    "known_words",
    "name_known",
    "unknown_names",
    "wrong_dates",
    "wrong_figures",
]

Kind = Literal["figure", "date", "name", "negation", "modality", "speaker", "direction"]


@dataclass(frozen=True)
class Contradiction:
    """One thing that the quotes do not bear, in words a reader can check.

    Args:
        kind: What it is about.
        reason: A clause such as "the quote says 400,000, not 40,000".
        stranger: What is said to stand in no quote, as written, where another word of the quote may mean it.
    """

    kind: Kind
    reason: str
    stranger: str = ""


def wrong_figures(sentence: str, quotes: Sequence[str]) -> Iterator[Contradiction]:
    """Figures that no quote gives, with the nearest that one does."""
    quoted = [(figure, quote) for quote in quotes for figure in (*figures(quote), *single(quote))]
    years = [float(one.year) for quote in quotes for one in dates(quote) if one.year]
    for figure in figures(sentence):
        if any(figure.borne_by(other) for other, _ in quoted):
            continue
        given = [other for other, _ in quoted if other.value != 1]
        reckoned = _counted(figure, quotes) or _derived(figure, given)
        if figure.value not in years and not reckoned and not _idle(figure, quoted):
            yield Contradiction("figure", _figure_reason(figure, given))


def _idle(figure: Figure, quoted: Sequence[tuple[Figure, str]]) -> bool:
    """A running time "1:04:12" whose parts the quote spells out in hours, minutes and seconds."""
    clocks = [other.text for other, _ in quoted if other.kind == "time" and other.text.count(":")]
    if figure.unit in ("hour", "minute", "second") and any(figure.text in re.findall(r"\d+", text) for text in clocks):
        return True
    values = {other.value for other, _ in quoted}
    return figure.kind == "time" and {float(part) for part in re.findall(r"\d+", figure.text)} <= values


_NEAR = 0.05
"""How far what is "about", "almost" or "over" may lie from what two figures come to, as a share."""


def _derived(figure: Figure, quoted: Sequence[Figure]) -> bool:
    """What two figures of the quotes come to: a sum, a difference, a ratio, a share of the other.

    So 36.9 and 38.6 million are 1.7 million apart, the remainder of 80 per cent is 20, and what is half is doubled.
    """
    values = [other.value / 100 if other.kind == "percent" else other.value for other in quoted]
    own = figure.value / 100 if figure.kind == "percent" else figure.value
    shares = [share for one in quoted for share in _shares(one)]
    alike = [
        (a.value, b.value)
        for a, b in combinations([one for one in quoted if one.kind == figure.kind], 2)
        if a.unit == b.unit and (figure.unit in ("", a.unit) or not a.unit)
    ]
    scale = 100 if figure.kind == "percent" else 1
    reckoned = [result / scale for a, b in alike for result in (a + b, a - b, b - a)]
    reckoned += [a / b for a, b in permutations(values, 2) if b and (own < 1 or not figure.unit)]
    reckoned += [share * value for share in shares for value in values] + [1 / share for share in shares]
    near = _NEAR if figure.loose else 1e-6
    return any(abs(own - result) <= near * abs(own) for result in [*reckoned, *shares])


def _shares(figure: Figure) -> tuple[float, ...]:
    """The part that a figure may mean, and the rest: "80 per cent", "a quarter", "third"."""
    part = {"percent": figure.value / 100, "ordinal": 1 / figure.value if figure.value else 0}.get(
        figure.kind, figure.value
    )
    return (part, 1 - part) if 0 < part < 1 else ()


def _counted(figure: Figure, quotes: Sequence[str]) -> bool:
    """The quote lists as many things as the sentence counts: "A, B and C" are three."""
    if figure.kind != "number" or figure.value not in (2, 3, 4, 5, 6):
        return False
    written = figure.value == 2 and figure.text.isalpha()
    if figure.value == 2 and any(_PAIR.search(quote) or (written and " and " in quote) for quote in quotes):
        return True
    lists = (re.split(r", and |,| and | or ", run) for quote in quotes for run in _LIST.findall(quote))
    return any(len([part for part in parts if part.strip()]) == figure.value for parts in lists)


_PAIR = re.compile(r"\b(?:both|pair|couple|twins?|either)\b", re.IGNORECASE)


_LIST = re.compile(
    r"(?:[\w'\u2019-]+(?: [\w'\u2019-]+){0,3}, )+[\w'\u2019-]+(?: [\w'\u2019-]+){0,3},? (?:and|or) [\w'\u2019-]+"
)


def _figure_reason(figure: Figure, quoted: Sequence[Figure]) -> str:
    same = [other for other in quoted if other.kind == figure.kind and (other.unit == figure.unit or not figure.unit)]
    same = same or [other for other in quoted if other.kind == figure.kind]
    if not same:
        return f"no quoted sentence gives {figure.text}"
    nearest = min(same, key=lambda other: abs(other.value - figure.value) / (abs(other.value) + abs(figure.value) + 1))
    if nearest.value == figure.value:
        return f"the quote says {nearest.text} {nearest.unit}, not {figure.text} {figure.unit}".replace("  ", " ")
    return f"the quote says {nearest.text}, not {figure.text}"


def exchanged_figures(sentence: str, quotes: Sequence[str]) -> Iterator[Contradiction]:
    """Two figures of one quote stand in each other's place: their surroundings fit better crosswise than straight."""
    own = _surrounded(sentence)
    for quote in quotes:
        quoted = _surrounded(quote)
        for (one, near), (other, far) in combinations(own, 2):
            straight = max(_fits(one, near, quoted), default=None), max(_fits(other, far, quoted), default=None)
            crosswise = max(_fits(other, near, quoted), default=None), max(_fits(one, far, quoted), default=None)
            if None in straight or one.value == other.value or one.kind != other.kind:
                continue
            if sum(crosswise) > sum(straight) + 1:  # type: ignore[arg-type]
                yield Contradiction("figure", f"the quote has {one.text} and {other.text} the other way round")
                return


def _surrounded(text: str) -> list[tuple[Figure, frozenset[str]]]:
    found = figures(text)
    return [(figure, _around(text, found, place)) for place, figure in enumerate(found)]


def _fits(figure: Figure, near: frozenset[str], quoted: Sequence[tuple[Figure, frozenset[str]]]) -> list[int]:
    return [len(near & around) for other, around in quoted if figure.borne_by(other)]


def _around(text: str, all_figures: Sequence[Figure], place: int) -> frozenset[str]:
    """What a figure counts: up to three content words after it and two before, no further than the next figure.

    "From", "to" and "by" right before it count double: they tell what a change began with from what it came to.
    """
    figure = all_figures[place]
    until = all_figures[place + 1].start if place + 1 < len(all_figures) else len(text)
    since = all_figures[place - 1].end if place else 0
    after = [word.stem for word in words(text[figure.end : until]) if word.content and word.clause == 0][:3]
    before = words(text[since : figure.start])
    last = before[-1].clause if before else 0
    led_by = [word.text.lower() for word in before[-1:] if word.text.lower() in ("from", "to", "by")]
    earlier = [word.stem for word in before if word.content and word.clause == last][-2:]
    return frozenset([*after, *earlier, *led_by, *(f"{word} " for word in led_by)])


def wrong_dates(sentence: str, quotes: Sequence[str]) -> Iterator[Contradiction]:
    """Dates of which no quote gives every part."""
    quoted = [one for quote in quotes for one in dates(quote)]
    numbers = {figure.value for quote in quotes for figure in figures(quote)}
    for own in dates(sentence):
        if own.borne_by(quoted) or (own.year and not own.month and float(own.year) in numbers):
            continue
        if own.day in numbers and replace(own, day=0).borne_by(quoted):
            continue  # "from 1 to 28 April"
        rivals = [one for one in quoted if _same_parts(one, own)] or quoted
        said = f"the quote says {rivals[0].text}, not {own.text}" if rivals else f"no quoted sentence gives {own.text}"
        yield Contradiction("date", said)


def _same_parts(one: DateMention, other: DateMention) -> bool:
    return any(getattr(one, part) and getattr(other, part) for part in ("year", "month", "day", "weekday"))


_PEOPLES = {
    "dutch": "netherlands", "french": "france", "swiss": "switzerland", "welsh": "wales", "greek": "greece",
    "danish": "denmark", "spanish": "spain", "turkish": "turkey", "british": "britain", "uk": "britain",
    "english": "england", "irish": "ireland", "scottish": "scotland", "polish": "poland", "thai": "thailand",
    "american": "us", "america": "us", "usa": "us", "german": "germany", "chinese": "china", "finnish": "finland",
    "filipino": "philippines", "philippine": "philippines", "swedish": "sweden", "norwegian": "norway",
    "belgian": "belgium", "european": "europe", "eu": "europe", "italian": "italy", "slovene": "slovenia",
    "afghan": "afghanistan", "pakistani": "pakistan", "kremlin": "russia", "russian": "russia",
}  # fmt: skip


def _wrong_name_parts(name: Sequence[str], known: frozenset[str], initials: frozenset[str]) -> list[str]:
    return [part for part in name if not name_known(part, known, initials)]


def name_known(part: str, known: frozenset[str], initials: frozenset[str]) -> bool:
    """A word of a name stands in the quotes, as itself, as its people or country, or as initials."""
    if part in known or part in initials or part.removesuffix("s") in known or stem(part) in known:
        return True
    if _PEOPLES.get(part, part) in {_PEOPLES.get(one, one) for one in known}:
        return True
    if "-" in part and all(piece in known for piece in part.split("-")):
        return True
    if len(part) >= 4 and any(one[:4] == part[:4] and _demonym(one, part) for one in known):
        return True
    return part in {"city", "county", "state", "river", "states", "united", "kingdom"} and bool({"us", "uk"} & known)


_DEMONYM = re.compile(r"(?:an|n|ian|ean|ese|ish|i|ic|er|ers|s|ns|a|ia|e|y|land|al|ist|ists|ism|)$")


def _demonym(one: str, other: str) -> bool:
    """Two words share all but the ending that makes a people of a country ("Nigeria", "Nigerians")."""
    shared = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return all(_DEMONYM.fullmatch(word[shared:]) for word in (one, other))


def known_words(quotes: Sequence[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Folded words and stems of the quotes, and the initials of their names ("United Nations" gives "un")."""
    known: set[str] = set()
    initials: set[str] = set()
    for quote in quotes:
        for word in words(quote):
            known.update((fold(word.text), word.stem, *fold(word.text).split("-")))
        initials.update(match for match in _initials(quote))
    return frozenset(known), frozenset(initials)


def _initials(quote: str) -> Iterator[str]:
    run = ""
    for word in quote.split():
        letter = word.strip("\"'\u201c\u2018(")[:1]
        if letter.isupper():
            run += letter.lower()
        elif word not in ("of", "for", "and", "the", "on"):
            run = ""
        if len(run) >= 2:
            yield run
            yield from (run[start:] for start in range(1, len(run) - 1))


def unknown_names(sentence: str, quotes: Sequence[str], context: Sequence[str] = ()) -> Iterator[Contradiction]:
    """Names with a word that stands neither in a quote nor in what comes before: "he" may be called by his name."""
    known, initials = known_words((*quotes, *context))
    quoted_initials = {name for quote in quotes for parts in names(quote) for name in parts if 2 <= len(name) <= 5}
    spelled = {match for match in _initials(sentence) if match in quoted_initials}
    for name in names(sentence):
        missing = _wrong_name_parts(name, known, initials)
        if missing and "".join(part[0] for part in name) not in spelled:
            rivals = [" ".join(other) for quote in quotes for other in names(quote) if set(other) & set(name)]
            shown = _as_written(sentence, name)
            if rivals:
                yield Contradiction("name", f"the quote names {rivals[0].title()}, not {shown}")
            else:
                yield Contradiction("name", f"no quoted sentence names {shown}", shown)


def _as_written(sentence: str, name: Sequence[str]) -> str:
    parts = [word.text for word in words(sentence) if fold(word.text) in name]
    return " ".join(re.sub(r"['\u2019]s?$", "", part) for part in dict.fromkeys(parts))
