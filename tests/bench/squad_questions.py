"""SQuAD dev beside the project, as articles and judged questions, half of which lost their paragraph.

    python tests/bench/squad_questions.py ../shared/data /tmp/squad

One article a title, of the paragraphs that are kept: by a hash of its text every second paragraph is left out, and
the questions on it have no answer in the articles. Titles are split by a hash into `fit` and `report`.
"""

import argparse
import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

QUESTIONS_A_PARAGRAPH = 2
"""Questions taken of each paragraph, so that no paragraph weighs more than another."""


def odd(text: str) -> bool:
    """A coin thrown by a hash of a text."""
    return bool(hashlib.sha256(text.encode()).digest()[0] % 2)


def main() -> None:
    """Write articles and questions of both halves."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    with gzip.open(arguments.data / "reading" / "squad1_dev.jsonl.gz", "rt", encoding="utf-8") as file:
        rows: list[dict[str, Any]] = [json.loads(line) for line in file]
    titles = sorted({row["title"] for row in rows}, key=lambda title: hashlib.sha256(title.encode()).digest())
    halves = {title: "fit" if place % 2 else "report" for place, title in enumerate(titles)}
    kept: dict[str, dict[str, None]] = {title: {} for title in titles}
    questions: dict[str, list[dict[str, Any]]] = {"fit": [], "report": []}
    taken: dict[str, int] = {}
    for row in sorted(rows, key=lambda row: hashlib.sha256(row["id"].encode()).digest()):
        out = odd(row["context"])
        if not out:
            kept[row["title"]][row["context"]] = None
        taken[row["context"]] = taken.get(row["context"], 0) + 1
        if taken[row["context"]] <= QUESTIONS_A_PARAGRAPH:
            questions[halves[row["title"]]].append(
                {
                    "id": row["id"],
                    "question": row["question"],
                    "answers": [] if out else sorted({answer["text"] for answer in row["answers"]}),
                    "articles": [] if out else [row["title"]],
                    "kind": "squad",
                    "impossible": out,
                }
            )
    for half, of_half in questions.items():
        (arguments.out / half).mkdir(parents=True, exist_ok=True)
        with (arguments.out / half / "articles.jsonl").open("w", encoding="utf-8") as file:
            for title in titles:
                if halves[title] == half:
                    text = "\n\n".join(sorted(kept[title], key=lambda t: hashlib.sha256(t.encode()).digest()))
                    article = {"id": title, "title": title.replace("_", " "), "text": text}
                    file.write(json.dumps(article, ensure_ascii=False) + "\n")
        with (arguments.out / f"{half}.jsonl").open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(question, ensure_ascii=False) + "\n" for question in of_half)
        print(f"{half}: {len(of_half)} questions")


if __name__ == "__main__":
    main()
