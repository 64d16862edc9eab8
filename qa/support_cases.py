"""Faithful sentences with their quotes, and false ones made of them: what the check is measured and fitted on."""

import gzip
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from types import MappingProxyType

from index.articles import Article
from index.errors import ArticleError
from index.sentences import sentence_spans
from qa.corruptions import CORRUPTIONS, Donors, corrupt
from qa.wording import words

__all__ = ["Case", "Pair", "half_of", "read_paraphrases", "support_cases"]

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
        context: What stands before the quote in its article.
    """

    source: str
    kind: str
    sentence: str
    quotes: tuple[str, ...]
    half: str
    context: tuple[str, ...] = ()


def half_of(quote: str) -> str:
    """The part a quote and all made from it belong to, by its hash: rules are tuned on "tune" only.

    Three quarters are for tuning and one for publishing: the first even split left too few wordings to learn from,
    and half of its published part was moved over. Of what is published, only totals by kind were ever looked at.

    Example:
        >>> half_of("Rain fell."), half_of("Rivers rose in the valley.")
        ('tune', 'publish')
    """
    return "publish" if hashlib.sha256(quote.encode()).digest()[0] % 4 == 3 else "tune"


@dataclass(frozen=True)
class Pair:
    """A faithful sentence and the quote that bears it.

    Args:
        context: What stands before the quote in its article, if the file says.
    """

    article: str
    quote: str
    sentence: str
    context: tuple[str, ...] | None = None


def read_paraphrases(path: str | Path) -> list[Pair]:
    """Faithful sentences from JSON lines with `quote`, `sentence`, `article` and perhaps `context`.

    Raises:
        ArticleError: A line is not such an object.
    """
    rows = []
    for number, line in enumerate(Path(path).read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            context = tuple(map(str, row["context"])) if "context" in row else None
            rows.append(Pair(str(row["article"]), str(row["quote"]), str(row["sentence"]), context))
        except (ValueError, KeyError, TypeError) as error:
            raise ArticleError(path, f"line {number} is not an object with quote, sentence and article") from error
    return rows


def support_cases(
    paraphrases: str | Path, *, articles: Iterable[Article] = (), news: str | Path | None = None, added: bool = False
) -> list[Case]:
    """All faithful and false sentences, of both parts.

    Args:
        paraphrases: See `evaluate_support`, as are `articles` and `news`.
        articles: Sample articles.
        news: More articles.
        added: Also sentences that say more than their quote, of kind "added": two of an article run together.
    """
    rows = read_paraphrases(paraphrases)
    cases = list(_hand_written(rows))
    cases += _from_articles("samples", articles)
    if news:
        cases += _from_articles("news", _read_news(Path(news)))
    return [*cases, *_run_together(rows)] if added else cases


def _run_together(rows: Sequence[Pair]) -> Iterator[Case]:
    """Each paraphrase with one of another quote of its article and part, which it does not cite."""
    for row in rows:
        half = half_of(row.quote)
        others = [
            one.sentence
            for one in rows
            if one.article == row.article and one.quote != row.quote and half_of(one.quote) == half
        ]
        if others:
            other = Random(row.sentence).choice(others)  # noqa: S311 - a choice that is always the same
            sentence = f"{row.sentence.rstrip('.')}, and {other[0].lower()}{other[1:]}"
            yield Case("paraphrases", "added", sentence, (row.quote,), half)


def _hand_written(rows: Sequence[Pair]) -> Iterator[Case]:
    by_article: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row.quote not in by_article[row.article]:
            by_article[row.article].append(row.quote)
    faithful = [(row.sentence, (row.quote,)) for row in rows]
    said = {row.quote: row.context for row in rows if row.context is not None}
    yield from _with_corruptions("paraphrases", "faithful", faithful, by_article.values(), said)


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
    before = _contexts(by_article)
    for name, pairs in (("faithful: shortened", shortened), ("faithful: joined", joined)):
        cases += [
            Case(source, name, sentence, quotes, half_of(quotes[0]), before[quotes[0]]) for sentence, quotes in pairs
        ]
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
    said: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> Iterator[Case]:
    """Each faithful sentence and what is made of it; `said` are the contexts of quotes that are known."""
    donors = {half: Donors(others={}) for half in ("tune", "publish")}
    groups = [list(group) for group in by_article]
    before = {**_contexts(groups), **said}
    for half, given in donors.items():
        _fill(given, [[quote for quote in group if half_of(quote) == half] for group in groups])
    for sentence, quotes in faithful:
        half = half_of(quotes[0])
        yield Case(source, name, sentence, quotes, half, before[quotes[0]])
        for kind in CORRUPTIONS:
            made = corrupt(kind, sentence, quotes[0], donors[half])
            if made:
                yield Case(source, kind, made[0], (made[1],), half, before[made[1]])


def _contexts(groups: Iterable[Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """For each quote the first of its article and the two before it, as far as they are others."""
    found: dict[str, tuple[str, ...]] = {}
    for group in groups:
        for place, quote in enumerate(group):
            found[quote] = tuple(dict.fromkeys([*group[: min(1, place)], *group[max(0, place - 2) : place]]))
    return found


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
