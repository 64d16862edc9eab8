import json

from qa.answer import Answer, Citation
from qa.judging import JudgedQuestion
from qa.question_eval import measure, render_report, summarize

QUOTE = "Ann won the race."


def answer_to(question):
    if question.question == "silent":
        return Answer(question=question.question, searched_for=question.question, answered=False)
    citation = Citation(
        number=1, article_id="a", article_sha256="", title="", source="", author="", url="", published="",
        quote=QUOTE, start=0, end=len(QUOTE), answer_start=0, answer_end=3,
    )  # fmt: skip
    sure = 0.9 if question.id.startswith("easy") else 0.2
    return Answer(
        question=question.question, searched_for="", answered=True, text="Ann", confidence=sure, citations=(citation,)
    )


QUESTIONS = [
    JudgedQuestion(id="easy-1", question="Who won?", answers=("Ann",)),
    JudgedQuestion(id="easy-2", question="Who won?", answers=("Bo",), kind="date"),
    JudgedQuestion(id="hard-1", question="Who won?", answers=("Ann",)),
    JudgedQuestion(id="hard-2", question="Who won?", impossible=True),
    JudgedQuestion(id="silent", question="silent", impossible=True),
]


def test_figures_follow_from_the_answers():
    seen = []
    report = summarize(
        measure(QUESTIONS, answer_to, threshold=0.5, progress=lambda *at: seen.append(at)), threshold=0.5
    )

    assert seen[-1] == (5, 5)
    assert (report.questions, report.answerable) == (5, 3)
    assert report.precision == 0.5
    assert report.coverage == 0.4
    assert report.right == 1 / 3
    assert report.answered_impossible == 0
    assert report.gold_in_sentence == 2 / 3
    assert report.by_kind == {"date": (1, 0.0), "span": (2, 0.5)}


def test_figures_without_questions_are_null_in_json():
    figures = summarize([], threshold=0.5).to_json()

    assert figures["precision"] is None
    assert json.loads(json.dumps(figures, allow_nan=False)) == json.loads(json.dumps(figures))


def test_the_report_names_what_was_measured():
    text = render_report(summarize(measure(QUESTIONS, answer_to, threshold=0.5), threshold=0.5))

    assert "5 questions, 2 of them without an answer" in text
    assert "right of the answered (precision)" in text
    assert "50.0 %" in text
