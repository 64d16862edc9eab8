import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from index.library import Library
from tests.fakes import BagOfWords
from ui import cli  # noqa: F401 - registers every command
from ui.commands import commands

STORIES = (
    {
        "id": "alma",
        "title": "Alma sails",
        "source": "Herald",
        "published": "2020-05-01",
        "text": "Off to sea she went.",
    },
    {
        "id": "berta",
        "title": "Berta \x1b[31mburns\u202e",
        "source": "Courier",
        "published": "2021-05-01",
        "text": "Smoke at sea.",
    },
    {"id": "clara", "title": "Clara sinks", "text": "The sea took her."},
)


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    """Made with the bundled model, as the command line does."""
    folder = tmp_path_factory.mktemp("keeping")
    (folder / "news.jsonl").write_text("\n".join(json.dumps(story) for story in STORIES))
    library = Library.open(folder / "index", create=True)
    library.sync(folder / "news.jsonl")
    library.close()
    return folder / "index"


def run(*words, status=0):
    result = CliRunner().invoke(commands, [str(word) for word in words])
    assert result.exit_code == status, result.output
    return result.output


def test_articles_are_listed_newest_first_and_cannot_steer_the_terminal(index):
    assert run("list", "--index", index).splitlines() == [
        "berta  2021-05-01  Courier: Berta [31mburns",
        "alma   2020-05-01  Herald: Alma sails",
        "clara  -           Clara sinks",
    ]


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        (("--outlet", "herald"), ["alma"]),
        (("--from", "2021-01-01"), ["berta"]),
        (("--to", "2020-12-31"), ["alma"]),
        (("--words", "SEA took"), ["clara"]),
        (("--words", "zeppelin"), []),
    ],
)
def test_listing_by_outlet_day_and_words(index, options, ids):
    assert [row["id"] for row in json.loads(run("list", *options, "--json", "--index", index))] == ids


def test_a_day_that_is_none_is_wrong_usage(index):
    assert "YYYY-MM-DD" in run("list", "--from", "May", "--index", index, status=2)


def test_an_article_is_shown_by_id_and_by_the_hash_of_its_text(index):
    shown = json.loads(run("show", "alma", "--json", "--index", index))
    assert (shown["title"], shown["text"]) == ("Alma sails", "Off to sea she went.")
    text = run("show", shown["sha256"], "--index", index)
    assert "title      Alma sails" in text
    assert text.endswith("Off to sea she went.\n")
    assert "articleqa list" in run("show", "nobody", "--index", index, status=1)


def test_verify_says_what_was_checked(index):
    output = run("verify", "--index", index)
    assert "Checked 3 articles, 3 texts, 3 chunks, 3 vectors" in output
    assert "Nothing is wrong." in output
    assert json.loads(run("verify", "--json", "--index", index))["ok"] is True


def test_a_backup_is_verified_damaged_and_repaired(index, tmp_path):
    run("backup", tmp_path / "b.tar", "--index", index)
    assert "Restored 3 articles" in run("restore", tmp_path / "b.tar", "--index", tmp_path / "again")
    next(iter((tmp_path / "again").glob("generations/*/lexical/*.idx"))).write_bytes(b"")
    broken = run("verify", "--index", tmp_path / "again", status=1)
    assert "Wrong: " in broken
    assert "articleqa verify --repair" in broken
    mended = run("verify", "--repair", "--index", tmp_path / "again")
    assert "Mended: " in mended
    assert "embedded again" not in mended
    assert "there is something at" in str(
        CliRunner().invoke(commands, ["restore", str(tmp_path / "b.tar"), "--index", str(index)]).exception
    )


def test_removing_and_erasing(index, tmp_path):
    run("backup", tmp_path / "b.tar", "--index", index)
    run("restore", tmp_path / "b.tar", "--index", tmp_path / "copy")
    assert run("remove", "alma", "--index", tmp_path / "copy") == "Removed 1 article.\n"
    assert "articleqa list" in run("remove", "nobody", "--index", tmp_path / "copy", status=1)
    assert run("remove", "alma", "berta", "--erase", "--index", tmp_path / "copy") == "Erased 2 articles.\n"
    files = [path for path in Path(tmp_path / "copy").rglob("*") if path.is_file()]
    assert not [path for path in files if b"Off to sea" in path.read_bytes()]
    assert [row["id"] for row in json.loads(run("list", "--json", "--index", tmp_path / "copy"))] == ["clara"]


def test_another_embedder_is_refused_with_the_command_that_mends_it(index):
    library = Library.open(index, embeddings=BagOfWords())
    with pytest.raises(Exception, match="articleqa sync --rebuild --index"):
        library.sync()
    library.close()
