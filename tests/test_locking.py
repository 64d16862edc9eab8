import os
import signal

import pytest

from index.errors import IndexLockedError
from index.locking import lease, try_exclusive, writer_lock
from tests.crashing import processes


def hold(path, ready):
    with writer_lock(path):
        ready.send("held")
        signal.pause()


@pytest.fixture
def other(tmp_path):
    """Another process that has the lock."""
    ours, theirs = processes.Pipe()
    process = processes.Process(target=hold, args=(tmp_path / "lock", theirs))
    process.start()
    assert ours.recv() == "held"
    yield process
    process.kill()
    process.join()


def test_a_second_writer_hears_who_the_first_is(tmp_path, other):
    with pytest.raises(IndexLockedError) as caught, writer_lock(tmp_path / "lock"):
        pytest.fail("two writers")
    assert str(other.pid) in caught.value.holder
    assert caught.value.path == tmp_path


def test_the_lock_dies_with_its_holder(tmp_path, other):
    os.kill(other.pid, signal.SIGKILL)
    other.join()
    with writer_lock(tmp_path / "lock"):
        pass


def test_a_writer_that_waits_gets_the_lock_when_it_is_free(tmp_path, other):
    killed = []
    signal.signal(signal.SIGALRM, lambda *_: killed.append(other.kill()))
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    with writer_lock(tmp_path / "lock", wait=300):
        assert killed
    signal.signal(signal.SIGALRM, signal.SIG_DFL)


def test_waiting_ends(tmp_path, other):
    with pytest.raises(IndexLockedError), writer_lock(tmp_path / "lock", wait=0.2):
        pytest.fail("two writers")


@pytest.mark.parametrize("note", [b"", b"{", b'{"pid": 1}', b"\xff\xfe"])
def test_a_note_that_cannot_be_read_does_not_matter(tmp_path, note):
    with writer_lock(tmp_path / "lock"):
        (tmp_path / "lock").write_bytes(note)
        with pytest.raises(IndexLockedError, match="another process"), writer_lock(tmp_path / "lock"):
            pytest.fail("two writers")


def test_many_leases_keep_one_from_deleting_until_the_last_is_given_back(tmp_path):
    leases = [lease(tmp_path), lease(tmp_path)]
    for descriptor in leases:
        with try_exclusive(tmp_path) as free:
            assert not free
        os.close(descriptor)
    with try_exclusive(tmp_path) as free:
        assert free
        with pytest.raises(FileNotFoundError):
            lease(tmp_path)


def test_there_is_no_lease_on_what_is_gone(tmp_path):
    with pytest.raises(FileNotFoundError):
        lease(tmp_path / "gone")
