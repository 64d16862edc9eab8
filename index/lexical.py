"""BM25; the only import of its engine, tantivy."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import tantivy
from langchain_core.utils.iter import batch_iterate

from index.errors import IndexDamagedError

__all__ = ["LexicalIndex", "LexicalRecord"]

ANALYZER = "article_english"
WRITER_BYTES = 64_000_000
DELETE_BATCH = 1000
TITLE_BOOST = 0.5
"""Weight of a title's words beside those of the text."""


@dataclass(frozen=True)
class LexicalRecord:
    """What is searched of one chunk by its words.

    Args:
        number: The chunk's.
        title: Of its article.
        text: Of the chunk.
        day: Publication day as YYYYMMDD; 0 when unknown.
        article: Id of its article.
        outlet: Of its article.
    """

    number: int
    title: str
    text: str
    day: int = 0
    article: str = ""
    outlet: str = ""


class LexicalIndex:
    """Chunks by their words, scored by BM25 (Robertson & Zaragoza 2009) with English stems.

    tantivy's segment files never change once written: a hard-linked copy of the directory can be added to
    while the original is read.

    Args:
        folder: An existing index directory, or an empty one to create it in.

    Raises:
        IndexDamagedError: tantivy cannot read or write its files; by every method.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._analyzer = _analyzer()
        with self._reported():
            self._index = tantivy.Index(_schema(), path=str(folder), reuse=True)
            self._index.register_tokenizer(ANALYZER, self._analyzer)
            self._index.config_reader(reload_policy="manual")
            self._index.reload()
        self._schema = self._index.schema

    def write(self, added: Iterable[LexicalRecord], deleted: Iterable[int] = ()) -> None:
        """Delete some chunks by number, then add some, in one commit."""
        # One thread: segments, and with them the order of equal scores, then depend on the input alone.
        with self._reported():
            writer = self._index.writer(heap_size=WRITER_BYTES, num_threads=1)
            for numbers in batch_iterate(DELETE_BATCH, sorted(deleted)):
                # By query: tantivy-py 0.27 takes a term's int for a signed one, and then deletes nothing.
                writer.delete_documents_by_query(tantivy.Query.term_set_query(self._schema, "number", numbers))
            for record in added:
                writer.add_document(_document(record))
            writer.commit()
            writer.wait_merging_threads()
            self._index.reload()

    def search(
        self,
        text: str,
        k: int,
        *,
        days: tuple[int, int] | None = None,
        outlets: Sequence[str] = (),
        articles: Sequence[str] = (),
    ) -> list[tuple[int, float]]:
        """The best chunks by their words with BM25 scores, best first, ties by number.

        Args:
            text: Any text; its words are taken as they are, none is an operator.
            k: How many at most.
            days: First and last publication day as YYYYMMDD; chunks without a day are then left out.
            outlets: Only these; empty for all.
            articles: Only these ids; empty for all.
        """
        words = self.words(text)
        if not words:
            return []
        query = self._filtered(self._any_of(words), days=days, outlets=outlets, articles=articles)
        with self._reported():
            searcher = self._index.searcher()
            hits = searcher.search(query, limit=max(1, k), count=False).hits
            numbers = searcher.fast_field_values("number", [address for _, address in hits])
        found = [(int(number or 0), round(score, 5)) for number, (score, _) in zip(numbers, hits, strict=True)]
        return sorted(found, key=lambda hit: (-hit[1], hit[0]))

    def words(self, text: str) -> list[str]:
        """The stems a text is searched by: stop words left out, unless there is nothing else."""
        stems = dict.fromkeys(self._analyzer.analyze(text))
        kept = [stem for stem in stems if stem not in STOP_STEMS]
        return kept or list(stems)

    def document_frequency(self, word: str) -> int:
        """Chunks whose title or text has a word, given as it is written."""
        searcher = self._index.searcher()
        stems = self._analyzer.analyze(word)
        return min((max(searcher.doc_freq(f, stem) for f in ("title", "text")) for stem in stems), default=0)

    def count(self) -> int:
        """Chunks that can be found."""
        return self._index.searcher().num_docs

    def numbers(self) -> set[int]:
        """The chunks that can be found."""
        with self._reported():
            searcher = self._index.searcher()
            hits = searcher.search(tantivy.Query.all_query(), limit=max(1, searcher.num_docs), count=False).hits
            return {int(n or 0) for n in searcher.fast_field_values("number", [address for _, address in hits])}

    def _any_of(self, words: Sequence[str]) -> tantivy.Query:
        query = tantivy.Query
        parts = []
        for word in words:
            parts.append((tantivy.Occur.Should, query.term_query(self._schema, "text", word, "freq")))
            title = query.boost_query(query.term_query(self._schema, "title", word, "freq"), TITLE_BOOST)
            parts.append((tantivy.Occur.Should, title))
        return query.boolean_query(parts)

    def _filtered(
        self,
        scored: tantivy.Query,
        *,
        days: tuple[int, int] | None,
        outlets: Sequence[str],
        articles: Sequence[str],
    ) -> tantivy.Query:
        """A query narrowed by filters, which add nothing to its score."""
        query = tantivy.Query
        narrow = []
        if days is not None:
            kind = tantivy.FieldType.Unsigned
            narrow.append(query.range_query(self._schema, "day", kind, lower_bound=days[0], upper_bound=days[1]))
        if outlets:
            narrow.append(query.term_set_query(self._schema, "outlet", list(outlets)))
        if articles:
            narrow.append(query.term_set_query(self._schema, "article", list(articles)))
        if not narrow:
            return scored
        must = [(tantivy.Occur.Must, query.const_score_query(part, 0.0)) for part in narrow]
        return query.boolean_query([(tantivy.Occur.Must, scored), *must])

    @contextmanager
    def _reported(self) -> Iterator[None]:
        """Errors of tantivy as ours; a panic of its Rust code is no Exception, but is named like one."""
        try:
            yield
        except BaseException as error:
            if type(error).__name__ == "PanicException" or isinstance(error, (ValueError, OSError, SystemError)):
                raise IndexDamagedError(self._folder, f"tantivy cannot use its files ({error})") from error
            raise


def _document(record: LexicalRecord) -> tantivy.Document:
    document = tantivy.Document()
    document.add_unsigned("number", record.number)
    document.add_text("title", record.title)
    document.add_text("text", record.text)
    document.add_unsigned("day", record.day)
    document.add_text("article", record.article)
    document.add_text("outlet", record.outlet)
    return document


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("number", stored=False, indexed=True, fast=True)
    builder.add_text_field("title", tokenizer_name=ANALYZER, index_option="freq")
    builder.add_text_field("text", tokenizer_name=ANALYZER, index_option="freq")
    builder.add_unsigned_field("day", indexed=True, fast=True)
    builder.add_text_field("article", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("outlet", tokenizer_name="raw", index_option="basic")
    return builder.build()


def _analyzer() -> tantivy.TextAnalyzer:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    for kind in (
        tantivy.Filter.remove_long(60),
        tantivy.Filter.lowercase(),
        tantivy.Filter.ascii_fold(),
        tantivy.Filter.stemmer("english"),
    ):
        builder = builder.filter(kind)
    return builder.build()


STOP_STEMS = frozenset(
    _analyzer().analyze(
        "a about after all also am an and any are as at be because been before being between both but by can could "
        "did do does doing during each few for from further had has have having he her here hers him his how i if "
        "in into is it its itself just me more most my no nor not of off on once only or other our out over own s "
        "same she should so some such t than that the their them then there these they this those through to too "
        "under until up very was we were what when where which while who whom whose why will with would you your"
    )
)
"""Words that say nothing of what a question is about."""
