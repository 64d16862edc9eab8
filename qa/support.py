"""Does the quoted text support this sentence? A verdict with its reason, no model needed."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qa.answer import Verdict
from qa.contradictions import contradictions
from qa.facts import Contradiction
from qa.figures import figures
from qa.wording import words

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Embed", "Judge", "Support", "check"]

Embed = Callable[[Sequence[str]], "np.ndarray"]
"""Texts to unit vectors, float32, one row each."""

Judge = Callable[[str, str], tuple[float, float]]
"""Quotes and sentence to the probabilities that they entail and that they contradict it, 0 to 1."""

ENOUGH = 0.51
"""Least mean of word cover and cosine of a borne sentence, by the tuning part of `articleqa eval support`."""
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
    embed: Embed | None = None,
    judge: Judge | None = None,
) -> Support:
    """Whether quotes bear a sentence: each figure, date, name, denial, doubt, speaker, direction, and the rest.

    Args:
        sentence: One sentence, without citation markers.
        quotes: The whole sentences it cites; none gives "unsupported".
        embed: Unit vectors of texts, for meaning; without it words alone decide.
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
    cover = _cover(sentence, quotes)
    meaning = _meaning(sentence, quotes, embed) if embed else None
    score = cover if meaning is None else (cover + max(0.0, meaning)) / 2
    found = contradictions(sentence, quotes)
    if found:
        return _refused(found, score)
    entailed, contradicted = judge(" ".join(quotes), sentence) if judge else (0.0, 0.0)
    if contradicted >= CONTRADICTED:
        reason = "the language model that compares them reads the quote as saying otherwise"
        return Support(verdict="unsupported", reason=reason, score=score)
    if score >= ENOUGH or entailed >= ENTAILED:
        return Support(verdict="supported", score=score)
    return Support(verdict="partly", reason="the quote says only part of this, or something else", score=score)


def _refused(found: Sequence[Contradiction], score: float) -> Support:
    kinds = tuple(dict.fromkeys(one.kind for one in found))
    return Support(verdict="unsupported", reason=found[0].reason, score=score, kinds=kinds)


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


def _meaning(sentence: str, quotes: Sequence[str], embed: Embed) -> float:
    """Cosine of the sentence with the quotes: the best of each alone and all together."""
    texts = list(dict.fromkeys([*quotes, " ".join(quotes)]))
    vectors = embed([sentence, *texts])
    return float((vectors[1:] @ vectors[0]).max())
