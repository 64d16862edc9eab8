"""articles and questions written for this project -> rows to train on, questions to fit and to publish on.

    python -m qa.written tests/data/written OUT

writes for each of the parts `fit` and `report` its articles, judged questions about them for `articleqa eval
questions`, and every wording with its own article for `articleqa eval reading`; the rest is for training.
"""

import argparse
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from index.sentences import sentence_spans
from qa.training_data import Row

__all__ = ["Part", "judged", "part_of", "read_written", "rows_of"]

Part = Literal["train", "fit", "report"]

PARTS = 8
"""One part in so many is for fitting confidence, another to publish from."""


def part_of(article: dict[str, Any]) -> Part:
    """What an article and its questions are for, by a hash of its id; those of one story (-1, -2) stay together."""
    name = re.sub(r"-\d+$", "", article["id"])
    place = hashlib.sha256(name.encode()).digest()[0] % PARTS
    return "fit" if place == 0 else "report" if place == 1 else "train"


def read_written(folder: Path, part: Part) -> list[dict[str, Any]]:
    """The articles of a part, by file and line."""
    lines = (line for path in sorted(folder.glob("*.jsonl")) for line in path.read_text(encoding="utf-8").splitlines())
    return [article for article in map(json.loads, lines) if part_of(article) == part]


def rows_of(article: dict[str, Any]) -> Iterator[Row]:
    """A training row for every wording of every question."""
    for number, question in enumerate(article["questions"]):
        answers = () if question["a"] is None else ((_start(article["text"], question), question["a"]),)
        for place, wording in enumerate(question["q"]):
            name = f"{article['id']}-{number}-{place}"
            yield Row(name, "written", article["title"], article["text"], wording, answers)


def judged(article: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A judged question, as `qa.judging` reads them, for one wording of every question, chosen by a hash."""
    spans = sentence_spans(article["text"])
    for number, question in enumerate(article["questions"]):
        name = f"{article['id']}-{number}"
        wordings = question["q"]
        wording = wordings[hashlib.sha256(name.encode()).digest()[0] % len(wordings)]
        row: dict[str, Any] = {"id": name, "question": wording, "kind": "span", "impossible": question["a"] is None}
        if question["a"] is not None:
            start = _start(article["text"], question)
            held = [article["text"][s:e] for s, e in spans if s < start + len(question["a"]) and start < e]
            row |= {"answers": [question["a"]], "sentences": [" ".join(held)], "articles": [article["id"]]}
        yield row


def _start(text: str, question: dict[str, Any]) -> int:
    """Where the answer stands, by the snippet around it that is in the text once."""
    around = question.get("around") or question["a"]
    return text.index(around) + str(around).index(question["a"])


def _with_passage(row: Row) -> dict[str, Any]:
    """A row as `articleqa eval reading` reads it."""
    answers = [{"text": text, "answer_start": at} for at, text in row.answers]
    plain = {"id": row.id, "title": row.title, "context": row.context, "question": row.question}
    return {**plain, "answers": answers, "impossible": not answers}


def main() -> None:
    """Write articles and questions of the parts that are not trained on."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    parts: tuple[Part, ...] = ("fit", "report")
    for part in parts:
        articles = read_written(arguments.data, part)
        (arguments.out / part).mkdir(parents=True, exist_ok=True)
        kept = [{k: v for k, v in article.items() if k != "questions"} for article in articles]
        questions = [question for article in articles for question in judged(article)]
        reading = [_with_passage(row) for article in articles for row in rows_of(article)]
        files = {f"{part}/articles.jsonl": kept, f"{part}.jsonl": questions, f"{part}-reading.jsonl": reading}
        for name, rows in files.items():
            path = arguments.out / name
            path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
        print(f"{part}: {len(articles)} articles, {len(questions)} questions")  # noqa: T201 -- the program's output


if __name__ == "__main__":
    main()
