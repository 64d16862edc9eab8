"""reading rows -> rows sorted into pools, cropped to neighbouring sentences; what the reader learns from."""

import gzip
import hashlib
import json
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from index.articles import Span

__all__ = [
    "FIRST_MATCH_SOURCES",
    "Row",
    "crop",
    "half_of",
    "occurrences",
    "pool_rows",
    "read_rows",
    "rough_sentences",
    "under_title",
]

FIRST_MATCH_SOURCES = frozenset({"squad-flan-subset", "squad-routerlens", "squad2-urasys", "nq-swap", "fairytaleqa"})
"""Sources whose answer start was found as the first match of its text: every occurrence counts as right."""

PLACED_DOMAINS = frozenset({"squadshifts-amazon", "squadshifts-reddit"})
"""Other domains whose spans people marked in place; the rest are drawn at a sixth of their weight."""


@dataclass(frozen=True)
class Row:
    """One question with its passage; `answers` are (start, text) with code-point starts, empty when impossible."""

    id: str
    source: str
    title: str
    context: str
    question: str
    answers: tuple[tuple[int, str], ...]


def read_rows(path: Path) -> list[Row]:
    """Read SQuAD-like JSON lines, gzipped or plain; a repeated (question, context) is read once."""
    seen: set[tuple[str, str]] = set()
    rows = []
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            key = (record["question"].strip().lower(), record["context"])
            if key in seen:
                continue
            seen.add(key)
            answers = tuple(dict.fromkeys((a["answer_start"], a["text"]) for a in record["answers"]))
            rows.append(
                Row(
                    id=record["id"],
                    source=record.get("source", ""),
                    title=record["title"],
                    context=record["context"],
                    question=record["question"].strip(),
                    answers=() if record["impossible"] else answers,
                )
            )
    return rows


def half_of(title: str) -> str:
    """Name the half of a dev file that an article belongs to, by its title's hash.

    Settings are chosen on `select`; figures are published from `report`.

    Example:
        >>> sorted({half_of(str(n)) for n in range(9)})
        ['report', 'select']
    """
    return "select" if hashlib.sha256(title.encode()).digest()[0] % 2 == 0 else "report"


def rough_sentences(text: str) -> list[Span]:
    """Cut at sentence-ending punctuation before a capital: enough to crop training passages by.

    Example:
        >>> rough_sentences("Tea came. It stayed!")
        [(0, 9), (10, 20)]
    """
    cuts = [m.end() for m in re.finditer(r"(?<=[.!?])[\"')\]]*\s+(?=[\"'(\[]*[A-Z0-9])", text)]
    spans = []
    for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
        stripped = text[start:end].strip()
        if stripped:
            at = start + text[start:end].index(stripped)
            spans.append((at, at + len(stripped)))
    return spans


def occurrences(text: str, answer: str) -> list[int]:
    """Find every start of `answer` in `text` that stands at word boundaries.

    Example:
        >>> occurrences("In 12 of 120, 12 won", "12")
        [3, 14]
    """
    return [m.start() for m in re.finditer(rf"(?<!\w){re.escape(answer)}(?!\w)", text)]


def crop(row: Row, *, words: int, rng: random.Random) -> Row:
    """Keep whole neighbouring sentences, about `words` words in all, and the answers that lie in them.

    They are grown around the first answer; without one, mostly around the sentence that shares most
    words with the question, which is where a careless reader would look.
    """
    sentences = rough_sentences(row.context)
    if not sentences:
        return row
    if row.answers:
        at, text = row.answers[0]
        hit = [n for n, (start, end) in enumerate(sentences) if start < at + len(text) and end > at]
        first, last = (hit[0], hit[-1]) if hit else (0, len(sentences) - 1)
    else:
        first = last = _nearest_sentence(row, sentences) if rng.random() < 0.7 else rng.randrange(len(sentences))
    while first > 0 or last + 1 < len(sentences):
        left = last + 1 == len(sentences) or (first > 0 and rng.random() < 0.5)
        low, high = (first - 1, last) if left else (first, last + 1)
        if row.context.count(" ", sentences[low][0], sentences[high][1]) + 1 > words:
            break
        first, last = low, high
    start, end = sentences[first][0], sentences[last][1]
    kept = tuple((at - start, text) for at, text in row.answers if at >= start and at + len(text) <= end)
    return Row(row.id, row.source, row.title, row.context[start:end], row.question, kept)


def under_title(row: Row) -> Row:
    r"""Put the title of the article above the passage, where it does not give an answer away.

    Example:
        >>> row = Row("1", "", "Green_tea", "It came by sea.", "How did it come?", ((8, "by sea"),))
        >>> under_title(row).context, under_title(row).answers
        ('Green tea\nIt came by sea.', ((18, 'by sea'),))
    """
    title = row.title.replace("_", " ").strip()
    if not title or row.source.startswith("qamr") or any(occurrences(title, text) for _, text in row.answers):
        return row
    answers = tuple((at + len(title) + 1, text) for at, text in row.answers)
    return replace(row, context=f"{title}\n{row.context}", answers=answers)


def _nearest_sentence(row: Row, sentences: Sequence[Span]) -> int:
    asked = set(re.findall(r"\w{4,}", row.question.lower()))
    shared = [len(asked & set(re.findall(r"\w{4,}", row.context[s:e].lower()))) for s, e in sentences]
    return shared.index(max(shared))


def pool_rows(rows: Iterable[Row], other_domains: Iterable[Row], *, seed: int) -> dict[str, list[Row]]:
    """Sort rows into the pools of `SHARES` that need no mining: span, sentence, domain, adversarial."""
    pools: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if not row.answers:
            pools["adversarial"].append(row)
        elif row.source.startswith("qamr"):
            pools["sentence"].append(row)
        else:
            pools["span"].append(row)
    rng = random.Random(seed)  # noqa: S311 -- a reproducible order, not a secret
    pools["domain"] = [r for r in other_domains if r.source in PLACED_DOMAINS or rng.random() < 1 / 6]
    return pools
