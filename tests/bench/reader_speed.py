"""python -m tests.bench.reader_speed: how long the bundled reader takes over one question's passages, as JSON."""

import argparse
import json
import os
import platform
import time

from qa.metrics import percentile
from qa.reader import load_reader

SENTENCES = (
    "The harbour bridge at Lindholm was closed on Tuesday after engineers found cracks in two of its piers. ",
    "Mayor Ingrid Solberg said repairs would take nine weeks and cost 4.2 million crowns. ",
    "Ferries will carry passengers between the two banks until the bridge opens again. ",
    "A spokesman for the builders, Karl Lund, denied that the concrete had been mixed with sea water. ",
)


def passages_of(count: int, tokens: int) -> list[str]:
    """Different passages of about `tokens` word-pieces; a sentence here has 18 to 22."""
    sentences = [SENTENCES[n % len(SENTENCES)] for n in range(tokens // 20)]
    return ["".join(sentences[n % 4 :] + sentences[: n % 4]) + f"Report {n}." for n in range(count)]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.reader_speed", description=__doc__)
    parser.add_argument("--passages", type=int, default=12)
    parser.add_argument("--tokens", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    reader = load_reader()
    passages = passages_of(options.passages, options.tokens)
    reader.read("How long will the repairs take?", passages)
    walls, processor = [], []
    for _ in range(options.rounds):
        wall, used = time.perf_counter(), time.process_time()
        reader.read("How long will the repairs take?", passages)
        walls.append(1000 * (time.perf_counter() - wall))
        processor.append(1000 * (time.process_time() - used))
    figures = {
        "passages": options.passages,
        "tokens": options.tokens,
        "p50_ms": round(percentile(walls, 50), 1),
        "p95_ms": round(percentile(walls, 95), 1),
        "processor_p50_ms": round(percentile(processor, 50), 1),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "machine": platform.machine(),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
