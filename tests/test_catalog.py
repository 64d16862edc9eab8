import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.catalog import Catalog, copy_database, pack_spans, row_sums, unpack_spans
from index.errors import IndexDamagedError, IndexMismatchError, IndexMissingError


@pytest.fixture
def catalog(tmp_path):
    made = Catalog.create(tmp_path / "catalog.sqlite")
    yield made
    made.close()


def folders(catalog):
    with catalog.read() as connection:
        return [path for (path,) in connection.execute("select path from folders order by path")]


def add(connection, *paths):
    connection.executemany("insert into folders values (?, '')", [(path,) for path in paths])


@given(st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))))
def test_spans_come_back_as_they_were_packed(spans):
    assert unpack_spans(pack_spans(spans)) == spans


def test_making_a_catalog_again_changes_nothing(catalog):
    with catalog.write() as connection:
        add(connection, "/a")
    Catalog.create(catalog.path).close()
    assert folders(catalog) == ["/a"]


def test_what_fails_in_the_middle_is_not_there(catalog):
    def interrupted():
        with catalog.write() as connection:
            add(connection, "/a")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert folders(catalog) == []
    with catalog.write() as connection:
        add(connection, "/b")
    assert folders(catalog) == ["/b"]


def test_a_reader_stays_at_its_moment_and_others_go_on(catalog):
    with catalog.read() as reading:
        assert reading.execute("select count(*) from folders").fetchone() == (0,)
        with catalog.write() as connection:
            add(connection, "/a")
        assert reading.execute("select count(*) from folders").fetchone() == (0,)
        assert not catalog.checkpoint()
        assert folders(catalog) == ["/a"]
    assert catalog.checkpoint()
    assert catalog.path.with_name("catalog.sqlite-wal").stat().st_size == 0


def test_a_vacuum_leaves_no_byte_of_what_was_deleted(catalog):
    with catalog.write() as connection:
        add(connection, "/a-secret-place")
    with catalog.write() as connection:
        connection.execute("delete from folders")
    assert catalog.vacuum()
    assert all(b"a-secret-place" not in path.read_bytes() for path in catalog.path.parent.iterdir())


def test_a_copy_is_of_one_moment_and_stands_alone(catalog, tmp_path):
    with catalog.write() as connection:
        add(connection, "/a")
    copy_database(catalog.path, tmp_path / "copy.sqlite")
    with catalog.write() as connection:
        add(connection, "/b")
    with sqlite3.connect(tmp_path / "copy.sqlite") as copy:
        assert copy.execute("select path from folders").fetchall() == [("/a",)]
    copy.close()
    assert not (tmp_path / "copy.sqlite-wal").exists()


def test_sums_change_with_any_row(catalog):
    with catalog.write() as connection:
        before = row_sums(connection)
        add(connection, "/a")
        after = row_sums(connection)
    assert [name for name in before if before[name] != after[name]] == ["sum of folders"]


@pytest.mark.parametrize("content", [b"no database", bytes(5000), b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_file_that_is_no_catalog_is_named_with_the_way_out(tmp_path, content):
    (tmp_path / "catalog.sqlite").write_bytes(content)
    catalog = Catalog(tmp_path / "catalog.sqlite")
    with pytest.raises(IndexDamagedError, match="articleqa restore FILE"):
        catalog.version()
    assert catalog.check() != "ok"
    assert (tmp_path / "catalog.sqlite").read_bytes() == content


def test_tables_of_another_version_are_refused(catalog, tmp_path):
    catalog.require_version()
    with catalog.write() as connection:
        connection.execute("pragma user_version = 7")
    with pytest.raises(IndexMismatchError):
        catalog.require_version()
    (tmp_path / "empty.sqlite").touch()
    with pytest.raises(IndexMissingError):
        Catalog(tmp_path / "empty.sqlite").require_version()
