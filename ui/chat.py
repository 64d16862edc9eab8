"""The Gradio app: layout and wiring only.

Everything a visitor sees of articles and answers is HTML made and escaped by pure functions; the page's
script (static/chat.js) listens for its buttons and hands them to the events bound here.
"""

import html
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from ui.archive import packed, unpacked
from ui.asking import QUESTION_LIMIT, question_number, read_asked
from ui.conversations import Conversation
from ui.desk import Desk
from ui.intake import Intake
from ui.markup import label
from ui.overview import Overview
from ui.parcels import parcel
from ui.shelf import upload_rules
from ui.stopping import Asking, Askings
from ui.uploads import KINDS

__all__ = ["LOOK_PATH", "STATIC", "build_chat", "look"]

STATIC = Path(__file__).parent / "static"
LOOK_PATH = "/look"
"""Where the server offers the files of `STATIC`."""

_ANSWERS_AT_ONCE = 2
"""Reading passages keeps the processor busy: more at once only makes each slower."""

_LOOKS_AT_ONCE = 8
_WAITING_LIMIT = 60
_REFRESH_SECONDS = 5
_DAY = 24 * 3600

_BIND = "(window.articleqaParts ||= {})['%s'] = {element, trigger}; window.articleqa.bound('%s', watch);"
"""Lets the page's script reach a component: Gradio gives `trigger` only to this code, once."""

_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


def look() -> dict[str, Any]:
    """Theme, styles and script, as Gradio 6 takes them at launch."""
    # Not as Gradio's `css`: it rewrites every selector to lie inside its own container.
    head = (
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="stylesheet" href="{LOOK_PATH}/chat.css">'
        f'<script src="{LOOK_PATH}/kept.js"></script><script src="{LOOK_PATH}/chat.js"></script>'
    )
    return {"theme": gr.themes.Base(font=("Source Sans 3", "system-ui", "sans-serif")), "head": head}


def build_chat(desk: Desk, overview: Overview, intake: Intake) -> gr.Blocks:
    """The chat over a desk: question box, conversation, evidence pane, articles."""
    with gr.Blocks(title="ArticleQA", analytics_enabled=False, fill_width=True, delete_cache=(_DAY, _DAY)) as blocks:
        conversation = gr.State(Conversation(), time_to_live=_DAY)
        masthead = _part("masthead")
        with gr.Row(elem_id="workspace", equal_height=True):
            talk = _ask_view()
            shelf = _articles_view()
            with gr.Column(elem_id="evidence-side"):
                evidence = _part("evidence")
        parcels, rating, archive = _part("parcels"), _part("rating"), _part("archive")
        askings = Askings()
        _wire_asking(blocks, desk, talk, conversation, askings)
        _wire_reading(desk, evidence, conversation)
        _wire_judging(desk, rating, parcels, conversation)
        _wire_archive(talk, archive, conversation, askings)
        front = [masthead, talk["welcome"], talk["filters"], shelf["search"], shelf["list"]]
        _wire_intake(overview, intake, shelf, front)
    blocks.queue(max_size=_WAITING_LIMIT, default_concurrency_limit=_LOOKS_AT_ONCE)
    return blocks


def _part(name: str) -> gr.HTML:
    return gr.HTML("", elem_id=name, js_on_load=_BIND % (name, name), apply_default_css=False)


def _ask_view() -> dict[str, Any]:
    parts: dict[str, Any] = {}
    with gr.Column(elem_id="ask-view"):
        with gr.Column(elem_id="thread"):
            parts["welcome"], parts["past"], parts["last"] = _part("welcome"), _part("past"), _part("last")
        with gr.Column(elem_id="composer"):
            with gr.Row(elem_id="ask-row"):
                parts["question"] = gr.Textbox(
                    label="Your question",
                    placeholder="Ask the articles",
                    elem_id="question",
                    lines=1,
                    max_lines=6,
                    max_length=QUESTION_LIMIT,
                )
                parts["ask"] = gr.Button("Ask", elem_id="ask", variant="primary")
                parts["stop"] = gr.Button("Stop", elem_id="stop")
            parts["filters"] = _part("filters")
            parts["options"] = gr.Textbox(visible=False)
            parts["clear"] = gr.Button("Clear", visible="hidden", elem_id="clear")
    return parts


def _articles_view() -> dict[str, Any]:
    parts: dict[str, Any] = {}
    with gr.Column(elem_id="articles-view"):
        gr.HTML(
            f'<div class="view-head"><h2>Articles</h2><p>Drop files here: {upload_rules()}.</p></div>',
            apply_default_css=False,
        )
        parts["files"] = gr.File(
            label="Add articles", file_count="multiple", file_types=list(KINDS), elem_id="files", height=150
        )
        parts["intake"] = _part("intake")
        parts["search"], parts["list"] = _part("shelf-search"), _part("shelf")
    return parts


def _wire_asking(blocks: gr.Blocks, desk: Desk, talk: dict[str, Any], conversation: gr.State, askings: Askings) -> None:
    shown = [talk["past"], talk["last"], conversation, talk["question"]]

    def answer(question: str, options: str, before: Conversation, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        asking = askings.begin(str(request.session_hash), question_number(options))
        if asking is None:
            return
        with asking:
            stages = desk.ask(read_asked(question, options), before.stopped(), stop=lambda: asking.stopped)
            yield from _as_shown(stages, asking)

    def stop(now: Conversation, request: gr.Request) -> Any:
        """Shown at once; the question itself keeps it in the conversation, as it keeps all that it shows."""
        return now.stopped().last_html() if askings.stop(str(request.session_hash)) else gr.skip()

    def clear(options: str, request: gr.Request) -> tuple[str, str, Conversation, str]:
        askings.clear(str(request.session_hash), question_number(options))
        return "", "", Conversation(), ""

    def leave(request: gr.Request) -> None:
        askings.forget(str(request.session_hash))

    gr.on(
        [talk["ask"].click, talk["question"].submit],
        answer,
        [talk["question"], talk["options"], conversation],
        shown,
        js="(question, options, conversation) => window.articleqa.asked(question)",
        concurrency_limit=_ANSWERS_AT_ONCE,
        trigger_mode="multiple",  # else a question asked while a stopped one is about to end would be lost
        **_QUIET,
    )
    talk["stop"].click(stop, [conversation], [talk["last"]], queue=False, **_QUIET)
    cleared = "() => window.articleqa.cleared()"
    talk["clear"].click(clear, [talk["options"]], shown, js=cleared, queue=False, **_QUIET)
    blocks.unload(leave)


def _as_shown(stages: Iterator[Conversation], asking: Asking) -> Iterator[tuple[Any, ...]]:
    """What a question brings to the page, until it is stopped: what was shown by then is its last word."""
    last: Conversation | None = None
    for now in stages:
        if asking.stopped:
            break
        past, typed = (now.past_html(), "") if last is None else (gr.skip(), gr.skip())
        yield past, now.last_html(), now, typed
        last = now
    if asking.stopped and not asking.dropped and last is not None:
        last = last.stopped()
        yield gr.skip(), last.last_html(), last, gr.skip()
    # Gradio 6.31 sends what came last once more when it is done, when the next question may already be shown.
    yield (gr.skip(),) * 4


def _wire_reading(desk: Desk, evidence: gr.HTML, conversation: gr.State) -> None:
    def show(event: gr.EventData, now: Conversation) -> str:
        wish = _told(event)
        turn = str(wish.get("turn", ""))
        if "article" in wish:
            return desk.article(str(wish["article"]))
        if "place" in wish:
            return desk.nearest(now, turn, _number(wish["place"]))
        return desk.evidence(now, turn, _number(wish.get("number")))

    # Past the queue: reading a passage need not wait for anyone's answer.
    evidence.select(show, [conversation], [evidence], queue=False, **_QUIET)


def _wire_judging(desk: Desk, rating: gr.HTML, parcels: gr.HTML, conversation: gr.State) -> None:
    def rate(event: gr.EventData, now: Conversation) -> tuple[str, Conversation]:
        wish = _told(event)
        return desk.rate(
            now,
            str(wish.get("turn", "")),
            right=wish.get("side") == "up",
            correction=str(wish.get("correction", "")),
            impossible=wish.get("impossible") is True,
        )

    def pack(event: gr.EventData, now: Conversation) -> str:
        return parcel(now, str(_told(event).get("kind", "")))

    rating.select(rate, [conversation], [rating, conversation], queue=False, **_QUIET)
    parcels.select(pack, [conversation], [parcels], queue=False, **_QUIET)


def _wire_archive(talk: dict[str, Any], archive: gr.HTML, conversation: gr.State, askings: Askings) -> None:
    def keep(now: Conversation) -> str:
        return _kept(now)

    def take_back(event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        wish = _told(event)
        try:
            now = unpacked(str(wish.get("text", "")))
        except ValueError:
            gr.Warning("This conversation could not be read.")
            return (gr.skip(),) * 4
        askings.clear(str(request.session_hash), question_number(str(wish.get("asked", ""))))
        return now.past_html(), now.last_html(), now, _kept(now, str(wish.get("talk", "")))

    shown = [talk["past"], talk["last"], conversation, archive]
    archive.select(keep, [conversation], [archive], queue=False, **_QUIET)
    archive.submit(take_back, None, shown, **_QUIET)


def _kept(conversation: Conversation, talk: str = "") -> str:
    """What the page's script reads and stores; `talk` is its own name for a conversation that was taken back."""
    return f'<pre hidden data-talk="{label(talk)}">{html.escape(packed(conversation))}</pre>'


def _wire_intake(overview: Overview, intake: Intake, shelf: dict[str, Any], front: list[gr.HTML]) -> None:
    seen = gr.State("")

    def refresh(before: str) -> tuple[Any, ...]:
        now = overview.revision()
        if now == before:
            return (gr.skip(),) * (len(front) + 1)
        parts = (overview.masthead, overview.welcome, overview.filters, overview.shelf_search, overview.shelf)
        return now, *(part() for part in parts)

    def take_in(event: gr.EventData) -> Iterator[str]:
        yield from intake.samples() if _told(event).get("kind") == "samples" else intake.sync()

    def add(files: list[str] | None) -> Iterator[tuple[str, Any]]:
        for progress in intake.add([Path(file) for file in files or ()]):
            yield progress, None

    def look_up(event: gr.EventData) -> str:
        wish = {name: str(_told(event).get(name, ""))[:200] for name in ("words", "outlet", "start", "end")}
        return overview.shelf(**wish)

    news = gr.Timer(_REFRESH_SECONDS)
    again: dict[str, Any] = {"fn": refresh, "inputs": [seen], "outputs": [seen, *front], **_QUIET}
    shelf["files"].upload(add, [shelf["files"]], [shelf["intake"], shelf["files"]], **_QUIET).then(**again)
    shelf["intake"].select(take_in, None, [shelf["intake"]], **_QUIET).then(**again)
    shelf["intake"].clear(intake.cancel, None, None, queue=False, **_QUIET)
    shelf["list"].select(look_up, None, [shelf["list"]], trigger_mode="always_last", queue=False, **_QUIET)
    news.tick(queue=False, **again)
    gr.on(None, **again)
    gr.on(None, intake.follow, None, [shelf["intake"]], **_QUIET)


def _told(event: gr.EventData) -> dict[str, Any]:
    """What the page's script sent along; nothing when it is not an object."""
    return event._data if isinstance(event._data, dict) else {}  # noqa: SLF001 - its only way out


def _number(value: object) -> int:
    return value if isinstance(value, int) else -1
