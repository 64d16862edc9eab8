"""a WordNet database -> other words for a question, of the same meaning or of another; for training only."""

import random
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

__all__ = ["Thesaurus", "inflected", "lemma_of"]

_PARTS = {"noun": "n", "verb": "v", "adj": "a", "adv": "r"}
_WORD = re.compile(r"(?<![\w'-])[a-z]{4,}(?![\w'-])")
_PLAIN = frozenset(
    "what which whose whom when where that this these those there their they them then than with from into onto over "
    "under about after before between during through against among within without because while also very more most "
    "many much some such each every other another both does have having been being were will would could should must "
    "shall might just only ever even else your yours name called kind type many people person thing".split()
)
"""Words that make the frame of a question; changing them changes what is asked for."""
_IRREGULAR = frozenset(
    "arise awake bear beat become begin bend bet bind bite bleed blow break breed bring build burn burst buy "
    "cast catch choose cling come cost creep cut deal dig do draw dream drink drive eat fall feed feel fight "
    "find flee fling fly forbid forget forgive freeze get give go grind grow hang have hear hide hit hold hurt "
    "keep kneel know lay lead lean leap learn leave lend let lie light lose make mean meet pay put quit read rid "
    "ride ring rise run say see seek sell send set shake shed shine shoot show shrink shut sing sink sit sleep "
    "slide sow speak speed spend spill spin split spread spring stand steal stick sting strike strive swear "
    "sweep swell swim swing take teach tear tell think throw thrust understand wake wear weave weep win wind "
    "withdraw write".split()
)
"""Verbs whose past is not made with -ed: they are not used where one is needed."""
SHARE_OF_USE = 0.8
"""A word counts as the part of speech that it is in this share of WordNet's tagged texts."""


def lemma_of(word: str, part: str, known: Mapping[str, object]) -> tuple[str, str] | None:
    """The form a dictionary lists, and the ending that was taken off it; None where the word is not listed.

    Example:
        >>> lemma_of("ferries", "n", {"ferry": 1}), lemma_of("stopped", "v", {"stop": 1}), lemma_of("gone", "v", {})
        (('ferry', 's'), ('stop', 'ed'), None)
    """
    if word in known:
        return word, ""
    cuts = [("ies", "y", "s"), ("es", "", "s"), ("s", "", "s")]
    if part == "v":
        cuts += [("ied", "y", "ed"), ("ed", "", "ed"), ("ed", "e", "ed"), ("ing", "", "ing"), ("ing", "e", "ing")]
    for ending, instead, kind in cuts if part in "nv" else ():
        if word.endswith(ending):
            stem = word.removesuffix(ending)
            doubled = stem[:-1] if len(stem) > 3 and stem[-1] == stem[-2] and kind != "s" else stem
            for lemma in (stem + instead, doubled + instead):
                if lemma in known:
                    return lemma, kind
    return None


def inflected(lemma: str, ending: str) -> str | None:
    """A listed form with an ending put on; None for a verb whose past is made otherwise.

    Example:
        >>> [inflected(*pair) for pair in (("set up", "s"), ("carry", "ed"), ("plan", "ing"), ("win", "ed"))]
        ['sets up', 'carried', 'planning', None]
    """
    first, *rest = lemma.split(" ")
    if not ending:
        return lemma
    if ending == "ed" and first in _IRREGULAR:
        return None
    if re.search(r"[^aeiou]y$", first) and ending != "ing":
        made = first[:-1] + {"s": "ies", "ed": "ied"}[ending]
    elif ending == "s":
        made = first + ("es" if re.search(r"(?:s|x|z|ch|sh)$", first) else "s")
    elif first.endswith("e"):
        made = first[:-1] + ending
    elif re.fullmatch(r"[^aeiou]*[aeiou][^aeiouwxy]", first):
        made = first + first[-1] + ending
    else:
        made = first + ending
    return " ".join([made, *rest])


@dataclass(frozen=True)
class _Synset:
    words: tuple[str, ...]
    links: tuple[tuple[str, str], ...]
    """(symbol, offset), within the same part of speech."""


@dataclass
class Thesaurus:
    """Words by meaning, from the files of a WordNet 3 database (Fellbaum 1998); only words that its tagged texts use.

    Args:
        synsets: By part of speech and offset.
        senses: Offsets of a lemma by part of speech, the most used first.
        uses: How often tagged texts use a lemma as each part of speech.
    """

    synsets: dict[str, dict[str, _Synset]]
    senses: dict[str, dict[str, list[str]]]
    uses: dict[str, dict[str, int]]
    _kept: dict[tuple[str, bool], list[str]] = field(default_factory=dict, repr=False)

    @classmethod
    def read(cls, folder: Path) -> "Thesaurus":
        """Read `index.*`, `data.*` and `index.sense` of a database folder."""
        synsets = {part: dict(_synsets(folder / f"data.{name}", part)) for name, part in _PARTS.items()}
        senses = {part: dict(_senses(folder / f"index.{name}")) for name, part in _PARTS.items()}
        return cls(synsets, senses, _uses(folder / "index.sense"))

    def alike(self, word: str) -> list[str]:
        """Words and short phrases that may stand for a word: of its most used sense, and of the one above that."""
        return self._others(word, alike=True)

    def unlike(self, word: str) -> list[str]:
        """Words of the same form that say something else: opposites, and a noun's neighbours below the same word."""
        return self._others(word, alike=False)

    def reword(self, question: str, rng: random.Random, *, share: float = 0.4) -> str:
        """Say a question with other words of the same meaning, about `share` of those that have some."""

        def other(match: re.Match[str]) -> str:
            choices = self.alike(match.group()) if rng.random() < share else []
            return rng.choice(choices) if choices else match.group()

        return _WORD.sub(other, question)

    def changed(self, question: str, rng: random.Random) -> Iterator[str]:
        """The question with one word each time made another that does not mean the same."""
        for match in _WORD.finditer(question):
            choices = self.unlike(match.group())
            if choices:
                yield question[: match.start()] + rng.choice(choices) + question[match.end() :]

    def _others(self, word: str, *, alike: bool) -> list[str]:
        if (word, alike) not in self._kept:
            self._kept[word, alike] = list(self._find(word, alike=alike)) if word not in _PLAIN else []
        return self._kept[word, alike]

    def _find(self, word: str, *, alike: bool) -> Iterator[str]:
        part = self._part_of(word)
        found = lemma_of(word, part, self.senses[part]) if part else None
        if found is None or part is None:
            return
        lemma, ending = found
        own = self.synsets[part][self.senses[part][lemma][0]]
        apart = {name for offset in self.senses[part][lemma] for name in self.synsets[part][offset].words}
        if alike:
            names = [*own.words, *(name for above in self._linked(own, "@", part) for name in above.words[:1])]
        else:
            below = [one for above in self._linked(own, "@", part) for one in self._linked(above, "~", part)]
            sisters = below[:12] if part == "n" else []
            names = [one.words[0] for one in (*self._linked(own, "!", part), *sisters) if one.words[0] not in apart]
        for name in dict.fromkeys(names):
            made = inflected(name.replace("_", " "), ending)
            plain = name.count("_") < 2 and name.replace("_", "").isalpha() and name.islower()
            if made and plain and name != lemma and self.uses.get(name, {}).get(part):
                yield made

    def _linked(self, synset: _Synset, symbol: str, part: str) -> list[_Synset]:
        return [self.synsets[part][offset] for sign, offset in synset.links if sign == symbol]

    def _part_of(self, word: str) -> str | None:
        """The part of speech that a word mostly is; None where that is not clear."""
        counts = {}
        for part in _PARTS.values():
            found = lemma_of(word, part, self.senses[part])
            if found:
                counts[part] = 1 + self.uses.get(found[0], {}).get(part, 0)
        most = max(counts, key=lambda part: counts[part], default=None)
        return most if most and counts[most] >= SHARE_OF_USE * sum(counts.values()) else None


def _lines(path: Path) -> Iterable[str]:
    with path.open(encoding="utf-8") as lines:
        yield from (line for line in lines if not line.startswith("  "))


def _synsets(path: Path, part: str) -> Iterator[tuple[str, _Synset]]:
    for line in _lines(path):
        fields = line.split("|", 1)[0].split()
        count = int(fields[3], 16)
        words = tuple(re.sub(r"\(\w+\)$", "", word) for word in fields[4 : 4 + 2 * count : 2])
        links = fields[5 + 2 * count :]
        total = int(fields[4 + 2 * count])
        pairs = [(links[4 * n], links[4 * n + 1]) for n in range(total) if links[4 * n + 2].replace("s", "a") == part]
        yield fields[0], _Synset(words, tuple(pairs))


def _senses(path: Path) -> Iterator[tuple[str, list[str]]]:
    for line in _lines(path):
        fields = line.split()
        yield fields[0], fields[-int(fields[2]) :]


@cache
def _part_letters() -> dict[str, str]:
    return {"1": "n", "2": "v", "3": "a", "4": "r", "5": "a"}


def _uses(path: Path) -> dict[str, dict[str, int]]:
    uses: dict[str, dict[str, int]] = {}
    for line in _lines(path):
        key, _, _, count = line.split()
        lemma, rest = key.split("%", 1)
        part = _part_letters()[rest[0]]
        if int(count):
            uses.setdefault(lemma, {}).setdefault(part, 0)
            uses[lemma][part] += int(count)
    return uses
