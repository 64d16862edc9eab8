"""Syncs that are killed in the middle, in processes of their own, and what is left of them."""

import json
import multiprocessing
import os
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from index.building import EMBED_SLICE
from index.library import Library
from tests.fakes import BagOfWords

EVENTS = ("open", "sqlite3.connect", "os.rename", "os.mkdir", "os.link", "os.remove", "os.rmdir", "shutil.rmtree")
"""What CPython tells its audit hooks; the moments inside Chroma and tantivy, which are Rust, are found by time."""
STAYING = 20

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["tests.crashing"])


class LoggedWords(BagOfWords):
    """Notes in a file how many texts it embedded, so that the note outlives the process."""

    def __init__(self, log: Path) -> None:
        super().__init__()
        self._log = log

    def encode(self, texts):
        vectors = super().encode(texts)
        with self._log.open("a") as log:
            log.write(f"{len(texts)}\n")
        return vectors

    @staticmethod
    def total(log: Path) -> int:
        return sum(map(int, log.read_text().split())) if log.exists() else 0


def write_round(folder: Path, round_: int, size: int) -> int:
    """Articles of one round; says how many chunks are new. Every third round only adds, so that a copy is made."""
    folder.mkdir(exist_ok=True)
    if not (folder / "stay.jsonl").exists():
        _lines(folder / "stay.jsonl", [f"s{n}" for n in range(STAYING)], 0)
    if round_ % 3 == 2:
        _lines(folder / f"more-{round_}.jsonl", [f"m{round_}-{n}" for n in range(size)], round_)
        return size
    for path in folder.glob("more-*.jsonl"):
        path.unlink()
    _lines(folder / "change.jsonl", [f"c{n}" for n in range(size)], round_)
    return size


def _lines(path: Path, names: list[str], round_: int) -> None:
    rows = [{"id": name, "title": f"Log {name}", "text": f"{name} was seen in round {round_}."} for name in names]
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n")
    os.utime(path, (1_600_000_000 + round_, 1_600_000_000 + round_))


def sync_and_die(index: str, folder: str, log: str, *, event: int = 0, seconds: float = 0.0, tell=None) -> None:
    """Sync, and be killed at an event of Python's or after a time; tells both totals when it was neither."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # ends the process at once, as SIGKILL does
    library = Library.open(index, embeddings=LoggedWords(Path(log)))
    seen = 0

    def hook(name: str, _: object) -> None:
        nonlocal seen
        if name in EVENTS:
            seen += 1
            if seen == event:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    began = time.monotonic()
    if seconds:
        signal.setitimer(signal.ITIMER_REAL, seconds)
    library.sync(folder, allow_removal=True)
    signal.setitimer(signal.ITIMER_REAL, 0)
    if tell is not None:
        tell.send((seen, time.monotonic() - began))


@dataclass
class Tally:
    """What came of the killed syncs."""

    killed: int = 0
    before_commit: int = 0
    after_commit: int = 0
    finished: int = 0
    embedded_twice: int = 0
    embedded_before_death: list[int] = field(default_factory=list)


def crash_rounds(place: Path, rounds: int, *, size: int) -> Tally:
    """Kill a sync at so many moments, half by events and half by time, spread over all of it; check what is left."""
    index, folder, log = place / "index", place / "news", place / "embedded"
    library = Library.open(index, create=True, embeddings=LoggedWords(log))
    write_round(folder, 0, size)
    library.sync(folder)
    events, seconds = _measured(index, folder, log, size)
    tally = Tally()
    for number in range(2, rounds + 2):
        share = (number - 2) / rounds
        how = {"event": 1 + int(share * events)} if number % 2 else {"seconds": max(0.001, share * seconds)}
        new = write_round(folder, number, size)
        old = library.generation
        log.unlink(missing_ok=True)
        child = processes.Process(target=sync_and_die, args=(str(index), str(folder), str(log)), kwargs=how)
        child.start()
        child.join()
        embedded = LoggedWords.total(log)
        committed = check_whole(index, number, size)
        tally.killed += child.exitcode != 0
        tally.finished += child.exitcode == 0
        assert committed >= old
        tally.after_commit += committed > old and child.exitcode != 0
        tally.before_commit += committed == old
        tally.embedded_before_death.append(embedded)
        report = library.sync(allow_removal=True)
        assert embedded + report.embedded <= new + EMBED_SLICE
        tally.embedded_twice += embedded + report.embedded - new
        # What a killed build left has a number too, which is not used again.
        live = check_whole(index, number, size)
        assert live == committed > old or live > committed == old
        assert [path.name for path in (index / "generations").iterdir()] == [f"{live:06}"]
    library.close()
    return tally


def _measured(index: Path, folder: Path, log: Path, size: int) -> tuple[int, float]:
    write_round(folder, 1, size)
    ours, theirs = processes.Pipe()
    child = processes.Process(target=sync_and_die, args=(str(index), str(folder), str(log)), kwargs={"tell": theirs})
    child.start()
    events, seconds = ours.recv()
    child.join()
    return events, seconds


def check_whole(index: Path, round_: int, size: int) -> int:
    """Every article, chunk and vector of one moment is there, in both legs; the number of the live generation."""
    library = Library.open(index, embeddings=BagOfWords())
    report = library.verify()
    assert not report.problems, report.problems
    rows = library.articles()
    rounds = {}
    for row in rows:
        rounds.setdefault(row.id[0], set()).add(library.article(row.id).text.split()[-1])
    assert rounds["s"] == {"0."}
    assert len(rounds["c"]) == 1
    assert len([row for row in rows if row.id[0] == "c"]) == size
    assert len([row for row in rows if row.id[0] == "s"]) == STAYING
    assert len([row for row in rows if row.id[0] == "m"]) in (0, size)
    assert report.chunks == report.vectors == report.reached == len(rows)
    number = library.generation
    library.close()
    return number


def _alive(children) -> bool:
    return all(child.is_alive() for child in children)


def read_until(index: str, stop, committed, answered, tell) -> None:
    """Ask again and again; every answer must be of the generation it names, which is none that was superseded."""
    library = Library.open(index, embeddings=BagOfWords())
    question = "what was seen in which round"
    vector = library.embeddings.embed_query(question)
    answers, seen, wrong = 0, set(), []
    while not stop.is_set():
        least = committed.value
        with library.snapshot() as snapshot:
            legs = [snapshot.dense(vector, 50), snapshot.lexical(question, 50)]
            rows = snapshot.chunks([number for leg in legs for number, _ in leg])
            number = snapshot.number
        ends = {row.text.split()[-1] for row in rows.values()}
        whole = all(len(leg) == 50 and set(dict(leg)) <= set(rows) for leg in legs)
        if number < least or ends != {f"{number}."} or not whole:
            wrong.append((number, least, sorted(ends), [len(leg) for leg in legs], len(rows)))
        answers += 1
        answered.value = answers
        seen.add(number)
    library.close()
    tell.send((answers, sorted(seen), wrong[:5]))


def readers_and_a_writer(place: Path, seconds: float, *, readers: int = 4, size: int = 60) -> dict[str, object]:
    """So many processes ask while this one syncs, for a time; says how often, and which answers were wrong.

    It takes longer than that where a reader has not had three answers by then.
    """
    index, folder = place / "index", place / "news"
    folder.mkdir()
    library = Library.open(index, create=True, embeddings=BagOfWords())
    names = [f"c{n}" for n in range(size)]
    _lines(folder / "change.jsonl", names, 1)
    library.sync(folder)
    stop, committed = processes.Event(), processes.Value("q", 1)
    pipes = [processes.Pipe() for _ in range(readers)]
    answered = [processes.Value("q", 0) for _ in range(readers)]
    children = [
        processes.Process(target=read_until, args=(str(index), stop, committed, count, end))
        for count, (_, end) in zip(answered, pipes, strict=True)
    ]
    for child in children:
        child.start()
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline or (min(count.value for count in answered) < 3 and _alive(children)):
        round_ = committed.value + 1
        _lines(folder / "change.jsonl", names, round_)
        assert library.sync().generation == round_
        committed.value = round_
    stop.set()
    told = [ours.recv() for ours, _ in pipes]
    for child in children:
        child.join()
    library.close()
    return {
        "generations": committed.value,
        "answers": [answers for answers, _, _ in told],
        "generations_seen": [len(seen) for _, seen, _ in told],
        "wrong": [entry for _, _, wrong in told for entry in wrong],
    }
