"""From one item of a list to the whole list it stands in; pure."""

import re

from index.articles import Span
from qa.answer import Passage

__all__ = ["whole_list"]

_NAME = r"(?:[Tt]he\s+)?[A-Z][\w'\u2019.-]*(?:\s+(?:(?:of|the|al|de)\s+)?[A-Z][\w'\u2019.-]*)*"
_NAMES = re.compile(rf"{_NAME}(?:,\s+{_NAME})*,?\s+(?:and|or)\s+{_NAME}(?=$|[\s,.;:])")


def whole_list(passage: Passage, span: Span) -> Span:
    """The enumeration of names that a span is an item of, in its sentence; the span itself where it is in none.

    Args:
        passage: Where the span stands.
        span: In offsets of the article.
    """
    around = [s for s in passage.sentences if s[0] < span[1] and span[0] < s[1]]
    if not around:
        return span
    start, end = around[0][0], around[-1][1]
    for match in _NAMES.finditer(passage.slice((start, end))):
        listed = (start + match.start(), start + match.start() + len(match.group().rstrip(".")))
        if listed[0] < span[1] and span[0] < listed[1]:
            return min(listed[0], span[0]), max(listed[1], span[1])
    return span
