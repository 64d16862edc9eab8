from threading import Event

from index.errors import ArticleError
from index.sync import Progress, SyncReport
from ui.syncing import SyncJob, SyncState, seconds_left


def test_every_watcher_sees_the_end():
    go = Event()

    def work(progress):
        go.wait(timeout=600)
        progress(Progress(stage="reading", done=1, total=2, name="a"))
        return SyncReport(added=2)

    job = SyncJob(work)
    first, second = job.watch(every=0), job.watch(every=0)
    assert next(first).running
    assert next(second).running
    go.set()
    assert list(first)[-1].report == SyncReport(added=2)
    assert list(second)[-1].report == SyncReport(added=2)


def test_a_cancelled_sync_stops_at_its_next_step_and_says_so():
    go = Event()

    def work(progress):
        go.wait(timeout=600)
        progress(Progress(stage="reading", done=1, total=2))
        return SyncReport(added=2)

    job = SyncJob(work)
    job.cancel()
    go.set()
    last = list(job.watch(every=0))[-1]
    assert last.report is None
    assert "Nothing was changed" in last.failure


def test_a_known_failure_is_told_and_an_unknown_one_only_logged():
    def known(_):
        raise ArticleError("a.txt", "it is empty")

    def unknown(_):
        raise RuntimeError("secret")

    assert list(SyncJob(known).watch(every=0))[-1].failure == "a.txt: it is empty"
    assert "secret" not in list(SyncJob(unknown).watch(every=0))[-1].failure


def test_time_left_follows_the_speed_so_far():
    half = SyncState(stage="embedding", done=50, total=100, since=0.0)
    assert seconds_left(half, now=10.0) == 10.0
    assert seconds_left(half, now=0.5) is None
    assert seconds_left(SyncState(), now=10.0) is None
