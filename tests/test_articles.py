import json
import os
import socket

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.articles import Article, article_files, read_article, read_articles, read_file
from index.errors import ArticleError

BODY = "Tea came by sea to the harbour in May.\n\nThe first ship was met by nine hundred people.\n"


def write(folder, name, content):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def split(items):
    items = list(items)
    return [i for i in items if isinstance(i, Article)], [i for i in items if isinstance(i, ArticleError)]


def test_a_folder_is_read_in_the_order_of_its_paths(tmp_path):
    for name in ("b/two.txt", "a.md", "b/one.html", "c.jsonl"):
        write(
            tmp_path,
            name,
            '{"text": "Rain."}' if name.endswith("jsonl") else f"<p>{BODY}</p>" if "html" in name else BODY,
        )
    articles, errors = split(read_articles(tmp_path))
    assert [a.path.removeprefix(f"{tmp_path.resolve()}/") for a in articles] == [
        "a.md",
        "b/one.html",
        "b/two.txt",
        "c.jsonl#1",
    ]
    assert errors == []


def test_hidden_files_other_formats_and_links_out_of_the_tree_are_passed_over(tmp_path):
    outside = write(tmp_path, "outside/far.txt", BODY)
    tree = tmp_path / "tree"
    near = write(tree, "near.txt", BODY)
    write(tree, ".hidden.txt", BODY)
    write(tree, ".git/x.txt", BODY)
    write(tree, "picture.png", b"\x89PNG")
    (tree / "link.txt").symlink_to(outside)
    (tree / "folder").symlink_to(outside.parent)
    (tree / "broken.txt").symlink_to(tree / "nowhere.txt")
    assert article_files(tree) == [near.resolve()]


def test_links_within_the_tree_list_a_file_once_and_circles_end(tmp_path):
    write(tmp_path, "a/one.txt", BODY)
    (tmp_path / "a" / "self.txt").symlink_to(tmp_path / "a" / "one.txt")
    (tmp_path / "again").symlink_to(tmp_path / "a")
    (tmp_path / "a" / "circle").symlink_to(tmp_path)
    (tmp_path / "x.txt").symlink_to(tmp_path / "y.txt")
    (tmp_path / "y.txt").symlink_to(tmp_path / "x.txt")
    assert [p.name for p in article_files(tmp_path)] == ["one.txt"]


def test_pipes_sockets_and_devices_are_never_opened(tmp_path):
    write(tmp_path, "good.txt", BODY)
    os.mkfifo(tmp_path / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket.txt"))
        (tmp_path / "zero.txt").symlink_to("/dev/zero")
        articles, errors = split(read_articles(tmp_path))
        assert [a.path for a in articles] == [str((tmp_path / "good.txt").resolve())]
        assert errors == []
        for name in ("pipe.txt", "socket.txt", "zero.txt"):
            with pytest.raises(ArticleError):
                read_article(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.txt", b"", "it is empty"),
        ("blank.md", b" \n\t\n", "it is empty"),
        ("header.txt", b"Title: Tea\n\n", "it is empty"),
        ("photo.txt", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "it is binary, not text"),
        ("noise.txt", bytes((i * 7919 + i * i) % 256 for i in range(5000)), "it is binary, not text"),
        ("zeros.html", bytes(1000), "it is binary, not text"),
        ("large.txt", b"Tea. " * 300_000, "it has 1.4 MB; the limit is 1 MB"),
        ("old.doc", b"text", "it is Word 97; save it as txt, md, html, pdf, docx or jsonl"),
        ("empty.jsonl", b"", "it is empty"),
        ("blank.jsonl", b"\n\n", "it is empty"),
        ("menu.html", b"<html><nav><a href=x>Home</a></nav></html>", "no article text was found in the page"),
    ],
)
def test_a_bad_file_is_reported_with_its_reason_and_the_rest_goes_on(tmp_path, name, content, reason):
    path = write(tmp_path, name, content)
    write(tmp_path, "zz-good.txt", BODY)
    articles, errors = split(read_articles(tmp_path, max_bytes=2**20))
    assert [(e.path, e.reason) for e in errors] == [(str(path.resolve()), reason)]
    assert len(articles) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_files_and_folders_without_permission_are_reported(tmp_path):
    write(tmp_path, "closed.txt", BODY).chmod(0)
    write(tmp_path, "shut/inside.txt", BODY).parent.chmod(0)
    write(tmp_path, "good.txt", BODY)
    articles, errors = split(read_articles(tmp_path))
    (tmp_path / "shut").chmod(0o700)
    assert len(articles) == 1
    assert sorted(e.path.rsplit("/", 1)[1] for e in errors) == ["closed.txt", "shut"]


def test_a_missing_folder_raises_and_a_missing_file_is_reported(tmp_path):
    with pytest.raises(ArticleError):
        list(read_articles(tmp_path / "gone"))
    with pytest.raises(ArticleError) as caught:
        read_article(tmp_path / "gone.txt")
    assert "No such file" in caught.value.reason


def test_a_name_that_is_not_utf8_is_reported(tmp_path):
    write(tmp_path, os.fsdecode(b"caf\xe9.txt"), BODY)
    _, errors = split(read_articles(tmp_path))
    assert [e.reason for e in errors] == ["its name is not valid UTF-8; rename it"]
    str(errors[0]).encode()


def test_a_bad_line_costs_that_line(tmp_path):
    lines = ['{"title": "A", "text": "One."}', "{broken", '{"title": "no text"}', "[1]", '{"text": ""}', "[" * 100_000,
             '{"text": 7}', "", '{"title": "B", "text": "Two.", "id": "b"}', '{"text": "\\ud800 lone"}', "1" * 10_000]  # fmt: skip
    path = write(tmp_path, "x.jsonl", "\n".join(lines))
    articles, errors = split(read_articles(path))
    assert [(a.title, a.path.rsplit("#")[1]) for a in articles] == [
        ("A", "1"),
        ("B", "b"),
        ("\ufffd lone".strip("\ufffd "), "10"),
    ]
    assert [e.path.rsplit("#")[1] for e in errors] == ["2", "3", "4", "5", "6", "7", "11"]
    assert articles[2].text == "\ufffd lone"


def test_a_hostile_line_costs_that_line(tmp_path):
    deep = '{"name": [' * 400 + '""' + "]}" * 400
    rows = [
        '{"text": "A."}',
        f'{{"text": "B.", "date": 1{"0" * 400}}}',
        f'{{"text": "C.", "author": {deep}}}',
        '{"text": "D."}',
    ]
    articles, errors = split(read_articles(write(tmp_path, "x.jsonl", "\n".join(rows))))
    assert [a.text for a in articles][:: len(articles) - 1] == ["A.", "D."]
    assert "x.jsonl#2" in [e.path.rsplit("/", 1)[1] for e in errors]
    assert len(articles) + len(errors) == 4


def test_a_line_that_is_too_long_is_passed_over_without_holding_it(tmp_path):
    long = json.dumps({"text": "x " * 600_000})
    path = write(tmp_path, "x.jsonl", f'{{"text": "One."}}\n{long}\n{{"text": "Two."}}')
    articles, errors = split(read_articles(path, max_bytes=2**20))
    assert [a.text for a in articles] == ["One.", "Two."]
    assert [e.reason for e in errors] == ["the line is longer than 1 MB"]


def test_a_line_of_ten_megabytes_is_read(tmp_path):
    path = write(tmp_path, "x.jsonl", json.dumps({"title": "Long", "text": "Tea came by sea. " * 600_000}))
    assert len(read_article(path).text) > 10_000_000


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
def test_jsonl_in_other_encodings_is_read(tmp_path, encoding):
    path = write(tmp_path, "x.jsonl", '{"text": "Zoé ging."}\n{"text": "Två."}\n'.encode(encoding))
    assert [a.text for a in read_articles(path)] == ["Zoé ging.", "Två."]


def test_a_file_that_is_no_jsonl_is_given_up(tmp_path):
    path = write(tmp_path, "x.jsonl", "no json\n" * 5000)
    _, errors = split(read_articles(path))
    assert len(errors) == 1001
    assert errors[-1].reason == "its first 1000 lines hold no article; the rest was not read"


def test_ids_come_from_the_line_or_from_place_and_text(tmp_path):
    write(tmp_path, "one/a.txt", BODY)
    write(tmp_path, "two/a.txt", BODY)
    write(tmp_path, "x.jsonl", '{"id": "own", "text": "A."}\n{"id": 7, "text": "B."}\n{"text": "C."}\n{"text": "C."}')
    articles, _ = split(read_articles(tmp_path))
    ids = [a.id for a in articles]
    assert ids[2:4] == ["own", "7"]
    assert len(set(ids)) == 6
    assert ids == [a.id for a in read_articles(tmp_path)]
    (tmp_path / "moved").mkdir()
    for name in ("one", "two", "x.jsonl"):
        (tmp_path / name).rename(tmp_path / "moved" / name)
    assert ids == [a.id for a in read_articles(tmp_path / "moved")]


def test_an_id_used_twice_is_an_error_for_the_second(tmp_path):
    write(tmp_path, "a.jsonl", '{"id": "x", "text": "A."}')
    write(tmp_path, "b.jsonl", '{"id": "x", "text": "B."}')
    articles, errors = split(read_articles(tmp_path))
    assert [a.text for a in articles] == ["A."]
    assert errors[0].path.endswith("b.jsonl#x")
    assert "a.jsonl#x" in errors[0].reason


def test_read_article_wants_exactly_one(tmp_path):
    assert read_article(write(tmp_path, "a.txt", BODY)).title == "Tea came by sea to the harbour in May."
    with pytest.raises(ArticleError, match="holds 2 articles"):
        read_article(write(tmp_path, "b.jsonl", '{"text": "A."}\n{"text": "B."}'))


def test_the_language_is_noticed(tmp_path):
    path = write(tmp_path, "a.txt", "Titel\n\nDie Gespräche über die Zukunft des Hafens beginnen am Montag, sagte sie.")
    assert read_article(path).language == "de"


def test_a_title_is_never_empty_and_stays_one_line(tmp_path):
    path = write(tmp_path, "x.jsonl", json.dumps({"title": "A\u202e\n\x1b[31mB\u2066", "text": "Text."}))
    assert read_article(path).title == "A [31mB"
    assert read_article(write(tmp_path, "na\nme.txt", "\ufffd\ufffd")).title == "na me"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(lambda t: t.encode("utf-8", "surrogatepass"))))
def test_any_bytes_become_an_article_or_an_error_and_never_a_crash(tmp_path, content):
    for name in ("x.txt", "x.md", "x.jsonl"):
        for item in read_file(write(tmp_path, name, content)):
            if isinstance(item, Article):
                item.text.encode()
                assert item.text
                assert item.text == item.text.strip()
                assert "\r" not in item.text
                assert "\0" not in item.text
                assert item.title
                assert "\n" not in item.title


def test_a_folder_reached_by_a_link_gives_the_same_ids(tmp_path):
    write(tmp_path, "tree/deep/a.txt", BODY)
    (tmp_path / "link").symlink_to(tmp_path / "tree")
    ids = [item.id for item in read_articles(tmp_path / "tree")]
    assert [item.id for item in read_articles(tmp_path / "link")] == ids
    by_file = read_file(tmp_path / "link" / "deep" / "a.txt", root=tmp_path / "link")
    assert [item.id for item in by_file] == ids
