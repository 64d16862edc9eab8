import pytest

from qa.answer import Answer
from qa.followup import Turn, depends_on_history, stand_alone


def turn(question, answer="", searched_for=""):
    return Turn(
        question,
        searched_for or question,
        Answer(question=question, searched_for=question, answered=False, text=answer),
    )


BERG = turn("Who won the women's race in Oslo?", "Anna Berg")
DUNMORE = turn("Who wants to buy Dunmore?", "Calder Marine")


@pytest.mark.parametrize(
    "question",
    [
        "Who runs the Bank of Latvia?",
        "When was the Treaty of Rome signed?",
        "Is there a recount in Port Selwick this week?",
        "Who said that Anna Berg had won?",
        "Who said that taxes would rise in Norway?",
        "Is it true that the mayor of Riga resigned?",
        "When will it rain in Bergen?",
        "How long does it take to sail to Bergen?",
        "Who is Her Majesty's envoy in Riga?",
        "So far how many people have died in Turkey?",
        "Well-known actors who died in Riga?",
    ],
)
def test_a_question_that_lacks_nothing_stays_as_it_is(question):
    assert not depends_on_history(question)
    assert stand_alone(question, [BERG]) == question


@pytest.mark.parametrize(
    ("question", "history", "whole"),
    [
        ("When was she born?", [BERG], "When was Anna Berg born?"),
        ("What is her job?", [BERG], "What is Anna Berg's job?"),
        ("Who beat her?", [BERG], "Who beat Anna Berg?"),
        ("Where is that company based?", [DUNMORE], "Where is Calder Marine based?"),
        ("What does it make?", [DUNMORE], "What does Calder Marine make?"),
        ("What about Bergen?", [BERG], "Who won the women's race in Bergen?"),
        ("And in Bergen?", [BERG], "Who won the women's race in Bergen?"),
        ("And the men's?", [BERG, turn("What is Anna Berg's job?", "a nurse")], "Who won the men's race in Oslo?"),
        ("And in 2020?", [turn("Who won in 2019?", "Ann")], "Who won in 2020?"),
        ("And homes?", [turn("How many shops were flooded?", "45")], "How many homes were flooded?"),
        ("And when?", [turn("Where are the talks to be held?", "Geneva")], "When are the talks to be held?"),
        ("Why?", [BERG], "Why: Anna Berg won the women's race in Oslo?"),
        ("How many died there?", [turn("Where was the flood?", "Hallowfen")], "How many died in Hallowfen?"),
        ("Who built it?", [turn("When was the Mill Bridge gate opened?", "1987")], "Who built the Mill Bridge gate?"),
        ("Who is the mayor?", [turn("How many died in Hallowfen?", "3")], "Who is the mayor (Hallowfen)?"),
    ],
)
def test_what_a_follow_up_lacks_is_carried_over(question, history, whole):
    assert stand_alone(question, history) == whole


def test_he_and_she_are_kept_apart():
    history = [
        turn("Who runs Dunmore?", "Tamsin Orle"),
        turn("Whom does she replace?", "Gideon Marsh", "Whom does Tamsin Orle replace?"),
        turn("Why is he leaving?", "on health grounds", "Why is Gideon Marsh leaving?"),
    ]

    assert stand_alone("Does she have children?", history) == "Does Tamsin Orle have children?"


def test_without_history_nothing_is_added():
    assert stand_alone("  And where was it held? ", []) == "And where was it held?"


def test_only_the_last_turns_are_read():
    old = turn("How many died in Hallowfen?", "3")
    newer = [turn(f"What is number {n}?", "") for n in ("four", "five", "six")]

    assert "Hallowfen" not in stand_alone("Who is the mayor?", [old, *newer])


def test_a_question_with_enough_words_of_its_own_stands_alone():
    assert not depends_on_history("who must agree on the opposition list?")
    assert depends_on_history("Did the company agree?")
