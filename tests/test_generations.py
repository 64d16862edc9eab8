import json
import os
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from index.errors import IndexDamagedError
from index.generations import (
    Changes,
    Generation,
    build_generation,
    damaged_files,
    read_marker,
    read_vectors,
    sweep,
    worth_copying,
)
from index.lexical import LexicalRecord
from tests.fakes import BagOfWords

WORDS = BagOfWords()


def changes(numbers, deleted=()):
    texts = {number: f"chunk {number} of the harbour" for number in numbers}
    return Changes(
        vectors=((number, WORDS.encode([text])[0]) for number, text in texts.items()),
        records=(LexicalRecord(number, "T", text) for number, text in texts.items()),
        deleted=frozenset(deleted),
        added=len(texts),
    )


@pytest.fixture
def first(tmp_path):
    build_generation(tmp_path / "000001", 1, "model", changes(range(1, 6)))
    return tmp_path / "000001"


def content(folder):
    generation = Generation(folder)
    try:
        found = dict(generation.dense.vectors())
        assert found.keys() == generation.lexical.numbers()
        return sorted(found)
    finally:
        generation.close()


def test_a_generation_holds_what_was_put_into_it_and_says_so(first):
    marker = read_marker(first)
    assert (marker.number, marker.fingerprint, marker.chunks, marker.dead) == (1, "model", 5, 0)
    assert content(first) == [1, 2, 3, 4, 5]
    assert damaged_files(first) == []


def test_a_copy_takes_additions_and_deletions_and_leaves_the_original_alone(first, tmp_path):
    before = {path: path.read_bytes() for path in first.rglob("*") if path.is_file()}
    marker = build_generation(tmp_path / "000002", 2, "model", changes([6, 7], deleted=[1, 2]), base=first)
    assert (marker.chunks, marker.dead) == (5, 2)
    assert content(tmp_path / "000002") == [3, 4, 5, 6, 7]
    assert {path: path.read_bytes() for path in first.rglob("*") if path.is_file()} == before
    assert content(first) == [1, 2, 3, 4, 5]


def test_words_made_anew_weigh_nothing_of_what_was_deleted(first, tmp_path):
    texts = {3: "the harbour", 4: "a crane", 5: "the harbour at night"}
    anew = Changes(
        vectors=(),
        records=(LexicalRecord(number, "T", text) for number, text in texts.items()),
        deleted=frozenset([1, 2]),
        added=0,
        words_anew=True,
    )
    build_generation(tmp_path / "000002", 2, "model", anew, base=first)
    assert content(tmp_path / "000002") == [3, 4, 5]
    with closing(Generation(tmp_path / "000002")) as generation:
        assert generation.lexical.document_frequency("harbour") == 2


def test_what_a_crash_left_in_the_way_is_deleted_first(first, tmp_path):
    (tmp_path / "000002" / "dense").mkdir(parents=True)
    (tmp_path / "000002" / "dense" / "chroma.sqlite3").write_bytes(b"half")
    build_generation(tmp_path / "000002", 2, "model", changes([1]))
    assert content(tmp_path / "000002") == [1]


def test_a_damaged_generation_is_not_built_upon(first, tmp_path):
    next(iter(first.glob("lexical/*.idx"))).write_bytes(b"")
    with pytest.raises(IndexDamagedError):
        build_generation(tmp_path / "000002", 2, "model", changes([6]), base=first)


def test_a_leg_that_holds_another_number_than_was_said_is_an_error(tmp_path):
    wrong = changes([1, 2])
    with pytest.raises(IndexDamagedError, match="instead of 3"):
        build_generation(tmp_path / "000001", 1, "model", Changes(**{**vars(wrong), "added": 3}))
    assert not (tmp_path / "000001" / "finished.json").exists()


@pytest.mark.parametrize("name", ["finished.json", "lexical/meta.json", "dense/chroma.sqlite3"])
def test_nothing_is_made_in_the_stead_of_what_is_missing(first, name):
    (first / name).unlink()
    with pytest.raises((FileNotFoundError, IndexDamagedError)):
        Generation(first)
    assert not (first / name).exists()


def test_a_marker_that_was_changed_is_noticed(first):
    fields = json.loads((first / "finished.json").read_text())
    (first / "finished.json").write_text(json.dumps({**fields, "chunks": 4}))
    with pytest.raises(IndexDamagedError, match="not what was written"):
        read_marker(first)


def test_a_generation_under_another_number_is_noticed(first, tmp_path):
    shutil.copytree(first, tmp_path / "000002")
    with pytest.raises(IndexDamagedError):
        Generation(tmp_path / "000002")


def test_what_is_leased_stays_and_all_else_but_the_live_one_goes(first, tmp_path):
    for number in (2, 3):
        build_generation(tmp_path / f"{number:06}", number, "model", changes([1]))
    reading = Generation(first)
    assert sweep(tmp_path, keep=3) == [first]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["000001", "000003"]
    assert reading.lexical.search("harbour", 9)
    reading.close()
    assert sweep(tmp_path, keep=3) == []
    assert [path.name for path in tmp_path.iterdir()] == ["000003"]


def test_to_erase_what_is_leased_goes_as_well(first, tmp_path):
    build_generation(tmp_path / "000002", 2, "model", changes([1]))
    idle = Generation(first)
    assert sweep(tmp_path, keep=2, leased_too=True) == []
    assert [path.name for path in tmp_path.iterdir()] == ["000002"]
    idle.close()
    assert [path.name for path in tmp_path.iterdir()] == ["000002"]


def test_vectors_are_read_back_only_of_a_whole_generation_of_the_same_model(first):
    found = read_vectors(first, {2, 4, 99}, fingerprint="model")
    assert found.keys() == {2, 4}
    assert np.allclose(found[2], WORDS.encode(["chunk 2 of the harbour"])[0], atol=1e-6)
    with pytest.raises(IndexDamagedError):
        read_vectors(first, {2}, fingerprint="another")


def test_a_graph_that_is_full_of_tombstones_is_not_copied(first):
    marker = read_marker(first)
    assert worth_copying(marker, 0, fingerprint="model")
    assert not worth_copying(marker, 0, fingerprint="another")
    large = type(marker)(**{**vars(marker), "chunks": 1_000_000, "dead": 150_000})
    assert worth_copying(large, 50_000, fingerprint="model")
    assert not worth_copying(large, 50_001, fingerprint="model")


def growth(place, generations):
    """Bytes a generation that a process of its own gains from making and reading so many."""
    command = [sys.executable, "-m", "tests.growth", place, "--generations", str(generations)]
    # Threads that each have an arena of their own leave free room in them: 0.9 MB a generation over so few.
    environment = os.environ | {"MALLOC_ARENA_MAX": "1"}
    root = Path(__file__).resolve().parent.parent
    return int(subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=root, env=environment).stdout)


def test_memory_grows_by_less_than_a_fifth_of_a_megabyte_a_generation(tmp_path):
    assert growth(tmp_path, 18) < 200_000  # measured 0.03 MB; 5 MB with Chroma's client left open


@pytest.mark.long
def test_memory_over_200_generations(tmp_path):
    assert growth(tmp_path, 200) < 200_000
