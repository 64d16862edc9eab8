"""Turns of conversation answered right, with what the follow-up lacks carried over and without.

    python tests/bench/follow_ups.py

asks tests/data/conversations.jsonl of the sample articles; the history holds our own answers, not the gold ones.
"""

import json
import sys
from pathlib import Path

from qa.chain import ArticleQA
from qa.confidence import default_threshold
from qa.followup import Turn
from qa.judging import JudgedQuestion, is_right
from qa.places import open_samples

DATA = Path(__file__).parents[1] / "data" / "conversations.jsonl"


def main() -> None:
    """Ask every turn both ways."""
    chain = ArticleQA(open_samples(), min_confidence=0.0)
    threshold = default_threshold()
    follow_ups = 0
    right = {"with": 0, "without": 0, "with, at the threshold": 0, "without, at the threshold": 0}
    for line in DATA.read_text(encoding="utf-8").splitlines():
        history: list[Turn] = []
        for number, row in enumerate(json.loads(line)["turns"]):
            question = JudgedQuestion(
                id=str(number),
                question=row["standalone"],
                answers=tuple(row["answers"]),
                sentences=tuple(row["sentences"]),
                impossible=row["impossible"],
            )
            carried = chain.invoke(row["question"], history=tuple(history))
            alone = chain.invoke(row["question"]) if number else carried
            sure = (
                carried
                if carried.confidence >= threshold
                else carried.replace(answered=False, text="", citations=(), sentences=(), alternatives=())
            )
            history.append(Turn(row["question"], carried.searched_for, sure))
            if number == 0 or row["impossible"]:
                continue
            follow_ups += 1
            for name, answer in (("with", carried), ("without", alone)):
                good = is_right(question, answer)
                right[name] += good
                right[f"{name}, at the threshold"] += good and answer.confidence >= threshold
    for name, count in right.items():
        sys.stdout.write(f"{name:28} {count:3d} of {follow_ups} = {100 * count / follow_ups:.1f} %\n")


if __name__ == "__main__":
    main()
