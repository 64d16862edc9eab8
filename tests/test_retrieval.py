"""Both legs fused: what is found, in which order, and with what it takes to cite it."""

from dataclasses import replace

from index.articles import Article
from qa.retrieval import HybridRetriever, fuse
from tests.fakes import passage_of


def test_a_chunk_that_both_legs_find_comes_before_one_that_only_one_finds():
    assert fuse([[7, 8], [9, 8]])[0][0] == 8


def test_equal_scores_are_ordered_by_number():
    assert [number for number, _ in fuse([[5], [3]])] == [3, 5]


def test_passages_are_slices_of_their_articles_with_whole_sentences(sample_library):
    found = HybridRetriever(library=sample_library).passages("How many people died in the flood?")
    assert found.passages
    for passage in found.passages:
        text = sample_library.article(passage.article_id).text
        assert text[passage.start : passage.end] == passage.text
        assert all(passage.start <= start < end <= passage.end for start, end in passage.sentences)


def test_no_article_takes_more_than_its_share_of_the_places(sample_library):
    retriever = HybridRetriever(library=sample_library, per_article=1)
    passages = retriever.passages("What is known about the flood in the Ayle valley?").passages
    articles = [passage.article_id for passage in passages]
    assert len(articles) == len(set(articles))


def test_near_duplicates_are_named_and_take_one_share(sample_library):
    passages = HybridRetriever(library=sample_library, per_article=1).passages("ferry Maren Rose").passages
    clusters = [passage.cluster for passage in passages if passage.cluster]
    assert len(clusters) == len(set(clusters))
    assert any(names for passage in passages for names in passage.also_in)


def test_only_copies_that_have_the_sentence_are_named(sample_library):
    passages = HybridRetriever(library=sample_library, per_article=1).passages("ferry Maren Rose").passages
    texts = {f"{a.source}: {a.title}": sample_library.article(a.id).text for a in sample_library.articles()}
    for passage in passages:
        for names, sentence in zip(passage.also_in, passage.sentences, strict=False):
            assert all(passage.slice(sentence) in texts[name] for name in names)
            assert passage.copies_of(sentence) == names


def test_a_sentence_is_on_the_page_it_begins_on():
    article = Article("paper", "Paper", "It rained. It snowed. It froze.")
    passage = replace(passage_of(article), page=3, page_starts=(11, 22))
    assert [passage.page_at(start) for start, _ in passage.sentences] == [3, 4, 5]
    assert passage_of(article).page_at(12) == 0


def test_words_that_no_article_has_are_named(sample_library):
    found = HybridRetriever(library=sample_library).passages("Which zeppelin crossed the flood?")
    assert "zeppelin" in found.missing_words
    assert "flood" not in found.missing_words


def test_it_is_a_langchain_retriever(sample_library):
    documents = HybridRetriever(library=sample_library, k=3).invoke("Where will the talks on Syria convene?")
    assert len(documents) == 3
    assert documents[0].metadata["title"]
    assert documents[0].id
