"""The command line as a person uses it: real processes, the real sample index, the bundled models."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

QUESTION = "where did Kerry and Lavrov meet?"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


def run(home, *words, **more):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ARTICLEQA")}
    environment |= {"HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "XDG_DATA_HOME": str(home / "data")}
    return subprocess.run(
        [sys.executable, "-m", "ui.cli", *words],
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
        cwd=Path(__file__).parent.parent,
        env=environment | more,
    )


def test_the_sample_question_is_answered_with_its_sentence_title_date_and_link(home):
    done = run(home, "ask", QUESTION, "--sample")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "Zurich"
    assert "Meridian Briefing" in done.stdout
    assert "2016-01-20" in done.stdout
    assert "https://www.example.org/" in done.stdout


def test_json_carries_every_documented_field_and_the_quote_is_exact(home):
    done = run(home, "ask", QUESTION, "--sample", "--json")
    answer = json.loads(done.stdout)
    assert answer["question"] == QUESTION
    assert answer["answered"] is True
    citation = answer["citations"][0]
    fields = "number article_id article_sha256 title source url published quote start end answer_start answer_end"
    assert set(fields.split()) <= set(citation)
    text = (Path(__file__).parent.parent / "index/samples/syria-talks-list.txt").read_text(encoding="utf-8")
    assert citation["quote"] in text
    assert len(citation["quote"]) == citation["end"] - citation["start"]


def test_the_same_question_gives_the_same_bytes_in_two_processes(home):
    question = "where did Kerry and Lavrov meet?"
    assert (
        run(home, "ask", question, "--sample", "--json").stdout
        == run(home, "ask", question, "--sample", "--json").stdout
    )


def test_what_the_articles_do_not_say_exits_with_3_and_cites_nothing(home):
    done = run(home, "ask", "Who won the 1954 football world cup?", "--sample", "--json")
    assert done.returncode == 3
    answer = json.loads(done.stdout)
    assert answer["answered"] is False
    assert answer["citations"] == []
    assert answer["text"] == ""
    assert answer["passages"]


@pytest.mark.parametrize(
    "words",
    [
        ["ask"],
        ["ask", "  "],
        ["nonsense"],
        ["index"],
        ["ask", "who?", "--as-of", "soon"],
        ["ask", "who?", "-k", "0"],
        ["ask", "who?", "--llm", "llama3"],
        ["chat", "--llm", "ollama:"],
        ["ask", os.fsdecode(b"Who is \xff?")],
        ["eval", "questions", __file__, "--out", "missing/dir/x"],
        ["eval", "reading", __file__, "--out", "."],
    ],
)
def test_wrong_usage_exits_with_2(home, words):
    done = run(home, *words)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_file_that_holds_no_questions_is_named(home, tmp_path):
    bad = tmp_path / "bad.jsonl"
    bad.write_text("nothing\n")
    done = run(home, "eval", "questions", str(bad), "--sample")
    assert done.returncode == 1
    assert done.stderr.startswith(f"articleqa: {bad}: line 1 is not a judged question")


def test_a_missing_index_is_named_with_what_to_run(home):
    done = run(home, "ask", QUESTION, "--index", str(home / "nowhere"))
    assert done.returncode == 1
    assert str(home / "nowhere") in done.stderr
    assert "articleqa index" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (home / "nowhere").exists()


def test_a_folder_is_indexed_asked_and_brought_up_to_date(home, tmp_path):
    place = str(tmp_path / "place")
    stories = tmp_path / "stories"
    stories.mkdir()
    story = stories / "tea.txt"
    story.write_text(
        "Title: Tea\nDate: 2024-05-01\n\nThe first tea ship reached Port Ellory in 1702.\n", encoding="utf-8"
    )
    (stories / "empty.txt").write_text("", encoding="utf-8")
    done = run(home, "index", str(stories), "--index", place, "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["added"], [Path(f["path"]).name for f in report["failed"]]) == (1, ["empty.txt"])
    asked = run(home, "ask", "When did the first tea ship reach Port Ellory?", ARTICLEQA_INDEX=place)
    assert "1702" in asked.stdout
    story.write_text(
        "Title: Tea\nDate: 2024-05-01\n\nThe first tea ship reached Port Ellory in 1698.\n", encoding="utf-8"
    )
    assert json.loads(run(home, "sync", "--index", place, "--json").stdout)["changed"] == 1
    assert "1698" in run(home, "ask", "When did the first tea ship reach Port Ellory?", "--index", place).stdout
    assert json.loads(run(home, "status", "--index", place, "--json").stdout)["articles"] == 1


def test_control_characters_of_an_article_never_reach_the_terminal(home, tmp_path):
    stories = tmp_path / "stories"
    stories.mkdir()
    text = "Title: Paint\x1b[31m\n\nThe harbour wall was painted \x1b]0;owned\x07green\u202e by the Ostrey guild in 1911.\n"
    (stories / "paint.txt").write_text(text, encoding="utf-8")
    place = str(tmp_path / "place")
    run(home, "index", str(stories), "--index", place)
    done = run(home, "ask", "Who painted the harbour wall?", "--index", place)
    assert "Ostrey guild" in done.stdout
    assert not {"\x1b", "\x07", "\u202e"} & set(done.stdout)
