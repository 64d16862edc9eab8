"""Answer -> what is shown, escaped; pure.

Every button carries `data-act` (what to do) and nothing executable; the page's one script listens for
them. Lists are bounded, so that an answer with thousands of citations stays a page.
"""

import html
from collections.abc import Sequence

from qa.answer import Alternative, Answer, AnswerSentence, Citation, Passage
from qa.generative import BEING_CHECKED
from ui.markup import direction_of, escaped, label, shown_day
from ui.quotes import cite_buttons, origin, quote_item, quote_list
from ui.why import why

__all__ = ["agreement", "confidence_word", "copy_text", "plain_lines", "quoted", "render_turn"]

_SENTENCES_SHOWN = 80
_NEAREST_SHOWN = 3
_SHORT_LIMIT = 140
"""An answer up to this many characters is set large, as a headline."""

_PASSAGE_LIMIT = 420
_DISAGREE = "The articles disagree."
_NOT_CLEARLY = "The articles do not clearly say."
_STRONG = 0.85
_FAIR = 0.6


def confidence_word(confidence: float) -> str:
    """How sure the answer is, in a word a reader can use.

    Args:
        confidence: Probability that the answer is right, 0 to 1.

    Example:
        >>> [confidence_word(p) for p in (0.95, 0.7, 0.4)]
        ['Well supported', 'Likely', 'Uncertain']
    """
    if confidence >= _STRONG:
        return "Well supported"
    return "Likely" if confidence >= _FAIR else "Uncertain"


def agreement(answer: Answer) -> str:
    """Who says so, in words; "" when only one outlet does or outlets disagree.

    Near-duplicates of a cited article count as the one source they are.
    """
    outlets = {citation.source for citation in answer.citations if citation.source}
    if answer.alternatives or len(outlets) < 2:
        return ""
    return f"{len(outlets)} outlets say so"


def plain_lines(answer: Answer) -> list[str]:
    """What the page says of an answer, as plain text; the quotes it stands on come after it."""
    lines = [_NOT_CLEARLY] if answer.guess else answer.said()
    lines += [note for note in answer.notes if note not in lines]
    return [*lines, _likeliest(answer)] if answer.guess else lines


def quoted(answer: Answer) -> Sequence[Citation]:
    """The quotes that are shown with an answer: its citations, or its guess."""
    return (answer.guess,) if answer.guess else answer.citations


def copy_text(answer: Answer) -> str:
    """The answer and its sources as plain text, for the clipboard."""
    lines = [answer.question, "", *plain_lines(answer), ""]
    for citation in quoted(answer)[:_SENTENCES_SHOWN]:
        origin = ", ".join(
            part for part in (citation.title, citation.source, shown_day(citation.published), citation.url) if part
        )
        lines.append(f"[{citation.number}] “{citation.quote.strip()}” ({origin})")
    return "\n".join(lines).rstrip()


def _likeliest(answer: Answer) -> str:
    return f"The likeliest sentence, {answer.confidence:.0%} likely to answer it:"


def render_turn(turn: str, answer: Answer, *, rating: str = "", stopped: bool = False, failure: str = "") -> str:
    """One question and what came of it.

    Args:
        turn: Name of the turn, unique in the conversation.
        answer: At any stage.
        rating: "up", "down" or "" as the reader judged it.
        stopped: The reader stopped it before it was final.
        failure: Why there is no answer at all; empty otherwise.
    """
    if failure:
        state, inside = "failed", f'<p class="short none">No answer.</p><p class="note">{escaped(failure)}</p>'
    elif stopped and not answer.final:
        state, inside = "stopped", '<p class="short none">Stopped.</p>'
    else:
        state, inside = _state(answer), _inside(turn, answer)
    after = _again(turn) if state in ("failed", "stopped") else ""
    if state in ("answered", "unanswered"):
        after = why(answer) + _actions(turn, answer, rating)
    return (
        f'<article class="turn {state}" data-turn="{label(turn)}" aria-labelledby="{label(turn)}-question"'
        f' aria-busy="{"true" if state == "working" else "false"}">'
        f'<h2 class="question" id="{label(turn)}-question" dir="auto">{escaped(answer.question[:2000])}</h2>'
        f"{_searched_for(turn, answer)}{inside}{after}</article>"
    )


def _state(answer: Answer) -> str:
    if not answer.final:
        return "working"
    return "answered" if answer.answered else "unanswered"


def _inside(turn: str, answer: Answer) -> str:
    if answer.stage == "passages":
        return _searching(answer)
    return _answered(turn, answer) if answer.answered else _unanswered(turn, answer)


def _searched_for(turn: str, answer: Answer) -> str:
    parts = []
    if answer.searched_for.strip() and answer.searched_for.strip() != answer.question.strip():
        parts.append(
            f'<span class="searched">searched for: <q dir="auto">{escaped(answer.searched_for[:500])}</q> '
            f'<button type="button" class="link" data-act="edit-search" data-turn="{label(turn)}"'
            f' data-text="{label(answer.searched_for, limit=500)}">Change</button></span>'
        )
    dates = answer.dates
    # "Until today" leaves nothing out: a plain "is" is no filter that anyone would take off.
    if dates and dates.words and (dates.start or dates.end not in ("", answer.as_of)):
        days = f"{shown_day(dates.start) or 'the beginning'} to {shown_day(dates.end) or 'today'}"
        words = label(dates.words, limit=60)
        parts.append(
            f'<span class="chip">{label(days)}<span class="chip-why">from “{words}”</span>'
            f'<button type="button" class="icon" data-act="all-dates" data-turn="{label(turn)}"'
            ' aria-label="Search all dates instead" title="Search all dates instead">&times;</button></span>'
        )
    return f'<p class="scope">{"".join(parts)}</p>' if parts else ""


def _searching(answer: Answer) -> str:
    if not answer.passages:
        return '<p class="stage" role="status">Searching the articles<span class="dots"></span></p>'
    titles = list(dict.fromkeys(passage.title for passage in answer.passages))
    listed = "".join(f'<li dir="auto">{label(title, limit=120)}</li>' for title in titles[:4])
    return (
        f'<p class="stage" role="status">Reading {len(answer.passages)} passages from {len(titles)} '
        f'{"article" if len(titles) == 1 else "articles"}<span class="dots"></span></p>'
        f'<ul class="reading-list">{listed}</ul>'
    )


def _answered(turn: str, answer: Answer) -> str:
    parts = []
    if answer.alternatives:
        parts.append(_disagreement(turn, answer))
    elif answer.speaker == "extractive":
        size = "short" if len(answer.text) <= _SHORT_LIMIT else "prose"
        cites = cite_buttons(turn, answer.citations)
        parts.append(f'<p class="{size}" dir="auto">{escaped(answer.text)}{cites}</p>')
    else:
        parts.append(_written(turn, answer))
    parts.append(_standing(answer))
    if not answer.alternatives:
        parts.append(quote_list(turn, answer.citations))
    parts.append(_withheld(answer.withheld))
    parts.extend(f'<p class="note">{escaped(note)}</p>' for note in answer.notes[:8] if note != _DISAGREE)
    return "".join(parts)


def _written(turn: str, answer: Answer) -> str:
    sentences = "".join(_sentence(turn, sentence, answer.citations) for sentence in answer.sentences[:_SENTENCES_SHOWN])
    inside = sentences or escaped(answer.text)
    size = "short" if len(answer.text) <= _SHORT_LIMIT and len(answer.sentences) <= 1 else "prose"
    return f'<div class="{size}" dir="{direction_of(answer.text)}"><p>{inside}</p></div>'


def _sentence(turn: str, sentence: AnswerSentence, citations: Sequence[Citation]) -> str:
    if sentence.reason == BEING_CHECKED:
        return f'<span class="being-checked">{escaped(sentence.text)}</span>'
    cites = cite_buttons(turn, [citations[number - 1] for number in sentence.citations])
    doubt = ""
    if sentence.verdict == "partly":
        doubt = f'<span class="doubt">partly supported: {label(sentence.reason)}</span>'
    elif sentence.verdict == "unsupported":
        doubt = f'<span class="doubt">not supported: {label(sentence.reason)}</span>'
    return f"<span>{escaped(sentence.text)}{cites}</span>{doubt} "


def _standing(answer: Answer) -> str:
    """How sure, and who agrees: one line under the short answer."""
    if not answer.final:
        doing = "Checking the quoted sentences"
        if answer.speaker == "generative":
            doing = "A chat model is writing; each sentence is checked"
        return f'<p class="stage" role="status">{doing}<span class="dots"></span></p>'
    figure = f"{answer.confidence:.0%} likely to be right"
    word = confidence_word(answer.confidence)
    strength = "confidence strong" if answer.confidence >= _STRONG else "confidence"
    parts = [f'<span class="{strength}" tabindex="0">{word}<span class="figure">, {figure}</span></span>']
    if answer.speaker == "generative":
        parts.append('<span class="speaker">written by a chat model, each sentence checked</span>')
    if said := agreement(answer):
        parts.append(f'<span class="agreement">{said}</span>')
    also = list(dict.fromkeys(name for citation in answer.citations[:50] for name in citation.also_in))
    if also:
        shown = "; ".join(label(name, limit=90) for name in also[:3])
        more = f" and {len(also) - 3} more" if len(also) > 3 else ""
        parts.append(f'<span class="agreement">also in <bdi>{shown}</bdi>{more}</span>')
    return f'<p class="standing">{"".join(parts)}</p>'


def _disagreement(turn: str, answer: Answer) -> str:
    cards = "".join(_alternative(turn, one, answer.citations) for one in answer.alternatives[:4])
    return f'<p class="split">{_DISAGREE}</p><div class="alternatives" role="list">{cards}</div>'


def _alternative(turn: str, alternative: Alternative, citations: Sequence[Citation]) -> str:
    given = [citations[number - 1] for number in alternative.citations[:3]]
    newest = '<span class="badge">newest</span>' if alternative.newest else ""
    quotes = "".join(quote_item(turn, citation) for citation in given)
    return (
        '<div class="alternative" role="listitem">'
        f'<p class="short" dir="auto">{escaped(alternative.text[:300])}{newest}</p>'
        f'<ul class="quotes">{quotes}</ul></div>'
    )


def _withheld(sentences: Sequence[AnswerSentence]) -> str:
    if not sentences:
        return ""
    items = "".join(
        f'<li dir="auto"><del>{escaped(one.text[:600])}</del> <span class="doubt">{label(one.reason)}</span></li>'
        for one in sentences[:20]
    )
    count = len(sentences)
    return (
        f'<details class="withheld"><summary>{count} {"sentence" if count == 1 else "sentences"} withheld: '
        f"the articles do not bear them</summary><ul>{items}</ul></details>"
    )


def _unanswered(turn: str, answer: Answer) -> str:
    missing = ""
    if answer.missing_words:
        words = ", ".join(f"“{label(word, limit=60)}”" for word in answer.missing_words[:8])
        missing = f'<p class="missing">No article contains {words}.</p>'
    notes = "".join(f'<p class="note">{escaped(note)}</p>' for note in answer.notes[:8])
    said, guess, fold = answer.said()[0], "", " open"
    if answer.guess:
        said, fold = _NOT_CLEARLY, ""
        guess = (
            f'<p class="standing">{_likeliest(answer)}</p>'
            f'<ul class="quotes guess">{quote_item(turn, answer.guess)}</ul>'
        )
    nearest = ""
    if answer.passages:
        items = "".join(_nearest(turn, place, one) for place, one in enumerate(answer.passages[:_NEAREST_SHOWN]))
        nearest = (
            f'<details class="nearest"{fold}><summary>The nearest passages, which are not an answer</summary>'
            f'<ul class="quotes">{items}</ul></details>'
        )
    return (
        f'<p class="short none">{said}</p>'
        f'<p class="standing">Searched for <q dir="auto">{escaped(answer.searched_for[:500])}</q> and found '
        f"nothing sure enough to be an answer.</p>{missing}{_withheld(answer.withheld)}{notes}{guess}{nearest}"
    )


def _nearest(turn: str, place: int, passage: Passage) -> str:
    text, cut = passage.text, ""
    if len(text) > _PASSAGE_LIMIT:
        text, cut = text[:_PASSAGE_LIMIT].rsplit(maxsplit=1)[0], " …"
    return (
        f'<li><p class="near-text" dir="auto">{escaped(text)}{cut}</p><p class="origin">{origin(passage)} '
        f'<button type="button" class="link" data-act="passage" data-turn="{label(turn)}"'
        f' data-place="{place}"'
        f' aria-label="Show in the article: {label(passage.title, limit=120)}">Show in the article</button>'
        "</p></li>"
    )


def _again(turn: str) -> str:
    return (
        '<p class="actions"><button type="button" class="action" data-act="retry"'
        f' data-turn="{label(turn)}">Ask again</button></p>'
    )


def _actions(turn: str, answer: Answer, rating: str) -> str:
    name = label(turn)
    pressed = {side: "true" if rating == side else "false" for side in ("up", "down")}
    return (
        '<div class="actions" role="group" aria-label="This answer">'
        f'<button type="button" class="action" data-act="copy" data-turn="{name}">Copy with sources</button>'
        f'<button type="button" class="action" data-act="retry" data-turn="{name}">Ask again</button>'
        f'<button type="button" class="action" data-act="edit" data-turn="{name}">Edit question</button>'
        f'<button type="button" class="action" data-act="rate" data-turn="{name}" data-side="up"'
        f' aria-pressed="{pressed["up"]}">Right</button>'
        f'<button type="button" class="action" data-act="rate" data-turn="{name}" data-side="down"'
        f' aria-pressed="{pressed["down"]}">Wrong</button>'
        f'<pre class="copy-text" hidden>{html.escape(copy_text(answer))}</pre></div>'
    )
