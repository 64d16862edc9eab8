"""The news questions and articles beside the project, as this program's articles and judged questions.

    python tests/bench/news_questions.py ../shared/data /tmp/news --articles 2500

writes `articles.jsonl`, `fit.jsonl` and `report.jsonl` (questions with a supporting article, split by a hash of
their id) and `unsupported.jsonl` to a folder outside the project; nothing of the data enters the project.
"""

import argparse
import gzip
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

__all__ = ["article_order", "half", "judged", "news_articles", "news_questions"]


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def news_articles(data: Path) -> list[dict[str, Any]]:
    """All articles, as they are stored: id, url, title, date, text."""
    return list(_lines(data / "news" / "articles.jsonl.gz"))


def news_questions(data: Path) -> list[dict[str, Any]]:
    """All questions, as they are stored."""
    return list(_lines(data / "news" / "questions.jsonl.gz"))


def half(name: str) -> str:
    """Which half a question is in, by a hash of its id, `name`: "fit" or "report"."""
    return "fit" if hashlib.sha256(name.encode()).digest()[0] % 2 else "report"


def judged(question: dict[str, Any], ids: dict[str, str]) -> dict[str, Any]:
    """One question in the form `articleqa eval questions` reads.

    Args:
        question: As stored.
        ids: Article id by url.
    """
    return {
        "id": question["id"],
        "question": question["question"],
        "answers": question["answers"],
        "articles": [ids[url] for url in question["supporting_articles"] if url in ids],
        "as_of": question["date"],
        "kind": "news",
        "impossible": False,
    }


def article_order(articles: list[dict[str, Any]], questions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Articles so that the first N make a fair smaller index.

    For every question in an order by hash: its supporting articles and what the web search returned beside them
    (the hardest distractors); then the rest.
    """
    by_url = {article["url"]: article for article in articles}
    ordered: dict[str, dict[str, Any]] = {}
    supported = [question for question in questions if question["supporting_articles"]]
    for question in sorted(supported, key=lambda q: hashlib.sha256(f"order {q['id']}".encode()).digest()):
        for url in (*question["supporting_articles"], *question["articles"]):
            if url in by_url:
                ordered.setdefault(url, by_url[url])
    for article in articles:
        ordered.setdefault(article["url"], article)
    return list(ordered.values())


def main() -> None:
    """Write articles and questions for the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--articles", type=int, default=0, help="how many articles; 0 for all")
    arguments = parser.parse_args()
    articles, questions = news_articles(arguments.data), news_questions(arguments.data)
    kept = article_order(articles, questions)[: arguments.articles or None]
    ids = {article["url"]: article["id"] for article in kept}
    (arguments.out / "articles").mkdir(parents=True, exist_ok=True)
    with (arguments.out / "articles" / "news.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(article, ensure_ascii=False) + "\n" for article in kept)
    files: dict[str, list[dict[str, Any]]] = {"fit": [], "report": [], "unsupported": []}
    for question in questions:
        row = judged(question, ids)
        whole = len(row["articles"]) == len(question["supporting_articles"])
        if row["articles"] and whole:
            files[half(question["id"])].append(row)
        elif not question["supporting_articles"]:
            files["unsupported"].append(row)
    for name, rows in files.items():
        with (arguments.out / f"{name}.jsonl").open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        print(f"{name}: {len(rows)} questions")
    print(f"{len(kept)} articles")


if __name__ == "__main__":
    main()
