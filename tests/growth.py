"""How much memory a process gains from making and reading generations of an index.

    python -m tests.growth FOLDER [--generations 18]

Prints bytes a generation. It wants a process of its own: in one that has done other things the allocator's free
room, taken and given back in steps of megabytes, hides what is measured.
"""

import argparse
import ctypes
import gc
import itertools
import re
import statistics
from pathlib import Path

from index.library import Library
from tests.crashing import write_round
from tests.fakes import BagOfWords


def anonymous():
    """Bytes of this process's memory that stand for no file, free room of the allocator given back before."""
    gc.collect()
    if hasattr(ctypes.CDLL(None), "malloc_trim"):
        ctypes.CDLL(None).malloc_trim(0)
    return 1024 * int(re.search(r"RssAnon:\s*(\d+)", Path("/proc/self/status").read_text())[1])


def sizes(place, generations):
    """The memory after each of so many generations."""
    library = Library.open(place / "index", create=True, embeddings=BagOfWords())
    for number in range(generations):
        write_round(place / "news", 3 * number, 20)
        library.sync(place / "news", allow_removal=True)
        with library.snapshot() as snapshot:
            assert snapshot.dense(library.embeddings.embed_query("round"), 3)
        yield anonymous()
    library.close()


def slope(values):
    """Median of the slopes of all pairs (Theil and Sen): a few steps up or down do not move it."""
    pairs = itertools.combinations(enumerate(values), 2)
    return statistics.median((b - a) / (later - earlier) for (earlier, a), (later, b) in pairs)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--generations", type=int, default=18)
    options = parser.parse_args()
    measured = list(sizes(options.folder, options.generations))
    # The first third warms up: caches fill, modules are loaded.
    print(round(slope(measured[len(measured) // 3 :])))


if __name__ == "__main__":
    main()
