import random
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from index.articles import Article
from index.chunking import LONGEST_PREFIX_TOKENS, embedded_prefix, split
from index.sentences import sentence_spans
from tests.fakes import BagOfWords

WORDS = BagOfWords()
TEXTS = st.lists(
    st.lists(st.text(st.sampled_from("abcdefgh äé漢🌊'-,"), min_size=1, max_size=120), min_size=1, max_size=6).map(
        lambda sentences: ". ".join(sentences) + "."
    ),
    max_size=12,
).map("\n\n".join)


def article(text, *, title="Title", published=""):
    return Article(id="a", title=title, text=text, published=published)


def chunks_of(text, tokens=0):
    return split(article(text), sentence_spans(text), WORDS, tokens=tokens)


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.integers(0, 60))
def test_chunks_are_slices_at_sentence_ends_that_cover_every_sentence_once_in_order(text, tokens):
    sentences = sentence_spans(text)
    chunks = chunks_of(text, tokens)
    starts, ends = {start for start, _ in sentences}, {end for _, end in sentences}
    assert all(chunk.start in starts and chunk.end in ends for chunk in chunks)
    assert all(one.end <= other.start for one, other in pairwise(chunks))
    inside = [sum(c.start <= start and end <= c.end for c in chunks) for start, end in sentences]
    assert inside == [1] * len(sentences)
    assert all(chunk.embedded == "Title\n" + text[chunk.start : chunk.end] for chunk in chunks)


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_a_chunk_of_several_sentences_is_read_whole_by_the_embedder(text):
    sentences = sentence_spans(text)
    for chunk in chunks_of(text):
        several = sum(chunk.start <= start and end <= chunk.end for start, end in sentences) > 1
        assert not several or len(WORDS.token_spans(chunk.embedded)) <= WORDS.token_limit


@settings(max_examples=50, deadline=None)
@given(TEXTS)
def test_the_same_text_gives_the_same_keys(text):
    assert [chunk.key for chunk in chunks_of(text)] == [chunk.key for chunk in chunks_of(text)]


def long_text(chunks=20, seed=1):
    pick = random.Random(seed)
    words = ["harbour", "pilot", "grain", "storm", "mayor", "bridge", "levy", "ferry", "council", "north", "tide"]
    paragraphs = []
    while len(chunks_of("\n\n".join(paragraphs))) < chunks:
        paragraphs.append(" ".join(" ".join(pick.choices(words, k=9)).capitalize() + "." for _ in range(3)))
    return "\n\n".join(paragraphs)


def test_a_sentence_at_the_top_of_a_long_article_embeds_at_most_three_chunks_again():
    for seed in range(8):
        text = long_text(seed=seed)
        before = {chunk.key for chunk in chunks_of(text)}
        assert len(before) >= 20
        after = {chunk.key for chunk in chunks_of("A sentence that was not there before stands here now. " + text)}
        assert len(after - before) <= 3


def test_a_changed_sentence_in_the_middle_embeds_few_chunks_again():
    text = long_text()
    middle = text.index("\n\n", len(text) // 2) + 2
    before = {chunk.key for chunk in chunks_of(text)}
    after = {chunk.key for chunk in chunks_of(text[:middle] + "Quite another thing happened. " + text[middle:])}
    assert len(after - before) <= 3


def test_an_empty_article_has_no_chunks():
    assert chunks_of("") == chunks_of("\n\n") == []


def test_a_sentence_longer_than_the_embedder_reads_is_a_chunk_of_its_own():
    text = "Short one. " + "word " * 100 + "end. Another short one."
    chunks = chunks_of(text)
    assert text[chunks[0].start : chunks[0].end] == "Short one."
    assert chunks[-1].end == len(text)


def test_title_and_date_are_embedded_but_a_long_title_is_cut():
    assert embedded_prefix("Flood", "2020-05-01T10:00", WORDS) == "Flood (2020-05-01)\n"
    cut = embedded_prefix("word " * 200, "", WORDS)
    assert len(WORDS.token_spans(cut)) == LONGEST_PREFIX_TOKENS


def test_a_chunk_changes_its_key_with_title_and_date():
    one, other = (
        split(article("It rained.", published=day), [(0, 10)], WORDS)[0].key for day in ("2020-05-01", "2020-05-02")
    )
    assert one != other
