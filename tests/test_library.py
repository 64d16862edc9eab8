import json
import os
import shutil
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from index.articles import article_files
from index.catalog import row_sums, write_settings
from index.errors import (
    ArticleError,
    IndexLockedError,
    IndexMismatchError,
    IndexMissingError,
    SourceShrunkError,
)
from index.library import Filters, Library
from index.locking import writer_lock
from index.sync import plan, scan
from index.vectors import VectorCache
from tests.fakes import BagOfWords

SHIPS = "The {0} came into the harbour at dawn. Its captain spoke of heavy weather off the {0} bank."
LONG_AGO = 1_600_000_000


def write(folder: Path, name: str, text: str) -> Path:
    """A file with an old time stamp, so that nothing is read again only because it is new."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, (LONG_AGO + len(text), LONG_AGO + len(text)))
    return path


def ship(folder, name):
    return write(folder, f"{name.lower()}.txt", f"{name} arrives\n\n" + SHIPS.format(name))


@pytest.fixture
def folder(tmp_path):
    for name in ("Alma", "Berta", "Clara", "Dora", "Elsa"):
        ship(tmp_path / "news", name)
    return tmp_path / "news"


@pytest.fixture
def library(tmp_path):
    with_words = Library.open(tmp_path / "index", create=True, embeddings=BagOfWords())
    yield with_words
    with_words.close()


def found(library, words, filters=None, k=3):
    """Titles found by meaning and by words, which must agree with each other and with the rows."""
    filters = filters or Filters()
    with library.snapshot() as snapshot:
        near = snapshot.dense(library.embeddings.embed_query(words), k, filters)
        exact = snapshot.lexical(words, k, filters)
        rows = snapshot.chunks([number for number, _ in (*near, *exact)])
        assert set(rows) == {number for number, _ in (*near, *exact)}
        return [[rows[number].article.title for number, _ in leg] for leg in (near, exact)]


def counts(report):
    return {name: n for name in ("added", "changed", "moved", "removed") if (n := getattr(report, name))}


def whole(library):
    """Every chunk stands in both legs, once, with the words of its article."""
    with library.snapshot() as snapshot:
        numbers = snapshot._generation.lexical.numbers()
        assert numbers == {number for number, _ in snapshot._generation.dense.vectors()}
        rows = snapshot.chunks(sorted(numbers))
    assert set(rows) == numbers
    assert library.status().chunks == len(numbers)
    for row in rows.values():
        article = library.article(row.article.id)
        assert article.text[row.start : row.end] == row.text
        assert article.sha256 == row.article.sha256
    return {row.article.title for row in rows.values()}


def test_articles_are_found_by_meaning_and_by_words(library, folder):
    report = library.sync(folder)
    assert counts(report) == {"added": 5}
    assert report.generation == library.generation == 1
    near, exact = found(library, "when did the Clara come in?")
    assert near[0] == exact[0] == "Clara arrives"
    assert whole(library) == {f"{name} arrives" for name in ("Alma", "Berta", "Clara", "Dora", "Elsa")}


def test_nothing_is_read_embedded_or_written_when_nothing_changed(library, folder):
    library.sync(folder)
    embedded = list(library.embeddings.texts)
    report = library.sync()
    assert (counts(report), report.unchanged, report.embedded, report.generation) == ({}, 5, 0, 1)
    assert library.embeddings.texts == embedded


def test_a_file_that_was_only_touched_costs_no_embedding_and_no_generation(library, folder):
    library.sync(folder)
    os.utime(folder / "alma.txt")
    report = library.sync()
    assert (counts(report), report.unchanged, report.generation) == ({}, 5, 1)


def test_adding_changing_moving_and_removing_in_one_sync(library, folder):
    library.sync(folder)
    before = {row.title: row.id for row in library.articles()}
    ship(folder, "Frieda")
    write(folder, "alma.txt", "Alma arrives\n\nThe Alma lies at anchor with a broken mast.")
    (folder / "berta.txt").rename(folder / "old-berta.txt")
    (folder / "clara.txt").unlink()
    report = library.sync()
    assert counts(report) == {"added": 1, "changed": 1, "moved": 1, "removed": 1}
    assert [(c.kind, Path(c.path).name) for c in report.changes] == [
        ("changed", "alma.txt"),
        ("removed", "clara.txt"),
        ("added", "frieda.txt"),
        ("moved", "old-berta.txt"),
    ]
    assert report.embedded == 2
    after = {row.title: row.id for row in library.articles()}
    assert after["Alma arrives"] == before["Alma arrives"]
    assert after["Berta arrives"] == before["Berta arrives"]
    assert whole(library) == {f"{name} arrives" for name in ("Alma", "Berta", "Dora", "Elsa", "Frieda")}
    assert found(library, "Alma at anchor, a broken mast")[0][0] == "Alma arrives"
    assert found(library, "Clara")[1] == []


def test_a_dry_run_says_what_would_be_done_and_does_nothing(library, folder):
    library.sync(folder)
    (folder / "dora.txt").unlink()
    report = library.sync(dry_run=True)
    assert report.dry_run
    assert [(c.kind, c.title) for c in report.changes] == [("removed", "Dora arrives")]
    assert library.generation == 1
    assert len(library.articles()) == 5
    assert library.sync().removed == 1


def test_a_dry_run_on_a_new_folder_remembers_nothing(library, folder):
    assert library.sync(folder, dry_run=True).added == 5
    assert library.status().folders == ()
    assert library.sync().added == 0


@pytest.mark.parametrize("loss", ["two of five files", "the whole folder"])
def test_a_folder_that_lost_much_stops_a_sync_until_confirmed(library, folder, loss):
    library.sync(folder)
    if loss == "the whole folder":
        folder.rename(folder.with_name("elsewhere"))
        lost = 5
    else:
        (folder / "dora.txt").unlink()
        (folder / "elsa.txt").unlink()
        lost = 2
    with pytest.raises(SourceShrunkError) as caught:
        library.sync()
    assert (caught.value.removed, caught.value.known) == (lost, 5)
    assert len(library.articles()) == 5
    assert library.generation == 1
    assert library.sync(allow_removal=True).removed == lost


def test_a_folder_owns_only_its_own_articles(library, folder, tmp_path):
    ship(tmp_path / "other", "Gerda")
    library.sync(folder)
    assert counts(library.sync(tmp_path / "other")) == {"added": 1}
    (tmp_path / "other" / "gerda.txt").unlink()
    assert counts(library.sync(folder)) == {}
    assert counts(library.sync(tmp_path / "other", allow_removal=True)) == {"removed": 1}
    assert len(library.articles()) == 5


def test_a_folder_remembered_inside_another_keeps_its_articles_once(library, folder):
    inner = folder / "inner"
    ship(inner, "Hanna")
    library.sync(inner)
    assert counts(library.sync(folder)) == {"added": 5}
    assert dict(library.status().folders) == {str(folder): 5, str(inner): 1}
    assert len(library.articles()) == 6
    assert counts(library.sync()) == {}


def test_a_file_inside_a_remembered_folder_belongs_to_that_folder(library, folder):
    library.sync(folder)
    ship(folder, "Ida")
    assert counts(library.sync(folder / "ida.txt")) == {"added": 1}
    assert [path for path, _ in library.status().folders] == [str(folder)]


def test_a_removed_article_stays_out_until_its_file_is_named(library, folder):
    library.sync(folder)
    assert library.remove(str(folder / "alma.txt")) == 1
    assert counts(library.sync()) == {}
    write(folder, "alma.txt", "Alma arrives\n\nThe Alma has come again, with another cargo.")
    assert counts(library.sync()) == {}
    assert "Alma arrives" not in whole(library)
    assert counts(library.sync(folder / "alma.txt")) == {"added": 1}
    assert counts(library.sync()) == {}
    assert "Alma arrives" in whole(library)


def test_an_unchanged_file_comes_back_when_it_is_named(library, folder):
    library.sync(folder)
    library.remove(str(folder / "alma.txt"))
    report = library.sync(folder / "alma.txt")
    assert (counts(report), report.embedded) == ({"added": 1}, 0)


def test_a_removed_folder_is_forgotten_with_its_articles(library, folder, tmp_path):
    ship(tmp_path / "other", "Gerda")
    library.sync(folder, tmp_path / "other")
    assert library.remove(str(folder)) == 5
    assert counts(library.sync()) == {}
    assert whole(library) == {"Gerda arrives"}


def test_removing_what_is_not_there_is_an_error_and_changes_nothing(library, folder):
    library.sync(folder)
    with pytest.raises(KeyError, match="zeppelin"):
        library.remove("zeppelin", str(folder / "alma.txt"))
    assert len(library.articles()) == 5


def test_every_kept_version_is_readable_by_its_hash(library, folder):
    library.sync(folder)
    hashes = {row.title: row.sha256 for row in library.articles()}
    write(folder, "alma.txt", "Alma arrives\n\nThe Alma lies at anchor with a broken mast.")
    library.remove(str(folder / "berta.txt"))
    library.sync()
    assert "came into the harbour" in library.version(hashes["Alma arrives"]).text
    assert library.version(hashes["Berta arrives"]).title == "Berta arrives"
    newest = next(row for row in library.articles() if row.title == "Alma arrives")
    assert "broken mast" in library.version(newest.sha256).text
    with pytest.raises(KeyError):
        library.version("0" * 64)


def test_a_new_title_or_date_alone_is_a_change_under_the_same_id(library, tmp_path):
    def page(title, day):
        front = f"---\ntitle: {title}\ndate: {day}\n---\n"
        return write(tmp_path / "news", "a.md", front + SHIPS.format("Alma"))

    page("Alma arrives", "2020-05-01")
    library.sync(tmp_path / "news")
    (row,) = library.articles()
    page("Alma is here at last", "2020-05-02")
    assert counts(library.sync()) == {"changed": 1}
    (again,) = library.articles()
    assert (again.id, again.sha256) == (row.id, row.sha256)
    assert (again.title, again.published) == ("Alma is here at last", "2020-05-02")
    assert whole(library) == {"Alma is here at last"}


def lines(folder, *texts):
    rows = [text if isinstance(text, str) and text.startswith("{") else json.dumps({"text": text}) for text in texts]
    return write(folder, "wire.jsonl", "\n".join(rows) + "\n")


def test_a_line_above_others_changes_none_of_them(library, tmp_path):
    texts = [f"{name} arrives\n\n" + SHIPS.format(name) for name in ("Alma", "Berta", "Clara")]
    lines(tmp_path, *texts)
    library.sync(tmp_path / "wire.jsonl")
    ids = {row.sha256: row.id for row in library.articles()}
    lines(tmp_path, "Dora arrives\n\n" + SHIPS.format("Dora"), *texts)
    report = library.sync()
    assert (counts(report), report.unchanged, report.embedded) == ({"added": 1}, 3, 1)
    after = {row.sha256: (row.id, row.path) for row in library.articles()}
    assert all(after[sha256][0] == name for sha256, name in ids.items())
    assert sorted(path for _, path in after.values()) == [f"{tmp_path / 'wire.jsonl'}#{n}" for n in range(1, 5)]
    whole(library)


def test_a_removed_line_stays_out_although_lines_move(library, tmp_path):
    texts = [f"{name} arrives\n\n" + SHIPS.format(name) for name in ("Alma", "Berta", "Clara")]
    lines(tmp_path, *texts)
    library.sync(tmp_path / "wire.jsonl")
    library.remove(f"{tmp_path / 'wire.jsonl'}#1")
    lines(tmp_path, "Dora arrives\n\n" + SHIPS.format("Dora"), *texts)
    assert counts(library.sync()) == {"added": 1}
    assert found(library, "Alma")[1] == []
    assert len(library.articles()) == 3


def test_articles_keep_their_identity_by_the_id_of_their_line(library, tmp_path):
    def line(name, text):
        return json.dumps({"id": name, "title": name, "text": text})

    lines(tmp_path, line("one", SHIPS.format("Alma")), line("two", SHIPS.format("Berta")))
    library.sync(tmp_path / "wire.jsonl")
    lines(tmp_path, line("two", SHIPS.format("Berta")), line("one", SHIPS.format("Clara")))
    assert counts(library.sync()) == {"changed": 1}
    assert "Clara" in library.article("one").text


def test_a_broken_line_removes_nothing_that_was_known(library, tmp_path):
    texts = [f"{name} arrives\n\n" + SHIPS.format(name) for name in ("Alma", "Berta", "Clara", "Dora")]
    lines(tmp_path, *texts)
    library.sync(tmp_path / "wire.jsonl")
    lines(tmp_path, *texts[:3], '{"text": "cut in the midd')
    report = library.sync()
    assert (counts(report), len(report.failed)) == ({}, 1)
    again = library.sync()
    assert [Path(error.path).name for error in again.failed] == ["wire.jsonl#4"]
    assert [reason.startswith("line 4: it is not valid JSON") for _, reason in library.status().unreadable] == [True]
    assert len(library.articles()) == 4


def test_a_broken_line_keeps_its_article_while_others_take_its_number(library, tmp_path):
    texts = [f"{name} arrives\n\n" + SHIPS.format(name) for name in ("Alma", "Berta", "Clara", "Dora")]
    file = lines(tmp_path, *texts)
    library.sync(file)
    ids = {row.title: row.id for row in library.articles()}
    elsa = "Elsa arrives\n\n" + SHIPS.format("Elsa")
    lines(tmp_path, elsa, texts[0], '{"text": "cut in the midd', *texts[2:])
    assert counts(library.sync()) == {"added": 1}
    assert counts(library.sync()) == {}
    paths = {row.title: row.path for row in library.articles()}
    assert paths["Alma arrives"] == f"{file}#2"
    assert paths["Berta arrives"] == f"{file}#kept:{ids['Berta arrives']}"
    assert len(whole(library)) == 5
    lines(tmp_path, elsa, *texts)
    assert counts(library.sync()) == {}
    assert {row.title: (row.id, row.path) for row in library.articles()}["Berta arrives"] == (
        ids["Berta arrives"],
        f"{file}#3",
    )


def test_an_article_kept_without_its_line_stays_out_once_removed(library, tmp_path):
    texts = [f"{name} arrives\n\n" + SHIPS.format(name) for name in ("Alma", "Berta", "Clara", "Dora")]
    file = lines(tmp_path, *texts)
    library.sync(file)
    lines(tmp_path, "Elsa arrives\n\n" + SHIPS.format("Elsa"), texts[0], '{"text": "cut', *texts[2:])
    library.sync()
    library.remove(next(row.id for row in library.articles() if row.title == "Berta arrives"))
    lines(tmp_path, *texts)
    assert counts(library.sync(allow_removal=True)) == {"removed": 1}
    assert "Berta arrives" not in whole(library)


def test_a_file_that_became_unreadable_keeps_what_was_known(library, folder):
    library.sync(folder)
    (folder / "alma.txt").write_bytes(b"%PDF-1.7 not a text")
    report = library.sync()
    assert (counts(report), [error.path for error in report.failed]) == ({}, [str(folder / "alma.txt")])
    assert "Alma arrives" in whole(library)
    assert dict(library.status().unreadable).keys() == {str(folder / "alma.txt")}


def test_what_failed_is_read_again_although_its_time_stamp_stands(library, folder):
    """As after a permission, a timeout or a crash: nothing of the file has changed."""
    ship(folder, "Frieda")
    library.sync(folder)
    library.remove(str(folder / "frieda.txt"))
    with library._catalog.write() as connection:
        connection.execute("delete from excluded")
        connection.execute("update files set error = 'it timed out' where path like '%frieda.txt'")
    assert counts(library.sync()) == {"added": 1}
    assert library.status().unreadable == ()


def test_a_name_that_is_not_utf8_is_reported_each_time_and_stops_nothing(library, folder):
    write(folder, os.fsdecode(b"caf\xe9.txt"), SHIPS.format("Zora"))
    for added in ({"added": 5}, {}):
        report = library.sync(folder)
        assert counts(report) == added
        assert [(error.path, error.reason) for error in report.failed] == [
            (str(folder / "caf\ufffd.txt"), "its name is not valid UTF-8; rename it")
        ]
    ship(folder.parent / os.fsdecode(b"d\xe9p\xf4t"), "Zora")
    with pytest.raises(ArticleError, match="rename it") as caught:
        library.sync(folder.parent / os.fsdecode(b"d\xe9p\xf4t"))
    str(caught.value).encode()


def test_a_second_line_of_one_id_is_reported_by_a_sync(library, tmp_path):
    file = lines(
        tmp_path, '{"id": "x", "text": "One."}', '{"id": "x", "text": "Two."}', '{"id": 4, "text": "Four."}', "A."
    )
    for added in ({"added": 3}, {}):
        report = library.sync(file)
        assert counts(report) == added
        assert [(error.path, error.reason) for error in report.failed] == [
            (f"{file}#2", "its id 'x' is already that of a line before it")
        ]
    assert sorted(row.path for row in library.articles()) == [f"{file}#4", f"{file}#id:4", f"{file}#x"]


def test_a_line_that_names_a_number_is_removed_alone_and_stays_out(library, tmp_path):
    def wire(text):
        return lines(tmp_path, *(json.dumps({"id": n, "title": f"{n}", "text": words}) for n, words in text.items()))

    both = SHIPS.format("Alma")
    file = wire({7: both, 8: both})
    library.sync(file)
    library.remove("7")
    wire({7: both, 8: both, 9: "Another."})
    assert counts(library.sync()) == {"added": 1}
    wire({7: "Edited.", 8: both, 9: "Another."})
    assert counts(library.sync()) == {}
    assert sorted(row.id for row in library.articles()) == ["8", "9"]


@contextmanager
def as_nobody():
    """Permissions count for root no more."""
    if os.getuid():
        yield
        return
    os.setresuid(65534, 65534, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


@pytest.mark.parametrize("mode", [0o000, 0o444], ids=["not listed", "not entered"])
def test_a_folder_that_cannot_be_looked_through_is_reported_and_keeps_its_articles(library, mode):
    with TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        for name in ("Alma", "Berta", "Clara", "Dora", "Elsa"):
            ship(Path(made), name)
        path = ship(Path(made) / "shut", "Gerda")
        library.sync(made)
        path.parent.chmod(mode)
        with as_nobody():
            found = article_files(made)
            state = scan([made], {}, others=(), excluded=frozenset(), progress=lambda _: None)
        path.parent.chmod(0o755)
    shut = path if mode else path.parent
    assert shut in found
    assert [error.path for error in state.failed] == [str(shut)]
    todo = plan(library.articles(), [], state)
    assert (todo.removed, todo.unchanged) == ((), 6)


def test_the_same_name_in_two_outlets_is_two_articles(library, tmp_path):
    line = {"id": "story", "title": "Story", "text": SHIPS.format("Alma")}
    write(tmp_path / "a", "x.jsonl", json.dumps({**line, "source": "Herald"}))
    write(tmp_path / "b", "x.jsonl", json.dumps({**line, "source": "Courier"}))
    library.sync(tmp_path / "a", tmp_path / "b")
    assert [(row.id, row.source) for row in library.articles()] == [("story", "Herald"), ("story-2", "Courier")]
    assert counts(library.sync()) == {}


def test_filters_narrow_both_legs(library, tmp_path):
    rows = [
        {"id": f"{name}-{day}", "title": name, "source": source, "published": day, "text": SHIPS.format(name)}
        for name, source in (("Alma", "Herald"), ("Berta", "Courier"))
        for day in ("2020-05-01", "2021-05-01", "2022-05-01")
    ]
    write(tmp_path, "wire.jsonl", "\n".join(json.dumps(row) for row in rows))
    library.sync(tmp_path / "wire.jsonl")
    assert {t for leg in found(library, "harbour at dawn", Filters(outlets=("Herald",)), 9) for t in leg} == {"Alma"}
    dated = Filters(start="2021-01-01", end="2021-12-31")
    assert [sorted(leg) for leg in found(library, "harbour at dawn", dated, 9)] == [["Alma", "Berta"]] * 2
    one = Filters(articles=("Berta-2022-05-01",))
    assert found(library, "harbour at dawn", one, 9) == [["Berta"]] * 2
    assert found(library, "harbour", Filters(outlets=("Nobody",)), 9) == [[], []]


def test_articles_are_listed_by_words_outlet_and_day(library, tmp_path):
    rows = [
        {"title": "Alma sails", "source": "Herald", "published": "2020-05-01", "text": "Off she went to sea."},
        {"title": "Berta burns", "source": "Courier", "published": "2021-05-01", "text": "Smoke over the sea."},
    ]
    write(tmp_path, "wire.jsonl", "\n".join(json.dumps(row) for row in rows))
    library.sync(tmp_path / "wire.jsonl")
    assert [row.title for row in library.articles()] == ["Berta burns", "Alma sails"]
    assert [row.title for row in library.articles(words="SEA smoke")] == ["Berta burns"]
    assert [row.title for row in library.articles(outlet="herald")] == ["Alma sails"]
    assert [row.title for row in library.articles(start="2021-01-01")] == ["Berta burns"]
    assert library.outlets() == [("Courier", 1), ("Herald", 1)]


def test_words_and_outlets_are_found_in_any_case_of_any_alphabet(library, tmp_path):
    row = {
        "title": "\u0395\u03bb\u03bb\u03ac\u03b4\u03b1",
        "source": "\u00c9l\u00e9phant",
        "text": "Stra\u00dfe in K\u00d6LN.",
    }
    write(tmp_path, "wire.jsonl", json.dumps(row))
    library.sync(tmp_path / "wire.jsonl")
    assert len(library.articles(words="STRASSE k\u00f6ln \u03b5\u03bb\u03bb\u03ac\u03b4\u03b1")) == 1
    assert len(library.articles(outlet="\u00e9L\u00c9PHANT")) == 1


@pytest.mark.parametrize("stage", ["reading", "embedding", "writing"])
def test_a_sync_that_is_cancelled_changed_nothing(library, folder, stage):
    library.sync(folder)
    ship(folder, "Frieda")

    def cancel(progress):
        if progress.stage == stage and progress.done == progress.total:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        library.sync(progress=cancel)
    assert library.generation == 1
    assert [p.name for p in (library.path / "generations").iterdir()] == ["000001"]
    assert len(whole(library)) == 5
    report = library.sync()
    assert (counts(report), report.generation) == ({"added": 1}, 2)


def test_what_a_cancelled_sync_embedded_is_not_embedded_again(library, folder):
    def cancel(progress):
        if progress.stage == "writing":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        library.sync(folder, progress=cancel)
    report = library.sync(folder)
    assert (report.added, report.embedded) == (5, 0)


def test_a_second_writer_hears_who_the_first_is(library, folder):
    with writer_lock(library.path / "lock"), pytest.raises(IndexLockedError) as caught:
        library.sync(folder)
    assert str(os.getpid()) in caught.value.holder
    assert library.sync(folder).added == 5


def test_another_embedder_is_refused_with_what_to_run(library, folder):
    library.sync(folder)
    other = Library.open(library.path, embeddings=BagOfWords("other-words"))
    with pytest.raises(IndexMismatchError, match="articleqa sync --rebuild --index") as caught:
        other.sync()
    assert (caught.value.setting, caught.value.found) == ("embedder", "bag-of-words")
    with pytest.raises(IndexMismatchError, match="sync --rebuild"):
        _ = other.embeddings
    other.close()


def test_a_reader_notices_that_the_index_was_made_anew_with_another_embedder(library, folder):
    library.sync(folder)
    assert library.embeddings.name == "bag-of-words"
    other = Library.open(library.path, embeddings=BagOfWords("other-words"))
    other.sync(rebuild=True)
    with pytest.raises(IndexMismatchError, match="sync --rebuild"):
        _ = library.embeddings
    other.close()


def test_a_rebuild_makes_the_index_anew_for_another_embedder_while_the_old_one_answers(library, folder):
    library.sync(folder)
    other = Library.open(library.path, embeddings=BagOfWords("other-words", token_limit=20))
    seen = []
    report = other.sync(rebuild=True, progress=lambda _: seen.append(library.generation))
    assert set(seen) == {1}
    assert (report.generation, report.unchanged) == (2, 5)
    assert report.embedded == other.status().chunks > 5
    assert len(whole(other)) == 5
    other.close()


def test_an_index_of_another_version_is_refused(library, folder):
    library.sync(folder)
    with library._catalog.write() as connection:
        connection.execute("update settings set value = '0' where key = 'format'")
    with pytest.raises(IndexMismatchError, match="sync --rebuild"):
        library.sync()
    assert found(library, "Clara")[1] == ["Clara arrives"]
    assert library.sync(rebuild=True).embedded == 0
    with library._catalog.write() as connection:
        connection.execute("pragma user_version = 99")
    with pytest.raises(IndexMismatchError, match="articleqa index FOLDER"):
        Library.open(library.path)


def test_a_rebuild_cuts_the_sentences_of_an_older_format_anew(library, folder):
    library.sync(folder)
    with library._catalog.write() as connection:
        connection.execute("update settings set value = '1' where key = 'format'")
        connection.execute(
            "update versions set sentences = substr(sentences, 1, 8), furniture = substr(furniture, 1, 1)"
        )
        write_settings(connection, row_sums(connection))
    library.sync(rebuild=True)
    assert library.verify().ok
    with library.snapshot() as snapshot:
        rows = snapshot.chunks(sorted(snapshot._generation.lexical.numbers()))
    assert {len(row.sentences) for row in rows.values()} == {2}


def test_other_languages_are_said(library, folder):
    write(
        folder,
        "nouvelle.txt",
        "Le port\n\nLes pourparlers sur la paix commencent lundi dans la ville, a dit le ministre des affaires.",
    )
    assert library.sync(folder).languages == (("fr", 1),)


def test_opening_what_is_not_there_says_how_to_make_it(tmp_path):
    with pytest.raises(IndexMissingError, match="articleqa index"):
        Library.open(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()
    (tmp_path / "broken-off").mkdir()
    (tmp_path / "broken-off" / "catalog.sqlite").touch()
    with pytest.raises(IndexMissingError):
        Library.open(tmp_path / "broken-off")
    Library.open(tmp_path / "broken-off", create=True).close()


def test_an_index_that_holds_nothing_finds_nothing(library, tmp_path):
    assert found(library, "anything") == [[], []]
    with pytest.raises(ArticleError):
        library.sync(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    assert counts(library.sync(tmp_path / "empty")) == {}
    assert found(library, "anything") == [[], []]


def test_readers_notice_a_new_generation_by_themselves(library, folder):
    library.sync(folder)
    reader = Library.open(library.path, embeddings=BagOfWords())
    assert found(reader, "Frieda")[1] == []
    ship(folder, "Frieda")
    with reader.snapshot() as earlier:
        library.sync()
        assert earlier.number == 1
        assert earlier.lexical("Frieda", 3) == []
        assert earlier.chunk_count() == len(earlier._generation.lexical.numbers()) == 5
    assert found(reader, "Frieda")[1] == ["Frieda arrives"]
    reader.close()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can write what it then may not")
@pytest.mark.parametrize("writer", ["at work", "away"])
def test_a_reader_without_permission_to_write_notices_what_others_write(writer):
    with TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        ship(Path(made) / "news", "Alma")
        first = Library.open(Path(made) / "index", create=True, embeddings=BagOfWords())
        first.sync(Path(made) / "news")
        if writer == "away":
            first.close()
        with as_nobody():
            reader = Library.open(Path(made) / "index", embeddings=BagOfWords())
            assert (reader.generation, len(reader.articles())) == (1, 1)
        again = Library.open(Path(made) / "index", embeddings=BagOfWords())
        for number, name in enumerate(("Berta", "Clara"), 2):
            ship(Path(made) / "news", name)
            again.sync()
            with as_nobody():
                assert (reader.generation, len(reader.articles())) == (number, number)
        for opened in (reader, again, first):
            opened.close()


def test_a_generation_is_swept_once_nobody_reads_it(library, folder):
    def there():
        return sorted(p.name for p in (library.path / "generations").iterdir())

    reader = Library.open(library.path, embeddings=BagOfWords())
    library.sync(folder)
    found(reader, "Alma")
    ship(folder, "Frieda")
    library.sync()
    assert there() == ["000001", "000002"]
    found(reader, "Alma")
    ship(folder, "Gerda")
    library.sync()
    assert there() == ["000002", "000003"]
    reader.close()


def test_a_damaged_live_generation_is_made_anew_by_the_next_sync(library, folder):
    library.sync(folder)
    (library.path / "generations" / "000001" / "finished.json").unlink()
    report = library.sync()
    assert (report.generation, report.embedded, report.unchanged) == (2, 0, 5)
    assert len(whole(library)) == 5


@pytest.mark.parametrize("way", ["sync", "verify"])
def test_a_lost_folder_of_generations_is_made_again(library, folder, way):
    library.sync(folder)
    shutil.rmtree(library.path / "generations")
    report = library.sync() if way == "sync" else library.verify(repair=True)
    assert report.embedded == 0
    assert len(whole(library)) == 5


def files_with(folder, *needles):
    return [
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and any(needle in path.read_bytes() for needle in needles)
    ]


@pytest.mark.parametrize("way", ["live", "replaced", "removed before", "read by another"])
def test_an_erased_article_is_in_no_file_any_more(library, folder, way):
    secret = "Quixotic zephyrs vexed the bold harbourmaster"
    path = write(folder, "secret.txt", f"Zephyrs\n\n{secret} of Alma. " + SHIPS.format("Alma"))
    library.sync(folder)
    erased = next(row for row in library.articles() if row.title == "Zephyrs")
    vector = library.embeddings.encode([f"Zephyrs\n{library.article(erased.id).text}"])[0].tobytes()
    needles = (secret.encode(), b"quixot", vector[40:80])
    assert {name.split("/")[0] for name in files_with(library.path, *needles)} >= {"catalog.sqlite", "vectors.sqlite"}
    reader = Library.open(library.path, embeddings=BagOfWords())
    if way == "replaced":
        write(folder, "secret.txt", "Zephyrs\n\nNothing to see of the Alma. " + SHIPS.format("Alma"))
        library.sync()
    if way == "removed before":
        library.remove(erased.id)
    if way == "read by another":
        assert "Zephyrs" in found(reader, "quixotic zephyrs")[1]
    assert library.remove(erased.id, erase=True) == 1
    assert files_with(library.path, *needles) == []
    with pytest.raises(KeyError):
        library.version(erased.sha256)
    assert found(reader, "quixotic")[1] == []
    assert len(whole(library)) == 5
    assert path.exists()
    reader.close()


@pytest.mark.parametrize("named", ["folder", "wire.jsonl"])
def test_erasing_a_folder_or_a_file_of_lines_leaves_no_earlier_version_of_it(library, folder, named):
    lines(folder, "Zephyrs\n\nQuixotic zephyrs vexed the harbour.")
    library.sync(folder)
    lines(folder, "Zephyrs\n\nNothing to see here.")
    library.sync(allow_removal=True)
    write(folder, "wire.jsonl", "")
    library.remove(str(folder / "wire.jsonl"))
    library.sync()
    assert files_with(library.path, b"Quixotic zephyrs")
    library.remove(str(folder if named == "folder" else folder / named), erase=True)
    assert files_with(library.path, b"Quixotic zephyrs") == []


def test_an_erasure_that_was_broken_off_is_finished_by_the_next_sync(library, folder):
    library.sync(folder)
    secret = BagOfWords().encode(["quixotic zephyrs"])[0]
    with closing(VectorCache(library.path / "vectors.sqlite")) as cache:
        cache.put(library.embeddings.fingerprint, {b"0" * 16: secret})
    with library._catalog.write() as connection:
        connection.execute("insert into settings values ('erasing', '1')")
    assert counts(library.sync()) == {}
    assert files_with(library.path, secret.tobytes()[40:80]) == []
    assert "erasing" not in dict(library.status().settings)


def test_the_bundled_model_finds_what_shares_no_word(tmp_path):
    write(tmp_path / "news", "a.txt", "Vessel\n\nThe vessel sank in a storm and its crew drowned.")
    write(tmp_path / "news", "b.txt", "Budget\n\nThe council voted to raise taxes on houses.")
    library = Library.open(tmp_path / "index", create=True)
    library.sync(tmp_path / "news")
    assert found(library, "shipwreck")[0][0] == "Vessel"
    library.close()
