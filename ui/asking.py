"""What a visitor asks for: the question, the filters, and which turn it takes the place of; pure."""

import json
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

__all__ = ["QUESTION_LIMIT", "Asked", "question_number", "read_asked"]

QUESTION_LIMIT = 2000
"""Longest question, in code points; the rest is cut."""

_NAMES_LIMIT = 500
_NAME_LIMIT = 500


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One wish, as it came from the page.

    Args:
        question: As typed; empty when it repeats the question of the turn it replaces.
        searched_for: What to search for instead of the rewritten question; empty to let the chain decide.
        outlets: Only these outlets; empty for all.
        articles: Only these articles, by id; empty for all.
        start: First publication day, ISO 8601; empty for no limit.
        end: Last publication day, ISO 8601; empty for no limit.
        dates_from_question: Read a date range from the question's words.
        use_llm: Let the chat model write, where there is one.
        replaces: Name of the turn this one takes the place of; empty for a new one.
    """

    question: str
    searched_for: str = ""
    outlets: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    start: str = ""
    end: str = ""
    dates_from_question: bool = True
    use_llm: bool = True
    replaces: str = ""

    def of(self, earlier: "Asked") -> "Asked":
        """The same wish with the question of an earlier one where this has none."""
        return self if self.question else replace(self, question=earlier.question)


def read_asked(question: str, options: str) -> Asked:
    """What the page sent, with everything that is not as it should be left out.

    Args:
        question: The text box; a question in the options takes precedence.
        options: JSON object from the page's script; anything else counts as no options.

    Example:
        >>> read_asked(" Who? ", '{"outlets": ["The Post", 3], "start": "2016-01-01", "end": "soon"}')
        Asked(question='Who?', searched_for='', outlets=('The Post',), articles=(), start='2016-01-01', end='', \
dates_from_question=True, use_llm=True, replaces='')
    """
    given = _object(options)
    asked = _words(given, "question") or question or ""
    if given.get("repeat") is True:
        asked = ""
    return Asked(
        question=" ".join(asked[:QUESTION_LIMIT].split()),
        searched_for=" ".join(_words(given, "searched_for")[:QUESTION_LIMIT].split()),
        outlets=_names(given, "outlets"),
        articles=_names(given, "articles"),
        start=_day(given, "start"),
        end=_day(given, "end"),
        dates_from_question=given.get("dates_from_question") is not False,
        use_llm=given.get("use_llm") is not False,
        replaces=_words(given, "replaces")[:40],
    )


def question_number(options: str) -> int:
    """Which of its questions the page says this is, or how many it has asked; 0 when it does not say.

    Example:
        >>> [question_number(options) for options in ('{"number": 3}', '{"number": "3"}', '{"number": -1}', "no")]
        [3, 0, 0, 0]
    """
    number = _object(options).get("number")
    return max(number, 0) if isinstance(number, int) else 0


def _object(options: str) -> dict[str, Any]:
    try:
        given = json.loads(options or "{}")
    except (ValueError, RecursionError):
        return {}
    return given if isinstance(given, dict) else {}


def _words(given: dict[str, Any], name: str) -> str:
    value = given.get(name)
    return value if isinstance(value, str) else ""


def _names(given: dict[str, Any], name: str) -> tuple[str, ...]:
    values = given.get(name)
    if not isinstance(values, list):
        return ()
    return tuple(one[:_NAME_LIMIT] for one in values[:_NAMES_LIMIT] if isinstance(one, str) and one)


def _day(given: dict[str, Any], name: str) -> str:
    try:
        return date.fromisoformat(_words(given, name)).isoformat()
    except ValueError:
        return ""
