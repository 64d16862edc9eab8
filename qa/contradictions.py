"""Where a sentence says other than its quotes."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from qa.attribution import attributions
from qa.denials import wrong_doubt, wrong_polarity
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


def contradictions(sentence: str, quotes: Sequence[str], context: Sequence[str] = ()) -> list[Contradiction]:
    """Whatever in a sentence no quote bears, hardest evidence first; empty when nothing was found.

    Args:
        sentence: One sentence.
        quotes: What it cites.
        context: What stands before the quotes in their articles: whom "he" means, what "the country" is.

    Example:
        >>> contradictions("40,000 people marched.", ["Some 400,000 people marched on Monday."])[0].reason
        'the quote says 400,000, not 40,000'
    """
    found: list[Contradiction] = []
    for look in (wrong_figures, exchanged_figures, wrong_dates):
        found.extend(look(sentence, quotes))
    found.extend(unknown_names(sentence, quotes, context))
    for look in (wrong_polarity, wrong_doubt, _wrong_direction, _swapped_roles):
        found.extend(look(sentence, quotes))
    found.extend(_wrong_speaker(sentence, quotes, context))
    return found


# Speaker


def _wrong_speaker(sentence: str, quotes: Sequence[str], context: Sequence[str]) -> Iterator[Contradiction]:
    quoted = [one for quote in quotes for one in attributions(quote)]
    plain = [one for one in quoted if one.speaker and one.surely]
    known, initials = known_words((*quotes, *context))
    beside = frozenset().union(*(one.near | set(one.speaker) for one in plain))
    for own in attributions(sentence):
        if not own.speaker:
            continue
        unnamed = any(not one.speaker for one in quoted)
        heard = any(name_known(part, known, initials) for part in own.speaker)
        if not heard and not unnamed:
            yield Contradiction("speaker", f"the quote does not have {own.text} saying it", own.text)
            return
        if plain and not unnamed and not any(name_known(part, beside, initials) for part in own.speaker):
            yield Contradiction("speaker", f"the quote has {plain[0].text} saying it, not {own.text}")
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
    named = {part for name in names(text) for part in name}
    heads = [(i, fold(word.text)) for i, word in enumerate(tokens) if _is_name_head(tokens, i, named)]
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


def _is_name_head(tokens: Sequence[Word], place: int, named: set[str]) -> bool:
    """The last word of a proper name."""
    if fold(tokens[place].text) not in named or not tokens[place].text[0].isupper():
        return False
    following = tokens[place + 1] if place + 1 < len(tokens) else None
    return not (
        following
        and following.text[0].isupper()
        and fold(following.text) in named
        and following.start == tokens[place].start + len(tokens[place].text) + 1
    )
