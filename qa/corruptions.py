"""Faithful sentences made false by program: one figure, name, denial, doubt, speaker or direction at a time."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random

from qa.attribution import attributions
from qa.figures import dates, figures
from qa.wording import fold, names, words

__all__ = ["CORRUPTIONS", "Donors", "corrupt"]

_WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_MONTHS = "January February March April May June July August September October November December".split()
_COUNTS = "two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty".split()

_OPPOSITES: dict[str, str] = {}
for _one, _other in (
    ("rose", "fell"), ("risen", "fallen"), ("rise", "fall"), ("rises", "falls"), ("rising", "falling"),
    ("increased", "decreased"), ("increase", "decrease"), ("increasing", "decreasing"), ("grew", "shrank"),
    ("higher", "lower"), ("highest", "lowest"), ("more", "fewer"), ("above", "below"), ("before", "after"),
    ("won", "lost"), ("win", "lose"), ("up", "down"), ("larger", "smaller"), ("bigger", "smaller"),
    ("largest", "smallest"), ("biggest", "smallest"), ("opened", "closed"), ("open", "close"), ("best", "worst"),
    ("better", "worse"), ("longer", "shorter"), ("longest", "shortest"), ("older", "younger"),
    ("oldest", "youngest"), ("faster", "slower"), ("over", "under"), ("most", "least"), ("bought", "sold"),
    ("began", "ended"), ("started", "stopped"), ("supported", "opposed"), ("accepted", "rejected"),
    ("earlier", "later"), ("gained", "lost"), ("warmer", "colder"), ("stronger", "weaker"), ("north", "south"),
    ("northern", "southern"), ("east", "west"), ("eastern", "western"), ("profit", "loss"), ("arrived", "left"),
    ("majority", "minority"), ("ahead", "behind"), ("improved", "worsened"), ("climbed", "dropped"),
    ("gain", "loss"), ("growth", "decline"), ("reopened", "closed"), ("raised", "lowered"), ("raise", "lower"),
    ("doubled", "halved"), ("passed", "failed"), ("upper", "lower"), ("women", "men"), ("guilty", "innocent"),
):  # fmt: skip
    _OPPOSITES.setdefault(_one, _other)
    _OPPOSITES.setdefault(_other, _one)

_AUXILIARY = re.compile(
    r"\b(is|are|was|were|has|have|had|will|would|can|could|may|might|must|should|did|does|do)\b(?! not|n't|n\u2019t)",
)
_NOT = re.compile(r"\b(?:not |never )|(?<=[a-z])n['\u2019]t\b|\bno (?=[a-z])")
_PAST = re.compile(
    r"(?<=[a-z] )(?P<verb>[a-z]{3,}ed)\b(?= (?:the|a|an|to|in|on|that|for|by|it|its|his|her|their|\d|[A-Z]))"
)
_MODALS: tuple[tuple[str, str], ...] = (
    (r"\b(may|might|could)\b(?! not)", "will"),
    (r"\b(will|would)\b(?! not)", "may"),
    (r"\b(?:plans?|hopes?|intends?|aims?) to\b", "has begun to"),
    (r"\b(?:planned|hoped|intended) to\b", "managed to"),
    (r"\b(is|are|was|were) (?:expected|likely|scheduled|due) to\b", r"\1 certain to"),
    (r"\b(?:allegedly|reportedly|probably|perhaps|possibly) ", ""),
    (r"\bmust\b", "may"),
    (r"\bshould\b", "did"),
    (r"\b(is|are)\b(?! not)", "may be"),
    (r"\b(was|were)\b(?! not)", "may have been"),
    (r"\b(has|have|had) (?=[a-z]+(?:ed|en)\b)", "might have "),
)


@dataclass
class Donors:
    """What a corruption puts in the place of the truth, gathered from all sentences of a set.

    Args:
        names: Names as written.
        speakers: Speakers as written.
        others: For each quote, quotes of the same article and of others that a citation can be swapped for.
    """

    names: list[str] = field(default_factory=list)
    speakers: list[str] = field(default_factory=list)
    others: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def take(self, sentence: str) -> None:
        """Add a sentence's names and speakers."""
        self.names.extend(name for name in _written_names(sentence) if len(name) > 2)
        self.speakers.extend(one.text for one in attributions(sentence) if one.speaker and len(one.text.split()) <= 5)


@dataclass(frozen=True)
class _Truth:
    """A faithful sentence, what bears it, and where stand-ins and chance come from."""

    sentence: str
    quote: str
    donors: Donors
    random: Random


_Corruption = Callable[[_Truth], str | tuple[str, str] | None]


def corrupt(kind: str, sentence: str, quote: str, donors: Donors, *, seed: str = "") -> tuple[str, str] | None:
    """The sentence made false in one way, with the quote it cites; None where that way is not open.

    Args:
        kind: A key of `CORRUPTIONS`.
        sentence: A faithful sentence.
        quote: What bears it.
        donors: Stand-ins from elsewhere.
        seed: Varies the choice; same arguments, same result.

    Example:
        >>> corrupt("negation", "The bridge was closed.", "The bridge was closed.", Donors())
        ('The bridge was not closed.', 'The bridge was closed.')
    """
    chance = Random(f"{kind}|{sentence}|{seed}")  # noqa: S311 - a choice that is always the same
    made = CORRUPTIONS[kind](_Truth(sentence, quote, donors, chance))
    if made is None:
        return None
    pair = made if isinstance(made, tuple) else (made, quote)
    return pair if pair != (sentence, quote) else None


def _swap(text: str, start: int, end: int, new: str) -> str:
    return text[:start] + new + text[end:]


def _figure(truth: _Truth) -> str | None:
    sentence, quote, random = truth.sentence, truth.quote, truth.random
    known = {figure.value for figure in figures(quote)}
    open_ones = [one for one in figures(sentence) if one.kind != "time"]
    if not open_ones:
        return None
    one = random.choice(open_ones)
    for _ in range(20):
        text = _other_figure(one.text, random)
        made = _swap(sentence, one.start, one.start + len(one.text), text)
        new = [figure.value for figure in figures(made) if figure.start == one.start]
        if new and new[0] not in known and abs(new[0] - one.value) > 0.15 * abs(one.value):
            return made
    return None


def _other_figure(text: str, random: Random) -> str:
    digits = list(re.finditer(r"\d", text))
    if not digits:
        word = re.search(rf"\b(?:{'|'.join(_COUNTS)})\b", text, re.IGNORECASE)
        if not word:
            return text
        new = random.choice([count for count in _COUNTS if count != word[0].lower()])
        return _swap(text, word.start(), word.end(), new.title() if word[0][0].isupper() else new)
    if "," in text and random.random() < 0.3:
        return text.replace(",000", "0,000", 1) if ",000" in text else text.replace(",", "", 1)[:-1]
    digit = digits[0] if random.random() < 0.7 else random.choice(digits)
    return _swap(text, digit.start(), digit.end(), random.choice([d for d in "123456789" if d != digit[0]]))


def _figures_exchanged(truth: _Truth) -> str | None:
    sentence, random = truth.sentence, truth.random
    found = [one for one in figures(sentence) if one.kind != "time"]
    pairs = [(a, b) for a, b in pairwise(found) if a.value != b.value and a.kind == b.kind]
    if not pairs:
        return None
    one, other = random.choice(pairs)
    made = _swap(sentence, other.start, other.start + len(other.text), one.text)
    return _swap(made, one.start, one.start + len(one.text), other.text)


def _date(truth: _Truth) -> str | None:
    sentence, quote, random = truth.sentence, truth.quote, truth.random
    found = dates(sentence)
    if not found:
        return None
    one = random.choice(found)
    parts = list(re.finditer(rf"\b(?:{'|'.join(_WEEKDAYS)}|{'|'.join(_MONTHS)})|\d+", one.text))
    if not parts:
        return None
    part = random.choice(parts)
    known = " ".join(mention.text for mention in dates(quote))
    choices = (
        {True: [str(random.randint(1, 28))], False: [str(int(part[0]) + shift) for shift in (-3, -1, 1, 2, 10)]}[
            part[0].isdigit() and len(part[0]) < 3
        ]
        if part[0].isdigit()
        else (_WEEKDAYS if part[0] in _WEEKDAYS else _MONTHS)
    )
    new = random.choice([choice for choice in choices if choice not in known] or [part[0]])
    return _swap(sentence, one.start + part.start(), one.start + part.end(), new)


def _written_names(sentence: str) -> list[str]:
    found = []
    for name in names(sentence):
        pattern = r"[ .]+".join(re.escape(part) for part in name)
        match = re.search(rf"\b{pattern}\b", sentence, re.IGNORECASE)
        if match:
            found.append(match[0])
    return found


def _name(truth: _Truth) -> str | None:
    sentence, quote, donors, random = truth.sentence, truth.quote, truth.donors, truth.random
    own = _written_names(sentence)
    known = {fold(word.text) for word in words(quote + " " + sentence)}
    if not own:
        return None
    name = random.choice(own)
    fresh = [one for one in donors.names if not known & {fold(part) for part in one.split()}]
    same_length = [one for one in fresh if len(one.split()) == len(name.split())]
    return sentence.replace(name, random.choice(same_length or fresh), 1) if fresh else None


def _negation(truth: _Truth) -> str | None:
    sentence, random = truth.sentence, truth.random
    denied = re.search(r"\bden(?:ied|ies|y)\b", sentence)
    if denied:
        new = {"denied": "confirmed", "denies": "confirms", "deny": "confirm"}[denied[0]]
        return _swap(sentence, denied.start(), denied.end(), new)
    drop = _NOT.search(sentence)
    if drop:
        return _swap(sentence, drop.start(), drop.end(), "a " if drop[0].startswith("no ") else "")
    auxiliaries = list(_AUXILIARY.finditer(sentence))
    if auxiliaries:
        one = random.choice(auxiliaries)
        return _swap(sentence, one.end(), one.end(), " not")
    past = list(_PAST.finditer(sentence))
    if past:
        one = random.choice(past)
        return _swap(sentence, one.start(), one.end(), "did not " + _base(one["verb"]))
    return None


def _base(verb: str) -> str:
    verb = verb.removesuffix("ed")
    return (
        verb[:-1]
        if len(verb) > 3 and verb[-1] == verb[-2] and verb[-1] not in "sl"
        else verb + ("e" if re.search(r"[aeiou][cgsuvz]$|[^aeiou]l$|[aeiou]r$|at$|ut$|ir$|if$", verb) else "")
    )


def _modality(truth: _Truth) -> str | None:
    sentence, random = truth.sentence, truth.random
    for pattern, new in _MODALS:
        match = re.search(pattern, sentence)
        if match:
            return _swap(sentence, match.start(), match.end(), match.expand(new))
    past = list(_PAST.finditer(sentence))
    if past:
        one = random.choice(past)
        return _swap(sentence, one.start(), one.start(), "may have ")
    return None


def _speaker(truth: _Truth) -> str | None:
    sentence, quote, donors, random = truth.sentence, truth.quote, truth.donors, truth.random
    own = [one for one in attributions(sentence) if one.speaker and one.text in sentence]
    if not own:
        return None
    one = random.choice(own)
    known = {word.stem for word in words(quote + " " + sentence)}
    here = [name for name in _written_names(quote) if name not in one.text and fold(name) not in fold(one.text)]
    fresh = [text for text in donors.speakers if not known & {word.stem for word in words(text) if word.content}]
    choices = here if here and random.random() < 0.3 else fresh
    return sentence.replace(one.text, random.choice(choices), 1) if choices else None


def _direction(truth: _Truth) -> str | None:
    sentence, random = truth.sentence, truth.random
    found = [match for match in re.finditer(r"[A-Za-z]+", sentence) if match[0].lower() in _OPPOSITES]
    found = [match for match in found if not _idiom(sentence, match)]
    if not found:
        return None
    one = random.choice(found)
    new = _OPPOSITES[one[0].lower()]
    return _swap(sentence, one.start(), one.end(), new.title() if one[0][0].isupper() else new)


def _idiom(sentence: str, match: re.Match[str]) -> bool:
    """The word is part of a phrase that does not point anywhere: "set up", "over the counter", "made up of"."""
    word, before = match[0].lower(), sentence[: match.start()].rstrip().rsplit(" ", 1)[-1].lower()
    after = sentence[match.end() :].lstrip()
    if match[0][0].isupper() and match.start():
        return True
    if word in ("up", "down"):
        return not re.match(r"(?:from|by|\d|to \d)", after) and before not in ("was", "were", "is", "are")
    return word in ("over", "under", "most", "least") and not re.match(r"\d", after)


def _citation(truth: _Truth) -> tuple[str, str] | None:
    sentence, quote, donors, random = truth.sentence, truth.quote, truth.donors, truth.random
    others = donors.others.get(quote, ())
    return (sentence, random.choice(list(others))) if others else None


CORRUPTIONS: dict[str, _Corruption] = {
    "figure": _figure,
    "date": _date,
    "name": _name,
    "citation": _citation,
    "negation": _negation,
    "modality": _modality,
    "speaker": _speaker,
    "direction": _direction,
    "figures exchanged": _figures_exchanged,
}
