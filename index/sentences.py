"""Sentence spans with exact offsets.

The splitter is sentencex (Wikimedia, MIT, released in 2026): on the cases of
`tests/bench/compare_sentences.py` it made no wrong break (pysbd 1, syntok 5, blingfire 7) and missed
3 of 41 (3, 5, 3); its offsets count code points; it read 50 MB/s of news where blingfire read 5, syntok
0.9 and pysbd 0.2, none of which was released since 2022. It keeps a quotation of several sentences whole,
with its speaker: a quote torn from "he denied" can lie.
"""

import itertools
import re
import unicodedata

from index.articles import Span

__all__ = ["MAX_SENTENCE", "sentence_spans"]

MAX_SENTENCE = 600
"""Code points; of 100,000 sentences of news 70 were longer, nearly all of them lists or long quotations."""

_BLOCK = 4_000  # code points handed over at a time: sentencex takes the square of the number of quotation marks

_CLUSTER = 32  # code points; more marks on one letter are no writing

_LINE = re.compile(r"[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_MARKER = re.compile(r"\s*(?:\(?(?:\d{1,3}|[A-Za-z])[.)]|[-*\u2022\u2023\u25aa\u25cf\u25e6\u2013\u2014]+)\s*")
# What sentencex 1.0.32 breaks after and should not: "8:30 a.m. ET", "J.D. Hale", "Govs. Lee and May".
_CLOCK = re.compile(r"[ap]\.m\.\s+$")
_ZONE = re.compile(r"(?:[ECMP][SD]?T|GMT|UTC|BST|local|Eastern|Pacific|Central)\b")
_TITLES = re.compile(r"\b(?:Govs|Sens|Reps|Gens|Profs|Drs|Prop)\.\s+$")
_INITIALS = re.compile(r"\b(?!U\.|E\.U|D\.C|N\.Y|L\.A|P\.M|A\.M)(?:[A-Z]\.){2,3}\s+$")
_STARTER = re.compile(r"(?:The|A|An|He|She|It|They|We|I|You|His|Her|Its|Their|But|And|In|On|At|This|That)\b")
_CLOSED = re.compile(r"[.!?][)\]]\s+(?=[\"\u201c]?[A-Z])")

# Where an over-long sentence is cut, best first: a sentence end inside a quotation, a list or clause break,
# a comma, a space.
_CUTS = (
    re.compile(r"[.!?\u2026\u3002][\"'\u201d\u2019)\]]*\s+"),
    re.compile(r"[;:]\s+|\s(?=[\u2022\u2023\u25aa\u25cf\u25e6*|\u2013\u2014-]\s)|\t+|\s{2,}"),
    re.compile(r"[,\u060c\u3001\uff0c]\s*"),
    re.compile(r"\s+"),
)


def sentence_spans(text: str) -> list[Span]:
    r"""Find the sentences of a text.

    A line end always ends a sentence, so headings, captions and list entries without a full stop stand
    alone. A sentence over `MAX_SENTENCE` is cut, at sentence ends inside a quotation, clause or list breaks
    if it has any, and within a word only where there is no space.

    Args:
        text: Any text; offsets count its code points.

    Returns:
        Spans in reading order that do not overlap, hold every character that is not a space, and neither
        start nor end with a space; empty for an empty text.

    Example:
        >>> text = "The U.N. met on Jan. 25.\nNobody left."
        >>> [text[start:end] for start, end in sentence_spans(text)]
        ['The U.N. met on Jan. 25.', 'Nobody left.']
    """
    spans: list[Span] = []
    for line in _LINE.finditer(text):
        start = line.start()
        while start < line.end():
            end = min(start + _BLOCK, line.end())
            found = _split_line(text, start, end)
            if len(found) < 2:
                found = _cut_long(text, found)
            if end < line.end() and found and found[-1][0] > start:
                end = found.pop()[0]  # it may go on beyond the block: the next one begins with it
            spans.extend(_cut_long(text, found))
            start = end
    return spans


def _split_line(text: str, start: int, end: int) -> list[Span]:
    """Sentences of one line, each without its surrounding spaces."""
    line = text[start:end]
    breaks = _breaks(line)
    edges = [
        0,
        *(b for a, b in zip([0, *breaks], breaks, strict=False) if not _belongs_together(line, a, b)),
        len(line),
    ]
    spans = []
    for left, right in itertools.pairwise(edges):
        piece = line[left:right]
        first = left + len(piece) - len(piece.lstrip())
        last = left + len(piece.rstrip())
        if first < last:
            spans.append((start + first, start + last))
    return spans


def _breaks(line: str) -> list[int]:
    """Offsets inside a line where the splitter, or a closed bracket after a full stop, ends a sentence."""
    from sentencex import get_sentence_boundaries

    found = {boundary["start_index"] for boundary in get_sentence_boundaries("en", line)}
    found.update(match.end() for match in _CLOSED.finditer(line))
    return sorted(offset for offset in found if 0 < offset < len(line))


def _belongs_together(line: str, start: int, middle: int) -> bool:
    """Whether a break at `middle` is none: what began at `start` is a list marker or ends in a title."""
    before = line[max(start, middle - 12) : middle]
    return bool(
        _MARKER.fullmatch(line, start, middle)
        or (_CLOCK.search(before) and _ZONE.match(line, middle))
        or _TITLES.search(before)
        or (_INITIALS.search(before) and not _STARTER.match(line, middle))
    )


def _cut_long(text: str, spans: list[Span]) -> list[Span]:
    """Cut what is over `MAX_SENTENCE` near its middle, again until it fits."""
    done: list[Span] = []
    waiting = spans[::-1]
    while waiting:
        start, end = waiting.pop()
        if end - start <= MAX_SENTENCE:
            done.append((start, end))
            continue
        left, right = _cut(text, start, end)
        waiting += [(right, end), (start, left)]
    return done


def _cut(text: str, start: int, end: int) -> Span:
    """End of the first part and start of the second, of a sentence to cut in two."""
    middle, quarter = (start + end) // 2, (end - start) // 4
    for pattern in _CUTS:
        found = [match.end() for match in pattern.finditer(text, start + quarter, end - quarter)]
        if found:
            right = min(found, key=lambda offset: abs(offset - middle))
            return start + len(text[start:right].rstrip()), right + _leading_space(text, right, end)
    right = next(
        (offset for offset in range(middle, min(middle + _CLUSTER, end)) if not _continues(text[offset])), middle
    )
    return start + len(text[start:right].rstrip()), right + _leading_space(text, right, end)


def _leading_space(text: str, start: int, end: int) -> int:
    return len(text[start:end]) - len(text[start:end].lstrip())


def _continues(character: str) -> bool:
    """Whether a character belongs to the one before it: a combining mark, a joiner, a skin tone."""
    return (
        bool(unicodedata.combining(character))
        or character in "\u200d\ufe0f"
        or "\U0001f3fb" <= character <= "\U0001f3ff"
    )
