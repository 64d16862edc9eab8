"""An article as a reader sees it, with its cited sentences marked; pure.

The text is cut into paragraphs at line ends and into pieces at the edges of the marks, so that marks
may overlap, touch, or run over a paragraph's end. Very long articles are shown around their marks.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.articles import Article, Span
from qa.answer import Citation
from ui.fragments import passage_link
from ui.markup import direction_of, escaped, label, safe_link, shown_day

__all__ = ["Mark", "marks_of", "missing_pane", "reading_pane", "windows"]

_WHOLE_LIMIT = 150_000
"""Articles up to this many code points are shown whole; a browser lays that out in well under a second."""

_REACH = 12_000
"""Around each mark of a longer article, so many code points are shown on either side."""

_MARK_LIMIT = 60


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A stretch of an article to point out.

    Args:
        number: The citation's number; 0 for a passage that is near but no answer.
        start: Offset in the article's canonical text, in code points.
        end: Its end, exclusive.
        answer_start: Start of the stronger part inside it; equal to answer_end for none.
        answer_end: Its end, exclusive.
    """

    number: int
    start: int
    end: int
    answer_start: int = 0
    answer_end: int = 0


def marks_of(citations: Sequence[Citation], *, around: Citation) -> list[Mark]:
    """The marks of all citations that stand in the same version of the same article as `around`."""
    same = [citation for citation in citations if citation.article_sha256 == around.article_sha256]
    return [
        Mark(
            number=citation.number,
            start=citation.start,
            end=citation.end,
            answer_start=citation.answer_start,
            answer_end=citation.answer_end,
        )
        for citation in sorted(same, key=lambda one: (one.number != around.number, one.number))[:_MARK_LIMIT]
    ]


def windows(length: int, marks: Sequence[Mark], *, reach: int = _REACH, whole: int = _WHOLE_LIMIT) -> list[Span]:
    """The stretches of a text that are shown, in order, merged where they meet.

    Example:
        >>> windows(1000, [Mark(number=1, start=500, end=510)], reach=100, whole=900)
        [(400, 610)]
        >>> windows(1000, [], reach=100, whole=1000)
        [(0, 1000)]
    """
    if length <= whole:
        return [(0, length)]
    budget = whole
    shown: list[Span] = []
    for mark in sorted(marks[: max(1, whole // (2 * reach))] or [Mark(number=0, start=0, end=0)], key=_start):
        start, end = max(0, mark.start - reach), min(length, mark.end + reach, mark.start + reach + budget)
        if shown and start <= shown[-1][1]:
            shown[-1] = (shown[-1][0], max(end, shown[-1][1]))
        else:
            shown.append((start, end))
    return shown


def reading_pane(article: Article, marks: Sequence[Mark], *, turn: str, current: int, total: int) -> str:
    """The evidence pane: where the article is from, its text with the marks, and ways onward.

    Args:
        article: The version of the article that was cited.
        marks: What to point out; the one whose number is `current` is scrolled to.
        turn: Which turn of the conversation it belongs to; empty when it was opened from the list.
        current: Number of the citation that was pressed; 0 for a near passage.
        total: How many citations the answer has; 0 for a near passage.
    """
    here = next((mark for mark in marks if mark.number == current), None)
    link = passage_link(article.url, article.text, (here.start, here.end)) if here else safe_link(article.url)
    body = "".join(_body(article.text, marks, current))
    return (
        f'<section class="pane" data-turn="{label(turn)}" data-number="{current}" aria-label="Article">'
        f"{_pane_bar(turn, current, total)}"
        '<div class="pane-scroll" tabindex="0" role="group" aria-label="Text of the article">'
        f"{_pane_head(article, link)}"
        f'<div class="pane-body" dir="{direction_of(article.text)}"'
        f"{_language(article.language)}>{body}</div></div></section>"
    )


def missing_pane(citation: Citation, *, turn: str, total: int) -> str:
    """What is shown when the cited version of an article is no longer kept: the quote, which always is."""
    inside = (
        f'<h2 class="headline">{label(citation.title)}</h2>'
        '<p class="pane-note">This version of the article is no longer kept. This is the cited sentence.</p>'
        f'<div class="pane-body"><p><mark class="cited current">{escaped(citation.quote)}</mark></p></div>'
    )
    return _pane(inside, turn=turn, current=citation.number, total=total)


def _pane(inside: str, *, turn: str, current: int, total: int) -> str:
    return (
        f'<section class="pane" data-turn="{label(turn)}" data-number="{current}" aria-label="Article">'
        f"{_pane_bar(turn, current, total)}"
        '<div class="pane-scroll" tabindex="0" role="group" aria-label="Text of the article">'
        f"{inside}</div></section>"
    )


def _start(mark: Mark) -> int:
    return mark.start


def _language(language: str) -> str:
    return f' lang="{label(language, limit=12)}"' if language else ""


def _pane_bar(turn: str, current: int, total: int) -> str:
    where = "Nearest passage, not an answer" if turn else "Article"
    if current:
        where = f"Citation {current} of {total}"
    walk = ""
    if total > 1:
        walk = (
            '<button type="button" class="icon" data-act="walk" data-step="-1" aria-keyshortcuts="["'
            ' aria-label="Previous citation" title="Previous citation  [">&lsaquo;</button>'
            '<button type="button" class="icon" data-act="walk" data-step="1" aria-keyshortcuts="]"'
            ' aria-label="Next citation" title="Next citation  ]">&rsaquo;</button>'
        )
    return (
        f'<div class="pane-bar"><span class="pane-where" role="status">{where}</span>{walk}'
        '<button type="button" class="icon" data-act="close-pane" aria-keyshortcuts="Escape"'
        ' aria-label="Close the article" title="Close  Esc">&times;</button></div>'
    )


def _pane_head(article: Article, link: str) -> str:
    byline = [f"<bdi>{label(article.author)}</bdi>"] if article.author else []
    if article.published:
        day = label(article.published, limit=40)
        byline.append(f'<time datetime="{day}">{label(shown_day(article.published))}</time>')
    onward = []
    if link:
        words = "Open at this passage" if ":~:text=" in link else "Open the article"
        onward.append(
            f'<a href="{escaped(link)}" target="_blank" rel="noopener noreferrer">{words}'
            '<span class="visually-hidden"> (new tab)</span> ↗</a>'
        )
    onward.append(
        f'<button type="button" class="link" data-act="only-article" data-article="{label(article.id)}"'
        f' data-title="{label(article.title, limit=80)}">Ask only this article</button>'
    )
    outlet = f'<p class="outlet"><bdi>{label(article.source)}</bdi></p>' if article.source else ""
    return (
        f'<header class="pane-head">{outlet}<h2 class="headline" dir="auto">{label(article.title)}</h2>'
        f'<p class="byline">{" · ".join(byline)}</p><p class="onward">{"".join(onward)}</p></header>'
    )


def _body(text: str, marks: Sequence[Mark], current: int) -> Iterator[str]:
    shown = windows(len(text), marks)
    for start, end in shown:
        if start:
            yield '<p class="pane-note">… the text before this is not shown …</p>'
        for paragraph in _paragraphs(text, start, end):
            yield f'<p dir="auto">{"".join(_pieces(text, paragraph, marks, current))}</p>'
    if shown[-1][1] < len(text):
        yield '<p class="pane-note">… the text after this is not shown …</p>'


def _paragraphs(text: str, start: int, end: int) -> Iterator[Span]:
    """Spans of the lines in a stretch that hold more than white space."""
    while start < end:
        stop = text.find("\n", start, end)
        stop = end if stop < 0 else stop
        if text[start:stop].strip():
            yield start, stop
        start = stop + 1


def _pieces(text: str, paragraph: Span, marks: Sequence[Mark], current: int) -> Iterator[str]:
    start, end = paragraph
    touching = [mark for mark in marks if mark.start < end and mark.end > start]
    edges = {start, end}
    for mark in touching:
        edges.update((mark.start, mark.end, mark.answer_start, mark.answer_end))
    cuts = sorted(edge for edge in edges if start <= edge <= end)
    for left, right in pairwise(cuts):
        over = [mark for mark in touching if mark.start <= left and right <= mark.end]
        yield _piece(text, (left, right), over, current)


def _piece(text: str, piece: Span, over: Sequence[Mark], current: int) -> str:
    shown = escaped(text[piece[0] : piece[1]])
    if not over:
        return shown
    if any(mark.answer_start <= piece[0] and piece[1] <= mark.answer_end for mark in over):
        shown = f"<strong>{shown}</strong>"
    classes = "cited" if any(mark.number for mark in over) else "near"
    if any(mark.number == current for mark in over):
        classes += " current"
    tags = "".join(
        f'<sup class="mark-number" aria-hidden="true">{mark.number}</sup>'
        for mark in over
        if mark.number and mark.start == piece[0]
    )
    numbers = " ".join(str(mark.number) for mark in over)
    return f'<mark class="{classes}" data-numbers="{numbers}">{tags}{shown}</mark>'
