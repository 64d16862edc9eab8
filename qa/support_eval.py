"""How well the check tells false sentences from faithful ones: `articleqa eval support`."""

import gzip
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from index.articles import Article
from index.errors import ArticleError
from index.sentences import sentence_spans
from qa.corruptions import CORRUPTIONS, Donors, corrupt
from qa.support import Embed, Judge, check
from qa.wording import words

__all__ = ["BARS", "FALSE_ALARMS", "Case", "Row", "evaluate_support", "read_paraphrases", "render_support"]

BARS = {
    "figure": 0.95, "date": 0.95, "name": 0.95, "citation": 0.95,
    "negation": 0.85, "modality": 0.85, "speaker": 0.85, "direction": 0.85,
}  # fmt: skip
"""Least share of false sentences to be found, by what is false in them."""
FALSE_ALARMS = 0.05
"""Greatest share of faithful paraphrases that may be refused."""

_SHORTEST, _LONGEST = 40, 300
"""Characters of an article's sentence that is used; shorter ones claim little, longer ones are lists."""
_PER_ARTICLE = 6
_NEWS_ARTICLES = 200


@dataclass(frozen=True)
class Case:
    """A sentence, what it cites, and what was made of it.

    Args:
        source: Where the faithful sentence came from: "paraphrases", "samples" or the name of another set.
        kind: "faithful", or what was made false.
        half: "tune" or "publish".
    """

    source: str
    kind: str
    sentence: str
    quotes: tuple[str, ...]
    half: str


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


def half_of(quote: str) -> str:
    """The part a quote and all made from it belong to, by its hash: rules are tuned on "tune" only.

    Three quarters are for tuning and one for publishing: the first even split left too few wordings to learn from,
    and half of its published part was moved over. Of what is published, only totals by kind were ever looked at.

    Example:
        >>> half_of("Rain fell."), half_of("Rivers rose in the valley.")
        ('tune', 'publish')
    """
    return "publish" if hashlib.sha256(quote.encode()).digest()[0] % 4 == 3 else "tune"


def read_paraphrases(path: str | Path) -> list[dict[str, str]]:
    """Faithful sentences from JSON lines with `quote`, `sentence` and `article`.

    Raises:
        ArticleError: A line is not such an object.
    """
    rows = []
    for number, line in enumerate(Path(path).read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            rows.append({name: str(row[name]) for name in ("article", "quote", "sentence")})
        except (ValueError, KeyError, TypeError) as error:
            raise ArticleError(path, f"line {number} is not an object with quote, sentence and article") from error
    return rows


def evaluate_support(
    paraphrases: str | Path,
    *,
    articles: Iterable[Article] = (),
    news: str | Path | None = None,
    half: str = "publish",
    embed: Embed | None = None,
    judge: Judge | None = None,
) -> list[Row]:
    """Check faithful sentences and false ones made from them by program.

    Args:
        paraphrases: Faithful sentences written by hand, see `read_paraphrases`.
        articles: Sample articles; their sentences, as they stand and shortened or joined, are faithful too.
        news: Another set of articles as (gzipped) JSON lines with `id` and `text`; 200 of them are used.
        half: "publish", or "tune" when rules are being changed.
        embed: Unit vectors, for the check.
        judge: An NLI model, for the check.

    Returns:
        One row per source and kind, in a fixed order.
    """
    cases = list(_hand_written(read_paraphrases(paraphrases)))
    cases += _from_articles("samples", articles)
    if news:
        cases += _from_articles("news", _read_news(Path(news)))
    seen: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for case in cases:
        if case.half != half:
            continue
        verdict = check(case.sentence, case.quotes, embed=embed, judge=judge)
        seen[case.source, case.kind].update(
            cases=1, refused=int(not verdict.holds), unsupported=int(verdict.verdict == "unsupported")
        )
    return [Row(*key, count["cases"], count["refused"], count["unsupported"]) for key, count in seen.items()]


def _hand_written(rows: Sequence[dict[str, str]]) -> Iterator[Case]:
    by_article: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row["quote"] not in by_article[row["article"]]:
            by_article[row["article"]].append(row["quote"])
    faithful = [(row["sentence"], (row["quote"],)) for row in rows]
    yield from _with_corruptions("paraphrases", "faithful", faithful, by_article.values())


def _from_articles(source: str, articles: Iterable[Article]) -> list[Case]:
    """Sentences of articles as they stand, shortened, and two joined, each with its corruptions."""
    by_article = [_usable(article) for article in articles]
    plain = [(sentence, (sentence,)) for sentences in by_article for sentence in sentences]
    shortened = [(short, (sentence,)) for sentence, _ in plain if (short := _shortened(sentence))]
    joined = [
        (
            f"{one.rstrip('.')}; {other[0].lower() if words(other)[0].text.lower() in _SMALL else other[0]}{other[1:]}",
            (one, other),
        )
        for sentences in by_article
        for one, other in zip(sentences[::2], sentences[1::2], strict=False)
    ]
    cases = list(_with_corruptions(source, "faithful: verbatim", plain, by_article))
    for name, pairs in (("faithful: shortened", shortened), ("faithful: joined", joined)):
        cases += [Case(source, name, sentence, quotes, half_of(quotes[0])) for sentence, quotes in pairs]
    return cases


_SMALL = {"the", "a", "an", "it", "he", "she", "they", "in", "on", "at", "this", "that", "but", "and"}


def _usable(article: Article) -> list[str]:
    """Whole sentences of an article that state something; every article gives its first few."""
    found = []
    for start, end in sentence_spans(article.text):
        sentence = article.text[start:end]
        if _SHORTEST <= len(sentence) <= _LONGEST and sentence[-1] in ".!" and sentence.count('"') % 2 == 0:
            found.append(sentence)
    return found[:_PER_ARTICLE]


def _shortened(sentence: str) -> str | None:
    """Without what stands after its last comma, where a clause of its own is left."""
    head, comma, tail = sentence.rpartition(", ")
    if not comma or len(head) < _SHORTEST or len(tail) > len(head) or head.count('"') % 2:
        return None
    return f"{head}."


def _with_corruptions(
    source: str,
    name: str,
    faithful: Sequence[tuple[str, tuple[str, ...]]],
    by_article: Iterable[Sequence[str]],
) -> Iterator[Case]:
    donors = {half: Donors(others={}) for half in ("tune", "publish")}
    groups = [list(group) for group in by_article]
    for half, given in donors.items():
        _fill(given, [[quote for quote in group if half_of(quote) == half] for group in groups])
    for sentence, quotes in faithful:
        half = half_of(quotes[0])
        yield Case(source, name, sentence, quotes, half)
        for kind in CORRUPTIONS:
            made = corrupt(kind, sentence, quotes[0], donors[half])
            if made:
                yield Case(source, kind, made[0], (made[1],), half)


def _fill(donors: Donors, groups: Sequence[Sequence[str]]) -> None:
    """Names and speakers of all, and for each quote the others that its citation may be swapped for.

    Those are the other quotes of its article, which are the hardest to tell apart; of any article where it has none.
    """
    every = sorted({quote for group in groups for quote in group})
    others: dict[str, Sequence[str]] = {}
    for group in groups:
        for quote in group:
            donors.take(quote)
            same = [other for other in group if other != quote]
            others[quote] = same or [other for other in every if other != quote][:5]
    donors.names[:] = sorted(set(donors.names))
    donors.speakers[:] = sorted(set(donors.speakers))
    donors.others = others


def _read_news(path: Path, *, most: int = _NEWS_ARTICLES) -> list[Article]:
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
    rows = [json.loads(line) for line in text.splitlines() if line.strip()]
    chosen = Random(0).sample(rows, min(most, len(rows)))  # noqa: S311 - the same articles each time
    return [Article(id=str(row["id"]), title="-", text=str(row["text"])) for row in chosen]


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
