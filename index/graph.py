"""The bundled model's graph, run by onnxruntime with the published weights: a question costs milliseconds, not torch.

The file beside this module holds the operations only (a few hundred KB); the weights are read from the
installed model at load. It is made by `python -m index.graph_export`, which needs the extra `train`.
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from tokenizers import Tokenizer

__all__ = ["GRAPH", "GraphEncoder"]

GRAPH = Path(__file__).parent / "model" / "all-MiniLM-L6-v2.onnx"
SOURCES = "weights"
"""Metadata entry: for each initializer of the graph its tensor's name, and whether it is transposed."""
BATCH = 8

Vectors = np.ndarray[Any, np.dtype[np.float32]]


class GraphEncoder:
    """Texts to unit vectors in float32; agrees with sentence-transformers to 1e-6. Safe to use from many threads.

    Args:
        folder: Of the bundled model, its files checked.
        tokenizer: Its tokenizer, without truncation and padding.
        longest: Tokens read of a text, special ones included.
    """

    def __init__(self, folder: Path, tokenizer: "Tokenizer", *, longest: int) -> None:
        import onnxruntime
        from safetensors.numpy import load_file

        tensors = load_file(folder / "model.safetensors")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = len(os.sched_getaffinity(0))
        sources = json.loads((GRAPH.with_suffix(".json")).read_text(encoding="utf-8"))[SOURCES]
        names = sorted(sources)
        arrays = [_array(tensors, *sources[name]) for name in names]
        # onnxruntime reads the arrays in place while the session is made.
        values = [onnxruntime.OrtValue.ortvalue_from_numpy(array) for array in arrays]
        options.add_external_initializers(names, values)
        self._session = onnxruntime.InferenceSession(str(GRAPH), options, providers=["CPUExecutionProvider"])
        self._tokenizer = tokenizer
        self._longest = longest

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of texts, shape (len(texts), dimension), in their order."""
        return np.stack(self._run("vector", [self._ids(text) for text in texts])).astype(np.float32)

    def encode_tokens(self, texts: Sequence[str]) -> list[Vectors]:
        """Vectors of each text's tokens, shape (tokens read, dimension), special tokens left out; any length."""
        encoded = [self._ids(text) for text in texts]
        found = self._run("tokens", encoded)
        return [hidden[1 : len(ids) - 1] for ids, hidden in zip(encoded, found, strict=True)]

    def _run(self, output: str, encoded: Sequence[Sequence[int]]) -> list[Vectors]:
        """One output of the graph for each text, in batches of like length."""
        order = sorted(range(len(encoded)), key=lambda place: len(encoded[place]))
        results: list[Any] = [None] * len(encoded)
        for start in range(0, len(order), BATCH):
            places = order[start : start + BATCH]
            width = max(len(encoded[place]) for place in places)
            ids = np.zeros((len(places), width), dtype=np.int64)
            mask = np.zeros_like(ids)
            for row, place in enumerate(places):
                ids[row, : len(encoded[place])] = encoded[place]
                mask[row, : len(encoded[place])] = 1
            (found,) = self._session.run([output], {"input_ids": ids, "attention_mask": mask})
            for row, place in enumerate(places):
                results[place] = found[row]
        return results

    def _ids(self, text: str) -> list[int]:
        ids = list(self._tokenizer.encode(text).ids)
        return ids if len(ids) <= self._longest else [*ids[: self._longest - 1], ids[-1]]


def _array(tensors: dict[str, Any], name: str, transposed: bool) -> Any:  # noqa: FBT001 - as the file has it
    return np.ascontiguousarray(tensors[name].T if transposed else tensors[name])
