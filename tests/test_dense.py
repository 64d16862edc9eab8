import numpy as np
import pytest

from index.dense import DenseIndex
from index.errors import IndexDamagedError

DIMENSION = 32


def clustered(count, seed=0):
    """Unit vectors around 40 centres."""
    random = np.random.default_rng(seed)
    centres = random.normal(size=(40, DIMENSION))
    rows = centres[random.integers(0, 40, count)] + 0.5 * random.normal(size=(count, DIMENSION))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def best(rows, vector, k):
    cosines = np.round(rows.astype(float) @ vector.astype(float), 7)
    return [(int(n), float(cosines[n])) for n in np.lexsort((np.arange(len(rows)), -cosines))[:k]]


@pytest.fixture(params=[2000, 0], ids=["all compared", "by the graph"])
def dense(request, tmp_path):
    opened = DenseIndex(tmp_path, exact=request.param)
    yield opened
    opened.close()


def test_the_nearest_are_found_with_their_cosine_best_first(dense):
    rows = clustered(600)
    dense.add(enumerate(rows))
    assert dense.count() == 600
    for query in clustered(5, seed=1):
        found = dense.search(query, 10)
        expected = best(rows, query, 10)
        assert [number for number, _ in found] == [number for number, _ in expected]
        assert [c for _, c in found] == pytest.approx([c for _, c in expected], abs=1e-6)


def test_equal_vectors_stand_in_the_order_of_their_numbers(dense):
    rows = clustered(10)
    dense.add([(number, rows[number % 2]) for number in (7, 3, 5, 2, 9)])
    assert [number for number, _ in dense.search(rows[1], 5)] == [3, 5, 7, 9, 2]


def test_search_among_some_and_exact_cosines(dense):
    rows = clustered(100)
    dense.add(enumerate(rows))
    among = [4, 8, 15, 16, 23, 42]
    expected = [hit for hit in best(rows, rows[0], 100) if hit[0] in among]
    assert [number for number, _ in dense.search(rows[0], 3, among=among)] == [number for number, _ in expected[:3]]
    assert dense.cosines(rows[0], [*among, 9999]) == pytest.approx(dict(expected), abs=1e-6)
    assert dense.cosines(rows[0], [9999]) == dense.cosines(rows[0], []) == {}


def test_nothing_is_found_in_nothing(dense):
    assert dense.search(clustered(1)[0], 5) == []
    assert dense.count() == 0
    assert list(dense.vectors()) == []


def test_deleted_chunks_are_gone_and_unknown_ones_do_not_matter(dense):
    rows = clustered(50)
    dense.add(enumerate(rows))
    assert dense.search(rows[3], 1)[0][0] == 3
    dense.delete([3, 4, 777])
    assert dense.count() == 48
    assert {number for number, _ in dense.search(rows[3], 50)} == set(range(50)) - {3, 4}


def test_vectors_come_back_as_they_were_put(dense, tmp_path):
    rows = clustered(1200)
    dense.add(enumerate(rows))
    dense.close()
    again = DenseIndex(tmp_path, exact=0)
    found = dict(again.vectors())
    assert np.allclose(np.stack([found[n] for n in range(1200)]), rows, atol=1e-6)
    assert again.unreachable(list(enumerate(rows))) == []
    stranger = -rows[0]
    assert again.unreachable([(5000, stranger)]) == [5000]
    assert again.get([5, 7000]).keys() == {5}
    again.close()


def test_settings_in_a_file_of_the_folder_one_stands_in_are_not_taken(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("CHROMA_SERVER_HOST=elsewhere.example\nANONYMIZED_TELEMETRY=True\n")
    monkeypatch.chdir(tmp_path)
    dense = DenseIndex(tmp_path)
    settings = dense._client.get_settings()
    assert (settings.chroma_server_host, settings.anonymized_telemetry) == (None, False)
    dense.close()


def test_a_damaged_file_is_our_error(tmp_path):
    (tmp_path / "chroma.sqlite3").write_bytes(b"no database at all" * 300)
    with pytest.raises(IndexDamagedError, match="Chroma cannot use its files"):
        DenseIndex(tmp_path)


def test_room_that_chroma_keeps_in_reserve_is_cleared(tmp_path):
    vectors = np.eye(8, dtype=np.float32)
    made = DenseIndex(tmp_path)
    made.add(enumerate(vectors))
    made.close()
    for name in ("data_level0.bin", "length.bin"):
        path = next(tmp_path.glob(f"*/{name}"))
        path.write_bytes(b"\x41" * path.stat().st_size)
    made.clear_unused()
    assert not any(b"\x41" in path.read_bytes() for path in tmp_path.glob("*/[dl]*.bin"))
    again = DenseIndex(tmp_path, exact=0)
    assert [again.search(vector, 1) for vector in vectors] == [[(n, 1.0)] for n in range(8)]
    again.close()
