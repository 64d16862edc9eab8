"""Denials and doubts of a sentence that its quotes do not share, and those of the quotes that it leaves out."""

from collections.abc import Iterator, Sequence

from qa.claims import Cue, doubts, is_negator, negations
from qa.facts import Contradiction
from qa.wording import IRREGULAR_FORMS, stem, words

__all__ = ["wrong_doubt", "wrong_polarity"]


def _stems(text: str) -> set[str]:
    return {word.stem for word in words(text) if word.content}


def _bears_on(cue: Cue, stems: set[str], *, depth: int = 3) -> bool:
    """The first content words of the cue's scope occur there."""
    return bool(stems.intersection(cue.scope[:depth]))


def wrong_polarity(sentence: str, quotes: Sequence[str]) -> Iterator[Contradiction]:
    """A "not" that no quote has there, or one of theirs that the sentence leaves out; the first found."""
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
    if own.kind == "plain" and _prefixed(other.text, scope[:1]):
        return True
    near = scope[:1] if scope[:1] and scope[0] in unturned else scope
    return bool(set(near) & set(other.scope[1:]))


def _prefixed(word: str, stems: Sequence[str]) -> bool:
    """The word is one of the stems with a prefix that denies: "unordered" for "not ordered"."""
    return any(
        stem(word.lower().removeprefix(prefix)) in stems for prefix in ("un", "in", "im", "il", "ir", "dis", "non")
    )


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


def wrong_doubt(sentence: str, quotes: Sequence[str]) -> Iterator[Contradiction]:
    """A "may", "plans to" or "allegedly" that no quote has, or one of theirs that is left out; the first found."""
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
    return any(word.stem in cue.scope[:1] and _past(word.text.lower()) for word in words(sentence))


def _past(word: str) -> bool:
    """A verb's past, as far as its form tells; "best" and "women" are irregular too, but no verbs."""
    return word.endswith("ed") or IRREGULAR_FORMS.get(word, "man") not in _NO_VERBS


_NO_VERBS = {"good", "bad", "man", "woman", "child", "person", "foot", "life", "wife", "half", "thief"}


def _covered(cue: Cue, stems: set[str]) -> bool:
    """The sentence takes up what the cue bears on: its next word, or most of its clause."""
    most = len(cue.clause & stems) >= max(2.0, _MOST_OF_A_CLAUSE * len(cue.clause))
    return _bears_on(cue, stems, depth=1) or most


_MOST_OF_A_CLAUSE = 0.75


def _same_doubt(own: Cue, other: Cue, quoted_stems: set[str]) -> bool:
    if other.kind not in _COMPATIBLE[own.kind]:
        return False
    if own.kind == "planned" or own.text.lower() == other.text.lower():
        return True
    return not _bears_on(own, quoted_stems, depth=1) or bool(set(own.scope) & (set(other.scope) | other.clause))
