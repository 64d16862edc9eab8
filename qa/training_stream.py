"""pools of rows -> the mixed stream of batches that the reader is trained on."""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from index.articles import Span
from qa.bundled_reader import QUESTION_TOKENS, WINDOW_TOKENS, marks
from qa.thesaurus import Thesaurus
from qa.training_data import FIRST_MATCH_SOURCES, Row, crop, occurrences, under_title

if TYPE_CHECKING:
    from tokenizers import Tokenizer

__all__ = ["Example", "Mixture", "Pool", "encode"]

QUESTIONS_PER_SENTENCE = 6
"""QAMR asks about 35 questions of each sentence; one pass takes this many."""

SHARES = {
    "span": 0.57,
    "sentence": 0.05,
    "domain": 0.06,
    "written": 0.45,
    "mined": 0.13,
    "removed": 0.05,
    "mutated": 0.10,
    "adversarial": 0.04,
    "denied": 0.30,
}
"""Weight of each pool among the examples drawn; the last five have no answer in their passage."""


REWORDED = 0.35
"""Share of the questions that are put in other words, where there is a thesaurus."""
TITLED = 0.3
"""Share of the short passages that stand under the title of their article, as sentences do that are read again."""


@dataclass(frozen=True)
class Example:
    """Token ids of `[CLS] question [SEP] passage [SEP]`, and the right token spans (none: no answer here)."""

    ids: tuple[int, ...]
    passage_start: int
    golds: tuple[Span, ...]


def encode(row: Row, tokenizer: "Tokenizer") -> Example | None:
    """Turn a row into token ids and right token spans; None where its answer falls behind the longest passage."""
    question = tokenizer.encode(row.question, add_special_tokens=False).ids[:QUESTION_TOKENS]
    passage = tokenizer.encode(row.context, add_special_tokens=False)
    offsets = passage.offsets[:WINDOW_TOKENS]
    start, stop = marks(tokenizer)
    ids = (start, *question, stop, *passage.ids[:WINDOW_TOKENS], stop)
    passage_start = len(question) + 2
    golds = []
    for at, text in row.answers:
        starts = occurrences(row.context, text) if row.source in FIRST_MATCH_SOURCES else []
        for start in starts or [at]:
            end = start + len(text)
            inside = [n for n, (s, e) in enumerate(offsets) if s < end and e > start]
            if inside and offsets[inside[-1]][1] >= end:
                golds.append((passage_start + inside[0], passage_start + inside[-1]))
    if row.answers and not golds:
        return None
    return Example(ids, passage_start, tuple(dict.fromkeys(golds)))


@dataclass
class Pool:
    """Rows drawn in shuffled passes; the order of each pass follows from the seed alone, so a run can resume."""

    name: str
    rows: Sequence[Row]
    seed: int
    drawn: int = 0
    per_context: int = 0
    _orders: dict[int, list[int]] = field(default_factory=dict, repr=False)

    def draw(self) -> Row:
        """Give the next row, starting a new shuffled pass when one is through."""
        number = self.drawn
        self.drawn += 1
        per_pass = len(self._order(0))
        epoch, place = divmod(number, per_pass)
        order = self._order(epoch)
        return self.rows[order[place % len(order)]]

    def _order(self, epoch: int) -> list[int]:
        if epoch not in self._orders:
            order = list(range(len(self.rows)))
            random.Random(f"{self.seed}-{self.name}-{epoch}").shuffle(order)  # noqa: S311 -- a reproducible order, not a secret
            if self.per_context:
                taken: Counter[str] = Counter()
                kept = []
                for n in order:
                    taken[self.rows[n].context] += 1
                    if taken[self.rows[n].context] <= self.per_context:
                        kept.append(n)
                order = kept
            self._orders[epoch] = order
        return self._orders[epoch]


class Mixture:
    """The training stream: draws pools by share, spoils and crops passages, roughens questions, encodes.

    Args:
        pools: Rows by pool name.
        spoil: What the pools without answers do to a row: `spoil[name](row, rng)`, None from it skips
            the row. `mutated` is cropped first, so that its question still faces the right sentence.
        tokenizer: Without truncation and padding.
        seed: Of everything random in the stream.
        thesaurus: Puts a share of the questions in other words; None leaves them.
    """

    def __init__(
        self,
        pools: dict[str, list[Row]],
        spoil: dict[str, Callable[[Row, random.Random], Row | None]],
        tokenizer: "Tokenizer",
        *,
        seed: int,
        thesaurus: Thesaurus | None = None,
    ) -> None:
        self.pools = {
            name: Pool(name, rows, seed, per_context=QUESTIONS_PER_SENTENCE if name == "sentence" else 0)
            for name, rows in pools.items()
            if rows
        }
        self.spoil = spoil
        self.tokenizer = tokenizer
        self.seed = seed
        self.thesaurus = thesaurus
        self.chunk = 0

    def state(self) -> dict[str, int]:
        """Where the stream stands, to continue it from in another process."""
        return {"chunk": self.chunk, **{f"pool:{name}": pool.drawn for name, pool in self.pools.items()}}

    def restore(self, state: dict[str, int]) -> None:
        """Continue from a `state()`."""
        self.chunk = state["chunk"]
        for name, pool in self.pools.items():
            pool.drawn = state.get(f"pool:{name}", 0)

    def batches(self, progress: float, *, tokens: int, count: int = 32) -> Iterator[list[Example]]:
        """Give about `count` batches of examples of like length, at most `tokens` padded tokens each.

        Args:
            progress: 0 to 1; passages are cropped short in 95 % of cases at 0 and 45 % at 1.
            tokens: Padded tokens in a batch.
            count: Batches made (and sorted by length) together.
        """
        rng = random.Random(f"{self.seed}-{self.chunk}")  # noqa: S311 -- a reproducible order, not a secret
        self.chunk += 1
        names = list(self.pools)
        weights = [SHARES[name] for name in names]
        examples, total = [], 0
        while total < tokens * count:
            name = rng.choices(names, weights)[0]
            example = self._example(name, progress, rng)
            if example:
                examples.append(example)
                total += len(example.ids)
        examples.sort(key=lambda e: (len(e.ids) // 2, rng.random()))
        yield from _cut_batches(examples, tokens, rng)

    def _example(self, name: str, progress: float, rng: random.Random) -> Example | None:
        row: Row | None = self.pools[name].draw()
        short = rng.random() < 0.95 - 0.5 * progress
        words = rng.randint(16, 56) if short else rng.randint(110, 210)
        if row and name == "mutated":
            row = crop(row, words=words, rng=rng)
        if row and name in self.spoil:
            row = self.spoil[name](row, rng)
        if row is None:
            return None
        if name != "mutated":
            row = crop(row, words=words, rng=rng)
        if self.thesaurus and rng.random() < REWORDED:
            row = replace(row, question=self.thesaurus.reword(row.question, rng))
        if row.question.endswith("?") and rng.random() < 0.2:
            row = replace(row, question=row.question[:-1].rstrip())
        if short and rng.random() < TITLED:
            row = under_title(row)
        return encode(row, self.tokenizer)


def _cut_batches(examples: list[Example], tokens: int, rng: random.Random) -> list[list[Example]]:
    batches: list[list[Example]] = [[]]
    for example in examples:
        if batches[-1] and len(example.ids) * (len(batches[-1]) + 1) > tokens:
            batches.append([])
        batches[-1].append(example)
    rng.shuffle(batches)
    return batches
