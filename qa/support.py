"""Does the quoted text support this sentence? A verdict with its reason, no model needed."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from qa.answer import Verdict
from qa.contradictions import contradictions
from qa.facts import Contradiction, Kind
from qa.figures import figures
from qa.likeness import Likeness
from qa.weighing import TURNS, evidence, weigh
from qa.wording import words

__all__ = ["Judge", "Support", "certain", "check"]

Judge = Callable[[str, str], tuple[float, float]]
"""Quotes and sentence to the probabilities that they entail and that they contradict it, 0 to 1."""

ENOUGH = 0.51
"""Least share of a borne sentence's words that the quotes have, where there is no encoder to compare them."""
LITERAL = 0.95
"""Share of a sentence's words in the quotes from which it is their wording, and what the rules find is not weighed."""
REWORDED = 0.8
"""Share of a sentence's words in the quotes below which it is a rewording: only there may a name be put otherwise."""
ALIKE = 0.6
"""Least cosine of a name or speaker with words of the quote that mean the same; false names mostly stay below 0.45."""
ENTAILED = 0.9
CONTRADICTED = 0.9
"""Probabilities from which an NLI model's word counts; it can withhold a sentence, or mend a lack of shared words."""


@dataclass(frozen=True, kw_only=True)
class Support:
    """What the check found.

    Args:
        verdict: "verbatim" for a whole quote, "supported", "partly" (nothing contradicts it, but more is said than
            is quoted) or "unsupported".
        reason: Why not supported, in words; empty otherwise.
        score: How much of the sentence the quotes cover in words and meaning, 0 to 1.
        kinds: What the contradictions are about; empty when there are none.
    """

    verdict: Verdict
    reason: str = ""
    score: float = 0.0
    kinds: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """The sentence may be shown as cited."""
        return self.verdict in ("verbatim", "supported")


def check(
    sentence: str,
    quotes: Sequence[str],
    *,
    context: Sequence[str] = (),
    likeness: Likeness | None = None,
    judge: Judge | None = None,
) -> Support:
    """Whether quotes bear a sentence: each figure, date, name, denial, doubt, speaker, direction, and the rest.

    Args:
        sentence: One sentence, without citation markers.
        quotes: The whole sentences it cites; none gives "unsupported".
        context: The titles, and what stands right before the quotes: it bears nothing but names, since a sentence may
            name whom its quote calls "he".
        likeness: Compares words by meaning; without it rules and shared words alone decide.
        judge: An NLI model, as one more signal: it may refuse what the rules let pass, and let pass what shares few
            words with the quotes, but never overrules a contradiction that was found.

    Returns:
        The verdict. Same arguments, same verdict.

    Example:
        >>> check("Some 40,000 people marched.", ["About 400,000 people marched."]).reason
        'the quote says 400,000, not 40,000'
        >>> check("The talks had collapsed.", ["A spokesman denied that the talks had collapsed."]).verdict
        'unsupported'
        >>> check("About 400,000 marched.", ["About 400,000 people marched."]).verdict
        'supported'
    """
    quotes = [quote for quote in quotes if quote.strip()]
    if not quotes:
        return Support(verdict="unsupported", reason="it cites nothing")
    if _plain(sentence) in {_plain(quote) for quote in (*quotes, " ".join(quotes))}:
        return Support(verdict="verbatim", score=1.0)
    found = contradictions(sentence, quotes, context)
    fits, score = _cover(sentence, quotes) >= ENOUGH, _cover(sentence, quotes)
    if likeness:
        found = certain(sentence, quotes, found, likeness) or _weighed(sentence, quotes, found, likeness)
        rest = evidence(sentence, quotes, "rest", likeness=likeness, flagged=False)
        fits, score = (rest is None or weigh("rest", rest) <= 0), max(0.0, rest[1]) if rest else score
    if found:
        kinds = tuple(dict.fromkeys(one.kind for one in found))
        return Support(verdict="unsupported", reason=found[0].reason, score=score, kinds=kinds)
    return _read(sentence, quotes, score, fits=fits, judge=judge)


def _read(sentence: str, quotes: Sequence[str], score: float, *, fits: bool, judge: Judge | None) -> Support:
    """The verdict on a sentence that contradicts nothing, with an NLI model's word where there is one."""
    entailed, contradicted = judge(" ".join(quotes), sentence) if judge else (0.0, 0.0)
    if contradicted >= CONTRADICTED:
        reason = "the language model that compares them reads the quote as saying otherwise"
        return Support(verdict="unsupported", reason=reason, score=score)
    if fits or entailed >= ENTAILED:
        return Support(verdict="supported", score=score)
    return Support(verdict="partly", reason="the quote says only part of this, or something else", score=score)


_OTHERWISE: dict[Kind, str] = {
    "negation": "without a \u201cnot\u201d, or with one, it would be nearer to the quote",
    "modality": "the quote is surer, or less sure, of this",
    "direction": "the opposite would be nearer to the quote",
}


def certain(
    sentence: str, quotes: Sequence[str], found: Sequence[Contradiction], likeness: Likeness
) -> list[Contradiction]:
    """What of that which the rules found is not weighed: what no quote gives, and a turn in a quote's own words."""
    literal = _cover(sentence, quotes) >= LITERAL
    return [one for one in found if (literal if one.kind in TURNS else not _known(one, sentence, quotes, likeness))]


def _known(one: Contradiction, sentence: str, quotes: Sequence[str], likeness: Likeness) -> bool:
    """Another word of the quotes means what seemed to stand in none: "Britons" where they say "British voters"."""
    reworded = bool(one.stranger) and _cover(sentence, quotes) < REWORDED
    return reworded and likeness.part(sentence, one.stranger, quotes) >= ALIKE


def _weighed(
    sentence: str, quotes: Sequence[str], found: Sequence[Contradiction], likeness: Likeness
) -> list[Contradiction]:
    """What speaks for a false denial, doubt or direction, where it weighs enough."""
    heavy = []
    for kind in TURNS:
        said = next((one for one in found if one.kind == kind), None)
        seen = evidence(sentence, quotes, kind, likeness=likeness, flagged=said is not None)
        if seen and weigh(kind, seen) > 0:
            heavy.append(said or Contradiction(kind, _OTHERWISE[kind]))
    return heavy


def _plain(text: str) -> str:
    return re.sub(r"[\s\u00a0]+", " ", text).strip(' ."\u201c\u201d').casefold()


def _cover(sentence: str, quotes: Sequence[str]) -> float:
    """Share of the sentence's content stems that the quotes contain; 1 for a sentence without any.

    Figures are left out: they are compared by what they say, however it is written.
    """
    apart = [(figure.start, figure.end) for figure in figures(sentence)]
    own = [word for word in words(sentence) if word.content]
    own = [word for word in own if not any(start <= word.start < end for start, end in apart)]
    quoted = {word.stem for quote in quotes for word in words(quote)}
    return sum(word.stem in quoted for word in own) / len(own) if own else 1.0
