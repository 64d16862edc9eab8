"""Citation markers in a model's text, read as it arrives: ids resolve, wrong ones vanish and are counted."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from index.sentences import sentence_spans

__all__ = ["MarkedSentence", "MarkerReader", "short_ids"]

_LETTERS = "abcdefghjkmnpqrstuvwxyz"
_DIGITS = "23456789"
_OPENING, _CLOSING = "[\u3010\uff3b", "]\u3011\uff3d"
_CLOSING_SET = set(_CLOSING)
_INSIDE = re.compile(r"(?:ids?[:\s]+|source[s:]*\s+|#)?([A-Za-z]\d[A-Za-z]\d|[1-9]\d{0,2}(?![,.]\d{3}))", re.IGNORECASE)
_MARKER = re.compile(
    r"(?:\s*[\[\u3010\uff3b]\s*)+((?:(?:ids?[:\s]+|source[s:]*\s+|#)?(?:[A-Za-z]\d[A-Za-z]\d|[1-9]\d{0,2}(?![,.]\d{3}))[\s,;&\u3001]*(?:and\s+)?)+)"
    r"(?:[\]\u3011\uff3d]+|$)",
    re.IGNORECASE,
)
_BARE = re.compile(r"\b[a-z]\d[a-z]\d\b")
_UNFINISHED = re.compile(r"\s*[\[\u3010\uff3b][\[\u3010\uff3b]?[^\[\]\u3010\u3011\uff3b\uff3d]{0,80}$")
_LONGEST = 120
"""Characters after an opening bracket that are held back before they count as ordinary text."""


def short_ids(contents: Iterable[str]) -> list[str]:
    """One four-character id per content, letter-digit-letter-digit, from its hash: same contents, same ids.

    A model that mistypes an id, or counts 1, 2, 3, hits no other sentence: of 33,856 ids only those given exist.

    Example:
        >>> ids = short_ids(["Rain fell.", "Rivers rose."])
        >>> ids == short_ids(["Rain fell.", "Rivers rose."]), len(set(ids))
        (True, 2)
    """
    given: list[str] = []
    for content in contents:
        salt = 0
        while True:
            digest = hashlib.sha256(f"{salt}|{content}".encode()).digest()
            made = "".join(
                alphabet[byte % len(alphabet)] for alphabet, byte in zip((_LETTERS, _DIGITS) * 2, digest, strict=False)
            )
            if made not in given:
                break
            salt += 1
        given.append(made)
    return given


@dataclass(frozen=True)
class MarkedSentence:
    """One sentence a model wrote.

    Args:
        text: Without markers.
        ids: Known ids it cites, each once, in order.
        unknown: How many of its ids name nothing.
    """

    text: str
    ids: tuple[str, ...] = ()
    unknown: int = 0


@dataclass
class MarkerReader:
    """Turns pieces of text into sentences with their citations; a sentence that was given out never changes.

    Args:
        known: The ids that were given to the model.
    """

    known: frozenset[str]
    unknown: int = 0
    _text: str = ""
    _marks: list[tuple[int, tuple[str, ...], int]] = field(default_factory=list)
    _held: str = ""

    def feed(self, piece: str) -> list[MarkedSentence]:
        """Take in the next piece; give out the sentences that it completes."""
        self._held += piece
        self._resolve(final=False)
        return self._settled(final=False)

    def finish(self) -> list[MarkedSentence]:
        """The text has ended: give out what is left; a marker without its closing bracket is read all the same."""
        self._resolve(final=True)
        return self._settled(final=True)

    @property
    def pending(self) -> str:
        """The sentence that is still being written, without markers and without what may become one."""
        return self._text.strip()

    def _resolve(self, *, final: bool) -> None:
        """Move text from the held piece to the clean text, markers to their places."""
        while self._held:
            if self._marks and self._marks[-1][0] == len(self._text) and self._held.lstrip()[:1] in _CLOSING_SET:
                self._held = self._held.lstrip()[1:]
                continue
            match = _MARKER.search(self._held)
            unfinished = None if final else _UNFINISHED.search(self._held)
            if match and (
                final or not unfinished or match.end() <= unfinished.start() or match[0].rstrip()[-1] in _CLOSING
            ):
                self._text += self._held[: match.start()]
                self._mark(_INSIDE.findall(match[1]))
                self._held = self._held[match.end() :]
            elif unfinished and len(self._held) - unfinished.start() <= _LONGEST:
                self._text += self._held[: unfinished.start()]
                self._held = self._held[unfinished.start() :]
                return
            else:
                trailing = "" if final else self._held[len(self._held.rstrip()) :]
                self._text += self._held[: len(self._held) - len(trailing)]
                self._held = trailing
                return

    def _mark(self, ids: list[str]) -> None:
        good = tuple(dict.fromkeys(one.lower() for one in ids if one.lower() in self.known))
        bad = sum(one.lower() not in self.known for one in ids)
        self.unknown += bad
        self._marks.append((len(self._text), good, bad))

    def _settled(self, *, final: bool) -> list[MarkedSentence]:
        """Sentences after which another has begun (all of them at the end), cut off the clean text."""
        spans = [span for span in sentence_spans(self._text) if _says_something(self._text[span[0] : span[1]])]
        done = spans if final else spans[:-1]
        if not done:
            return []
        found = []
        cut = len(self._text) if final else spans[len(done)][0]
        for number, (start, end) in enumerate(done):
            begins = start if number else 0
            until = done[number + 1][0] if number + 1 < len(done) else cut
            here = [mark for mark in self._marks if self._belongs(mark[0], begins, end, until)]
            text = self._text[start:end]
            bare = [one for one in _BARE.findall(text) if one in self.known]
            ids = tuple(dict.fromkeys([*(one for mark in here for one in mark[1]), *bare]))
            for one in bare:
                text = re.sub(rf"\(?\b{one}\b\)?", "", text)
            found.append(MarkedSentence(_tidy(text), ids, sum(mark[2] for mark in here)))
        self._marks = [(at - cut, good, bad) for at, good, bad in self._marks if not final and at > cut]
        self._text = self._text[cut:]
        return found

    @staticmethod
    def _belongs(place: int, begins: int, end: int, until: int) -> bool:
        """A marker inside a sentence, or between its end and the next one's first word."""
        return begins < place <= max(end, until) or (begins == 0 and place == 0)


def _says_something(text: str) -> bool:
    """Not only signs, nor the number of a list entry."""
    return bool(re.search(r"\w", re.sub(r"^\W*\d{1,2}[.)]\W*$", "", text)))


def _tidy(text: str) -> str:
    text = re.sub(r"^(?:[-*\u2022#>]+|\d+[.)])\s+", "", text.strip())
    text = re.sub(r"\*\*|__|`", "", text)
    return re.sub(r"\s+([.,;:!?])", r"\1", re.sub(r"\s+", " ", text)).strip()
