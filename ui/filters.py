"""What stands under the question box: the filters, and the switch of the chat model; pure."""

from collections.abc import Sequence

from qa.chat_models import THIS_MACHINE
from ui.markup import label

__all__ = ["render_filters"]

_OUTLETS_SHOWN = 200


def render_filters(outlets: Sequence[tuple[str, int]], *, model_host: str = "") -> str:
    """A fold with a box per outlet and two days; the page's script reads it when a question is sent.

    Args:
        outlets: Names with their number of articles.
        model_host: Machine of the chat model that may write answers; empty where there is none.
    """
    boxes = "".join(
        f'<label class="pick"><input type="checkbox" name="outlet" value="{label(name, limit=500)}">'
        f"<bdi>{label(name, limit=80)}</bdi> <span>{count:,}</span></label>"
        for name, count in outlets[:_OUTLETS_SHOWN]
    )
    picks = f"<fieldset><legend>Outlets</legend><div class='picks'>{boxes}</div></fieldset>" if boxes else ""
    return (
        '<form class="filters" data-form="filters"><div class="filter-bar">'
        '<button type="button" class="action" data-act="toggle-filters" aria-expanded="false"'
        ' aria-controls="filter-sheet">Filters</button>'
        f'{_switch(model_host) if model_host else ""}<span class="chosen" role="status"></span></div>'
        f'<div class="filter-sheet" id="filter-sheet" hidden>{picks}'
        "<fieldset><legend>Published</legend>"
        '<label>from <input type="date" name="start"></label> '
        '<label>to <input type="date" name="end"></label></fieldset>'
        '<button type="button" class="link" data-act="clear-filters">Clear all filters</button>'
        "</div></form>"
    )


def _switch(host: str) -> str:
    where = "it runs on this machine"
    if host != THIS_MACHINE:
        where = f"passages of the articles are sent to <bdi>{label(host, limit=120)}</bdi>"
    return (
        '<label class="pick use-llm"><input type="checkbox" id="use-llm" checked>'
        f"A chat model writes, each sentence checked <span>({where})</span></label>"
    )
