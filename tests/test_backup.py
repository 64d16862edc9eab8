import io
import tarfile

import pytest

from index.backup import backup, restore
from index.errors import BackupError
from index.library import Library
from tests.crashing import check_whole, write_round
from tests.fakes import BagOfWords

SIZE = 30


@pytest.fixture
def library(tmp_path):
    opened = Library.open(tmp_path / "index", create=True, embeddings=BagOfWords())
    write_round(tmp_path / "news", 0, SIZE)
    opened.sync(tmp_path / "news")
    yield opened
    opened.close()


def test_what_is_restored_is_whole_and_embeds_nothing(library, tmp_path):
    size = backup(library, tmp_path / "b.tar")
    assert size == (tmp_path / "b.tar").stat().st_size
    restore(tmp_path / "b.tar", tmp_path / "again")
    assert check_whole(tmp_path / "again", 0, SIZE) == 1
    again = Library.open(tmp_path / "again", embeddings=BagOfWords())
    assert again.sync().embedded == 0
    assert again.sync(rebuild=True).embedded == 0
    again.close()


def test_a_backup_while_a_generation_is_replaced_is_of_one_moment(library, tmp_path):
    def back_up(progress):
        if progress.stage == "writing" and progress.done:
            backup(library, tmp_path / "b.tar")

    write_round(tmp_path / "news", 1, SIZE)
    assert library.sync(progress=back_up).generation == 2
    restore(tmp_path / "b.tar", tmp_path / "again")
    assert check_whole(tmp_path / "again", 0, SIZE) == 1


def test_an_index_that_holds_nothing_can_be_backed_up(tmp_path):
    empty = Library.open(tmp_path / "index", create=True, embeddings=BagOfWords())
    backup(empty, tmp_path / "b.tar")
    restore(tmp_path / "b.tar", tmp_path / "again")
    again = Library.open(tmp_path / "again", embeddings=BagOfWords())
    assert again.status().articles == 0
    again.close()
    empty.close()


def test_nothing_is_overwritten_by_a_restore(library, tmp_path):
    backup(library, tmp_path / "b.tar")
    with pytest.raises(BackupError, match="there is something"):
        restore(tmp_path / "b.tar", library.path)
    assert library.generation == 1


@pytest.mark.parametrize("place", [0.02, 0.5, 0.9])
def test_a_damaged_backup_is_refused_and_leaves_nothing(library, tmp_path, place):
    backup(library, tmp_path / "b.tar")
    data = bytearray((tmp_path / "b.tar").read_bytes())
    for offset in range(int(place * len(data)), int(place * len(data)) + 600):
        data[offset] ^= 0xFF
    (tmp_path / "b.tar").write_bytes(data)
    with pytest.raises(BackupError):
        restore(tmp_path / "b.tar", tmp_path / "again")
    assert not (tmp_path / "again").exists()
    assert not list(tmp_path.glob(".articleqa-*"))


def test_a_truncated_or_foreign_file_is_refused(library, tmp_path):
    backup(library, tmp_path / "b.tar")
    (tmp_path / "short.tar").write_bytes((tmp_path / "b.tar").read_bytes()[:300_000])
    with pytest.raises(BackupError):
        restore(tmp_path / "short.tar", tmp_path / "again")
    (tmp_path / "text").write_text("no archive")
    with pytest.raises(BackupError):
        restore(tmp_path / "text", tmp_path / "again")


def test_no_file_of_an_archive_leaves_the_index(tmp_path):
    manifest = b'{"sums": {"../out": "0", "link": "0"}, "version": 1}'
    for name in ("../out", "link"):
        with tarfile.open(tmp_path / "b.tar", "w") as archive:
            head = tarfile.TarInfo("articleqa-backup.json")
            head.size = len(manifest)
            archive.addfile(head, io.BytesIO(manifest))
            member = tarfile.TarInfo(name)
            if name == "link":
                member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
            archive.addfile(member)
        with pytest.raises(BackupError):
            restore(tmp_path / "b.tar", tmp_path / "again")
        assert not (tmp_path / "out").exists()


def test_a_damaged_cache_of_vectors_is_left_out(library, tmp_path):
    library.close()
    (library.path / "vectors.sqlite").write_bytes(b"no database" * 1000)
    backup(library, tmp_path / "b.tar")
    restore(tmp_path / "b.tar", tmp_path / "again")
    again = Library.open(tmp_path / "again", embeddings=BagOfWords())
    report = again.verify(repair=True)
    assert (report.ok, report.embedded) == (True, 0)
    again.close()
    assert check_whole(tmp_path / "again", 0, SIZE) == 1


def test_a_damaged_generation_is_said_with_what_to_run(library, tmp_path):
    library.close()
    (library.path / "generations" / "000001" / "dense" / "chroma.sqlite3").write_bytes(b"no database" * 1000)
    with pytest.raises(BackupError, match="articleqa verify --repair --index"):
        backup(library, tmp_path / "b.tar")
    assert not (tmp_path / "b.tar").exists()


def test_a_backup_that_cannot_be_written_says_so(library, tmp_path):
    with pytest.raises(BackupError):
        backup(library, tmp_path / "nowhere" / "b.tar")
