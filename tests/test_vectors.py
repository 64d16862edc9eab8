import sqlite3

import numpy as np
import pytest

from index.vectors import VectorCache

ONE, TWO = b"1" * 16, b"2" * 16


def vector(value):
    return np.full(8, value, dtype=np.float32)


@pytest.fixture
def cache(tmp_path):
    opened = VectorCache(tmp_path / "vectors.sqlite")
    yield opened
    opened.close()


def test_what_was_put_is_there_bit_by_bit_also_for_the_next_one(cache, tmp_path):
    odd = np.asarray([np.pi, -0.0, 1e-38, 3e38], dtype=np.float32)
    cache.put("model", {ONE: odd})
    cache.close()
    again = VectorCache(tmp_path / "vectors.sqlite")
    assert again.get("model", [ONE, TWO])[ONE].tobytes() == odd.tobytes()
    assert again.missing("model", [ONE, TWO, TWO]) == {TWO}
    assert again.get("another model", [ONE]) == {}
    again.close()


def test_many_keys_are_found_at_once(cache):
    keys = {n.to_bytes(16, "big"): vector(n) for n in range(1234)}
    cache.put("model", keys)
    assert cache.get("model", keys).keys() == keys.keys()
    assert cache.count("model") == 1234


def test_a_vector_that_was_damaged_counts_as_missing_and_is_replaced(cache, tmp_path):
    cache.put("model", {ONE: vector(1), TWO: vector(2)})
    with sqlite3.connect(tmp_path / "vectors.sqlite") as connection:
        connection.execute("update vectors set vector = zeroblob(32) where key = ?", (ONE,))
    connection.close()
    assert cache.missing("model", [ONE, TWO]) == {ONE}
    cache.put("model", {ONE: vector(3)})
    assert cache.get("model", [ONE])[ONE].tolist() == vector(3).tolist()


def test_forgetting_keeps_the_given_keys_of_this_model_only(cache):
    cache.put("old model", {ONE: vector(0)})
    cache.put("model", {ONE: vector(1), TWO: vector(2)})
    cache.keep_only("model", [ONE])
    assert cache.get("model", [ONE, TWO]).keys() == {ONE}
    assert cache.count("old model") == 0


def test_erasing_leaves_no_byte(cache, tmp_path):
    secret = np.random.default_rng(1).normal(size=64).astype(np.float32)
    cache.put("model", {ONE: secret, TWO: vector(2)})
    cache.keep_only("model", [TWO], erase=True)
    cache.close()
    assert secret.tobytes() not in (tmp_path / "vectors.sqlite").read_bytes()


@pytest.mark.parametrize("content", [b"no database", bytes(4096), b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_file_that_is_no_database_is_given_up(tmp_path, content):
    (tmp_path / "vectors.sqlite").write_bytes(content)
    looked_at = VectorCache(tmp_path / "vectors.sqlite", read_only=True)
    assert looked_at.check() != "ok"
    assert looked_at.get("model", [ONE]) == {}
    looked_at.close()
    assert (tmp_path / "vectors.sqlite").read_bytes() == content
    cache = VectorCache(tmp_path / "vectors.sqlite")
    assert cache.was_damaged
    cache.put("model", {ONE: vector(1)})
    assert cache.missing("model", [ONE]) == set()
    cache.close()


def test_another_programs_tables_are_given_up(tmp_path):
    with sqlite3.connect(tmp_path / "vectors.sqlite") as connection:
        connection.execute("create table vectors (something_else)")
    connection.close()
    cache = VectorCache(tmp_path / "vectors.sqlite")
    cache.put("model", {ONE: vector(1)})
    assert cache.count("model") == 1
    cache.close()


def test_trouble_that_is_no_damage_costs_no_vector(cache, tmp_path):
    cache.put("model", {ONE: vector(1)})
    busy = sqlite3.connect(tmp_path / "vectors.sqlite", isolation_level=None)
    busy.execute("begin immediate")
    cache._connection.execute("pragma busy_timeout = 0")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        cache.put("model", {TWO: vector(2)})
    busy.close()
    assert cache.get("model", [ONE]).keys() == {ONE}
