"""The list of articles: search, outlet, days, state; pure."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ui.markup import label, shown_day
from ui.uploads import FILES_AT_ONCE, KINDS, MAX_BYTES

if TYPE_CHECKING:
    from index.catalog import ArticleRow

__all__ = ["render_shelf", "render_shelf_search", "upload_rules"]

_ROWS_SHOWN = 200
_UNREADABLE_SHOWN = 50


def upload_rules() -> str:
    """What may be dropped, in words."""
    kinds = ", ".join(kind.lstrip(".") for kind in KINDS)
    return f"{kinds}; up to {FILES_AT_ONCE} files of {MAX_BYTES // 1_000_000} MB each"


def render_shelf_search(outlets: Sequence[tuple[str, int]], *, syncable: bool) -> str:
    """The boxes above the list; the page's script sends what is in them as they change.

    Args:
        outlets: Names with their number of articles.
        syncable: There are remembered folders to bring up to date.
    """
    choices = "".join(
        f'<option value="{label(name, limit=500)}">{label(name, limit=80)} ({count:,})</option>'
        for name, count in outlets
    )
    sync = '<button type="button" class="big" data-act="sync">Sync now</button>' if syncable else ""
    return (
        '<form class="shelf-search" role="search" data-form="shelf">'
        '<label>Search <input type="search" name="words" autocomplete="off"></label>'
        f'<label>Outlet <select name="outlet"><option value="">all</option>{choices}</select></label>'
        '<label>From <input type="date" name="start"></label>'
        f'<label>To <input type="date" name="end"></label>{sync}</form>'
    )


def render_shelf(rows: Sequence["ArticleRow"], unreadable: Sequence[tuple[str, str]]) -> str:
    """The articles that match, then the files that could not be read.

    Args:
        rows: Newest first.
        unreadable: Paths with the reason.
    """
    count = f"{len(rows):,} {'article' if len(rows) == 1 else 'articles'}"
    if len(rows) > _ROWS_SHOWN:
        count += f", the newest {_ROWS_SHOWN} are shown"
    items = "".join(_row(row) for row in rows[:_ROWS_SHOWN])
    failed = "".join(
        f'<li class="bad"><bdi>{label(path.rsplit("/", 1)[-1], limit=120)}</bdi>: {label(reason)}</li>'
        for path, reason in unreadable[:_UNREADABLE_SHOWN]
    )
    trouble = f"<h3>Could not be read</h3><ul class='outcomes'>{failed}</ul>" if failed else ""
    return f'<p class="shelf-count" role="status">{count}</p><ul class="shelf">{items}</ul>{trouble}'


def _row(row: "ArticleRow") -> str:
    facts = [f'<span class="outlet"><bdi>{label(row.source)}</bdi></span>'] if row.source else []
    facts.append(f"<time>{label(shown_day(row.published))}</time>" if row.published else "no date")
    facts.append("near-duplicate" if row.cluster else "searched")
    return (
        f'<li><button type="button" class="shelf-title" data-act="article" data-article="{label(row.id, limit=500)}"'
        f' dir="auto">{label(row.title, limit=200)}</button>'
        f'<p class="origin">{" · ".join(facts)}</p></li>'
    )
