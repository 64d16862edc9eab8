import json
import random
import shutil
from itertools import product

import pytest

from index.errors import IndexDamagedError, IndexMissingError
from index.library import Library
from index.verification import Problem
from tests.fakes import BagOfWords

QUESTIONS = ["who steered the Alma 7?", "grain from Odessa 31", "storm damage", "harbour dues 12 paid"]
WORDS = ("harbour", "grain", "storm", "pilot", "dues", "captain", "cargo", "mast", "anchor", "odessa", "alma", "fog")
CHUNKS = 1100
"""Over Chroma's sync threshold of 1,000: below it there are no files but its SQLite."""


def text(number):
    pick = random.Random(number)
    return " ".join(f"The {pick.choice(WORDS)} of {pick.choice(WORDS)} was {n} {number}." for n in range(3))


def make(folder, numbers):
    """An index over one file of made articles, in a place of its own."""
    folder.mkdir(parents=True)
    rows = [{"id": f"a{n}", "title": f"Log {n}", "source": "Herald", "text": text(n)} for n in numbers]
    (folder / "log.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    library = Library.open(folder / "index", create=True, embeddings=BagOfWords())
    library.sync(folder / "log.jsonl")
    library.close()
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return make(tmp_path_factory.mktemp("whole") / "x", range(CHUNKS))


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    return make(tmp_path_factory.mktemp("other") / "x", range(CHUNKS, CHUNKS + 1005))


@pytest.fixture
def place(made, tmp_path):
    """A copy of the index, beside a copy of its articles that it does not know of."""
    shutil.copytree(made / "index", tmp_path / "index")
    return tmp_path / "index"


def answers(library):
    found = []
    for question in QUESTIONS:
        with library.snapshot() as snapshot:
            legs = [snapshot.dense(library.embeddings.embed_query(question), 8), snapshot.lexical(question, 8)]
            rows = snapshot.chunks([number for leg in legs for number, _ in leg])
            found.append((legs, sorted((n, row.text, row.article.title) for n, row in rows.items())))
    return found


@pytest.fixture(scope="module")
def expected(made):
    library = Library.open(made / "index", embeddings=BagOfWords())
    found = answers(library)
    library.close()
    return found


KINDS = {
    "catalog": "catalog.sqlite",
    "vectors": "vectors.sqlite",
    "marker": "generations/*/finished.json",
    "chroma": "generations/*/dense/chroma.sqlite3",
    "graph": "generations/*/dense/*/data_level0.bin",
    "graph ids": "generations/*/dense/*/index_metadata.pickle",
    "graph links": "generations/*/dense/*/link_lists.bin",
    "graph lengths": "generations/*/dense/*/length.bin",
    "graph header": "generations/*/dense/*/header.bin",
    "words": "generations/*/lexical/*.idx",
    "terms": "generations/*/lexical/*.term",
    "columns": "generations/*/lexical/*.fast",
    "words meta": "generations/*/lexical/meta.json",
}


def truncate(path, other):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def zero(path, other):
    data = bytearray(path.read_bytes())
    start = len(data) // 3
    data[start : start + max(1, len(data) // 3)] = bytes(max(1, len(data) // 3))
    path.write_bytes(data)


def delete(path, other):
    path.unlink()


def swap(path, other):
    shutil.copyfile(other, path)


def flip(path, other):
    data = bytearray(path.read_bytes())
    pick = random.Random(path.name)
    for _ in range(3):
        data[pick.randrange(len(data))] ^= 1 << pick.randrange(8)
    path.write_bytes(data)


WAYS = {"truncated": truncate, "zeroed": zero, "deleted": delete, "swapped": swap, "flipped": flip}
SHORT = [
    ("catalog", "truncated"),
    ("catalog", "flipped"),
    ("vectors", "zeroed"),
    ("vectors", "deleted"),
    ("marker", "flipped"),
    ("chroma", "zeroed"),
    ("chroma", "swapped"),
    ("graph", "flipped"),
    ("graph ids", "truncated"),
    ("graph links", "deleted"),
    ("words", "flipped"),
    ("terms", "truncated"),
    ("words meta", "deleted"),
]
CASES = [
    pytest.param(kind, way, marks=() if (kind, way) in SHORT else pytest.mark.long)
    for kind, way in product(KINDS, WAYS)
]


@pytest.mark.parametrize(("kind", "way"), CASES)
def test_a_damaged_file_is_mended_or_named(place, other, expected, kind, way):
    path = next(iter(place.glob(KINDS[kind])))
    WAYS[way](path, next(iter((other / "index").glob(KINDS[kind]))))
    if kind == "catalog":
        _check_damaged_catalog(place, way, expected)
        return
    library = Library.open(place, embeddings=BagOfWords())
    report = library.verify(repair=True)
    # A flipped bit may lie where nothing is kept; a good part of Chroma's SQLite are free pages.
    assert report.mended or way == "flipped" or kind == "chroma"
    assert report.problems == ()
    assert (report.embedded, library.embeddings.texts) == (0, [])
    assert answers(library) == expected
    library.close()


def _check_damaged_catalog(place, way, expected):
    """It is the truth: what the files of the articles do not give back is named, with the way to a backup."""
    try:
        library = Library.open(place, embeddings=BagOfWords())
        report = library.verify(repair=True)
    except IndexMissingError:
        assert way == "deleted"
    except IndexDamagedError as error:
        advice = str(error)
        assert "articleqa restore FILE" in advice
    else:
        assert report.mended or report.problems or answers(library) == expected
        library.close()


def test_a_whole_index_has_no_problems_and_every_number_is_told(place):
    library = Library.open(place, embeddings=BagOfWords())
    report = library.verify()
    assert report.ok
    assert (report.articles, report.texts, report.chunks, report.vectors, report.reached) == (CHUNKS,) * 5
    assert report.files > 5
    assert report.to_json()["ok"] is True
    assert json.loads(json.dumps(report.to_json()))["problems"] == []
    library.close()


THE_FIRST = "(select sha256 from articles where id = 'a0')"


def damage_rows(library, sql, *values):
    """A damage that SQLite cannot see: the bytes of a row, behind the program's back."""
    with library._catalog.write() as connection:
        assert connection.execute(sql, values).rowcount > 0


@pytest.mark.parametrize(
    ("part", "sql"),
    [
        ("texts", "update versions set text = replace(text, 'The', 'Thf') where rowid_of = 1"),
        ("texts", "update versions set sentences = zeroblob(8) where rowid_of = 1"),
        ("chunks", "update chunks set start = start + 1 where number = 7"),
        ("chunks", "update chunks set key = zeroblob(16) where number = 7"),
        ("chunks", "delete from chunks where number = 7"),
        ("articles", "update articles set title = 'Lob 3' where id = 'a3'"),
        ("articles", "update articles set url = 'http://elsewhere' where id = 'a3'"),
    ],
)
def test_a_damaged_row_is_mended_from_its_file(tmp_path, part, sql):
    library = Library.open(make(tmp_path / "x", range(8)) / "index", embeddings=BagOfWords())
    before = {row.id: (row.title, row.sha256, row.url) for row in library.articles()}
    one = next(row.sha256 for row in library.articles() if row.id == "a3")
    damage_rows(library, sql.replace("rowid_of = 1", f"sha256 = '{one}'"))
    report = library.verify()
    assert part in {problem.part for problem in report.problems}
    assert library.verify(repair=True).problems == ()
    assert {row.id: (row.title, row.sha256, row.url) for row in library.articles()} == before
    assert library.embeddings.texts == []
    assert library.article("a3").text == text(3)
    library.close()


def test_an_article_that_lost_its_text_is_named_and_the_others_answer(tmp_path):
    folder = make(tmp_path / "x", range(8))
    (folder / "log.jsonl").unlink()
    library = Library.open(folder / "index", embeddings=BagOfWords())
    damage_rows(library, "update articles set sha256 = 'lost' where id = 'a3'")
    report = library.verify(repair=True)
    assert Problem("texts", "the text of article a3 is gone", "a3") in report.problems
    with library.snapshot() as snapshot:
        numbers = [number for number, _ in snapshot.lexical("The", 20)]
        assert {row.article.id for row in snapshot.chunks(numbers).values()} == {f"a{n}" for n in range(8) if n != 3}
    library.close()


@pytest.mark.parametrize("text", ["'Something else.'", "cast(x'54686520ff' as text)"], ids=["changed", "no UTF-8"])
def test_a_damaged_text_whose_file_is_gone_is_named_and_the_others_answer(tmp_path, text):
    folder = make(tmp_path / "x", range(8))
    library = Library.open(folder / "index", embeddings=BagOfWords())
    (folder / "log.jsonl").unlink()
    damage_rows(library, f"update versions set text = {text} where sha256 = {THE_FIRST}")
    report = library.verify(repair=True)
    assert [problem.part for problem in report.problems] == ["texts"]
    with library.snapshot() as snapshot:
        numbers = [number for number, _ in snapshot.lexical("The", 20)]
        assert {row.article.id for row in snapshot.chunks(numbers).values()} == {f"a{n}" for n in range(1, 8)}
    library.close()


def test_reading_a_text_that_is_no_text_any_more_says_what_to_run(tmp_path):
    library = Library.open(make(tmp_path / "x", range(8)) / "index", embeddings=BagOfWords())
    damage_rows(library, f"update versions set text = cast(x'54686520ff' as text) where sha256 = {THE_FIRST}")
    with pytest.raises(IndexDamagedError, match="articleqa verify --repair"):
        library.article("a0")
    with pytest.raises(IndexDamagedError, match="articleqa verify --repair"), library.snapshot() as snapshot:
        snapshot.chunks([number for number, _ in snapshot.lexical("The", 20)])
    library.close()


def test_a_lost_cache_is_filled_from_the_live_generation_by_the_next_sync_too(tmp_path):
    folder = make(tmp_path / "x", range(8))
    (folder / "index" / "vectors.sqlite").unlink()
    rows = (folder / "log.jsonl").read_text().splitlines()
    (folder / "log.jsonl").write_text("\n".join(rows[1:]))
    library = Library.open(folder / "index", embeddings=BagOfWords())
    report = library.sync()
    assert (report.removed, report.embedded) == (1, 0)
    assert library.verify().ok
    library.close()


def test_with_both_copies_of_the_vectors_lost_they_are_embedded_again(place, expected):
    (place / "vectors.sqlite").unlink()
    zero(next(iter(place.glob(KINDS["graph"]))), None)
    library = Library.open(place, embeddings=BagOfWords())
    report = library.verify(repair=True)
    assert (report.ok, report.embedded) == (True, CHUNKS)
    assert answers(library) == expected
    library.close()


def test_asking_a_damaged_index_says_what_to_run(place):
    for path in place.glob(KINDS["graph ids"]):
        truncate(path, None)
    library = Library.open(place, embeddings=BagOfWords())
    with pytest.raises(IndexDamagedError, match=f"articleqa verify --repair --index {place}$"):
        answers(library)
    library.close()
