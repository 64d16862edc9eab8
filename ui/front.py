"""Masthead, welcome and first run: what a visitor sees before the first answer; pure."""

from collections.abc import Sequence

from ui.markup import label, shown_day

__all__ = ["first_run", "holdings", "masthead", "welcome"]

_KEYS = (("/", "question box"), ("[ and ]", "walk the citations"), ("Esc", "close the article"))


def holdings(articles: int, outlets: int) -> str:
    """How much there is to ask, in words.

    Example:
        >>> holdings(23, 1), holdings(1, 0), holdings(0, 0)
        ('23 articles from 1 outlet', '1 article', 'no articles yet')
    """
    if not articles:
        return "no articles yet"
    words = f"{articles:,} {'article' if articles == 1 else 'articles'}"
    return f"{words} from {outlets:,} {'outlet' if outlets == 1 else 'outlets'}" if outlets else words


def masthead(articles: int, outlets: int) -> str:
    """The bar at the top: name, the two views, what is held, colours and keys."""
    keys = "".join(f"<dt><kbd>{key}</kbd></dt><dd>{what}</dd>" for key, what in _KEYS)
    return (
        '<header class="masthead"><h1 class="wordmark">ArticleQA</h1>'
        '<nav aria-label="Views">'
        '<button type="button" class="tab" data-act="view" data-view="ask" aria-current="page">Ask</button>'
        '<button type="button" class="tab" data-act="view" data-view="articles">Articles</button></nav>'
        f'<span class="holdings">{holdings(articles, outlets)}</span>'
        '<div class="tools">'
        '<button type="button" class="action" data-act="new-conversation">New'
        '<span class="wide"> conversation</span></button>'
        '<details class="menu"><summary class="action">Options</summary><div class="menu-sheet">'
        '<p><button type="button" class="link" data-act="colours">Light or dark</button></p>'
        '<p class="export">Save this conversation as '
        '<button type="button" class="link" data-act="export" data-kind="md">Markdown</button>, '
        '<button type="button" class="link" data-act="export" data-kind="html">HTML</button> or '
        '<button type="button" class="link" data-act="export" data-kind="json">JSON</button></p>'
        '<section class="kept" aria-label="Conversations kept in this browser"><p>Kept in this browser</p>'
        "<ul></ul></section>"
        f'<dl class="keys">{keys}</dl>'
        '<label><input type="checkbox" data-act="keys" checked> Single-key shortcuts</label>'
        '</div></details></div><div id="announcer" class="visually-hidden" role="status"></div></header>'
    )


def welcome(days: tuple[str, str], suggestions: Sequence[str]) -> str:
    """The empty page of an index that holds articles.

    Args:
        days: First and last publication day, ISO 8601; empty strings when none is known.
        suggestions: Questions that were answered from the articles.
    """
    first, last = (shown_day(day) for day in days)
    span = ""
    if first and last:
        span = f"<p>They were published from {label(first)} to {label(last)}.</p>"
    buttons = "".join(
        f'<li><button type="button" class="suggestion" data-act="suggestion" data-question="{label(question)}">'
        f"{label(question)}</button></li>"
        for question in suggestions
    )
    offered = f'<ul class="suggestions" aria-label="Questions the articles answer">{buttons}</ul>' if buttons else ""
    return (
        '<div class="welcome"><h2 class="short">What do the articles say?</h2>'
        "<p>Ask in your own words. The answer comes with the sentences it stands on; where the articles "
        f"do not say, you are told so.</p>{span}{offered}</div>"
    )


def first_run(*, samples: bool) -> str:
    """The page where there are no articles yet: ways to get some.

    Args:
        samples: The sample articles can be had.
    """
    offer = '<button type="button" class="big" data-act="samples">Take the sample articles</button>' if samples else ""
    return (
        '<div class="welcome"><h2 class="short">There is nothing to read yet.</h2>'
        "<p>Add articles of your own: text, Markdown, web pages, PDF, Word or JSON lines. They stay on this "
        "machine.</p>"
        f'<p class="choices"><button type="button" class="big primary" data-act="view" data-view="articles">'
        f"Add articles</button>{offer}</p></div>"
    )
