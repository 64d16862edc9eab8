"""Compare sentence splitters on cases that trip them, and on speed.

    python -m tests.bench.compare_sentences [ARTICLES.jsonl[.gz]] [--limit 1000]

Prints, for each splitter that is installed: breaks that are right, wrong and missed on the cases below, whether
its offsets count code points, and characters a second on the texts of ARTICLES (the cases, repeated, without it).
The winner is the one index/sentences.py stands on; the others need `pip install pysbd syntok blingfire`.
"""

import argparse
import gzip
import importlib
import importlib.metadata
import json
import time
from collections.abc import Callable, Iterable
from pathlib import Path

Split = Callable[[str], list[tuple[int, int]]]

# Each case: the sentences as a careful reader would part them; they are joined by one space.
CASES = [
    ["The U.N. met on Jan. 25 in Geneva.", "Nobody left early."],
    ["Talks begin at the U.N.", "They may last a week."],
    ["The move came after pressure from the U.S. Congress.", "It passed 51-49."],
    ["J. K. Smith wrote the book.", "It sold well."],
    ["The review by A.B. Carter and J. Doe was short.", "Both agreed."],
    ["Mr. Hale met Mrs. Ortiz and Dr. Finn at St. Mary's Church.", "They prayed."],
    ["He is 5 ft. 10 in. tall.", "She is taller."],
    ["Sen. Ray Holt, R-Ohio, and Rep. Lou Bell disagreed.", "Gov. Ames was silent."],
    ["Gen. Ito and Lt. Col. Baker resigned on Sept. 3.", "Sgt. Moss did not."],
    ["Acme Inc. bought Bolt Corp. for $3.5 billion.", "Shares of Zed Co. rose 2.1 percent."],
    ["The firm, Hale & Co., declined to comment.", "Its shares fell."],
    ['"We are done."', "She left the room."],
    ['"Are you sure?" he asked.', "Nobody answered."],
    ['"Stop!" cried the guard.', "The man ran."],
    ["He said: \u201cWe will rebuild.\u201d", "The crowd cheered."],
    ['"It was the best year ever," she said.', '"It will not come back."'],
    ["(The mayor did not reply.)", "The council did."],
    ["The plan (see p. 14) is old.", "It costs No. 1 money."],
    ["Prices rose 3.2% vs. last year, i.e. faster than wages.", "Rents, e.g. in Paris, fell."],
    ["Where is it?", "In the east!", "So he says."],
    ["It was late... and cold.", "We went home."],
    ["It was over\u2026", "Then came spring."],
    ["She works for Yahoo! in the west.", "He does not."],
    ["The show starts at 8 p.m. on Friday.", "Doors open at 7 a.m."],
    ["It ended at 9 p.m.", "The streets were empty."],
    ["Visit www.example.org for more.", "Version 2.0.1 is out."],
    ["The case, Roe v. Doe, was closed.", "Prof. Lin wrote the brief."],
    ["The storm hit Washington, D.C. on Monday.", "Schools closed."],
    ["He was born in Washington, D.C.", "His mother was a teacher."],
    ["John F. Kennedy Jr. was there.", "So was Dr. Martin Luther King Jr."],
    ["\U0001f600 The fair opened in Lyon.", "It closes on Dec. 1.", "\U0001f1eb\U0001f1f7 All are welcome."],
    ["Le cafe\u0301 est ferme\u0301.", "Il rouvre demain."],
    ["The vote was 12 to 3.", "2 members were absent."],
    ["The U.S. and the U.K. signed.", "The E.U. did not."],
    ["The agency (W.H.O.) warned early.", "Few listened."],
    ["The report says the law is unfair.[1]", "Others disagree."],
    ["iPhone sales fell.", "eBay's rose."],
    ["A spokesman for the U.S. said no.", "A U.N. envoy said yes."],
    ["Ms. Park, 41, of Mt. Vernon, N.Y., won.", "She thanked her team."],
]


def sentencex_split(text: str) -> list[tuple[int, int]]:
    module = importlib.import_module("sentencex")
    return [(b["start_index"], b["end_index"]) for b in module.get_sentence_boundaries("en", text)]


def pysbd_split(text: str) -> list[tuple[int, int]]:
    segmenter = importlib.import_module("pysbd").Segmenter(language="en", clean=False, char_span=True)
    return [(s.start, s.end) for s in segmenter.segment(text)]


def syntok_split(text: str) -> list[tuple[int, int]]:
    module = importlib.import_module("syntok.segmenter")
    sentences = (s for paragraph in module.process(text) for s in paragraph if s)
    return [(s[0].offset, s[-1].offset + len(s[-1].value)) for s in sentences]


def blingfire_split(text: str) -> list[tuple[int, int]]:
    return list(importlib.import_module("blingfire").text_to_sentences_and_offsets(text)[1])


def ours_split(text: str) -> list[tuple[int, int]]:
    return importlib.import_module("index.sentences").sentence_spans(text)


SPLITTERS: dict[str, Split] = {
    "sentencex": sentencex_split,
    "pysbd": pysbd_split,
    "syntok": syntok_split,
    "blingfire": blingfire_split,
    "index.sentences": ours_split,
}


def starts(text: str, spans: Iterable[tuple[int, int]]) -> set[int]:
    """Where sentences begin, after leading space; the first one says nothing."""
    found = {start + len(text[start:end]) - len(text[start:end].lstrip()) for start, end in spans}
    return {start for start in found if start > 0}


def judge(split: Split, *, verbose: bool) -> tuple[int, int, int]:
    """Breaks on the cases that are right, wrong and missed."""
    right = wrong = missed = 0
    for case in CASES:
        text = " ".join(case)
        gold = {len(" ".join(case[:i])) + 1 for i in range(1, len(case))}
        found = starts(text, split(text))
        right, wrong, missed = (
            right + len(gold & found),
            wrong + len(found - gold),
            missed + len(gold - found),
        )
        if verbose and gold != found:
            print("   ", [text[a:b] for a, b in split(text)])
    return right, wrong, missed


def counts_code_points(split: Split) -> bool:
    """Whether offsets stay right after characters of four bytes."""
    text = "\U0001f600\U0001f600\U0001f600 Rain fell.\nIt was cold. All stayed in."
    found = [text[a:b].strip() for a, b in split(text)]
    return {"It was cold.", "All stayed in."} <= set(found)


def read_texts(path: Path | None, limit: int) -> list[str]:
    if path is None:
        return [" ".join(" ".join(case) for case in CASES)] * 20
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line, _ in zip(lines, range(limit), strict=False)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", nargs="?", type=Path)
    parser.add_argument("--limit", type=int, default=1000)
    parser.add_argument("--verbose", action="store_true", help="print each case that goes wrong")
    options = parser.parse_args()
    texts = read_texts(options.articles, options.limit)
    print(f"{'splitter':18}{'right':>6}{'wrong':>6}{'missed':>7}  {'code points':12}{'MB/s':>7}")
    for name, split in SPLITTERS.items():
        try:
            right, wrong, missed = judge(split, verbose=options.verbose)
        except ModuleNotFoundError:
            print(f"{name:18} not installed")
            continue
        sample = texts if name in {"sentencex", "blingfire", "index.sentences"} else texts[:40]
        began = time.perf_counter()
        for text in sample:
            split(text)
        speed = sum(map(len, sample)) / (time.perf_counter() - began) / 1e6
        exact = "yes" if counts_code_points(split) else "no"
        print(f"{name:18}{right:6}{wrong:6}{missed:7}  {exact:12}{speed:7.2f}")


if __name__ == "__main__":
    main()
