"""How an index grows: time, disk and memory at 1,000 to 50,000 articles, with made vectors.

    python -m tests.bench.scale [--articles 1000 10000] [--place FOLDER]

Articles have the shape of real news (about ten chunks of a few sentences each, words by Zipf's law); vectors are
unit vectors in clusters, made from the text, so that what is measured is the index and not the embedder. Beside
each time stands the processor's (cpu), which says the same on a machine that has other work as well.
"""

import argparse
import json
import multiprocessing
import os
import random
import resource
import shutil
import statistics
import tempfile
import time
import zlib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np

from index.library import Library
from qa.retrieval import HybridRetriever
from tests.fakes import BagOfWords

ADDED = 100
QUERIES = 200
OUTLETS = ["Herald", "Courier", "Gazette", "Chronicle", "Post", "Observer", "Echo", "Argus"]
BARS = {"add_100_s": 20.0, "query_p95_ms": 60.0, "reader_gb": 2.5}


class MadeVectors(BagOfWords):
    """384 numbers for a text: one of 2,000 centres, and noise; at once, however long the text."""

    dimension = 384

    def __init__(self) -> None:
        super().__init__("made-vectors", token_limit=110)
        self._centres = np.random.default_rng(1).normal(size=(2000, self.dimension)).astype(np.float32)

    def encode(self, texts):
        rows = np.empty((len(texts), self.dimension), dtype=np.float32)
        for place, text in enumerate(texts):
            seed = zlib.crc32(text.encode())
            noise = np.random.Generator(np.random.SFC64(seed)).standard_normal(self.dimension, dtype=np.float32)
            rows[place] = self._centres[seed % 2000] + 0.7 * noise
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def embed_query(self, text):
        return [float(x) for x in self.encode([text])[0]]


def write_articles(folder: Path, first: int, count: int) -> None:
    """A jsonl file of so many articles."""
    pick = random.Random(first)
    words = [
        f"{a}{b}{c}" for a in "bcdfghklmnprst" for b in "aeiou" for c in ("n", "r", "st", "lm", "ck", "ve", "tion")
    ]
    words += [f"{one}{other}" for one in words[:120] for other in words[:120]]
    weights = [1 / (rank + 3) for rank in range(len(words))]
    with (folder / f"from-{first}.jsonl").open("w") as file:
        for number in range(first, first + count):
            drawn = pick.choices(words, weights, k=pick.randint(500, 1000))
            sentences, place = [], 0
            while place < len(drawn):
                length = pick.randint(8, 30)
                sentences.append(" ".join(drawn[place : place + length]).capitalize() + f" {number}.")
                place += length
            text = "\n\n".join(" ".join(sentences[i : i + 3]) for i in range(0, len(sentences), 3))
            day = date(2010, 1, 1) + timedelta(days=pick.randrange(5000))
            row = {"id": f"a{number}", "title": " ".join(drawn[:8]).capitalize(), "source": pick.choice(OUTLETS)}
            file.write(json.dumps({**row, "published": day.isoformat(), "text": text}) + "\n")


def build(index: str, folder: str, tell) -> None:
    """A sync in a process of its own: seconds by stage, chunks and peak memory."""
    library = Library.open(index, create=True, embeddings=MadeVectors())
    clocks = {"s": time.monotonic, "cpu_s": time.process_time}
    marks = {"began": _now(clocks)}
    library.sync(folder, progress=lambda p: marks.setdefault(f"{p.stage}{p.done == p.total}", _now(clocks)))
    marks["ended"] = _now(clocks)
    stages = {
        "total": ("began", "ended"),
        "read": ("began", "readingTrue"),
        "rows": ("readingTrue", "embeddingFalse"),
        "embed": ("embeddingFalse", "embeddingTrue"),
        "write": ("embeddingTrue", "ended"),
    }
    spent = {
        f"{stage}_{clock}": marks[end][clock] - marks[start][clock]
        for stage, (start, end) in stages.items()
        for clock in clocks
    }
    tell.send({**spent, "chunks": library.status().chunks, "peak_gb": _peak()})


def _now(clocks):
    return {name: clock() for name, clock in clocks.items()}


def ask(index: str, tell) -> None:
    """Cold open, then queries, in a process of its own; retrieval alone, with filters in every fourth."""
    began = time.monotonic()
    library = Library.open(index, embeddings=MadeVectors())
    retriever = HybridRetriever(library=library)
    rows = library.articles()
    pick = random.Random(5)
    titles = [pick.choice(rows).title for _ in range(QUERIES)]
    opened, opened_cpu = time.monotonic(), time.process_time()
    retriever.passages(titles[0])
    first, first_cpu = time.monotonic(), time.process_time()
    times, work = [], []
    for title in titles:
        start, cpu = time.monotonic(), time.process_time()
        retriever.passages(title)
        times.append((time.monotonic() - start) * 1000)
        work.append((time.process_time() - cpu) * 1000)
    times.sort()
    work.sort()
    tell.send(
        {
            "list_all_s": opened - began,
            "first_query_s": first - opened,
            "first_query_cpu_s": first_cpu - opened_cpu,
            "query_p50_ms": statistics.median(times),
            "query_p95_ms": times[int(0.95 * len(times))],
            "query_p50_cpu_ms": statistics.median(work),
            "query_p95_cpu_ms": work[int(0.95 * len(work))],
            "reader_gb": _peak(),
        }
    )


def measure(count: int, place: Path) -> dict[str, float]:
    """All figures of one size."""
    folder, index = place / "articles", place / "index"
    folder.mkdir(parents=True)
    for first in range(0, count, 5000):
        write_articles(folder, first, min(5000, count - first))
    made = _in_process(build, str(index), str(folder))
    write_articles(folder, count, ADDED)
    added = _in_process(build, str(index), str(folder))
    asked = _in_process(ask, str(index))
    disk = sum(file.stat().st_size for file in index.rglob("*") if file.is_file())
    return {
        "articles": count,
        "chunks": made["chunks"],
        **{f"make_{name}": value for name, value in made.items() if name.endswith("_s")},
        "add_100_s": added["total_s"] - added["embed_s"],
        "add_100_cpu_s": added["total_cpu_s"] - added["embed_cpu_s"],
        **{f"add_100_{name}": added[name] for name in ("read_cpu_s", "rows_cpu_s", "write_cpu_s", "write_s")},
        "writer_gb": max(made["peak_gb"], added["peak_gb"]),
        **asked,
        "disk_gb": disk / 1e9,
    }


def _in_process(work, *words):
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=work, args=(*words, theirs))
    process.start()
    theirs.close()
    try:
        return ours.recv()
    finally:
        process.join()


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, nargs="+", default=[1000, 10_000, 50_000])
    parser.add_argument("--place", type=Path, help="A folder on the disk to measure [default: a temporary one].")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    print(f"{datetime.now(UTC).date()}; {os.cpu_count()} cores, load {load:.1f} before; bars at 50,000: {BARS}")
    for count in options.articles:
        place = Path(tempfile.mkdtemp(prefix="scale-", dir=options.place))
        try:
            found = measure(count, place)
        finally:
            shutil.rmtree(place, ignore_errors=True)
        print(json.dumps({name: round(value, 3) for name, value in found.items()}), flush=True)


if __name__ == "__main__":
    main()
