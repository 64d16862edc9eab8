"""Where a sentence says other than its quotes."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from qa.attribution import attributions
from qa.claims import Cue, doubts, is_negator, negations
from qa.directions import Direction, directions
from qa.facts import (
    Contradiction,
    exchanged_figures,
    known_words,
    name_known,
    unknown_names,
    wrong_dates,
    wrong_figures,
)
from qa.wording import IRREGULAR_FORMS, Word, fold, names, stem, words

__all__ = ["contradictions"]


def contradictions(sentence: str, quotes: Sequence[str]) -> list[Contradiction]:
    """Whatever in a sentence no quote bears, hardest evidence first; empty when nothing was found.

    Example:
        >>> contradictions("40,000 people marched.", ["Some 400,000 people marched on Monday."])[0].reason
        'the quote says 400,000, not 40,000'
    """
    found: list[Contradiction] = []
    for look in (wrong_figures, exchanged_figures, wrong_dates, unknown_names, _wrong_polarity, _wrong_doubt):
        found.extend(look(sentence, quotes))
    for look in (_wrong_speaker, _wrong_direction, _swapped_roles):
        found.extend(look(sentence, quotes))
    return found


def _stems(text: str) -> set[str]:
    return {word.stem for word in words(text) if word.content}


def _bears_on(cue: Cue, stems: set[str], *, depth: int = 3) -> bool:
    """The first content words of the cue's scope occur there."""
    return bool(stems.intersection(cue.scope[:depth]))


def _wrong_polarity(sentence: str, quotes: Sequence[str]) -> Iterator[Contradiction]:
    own, quoted = negations(sentence), [cue for quote in quotes for cue in negations(quote)]
    open_cues, unanswered = list(quoted), []
    unturned = set().union(*(_unturned(quote) for quote in quotes))
    said = set().union(*(_stems(quote) for quote in quotes))
    answers = [cue for cue in own if cue.kind == "plain" or cue.scope[0] not in said]
    for cue in sorted(answers, key=lambda one: one.kind == "plain"):
        match = next((other for other in open_cues if _same_denial(cue, other, unturned)), None)
        if match:
            open_cues.remove(match)
        else:
            unanswered.append(cue)
    more = sum(cue.kind == "plain" for cue in own) > sum(cue.kind == "plain" for cue in quoted)
    unanswered = [cue for cue in unanswered if not _doubled(cue, own)]
    for cue in [*_denials_denied(own, quoted, unturned), *unanswered]:
        if cue.kind == "plain" and _denies_what_is_said(cue, unturned, quotes, more=more):
            yield Contradiction("negation", f"the quote does not say \u201c{cue.text}\u201d there")
            return
    for cue in open_cues:
        left_out = cue.strong and stem(cue.text) not in _stems(sentence) and _heads(cue) <= _stems(sentence)
        if left_out and not unanswered and not _denied_too(cue, answers):
            yield Contradiction("negation", f"the quote says \u201c{cue.text}\u201d, which the sentence leaves out")
            return


def _heads(cue: Cue) -> set[str]:
    """What is denied: the next content word after "not" and the like, two after "no" and "none"."""
    if cue.kind == "mild":
        return set(cue.scope[1:2])
    return set(cue.scope[:2] if cue.text.lower() in _NOUN_NEGATORS else cue.scope[:1])


_NOUN_NEGATORS = {"no", "none", "nobody", "nothing", "neither", "nor", "without", "nowhere", "hardly", "barely"}
_WHOLE_NEGATORS = {"none", "nobody", "nothing", "neither", "no"}
_NEARLY_NEGATIVE = {"still", "yet", "until", "only", "first", "last", "too", "without", "least", "most", "alone", "but"}


def _denies_what_is_said(cue: Cue, unturned: set[str], quotes: Sequence[str], *, more: bool) -> bool:
    """The quote affirms what the cue denies, or denies nothing while the sentence does.

    Nouns are denied in many wordings ("no school" where "schools are closed"): for "no" and the like only a quote
    without any word that borders on a denial counts, and a verb of denial may stand for any dissent.
    """
    text = cue.text.lower()
    said = bool(unturned.intersection(cue.scope[:1]))
    bordering = any(_NEARLY_NEGATIVE.intersection(word.text.lower() for word in words(quote)) for quote in quotes)
    turning = any(negations(quote) for quote in quotes)
    if text in _NOUN_NEGATORS or not is_negator(text):
        return said and not bordering and not turning
    return said or more or (turning and bool(unturned.intersection(cue.scope[:2])))


def _denials_denied(own: Sequence[Cue], quoted: Sequence[Cue], unturned: set[str]) -> list[Cue]:
    """As in "not closed" where the quote says "closed": a denial of a denial, in its own word."""
    turned = {cue.scope[0] for cue in quoted if cue.kind == "mild"} & unturned
    return [cue for cue in own if cue.kind == "plain" and turned.intersection(cue.scope[:1])]


def _doubled(cue: Cue, own: Sequence[Cue]) -> bool:
    """What is denied is a denial itself: "not avoid", "did not fail"."""
    return any(other.kind == "mild" and other.scope[0] in cue.scope[:1] for other in own)


def _unturned(quote: str) -> set[str]:
    """Content stems that stand under no negator of the quote."""
    turned = {one for cue in negations(quote) if cue.kind == "plain" for one in cue.scope}
    return _stems(quote) - turned


def _same_denial(own: Cue, other: Cue, unturned: set[str]) -> bool:
    """The quote's word denies what the sentence's denies, as far as words can tell."""
    scope = own.scope if own.kind == "plain" else own.scope[1:]
    if {own.text.lower(), other.text.lower()} <= _WHOLE_NEGATORS:
        return True
    if other.kind == "plain":
        return bool(set(scope) & set(other.scope)) or not other.scope or not unturned.intersection(scope[:2])
    if other.text.lower() == "only":
        return own.text.lower().startswith(("no", "none")) and own.text.lower() != "not"
    if own.kind == "mild":
        return own.scope[0] == other.scope[0] or bool(set(scope[:1]) & set(other.scope[1:]))
    near = scope[:1] if scope[:1] and scope[0] in unturned else scope
    return bool(set(near) & set(other.scope[1:]))


def _denied_too(cue: Cue, own: Sequence[Cue]) -> bool:
    own_side = cue.scope if cue.kind == "plain" else cue.scope[1:]
    return any(not other.scope or set(other.scope) & set(own_side) for other in own)


_COMPATIBLE = {
    "possible": {"possible", "likely", "conditional", "alleged", "able"},
    "likely": {"likely", "possible", "planned"},
    "planned": {"planned", "likely", "conditional", "possible"},
    "alleged": {"alleged", "possible", "likely"},
    "conditional": {"conditional", "possible", "planned"},
    "able": {"able", "possible"},
    "certain": {"certain"},
    "ordered": {"ordered"},
}


def _wrong_doubt(sentence: str, quotes: Sequence[str]) -> Iterator[Contradiction]:
    own, quoted = doubts(sentence), [cue for quote in quotes for cue in doubts(quote)]
    own_stems, quoted_stems = _stems(sentence), set().union(*(_stems(quote) for quote in quotes))
    own_kinds = {cue.kind for cue in own}
    for cue in quoted:
        if cue.kind == "ordered" and own_stems.intersection(cue.scope) and not own_kinds & {"ordered", "planned"}:
            yield Contradiction("modality", f"the quote only tells someone to \u201c{cue.text.lower()}\u201d it")
            return
        taken_up = _as_done(cue, sentence) if cue.text.lower() in ("will", "would") else _covered(cue, own_stems)
        if cue.strong and taken_up and not _COMPATIBLE[cue.kind] & own_kinds:
            yield Contradiction(
                "modality", f"the quote says \u201c{cue.text}\u201d; the sentence states it more firmly"
            )
            return
    for cue in own:
        plain = cue.kind in ("possible", "certain") and cue.text.lower() != "could"
        telling = plain or _bears_on(cue, quoted_stems, depth=2)
        if cue.text.lower() in ("will", "would"):
            telling = any(_as_done(cue, quote) for quote in quotes)
        if cue.strong and telling and not any(_same_doubt(cue, other, quoted_stems) for other in quoted):
            yield Contradiction("modality", f"the quote does not say \u201c{cue.text}\u201d")
            return


def _as_done(cue: Cue, sentence: str) -> bool:
    """What the quote says will be, the sentence tells in the past."""
    return any(
        word.stem in cue.scope[:1] and (word.text.lower().endswith("ed") or word.text.lower() in IRREGULAR_FORMS)
        for word in words(sentence)
    )


def _covered(cue: Cue, stems: set[str]) -> bool:
    """The sentence takes up what the cue bears on: its next words, or most of its clause."""
    most = len(cue.clause & stems) >= max(2.0, _MOST_OF_A_CLAUSE * len(cue.clause))
    return _bears_on(cue, stems, depth=2) or most


_MOST_OF_A_CLAUSE = 0.75


def _same_doubt(own: Cue, other: Cue, quoted_stems: set[str]) -> bool:
    if other.kind not in _COMPATIBLE[own.kind]:
        return False
    if own.kind == "planned" or own.text.lower() == other.text.lower():
        return True
    return not _bears_on(own, quoted_stems, depth=1) or bool(set(own.scope) & (set(other.scope) | other.clause))


# Speaker


def _wrong_speaker(sentence: str, quotes: Sequence[str]) -> Iterator[Contradiction]:
    quoted = [one for quote in quotes for one in attributions(quote)]
    known, initials = known_words(quotes)
    for own in attributions(sentence):
        if not own.speaker:
            continue
        unnamed = any(not one.speaker for one in quoted)
        if not unnamed and not any(name_known(part, known, initials) for part in own.speaker):
            yield Contradiction("speaker", f"the quote does not have {own.text} saying it")
            return


# Direction and roles


def _wrong_direction(sentence: str, quotes: Sequence[str]) -> Iterator[Contradiction]:
    quoted = [one for quote in quotes for one in directions(quote)]
    for own in directions(sentence):
        rivals = [
            one for one in quoted if one.axis == own.axis and (one.turned == own.turned or not _same_word(one, own))
        ]
        agree = [_nearness(own, one) for one in rivals if _sign(one) == _sign(own)]
        against = [one for one in rivals if _sign(one) != _sign(own) and not _turned_round(own, one)]
        other = max(against, key=lambda one: _nearness(own, one), default=None)
        if other and _nearness(own, other) > max(agree, default=0):
            yield Contradiction("direction", f"the quote says \u201c{other.text}\u201d, not \u201c{own.text}\u201d")
            return


def _same_word(one: Direction, other: Direction) -> bool:
    """The words differ in a negator only, which is `_wrong_polarity`'s to judge."""
    return stem(one.text) == stem(other.text)


def _turned_round(one: Direction, other: Direction) -> bool:
    """Opposite words say the same when what stands beside them has changed sides: "A before B", "B after A"."""
    if one.text.lower() not in _RELATIONS:
        return False
    straight = len(one.before & other.before) + len(one.after & other.after)
    return len(one.before & other.after) + len(one.after & other.before) > straight


_RELATIONS = set(
    "before after earlier later above below ahead behind larger smaller bigger older younger faster slower higher "
    "lower longer shorter more fewer less bought sold buy sell over under north south east west".split()
)


def _sign(direction: Direction) -> int:
    return -direction.sign if direction.turned else direction.sign


def _nearness(one: Direction, other: Direction) -> int:
    return len((one.before | one.after) & (other.before | other.after))


def _swapped_roles(sentence: str, quotes: Sequence[str]) -> Iterator[Contradiction]:
    """Two names stand the other way round about the same verb or comparison ("A beat B", "B beat A")."""
    own = _roles(sentence)
    for quote in quotes:
        for before, verb, after in _roles(quote):
            if (after, verb, before) in own and (before, verb, after) not in own:
                yield Contradiction(
                    "direction", f"the quote has {before.title()} and {after.title()} the other way round"
                )
                return


def _roles(text: str) -> set[tuple[str, str, str]]:
    """Name, verb, name for each two neighbouring names with at most four content words between."""
    tokens = words(text)
    heads = [(i, fold(word.text)) for i, word in enumerate(tokens) if _is_name_head(tokens, i, text)]
    found: set[tuple[str, str, str]] = set()
    for (i, one), (j, other) in pairwise(heads):
        between = tokens[i + 1 : j]
        if one == other or not between or len(between) > 6:
            continue
        passive = any(word.text.lower() == "by" for word in between)
        pair = (other, one) if passive else (one, other)
        found.update((pair[0], word.stem, pair[1]) for word in between if _relates(word))
    return found


def _relates(word: Word) -> bool:
    """A past or present verb, or "than": what stands between two names and can be turned round."""
    text = word.text.lower()
    return text == "than" or (word.content and (text.endswith("ed") or text in IRREGULAR_FORMS or text in _PLAIN_VERBS))


_PLAIN_VERBS = set(
    "beat beats hit hurt cut buys sells owns leads backs supports opposes sues accuses attacks invades praises blames "
    "criticises helps owes pays follows replaces succeeds employs".split()
)


def _is_name_head(tokens: Sequence[Word], place: int, text: str) -> bool:
    """The last word of a proper name."""
    named = {part for name in names(text) for part in name}
    if fold(tokens[place].text) not in named or not tokens[place].text[0].isupper():
        return False
    following = tokens[place + 1] if place + 1 < len(tokens) else None
    return not (
        following
        and following.text[0].isupper()
        and fold(following.text) in named
        and following.start == tokens[place].start + len(tokens[place].text) + 1
    )
