"""Thumbs, kept beside the index as cases that `articleqa eval questions` runs.

A "right" says what is right: the answer that was shown, or that the articles do not say. A "wrong" does
so only together with a correction; without one it goes to a second file, to be looked at by a person.
"""

import json
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

from qa.answer import Answer

__all__ = ["case_of", "keep_case"]

CASES = "feedback.jsonl"
OPEN_CASES = "feedback-open.jsonl"
_CORRECTION_LIMIT = 500
_FILE_LIMIT = 50_000_000
_lock = Lock()


def case_of(answer: Answer, *, right: bool, correction: str = "", impossible: bool = False) -> dict[str, Any]:
    """A question with what a right answer says, as far as the visitor told.

    It is the question that stands alone, on the day it was asked: an evaluation has no conversation before it.

    Args:
        answer: What was shown.
        right: The visitor agrees with it, or with its guess.
        correction: The right answer in the visitor's words; empty when not told.
        impossible: The visitor says that the articles do not say.
    """
    text, shown = answer.text, answer.citations
    if answer.guess:  # "right" is then said of the guess, which is what was shown
        text, shown = answer.guess.answer or answer.guess.quote, (answer.guess,)
    agreed = right and bool(shown)
    answers = [text] if agreed else [correction[:_CORRECTION_LIMIT]] if correction else []
    return {
        "id": "feedback-" + sha256(f"{answer.searched_for}\0{answer.generation}".encode()).hexdigest()[:12],
        "question": answer.searched_for,
        "answers": answers,
        "sentences": [citation.quote for citation in shown] if agreed else [],
        "articles": list(dict.fromkeys(c.article_id for c in shown)) if agreed else [],
        "as_of": answer.as_of,
        "impossible": impossible or (right and not agreed),
        "shown": text,
        "right": right,
        "generation": answer.generation,
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def keep_case(folder: Path, case: dict[str, Any]) -> Path:
    """Append a case to the file it belongs in, which is returned.

    Raises:
        OSError: The folder cannot be written, or its file has grown beyond reason.
    """
    runnable = bool(case["answers"]) or case["impossible"]
    path = folder / (CASES if runnable else OPEN_CASES)
    line = json.dumps(case, ensure_ascii=False) + "\n"
    with _lock:
        if path.exists() and path.stat().st_size > _FILE_LIMIT:
            raise OSError(f"{path} is full; move it away")
        with path.open("a", encoding="utf-8") as file:
            file.write(line)
    return path
