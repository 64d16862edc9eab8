from threading import Thread

from ui.stopping import Askings


def test_a_question_that_is_stopped_may_have_a_last_word():
    askings = Askings()
    with askings.begin("ada") as asking:
        assert askings.stop("ada")
        assert asking.stopped
        assert not asking.dropped


def test_there_is_nothing_to_stop_before_a_question_and_after_its_end():
    askings = Askings()
    assert not askings.stop("ada")
    with askings.begin("ada"):
        pass
    assert not askings.stop("ada")


def test_a_new_question_waits_until_the_one_before_has_shown_its_last():
    askings = Askings()
    before = askings.begin("ada")
    begun = []
    with before:
        new = Thread(target=lambda: begun.append(askings.begin("ada")))
        new.start()
        while not before.dropped:
            pass
        assert before.stopped
        assert not before.ended
    new.join()
    assert begun
    assert not begun[0].stopped


def test_a_new_question_begins_though_the_one_before_does_not_end():
    askings = Askings()
    before = askings.begin("ada")
    assert not askings.begin("ada").stopped
    assert before.dropped


def test_visitors_do_not_stop_each_other():
    askings = Askings()
    ada, bob = askings.begin("ada"), askings.begin("bob")
    with ada:
        askings.stop("ada")
    askings.clear("ada")
    assert not bob.stopped


def test_a_new_conversation_drops_what_was_asked_before_it_and_nothing_later():
    askings = Askings()
    with askings.begin("ada", 1) as asking:
        clearing = Thread(target=lambda: askings.clear("ada", 2))
        clearing.start()
        while not asking.dropped:
            pass
    clearing.join()
    assert askings.begin("ada", 2) is None
    assert askings.begin("ada", 3) is not None
    assert askings.begin("ada") is not None


def test_who_leaves_ends_their_question_at_once():
    askings = Askings()
    asking = askings.begin("ada")
    askings.forget("ada")
    askings.forget("bob")
    assert asking.stopped
