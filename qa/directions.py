"""Which way things went: words that point one way on an axis, such as "rose", "above", "before", "won"."""

from collections.abc import Sequence
from dataclasses import dataclass

from qa.claims import is_negator
from qa.wording import Word, stem, words

__all__ = ["OPPOSITES", "Direction", "directions"]

_AXES: tuple[tuple[str, str], ...] = (
    (
        (
            "rise increase grow climb jump soar surge gain up upward upwards higher high more above exceed expand "
            "double triple accelerate widen swell improve raise longer larger bigger greater taller highest raised "
            "boost heavier"
        ),
        (
            "fall decrease drop decline shrink plunge slump down downward downwards lower low less fewer below under "
            "contract halve sink slide cut reduce shorter smaller lowest lowered tumble dip worsen "
            "lighter fewest"
        ),
    ),
    ("before earlier ahead precede prior ago", "after later behind"),
    ("win victory winner", "lose loss loser"),
    ("open reopen opening", "close shut closure closed"),
    ("begin start launch", "end finish stop conclude halt"),
    (
        "support favour favor endorse approve welcome accept adopt",
        "oppose reject resist veto condemn refuse",
    ),
    ("buy purchase buyer acquire", "sell seller sale sold"),
    ("import", "export"),
    ("enter arrive join arrival", "leave depart quit exit departure resign withdraw"),
    ("older oldest", "younger youngest"),
    ("faster quicker fastest", "slower slowest"),
    (
        "larger bigger largest biggest greater longest longer taller highest",
        "smaller smallest shortest shorter fewest lowest",
    ),
    ("north northern", "south southern"),
    ("east eastern", "west western"),
    ("better best", "worse worst"),
    ("strengthen stronger strong", "weaken weaker weak"),
    ("majority most", "minority few"),
    ("guilty convict convicted conviction", "innocent acquit acquitted acquittal"),
    ("warmer hotter warm hot warmest hottest", "cooler colder cool cold coolest coldest"),
    ("cheaper cheap", "dearer expensive costlier"),
    ("hire recruit", "fire sack dismiss"),
    ("pass passed", "fail failed"),
    ("legal lawful", "illegal unlawful"),
    ("maximum", "minimum"),
    ("profit", "loss"),
    ("surplus", "deficit shortfall"),
    ("upper", "lower"),
    ("men man male", "women woman female"),
)  # fmt: skip

_PAIRS = (
    "rose/fell risen/fallen rise/fall rises/falls rising/falling increased/decreased increase/decrease grew/shrank "
    "increases/decreases increasing/decreasing higher/lower highest/lowest more/fewer more/less above/below "
    "before/after won/lost win/lose wins/loses winning/losing up/down larger/smaller bigger/smaller largest/smallest "
    "biggest/smallest greater/smaller opened/closed open/close open/closed opening/closing best/worst better/worse "
    "longer/shorter longest/shortest older/younger oldest/youngest faster/slower fastest/slowest over/under most/least "
    "bought/sold buy/sell began/ended begin/end started/stopped started/ended start/stop supported/opposed "
    "support/oppose accepted/rejected accept/reject earlier/later gained/lost gain/lose gain/loss gains/losses "
    "warmer/colder hotter/colder stronger/weaker strengthened/weakened north/south northern/southern east/west "
    "eastern/western profit/loss profit/deficit surplus/deficit arrived/left arrive/leave "
    "majority/minority ahead/behind improved/worsened climbed/dropped growth/decline growth/fall reopened/closed "
    "raised/lowered raised/cut raise/lower doubled/halved passed/failed upper/lower women/men woman/man "
    "guilty/innocent cheaper/dearer heavier/lighter approved/rejected import/export "
    "imports/exports maximum/minimum victory/defeat winner/loser"
)


OPPOSITES: dict[str, tuple[str, ...]] = {}
"""Words and their opposites in the same form."""
for _pair in _PAIRS.split():
    _one, _other = _pair.split("/")
    OPPOSITES[_one] = (*OPPOSITES.get(_one, ()), _other)
    OPPOSITES[_other] = (*OPPOSITES.get(_other, ()), _one)


@dataclass(frozen=True)
class Direction:
    """A word that points one way on an axis, with the content stems beside it.

    Args:
        text: As written.
        axis: Number of the axis.
        sign: 1 or -1; opposite words of one axis differ in it.
        before: Stems of the content words among the six words before it.
        after: The same after it.
        turned: A negator stands before it in its clause.
    """

    text: str
    axis: int
    sign: int
    before: frozenset[str]
    after: frozenset[str]
    turned: bool


_SIGNS: dict[str, list[tuple[int, int]]] = {}


for _number, (_one, _other) in enumerate(_AXES):
    for _sign, _line in ((1, _one), (-1, _other)):
        for _word in _line.split():
            _SIGNS.setdefault(stem(_word), []).append((_number, _sign))


def _turned(tokens: Sequence[Word], place: int) -> bool:
    """A negator, or a verb such as "failed to", stands before the word in its clause."""
    before = [one for one in tokens[max(0, place - 6) : place] if one.clause == tokens[place].clause]
    return any(is_negator(one.text.lower()) or one.stem in _UNDONE for one in before)


_UNDONE = {stem(word) for word in "fail refuse unable".split()}


def directions(sentence: str) -> list[Direction]:
    """Words that point one way ("rose", "above", "before", "won"), with their surroundings.

    Example:
        >>> [(d.text, d.sign, d.turned) for d in directions("Prices fell and did not rise.")]
        [('fell', -1, False), ('rise', 1, True)]
    """
    found = []
    tokens = words(sentence)
    for place, token in enumerate(tokens):
        pair = [one.text.lower() for one in tokens[place : place + 2]]
        if pair[0] == "opposing" or pair == ["up", "to"]:
            continue
        if place and tokens[place - 1].text.lower() == "at" and token.text.lower() in ("least", "most"):
            sign = 1 if token.text.lower() == "least" else -1
            after = frozenset(one.stem for one in tokens[place + 1 : place + 7] if one.content)
            found.append(Direction(f"at {token.text}", 0, sign, frozenset(), after, turned=False))
            continue
        for axis, sign in _SIGNS.get(token.stem, ()):
            before = frozenset(one.stem for one in tokens[max(0, place - 6) : place] if one.content)
            after = frozenset(one.stem for one in tokens[place + 1 : place + 7] if one.content)
            found.append(Direction(token.text, axis, sign, before, after, _turned(tokens, place)))
    return found
