"""One visitor's conversation: turns in order, and what may become of them; pure."""

from dataclasses import dataclass, replace

from qa.answer import Answer
from ui.asking import Asked
from ui.evidence import render_turn

__all__ = ["Conversation", "ShownTurn"]

_TURNS_KEPT = 200
"""Older turns leave the page, so that a long day's conversation stays quick to show."""


@dataclass(frozen=True, kw_only=True)
class ShownTurn:
    """A question, what came of it so far, and what the visitor made of it.

    Args:
        name: Unique in the conversation.
        failure: A sentence for the visitor when no answer could be given; empty otherwise.
        rating: "up", "down" or "".
        stopped: The visitor stopped it before it was final.
    """

    name: str
    asked: Asked
    answer: Answer
    failure: str = ""
    rating: str = ""
    stopped: bool = False


@dataclass(frozen=True)
class Conversation:
    """The turns so far; every change gives a new conversation.

    Args:
        turns: Oldest first.
        begun: How many turns were ever begun; names are made from it and never used again.
    """

    turns: tuple[ShownTurn, ...] = ()
    begun: int = 0

    def begin(self, asked: Asked) -> "Conversation":
        """A new last turn; the one it replaces goes, with all that came after it."""
        places = [place for place, turn in enumerate(self.turns) if turn.name == asked.replaces]
        kept = self.turns[: places[0]] if places else self.turns
        if places:
            asked = asked.of(self.turns[places[0]].asked)
        waiting = Answer(
            question=asked.question,
            searched_for=asked.searched_for or asked.question,
            answered=False,
            stage="passages",
        )
        turn = ShownTurn(name=f"turn-{self.begun + 1}", asked=asked, answer=waiting)
        return Conversation((*kept, turn)[-_TURNS_KEPT:], self.begun + 1)

    @property
    def last(self) -> ShownTurn:
        """The newest turn; IndexError when there is none."""
        return self.turns[-1]

    def turn(self, name: str) -> ShownTurn | None:
        """The turn of that name, if it is in this conversation."""
        return next((turn for turn in self.turns if turn.name == name), None)

    def answered(self, answer: Answer) -> "Conversation":
        """The last turn has come this far."""
        return self._with_last(replace(self.last, answer=answer))

    def failed(self, message: str) -> "Conversation":
        """The last turn has no answer, for this reason."""
        return self._with_last(replace(self.last, failure=message))

    def stopped(self) -> "Conversation":
        """The last turn, unless it was final, was stopped."""
        if not self.turns or self.last.answer.final:
            return self
        return self._with_last(replace(self.last, stopped=True))

    def rated(self, name: str, rating: str) -> "Conversation":
        """A turn was judged; an unknown name changes nothing."""
        turns = tuple(replace(one, rating=rating) if one.name == name else one for one in self.turns)
        return replace(self, turns=turns)

    def finished(self) -> tuple[ShownTurn, ...]:
        """The turns that may serve as history for the next question."""
        return tuple(turn for turn in self.turns if turn.answer.final and not turn.failure)

    def past_html(self) -> str:
        """All turns but the last."""
        return "".join(_shown(turn) for turn in self.turns[:-1])

    def last_html(self) -> str:
        """The last turn; "" when there is none."""
        return _shown(self.last) if self.turns else ""

    def _with_last(self, turn: ShownTurn) -> "Conversation":
        return replace(self, turns=(*self.turns[:-1], turn))


def _shown(turn: ShownTurn) -> str:
    return render_turn(turn.name, turn.answer, rating=turn.rating, stopped=turn.stopped, failure=turn.failure)
