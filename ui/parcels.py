"""A conversation to take along: as Markdown, HTML or JSON, with every citation whole; pure."""

import html
import json

from qa.answer import Answer
from ui.conversations import Conversation
from ui.evidence import copy_text, plain_lines, quoted
from ui.markup import escaped, safe_link, shown_day

__all__ = ["parcel", "to_html", "to_json", "to_markdown"]


def parcel(conversation: Conversation, kind: str) -> str:
    """What the page's script saves as a file, in an element it reads; "" for an unknown kind.

    Args:
        conversation: Only its finished turns are packed.
        kind: "md", "html" or "json".
    """
    packers = {"md": to_markdown, "html": to_html, "json": to_json}
    if kind not in packers:
        return ""
    text = html.escape(packers[kind](conversation))
    return f'<pre hidden data-kind="{kind}" data-turns="{conversation.begun}">{text}</pre>'


def to_json(conversation: Conversation) -> str:
    """Questions and answers with all their fields."""
    answers = [turn.answer.to_json() for turn in conversation.finished()]
    return json.dumps({"conversation": answers}, indent=1)


def to_markdown(conversation: Conversation) -> str:
    """Questions as headings, quotes as block quotes with where they are from."""
    return "\n\n---\n\n".join(_markdown(turn.answer) for turn in conversation.finished()) + "\n"


def to_html(conversation: Conversation) -> str:
    """One page that stands alone."""
    turns = "".join(
        f"<article><h2>{escaped(turn.answer.question)}</h2><pre>{escaped(copy_text(turn.answer))}</pre></article>"
        for turn in conversation.finished()
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Conversation</title>'
        "<style>body{font:1rem/1.6 Georgia,serif;max-width:42rem;margin:2rem auto;padding:0 1rem}"
        f"pre{{white-space:pre-wrap;font:inherit}}.hidden-mark::after{{content:'⇄'}}</style>{turns}</html>"
    )


def _markdown(answer: Answer) -> str:
    lines = [f"## {_plain(answer.question)}"]
    for line in plain_lines(answer):
        lines += ["", _plain(line)]
    for citation in quoted(answer):
        title = _plain(citation.title)
        link = safe_link(citation.url)
        where = [f"[{title}](<{link}>)" if link else title, _plain(citation.source), shown_day(citation.published)]
        place = f"characters {citation.start} to {citation.end} of text {citation.article_sha256[:12]}"
        source = f"[{citation.number}] {', '.join(filter(None, where))}; {place}"
        lines += ["", f"> {_plain(citation.quote)}", "", source]
    return "\n".join(lines)


def _plain(text: str) -> str:
    """One line in which Markdown sees no markup of its own."""
    return "".join(f"\\{c}" if c in "\\`*_[]<>#|" else c for c in " ".join(text.split()))
