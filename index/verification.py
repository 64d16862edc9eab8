"""verify: whether an index holds what was written to it; each damage named, with what mends it."""

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from langchain_core.utils.iter import batch_iterate

from index.articles import Article
from index.catalog import Catalog, check_database, live_generation, read_settings, row_sums, unpack_spans
from index.chunking import embedded_prefix
from index.errors import IndexDamagedError
from index.generations import Generation, damaged_files
from index.vectors import VectorCache

if TYPE_CHECKING:
    from index.embedding import ArticleEmbeddings

__all__ = ["Part", "Problem", "Verification", "VerifyReport"]

REACHED = 20_000
"""Chunks up to which each is looked for by its own vector (3 ms a chunk); of more, evenly spread ones."""
NAMED = 20
"""Problems of one kind that are named one by one; of the rest only the number is told."""
SAME_VECTOR = 1e-5
"""Largest difference in a component between a vector in Chroma, which may scale it anew, and in the cache."""

Part = Literal["catalog", "articles", "texts", "chunks", "generation", "dense", "lexical", "vectors"]


@dataclass(frozen=True)
class Problem:
    """One damage.

    Args:
        part: Where it is.
        what: What is wrong, for a person.
        name: Of the thing that is damaged: hash of a text, id of an article; empty otherwise.
    """

    part: Part
    what: str
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class VerifyReport:
    """What was checked and what was found.

    Args:
        articles: How many rows were checked.
        texts: Kept versions whose hash was computed again.
        chunks: How many were checked: their offsets, their key, their place in both legs.
        vectors: How many were compared with the cache.
        reached: How many were looked for by their own vector.
        files: How many of the generation were summed up.
        generation: Number of the live one.
        problems: What is wrong; after a repair, what still is.
        mended: What was wrong before a repair and no longer is.
        embedded: Chunks that a repair had to embed again.
    """

    articles: int = 0
    texts: int = 0
    chunks: int = 0
    vectors: int = 0
    reached: int = 0
    files: int = 0
    generation: int = 0
    problems: tuple[Problem, ...] = ()
    mended: tuple[Problem, ...] = ()
    embedded: int = 0

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def to_json(self) -> dict[str, Any]:
        """Plain dictionaries and lists, for `json.dumps`."""
        lists = {name: [vars(problem) for problem in getattr(self, name)] for name in ("problems", "mended")}
        return {"ok": self.ok, **vars(self), **lists}


class Verification:
    """One look at everything an index holds. Reads only.

    Args:
        path: The index directory.
        catalog: Its catalog.
        embeddings: Its embedder, for the tokens of titles; nothing is embedded.
    """

    def __init__(self, path: Path, catalog: Catalog, embeddings: "ArticleEmbeddings") -> None:
        self._path = path
        self._catalog = catalog
        self._embeddings = embeddings
        self._counts: dict[str, Any] = {}
        self._problems: list[Problem] = []

    def report(self) -> VerifyReport:
        """Check everything."""
        if (found := self._catalog.check()) != "ok":
            self._problems.append(Problem("catalog", f"SQLite says of catalog.sqlite: {found}"))
        try:
            with self._catalog.read() as connection:
                self._check_rows(connection)
                self._check_texts(connection)
                self._check_chunks(connection)
                if number := live_generation(connection):
                    self._counts["generation"] = number
                    self._check_derived(connection, number)
        except IndexDamagedError as error:
            self._problems.append(Problem("catalog", error.what))
        return VerifyReport(**self._counts, problems=tuple(_shortened(self._problems)))

    def _check_rows(self, connection: sqlite3.Connection) -> None:
        self._counts["articles"] = connection.execute("select count(*) from articles").fetchone()[0]
        settings = read_settings(connection)
        for name, value in row_sums(connection).items():
            if settings.get(name, value) != value:
                table = name.removeprefix("sum of ")
                self._problems.append(Problem("articles", f"the table {table!r} is not what was written", table))
        sql = "select id from articles where sha256 not in (select sha256 from versions) order by id"
        for (name,) in connection.execute(sql):
            self._problems.append(Problem("texts", f"the text of article {name} is gone", name))

    def _check_texts(self, connection: sqlite3.Connection) -> None:
        # As bytes: what is damaged may be no text any more.
        rows = connection.execute("select sha256, cast(text as blob), sentences, furniture, pages from versions")
        for sha256, data, sentences, furniture, pages in rows:
            self._counts["texts"] = self._counts.get("texts", 0) + 1
            if hashlib.sha256(data).hexdigest() != sha256:
                what = f"a text does not have its hash {sha256[:12]}"
            elif not _sentences_fit(len(data.decode()), sentences, furniture, pages):
                what = f"the sentences of the text {sha256[:12]} are not what was written"
            else:
                continue
            self._problems.append(Problem("texts", what, sha256))

    def _check_chunks(self, connection: sqlite3.Connection) -> None:
        broken = {problem.name for problem in self._problems if problem.part == "texts"}
        rows = connection.execute(
            "select a.id, a.title, a.published, a.sha256, cast(v.text as blob), v.sentences"
            " from articles a join versions v using (sha256) order by a.id"
        )
        for name, title, published, sha256, data, sentences in rows:
            if sha256 in broken:
                continue
            chunks = connection.execute(
                "select start, end, key from chunks where article_id = ? order by start", (name,)
            ).fetchall()
            self._counts["chunks"] = self._counts.get("chunks", 0) + len(chunks)
            article = Article(name, title, data.decode(), published=published)
            if not _chunks_fit(article, unpack_spans(sentences), chunks, self._embeddings):
                self._problems.append(Problem("chunks", f"the chunks of article {name} are not what was written", name))
        sql = "select count(*) from chunks where article_id not in (select id from articles)"
        if orphans := connection.execute(sql).fetchone()[0]:
            self._problems.append(Problem("chunks", f"{orphans} chunks belong to no article"))

    def _check_derived(self, connection: sqlite3.Connection, number: int) -> None:
        keys = dict(connection.execute("select number, key from chunks order by number"))
        with closing(_opened_cache(self._path)) as cache:
            self._check_cache(cache, keys)
            folder = self._path / "generations" / f"{number:06}"
            try:
                if (found := check_database(folder / "dense" / "chroma.sqlite3")) != "ok":
                    self._problems.append(Problem("dense", f"SQLite says of chroma.sqlite3: {found}"))
                for name in damaged_files(folder):
                    self._problems.append(Problem("generation", f"{name} is not what was written"))
                with closing(Generation(folder)) as generation:
                    self._counts["files"] = len(generation.marker.sums)
                    self._check_generation(generation, keys, cache)
            except FileNotFoundError:
                self._problems.append(Problem("generation", f"generation {number} is gone, or was never finished"))
            except IndexDamagedError as error:
                self._problems.append(Problem("generation", error.what))

    def _check_cache(self, cache: VectorCache, keys: dict[int, bytes]) -> None:
        if (found := cache.check()) != "ok":
            self._problems.append(Problem("vectors", f"SQLite says of vectors.sqlite: {found}"))
        elif missing := cache.missing(self._embeddings.fingerprint, keys.values()):
            self._problems.append(Problem("vectors", f"{len(missing)} vectors are missing or damaged in the cache"))

    def _check_generation(self, generation: Generation, keys: dict[int, bytes], cache: VectorCache) -> None:
        if generation.marker.fingerprint != self._embeddings.fingerprint:
            self._problems.append(Problem("generation", "it was made with another embedder than the index"))
        self._check_numbers("lexical", generation.lexical.numbers(), keys)
        seen: set[int] = set()
        for batch in batch_iterate(1000, generation.dense.vectors()):
            seen.update(number for number, _ in batch)
            self._check_vectors(batch, keys, cache)
        self._check_numbers("dense", seen, keys)
        chosen = sorted(seen)[:: 1 + len(seen) // REACHED]
        for numbers in batch_iterate(1000, chosen):
            found = generation.dense.get(numbers)
            lost = generation.dense.unreachable(sorted(found.items()))
            self._problems += [Problem("dense", f"chunk {n} is not found by its own vector") for n in lost]
        self._counts["reached"] = len(chosen)

    def _check_numbers(self, part: Part, seen: set[int], keys: dict[int, bytes]) -> None:
        if lacking := len(keys.keys() - seen):
            self._problems.append(Problem(part, f"{lacking} chunks are missing in the {part} index"))
        if spare := len(seen - keys.keys()):
            self._problems.append(Problem(part, f"{spare} chunks in the {part} index are not in the catalog"))

    def _check_vectors(
        self, batch: Sequence[tuple[int, np.ndarray[Any, Any]]], keys: dict[int, bytes], cache: VectorCache
    ) -> None:
        wanted = {keys[number] for number, _ in batch if number in keys}
        cached = cache.get(self._embeddings.fingerprint, sorted(wanted))
        for number, vector in batch:
            kept = cached.get(keys.get(number, b""))
            dimension = self._embeddings.dimension
            if len(vector) != dimension:
                what = f"the vector of chunk {number} has {len(vector)} numbers instead of {dimension}"
                self._problems.append(Problem("dense", what))
            elif kept is not None:
                self._counts["vectors"] = self._counts.get("vectors", 0) + 1
                if not np.allclose(vector, kept, rtol=0, atol=SAME_VECTOR):
                    self._problems.append(Problem("dense", f"the vector of chunk {number} is not what was written"))


def _opened_cache(path: Path) -> VectorCache:
    return VectorCache(path / "vectors.sqlite", read_only=True)


def _sentences_fit(length: int, sentences: bytes, furniture: bytes, pages: str) -> bool:
    """Whether spans lie in order within so many bytes (a text has no more characters), each with its sign."""
    if len(sentences) % 8 or len(sentences) // 8 != len(furniture) or not pages.startswith("["):
        return False
    spans = unpack_spans(sentences)
    ordered = all(one[1] <= other[0] for one, other in pairwise(spans))
    return ordered and all(start < end <= length for start, end in spans)


def _chunks_fit(
    article: Article,
    sentences: Sequence[tuple[int, int]],
    chunks: Sequence[tuple[int, int, bytes]],
    embeddings: "ArticleEmbeddings",
) -> bool:
    """Whether the chunks cover all sentences of an article in order, and their keys are of what they say."""
    if not chunks:
        return not sentences
    starts, ends = {start for start, _ in sentences}, {end for _, end in sentences}
    covered = chunks[0][0] == sentences[0][0] and chunks[-1][1] == sentences[-1][1]
    ordered = all(one[1] <= other[0] for one, other in pairwise(chunks))
    prefix = embedded_prefix(article.title, article.published, embeddings)
    return (
        covered
        and ordered
        and all(start in starts and end in ends for start, end, _ in chunks)
        and all(_key(prefix + article.text[start:end]) == key for start, end, key in chunks)
    )


def _key(embedded: str) -> bytes:
    return hashlib.sha256(embedded.encode()).digest()[:16]


def _shortened(problems: Sequence[Problem]) -> Iterator[Problem]:
    """The first of each part; how many more there are."""
    counts: dict[Part, int] = {}
    for problem in problems:
        counts[problem.part] = counts.get(problem.part, 0) + 1
        if counts[problem.part] <= NAMED:
            yield problem
    for part, count in counts.items():
        if count > NAMED:
            yield Problem(part, f"and {count - NAMED} more")
