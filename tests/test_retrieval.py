"""Both legs fused: what is found, in which order, and with what it takes to cite it."""

from qa.retrieval import HybridRetriever, fuse


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
    assert any(passage.also_in for passage in passages)


def test_words_that_no_article_has_are_named(sample_library):
    found = HybridRetriever(library=sample_library).passages("Which zeppelin crossed the flood?")
    assert "zeppelin" in found.missing_words
    assert "flood" not in found.missing_words


def test_it_is_a_langchain_retriever(sample_library):
    documents = HybridRetriever(library=sample_library, k=3).invoke("Where will the talks on Syria convene?")
    assert len(documents) == 3
    assert documents[0].metadata["title"]
    assert documents[0].id
