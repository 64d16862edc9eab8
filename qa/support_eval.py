"""How well the check tells false sentences from faithful ones: `articleqa eval support`."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.articles import Article
from qa.likeness import Likeness
from qa.support import Judge, check
from qa.support_cases import support_cases

__all__ = ["BARS", "FALSE_ALARMS", "Row", "evaluate_support", "render_support"]

BARS = {
    "figure": 0.95, "date": 0.95, "name": 0.95, "citation": 0.95,
    "negation": 0.85, "modality": 0.85, "speaker": 0.85, "direction": 0.85,
}  # fmt: skip
"""Least share of false sentences to be found, by what is false in them."""
FALSE_ALARMS = 0.05
"""Greatest share of faithful paraphrases that may be refused."""


@dataclass(frozen=True)
class Row:
    """Counts of one kind of sentence from one source.

    Args:
        refused: How many were not shown as cited: found, for false ones; false alarms, for faithful ones.
        unsupported: How many of those with a named contradiction.
    """

    source: str
    kind: str
    cases: int
    refused: int
    unsupported: int

    @property
    def share(self) -> float:
        """Refused, 0 to 1."""
        return self.refused / self.cases if self.cases else 0.0


def evaluate_support(
    paraphrases: str | Path,
    *,
    articles: Iterable[Article] = (),
    news: str | Path | None = None,
    half: str = "publish",
    likeness: Likeness | None = None,
    judge: Judge | None = None,
) -> list[Row]:
    """Check faithful sentences and false ones made from them by program.

    Args:
        paraphrases: Faithful sentences written by hand, see `read_paraphrases`.
        articles: Sample articles; their sentences, as they stand and shortened or joined, are faithful too.
        news: Another set of articles as (gzipped) JSON lines with `id` and `text`; 200 of them are used.
        half: "publish", or "tune" when rules are being changed.
        likeness: For the check.
        judge: An NLI model, for the check.

    Returns:
        One row per source and kind, in a fixed order.
    """
    seen: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for case in support_cases(paraphrases, articles=articles, news=news):
        if case.half != half:
            continue
        verdict = check(case.sentence, case.quotes, context=case.context, likeness=likeness, judge=judge)
        seen[case.source, case.kind].update(
            cases=1, refused=int(not verdict.holds), unsupported=int(verdict.verdict == "unsupported")
        )
    return [Row(*key, count["cases"], count["refused"], count["unsupported"]) for key, count in seen.items()]


def render_support(rows: Sequence[Row]) -> str:
    """The table as text, with the bar each kind is held to on the paraphrases.

    Example:
        >>> print(render_support([Row("paraphrases", "faithful", 100, 4, 3), Row("paraphrases", "name", 50, 49, 49)]))
        source       kind                  cases  refused          bar
        paraphrases  faithful                100     4.0 %  at most  5 %
        paraphrases  name                     50    98.0 %  at least 95 %
    """
    lines = [f"{'source':<12} {'kind':<21} {'cases':>5}  {'refused':>7}  {'bar':>11}"]
    for row in rows:
        bar = f"at least {BARS[row.kind]:.0%}".replace("%", " %") if row.kind in BARS else ""
        if row.kind == "faithful":
            bar = f"at most  {FALSE_ALARMS:.0%}".replace("%", " %")
        lines.append(f"{row.source:<12} {row.kind:<21} {row.cases:>5}  {row.share * 100:>6.1f} %  {bar}".rstrip())
    return "\n".join(lines)
