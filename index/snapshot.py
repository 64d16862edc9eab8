"""Snapshot: rows and both legs of one generation, at one moment."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.catalog import ArticleRow, ChunkRow, read_chunks, read_rows

if TYPE_CHECKING:
    from index.generations import Generation

__all__ = ["Filters", "Snapshot"]

OVERFETCH = 400
"""Nearest chunks looked through for a filter before the allowed ones are compared one by one, which costs more."""
COMPARED = 5000
"""Allowed chunks up to which all are compared; of more, Chroma is asked for the nearest among them."""


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Which articles may answer; empty for all.

    Args:
        outlets: Names of outlets.
        start: First publication day, ISO 8601; articles without a date are then left out.
        end: Last publication day, ISO 8601; articles without a date are then left out.
        articles: Ids of articles.
    """

    outlets: tuple[str, ...] = ()
    start: str = ""
    end: str = ""
    articles: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything is filtered."""
        return bool(self.outlets or self.start or self.end or self.articles)

    @property
    def days(self) -> tuple[int, int] | None:
        """First and last day as YYYYMMDD; None without a date limit."""
        if not (self.start or self.end):
            return None
        return int((self.start or "0001-01-01").replace("-", "")), int((self.end or "9999-12-31").replace("-", ""))


class Snapshot:
    """One moment of an index: rows and both legs of the same generation. Short-lived: copy out and leave.

    Args:
        connection: Inside a read transaction.
        generation: The one these rows belong to; None in an index that holds nothing.
    """

    def __init__(self, connection: sqlite3.Connection, generation: "Generation | None") -> None:
        self._connection = connection
        self._generation = generation
        self.number = generation.number if generation else 0
        self._near: dict[tuple[float, ...], dict[int, float]] = {}

    def dense(self, vector: Sequence[float], k: int, filters: Filters = Filters()) -> list[tuple[int, float]]:
        """Nearest chunks with their cosine, best first.

        Args:
            vector: Unit length.
            k: How many at most.
            filters: Which articles may answer.
        """
        if self._generation is None:
            return []
        hits = self._nearest(self._generation, vector, k, filters)
        self._near[tuple(vector)] = dict(hits)
        return hits

    def _nearest(
        self, generation: "Generation", vector: Sequence[float], k: int, filters: Filters
    ) -> list[tuple[int, float]]:
        if not filters:
            return generation.dense.search(vector, k)
        near = generation.dense.search(vector, max(k, OVERFETCH))
        allowed = self._allowed(filters, [number for number, _ in near])
        hits = [hit for hit in near if hit[0] in allowed][:k]
        if len(hits) == k:
            return hits
        allowed = self._allowed(filters)
        if len(hits) == len(allowed):
            return hits
        if len(allowed) > COMPARED:
            return generation.dense.search(vector, k, among=sorted(allowed))
        found = generation.dense.cosines(vector, allowed).items()
        return sorted(found, key=lambda hit: (-hit[1], hit[0]))[:k]

    def cosines(self, vector: Sequence[float], numbers: Sequence[int]) -> dict[int, float]:
        """Exact cosine of a unit vector and some chunks."""
        if self._generation is None:
            return {}
        # Of most the cosine is known already: looking vectors up by number is Chroma's slower half.
        near = self._near.get(tuple(vector), {})
        found = {number: near[number] for number in numbers if number in near}
        missing = [number for number in numbers if number not in near]
        return found | (self._generation.dense.cosines(vector, missing) if missing else {})

    def lexical(self, text: str, k: int, filters: Filters = Filters()) -> list[tuple[int, float]]:
        """Best chunks by their words with BM25 scores, best first."""
        if self._generation is None:
            return []
        return self._generation.lexical.search(
            text, k, days=filters.days, outlets=filters.outlets, articles=filters.articles
        )

    def document_frequency(self, word: str) -> int:
        """Chunks in which a word occurs, in whatever form."""
        return self._generation.lexical.document_frequency(word) if self._generation else 0

    def chunk_count(self) -> int:
        """Chunks that are searched."""
        return self._generation.marker.chunks if self._generation else 0

    def chunks(self, numbers: Sequence[int]) -> dict[int, ChunkRow]:
        """Texts, offsets and articles of chunks."""
        return read_chunks(self._connection, numbers)

    def duplicates(self, cluster: str) -> list[ArticleRow]:
        """Articles of one group of near-duplicates, oldest first."""
        rows = read_rows(self._connection, "where cluster = ?", (cluster,)) if cluster else []
        return sorted(rows, key=lambda row: (row.published, row.id))

    def texts(self, rows: Iterable[ArticleRow]) -> dict[str, str]:
        """Canonical texts of articles by their hash."""
        wanted = sorted({row.sha256 for row in rows})
        sql = f"select sha256, text from versions where sha256 in ({','.join('?' * len(wanted))})"  # noqa: S608
        return dict(self._connection.execute(sql, wanted))

    def _allowed(self, filters: Filters, numbers: Sequence[int] | None = None) -> set[int]:
        """Chunks that pass the filters: all of them, or those among some."""
        conditions: list[str] = []
        values: list[object] = []
        if numbers is not None:
            conditions.append(f"c.number in ({','.join('?' * len(numbers))})")
            values += numbers
        for column, wanted in (("a.source", filters.outlets), ("a.id", filters.articles)):
            if wanted:
                conditions.append(f"{column} in ({','.join('?' * len(wanted))})")
                values += list(wanted)
        if filters.start or filters.end:
            conditions.append("a.published != '' and substr(a.published, 1, 10) between ? and ?")
            values += [filters.start or "0001-01-01", filters.end or "9999-12-31"]
        sql = f"select number from chunks c join articles a on a.id = c.article_id where {' and '.join(conditions)}"  # noqa: S608
        return {number for (number,) in self._connection.execute(sql, values)}
