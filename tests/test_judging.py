import json

import pytest

from index.errors import ArticleError
from qa.answer import Alternative, Answer, Citation
from qa.judging import JudgedQuestion, is_right, judge, read_questions


def cited(quote, number=1):
    return Citation(
        number=number, article_id="a", article_sha256="", title="", source="", author="", url="", published="",
        quote=quote, start=0, end=len(quote), answer_start=0, answer_end=0,
    )  # fmt: skip


def answered(text, *quotes, alternatives=(), confidence=0.9):
    citations = tuple(cited(quote, number) for number, quote in enumerate(quotes or (text,), 1))
    return Answer(
        question="", searched_for="", answered=True, text=text, citations=citations, confidence=confidence, alternatives=alternatives
    )  # fmt: skip


UNANSWERED = Answer(question="", searched_for="", answered=False)


@pytest.mark.parametrize(
    "text", ["the key countries involved", "key countries", "until the key countries involved agree"]
)
def test_a_span_is_right_when_it_shares_most_words_or_holds_the_gold(text):
    question = JudgedQuestion(id="1", question="Who must agree?", answers=("key countries involved",))

    assert is_right(question, answered(text))


def test_a_whole_sentence_that_holds_the_gold_is_no_short_answer():
    question = JudgedQuestion(id="1", question="Who won?", answers=("Ann",))

    assert not is_right(question, answered("On a rainy Sunday in Oslo the race was won by Ann"))


def test_a_reason_is_right_by_the_sentence_cited():
    question = JudgedQuestion(
        id="1", question="Why did it close?", answers=("gravel",), sentences=("Gravel packed the groove.",)
    )

    assert is_right(question, answered("It jammed", "Gravel packed the groove."))
    assert not is_right(question, answered("It jammed", "It was old."))


def test_disagreement_is_right_only_when_every_group_is_given():
    question = JudgedQuestion(
        id="1", question="How many?", answers=("three", "five"), answer_groups=(("three",), ("five",))
    )
    both = (Alternative(text="three", citations=(1,)), Alternative(text="five", citations=(1,)))

    assert is_right(question, answered("five", alternatives=both))
    assert not is_right(question, answered("five"))


def test_an_impossible_question_is_right_only_unanswered():
    question = JudgedQuestion(id="1", question="Who?", impossible=True)

    assert is_right(question, UNANSWERED)
    assert not is_right(question, answered("Ann"))


def test_an_outcome_keeps_what_the_threshold_withholds():
    question = JudgedQuestion(id="1", question="Who won?", answers=("Ann",))
    outcome = judge(question, answered("Ann", confidence=0.4), threshold=0.5, seconds=0.1)

    assert (outcome.answered, outcome.right, outcome.exact) == (False, True, True)


def test_questions_are_read_with_fields_of_others_left_out(tmp_path):
    path = tmp_path / "questions.jsonl"
    path.write_text(json.dumps({"id": "1", "question": "Who?", "answers": ["Ann"], "publisher": "x"}) + "\n\n")

    assert read_questions(path) == [JudgedQuestion(id="1", question="Who?", answers=("Ann",))]


@pytest.mark.parametrize("line", ["nothing", "[1]", '{"id": "2"}', '{"id": "2", "question": 5}'])
def test_a_bad_line_is_named(tmp_path, line):
    path = tmp_path / "questions.jsonl"
    path.write_text('{"id": "1", "question": "Who?"}\n' + line)

    with pytest.raises(ArticleError, match="line 2"):
        read_questions(path)


def test_a_file_that_is_no_text_is_named(tmp_path):
    (tmp_path / "latin.jsonl").write_bytes(b'{"id": "1", "question": "Caf\xe9?"}')
    (tmp_path / "half.jsonl.gz").write_bytes(b"\x1f\x8b\x08\x00")

    for path in tmp_path.iterdir():
        with pytest.raises(ArticleError, match=path.name):
            read_questions(path)
