"""A model's text made harmless: no links, images, tags or invisible characters, and none of its instructions."""

import re

from qa.prompting import INSTRUCTIONS

__all__ = ["carries_markup", "clean", "presentable", "repeats_rules"]

_MARKUP = re.compile(
    r"!?\[[^\]]*\]\s*\([^)\s]*\)?|<[^>]*>?|(?:https?|ftp|file|data|javascript|mailto):\S+|\bwww\.\S+"
    r"|(?<!\w)//[\w-]+\.\S+|\b[\w-]+(?:\.[\w-]+)+/\S*|!\[|\]\(",
    re.IGNORECASE,
)


_UNSEEN = re.compile(
    r"[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]"
)


_SAME_RUN = 6
"""Words in a row shared with the rules that make a sentence a repetition of them."""


def clean(text: str) -> str:
    """Without links, images, tags and invisible characters.

    Example:
        >>> clean("See ![x](http://a.example/?q=1) the <b>port</b> at https://a.example.")
        'See the port at'
    """
    text = re.sub(r"(?<!!)\[([^\]]*)\]\s*\([^)]*\)", r"\1", _UNSEEN.sub("", text))
    return re.sub(r"\s+", " ", _MARKUP.sub("", text)).strip()


def presentable(pending: str) -> str:
    """An unfinished sentence as it may be shown: cut where a link or markup may begin, empty for one of the rules."""
    cut = re.search(r"[<!\[\]]|\b\w+:/|\bwww\.|//", pending)
    text = clean(pending[: cut.start()] if cut else pending)
    return "" if repeats_rules(text) else text


def _runs(text: str) -> set[tuple[str, ...]]:
    plain = re.findall(r"\w+", text.lower())
    return {tuple(plain[at : at + _SAME_RUN]) for at in range(len(plain) - _SAME_RUN + 1)}


_RULES = _runs(INSTRUCTIONS)


def repeats_rules(text: str) -> bool:
    """Six words in a row are those of the instructions."""
    return not _RULES.isdisjoint(_runs(text))


def carries_markup(text: str) -> bool:
    """It has a link, an image, a tag or an address."""
    return bool(_MARKUP.search(text))
