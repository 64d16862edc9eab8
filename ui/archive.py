"""Conversations kept in the visitor's browser, and taken back from there; pure.

What comes back may have been changed by anyone: it is built anew field by field, checked against the
types of the vocabulary, and refused as a whole when anything does not fit.
"""

import dataclasses
import json
import types
import typing
from typing import Any, TypeVar

from qa.answer import Answer
from ui.asking import Asked
from ui.conversations import Conversation, ShownTurn

__all__ = ["packed", "unpacked"]

_SIZE_LIMIT = 3_000_000
"""Longest conversation taken back, in characters of JSON."""

_PASSAGES_KEPT = 4

Record = TypeVar("Record")


def packed(conversation: Conversation) -> str:
    """The finished turns as JSON; of each answer only the best passages, to spare the browser's store."""
    turns = [
        {
            "name": turn.name,
            "asked": dataclasses.asdict(turn.asked),
            "answer": dataclasses.asdict(turn.answer.replace(passages=turn.answer.passages[:_PASSAGES_KEPT])),
            "rating": turn.rating,
        }
        for turn in conversation.finished()
    ]
    return json.dumps({"begun": conversation.begun, "turns": turns})


def unpacked(text: str) -> Conversation:
    """A conversation as it was packed.

    Raises:
        ValueError: It is not one, or was changed into something that cannot be.
    """
    if len(text) > _SIZE_LIMIT:
        raise ValueError("the conversation is too long")
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not a conversation: {error}") from error
    try:
        turns = tuple(_turn(one) for one in given["turns"])
        names = [turn.name for turn in turns]
        begun = int(given["begun"])
    except (AssertionError, AttributeError, KeyError, OverflowError, TypeError, RecursionError) as error:
        raise ValueError(f"not a conversation: {error}") from error
    if len(set(names)) != len(names) or begun < len(names):
        raise ValueError("not a conversation: its turns are not numbered as they should be")
    return Conversation(turns, begun)


def _turn(given: dict[str, Any]) -> ShownTurn:
    rating = given["rating"] if given["rating"] in ("up", "down") else ""
    answer = _record(Answer, given["answer"])
    if not answer.final or not str(given["name"]).startswith("turn-"):
        raise ValueError("not a conversation: a turn is not finished")
    return ShownTurn(name=str(given["name"])[:40], asked=_record(Asked, given["asked"]), answer=answer, rating=rating)


def _record(kind: type[Record], given: dict[str, Any]) -> Record:
    """A record of the vocabulary from its fields, each of the type it should have."""
    hints = typing.get_type_hints(kind)
    return kind(**{name: _value(hints[name], value) for name, value in given.items()})


def _value(kind: Any, given: Any) -> Any:
    origin, inside = typing.get_origin(kind), typing.get_args(kind)
    if origin is tuple:
        if len(inside) == 2 and inside[1] is Ellipsis:
            return tuple(_value(inside[0], one) for one in given)
        return tuple(_value(one, value) for one, value in zip(inside, given, strict=True))
    if origin in (typing.Union, types.UnionType):
        return None if given is None else _value(next(one for one in inside if one is not types.NoneType), given)
    if origin is typing.Literal:
        fits = given in inside
    elif dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return _record(kind, given)
    else:
        fits = isinstance(given, (int, float) if kind is float else kind) and not (
            kind is not bool and isinstance(given, bool)
        )
    if not fits:
        raise ValueError(f"not a conversation: {str(given)[:80]!r} is no {kind}")
    return given
