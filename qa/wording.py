"""Words of a sentence as the checker compares them: stems, clauses and names."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["IRREGULAR_FORMS", "STOP_WORDS", "Word", "fold", "names", "stem", "words"]

_WORD = re.compile(r"(?:[^\W\d_]\.){2,}|\d+(?:[.,]\d+)*|[^\W_]+(?:[-'\u2019][^\W_]+)*", re.UNICODE)
_BREAK = re.compile(r"[,;:()\u2013\u2014\"\u201c\u201d\u00ab\u00bb!?]|\.(?=\s|$)| - ")
_CONJUNCTIONS = set(
    "but while although though because after before when whereas unless if since until which who whose where "
    "despite as than so why how whether".split()
)

STOP_WORDS = frozenset(
    "a an the this that these those it its he she they them their his her him i we you your our us my me who whom "
    "which what whose where when why how there here of in on at to for from by with as into onto over under about "
    "after before during between among through against within across per than then and or but nor so if while "
    "because although though until since unless whether is are was were be been being am has have had having do "
    "does did doing done will would shall should can could may might must ought not no n't also just only even "
    "still yet very more most much many some any each every other another such own same both all few several "
    "one ones up down out off again once too however meanwhile according said says say saying told tells tell "
    "added that's it's s t re ve ll d m out upon via amid like".split()
)

IRREGULAR_FORMS = {
    form: base
    for base, forms in {
        "rise": "rose risen", "fall": "fell fallen", "win": "won", "lose": "lost", "say": "said",
        "buy": "bought", "sell": "sold", "begin": "began begun", "leave": "left", "grow": "grew grown",
        "become": "became", "hold": "held", "meet": "met", "take": "took taken", "give": "gave given",
        "go": "went gone", "make": "made", "pay": "paid", "lead": "led", "find": "found", "tell": "told",
        "think": "thought", "build": "built", "send": "sent", "spend": "spent", "break": "broke broken",
        "choose": "chose chosen", "fly": "flew flown flies", "keep": "kept", "know": "knew known", "see": "saw seen",
        "shoot": "shot", "stand": "stood", "strike": "struck", "teach": "taught", "wear": "wore worn",
        "write": "wrote written", "die": "died dying dies", "come": "came", "run": "ran", "bring": "brought",
        "beat": "beaten",
        "catch": "caught", "draw": "drew drawn", "drive": "drove driven", "eat": "ate eaten", "feel": "felt",
        "fight": "fought", "get": "got gotten", "hear": "heard", "lie": "lay lying", "mean": "meant",
        "seek": "sought", "shrink": "shrank shrunk", "speak": "spoke spoken", "steal": "stole stolen",
        "swim": "swam swum", "throw": "threw thrown", "understand": "understood", "withdraw": "withdrew withdrawn",
        "man": "men", "woman": "women", "child": "children", "person": "people persons", "foot": "feet",
        "freeze": "froze frozen", "hide": "hid hidden", "sink": "sank sunk", "rebuild": "rebuilt", "lend": "lent",
        "arise": "arose", "blow": "blew blown", "dig": "dug", "feed": "fed", "forbid": "forbade forbidden",
        "good": "better best", "bad": "worse worst", "deny": "denied denies", "have": "has had", "be": "was were is",
        "life": "lives", "wife": "wives", "half": "halves", "thief": "thieves", "die out": "extinct",
    }.items()
    for form in forms.split()
}  # fmt: skip
_SUFFIXES = (
    ("ational", "ate"), ("ization", "ize"), ("isation", "ize"), ("ements", ""), ("ement", ""), ("ments", ""),
    ("ment", ""), ("ations", "ate"), ("ation", "ate"), ("nesses", ""), ("ness", ""), ("ities", "ity"),
    ("ically", "ic"), ("fully", "ful"), ("ingly", ""), ("edly", ""), ("ions", ""), ("ion", ""), ("ings", ""),
    ("ing", ""), ("ised", "ize"), ("ises", "ize"), ("ise", "ize"), ("ies", "y"), ("ied", "y"), ("sses", "ss"),
    ("ers", ""), ("ors", ""), ("ed", ""), ("er", ""), ("or", ""), ("es", ""), ("ly", ""), ("s", ""),
)  # fmt: skip


@dataclass(frozen=True)
class Word:
    """One word in its place.

    Args:
        text: As written.
        stem: Folded and cut to what its forms share.
        start: Offset in the sentence.
        clause: Number of the clause it stands in, from 0.
    """

    text: str
    stem: str
    start: int
    clause: int

    @property
    def content(self) -> bool:
        """It carries meaning of its own."""
        return self.text.lower() not in STOP_WORDS and len(self.stem) > 1


def fold(text: str) -> str:
    """Lower case without accents, possessives and full stops inside ("U.S." is "us").

    Example:
        >>> fold("Gómez's"), fold("U.S.")
        ('gomez', 'us')
    """
    plain = unicodedata.normalize("NFKD", text.replace("\u2019", "'").lower())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.sub(r"'s?$", "", plain).replace(".", "") if not plain[:1].isdigit() else plain


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """What the forms of an English word share; other languages' words mostly pass unchanged.

    Lighter than Porter's (1980): it never leaves fewer than three letters, and knows the irregular verbs of news.

    Example:
        >>> [stem(word) for word in ("rises", "rose", "rising", "announced", "announcement", "cities", "bus")]
        ['ris', 'ris', 'ris', 'announc', 'announc', 'city', 'bus']
    """
    word = fold(word)
    if word in IRREGULAR_FORMS:
        return _cut(IRREGULAR_FORMS[word])
    return _cut(word)


def _cut(word: str) -> str:
    for suffix, instead in _SUFFIXES:
        rest = word[: len(word) - len(suffix)]
        if word.endswith(suffix) and len(rest) + len(instead) >= 3 and len(rest) >= 3 and not word.endswith("ss"):
            word = rest + instead
            break
    if len(word) > 4 and word[-1] == word[-2] and word[-1] not in "aeiouls":
        word = word[:-1]
    return word[:-1] if len(word) > 3 and word.endswith("e") else word


def words(sentence: str) -> list[Word]:
    """The words of a sentence, each with its stem and clause.

    Example:
        >>> [(word.stem, word.clause) for word in words("Rain fell, but doors held.")]
        [('rain', 0), ('fall', 0), ('but', 1), ('door', 1), ('hold', 1)]
    """
    return list(_words(sentence))


@lru_cache(maxsize=2_000)
def _words(sentence: str) -> tuple[Word, ...]:
    found: list[Word] = []
    clause = end = 0
    for match in _WORD.finditer(sentence):
        if found and (_parted(found[-1].text, sentence[end : match.start()]) or match[0].lower() in _CONJUNCTIONS):
            clause += 1
        found.append(Word(match[0], stem(match[0]), match.start(), clause))
        end = match.end()
    return tuple(found)


def _parted(before: str, gap: str) -> bool:
    """Punctuation between two words ends a clause; the full stop of an initial or a title does not."""
    return bool(_BREAK.search(gap)) and not (gap == ". " and len(before) <= 4 and before[:1].isupper())


_TITLES = set("mr mrs ms dr sir dame lord lady prof professor saint st president ceo".split())
_NOT_NAMES = set(
    "i i'm i've i'll i'd tv ok pm am bst gmt est a.m p.m mon tue wed thu fri sat sun earth internet covid "
    "god christmas easter".split()
) | {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}
_NOT_NAMES |= set(
    "january february march april may june july august september october november december jan feb mar apr jun "
    "jul aug sep sept oct nov dec".split()
)
_COMMON_ENDINGS = re.compile(
    r"(?:[^s]s|ing|ed|ly|tion|sion|ment|ness|ity|ism|ance|ence|age|ship|hood|ists?|ers|ure|ory|ive|ful|less|able)$"
)
_COMMON_STARTERS = set(
    "police people rain snow staff water work traffic turnout demand power fire plan trade crime travel food "
    "data news research evidence access support output growth part public children women men local new old "
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred half most nobody nothing someone "
    "everyone anyone instead later earlier today yesterday tomorrow last next first second third early late "
    "despite under within without inside outside near around nearly almost about roughly approximately "
    "thousands hundreds dozens millions repair fewer less bread wheat oil gas coal fish milk rice sugar tea "
    "coffee land air ice wind sea grain timber steel parliament congress council government court "
    "management industry science voters residents city town village state federal national international "
    "its their his her our my your an unlike like then now never neither either none both".split()
)


def names(sentence: str) -> list[tuple[str, ...]]:
    """Proper names in a sentence, each as its folded words; months, weekdays and bare titles are left out.

    A capitalised word that opens a sentence counts only where it looks like a name: another capitalised word
    follows, or it has no common ending. What English writes with a capital for other reasons is listed here.

    Example:
        >>> names("Officials told Mr Ito in New York that NATO's plan was dropped.")
        [('ito',), ('new', 'york'), ('nato',)]
    """
    found: list[tuple[str, ...]] = []
    run: list[Word] = []
    tokens = words(sentence)
    for place, token in enumerate(tokens):
        joined = bool(run) and _joins(sentence, run[-1], token)
        if run and not joined:
            found.append(_folded(run))
            run = []
        if _names_something(tokens, place, sentence):
            run.append(token)
    if run:
        found.append(_folded(run))
    return [name for name in found if name]


def _folded(run: Sequence[Word]) -> tuple[str, ...]:
    parts = (_capitalised_part(word.text) for word in run)
    return tuple(fold(part) for part in parts if fold(part) not in _TITLES)


def _capitalised_part(text: str) -> str:
    """The name in a compound such as "Berlin-based"; other words unchanged."""
    return text.split("-", 1)[0] if re.search(r"-[a-z]", text) else text


def _joins(sentence: str, one: Word, other: Word) -> bool:
    """Two capitalised words are one name: nothing but a space stands between them, and no possessive ends the first."""
    gap = sentence[one.start + len(one.text) : other.start]
    return gap in (" ", ". ") and not re.search(r"['\u2019]s?$", one.text)


def _names_something(tokens: Sequence[Word], place: int, sentence: str) -> bool:
    text = tokens[place].text
    folded = fold(text)
    if not text[0].isupper() or folded in _NOT_NAMES or len(folded) < 2:
        return bool(re.fullmatch(r"[A-Za-z]+-\d+", text)) and text[0].isupper()
    if not _opens(sentence, tokens[place].start):
        return folded not in STOP_WORDS or text.replace(".", "").isupper()
    return not _common_opening(tokens, place)


def _opens(sentence: str, start: int) -> bool:
    """The word begins the sentence or a quotation in it."""
    before = sentence[:start].rstrip(" \u00a0")
    if re.search(r"\b(?:[A-Z]|Mr|Mrs|Ms|Dr|Prof|St|Capt|Gen|Sen|Rep|Rev|Sgt|Lt)\.$", before):
        return False
    return not before or before[-1] in "\"\u201c\u2018'\u00ab:.!?\u2022-*(["


def _common_opening(tokens: Sequence[Word], place: int) -> bool:
    text = tokens[place].text
    folded = fold(text)
    if len(folded) > 1 and text.replace(".", "").isupper():
        return False
    if folded in STOP_WORDS or folded in _COMMON_STARTERS:
        return True
    following = tokens[place + 1] if place + 1 < len(tokens) else None
    named = following and following.text[0].isupper() and fold(following.text) not in _NOT_NAMES
    if following and named and following.clause == tokens[place].clause:
        return folded.endswith("ly")
    if _COMMON_ENDINGS.search(folded) or "-" in folded:
        return True
    return following is not None and not _may_follow_a_name(text, following, tokens[place].clause)


def _may_follow_a_name(text: str, following: Word, clause: int) -> bool:
    """What comes after a one-word name that opens a sentence: a verb or an apposition; or the name is possessive."""
    after = following.text.lower()
    if text.endswith(("'s", "\u2019s", "s'")) or following.clause != clause or after in _AFTER_NAMES:
        return True
    return after in IRREGULAR_FORMS or bool(re.search(r"(?:[^s]s|ed)$", after))


_AFTER_NAMES = set(
    "is was has had will would may might can could must should did does and or beat cut put set hit".split()
)
