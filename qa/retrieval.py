"""HybridRetriever(BaseRetriever): dense and lexical legs, fused, spread over articles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from index.catalog import ArticleRow, ChunkRow
from index.library import Filters, Library, Snapshot
from qa.answer import DateRange, Passage
from qa.dates import freshness
from qa.question import content_words

__all__ = ["HybridRetriever", "Retrieved", "fuse"]

RRF_CONSTANT = 60
"""Of reciprocal rank fusion (Cormack, Clarke & Büttcher 2009), as in the paper."""
LEXICAL_WEIGHT = 2.0
"""Of the leg by words beside the leg by meaning, chosen in tests/bench/retrieval_recall.py: questions name things."""
FRESHNESS_WEIGHT = 0.3
"""How far the fused score of an article near the asked time is raised (tests/bench/retrieval_recall.py)."""
FRESHNESS_DAYS = 14.0
"""Age at which it is raised a third as far."""


@dataclass(frozen=True, kw_only=True)
class Retrieved:
    """What was found for a question.

    Args:
        passages: Best first.
        generation: Number of the index generation they come from; 0 when the index holds nothing.
        missing_words: Content words of the question that no article contains, in their order.
        rarity: Content words of the question with how rare they are: 1 for one that no article contains, near
            0 for one in every chunk.
    """

    passages: tuple[Passage, ...]
    generation: int
    missing_words: tuple[str, ...]
    rarity: Mapping[str, float]


class HybridRetriever(BaseRetriever):
    """Passages for a question: nearest by meaning and best by words, fused by reciprocal rank.

    Args:
        library: What is searched.
        k: How many passages.
        depth: Candidates of each leg.
        per_article: Most passages of one article; the rest of the places goes to other articles.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    library: Library
    k: int = 12
    depth: int = 60
    per_article: int = 3

    def passages(
        self,
        query: str,
        *,
        k: int | None = None,
        filters: Filters | None = None,
        dates: DateRange | None = None,
        as_of: str = "",
    ) -> Retrieved:
        """Passages for a question, best first, ties by chunk number.

        Args:
            query: The question that stands alone.
            k: How many; None for the retriever's own.
            filters: Which articles may answer; None for all.
            dates: Which publication dates to prefer; None for those near `as_of`.
            as_of: The day "today" means, ISO 8601; empty to prefer none.
        """
        wanted, filters = k or self.k, filters or Filters()
        vector = self.library.embeddings.embed_query(query) if self.library.generation else []
        with self.library.snapshot() as snapshot:
            dense = snapshot.dense(vector, self.depth, filters)
            lexical = snapshot.lexical(query, self.depth, filters)
            legs = [[number for number, _ in leg] for leg in (dense, lexical)]
            fused = fuse(legs, weights=(1.0, LEXICAL_WEIGHT))
            rows = snapshot.chunks([number for number, _ in fused])
            leaning = _lean([(n, s) for n, s in fused if n in rows], rows, dates, as_of)
            chosen = _spread(leaning, rows, wanted, self.per_article)
            cosines = snapshot.cosines(vector, [number for number, _ in chosen])
            ranks = [{number: place for place, number in enumerate(leg, 1)} for leg in legs]
            copies = _copies(snapshot, [rows[number] for number, _ in chosen])
            counts = {word: snapshot.document_frequency(word) for word in content_words(query)}
            return Retrieved(
                passages=tuple(
                    _passage(
                        rows[number],
                        score=score,
                        ranks=(ranks[0].get(number), ranks[1].get(number)),
                        similarity=cosines.get(number, 0.0),
                        copies=copies.get(rows[number].article.cluster, ()),
                    )
                    for number, score in chosen
                ),
                generation=snapshot.number,
                missing_words=tuple(word for word, found_in in counts.items() if not found_in),
                rarity={word: rarity(found_in, snapshot.chunk_count()) for word, found_in in counts.items()},
            )

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        """LangChain's spelling of `passages`."""
        del run_manager
        return [
            Document(
                id=str(passage.chunk_id),
                page_content=passage.text,
                metadata={
                    "article_id": passage.article_id,
                    "article_sha256": passage.article_sha256,
                    "title": passage.title,
                    "source": passage.source,
                    "url": passage.url,
                    "published": passage.published,
                    "start": passage.start,
                    "end": passage.end,
                    "score": passage.score,
                },
            )
            for passage in self.passages(query).passages
        ]


def fuse(legs: Sequence[Sequence[int]], weights: Sequence[float] = ()) -> list[tuple[int, float]]:
    """Reciprocal rank fusion: the weighted sum of 1 / (60 + rank) over the legs, best first, ties by number.

    Example:
        >>> [number for number, _ in fuse([[1, 2, 3], [3, 1, 4]])]
        [1, 3, 2, 4]
    """
    scores: dict[int, float] = {}
    for leg, weight in zip(legs, weights or [1.0] * len(legs), strict=True):
        for rank, number in enumerate(leg, 1):
            scores[number] = scores.get(number, 0.0) + weight / (RRF_CONSTANT + rank)
    return sorted(scores.items(), key=lambda entry: (-entry[1], entry[0]))


def rarity(found_in: int, chunks: int) -> float:
    """How much a word tells apart: 1 for one in no chunk, 0 for one in all, on a scale of logarithms.

    Example:
        >>> [round(rarity(n, 999), 2) for n in (0, 9, 999)]
        [1.0, 0.67, 0.0]
    """
    return 1.0 - log(1 + min(found_in, chunks)) / log(1 + chunks) if chunks else 1.0


def _lean(
    fused: Sequence[tuple[int, float]], rows: dict[int, ChunkRow], dates: DateRange | None, as_of: str
) -> list[tuple[int, float]]:
    """Scores raised for articles near the time that the question is about, best first."""
    if not as_of:
        return list(fused)
    raised = [
        (n, s * (1 + FRESHNESS_WEIGHT * freshness(rows[n].article.published, dates, as_of, days=FRESHNESS_DAYS)))
        for n, s in fused
    ]
    return sorted(raised, key=lambda entry: (-entry[1], entry[0]))


def _spread(
    fused: Sequence[tuple[int, float]], rows: dict[int, ChunkRow], k: int, per_article: int
) -> list[tuple[int, float]]:
    """The best k with at most a few of one article, and near-duplicates counted as one article."""
    used: dict[str, int] = {}
    chosen = []
    for number, score in fused:
        article = rows[number].article
        name = article.cluster or article.id
        if used.get(name, 0) < per_article:
            used[name] = used.get(name, 0) + 1
            chosen.append((number, score))
        if len(chosen) == k:
            break
    return chosen


def _copies(snapshot: Snapshot, rows: Sequence[ChunkRow]) -> dict[str, list[tuple[ArticleRow, str]]]:
    """The articles of each group of near-duplicates, with their texts."""
    clusters = sorted({row.article.cluster for row in rows if row.article.cluster})
    found = {cluster: snapshot.duplicates(cluster) for cluster in clusters}
    texts = snapshot.texts(copy for copies in found.values() for copy in copies)
    return {cluster: [(copy, texts.get(copy.sha256, "")) for copy in copies] for cluster, copies in found.items()}


def _also_in(row: ChunkRow, copies: Sequence[tuple[ArticleRow, str]]) -> tuple[tuple[str, ...], ...]:
    """For each sentence of a chunk the copies of its article that have it to the letter."""
    others = [
        (f"{copy.source}: {copy.title}".removeprefix(": "), text) for copy, text in copies if copy.id != row.article.id
    ]
    if not others:
        return ()
    quotes = (row.text[start - row.start : end - row.start] for start, end in row.sentences)
    return tuple(tuple(name for name, text in others if quote in text) for quote in quotes)


def _passage(
    row: ChunkRow,
    *,
    score: float,
    ranks: tuple[int | None, int | None],
    similarity: float,
    copies: Sequence[tuple[ArticleRow, str]],
) -> Passage:
    article = row.article
    return Passage(
        chunk_id=row.number,
        article_id=article.id,
        article_sha256=article.sha256,
        title=article.title,
        source=article.source,
        author=article.author,
        url=article.url,
        published=article.published,
        start=row.start,
        end=row.end,
        text=row.text,
        sentences=row.sentences,
        dense_rank=ranks[0],
        lexical_rank=ranks[1],
        similarity=similarity,
        score=score,
        cluster=article.cluster,
        also_in=_also_in(row, copies),
        page=row.page,
        page_starts=row.page_starts,
    )
