"""Who says what in a sentence."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa.wording import Word, stem, words

__all__ = ["Attribution", "attributions"]

_SPEECH = {
    stem(word)
    for word in (
        "say tell announce warn insist deny argue explain testify allege acknowledge admit stress concede"
    ).split()
}


_PERHAPS_SPEECH = {
    stem(word)
    for word in (
        "report state claim confirm declare write add note suggest predict reveal conclude reply believe "
        "think estimate recall promise complain maintain remark joke vow pledge propose answer ask"
    ).split()
}


@dataclass(frozen=True)
class Attribution:
    """Who is said to have said what.

    Args:
        speaker: Stems of the speaker's content words; empty for a pronoun.
        text: The speaker as written.
        verb: Stem of the verb.
        near: Stems within nine words of the verb: the speaker's name, office and house stand among them.
    """

    speaker: tuple[str, ...]
    text: str
    verb: str
    near: frozenset[str]

    @property
    def surely(self) -> bool:
        """The verb is one of speech wherever it stands: "say", not "suggest"."""
        return self.verb == "accord" or self.verb in _SPEECH


_ACCORDING = re.compile(r"\baccording to ((?:[^\s,.;:]+ ?){1,8})", re.IGNORECASE)


def attributions(sentence: str) -> list[Attribution]:
    """Who says what in a sentence, in reading order.

    Example:
        >>> [(a.text, a.verb) for a in attributions('"It is over," said a spokesman for the union.')]
        [('a spokesman for the union', 'say')]
        >>> [(a.text, a.verb) for a in attributions("According to Ito, the minister denied that talks failed.")]
        [('Ito', 'accord'), ('the minister', 'deny')]
    """
    tokens = words(sentence)
    found = []
    for match in _ACCORDING.finditer(sentence):
        speaker = match[1].strip()
        span = (match.start(), match.start(1) + len(speaker))
        found.append(_attribution(tokens, speaker, "accord", span))
    for place, token in enumerate(tokens):
        if _speaks(sentence, tokens, place):
            where = _speaker_span(sentence, tokens, place)
            if where:
                found.append(_attribution(tokens, sentence[where[0] : where[1]], token.stem, where))
    return found


def _speaks(sentence: str, tokens: Sequence[Word], place: int) -> bool:
    """The word is a verb of speech with a subject of its own."""
    token = tokens[place]
    if token.text.lower().endswith("ing") or _is_noun(tokens, place):
        return False
    if token.stem in _SPEECH:
        return True
    after = sentence[token.start + len(token.text) :]
    before = sentence[: token.start].rstrip()
    quoted = bool(re.match(r"\s*(?:that\b|[,:]?\s*[\"\u201c])", after)) or before.endswith(('"', "\u201d"))
    return token.stem in _PERHAPS_SPEECH and quoted


def _is_noun(tokens: Sequence[Word], place: int) -> bool:
    """The word of speech stands as a noun: "a report", "the claims"."""
    before = tokens[place - 1].text.lower() if place else ""
    return before in {"a", "an", "the", "his", "her", "its", "their", "this", "new", "to", "of", "no", "any"}


def _attribution(tokens: Sequence[Word], speaker: str, verb: str, span: tuple[int, int]) -> Attribution:
    places = [place for place, token in enumerate(tokens) if span[0] <= token.start < span[1]]
    around = tokens[max(0, places[0] - 9) : places[-1] + 10] if places else ()
    near = frozenset(token.stem for token in around if token.content)
    stems = tuple(token.stem for token in words(speaker) if token.content)
    return Attribution(stems, speaker, verb, near)


_AUXILIARY = set("has had have was were is also later then never not did does do would will that".split())


_BEFORE_VERB = set("and but or to who which he she they it i we you".split())


def _speaker_span(sentence: str, tokens: Sequence[Word], place: int) -> tuple[int, int] | None:
    """Where the speaker of a verb of speech stands: before it in its clause, or after it ("said X").

    None where that is not plain: a verb stands between, or the verb is one of several of one subject.
    """
    clause = tokens[place].clause
    last = place
    while last and tokens[last - 1].text.lower() in _AUXILIARY and tokens[last - 1].clause == clause:
        last -= 1
    first = last
    while first and tokens[first - 1].clause == clause:
        first -= 1
    if first < last:
        return _noun_phrase(tokens, first, last)
    if _inverted(sentence, tokens, place):
        verb_end = tokens[place].start + len(tokens[place].text)
        after = re.match(
            r"\s*((?:(?!on |in |at |who |that |as |after |when |during |late |early )[^\s,.;:]+ ?){1,7})",
            sentence[verb_end:],
        )
        return (verb_end + after.start(1), verb_end + len(after[0].rstrip())) if after else None
    return _apposed(tokens, place)


def _noun_phrase(tokens: Sequence[Word], first: int, last: int) -> tuple[int, int] | None:
    """The span of a subject, if what stands there can be one."""
    while first < last and tokens[first].text.lower() in (
        "but",
        "while",
        "although",
        "and",
        "when",
        "as",
        "because",
        "so",
    ):
        first += 1
    inside = [token.text.lower() for token in tokens[first:last]]
    if (
        not inside
        or inside[0] in _NO_SUBJECT
        or len(inside) > 9
        or (len(inside) > 1 and _BEFORE_VERB.intersection(inside))
    ):
        return None
    if any(word in _AUXILIARY for word in inside):
        return None
    return tokens[first].start, tokens[last - 1].start + len(tokens[last - 1].text)


def _inverted(sentence: str, tokens: Sequence[Word], place: int) -> bool:
    """The speaker follows the verb: '..., said the mayor'."""
    before = sentence[: tokens[place].start].rstrip()
    following = tokens[place + 1] if place + 1 < len(tokens) else None
    if (
        not before
        or not following
        or following.text.lower() in ("he", "she", "they", "it", "that", "there", "in", "on")
    ):
        return False
    if before[-1] in "\"\u201d'\u2019":
        return True
    return before[-1] == "," and not _apposed(tokens, place)


def _apposed(tokens: Sequence[Word], place: int) -> tuple[int, int] | None:
    """The speaker before clauses that describe it: "Ito, who runs the port, said", "the head, Ito, said"."""
    clauses = [[token for token in tokens[:place] if token.clause == tokens[place].clause - back] for back in (1, 2, 3)]
    described: list[Word] = []
    for clause in clauses:
        if not clause or len(described) + len(clause) > 20:
            return None
        described = [*clause, *described]
        if clause[0].text.lower() in _DESCRIBES or clause[0].text.isdigit():
            continue
        if clause[0].text.lower() in _NO_SUBJECT:
            return None
        if not all(word.text[0].isupper() for word in clause) and len(clause) > 5:
            return None
        last = next((word for word in reversed(described) if word.text[0].isupper()), described[-1])
        return clause[0].start, max(last.start + len(last.text), clause[-1].start + len(clause[-1].text))
    return None


_DESCRIBES = set("who which whose a an the of from aged".split())
_NO_SUBJECT = {"than", "that"}
