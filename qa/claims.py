"""What a sentence denies, doubts, plans or orders."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa.wording import Word, stem, words

__all__ = ["Cue", "doubts", "is_negator", "negations"]


_SCOPE = 5
"""Content words after a cue that it bears on; a clause's end closes it earlier."""

_NEGATORS = set("not no never none neither nor nobody nothing nowhere cannot without hardly scarcely barely".split())
_DENIALS = {stem(word) for word in "deny reject refute rebut dispute disprove disavow debunk".split()}
_SURE_NEGATIVES = {stem(word) for word in "refuse decline fail failure lack unable reject scrap cancel".split()}
_MILD_NEGATIVES = _SURE_NEGATIVES | {
    stem(word)
    for word in (
        "absent absence missing ban forbid prohibit prevent stop halt block abandon drop shelve impossible unlikely "
        "unsuccessful avoid oppose against instead empty zero few little seldom rarely rare only except exclude omit "
        "withhold void closed close shut end false untrue wrong myth rule unchanged lose miss short contrary unlike "
        "veto dismiss inevitable suspend delay postpone quash overturn bar spare insufficient illegal doubt free "
        "under away rather"
    ).split()
}
_MILD_PREFIX = re.compile(
    r"^(?:un(?!i|anim|d[eo]|til|cle)|in(?=ab|ac|ad|el|eff|ex|suf|val|vis|com)"
    r"|im(?=poss|mob|perf)|non|dis|mis|ir|il(?=leg))\w{4,}"
)
_NOT_NEGATIVE = {"under", "until", "upon", "disease", "district", "distance", "discover", "discuss", "display"}

_DOUBT_CLASSES = {
    "possible": "may might could possibly perhaps maybe potential potentially possible possibility conceivably "
    "suggest suggested suggesting suggests chance risk risks appear appears appeared seem seems seemed",
    "likely": "likely probably expect expects expected forecast forecasts predict predicts predicted projected "
    "projects estimate presumably believe believes believed think thought should anticipate anticipated ought",
    "planned": "plan plans planned planning intend intends intended intention aim aims aimed propose proposes "
    "proposed proposal hope hopes hoped want wants wanted seek seeks sought will would shall 'll scheduled due "
    "consider considering considers considered promise promised promises pledge pledged pledges vow vowed try "
    "tried trying attempt attempted agree agreed going future upcoming next tomorrow target targets offer offered "
    "wish wishes decide decided prepare preparing until ahead soon goal ask asked urge urged demand demanded must "
    "threaten threatened order ordered set idea",
    "alleged": "allegedly alleged allege alleges reportedly reported suspected accused accuse accuses accusing "
    "claim claims claimed claiming purported purportedly supposed supposedly rumoured rumored unconfirmed apparent "
    "apparently charged suspicion suspect",
    "conditional": "if unless provided",
    "able": "can able allowed permitted free",
    "certain": "certain certainly definitely surely guaranteed",
}
_DOUBTS = {word: name for name, line in _DOUBT_CLASSES.items() for word in line.split()}
_STRONG_DOUBTS = set(
    "may might could possibly perhaps maybe potentially likely probably expected plan plans planned intends intend "
    "intended aims proposed proposes hopes hoped hope considering certain certainly definitely surely guaranteed "
    "alleged allegedly reportedly suspected accused claims claimed supposedly purportedly unconfirmed rumoured "
    "rumored apparently will would scheduled wants seeks expects predicted forecast predicts projected".split()
)
_BE = {"is", "are", "was", "were", "be"}


@dataclass(frozen=True)
class Cue:
    """A word that turns or weakens what follows it.

    Args:
        text: As written.
        kind: "plain" or "mild" for negation; the class of doubt otherwise.
        scope: Stems of the content words that it bears on, nearest first.
        strong: It cannot be read as anything else.
        clause: Stems of the content words of its clause.
    """

    text: str
    kind: str
    scope: tuple[str, ...]
    strong: bool = True
    clause: frozenset[str] = frozenset()


def is_negator(word: str) -> bool:
    """The word, in lower case, turns what follows into its opposite: "not", "never", "didn't"."""
    return word in _NEGATORS or word.endswith(("n't", "n\u2019t"))


def _scope(tokens: Sequence[Word], place: int) -> tuple[str, ...]:
    """Stems of the content words after a cue, through the end of its clause (or of the next, if that comes at once)."""
    found: list[str] = []
    clause = tokens[place].clause
    for token in tokens[place + 1 :]:
        if token.clause > clause + (0 if found else 1):
            break
        if token.content and not is_negator(token.text.lower()):
            found.append(token.stem)
        if len(found) == _SCOPE:
            break
    return tuple(found)


def negations(sentence: str) -> list[Cue]:
    """Words that deny, with what they deny.

    Kind "plain" is a negator or a verb of denial; "mild" is a word that may stand for one in another wording
    ("refused", "lacks", "unable").

    Example:
        >>> [(cue.text, cue.kind, cue.scope[:2]) for cue in negations("She did not sign, and denied a rift.")]
        [('not', 'plain', ('sign',)), ('denied', 'plain', ('rift',))]
    """
    found = []
    tokens = words(sentence)
    for place, token in enumerate(tokens):
        text = token.text.lower()
        if text == "not" and place + 1 < len(tokens) and tokens[place + 1].text.lower() in ("only", "just", "least"):
            continue
        if text in ("no", "not") and place + 1 < len(tokens) and tokens[place + 1].text.lower() in _BOUNDS:
            continue
        if is_negator(text) or token.stem in _DENIALS or _yet_to(tokens, place):
            strong = text != "yet" and not _contrasts(sentence, tokens, place)
            found.append(Cue(token.text, "plain", _scope(tokens, place), strong=strong))
        elif (
            token.stem in _MILD_NEGATIVES
            or _out_of(tokens, place)
            or (_MILD_PREFIX.match(text) and text not in _NOT_NEGATIVE)
        ):
            scope = (token.stem, *_scope(tokens, place))
            found.append(Cue(token.text, "mild", scope, strong=token.stem in _SURE_NEGATIVES))
    return found


_QUESTION_WORDS = (["who"], ["what"], ["when"], ["where"], ["why"], ["how"], ["whether"], ["which"])


def _contrasts(sentence: str, tokens: Sequence[Word], place: int) -> bool:
    """As in "187, not 212" or "the rooms, but not the attic": the other half of a contrast, which may be left out."""
    if tokens[place].text.lower() != "not" or not place:
        return False
    gap = sentence[tokens[place - 1].start + len(tokens[place - 1].text) : tokens[place].start]
    return "," in gap or tokens[place - 1].text.lower() in ("but", "and")


_BOUNDS = set("more less fewer later earlier before until 1 2 3 4 5 6 7 8 9 10 different matter doubt".split())
"""After "no" or "not" these make a bound or an idiom, which another wording gives without a negator."""


def _yet_to(tokens: Sequence[Word], place: int) -> bool:
    """Said of "has yet to": it has not."""
    return [token.text.lower() for token in tokens[place : place + 2]] == ["yet", "to"]


def _out_of(tokens: Sequence[Word], place: int) -> bool:
    """Said of "out of work", "leaves out harvests", "left open who": without it."""
    pair = [token.text.lower() for token in tokens[place : place + 2]]
    if tokens[place].stem != stem("leave"):
        return pair == ["out", "of"] or (pair[1:] == ["out"] and tokens[place].stem in _ENDED)
    asked = [token.text.lower() for token in tokens[place + 2 : place + 3]]
    return pair[1:] == ["out"] or (pair[1:] == ["open"] and asked[:1] in _QUESTION_WORDS)


_ENDED = {stem(word) for word in "run sell rule".split()}


def doubts(sentence: str) -> list[Cue]:
    """Words that say a thing is possible, likely, planned, alleged or conditional, with what they bear on.

    Example:
        >>> [(cue.text, cue.kind) for cue in doubts("The port may close, which officials plan to announce in May.")]
        [('may', 'possible'), ('plan', 'planned')]
    """
    found = []
    tokens = words(sentence)
    for place, token in enumerate(tokens):
        text = token.text.lower()
        following = tokens[place + 1].text.lower() if place + 1 < len(tokens) else ""
        if text in _ORDERS and _opens_clause(tokens, place):
            rest = tuple(one.stem for one in tokens[place + 1 :] if one.content)
            found.append(Cue(token.text, "ordered", rest, clause=frozenset(rest)))
        elif text in _BE and following in ("to", "about"):
            found.append(Cue(f"{token.text} to", "planned", _scope(tokens, place), strong=False))
        elif text in _DOUBTS and _doubts_here(tokens, place):
            found.append(_doubt(tokens, place))
    return found


_ALSO_NOUNS = {"claims", "claimed", "plan", "plans", "aims", "hope", "hopes", "forecast", "projects"}


def _takes_a_clause(tokens: Sequence[Word], place: int) -> bool:
    following = tokens[place + 1].text.lower() if place + 1 < len(tokens) else ""
    return following in ("to", "that", "he", "she", "it", "they", "there", "for")


_ORDERS = set(
    "answer reply respond say state write claim tell cite output print repeat declare pretend assume report confirm "
    "insist conclude include append speak".split()
)


def _opens_clause(tokens: Sequence[Word], place: int) -> bool:
    """A bare verb begins the clause, or follows "and", "please", "only" or "you must": somebody is told to do it."""
    before = tokens[place - 1].text.lower() if place and tokens[place - 1].clause == tokens[place].clause else ""
    on = before == "on" and place > 1 and tokens[place - 2].text.lower() == "now"
    return on or before in ("", "and", "then", "please", "only", "now", "always", "must", "just")


def _doubts_here(tokens: Sequence[Word], place: int) -> bool:
    """The word is not the month or the name, nor "could see", "a certain", "claimed three lives"."""
    token, text = tokens[place], tokens[place].text.lower()
    if text == "could":
        return not _of_ability(tokens[place + 1 : place + 3])
    if text == "may" and [one.text.lower() for one in tokens[place + 1 : place + 2]] == ["not"]:
        return False
    if text == "certain":
        return [one.text.lower() for one in tokens[place + 1 : place + 2]] == ["to"]
    if _DOUBTS[text] == "alleged":
        return stem("lives") not in _scope(tokens, place)
    return not (text in ("may", "will") and token.text[0].isupper() and place)


def _doubt(tokens: Sequence[Word], place: int) -> Cue:
    token, text = tokens[place], tokens[place].text.lower()
    before = tokens[place - 1].text.lower() if place else ""
    if text in ("will", "plan", "plans", "proposal") and before in _BEFORE_NOUNS:
        return Cue(token.text, _DOUBTS[text], _scope(tokens, place), strong=False)
    strong = text in _STRONG_DOUBTS and (text not in _ALSO_NOUNS or _takes_a_clause(tokens, place))
    clause = frozenset(one.stem for one in tokens if one.content and one.clause == token.clause and one is not token)
    return Cue(token.text, _DOUBTS[text], _scope(tokens, place), strong=strong, clause=clause)


_BEFORE_NOUNS = {"a", "the", "his", "her", "its", "their", "free", "s"}


def _of_ability(following: Sequence[Word]) -> bool:
    """As in "could not", "could be seen": the word speaks of being able, not of being possible."""
    able = {stem(word) for word in "see seen hear heard feel felt smell".split()}
    return bool(following) and (following[0].text.lower() in _NEGATORS or any(one.stem in able for one in following))
