"""stand_alone(question, history): "and where was it held?" -> a question that stands alone; pure."""

import re
from calendar import day_name, month_name
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qa.answer import Answer
from qa.question import asking_sentence, content_words, kind_of, names_in, words_in

__all__ = ["Turn", "depends_on_history", "stand_alone"]


@dataclass(frozen=True)
class Turn:
    """One question of a conversation and what came of it.

    Args:
        question: As the person asked it.
        searched_for: As it was searched for.
        answer: What was answered.
    """

    question: str
    searched_for: str
    answer: Answer


_TURNS = 3
"""Turns that are read back: in the conversations of tests/data nothing points farther."""
_LONGEST_NAME = 60
"""Characters of an answer that can stand for a pronoun; a longer one is a sentence."""
_CARRIED = 4
"""Names or words that are put behind a question that has none of its own."""

ENOUGH_WORDS = 3
"""Words of its own with which a question stands alone, also where it says "the": "the opposition list"."""

_AUXILIARY = (
    r"(?:is|are|was|were|did|do|does|has|have|had|will|would|can|could|should|shall|may|might|must"
    r"|isn't|wasn't|didn't)"
)
_PREPOSITION = r"(?:in|on|at|for|from|to|by|with|of|under|after|before|during|since|until)"
_WH = rf"(?:(?:{_PREPOSITION}|about)\s+)?(?:who|whom|whose|why|when|where|how|what|which)"
_HE = frozenset({"he", "him", "his"})
_SHE = frozenset({"she", "her", "hers"})
_PERSON = ("he", "she", "him", "his", "her", "hers")
_THING = ("it", "its", "this", "that")
_MANY = ("they", "them", "their", "theirs", "these", "those")
_POSSESSIVE = ("his", "its", "their", "hers", "theirs")
_POINTING = re.compile(rf"\b({'|'.join((*_PERSON, *_THING, *_MANY))}|there|then)\b", re.IGNORECASE)
_OPENING = re.compile(
    r"^\s*(?:(?:and|but|so(?!\s+(?:far|many|much|long))|ok|okay|also|then|well|or)(?![-\w])[\s,]*)+", re.IGNORECASE
)
_ABOUT = re.compile(r"^(?:what|how)\s+about\s+(.+?)\s*\??$", re.IGNORECASE)
_BARE = re.compile(
    rf"^{_WH}(?:\s+(?:else|many|much|long|often|old|exactly|so|not|year|day|month|city|country|more))*"
    r"\s*\??$",
    re.IGNORECASE,
)
_FRAGMENT = re.compile(
    rf"^(?:(?i:{_PREPOSITION})\s+[\w'\u2019-]+(?:\s+[\w'\u2019-]+){{0,3}}|(?:[Tt]he\s+)?[\w-]+['\u2019]s"
    r"|(?!(?:Really|Thanks|Thank|Explain|Elaborate|Continue|Yes|No|Sure|Sorry|Hello|Hi|Please|More|Details|Great|Wow)\b)"
    r"[A-Z][\w-]+(?:\s+[A-Z][\w-]+)*)\s*\??$"
)
_FEW_WORDS = re.compile(rf"^(?!{_WH}\b|{_AUXILIARY}\b)(?:(?:the|an?)\s+)?[a-z][\w-]+(?:\s+[a-z][\w-]+)?\s*\??$")
_ELSE = re.compile(
    r"\b(?:else|others?|another|instead|too|as well|again|afterwards|(?:before|after) that)\b", re.IGNORECASE
)
_NOUN_PHRASE = re.compile(
    rf"\b(the\s+(?:[\w'\u2019-]+\s+){{0,3}}?[\w'\u2019-]+)"
    rf"(?=\s*(?:$|[?,(]|\b(?:{_AUXILIARY}|{_PREPOSITION}|be|made|held|built)\b))"
)
_THAT_ALONE = re.compile(
    rf"that(?=\s*(?:$|[?.,!]|(?:{_AUXILIARY}|come|mean|happen|end|cost|start|begin)\b))", re.IGNORECASE
)
_CALENDAR = frozenset((*month_name, *day_name))
_NOT_POINTING = re.compile(
    rf"\b(?:this|these)\s+(?:week|month|year|season|summer|winter|autumn|fall|spring|time)"
    rf"|\b{_AUXILIARY}\s+there\b|\bthere\s+(?:is|are|was|were|will|has|have|be|been)\b"
    r"|\b(?:say|said|says|think|thinks|thought|claim|claims|claimed|report|reports|reported|believes?|believed"
    r"|announced?|know|knew|hopes?|hoped|fears?|feared|warns?|warned|deny|denies|denied|show|shows|showed)\s+that\s+(?=\w)"
    r"|\bit\s+(?:(?:true|possible|likely|legal|safe)(?:\s+that)?|that)\b|\bit\s+(?:rain|snow)\w*|\bit\s+takes?\s+to\b"
    r"|\bh(?:er|is)\s+(?:majesty|highness|excellency|holiness|honou?r)\b"
    r"|\w\s+that\s+(?=(?:the|a|an|he|she|it|they|has|have|had|can|could|would|will|is|was|are|were)\b\s*\w)",
    re.IGNORECASE,
)


def depends_on_history(question: str) -> bool:
    """A question that lacks something an earlier turn said.

    Example:
        >>> [depends_on_history(q) for q in ("Why?", "And where was it?", "Who runs the Bank of Latvia?")]
        [True, True, False]
        >>> [depends_on_history(q) for q in ("What about Spain?", "Did the company agree?", "Is she ill?")]
        [True, True, True]
    """
    bare = _OPENING.sub("", question.strip())
    if bare != question.strip() or _ABOUT.match(bare) or _BARE.match(bare) or _FRAGMENT.match(bare):
        return True
    if _pronouns(bare) or _ELSE.search(bare):
        return True
    return not names_in(bare) and len(content_words(bare)) < ENOUGH_WORDS


def stand_alone(question: str, history: Sequence[Turn]) -> str:
    """The question with what it lacks carried over from the last turns.

    "What about X?" asks the last question again of X; a bare "Why?" is asked of the last question and its
    answer; pronouns take the nearest name that fits; a question with no name of its own takes the topic
    behind it.

    Args:
        question: The person's words.
        history: Earlier turns, oldest first.

    Returns:
        The question itself where it lacks nothing or there is no history.

    Example:
        >>> first = Turn("Who won the race in Oslo?", "Who won the race in Oslo?",
        ...     Answer(question="", searched_for="", answered=False, text="Anna Berg"))
        >>> stand_alone("When was she born?", [first])
        'When was Anna Berg born?'
        >>> stand_alone("And in Bergen?", [first])
        'Who won the race in Bergen?'
        >>> stand_alone("Why?", [first])
        'Why: Anna Berg won the race in Oslo?'
    """
    question = question.strip()
    if not history or not question or not depends_on_history(question):
        return question
    bare = _OPENING.sub("", question) or question
    bare = bare[:1].upper() + bare[1:]
    recent = history[-_TURNS:]
    part = _ABOUT.match(bare)
    if part and not _pronouns(part[1]):
        return _asked_again(part[1], recent)
    fragment = _FRAGMENT.match(bare) or (bare.lower() != question.lower() and _FEW_WORDS.match(bare.lower()))
    if fragment and not re.match(_WH, bare, re.IGNORECASE) and not _pronouns(bare):
        return _asked_again(question[-len(bare) :].rstrip(" ?"), recent)
    if _BARE.match(bare):
        return _bare_question(bare.rstrip(" ?"), recent[-1])
    return _with_topic(_with_names(bare, recent), recent)


def _pronouns(question: str) -> list[re.Match[str]]:
    """Words that point back, and not to a name that stands before them in the question itself."""
    inside = [match.span() for match in _NOT_POINTING.finditer(question)]
    found = [m for m in _POINTING.finditer(question) if not any(a <= m.start() and m.end() <= b for a, b in inside)]
    found = [m for m in found if not (m.group() == "that" and question[m.end() :].lstrip()[:1].isupper())]
    return [m for m in found if not names_in(question[: m.start()]) or _ends(question, m)]


def _ends(question: str, match: re.Match[str]) -> bool:
    """A thing or a place that ends the question: "What does Kerry want to do with it?"."""
    thing = match.group().lower() in {"it", "that", "this", "there", "then"}
    return thing and re.fullmatch(r"\s*[?.!]*", question[match.end() :]) is not None


def _asked_again(part: str, history: Sequence[Turn]) -> str:
    """The nearest question with such a part, that part exchanged: "What about Spain?", "The men's?"."""
    lead = re.match(rf"({_PREPOSITION})\s+(.+)", part, re.IGNORECASE)
    bare = re.sub(r"^(?:the|a|an)\s+", "", lead[2] if lead else part, flags=re.IGNORECASE)
    for turn in reversed(history):
        former = turn.searched_for.rstrip(" ?")
        found = _exchangeable(former, bare, lead[1].lower() if lead else "")
        if found is not None:
            return f"{former[: found[0]]}{bare}{former[found[1] :]}?"
    joined = f" {part[:1].lower()}{part[1:]}" if lead else f", {part}"
    return f"{history[-1].searched_for.rstrip(' ?')}{joined}?"


def _exchangeable(former: str, part: str, preposition: str) -> tuple[int, int] | None:
    """Where the last thing of the kind of `part` stands in the former question; None where there is none."""
    if re.fullmatch(r"(?:19|20)\d\d", part):
        pattern = r"\b(?:19|20)\d\d\b"
    elif part.endswith(("'s", "\u2019s")) and part[:1].islower():
        pattern = r"\b[a-z]\w*['\u2019]s\b"
    elif part[:1].isupper():
        names = [re.escape(name) for name in names_in(former) if not name.isdigit()]
        pattern = "|".join(rf"\b{name}\b" for name in names) or r"(?!)"
    elif preposition:
        pattern = rf"(?<=\b{preposition}\s)(?:the\s+)?[a-z][\w-]+(?=$|[,?])"
    else:
        pattern = r"(?<=\b[Hh]ow many\s)[a-z][\w-]+" if part.endswith("s") else r"(?!)"
    matches = list(re.finditer(pattern, former))
    led = [m for m in matches if preposition and re.search(rf"\b{preposition}\s+(?:the\s+)?$", former[: m.start()])]
    chosen = (led or matches)[-1:]
    return chosen[0].span() if chosen else None


def _bare_question(asked: str, last: Turn) -> str:
    """The last question asked with another question word, or put to what it and its answer said together."""
    former = asking_sentence(last.searched_for).rstrip(" ?")
    auxiliary = re.match(rf"{_WH}(?:\s+\w+)??\s+({_AUXILIARY}\s.+)$", former, re.IGNORECASE)
    if auxiliary:
        return f"{asked} {auxiliary[1]}?"
    subject = re.match(r"(?:who|what|(?:which|what|how many|how much)\s+\w+)\s+(.+)$", former, re.IGNORECASE)
    if last.answer.text and subject:
        return f"{asked}: {last.answer.text.rstrip('.')} {subject[1]}?"
    return f"{asked}: {former}?"


def _with_names(question: str, history: Sequence[Turn]) -> str:
    """Pronouns exchanged for the nearest names that fit them; one without a name stays."""
    parts, end = [], 0
    for match in _pronouns(question):
        if _THAT_ALONE.match(question, match.start()):
            continue
        name = _antecedent(match.group().lower(), history)
        shown, stop = _in_place(question, match, name) if name else (match.group(), match.end())
        parts += [question[end : match.start()], shown]
        end = stop
    return "".join((*parts, question[end:]))


def _in_place(question: str, match: re.Match[str], name: str) -> tuple[str, int]:
    """What stands for a pronoun, and where the question goes on: "that company" goes as a whole."""
    word, after = match.group().lower(), question[match.end() :]
    noun = re.match(r"\s+[a-z][\w-]*", after)
    if word in {"this", "that", "these", "those"} and noun and not re.match(rf"\s+{_AUXILIARY}\b", after):
        stands_for_it = name[:1].isupper() and not re.match(
            rf"\s+(?:{_PREPOSITION}|come|mean|happen|end|cost|take)\b", after
        )
        return (name, match.end() + noun.end()) if stands_for_it else (match.group(), match.end())
    if word in _POSSESSIVE or (word == "her" and noun):
        return (f"{name}'" if name.endswith("s") else f"{name}'s"), match.end()
    if word in {"there", "then"} and not re.match(rf"{_PREPOSITION}\b", name):
        return f"in {name}", match.end()
    return name, match.end()


def _antecedent(word: str, history: Sequence[Turn]) -> str:
    """What a pronoun points to: the nearest name of its kind, an answer before the question it answers."""
    others = _people_called("his" if word in _SHE else "her", history) if word in _PERSON else set()
    for turn in reversed(history):
        kind = kind_of(turn.searched_for)
        answer = turn.answer.text.rstrip(".") if len(turn.answer.text) <= _LONGEST_NAME else ""
        topic = _topic(turn.searched_for, counted=word in _MANY)
        fits = {"there": kind == "place", "then": kind == "time"}.get(word, kind in {"person", "list"})
        if word in _THING:
            fits = answer[:1].isupper() and (kind == "span" or (kind == "person" and not topic.startswith("the ")))
        if fits and answer and answer not in others:
            return answer
        if word in _PERSON:
            named = sorted((n for n in _names(turn.searched_for) if n not in others), key=lambda n: " " not in n)
            if named:
                return named[0]
        elif word != "then" and topic and (word in _MANY or " and " not in topic):
            return topic
    return ""


def _people_called(possessive: str, history: Sequence[Turn]) -> set[str]:
    """Names that "he" (for "his") or "she" (for "her") has stood for in the earlier turns."""
    words = _SHE if possessive == "her" else _HE
    called = set()
    for turn in history:
        if set(words_in(turn.question)) & words:
            called |= set(_names(turn.searched_for)) - set(_names(turn.question))
    return called


def _topic(question: str, *, counted: bool = False) -> str:
    """What a question was about: the first of its names, or its noun phrase with "the".

    Args:
        question: A question that stands alone.
        counted: Take what was counted ("how many people") before all else.

    Example:
        >>> [_topic(q) for q in ("Where is Calder Marine based?", "Who led the study?")]
        ['Calder Marine', 'the study']
        >>> _topic("How many people died in Oslo?", counted=True)
        'people'
    """
    asked = asking_sentence(question)
    many = re.search(
        rf"\bhow many\s+(?:of\s+)?((?:[\w'\u2019-]+\s+){{1,4}}?)(?:{_AUXILIARY}|died)\b", asked, re.IGNORECASE
    )
    if counted and many:
        return many[1].strip()
    named = _names(asked)
    definite = _NOUN_PHRASE.search(asked)
    if definite is None or (named and not any(name in definite[1] for name in named)):
        return named[0] if named else ""
    before = asked[: definite.start()].split()
    # After "did the talks ..." the phrase runs into the verb, after "was the gate ..." into a participle.
    runs_on = r"\w+" if before and before[-1].lower() in {"do", "does", "did", "can", "could", "will"} else r"\w+ed"
    return re.sub(rf"\s{runs_on}$", "", definite[1]) if definite[1].count(" ") > 1 else definite[1]


def _with_topic(question: str, history: Sequence[Turn]) -> str:
    """The question with the nearest turn's names, or its words, behind it where it has no name of its own."""
    unresolved = bool(_pronouns(question))
    if names_in(question) and not unresolved:
        return question
    have = set(words_in(question))
    for turn in reversed(history):
        names = [name for name in _names(turn.searched_for) if not have & set(words_in(name))]
        words = [w for w in content_words(turn.searched_for) if w not in have | set(words_in(" ".join(names)))]
        carried = _unique([*names, *words] if unresolved or not names else names)
        if unresolved and turn is history[-1]:
            carried = [*filter(None, [turn.answer.text.rstrip(".")]), *carried]
        if carried:
            return f"{question.rstrip(' ?')} ({', '.join(carried[:_CARRIED])})?"
    return question


def _names(question: str) -> list[str]:
    """Names in a question that are no dates."""
    return [name for name in names_in(question) if not name.isdigit() and name not in _CALENDAR]


def _unique(words: Iterable[str]) -> list[str]:
    """In order, once each."""
    return list(dict.fromkeys(words))
