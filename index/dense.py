"""Chroma; the only import of chromadb."""

import struct
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import chromadb
import numpy as np
from chromadb.config import Settings
from chromadb.errors import ChromaError
from langchain_core.utils.iter import batch_iterate

from index.errors import IndexDamagedError

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

__all__ = ["DenseIndex"]

COLLECTION = "chunks"
EXACT_CHUNKS = 2000
"""Up to so many chunks all are compared (3 MB, read in 0.3 s): none is missed, and a graph made anew changes no answer.

Chroma's graph misses nothing of ordinary news either, but of texts from one template that differ in a word each
it did not find a third by their own vectors (chromadb 1.5.9, its default settings).
"""
ROUGH_MARGIN = 64
"""Chunks beyond those wanted that are compared again in double precision, in which the order is decided."""
WRITE_BATCH = 2000
"""Records a call; Chroma refuses more than client.get_max_batch_size(), 5,461 here."""


class DenseIndex:
    """Chunk numbers and their vectors in one Chroma directory, read by cosine.

    Written once by its maker, then only read. Chroma keeps its clients by the path string as given and writes
    to its SQLite even on opening, so the path is resolved here and `close` must be called.

    Args:
        folder: An existing Chroma directory, or an empty one to create it in.
        exact: Up to so many chunks all are compared instead of asking Chroma's graph.

    Raises:
        IndexDamagedError: Chroma cannot read or write its files; by every method.
    """

    def __init__(self, folder: Path, *, exact: int = EXACT_CHUNKS) -> None:
        self._folder = folder
        self._exact = exact
        self._count: int | None = None
        self._all: tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]] | None = None
        # Without `_env_file` Chroma takes settings from a .env file in whatever folder the person stands in.
        settings = Settings(_env_file=None, anonymized_telemetry=False, allow_reset=False, is_persistent=True)
        with self._reported():
            self._client: ClientAPI = chromadb.PersistentClient(path=str(folder.resolve()), settings=settings)
        try:
            with self._reported():
                self._collection: Collection = self._client.get_or_create_collection(
                    COLLECTION, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
                )
        except IndexDamagedError:
            self._client.close()
            raise

    def add(self, vectors: Iterable[tuple[int, np.ndarray[Any, Any]]]) -> None:
        """Add chunks with their vectors; Chroma ignores numbers already present, so none may be."""
        self._all = self._count = None
        for batch in batch_iterate(WRITE_BATCH, vectors):
            ids = [str(number) for number, _ in batch]
            rows = np.stack([vector for _, vector in batch]).astype(np.float32)
            with self._reported():
                self._collection.add(ids=ids, embeddings=rows)

    def delete(self, numbers: Iterable[int]) -> None:
        """Delete chunks; unknown numbers are ignored."""
        self._all = self._count = None
        for batch in batch_iterate(WRITE_BATCH, sorted(numbers)):
            with self._reported():
                self._collection.delete(ids=[str(number) for number in batch])

    def search(self, vector: Sequence[float], k: int, *, among: Sequence[int] | None = None) -> list[tuple[int, float]]:
        """The nearest chunks with their cosine, best first, ties by number.

        Chroma's order is approximate; cosines are computed here from the stored vectors, so that the order
        of what it finds never depends on its graph.

        Args:
            vector: Unit length, shape (dimension,).
            k: How many at most.
            among: Only these chunks; None for all.
        """
        count = min(k, len(among) if among is not None else self.count())
        if count <= 0:
            return []
        if among is None and self.count() <= self._exact:
            return self._nearest(vector, count)
        ids = [str(number) for number in among] if among is not None else None
        with self._reported():
            found = self._collection.query(
                query_embeddings=np.asarray([vector], dtype=np.float32),
                n_results=count,
                ids=ids,
                include=["embeddings"],
            )
        embeddings = found["embeddings"]
        if embeddings is None or not len(embeddings[0]):
            return []
        cosines = np.asarray(embeddings[0], dtype=np.float64) @ np.asarray(vector, dtype=np.float64)
        hits = [(int(number), round(float(c), 7)) for number, c in zip(found["ids"][0], cosines, strict=True)]
        return sorted(hits, key=lambda hit: (-hit[1], hit[0]))

    def _nearest(self, vector: Sequence[float], count: int) -> list[tuple[int, float]]:
        """The nearest of all chunks by comparison with each."""
        numbers, rows = self._everything()
        rough = rows @ np.asarray(vector, dtype=np.float32)
        wide = min(len(numbers), count + ROUGH_MARGIN)
        places = np.argpartition(-rough, wide - 1)[:wide]
        cosines = np.round(rows[places].astype(np.float64) @ np.asarray(vector, dtype=np.float64), 7)
        order = np.lexsort((numbers[places], -cosines))[:count]
        return [(int(numbers[places[n]]), float(cosines[n])) for n in order]

    def _everything(self) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        """Numbers, ascending, and their vectors, float32, shape (chunks, dimension); kept once read."""
        if self._all is None:
            found = dict(self.vectors())
            numbers = sorted(found)
            self._all = np.asarray(numbers), np.stack([found[number] for number in numbers])
        return self._all

    def unreachable(self, vectors: Iterable[tuple[int, np.ndarray[Any, Any]]], *, within: int = 10) -> list[int]:
        """Chunks that are not found by their own vector: neither they nor `within` others at no greater distance.

        Args:
            vectors: Numbers and unit vectors, each of shape (dimension,).
            within: Nearest chunks to look among; as many may share one vector.
        """
        if self.count() <= self._exact:
            numbers = set(self._everything()[0].tolist())
            return [number for number, _ in vectors if number not in numbers]
        lost = []
        for batch in batch_iterate(WRITE_BATCH, vectors):
            rows = np.stack([vector for _, vector in batch]).astype(np.float32)
            with self._reported():
                found = self._collection.query(
                    query_embeddings=rows, n_results=min(within, self.count()), include=["embeddings"]
                )
            nearest = found["embeddings"]
            assert nearest is not None
            for (number, vector), ids, near in zip(batch, found["ids"], nearest, strict=True):
                furthest = float(np.min(np.asarray(near) @ vector)) if len(ids) else 0.0
                if str(number) not in ids and furthest < 1 - SAME_VECTOR:
                    lost.append(number)
        return lost

    def get(self, numbers: Iterable[int]) -> dict[int, np.ndarray[Any, Any]]:
        """Vectors of some chunks, float32; unknown chunks are left out."""
        ids = [str(number) for number in sorted(set(numbers))]
        if not ids:
            return {}
        with self._reported():
            found = self._collection.get(ids=ids, include=["embeddings"])
        rows = found["embeddings"]
        if rows is None or not found["ids"]:
            return {}
        return {int(number): np.asarray(row, np.float32) for number, row in zip(found["ids"], rows, strict=True)}

    def cosines(self, vector: Sequence[float], numbers: Iterable[int]) -> dict[int, float]:
        """Exact cosine of a unit vector and some chunks; unknown chunks are left out."""
        question = np.asarray(vector, dtype=np.float64)
        found: dict[int, float] = {}
        if self.count() <= self._exact and self.count():
            known, rows = self._everything()
            wanted = np.isin(known, list(numbers))
            cosines = np.round(rows[wanted].astype(np.float64) @ question, 7)
            return dict(zip(known[wanted].tolist(), cosines.tolist(), strict=True))
        for batch in batch_iterate(WRITE_BATCH, sorted(set(numbers))):
            for number, row in self.get(batch).items():
                found[number] = round(float(row.astype(np.float64) @ question), 7)
        return found

    def count(self) -> int:
        """Chunks stored."""
        if self._count is None:
            with self._reported():
                self._count = int(self._collection.count())
        return self._count

    def vectors(self) -> Iterator[tuple[int, np.ndarray[Any, Any]]]:
        """Every chunk with its vector, in batches of Chroma's order."""
        offset = 0
        while True:
            with self._reported():
                batch = self._collection.get(limit=WRITE_BATCH, offset=offset, include=["embeddings"])
            if not batch["ids"]:
                return
            embeddings = batch["embeddings"]
            assert embeddings is not None
            for number, vector in zip(batch["ids"], embeddings, strict=True):
                yield int(number), np.asarray(vector, dtype=np.float32)
            offset += len(batch["ids"])

    def close(self) -> None:
        """Let go of the directory; the object is of no use afterwards."""
        self._client.close()

    def clear_unused(self) -> None:
        """Overwrite with zeros what Chroma's graph files hold in reserve; only after `close`.

        It writes that room as it found it in memory, where vectors of articles that are being erased may have
        stood. A header says how many places are in use (8 bytes at 20) and how large each is (8 bytes at 28).
        """
        for header in sorted(self._folder.glob("*/header.bin")):
            count, size = struct.unpack_from("<QQ", header.read_bytes(), 20)
            for name, each in (("data_level0.bin", size), ("length.bin", 4)):
                path = header.with_name(name)
                with path.open("r+b") as file:
                    unused = max(0, path.stat().st_size - file.seek(count * each))
                    file.write(bytes(unused))

    @contextmanager
    def _reported(self) -> Iterator[None]:
        """Chroma's errors as ours; a panic of its Rust code is no Exception, but is named like one."""
        try:
            yield
        except BaseException as error:
            panicked = type(error).__name__ == "PanicException"
            if panicked or isinstance(error, (ChromaError, ValueError, RuntimeError)):
                raise IndexDamagedError(self._folder, f"Chroma cannot use its files ({error})") from error
            raise


SAME_VECTOR = 1e-5
"""Cosines from one less this on are of one vector, in float32."""
