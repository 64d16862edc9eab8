import os
import subprocess
import sys

import pytest

from index.backup import backup
from index.errors import BackupError, IndexWriteError
from index.library import Library
from tests.crashing import check_whole, write_round
from tests.fakes import BagOfWords

SIZE = 20
pytestmark = pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="mounting needs root on Linux")


def mount(*words):
    done = subprocess.run(["mount", *words], check=False, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"mounting is not permitted here: {done.stderr.strip()}")


@pytest.fixture
def disk(tmp_path):
    """A disk of its own, of 24 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount("-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder))
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def news(tmp_path):
    write_round(tmp_path / "news", 0, SIZE)
    return tmp_path / "news"


def fill(disk, *, leave):
    """Use up the disk but for so many bytes."""
    free = os.statvfs(disk)
    (disk / "ballast").write_bytes(bytes(max(0, free.f_bavail * free.f_frsize - leave)))


@pytest.mark.parametrize("leave", [0, 64_000, 500_000])
def test_a_full_disk_is_said_and_the_old_generation_answers(disk, news, leave):
    library = Library.open(disk / "index", create=True, embeddings=BagOfWords())
    library.sync(news)
    write_round(news, 1, SIZE)
    fill(disk, leave=leave)
    with pytest.raises(IndexWriteError, match="still answers"):
        library.sync()
    assert library.generation == 1
    with library.snapshot() as snapshot:
        assert len(snapshot.dense(library.embeddings.embed_query("seen in round"), 8)) == 8
        assert len(snapshot.lexical("seen in round", 8)) == 8
    (disk / "ballast").unlink()
    assert library.sync().generation > 1
    library.close()
    check_whole(disk / "index", 1, SIZE)


def test_a_backup_to_a_full_disk_says_what_to_do(disk, news, tmp_path):
    library = Library.open(tmp_path / "index", create=True, embeddings=BagOfWords())
    library.sync(news)
    fill(disk, leave=64_000)
    with pytest.raises(BackupError, match="Make room there"):
        backup(library, disk / "b.tar")
    assert sorted(path.name for path in disk.iterdir()) == ["ballast"]
    library.close()


@pytest.mark.parametrize("log", ["emptied", "left by a crash"])
def test_a_disk_that_cannot_be_written_is_asked_all_the_same(disk, news, log, tmp_path, request):
    writer = Library.open(disk / "index", create=True, embeddings=BagOfWords())
    writer.sync(news)
    if log == "emptied":
        writer.close()
    else:
        write_round(news, 1, SIZE)
        with writer.snapshot():  # keeps the log from being moved into the file
            writer.sync()
    sealed = tmp_path / "sealed"
    sealed.mkdir()
    mount("--bind", str(disk), str(sealed))
    request.addfinalizer(lambda: subprocess.run(["umount", "--lazy", sealed], check=True))
    mount("-o", "remount,ro,bind", str(sealed))
    before = {path: path.read_bytes() for path in (disk / "index").rglob("*") if path.is_file()}
    library = Library.open(sealed / "index", embeddings=BagOfWords())
    assert library.generation == (1 if log == "emptied" else 2)
    with library.snapshot() as snapshot:
        assert len(snapshot.dense(library.embeddings.embed_query("seen in round"), 8)) == 8
        assert len(snapshot.lexical("seen in round", 8)) == 8
    assert library.verify().ok
    with pytest.raises(IndexWriteError):
        library.sync()
    library.close()
    assert {path: path.read_bytes() for path in (disk / "index").rglob("*") if path.is_file()} == before
