"""Quoted sentences with their numbers, which are buttons; pure."""

from collections.abc import Sequence

from qa.answer import Citation, Passage
from ui.markup import escaped, label, shown_day

__all__ = ["cite_buttons", "origin", "quote_item", "quote_list"]

_FIRST_SHOWN = 6
_SHOWN = 80
_BUTTONS_SHOWN = 12


def cite_buttons(turn: str, citations: Sequence[Citation]) -> str:
    """The numbers after a sentence: one button for each citation, which shows its passage."""
    buttons = [_button(turn, citation) for citation in citations[:_BUTTONS_SHOWN]]
    if len(citations) > _BUTTONS_SHOWN:
        buttons.append(f'<span class="more-cites">+{len(citations) - _BUTTONS_SHOWN} more</span>')
    return f'<span class="cites">{"".join(buttons)}</span>' if buttons else ""


def _button(turn: str, citation: Citation) -> str:
    where = ", ".join(part for part in (citation.title, citation.source) if part)
    return (
        f'<button type="button" class="cite" data-act="cite" data-turn="{label(turn)}"'
        f' data-number="{citation.number}" title="{label(where, limit=160)}"'
        f' aria-label="Citation {citation.number}: {label(where, limit=160)}. Show the passage">'
        f"{citation.number}</button>"
    )


def origin(citation: Citation | Passage) -> str:
    """Outlet, date, page and title of what is quoted, as far as they are known."""
    day = f"<time>{label(shown_day(citation.published))}</time>" if citation.published else ""
    outlet = f'<span class="outlet"><bdi>{label(citation.source)}</bdi></span>' if citation.source else ""
    title = f'<cite dir="auto">{label(citation.title, limit=140)}</cite>'
    page = f"<span>page {citation.page}</span>" if citation.page else ""
    return " · ".join(part for part in (outlet, day, page, title) if part)


def quote_item(turn: str, citation: Citation) -> str:
    """One quoted sentence, whole, the part that answers stronger, with where it is from."""
    at, to = citation.answer_start - citation.start, citation.answer_end - citation.start
    quote = citation.quote
    marked = (
        f"{escaped(quote[:at])}<strong>{escaped(quote[at:to])}</strong>{escaped(quote[to:])}"
        if to > at
        else escaped(quote)
    )
    return (
        f'<li><blockquote dir="auto">{marked}{cite_buttons(turn, [citation])}'
        f'</blockquote><p class="origin">{origin(citation)}</p></li>'
    )


def quote_list(turn: str, citations: Sequence[Citation]) -> str:
    """The quotes of an answer; beyond the first few they fold away, beyond many they are only counted."""
    if not citations:
        return ""
    first = "".join(quote_item(turn, citation) for citation in citations[:_FIRST_SHOWN])
    rest = citations[_FIRST_SHOWN:_SHOWN]
    more = ""
    if rest:
        left_out = len(citations) - _SHOWN
        tail = f'<p class="note">{left_out} more are not shown.</p>' if left_out > 0 else ""
        items = "".join(quote_item(turn, citation) for citation in rest)
        more = (
            f'<details class="more"><summary>{len(citations) - _FIRST_SHOWN} more quotes</summary>'
            f'<ul class="quotes">{items}</ul>{tail}</details>'
        )
    return f'<ul class="quotes">{first}</ul>{more}'
