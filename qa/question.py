"""What kind of answer a question wants, and the words that carry its meaning; pure."""

import re
from typing import Literal

from index.articles import Span

__all__ = [
    "STOP_WORDS",
    "Kind",
    "asked_noun",
    "asking_sentence",
    "content_words",
    "kind_of",
    "names_in",
    "word_spans",
    "words_in",
]

Kind = Literal["person", "place", "time", "number", "amount", "span", "list", "why", "how", "yesno", "about", "quote"]
"""person ... span want a few words of an article; the others want sentences of it."""

_WORD = re.compile(r"[^\W_]+(?:['\u2019.,-][^\W_]+)*")


def words_in(text: str) -> list[str]:
    """Words of a text in order, lower case, curly apostrophes made straight.

    Example:
        >>> words_in("Who's the U.S. envoy?")
        ["who's", 'the', 'u.s', 'envoy']
    """
    return [word.group().lower().replace("\u2019", "'") for word in _WORD.finditer(text)]


def word_spans(text: str) -> list[Span]:
    """Where the words of a text stand, in order.

    Example:
        >>> word_spans("Tea, please")
        [(0, 3), (5, 11)]
    """
    return [word.span() for word in _WORD.finditer(text)]


STOP_WORDS = frozenset(
    words_in("""a about above according after again against all also am an and any are as at be because been before
    being below between both but by can could did do does doing down during each either else few for
    from further had has have having he her here hers him his how i if in into is it its itself just
    many may me might more most much must my name no nor not now of off on once one only or other our
    out over own per please said same say says shall she should since so some such tell than that the
    their them then there these they this those through to too under until up upon us very was we were
    what when where whether which while who whom whose why will with within would you your it's what's
    who's s t re ve ll d m""")
)
"""Words that say nothing of what a question is about."""

_SENTENCE = re.compile(r"[^.?!]+(?:[.?!](?=\S)[^.?!]*)*[.?!]*")
_ABBREVIATION = re.compile(r"\b(?:[A-Z]|[Mm]rs?|[Dd]r|[Ss]t|[Jj]r|[Ss]r|vs?|[Nn]o|Gov|Sen|Rep|Gen)\.$")
_WH = re.compile(r"\b(who|whom|whose|where|when|why|how|which|what)\b", re.IGNORECASE)
_NAME = re.compile(
    r"\b[A-Z0-9][\w'\u2019.&-]*"
    r"(?:\s+(?:(?:of|the|de|la|van|von|bin|al|for|and)\s+){0,2}[A-Z0-9][\w'\u2019.&-]*)*"
)
_YESNO = re.compile(
    r"(?:is|are|was|were|am|do|does|did|has|have|had|can|could|will|would|shall|should|may|might|must|"
    r"isn't|aren't|wasn't|weren't|don't|doesn't|didn't|hasn't|haven't|can't|won't)\s+\S",
    re.IGNORECASE,
)
_TRUE_FALSE = re.compile(r"\btrue or false\b", re.IGNORECASE)
_ABOUT = re.compile(
    r"\bwhat(?:'s| is| are| was| were) (?:.* (?:articles?|reports?|stor(?:y|ies)|texts?) about\b|.+ about\s*\??$)"
    r"|\b(?:summari[sz]e|summary|sum up|overview|gist|main (?:points?|idea)|tell me about|describe)\b"
    r"|\bwhat (?:do|does) the articles? say (?:about|on)\b|\bwhat (?:is|'s) known about\b"
    r"|\bwhat happened (?:in|at|with|to|during|on)\b",
    re.IGNORECASE,
)
_SAYING = (
    r"(?:sa(?:y|id|ys|ying)|claim(?:s|ed)?|argue[sd]?|tell|told|announced?|respond(?:ed)?|thinks?|react(?:ed)?"
    r"|comment(?:ed)?|describe[sd]?)"
)
_QUOTE = re.compile(
    rf"\bwhat (?:did|does|do|has|have|had) .+\b{_SAYING}\b"
    r"|\bhow (?:did|does|do|has|have) .+\b(?:respond|react|comment)\b"
    rf"|\bwho (?:said|says|claimed|argued|told)\b|\bin (?:whose|what) words\b",
    re.IGNORECASE,
)
_PLACE_NOUNS = frozenset(
    words_in("""country countries nation state city town village place region province county continent venue
    island location street district capital stadium river lake sea ocean mountain park airport port""")
)
_TIME_NOUNS = frozenset(words_in("""year date day month decade century time season weekday"""))
_PERSON_NOUNS = frozenset(
    words_in("""person man woman actor actress singer player minister president author director politician
    coach senator judge scientist artist writer chef athlete footballer celebrity rapper
    comedian king queen prince princess duke mayor governor lawmaker leader star musician""")
)
_NUMBER_NOUNS = frozenset(
    words_in("""number percentage percent proportion share age amount price cost sum total rate size""")
)
_OBJECTS = frozenset(words_in("the a an its his her their in for to up out"))
_PAST = frozenset(
    words_in("""won made took became got said left lost saw broke beat hit gave came went led held found fell rose
    grew met set put has is was had""")
)
_PLURAL_EXEMPT = frozenset(
    words_in("""news sports games arms series species kudos process business address class loss
    boss success congress princess
    actress campus virus bus gas crisis basis status consensus census tennis athletics politics
    economics mathematics physics this his its us always headquarters""")
)


def content_words(question: str) -> list[str]:
    """Words that say what the question is about, in order, once each.

    Example:
        >>> content_words("Who must agree on the opposition list?")
        ['agree', 'opposition', 'list']
    """
    words = (word.removesuffix("'s") for word in words_in(question))
    return list(dict.fromkeys(word for word in words if word not in STOP_WORDS))


def names_in(text: str) -> list[str]:
    """Names and years: runs of capitalised words; a sentence's first word only as part of a longer run.

    Example:
        >>> names_in("When did the Bank of Latvia cut rates in 2021?")
        ['Bank of Latvia', '2021']
        >>> names_in("Angela Merkel met Xi Jinping.")
        ['Angela Merkel', 'Xi Jinping']
    """
    names = []
    for match in _NAME.finditer(text):
        name = match.group().rstrip(".'\u2019-&")
        while name and name.partition(" ")[0].lower() in STOP_WORDS and not name.partition(" ")[0].isupper():
            name = name.partition(" ")[2]
        opens = not text[: match.start()].strip() or text[: match.start()].rstrip()[-1] in ".?!:"
        if not name or (opens and " " not in name and not name.isupper() and not name.isdigit()):
            continue
        names.append(name.removesuffix("'s").removesuffix("\u2019s"))
    return names


def asking_sentence(question: str) -> str:
    """The sentence that asks, where others before it tell a story.

    Example:
        >>> asking_sentence("Mr. Low left in May. Who follows him?")
        'Who follows him?'
    """
    sentences: list[str] = []
    for match in _SENTENCE.finditer(question):
        part = match.group().strip()
        if sentences and _ABBREVIATION.search(sentences[-1]):
            sentences[-1] += f" {part}"
        elif part:
            sentences.append(part)
    asking = [sentence for sentence in sentences if sentence.endswith("?")] or sentences
    return asking[-1] if asking else question.strip()


def asked_noun(question: str) -> str:
    """The noun after which, what or how many: what the answer must be one of; empty where there is none.

    Example:
        >>> asked_noun("Scientists placed which rare insect on the list?")
        'insect'
        >>> asked_noun("What is a tariff?")
        ''
    """
    match = re.search(
        r"\b(?:which|what|how many|how much|whose)\s+((?:[\w'\u2019-]+\s*){1,5})", question, re.IGNORECASE
    )
    if re.search(
        r"\bhow much\b.*\b(?:cost|pay|paid|paying|worth|spend|spent|earn|sold|prize)\b|\b(?:worth|cost)\s*\?*$",
        question,
        re.IGNORECASE,
    ):
        return "money"
    if not match or re.match(
        r"(?:is|are|was|were|did|do|does|has|have|had|will|would|can|could)\b", match[1], re.IGNORECASE
    ):
        return ""
    phrase: list[str] = []
    for word in match[1].split():
        stops = word.lower() in STOP_WORDS and not word.isupper()
        if stops or (phrase and (word.lower().endswith(("ed", "ing")) or word.lower() in _PAST)):
            break
        phrase.append(word.lower())
        if _is_plural(phrase[-1]):
            break
    following = match[1].split()[len(phrase) : len(phrase) + 1]
    verb = len(phrase) > 1 and _is_plural(phrase[-1]) and bool(following) and following[0].lower() in _OBJECTS
    return phrase[-2 if verb else -1] if phrase else ""


def kind_of(question: str) -> Kind:
    """What the question wants: a person, a place, ... or sentences.

    Example:
        >>> [kind_of(q) for q in ("Who won?", "In which city was it held?", "Since when?", "How many came?")]
        ['person', 'place', 'time', 'number']
        >>> [kind_of(q) for q in ("Which countries signed?", "Why did he leave?", "Did it pass?")]
        ['list', 'why', 'yesno']
        >>> [kind_of(q) for q in ("What did she say about it?", "Summarise the strike.", "What is NATO?")]
        ['quote', 'about', 'span']
    """
    asking = asking_sentence(question)
    if _ABOUT.search(asking):
        return "about"
    if _TRUE_FALSE.search(question) or (_YESNO.match(asking) and not re.search(r"\bwhich\b", asking, re.IGNORECASE)):
        return "yesno"
    if _QUOTE.search(asking):
        return "person" if re.match(r"\W*who\b", asking, re.IGNORECASE) else "quote"
    money = re.search(r"\bwhat (?:is|was|are|were|does|do|did) .*\b(worth|cost)\b", asking, re.IGNORECASE)
    if money:
        return "amount"
    found = _WH.search(asking)
    if not found:
        return "about" if not asking.endswith("?") and len(content_words(asking)) <= 3 else "span"
    return _wh_kind(found.group(1).lower(), asking[found.end() :].strip().lower(), asking)


def _wh_kind(wh: str, rest: str, asking: str) -> Kind:
    """Kind by the question word and what follows it."""
    several = re.match(r"(?:are|were)\s+(?:the|some)\s+(?:\w+\s+){0,3}\w+s\b", rest)
    plain: dict[str, Kind] = {
        "who": "person",
        "whom": "person",
        "whose": "person",
        "where": "place",
        "when": "time",
        "why": "why",
    }
    if wh in plain:
        return "list" if wh == "who" and several else plain[wh]
    if wh == "how":
        return _how_kind(rest)
    noun = asked_noun(asking)
    if re.match(r"(?:is|was|'s|are|were)\s+the\s+(?:reason|cause)|caused\b|(?:reasons?|causes?)\b", rest):
        return "why"
    if several or _is_plural(noun):
        return "list"
    head = re.match(r"(?:is|was|are|were)\s+(?:the|its|his|her|their)\s+(?:\w+\s+)?(\w+)", rest)
    return _noun_kind(noun or (head[1] if head else ""))


def _how_kind(rest: str) -> Kind:
    """Kind of a how question by the word after how."""
    first = rest.split(" ", 1)[0] if rest else ""
    if first == "many":
        return "number"
    if first in {
        "much",
        "old",
        "long",
        "far",
        "tall",
        "big",
        "large",
        "high",
        "fast",
        "heavy",
        "wide",
        "deep",
        "often",
    }:
        return "amount"
    return "how"


def _noun_kind(noun: str) -> Kind:
    """Kind of a which or what question by its noun."""
    families: tuple[tuple[frozenset[str], Kind], ...] = (
        (_PLACE_NOUNS, "place"),
        (_TIME_NOUNS, "time"),
        (_PERSON_NOUNS, "person"),
        (_NUMBER_NOUNS, "amount"),
    )
    return next((kind for nouns, kind in families if noun in nouns), "span")


def _is_plural(noun: str) -> bool:
    """A plain English plural, by its ending."""
    irregular = {"people", "men", "women", "children"}
    return noun in irregular or (
        len(noun) > 3 and noun.endswith("s") and not noun.endswith(("ss", "us", "is")) and noun not in _PLURAL_EXEMPT
    )
