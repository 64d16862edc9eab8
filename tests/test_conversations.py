from qa.answer import Answer
from ui.asking import Asked
from ui.conversations import Conversation

DONE = Answer(question="a", searched_for="a", answered=False)


def talk(*questions):
    now = Conversation()
    for question in questions:
        now = now.begin(Asked(question=question)).answered(DONE.replace(question=question, searched_for=question))
    return now


def test_names_of_turns_are_never_used_again():
    now = talk("a", "b").begin(Asked(question="c", replaces="turn-2"))
    assert [turn.name for turn in now.turns] == ["turn-1", "turn-3"]


def test_a_repeated_turn_keeps_its_question_and_drops_what_came_after():
    now = talk("a", "b", "c").begin(Asked(question="", replaces="turn-2", searched_for="else"))
    assert [turn.answer.question for turn in now.turns] == ["a", "b"]
    assert now.last.answer.searched_for == "else"


def test_a_name_of_another_conversation_replaces_nothing():
    assert len(talk("a").begin(Asked(question="b", replaces="turn-77")).turns) == 2


def test_only_final_answers_are_history():
    now = talk("a").begin(Asked(question="b"))
    assert [turn.answer.question for turn in now.finished()] == ["a"]
    assert len(now.failed("x").finished()) == 1


def test_stopping_touches_only_an_unfinished_turn():
    assert talk("a").stopped() == talk("a")
    assert talk("a").begin(Asked(question="b")).stopped().last.stopped
    assert Conversation().stopped() == Conversation()


def test_a_rating_is_shown_again():
    assert 'data-side="up" aria-pressed="true"' in talk("a").rated("turn-1", "up").last_html()
    assert talk("a").rated("turn-9", "up") == talk("a")


def test_the_page_holds_a_bounded_number_of_turns():
    assert len(talk(*map(str, range(230))).turns) == 200


def test_a_failure_is_said_without_markup():
    assert "&lt;b&gt;" in talk("a").failed("<b>").last_html()
