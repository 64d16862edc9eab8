"""Chunk(start, end): whole sentences packed to the embedder's token limit; pure."""

import hashlib
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from index.articles import Article, Span

__all__ = ["Chunk", "Tokenizer", "embedded_prefix", "split"]

LONGEST_PREFIX_TOKENS = 48
"""A longer title is cut for the prefix: it would push the text itself out of the embedder's window."""


class Tokenizer(Protocol):
    """What chunking needs of an embedder: where its tokens lie, and how many it reads."""

    @property
    def token_limit(self) -> int:
        """Tokens the embedder reads of one text, its own special tokens not counted."""
        ...

    def token_spans(self, text: str) -> Sequence[Span]:
        """Spans of the tokens of a text, in order, in code points."""
        ...


@dataclass(frozen=True)
class Chunk:
    """A slice of an article that is embedded and searched as one.

    Args:
        start: Offset in the canonical text, code points.
        end: Its end, exclusive.
        embedded: What the embedder reads: title and date, then the slice.
    """

    start: int
    end: int
    embedded: str

    @property
    def key(self) -> bytes:
        """Hash of what is embedded; equal keys share one cached vector."""
        return hashlib.sha256(self.embedded.encode()).digest()[:16]


def split(article: Article, sentences: Sequence[Span], tokenizer: Tokenizer, *, tokens: int = 0) -> list[Chunk]:
    """Pack an article's sentences into chunks that the embedder reads whole.

    Chunks start and end at sentence boundaries. Among the paragraph ends in the second half of what fits
    (sentence ends where there is none), the cut is at the one whose text has the smallest hash: content-defined
    chunking (Muthitacharoen et al. 2001), so that after an insertion the old cuts are found again within
    a chunk or two and the rest keeps its cached vectors.

    Args:
        article: The article to cut; its text may be empty.
        sentences: Spans of its sentences, in reading order.
        tokenizer: The embedder's.
        tokens: Longest chunk in tokens, title and date included; 0 for all that the embedder reads.

    Returns:
        Chunks in reading order; empty for an empty article. A sentence longer than the limit is a chunk of
        its own: the embedder reads its beginning, and a citation of it is still whole.
    """
    if not sentences:
        return []
    prefix = embedded_prefix(article.title, article.published, tokenizer)
    room = max(16, (tokens or tokenizer.token_limit) - len(tokenizer.token_spans(prefix)))
    ends = [end for _, end in tokenizer.token_spans(article.text)]
    counts = [bisect_left(ends, end + 1) - bisect_left(ends, start + 1) for start, end in sentences]
    chunks = []
    first = 0
    while first < len(sentences):
        last = _cut(article.text, sentences, counts, first, room)
        start, end = sentences[first][0], sentences[last][1]
        chunks.append(Chunk(start, end, prefix + article.text[start:end]))
        first = last + 1
    return chunks


def embedded_prefix(title: str, published: str, tokenizer: Tokenizer) -> str:
    """Title and date in front of what is embedded, never of what is quoted."""
    spans = tokenizer.token_spans(title)
    if len(spans) > LONGEST_PREFIX_TOKENS:
        title = title[: spans[LONGEST_PREFIX_TOKENS - 1][1]]
    return f"{title} ({published[:10]})\n" if published else f"{title}\n"


def _cut(text: str, sentences: Sequence[Span], counts: Sequence[int], first: int, room: int) -> int:
    """Number of the last sentence of the chunk that begins with `first`."""
    used, last = counts[first], first
    fits = [(first, used)]
    while last + 1 < len(sentences) and used + counts[last + 1] <= room:
        last += 1
        used += counts[last]
        fits.append((last, used))
    if last + 1 == len(sentences):
        return last
    late = [number for number, size in fits if size * 2 >= room] or [last]
    paragraph_ends = [n for n in late if "\n" in text[sentences[n][1] : sentences[n + 1][0]]]
    return min(paragraph_ends or late, key=lambda n: (_hash(text[slice(*sentences[n])]), n))


def _hash(sentence: str) -> bytes:
    return hashlib.blake2b(sentence.encode(), digest_size=8).digest()
