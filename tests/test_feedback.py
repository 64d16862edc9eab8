import json

from index.articles import Article
from qa.answer import Answer
from tests.fakes import citation_of
from ui.feedback import case_of, keep_case

GATE = Article(id="gate", title="The gate", text="The gate was open.")
ANSWER = Answer(
    question="was it open?",
    searched_for="q",
    answered=True,
    text="open",
    citations=(citation_of(GATE, GATE.text, "open"),),
)
NOTHING = Answer(question="who?", searched_for="who?", answered=False)


def test_a_right_answer_becomes_a_case_with_its_sentences_and_articles():
    case = case_of(ANSWER, right=True)
    assert (case["answers"], case["sentences"], case["articles"]) == (["open"], ["The gate was open."], ["gate"])
    assert not case["impossible"]


def test_a_case_is_the_question_that_stands_alone_on_its_day():
    follow_up = ANSWER.replace(question="And was it?", searched_for="Was the gate open?", as_of="2016-02-01")
    case = case_of(follow_up, right=True)
    assert (case["question"], case["as_of"]) == ("Was the gate open?", "2016-02-01")
    assert case["id"] != case_of(follow_up.replace(searched_for="Was the door open?"), right=True)["id"]


def test_a_right_not_in_the_articles_becomes_an_impossible_case():
    assert case_of(NOTHING, right=True)["impossible"]


def test_right_is_said_of_the_guess_where_there_is_one():
    guess = citation_of(GATE, GATE.text, "open")
    case = case_of(NOTHING.replace(guess=guess), right=True)
    assert (case["answers"], case["sentences"], case["articles"]) == (["open"], ["The gate was open."], ["gate"])
    assert not case["impossible"]


def test_a_wrong_answer_takes_only_the_correction():
    case = case_of(ANSWER, right=False, correction="shut")
    assert (case["answers"], case["sentences"], case["impossible"]) == (["shut"], [], False)


def test_a_wrong_answer_may_be_impossible():
    assert case_of(ANSWER, right=False, impossible=True)["impossible"]


def test_runnable_cases_are_read_by_the_evaluation(tmp_path):
    from qa.judging import read_questions

    path = keep_case(tmp_path, case_of(ANSWER, right=True))
    keep_case(tmp_path, case_of(NOTHING, right=True))
    assert [case.impossible for case in read_questions(path)] == [False, True]


def test_a_wrong_without_a_correction_is_kept_for_a_person(tmp_path):
    path = keep_case(tmp_path, case_of(ANSWER, right=False))
    assert path.name == "feedback-open.jsonl"
    assert json.loads(path.read_text())["shown"] == "open"
