from dataclasses import replace
from threading import Event

import pytest

from index.sync import Progress, SyncReport
from qa.answer import Answer
from tests.fakes import FakeLibrary, FakeQA
from ui.desk import Desk
from ui.intake import Intake

HEDGEHOGS = """Title: A bridge for hedgehogs
Source: Meadow Times
Date: 2024-05-04

The town of Wexbury opened a bridge for hedgehogs over the ring road on Saturday.
The bridge cost 41,000 crowns, said the engineer Olla Finch. It is 30 metres long.
"""


def ask(page, question):
    page.fill("#question textarea", question)
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#last .turn:is(.answered, .unanswered, .failed):has-text('{question}')")


def drop(page, *files):
    page.set_input_files("#files input[type=file]", list(files))


def test_a_first_run_takes_dropped_articles_and_answers_from_them(visit, served, tmp_path):
    from qa.chain import ArticleQA

    good, wrong, empty = (tmp_path / name for name in ("hedgehogs.txt", "broken.pdf", "empty.md"))
    good.write_text(HEDGEHOGS)
    wrong.write_text("%PDF-1.7 nothing")
    empty.write_text("")
    desk = Desk(None, path=tmp_path / "index", open_index=ArticleQA.open)
    with served(desk) as address:
        page = visit(address)
        assert "There is nothing to read yet." in page.inner_text(".welcome")
        page.click(".welcome [data-view=articles]")
        drop(page, good, wrong, empty)
        page.wait_for_selector(".sync-done")
        outcomes = page.locator("#intake .outcomes li").all_inner_texts()
        assert outcomes[0] == "hedgehogs.txt: added"
        assert outcomes[1].startswith("broken.pdf: ")
        assert outcomes[2] == "empty.md: it is empty"
        page.wait_for_selector(".shelf-title:has-text('A bridge for hedgehogs')")
        page.click("[data-view=ask]")
        ask(page, "How much did the bridge for hedgehogs cost?")
        assert "41,000" in page.inner_text("#last .turn.answered .short")
        assert "1 article from 1 outlet" in page.inner_text(".holdings")


def test_a_first_run_offers_the_samples(visit, served, sample_qa, tmp_path):
    desk = Desk(None, path=tmp_path / "index", open_samples=lambda: sample_qa)
    with served(desk) as address:
        page = visit(address)
        page.click("[data-act=samples]")
        page.wait_for_selector(".shelf-title")
        assert "23 articles" in page.inner_text(".shelf-count")


def test_suggested_questions_are_answered(visit, sample_chat):
    page = visit(sample_chat)
    page.wait_for_selector(".suggestion")
    question = page.inner_text(".suggestion >> nth=0")
    page.click(".suggestion >> nth=0")
    page.wait_for_selector("#last .turn.answered")
    assert page.inner_text("#last .question") == question


def test_the_list_is_searched_by_words_outlet_and_day(visit, sample_chat):
    page = visit(sample_chat)
    page.click("[data-view=articles]")
    page.wait_for_selector(".shelf-title")
    page.fill("input[name=words]", "opposition delegates")
    page.wait_for_function("document.querySelectorAll('.shelf li').length === 1")
    page.fill("input[name=words]", "")
    page.select_option("select[name=outlet]", "Tarnmark Wire")
    page.wait_for_function("document.querySelectorAll('.shelf li').length === 5")
    page.fill("[data-form=shelf] input[name=start]", "2026-04-01")
    page.wait_for_function("document.querySelectorAll('.shelf li').length === 1")
    page.click(".shelf-title")
    page.wait_for_selector("#evidence .pane")
    page.click("[data-act=only-article]")
    assert page.locator(".chosen .chip").count() == 1


class SlowLibrary(FakeLibrary):
    """A sync that waits for the test between its steps."""

    def sync(self, *paths, progress):
        for done in range(1, 4):
            progress(Progress(stage="reading", done=done, total=3, name="a"))
            self.step.wait(timeout=600)
        return SyncReport(added=1)

    def status(self):
        return replace(super().status(), folders=(("/articles", 1),))


@pytest.fixture
def slow(tmp_path):
    library = SlowLibrary(path=tmp_path / "index")
    library.step = Event()
    answer = Answer(question="who?", searched_for="who?", answered=False)
    return FakeQA(library=library, script={"who?": (answer,)})


def test_the_chat_answers_while_articles_come_in_and_a_sync_can_be_cancelled(
    visit, served, slow, tmp_path, monkeypatch
):
    cancelled, cancel = Event(), Intake.cancel
    monkeypatch.setattr(Intake, "cancel", lambda intake: (cancel(intake), cancelled.set()))
    file = tmp_path / "a.txt"
    file.write_text("Some text.")
    with served(Desk(slow, path=slow.library.path)) as address:
        page = visit(address)
        page.click("[data-view=articles]")
        drop(page, file)
        page.wait_for_selector(".sync-stage:has-text('Reading articles 1 of 3')")
        page.click("[data-view=ask]")
        ask(page, "who?")
        # Another visitor sees the same sync under way.
        other = visit(address)
        other.wait_for_selector(".sync-stage", state="attached")
        page.click("[data-view=articles]")
        page.click("[data-act=cancel-sync]")
        assert cancelled.wait(120)
        slow.library.step.set()
        page.wait_for_selector(".sync-failed:has-text('Nothing was changed')")
        assert "a.txt: not taken" in page.inner_text("#intake .outcomes")


def test_remembered_folders_are_synced_at_a_press(visit, served, slow):
    slow.library.step.set()
    with served(Desk(slow, path=slow.library.path)) as address:
        page = visit(address)
        page.click("[data-view=articles]")
        page.click("[data-act=sync]")
        page.wait_for_selector(".sync-done:has-text('1 added')")


def test_a_full_queue_says_so(visit, served, slow):
    slow.gate = Event()
    waiting = Answer(question="who?", searched_for="who?", answered=False, stage="passages")
    slow.script = {"who?": (waiting, waiting.replace(stage="final"))}
    with served(Desk(slow, path=slow.library.path)) as address:
        page = visit(address)
        join = """async (n) => {
          const config = await (await fetch('/config')).json();
          const fn = config.dependencies.find((one) => String(one.js).includes('articleqa.asked')).id;
          const body = (i) => JSON.stringify({data: ['who?', '{}', null], fn_index: fn, session_hash: 'full' + i});
          const send = (i) => fetch('/gradio_api/queue/join', {method: 'POST', headers: {'content-type': 'application/json'}, body: body(i)});
          return Promise.all([...Array(n).keys()].map(async (i) => (await send(i)).status));
        }"""
        statuses = page.evaluate(join, 90)
        assert set(statuses) == {200, 503}
        page.fill("#question textarea", "who?")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=This application is currently busy. Please try again.")
        assert page.input_value("#question textarea") == "who?"
        slow.gate.set()
