"""python -m qa.reader_figures: the shipped reader's figures on the select or report half of the dev files, as JSON."""

import argparse
import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from index.embedding import load_embeddings
from qa.bundled_reader import MODEL_FOLDER, BundledScorer
from qa.metrics import auroc, bootstrap
from qa.mining import mine, rank_by_both
from qa.reader import Reader, SpanReader
from qa.reader_eval import ROUNDS, evaluate_reading, read_questions
from qa.training_data import Row, half_of, read_rows

__all__ = ["choose_weights", "main", "measure", "open_reader", "right_against_retrieved"]

Half = Literal["select", "report"]


def right_against_retrieved(rows: Sequence[Row], reader: Reader) -> dict[str, Any]:
    """Compare each question's margin in its own passage with that in the best retrieved one that lacks the answer.

    Returns:
        `pairs`, `auroc` over all margins with its 95 % `interval`, and `right_first`: the share of questions
        whose own passage has the higher margin.
    """
    paragraphs = sorted({row.context for row in rows})
    mined = mine(rows, paragraphs, rank_by_both(paragraphs, load_embeddings().encode), keep=1)
    pairs = []
    for row in rows:
        if row.id in mined:
            read = reader.read(row.question, [row.context, paragraphs[mined[row.id][0]]], k=1)
            pairs.append(tuple(spans[0].score if spans else float("-inf") for spans in read))

    def over(pairs: Sequence[tuple[float, ...]]) -> float:
        margins = [right for right, _ in pairs] + [wrong for _, wrong in pairs]
        return auroc(margins, [True] * len(pairs) + [False] * len(pairs))

    return {
        "pairs": len(pairs),
        "auroc": over(pairs),
        "interval": bootstrap(pairs, over, rounds=ROUNDS),
        "right_first": sum(right > wrong for right, wrong in pairs) / max(1, len(pairs)),
    }


def _half(path: Path, half: Half, folder: Path) -> Path:
    """Copy the questions of one half to a file of their own."""
    kept = folder / f"{path.name.split('.')[0]}.{half}.jsonl"
    rows = [json.dumps(row) for row in read_questions(path) if half_of(row["title"]) == half]
    kept.write_text("\n".join(rows), encoding="utf-8")
    return kept


def measure(
    data: Path, reader: Reader, *, half: Half, limit: int | None = None, out: Path | None = None
) -> dict[str, Any]:
    """All figures of a reader on one half of the dev files.

    Args:
        data: Folder with squad1_dev.jsonl.gz and squad2_dev.jsonl.gz.
        reader: What reads.
        half: `select` to choose by, `report` to publish.
        limit: Questions of each file, taken evenly; None for all.
        out: Folder that gets a JSON line a question; None for none.
    """
    figures: dict[str, Any] = {"half": half}
    if out:
        out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for name in ("squad1", "squad2"):
            path = _half(data / f"{name}_dev.jsonl.gz", half, Path(folder))
            lines = out / f"{name}.jsonl" if out else None
            figures[name] = evaluate_reading(path, reader=reader, limit=limit, out=lines).to_json()
            if name == "squad1":
                rows = read_rows(path)
                step = max(1, len(rows) // limit) if limit else 1
                figures["right_against_retrieved"] = right_against_retrieved(rows[::step], reader)
    return figures


def choose_weights(checkpoint: Path, data: Path, folder: Path, *, limit: int | None = None) -> dict[str, Any]:
    """Export the last and the averaged weights of a run, and keep those that read better on `select`.

    Args:
        checkpoint: Of a run that is through.
        data: As for `measure`.
        folder: Gets `last`, `averaged` and `float32`, each an exported reader, and `model`, the kept one.
        limit: As for `measure`.

    Returns:
        Figures by name, and under `kept` which it was.
    """
    from qa.reader_export import export, load_network

    figures: dict[str, Any] = {}
    for name in ("last", "averaged"):
        export(load_network(checkpoint, averaged=name == "averaged"), folder / name)
        figures[name] = measure(data, open_reader(folder / name), half="select", limit=limit)
    kept = max(figures, key=lambda name: figures[name]["squad1"]["f1"])
    export(load_network(checkpoint, averaged=kept == "averaged"), folder / "float32", int8=False)
    figures["float32"] = measure(data, open_reader(folder / "float32"), half="select", limit=limit)
    shutil.copytree(folder / kept, folder / "model", dirs_exist_ok=True)
    return {**figures, "kept": kept}


def open_reader(folder: Path) -> SpanReader:
    """A reader over exported files."""
    return SpanReader(BundledScorer(folder), threads=2)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m qa.reader_figures", description=__doc__)
    parser.add_argument("data", type=Path, help="folder with squad1_dev.jsonl.gz and squad2_dev.jsonl.gz")
    parser.add_argument("--half", choices=("select", "report"), default="report")
    parser.add_argument("--model", type=Path, default=MODEL_FOLDER, help="folder with an exported reader")
    parser.add_argument("--limit", type=int, help="questions of each file, taken evenly")
    parser.add_argument("--out", type=Path, help="folder for one JSON line a question")
    options = parser.parse_args(arguments)
    reader = open_reader(options.model)
    figures = measure(options.data, reader, half=options.half, limit=options.limit, out=options.out)
    print(json.dumps(figures, indent=1))  # noqa: T201 -- the program's output


if __name__ == "__main__":
    main()
