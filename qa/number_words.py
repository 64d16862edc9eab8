"""Figures written out in English words."""

import re
from itertools import pairwise

__all__ = ["SCALES", "read_words", "unbroken"]

_ONES = dict(
    zip(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
        "sixteen seventeen eighteen nineteen".split(),
        range(20),
        strict=True,
    )
)
_TENS = dict(zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10), strict=True))
_ORDINALS = dict(
    zip(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(),
        range(1, 13),
        strict=True,
    )
)
SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "dozen": 12}
SCALES |= {"k": 1e3, "m": 1e6, "mn": 1e6, "bn": 1e9, "tn": 1e12}
_TENS |= {word.removesuffix("y") + "ies": value for word, value in _TENS.items()}
_PARTS = {"half": 0.5, "third": 1 / 3, "quarter": 0.25, "fifth": 0.2, "tenth": 0.1}
_TIMES = {"twice": 2, "double": 2, "doubled": 2, "doubling": 2, "doubles": 2, "twofold": 2}
_TIMES |= {"fortnight": 2, "triple": 3, "tripled": 3, "tripling": 3, "thrice": 3, "threefold": 3, "quadrupled": 4}


def unbroken(text: str, words: list[re.Match[str]]) -> list[str]:
    """The words up to the first that is parted from the one before by more than a space or a hyphen."""
    run = [words[0][0].lower()]
    for one, other in pairwise(words):
        if not re.fullmatch(r"\s+|-", text[one.end() : other.start()]):
            break
        run.append(other[0].lower())
    return run


def read_words(words: list[str]) -> tuple[int, float, bool]:
    """How many words from the first make a figure, its value, whether it is an ordinal; (0, 0, False) for none.

    Example:
        >>> read_words("two hundred and five people".split())
        (4, 205.0, False)
        >>> read_words("half a million cars".split()), read_words("third place".split())
        ((3, 500000.0, False), (1, 3.0, True))
    """
    for read in (_read_times, _read_part, _read_ordinal):
        found = read(words)
        if found:
            return found
    if words[0] in ("a", "an", "one") and words[1:2] and words[1] not in SCALES:
        return _NONE
    return _read_cardinal(words)


_NONE = (0, 0.0, False)


def _read_times(words: list[str]) -> tuple[int, float, bool] | None:
    return (1, float(_TIMES[words[0]]), False) if words[0] in _TIMES else None


def _read_ordinal(words: list[str]) -> tuple[int, float, bool] | None:
    if words[0] not in _ORDINALS or words[0] in ("first", "second"):
        return None
    return 1, float(_ORDINALS[words[0]]), True


def _read_part(words: list[str]) -> tuple[int, float, bool] | None:
    """Halves and quarters: "half", "half a million", "a quarter of", "half an hour" (in minutes)."""
    first = words[0]
    if words[:3] == ["and", "a", "half"]:
        return _NONE
    if first in ("a", "one") and words[1:2] and words[1] in _PARTS and words[2:3] == ["of"]:
        return 2, _PARTS[words[1]], False
    if words[:4] == ["quarter", "of", "an", "hour"]:
        return 4, 15.0, False
    if words[:3] == ["half", "an", "hour"]:
        return 3, 30.0, False
    if first == "quarter":
        return (1, 0.25, False) if words[1:2] == ["of"] else _NONE
    return _read_half(words) if first == "half" else None


def _read_half(words: list[str]) -> tuple[int, float, bool]:
    skipped = 1 if words[1:2] == ["a"] else 0
    scale = words[1 + skipped] if len(words) > 1 + skipped else ""
    return (2 + skipped, 0.5 * SCALES[scale], False) if scale in SCALES and len(scale) > 2 else (1, 0.5, False)


def _read_cardinal(words: list[str]) -> tuple[int, float, bool]:
    total = part = 0.0
    length = 0
    for place, word in enumerate(words):
        if word in _ONES or word in _TENS:
            if place and words[place - 1] in _ONES:
                break
            part += _ONES.get(word, _TENS.get(word, 0))
        elif word == "hundred":
            part = (part or 1) * 100
        elif word in SCALES and len(word) > 2:
            total, part = total + (part or 1) * SCALES[word], 0.0
        elif _is_part(word, part):
            return place + 1, part * _PARTS[word.removesuffix("s")], False
        elif not _connects(words, place):
            break
        length = place + 1
    return _ended(words[:length], total + part)


def _ended(words: list[str], value: float) -> tuple[int, float, bool]:
    """Without a connecting word at the end; "one" alone is a pronoun more often than a count."""
    if words and words[-1] in ("and", "a", "an"):
        words = words[:-1]
    return _NONE if words in (["one"], ["zero"]) else (len(words), value, False)


def _is_part(word: str, part: float) -> bool:
    """The "thirds" of "two thirds"."""
    return bool(part) and word != "half" and word.removesuffix("s") in _PARTS


def _connects(words: list[str], place: int) -> bool:
    """The "and" of "two hundred and five", the "a" of "a hundred"."""
    if words[place] == "and":
        return place > 0 and words[place - 1] in ("hundred", "thousand", "million")
    return place == 0 and words[place] in ("a", "an")
