"""the reader's own model, as shipped: int8, read by onnxruntime and tokenizers without torch."""

import hashlib
import json
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.articles import Span
from index.errors import ModelMissingError
from qa.spans import WindowScores, windows

if TYPE_CHECKING:
    import onnxruntime
    from tokenizers import Tokenizer

__all__ = ["MODEL_FOLDER", "BundledScorer", "load_tokenizer", "marks"]

MODEL_FOLDER = Path(str(files("qa") / "model"))
NETWORK, TOKENIZER, SUMS = "reader.onnx", "tokenizer.json", "sums.json"

QUESTION_TOKENS = 48
WINDOW_TOKENS = 288
"""Of the passage; as in training."""
OVERLAP_TOKENS = 96


class BundledScorer:
    """The shipped model.

    Its graph takes `ids` and `types`, int64 [1, length], and gives `spans`, float32 [1, length, length]:
    the score of each span of tokens, the one at [0, 0] meaning "no answer here".

    Args:
        folder: With the network, the tokenizer and their sums.

    Raises:
        ModelMissingError: A file is missing or is not the published one.
    """

    name = "bundled"

    def __init__(self, folder: Path = MODEL_FOLDER) -> None:
        self._folder = folder
        sums = _verified_sums(folder)
        digest = hashlib.sha256(json.dumps([sums, QUESTION_TOKENS, WINDOW_TOKENS, OVERLAP_TOKENS]).encode())
        self.fingerprint = digest.hexdigest()[:16]
        self._tokenizer = load_tokenizer(folder / TOKENIZER)

    @cached_property
    def _session(self) -> "onnxruntime.InferenceSession":
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # passages are read side by side instead; measured 2026-11
        options.inter_op_num_threads = 1
        return onnxruntime.InferenceSession(
            str(self._folder / NETWORK),
            options,
            providers=["CPUExecutionProvider"],
            # The fused kernel of 1.32 is slow: without it a passage takes 26 ms of processor time, not 33.
            disabled_optimizers=["SkipLayerNormFusion"],
        )

    def score(self, question: str, passage: str) -> list[WindowScores]:
        """Score the spans of a passage, in windows of `WINDOW_TOKENS`."""
        asked = self._tokenizer.encode(question, add_special_tokens=False).ids[:QUESTION_TOKENS]
        encoded = self._tokenizer.encode(passage, add_special_tokens=False)
        start, stop = marks(self._tokenizer)
        before = [start, *asked, stop]
        scored = []
        for first, last in windows(len(encoded.ids), size=WINDOW_TOKENS, overlap=OVERLAP_TOKENS):
            ids = np.array([[*before, *encoded.ids[first:last], stop]], dtype=np.int64)
            types = (np.arange(ids.shape[1]) >= len(before)).astype(np.int64)[None]
            spans = self._spans(ids, types)
            inside = slice(len(before), ids.shape[1] - 1)
            scored.append(WindowScores(encoded.offsets[first:last], spans[inside, inside] - spans[0, 0]))
        return scored

    def _spans(self, ids: np.ndarray[Any, Any], types: np.ndarray[Any, Any]) -> np.ndarray[Any, np.dtype[np.float32]]:
        (spans,) = self._session.run(["spans"], {"ids": ids, "types": types})
        return np.asarray(spans[0], dtype=np.float32)


def marks(tokenizer: "Tokenizer") -> Span:
    """Ids of what stands before a question, and of what stands after it and after a passage."""
    start, stop = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    assert start is not None, "the tokenizer is BERT's"
    assert stop is not None, "the tokenizer is BERT's"
    return start, stop


def load_tokenizer(path: Path) -> "Tokenizer":
    """Load a tokenizer that neither truncates nor pads; the published file does both at 128 tokens."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _verified_sums(folder: Path) -> dict[str, str]:
    remedy = "Install articleqa again: pip install --force-reinstall --no-deps articleqa"
    try:
        sums: dict[str, str] = json.loads((folder / SUMS).read_text(encoding="utf-8"))
        found = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in sums}
    except FileNotFoundError as error:
        remedy = f"{error.filename} is missing. {remedy}"
        raise ModelMissingError("bundled reader", str(folder), remedy=remedy) from error
    for name, expected in sums.items():
        if found[name] != expected:
            raise ModelMissingError("bundled reader", f"{folder} ({name} is not the published file)", remedy=remedy)
    return sums
