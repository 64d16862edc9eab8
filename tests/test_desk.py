from index.articles import Article
from index.errors import GenerationError
from qa.answer import Answer
from tests.fakes import FakeLibrary, FakeQA, citation_of, passage_of
from ui.asking import Asked
from ui.conversations import Conversation
from ui.desk import Desk

GATE = Article(id="gate", title="The gate", text="The gate was open. Nobody saw it.")
PASSAGES = Answer(question="q", searched_for="q", answered=False, stage="passages", passages=(passage_of(GATE),))
FINAL = PASSAGES.replace(
    answered=True, text="open", stage="final", citations=(citation_of(GATE, "The gate was open.", "open"),)
)


def desk_with(tmp_path, script=None, held=(GATE,)):
    qa = FakeQA(library=FakeLibrary(held=held, path=tmp_path), script=script or {"q": (PASSAGES, FINAL)})
    return Desk(qa, path=tmp_path)


def asked(desk, question="q", before=None, **options):
    return list(desk.ask(Asked(question=question, **options), before or Conversation()))


def test_every_stage_is_shown_as_it_becomes_known(tmp_path):
    stages = asked(desk_with(tmp_path))
    assert [now.last.answer.stage for now in stages] == ["passages", "passages", "final"]
    assert [bool(now.last.answer.passages) for now in stages] == [False, True, True]


def test_filters_and_what_to_search_for_reach_the_answerer(tmp_path):
    desk = desk_with(tmp_path)
    asked(desk, outlets=("A",), start="2016-01-01", searched_for="else", dates_from_question=False)
    settings = desk.qa.asked[0][1]
    assert settings["filters"].outlets == ("A",)
    assert settings["filters"].start == "2016-01-01"
    assert (settings["searched_for"], settings["dates_from_question"]) == ("else", False)


def test_earlier_answers_are_history_but_not_the_one_that_is_replaced(tmp_path):
    desk = desk_with(tmp_path)
    now = asked(desk)[-1]
    now = asked(desk, question="", before=now, replaces="turn-1")[-1]
    assert [turn.question for turn in desk.qa.asked[1][1]["history"]] == []
    asked(desk, before=now)
    assert [turn.question for turn in desk.qa.asked[2][1]["history"]] == ["q"]


def test_an_empty_question_changes_nothing(tmp_path):
    assert asked(desk_with(tmp_path), question="") == []


def test_a_known_failure_is_told_and_an_unknown_one_only_logged(tmp_path):
    def failing(error):
        desk = desk_with(tmp_path)
        desk.qa.failure = error
        return asked(desk)[-1].last.failure

    assert failing(GenerationError("busy", retryable=True)) == "The chat model gave no answer: busy"
    assert "secret" not in failing(RuntimeError("secret"))


def test_without_an_index_the_question_is_told_what_to_do(tmp_path):
    assert "Add some" in asked(Desk(None, path=tmp_path))[-1].last.failure


def test_a_number_shows_its_sentence_in_the_version_that_was_cited(tmp_path):
    desk = desk_with(tmp_path)
    now = asked(desk)[-1]
    assert '<mark class="cited current"' in desk.evidence(now, "turn-1", 1)
    assert desk.evidence(now, "turn-1", 2) == ""
    assert desk.evidence(now, "turn-9", 1) == ""
    assert "Nearest passage, not an answer" in desk.nearest(now, "turn-1", 0)
    assert desk.nearest(now, "turn-1", -1) == ""


def test_a_version_no_longer_kept_still_shows_its_quote(tmp_path):
    now = asked(desk_with(tmp_path))[-1]
    assert "no longer kept" in desk_with(tmp_path, held=()).evidence(now, "turn-1", 1)


def test_a_rating_is_kept_beside_the_index(tmp_path):
    desk = desk_with(tmp_path)
    said, now = desk.rate(asked(desk)[-1], "turn-1", right=True, correction="", impossible=False)
    assert "Kept" in said
    assert now.last.rating == "up"
    assert (tmp_path / "feedback.jsonl").is_file()
    assert desk.rate(now, "turn-9", right=True, correction="", impossible=False) == ("", now)


def test_a_rating_that_cannot_be_kept_is_told(tmp_path):
    desk = desk_with(tmp_path)
    now = asked(desk)[-1]
    (tmp_path / "feedback.jsonl").mkdir()
    said, after = desk.rate(now, "turn-1", right=True, correction="", impossible=False)
    assert "Not kept" in said
    assert after == now
