"""A sentence turned round in one place: what it would say without its "not", with another modal, the opposite word."""

import re
from collections.abc import Iterator
from typing import Literal

from qa.directions import OPPOSITES

__all__ = ["Turn", "turned"]

Turn = Literal["negation", "modality", "direction"]

_MOST = 8
"""Turned sentences of a kind that are looked at."""

_WITHOUT = (
    (r"\b(do|does|did) not (?=[a-z])", ""),
    (r"\b(?:not|never) ", ""),
    (r"(?<=[a-z])n['\u2019]t\b", ""),
    (r"\bno longer\b", "still"),
    (r"\bno (?=[a-z])", "a "),
    (r"\b(?:nobody|no one)\b", "somebody"),
    (r"\bnothing\b", "something"),
    (r"\b(?:none|neither)\b", "some"),
    (r"\bwithout\b", "with"),
    (r"\bden(?:ied|ies|y)\b", "confirmed"),
    (r"\bunable\b", "able"),
)
_WITH = (
    (r"\b(is|are|was|were|has|have|had|will|would|can|could|may|might|must|should|did|does|do)\b(?! not\b)", r"\1 not"),
    (r"\b(?:a|an|some) (?=[a-z])", "no "),
    (r"\bconfirm(?:ed|s)?\b", "denied"),
    (r"(?<=[a-z] )([a-z]{3,}ed)\b", r"did not \1"),
)
_MODAL = (
    (r"\b(?:may|might) have been\b", ("was", "were")),
    (r"\b(?:may|might) be\b", ("is", "are", "will be")),
    (r"\b(?:may|might) have (?=[a-z])", ("", "has ", "had ")),
    (r"\b(?:may|might)\b", ("will", "must", "can")),
    (r"\bcould\b", ("will",)),
    (r"\b(?:will|would)\b", ("may", "could")),
    (r"\b(?:must|should)\b", ("may", "did")),
    (r"\bdid\b", ("should",)),
    (r"\b(?:has|have) begun to\b", ("plans to",)),
    (r"\bmanaged to\b", ("planned to",)),
    (r"\bcertain to\b", ("expected to", "likely to")),
)


def turned(sentence: str, kind: Turn, *, adding: bool = False) -> list[str]:
    """The sentence with one word turned round, once for each place where that can be done; at most eight.

    Args:
        sentence: Any sentence.
        kind: What is turned.
        adding: For negation, a "not" is put in instead of taken out.

    Example:
        >>> turned("The port may not close.", "negation")
        ['The port may close.']
        >>> turned("Prices rose in May.", "direction")
        ['Prices fell in May.']
    """
    if kind == "direction":
        ways = _opposites(sentence)
    elif kind == "negation":
        ways = _swapped(sentence, tuple((pattern, (new,)) for pattern, new in (_WITH if adding else _WITHOUT)))
    else:
        ways = _swapped(sentence, _MODAL)
    found = dict.fromkeys(text for text in ways if text != sentence)
    return list(found)[:_MOST]


def _swapped(sentence: str, swaps: tuple[tuple[str, tuple[str, ...]], ...]) -> Iterator[str]:
    taken: set[int] = set()
    for pattern, choices in swaps:
        for match in re.finditer(pattern, sentence, re.IGNORECASE):
            if match.start() in taken or (match[0][0].isupper() and match.start() and " " not in match[0].strip()):
                continue
            taken.add(match.start())
            for new in choices:
                yield sentence[: match.start()] + match.expand(new) + sentence[match.end() :]


def _opposites(sentence: str) -> Iterator[str]:
    for match in re.finditer(r"[A-Za-z]+", sentence):
        for new in OPPOSITES.get(match[0].lower(), ()):
            yield sentence[: match.start()] + (new.title() if match[0][0].isupper() else new) + sentence[match.end() :]
