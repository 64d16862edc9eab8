import pytest

from index.errors import IndexDamagedError
from index.lexical import LexicalIndex, LexicalRecord

RECORDS = [
    LexicalRecord(1, "Flood", "The river rose in the night.", 20200501, "a", "Herald"),
    LexicalRecord(2, "Flood", "Boats were rowing down the street.", 20210501, "b", "Courier"),
    LexicalRecord(3, "Council", "The mayor spoke of the river and rivers.", 0, "c", "Herald"),
]


@pytest.fixture
def lexical(tmp_path):
    written = LexicalIndex(tmp_path)
    written.write(RECORDS)
    return written


def numbers(found):
    return [number for number, _ in found]


def test_words_are_found_by_stem_and_the_better_match_first(lexical):
    assert numbers(lexical.search("River", 5)) == [3, 1]
    assert numbers(lexical.search("rowed boat", 5)) == [2]
    assert lexical.search("zeppelin", 5) == []
    assert lexical.search("", 5) == lexical.search("?!", 5) == []


def test_titles_count_less_than_texts(lexical):
    assert set(numbers(lexical.search("flood", 5))) == {1, 2}
    assert numbers(lexical.search("mayor flood", 5))[0] == 3


@pytest.mark.parametrize("query", ['"river', "title:flood", "river AND", "riv*", "(river", "a:b:c river\\"])
def test_no_word_is_an_operator(lexical, query):
    lexical.search(query, 5)


def test_stop_words_count_only_when_there_is_nothing_else(lexical):
    assert lexical.words("Who was it that spoke of the river?") == ["spoke", "river"]
    assert lexical.words("To be or not to be") == ["to", "be", "or", "not"]


def test_filters_narrow_and_change_no_score(lexical):
    scores = dict(lexical.search("river", 5))
    assert lexical.search("river", 5, outlets=["Herald"]) == lexical.search("river", 5)
    assert lexical.search("river", 5, days=(20200101, 20201231)) == [(1, scores[1])]
    assert lexical.search("river", 5, articles=["c"]) == [(3, scores[3])]
    assert lexical.search("river", 5, outlets=["Nobody"]) == []


def test_equal_scores_stand_in_the_order_of_numbers(tmp_path):
    lexical = LexicalIndex(tmp_path)
    lexical.write([LexicalRecord(n, "T", "one same text") for n in (5, 3, 9)])
    assert numbers(lexical.search("same", 5)) == [3, 5, 9]


def test_deleting_and_adding_in_one_commit(lexical, tmp_path):
    lexical.write([LexicalRecord(4, "Flood", "The water fell.")], deleted=[1, 99])
    assert lexical.numbers() == {2, 3, 4}
    assert lexical.count() == LexicalIndex(tmp_path).count() == 3
    assert numbers(lexical.search("river", 5)) == [3]


def test_how_many_chunks_have_a_word_in_any_form(lexical):
    assert lexical.document_frequency("Rivers") == 2
    assert lexical.document_frequency("zeppelin") == 0


def test_a_damaged_file_is_our_error(lexical, tmp_path):
    (tmp_path / "meta.json").write_text("{")
    with pytest.raises(IndexDamagedError, match="tantivy cannot use its files"):
        LexicalIndex(tmp_path)
