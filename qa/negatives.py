"""questions whose passage holds no answer: made by removing it, or by changing the question."""

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from qa.thesaurus import Thesaurus
from qa.training_data import Row, occurrences, rough_sentences

__all__ = ["entities", "lacks_answer", "mutate", "names_by_title", "without_answer"]

OPPOSITES = {
    "first": "last", "last": "first", "most": "least", "least": "most", "largest": "smallest",
    "smallest": "largest", "before": "after", "after": "before", "north": "south", "south": "north",
    "northern": "southern", "southern": "northern", "east": "west", "west": "east", "eastern": "western",
    "western": "eastern", "more": "less", "less": "more", "highest": "lowest", "lowest": "highest",
    "highly": "hardly", "higher": "lower", "lower": "higher", "oldest": "newest", "newest": "oldest",
    "increase": "decrease", "decrease": "increase", "increased": "decreased", "won": "lost", "lost": "won",
    "started": "ended", "began": "ended", "ended": "began", "start": "end", "begin": "end", "built": "demolished",
    "founded": "dissolved", "born": "buried", "always": "never", "allowed": "forbidden", "win": "lose",
    "early": "late", "late": "early", "major": "minor", "minor": "major", "inside": "outside", "male": "female",
    "female": "male", "positive": "negative", "negative": "positive", "common": "rare", "rare": "common",
    "above": "below", "below": "above", "old": "new", "new": "old", "public": "private", "private": "public",
    "longest": "shortest", "shortest": "longest", "large": "small", "small": "large", "open": "closed",
    "accepted": "rejected", "rejected": "accepted", "support": "oppose", "opposed": "supported", "best": "worst",
    "worst": "best", "import": "export", "export": "import", "left": "joined", "joined": "left",
}  # fmt: skip
"""Words that turn a question about something into a question about its opposite."""

_ENTITY = re.compile(r"(?<=[a-z,] )[A-Z][\w'-]+(?: (?:of |the |de |and )?[A-Z][\w'-]+)*")
_NUMBER = re.compile(r"\b\d[\d,.]*\d\b|\b\d\b")
_VERB = re.compile(r"\b(is|was|are|were|did|does|do|has|had|can|could|would|will|should)\b")


def lacks_answer(text: str, row: Row) -> bool:
    """Say whether none of a row's answers occurs in `text`, by words and without regard to case."""
    lowered = text.lower()
    return not any(occurrences(lowered, answer.lower()) for _, answer in row.answers)


def without_answer(row: Row) -> Row | None:
    """Take out of the passage the sentences that hold the answer; None where it still occurs or nothing is left."""
    at, text = row.answers[0]
    kept = [row.context[s:e] for s, e in rough_sentences(row.context) if e <= at or s >= at + len(text)]
    rest = " ".join(kept)
    if not kept or not lacks_answer(rest, row):
        return None
    return Row(row.id, row.source, row.title, rest, row.question, ())


def entities(text: str) -> list[str]:
    """Find names inside a text by their capitals, in order, leaving out sentence starts.

    Example:
        >>> entities("Who told the King of Spain about Lima?")
        ['King of Spain', 'Lima']
    """
    return _ENTITY.findall(text)


def mutate(
    row: Row, neighbours: Sequence[str], rng: random.Random, *, thesaurus: Thesaurus | None = None
) -> Row | None:
    """Change a question so that its own passage no longer answers it, as SQuAD 2.0's writers did.

    A name becomes another name of the same passage or article, a number another number, a word
    its opposite or, with a thesaurus, a neighbour of it, or the verb is negated (the kinds listed in Rajpurkar et al.
    2018, table 1).

    Args:
        row: An answerable row.
        neighbours: Names known from the same article.
        rng: Chooses the change.
        thesaurus: Knows more opposites, and words that lie beside each other.

    Returns:
        The row with the changed question and no answers; None where nothing could be changed.
    """
    changes = [*_other_names(row, neighbours, rng), *_other_numbers(row, rng), *_opposites(row.question)]
    others = list(thesaurus.changed(row.question, rng)) if thesaurus else []
    changes += rng.sample(others, min(len(others), 1 + len(changes) // 2))
    verb = _VERB.search(row.question)
    if verb and (not changes or rng.random() < 0.15):
        changes.append(row.question[: verb.end()] + " not" + row.question[verb.end() :])
    return replace(row, question=rng.choice(changes), answers=()) if changes else None


def _other_names(row: Row, neighbours: Sequence[str], rng: random.Random) -> Iterator[str]:
    answers = {text for _, text in row.answers}

    def fitting(names: Iterable[str]) -> list[str]:
        return sorted(n for n in {*names} if n not in row.question and not any(n in a or a in n for a in answers))

    near, far = fitting(entities(row.context)), fitting(neighbours)
    for name in entities(row.question):
        for others in (near or far, far or near):
            kept = [other for other in others if name not in other]
            if kept:
                yield row.question.replace(name, rng.choice(kept))


def _other_numbers(row: Row, rng: random.Random) -> Iterator[str]:
    answers = {text for _, text in row.answers}
    for number in _NUMBER.findall(row.question):
        others = [n for n in _NUMBER.findall(row.context) if n != number and len(n) == len(number)]
        other = rng.choice(others) if others and rng.random() < 0.5 else _another_number(number, rng)
        if other not in answers:
            yield row.question.replace(number, other)


def _opposites(question: str) -> Iterator[str]:
    for word in re.findall(r"[a-z]+", question):
        if word in OPPOSITES:
            yield re.sub(rf"\b{word}\b", OPPOSITES[word], question)


def _another_number(number: str, rng: random.Random) -> str:
    digits = [n for n, c in enumerate(number) if c.isdigit()]
    place = digits[-1] if len(digits) < 3 else rng.choice(digits[1:])
    digit = str((int(number[place]) + rng.randint(1, 8)) % 10)
    return number[:place] + digit + number[place + 1 :]


def names_by_title(rows: Sequence[Row]) -> dict[str, list[str]]:
    """Collect the names that the questions of each article mention."""
    names: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        names[row.title].update(entities(row.question))
    return {title: sorted(found) for title, found in names.items()}
