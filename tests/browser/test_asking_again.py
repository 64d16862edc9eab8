import json
from threading import Event

import pytest

from index.articles import Article
from qa.answer import Alternative, Answer, DateRange
from tests.fakes import FakeLibrary, FakeQA, citation_of, passage_of
from ui.desk import Desk

GATE = Article(id="gate", title="The gate", text="The gate was open. Two guards slept.", source="Valley News")
FIRE = Article(id="fire", title="The fire", text="The gate was shut, said the baker.", source="Town Crier")
START = Answer(
    question="was it open?", searched_for="was it open?", answered=False, stage="passages", passages=(passage_of(GATE),)
)
BOTH = (citation_of(GATE, "The gate was open.", "open"), citation_of(FIRE, FIRE.text, "shut", number=2))
OPEN = START.replace(answered=True, text="open", stage="final", confidence=0.9, threshold=0.5, citations=BOTH)
FOLLOW = OPEN.replace(
    question="and last week?",
    searched_for="was the gate open last week?",
    dates=DateRange(start="2016-01-04", end="2016-01-10", words="last week"),
)
SPLIT = OPEN.replace(
    question="open or shut?",
    alternatives=(Alternative(text="open", citations=(1,), newest=True), Alternative(text="shut", citations=(2,))),
)
TURNED = Article(id="turned", title="The sign", text="The sign said \u202eopen\u202c.", source="Valley News")
SIGN = OPEN.replace(
    question="what did the sign say?", text="\u202eopen\u202c", citations=(citation_of(TURNED, TURNED.text, "open"),)
)
GUESS = START.replace(question="is it so?", searched_for="is it so?", stage="final", confidence=0.3, guess=BOTH[0])


@pytest.fixture(scope="module")
def fake(tmp_path_factory):
    library = FakeLibrary(held=(GATE, FIRE, TURNED), path=tmp_path_factory.mktemp("fake"))
    script = {
        "was it open?": (START, OPEN),
        "and last week?": (FOLLOW,),
        "open or shut?": (SPLIT,),
        SIGN.question: (SIGN,),
        GUESS.question: (GUESS,),
    }
    return FakeQA(library=library, script=script)


@pytest.fixture(scope="module")
def address(served, fake):
    with served(Desk(fake, path=fake.library.path)) as address:
        yield address


@pytest.fixture(autouse=True)
def _fresh(fake):
    fake.asked.clear()
    fake.gate = None
    fake.failure = None


def ask(page, question, state=".turn.answered"):
    page.fill("#question textarea", question)
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#last {state}:has-text('{question}')")


def test_an_answer_comes_in_stages_and_can_be_stopped(visit, address, fake):
    fake.gate = Event()
    page = visit(address)
    ask(page, "was it open?", ".turn.working:has-text('Reading 1 passages')")
    assert page.is_hidden("#ask")
    page.click("#stop")
    page.wait_for_selector("#last .turn.stopped")
    fake.gate.set()
    fake.gate = None
    page.click("#last [data-act=retry]")
    page.wait_for_selector("#last .turn.answered")
    assert page.locator(".turn").count() == 1


def test_a_stopped_question_is_asked_again_before_its_reading_has_come_to_its_end(visit, address, fake):
    gate = fake.gate = Event()
    page = visit(address)
    ask(page, "was it open?", ".turn.working:has-text('Reading 1 passages')")
    page.click("#stop")
    page.wait_for_selector("#last .turn.stopped")
    fake.gate = None  # for the next reading; the first is still waiting
    page.click("#last [data-act=retry]")
    page.wait_for_selector("#last .turn.answered")
    gate.set()
    ask(page, "open or shut?")
    assert page.locator(".turn.answered").count() == page.locator(".turn").count() == 2


def test_stop_and_again_as_fast_as_one_can_press(visit, address, fake):
    page = visit(address)
    for number in range(1, 7):
        gate = fake.gate = Event()
        if number == 1:
            ask(page, "was it open?", ".turn.working")
        else:
            page.click("#last [data-act=retry]")
        page.wait_for_selector(f"#last .turn.working[data-turn='turn-{number}']:has-text('Reading 1 passages')")
        page.click("#stop")
        page.wait_for_selector("#last .turn.stopped")
        gate.set()  # the reading ends while the question is asked again
    fake.gate = None
    page.click("#last [data-act=retry]")
    page.wait_for_selector("#last .turn.answered")
    assert page.locator(".turn").count() == 1


def test_a_question_sent_twice_is_asked_once(visit, address, fake):
    fake.gate = Event()
    page = visit(address)
    page.fill("#question textarea", "was it open?")
    page.evaluate("for (let press = 0; press < 3; press += 1) document.querySelector('#ask').click()")
    page.wait_for_selector("#last .turn.working:has-text('Reading 1 passages')")
    page.fill("#question textarea", "open or shut?")
    page.keyboard.press("Enter")
    assert page.input_value("#question textarea") == "open or shut?"
    fake.gate.set()
    page.wait_for_selector("#last .turn.answered")
    page.keyboard.press("Enter")
    page.wait_for_selector("#last .turn.answered:has-text('open or shut?')")
    assert [question for question, _ in fake.asked] == ["was it open?", "open or shut?"]


def test_a_new_conversation_is_not_answered_from_the_one_before(visit, address, fake):
    gate = fake.gate = Event()
    page = visit(address)
    ask(page, "was it open?", ".turn.working:has-text('Reading 1 passages')")
    fake.gate = None
    page.click("[data-act=new-conversation]")
    page.wait_for_selector(".welcome", state="visible")
    ask(page, "open or shut?")
    gate.set()
    ask(page, "and last week?")
    assert page.locator(".question").all_inner_texts() == ["open or shut?", "and last week?"]


def test_what_was_searched_for_is_shown_and_can_be_changed(visit, address, fake):
    page = visit(address)
    ask(page, "and last week?")
    assert "was the gate open last week?" in page.inner_text("#last .searched")
    page.click("#last [data-act=edit-search]")
    page.keyboard.press("Control+a")
    page.keyboard.type("was the door open?")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('#last .turn').dataset.turn === 'turn-2'")
    page.wait_for_selector("#last .turn.answered")
    assert fake.asked[-1][0] == "and last week?"
    assert fake.asked[-1][1]["searched_for"] == "was the door open?"


def test_a_date_range_read_from_the_question_can_be_taken_off(visit, address, fake):
    page = visit(address)
    ask(page, "and last week?")
    assert "4 January 2016 to 10 January 2016" in page.inner_text("#last .chip")
    page.click("#last [data-act=all-dates]")
    page.wait_for_function("document.querySelector('#last .turn').dataset.turn === 'turn-2'")
    page.wait_for_selector("#last .turn.answered")
    assert fake.asked[-1][1]["dates_from_question"] is False


def test_the_last_question_can_be_edited_in_place(visit, address, fake):
    page = visit(address)
    ask(page, "was it open?")
    page.click("#last [data-act=edit]")
    assert page.input_value("#question textarea") == "was it open?"
    ask(page, "open or shut?")
    assert page.locator(".turn").count() == 1


def test_disagreeing_articles_stand_side_by_side(visit, address):
    page = visit(address)
    ask(page, "open or shut?")
    left, right = (page.locator(".alternative").nth(place).bounding_box() for place in (0, 1))
    assert left["y"] == right["y"]
    assert left["x"] + left["width"] <= right["x"]
    assert page.inner_text(".badge") == "newest"


def test_filters_are_sent_with_the_question_and_shown_as_chips(visit, address, fake):
    page = visit(address)
    page.click("[data-act=toggle-filters]")
    page.check("input[name=outlet][value='Valley News']")
    page.fill("input[name=start] >> nth=0", "2016-01-01")
    assert page.locator(".chosen .chip").count() == 2
    ask(page, "was it open?")
    filters = fake.asked[-1][1]["filters"]
    assert (filters.outlets, filters.start) == (("Valley News",), "2016-01-01")
    page.click(".chosen .chip button >> nth=0")
    page.click("#last .cite >> nth=0")
    page.click("[data-act=only-article]")
    ask(page, "open or shut?")
    filters = fake.asked[-1][1]["filters"]
    assert (filters.outlets, filters.articles) == ((), ("gate",))


def test_brackets_walk_the_citations_across_articles(visit, address):
    page = visit(address)
    ask(page, "was it open?")
    page.locator("#last .cite").first.focus()
    page.keyboard.press("]")
    page.wait_for_selector("#evidence .pane[data-number='1']")
    page.keyboard.press("]")
    page.wait_for_selector("#evidence .pane[data-number='2']")
    assert page.inner_text("#evidence .headline") == "The fire"
    page.keyboard.press("[")
    page.wait_for_selector("#evidence .pane[data-number='1']")


def test_the_answer_is_copied_with_its_sources(visit, address):
    page = visit(address, permissions=["clipboard-read", "clipboard-write"])
    ask(page, "was it open?")
    # It says so for two seconds only.
    page.evaluate(
        """window.said = []; new MutationObserver(() => said.push(document.querySelector('#last [data-act=copy]').textContent))
        .observe(document.querySelector('#last'), {childList: true, subtree: true, characterData: true})"""
    )
    page.click("#last [data-act=copy]")
    page.wait_for_function("said.includes('Copied')")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "[1] “The gate was open.” (The gate, Valley News)" in copied


def test_thumbs_become_cases(visit, address, fake):
    page = visit(address)
    ask(page, "was it open?")
    page.click("#last [data-side=up]")
    page.wait_for_selector("#last .thanks")
    page.click("#last [data-side=down]")
    page.keyboard.type("shut")
    page.keyboard.press("Enter")
    page.wait_for_selector("#last .inline-form", state="detached")
    kept = fake.library.path / "feedback.jsonl"
    page.wait_for_function("document.querySelector('#last .thanks')")
    cases = [json.loads(line) for line in kept.read_text().splitlines()]
    assert cases[0]["answers"] == ["open"]


def test_of_a_wrong_guess_it_can_be_said_that_the_articles_do_not_say(visit, address, fake):
    page = visit(address)
    ask(page, GUESS.question, ".turn.unanswered")
    page.click("#last [data-side=down]")
    page.click("#last .inline-form button:has-text('The articles do not say')")
    page.wait_for_selector("#last .thanks")
    case = json.loads((fake.library.path / "feedback.jsonl").read_text().splitlines()[-1])
    assert (case["question"], case["impossible"]) == (GUESS.question, True)


def test_a_conversation_is_saved_with_its_citations(visit, address):
    page = visit(address)
    ask(page, "was it open?")
    page.click(".menu summary")
    for kind, said in (
        ("md", "> The gate was open."),
        ("json", '"quote": "The gate was open."'),
        ("html", "The gate was open."),
    ):
        with page.expect_download() as saved:
            page.click(f"[data-act=export][data-kind={kind}]")
        assert said in saved.value.path().read_text(encoding="utf-8")


def test_one_visitors_conversation_is_never_anothers(visit, address):
    first, second = visit(address), visit(address)
    ask(first, "was it open?")
    ask(second, "open or shut?")
    ask(first, "and last week?")
    assert first.locator(".question").all_inner_texts() == ["was it open?", "and last week?"]
    assert second.locator(".question").all_inner_texts() == ["open or shut?"]
    # Asking for another visitor's turn by its name gives nothing of theirs.
    second.evaluate("articleqaParts.evidence.trigger('select', {turn: 'turn-2', number: 1})")
    second.click("#last .cite >> nth=0")
    second.wait_for_selector("#evidence .pane[data-turn='turn-1']")


def test_a_new_conversation_starts_empty(visit, address):
    page = visit(address)
    ask(page, "was it open?")
    page.click("[data-act=new-conversation]")
    page.wait_for_selector(".welcome", state="visible")
    assert page.locator(".turn").count() == 0


def test_a_conversation_is_kept_in_the_browser_reopened_renamed_and_deleted(visit, address, fake):
    page = visit(address)
    ask(page, "was it open?")
    page.wait_for_selector(".kept [data-act=open-talk]:has-text('was it open?')", state="attached")
    page.reload()
    page.wait_for_selector(".masthead")
    page.click(".menu summary")
    page.click("[data-act=rename-talk]")
    page.keyboard.press("Control+a")
    page.keyboard.type("The gate")
    page.keyboard.press("Enter")
    page.click("[data-act=open-talk]:has-text('The gate')")
    page.wait_for_selector("#last .turn.answered:has-text('was it open?')")
    page.click("#last .cite >> nth=1")
    page.wait_for_selector("#evidence mark.current")
    ask(page, "open or shut?")
    assert [turn.question for turn in fake.asked[-1][1]["history"]] == ["was it open?"]
    page.click(".menu summary")
    page.click("[data-act=delete-talk]")
    page.wait_for_selector(".kept li:has-text('none yet')")


def test_a_kept_conversation_that_was_tampered_with_is_refused(visit, address):
    page = visit(address)
    ask(page, "was it open?")
    page.evaluate("articleqaParts.archive.trigger('submit', {text: '{\"turns\": [1], \"begun\": 1}'})")
    page.wait_for_selector("text=This conversation could not be read.")
    assert page.locator(".turn").count() == 1


def test_a_quote_with_marks_of_direction_is_copied_and_reopened_whole(visit, address):
    page = visit(address)
    ask(page, SIGN.question)
    page.wait_for_selector(".kept [data-act=open-talk]", state="attached")
    assert TURNED.text in page.text_content("#last .copy-text")
    page.reload()
    page.wait_for_selector(".masthead")
    page.click(".menu summary")
    page.click("[data-act=open-talk]")
    page.wait_for_selector(f"#last .turn.answered:has-text('{SIGN.question}')")


def test_a_conversation_that_could_not_be_reopened_is_not_written_over(visit, address):
    page = visit(address)
    broken = '{"title": "Broken", "text": "{}", "when": 1}'
    page.evaluate("(value) => localStorage.setItem('articleqa.talk.broken', value)", broken)
    page.reload()
    page.wait_for_selector(".masthead")
    page.click(".menu summary")
    page.click("[data-act=open-talk]:has-text('Broken')")
    page.wait_for_selector("text=This conversation could not be read.")
    ask(page, "was it open?")
    page.wait_for_selector(".kept [data-act=open-talk]:has-text('was it open?')", state="attached")
    assert page.evaluate("localStorage.getItem('articleqa.talk.broken')") == broken


def test_a_reopened_conversation_is_written_to_not_doubled(visit, address):
    page = visit(address)
    ask(page, "was it open?")
    page.wait_for_selector(".kept [data-act=open-talk]", state="attached")
    page.reload()
    page.wait_for_selector(".masthead")
    page.click(".menu summary")
    page.click("[data-act=open-talk]")
    page.wait_for_selector("#last .turn.answered")
    ask(page, "open or shut?")
    page.wait_for_function(
        "Object.keys(localStorage).filter((name) => name.startsWith('articleqa.talk.') "
        "&& localStorage.getItem(name).includes('open or shut?')).length === 1"
    )
    assert page.locator(".kept [data-act=open-talk]").count() == 1


def test_a_failure_is_a_sentence_in_the_conversation(visit, address, fake):
    fake.failure = RuntimeError("secret")
    page = visit(address)
    ask(page, "was it open?", ".turn.failed")
    assert "secret" not in page.content()
