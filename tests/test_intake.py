from index.errors import ArticleError
from index.sync import Progress, SyncReport
from tests.fakes import FakeLibrary, FakeQA
from ui.desk import Desk
from ui.intake import Intake, render_progress
from ui.syncing import SyncState
from ui.uploads import Upload


class SyncingLibrary(FakeLibrary):
    """Reports what it is told to, and remembers what it was given."""

    report = SyncReport(added=1)
    given = ()

    def sync(self, *paths, progress):
        self.given = paths
        progress(Progress(stage="reading", done=1, total=1))
        return self.report


def intake_over(tmp_path, report=None):
    library = SyncingLibrary(path=tmp_path)
    library.report = report or library.report
    return Intake(Desk(FakeQA(library=library), path=tmp_path)), library


def test_dropped_files_are_stored_in_the_index_and_synced_one_by_one(tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("Some text.")
    intake, library = intake_over(tmp_path / "index")
    last = list(intake.add([file]))[-1]
    assert library.given == (tmp_path / "index" / "uploads" / "a.txt",)
    assert "1 added" in last
    assert "<bdi>a.txt</bdi>: added" in last


def test_files_dropped_while_the_samples_are_open_go_to_an_index_of_ones_own(tmp_path):
    file = tmp_path / "tea.txt"
    file.write_text("The first tea ship reached Port Ellory in 1702.")
    samples = FakeQA(library=SyncingLibrary(path=tmp_path / "cache"))
    own = tmp_path / "own"
    desk = Desk(
        None,
        path=own,
        open_samples=lambda: samples,
        open_index=lambda path: FakeQA(library=SyncingLibrary(path=path)),
    )
    intake = Intake(desk)
    assert "Done" in list(intake.samples())[-1]
    assert (desk.qa, desk.path) == (samples, own)
    list(intake.sync())  # that of the samples, which stay open
    assert desk.qa is samples
    last = list(intake.add([file]))[-1]
    assert "1 added. Your articles have an index of their own" in last
    assert "<bdi>tea.txt</bdi>: added" in last
    assert desk.qa.library.path == own
    assert (own / "uploads" / "tea.txt").is_file()
    assert not (tmp_path / "cache").exists()
    assert "of their own" not in list(intake.sync())[-1]


def test_every_refused_or_unreadable_file_says_why(tmp_path):
    good, bad, wrong = (tmp_path / name for name in ("good.txt", "bad.txt", "wrong.exe"))
    for file in (good, bad, wrong):
        file.write_text("x")
    failed = (ArticleError(tmp_path / "index" / "uploads" / "bad.txt", "it is binary"),)
    intake, _ = intake_over(tmp_path / "index", SyncReport(added=1, failed=failed))
    last = list(intake.add([good, bad, wrong]))[-1]
    assert "<bdi>good.txt</bdi>: added" in last
    assert "<bdi>bad.txt</bdi>: it is binary" in last
    assert "<bdi>wrong.exe</bdi>: not one of" in last


def test_nothing_is_synced_when_nothing_was_taken(tmp_path):
    wrong = tmp_path / "wrong.exe"
    wrong.write_text("x")
    intake, library = intake_over(tmp_path / "index")
    assert "not one of" in list(intake.add([wrong]))[-1]
    assert library.given == ()


def test_progress_counts_and_can_be_cancelled():
    shown = render_progress(SyncState(stage="embedding", done=40, total=100, since=0.0), ())
    assert "Learning passages 40 of 100" in shown
    assert 'data-act="cancel-sync"' in shown
    assert 'max="100"' in shown


def test_names_of_files_bring_no_markup():
    shown = render_progress(SyncState(running=False), [Upload(name="<img src=x>.txt", reason="<b>")])
    assert "<img" not in shown
    assert "<b>" not in shown


def test_a_failure_is_told_and_no_file_counts_as_added(tmp_path):
    shown = render_progress(SyncState(running=False, failure="Cancelled."), [Upload(name="a.txt", path=tmp_path)])
    assert "Cancelled." in shown
    assert "a.txt</bdi>: not taken" in shown
