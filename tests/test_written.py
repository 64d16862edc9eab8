import json
import re
from collections import Counter
from pathlib import Path

import pytest

from qa.judging import read_questions
from qa.training_data import Row
from qa.written import judged, main, part_of, read_written, rows_of

FOLDER = Path(__file__).parent / "data" / "written"
FILES = sorted(FOLDER.glob("*.jsonl"))
ARTICLE = {
    "id": "tea-1",
    "title": "Tea",
    "source": "The Leaf",
    "published": "2019-03-02",
    "text": "Tea came by sea. It stayed for tea.",
    "questions": [
        {"q": ["How did it come?", "which way did it arrive"], "a": "by sea"},
        {"q": ["Which drink was it?"], "a": "tea", "around": "for tea."},
        {"q": ["What did it cost?"], "a": None},
    ],
}


def articles(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_answer_stands_in_its_article_at_one_place(path):
    for article in articles(path):
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", article["published"]), article["id"]
        for question in article["questions"]:
            assert len(set(question["q"])) == len(question["q"]) > 0
            if question["a"] is not None:
                around = question.get("around") or question["a"]
                assert (article["text"].count(around), around.count(question["a"])) == (1, 1), (article["id"], question)


def test_no_id_is_given_twice_and_each_part_has_its_share():
    every = [article for path in FILES for article in articles(path)]
    assert max(Counter(article["id"] for article in every).values()) == 1
    shares = Counter(part_of(article) for article in every)
    assert shares["train"] > 4 * max(shares["fit"], shares["report"])
    assert min(shares["fit"], shares["report"]) > 20


def test_articles_of_one_story_are_of_one_part():
    assert len({part_of({"id": f"story-of-tea-{n}"}) for n in range(1, 9)}) == 1
    assert len({part_of({"id": f"story-of-tea-{n}x"}) for n in range(1, 9)}) > 1


def test_every_wording_is_a_row_with_the_place_of_its_answer():
    rows = list(rows_of(ARTICLE))
    assert rows[0] == Row("tea-1-0-0", "written", "Tea", ARTICLE["text"], "How did it come?", ((9, "by sea"),))
    assert [row.question for row in rows] == [wording for q in ARTICLE["questions"] for wording in q["q"]]
    assert [row.answers for row in rows[2:]] == [((31, "tea"),), ()]


def test_a_judged_question_knows_the_sentence_that_bears_it():
    first, second, third = judged(ARTICLE)
    assert first["question"] in ARTICLE["questions"][0]["q"]
    assert (second["answers"], second["sentences"], second["articles"]) == (["tea"], ["It stayed for tea."], ["tea-1"])
    assert third["impossible"]


def test_the_parts_that_are_not_trained_on_are_written_for_the_command_line(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["qa.written", str(FOLDER), str(tmp_path)])
    main()
    for part in ("fit", "report"):
        questions = read_questions(tmp_path / f"{part}.jsonl")
        kept = articles(tmp_path / part / "articles.jsonl")
        assert (
            f"{part}: {len(kept)} articles, {len(questions)} questions" in capsys.readouterr().out or part == "report"
        )
        wordings = articles(tmp_path / f"{part}-reading.jsonl")
        assert len(wordings) > len(questions)
        assert all(w["impossible"] or w["answers"][0]["text"] in w["context"] for w in wordings)
        assert {article["id"] for article in kept} == {article["id"] for article in read_written(FOLDER, part)}
