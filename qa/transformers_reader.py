"""any Hugging Face extractive question-answering model as a reader, through transformers."""

import hashlib
from functools import cached_property
from typing import Any

import numpy as np

from index.errors import ModelMissingError
from qa.spans import WindowScores

__all__ = ["TransformersScorer"]

WINDOW_TOKENS = 384
"""Of question and passage together, or the model's own limit where that is less."""
OVERLAP_TOKENS = 96


class TransformersScorer:
    """An `AutoModelForQuestionAnswering`: the score of a span is its start logit plus its end logit.

    "No answer here" is the span of the first special token, as in SQuAD 2.0; for a model that was trained
    without unanswerable questions the margin over it says little, and only the order of spans is of use.

    Args:
        name: Model name or path.
        download: Fetch it where it is not on this machine.

    Raises:
        ModelMissingError: It is not there, not a question-answering model, or has no fast tokenizer.
    """

    def __init__(self, name: str, *, download: bool = False) -> None:
        from transformers import AutoModelForQuestionAnswering, AutoTokenizer
        from transformers.utils import logging

        logging.disable_progress_bar()
        self.name = name
        place: dict[str, Any] = {"local_files_only": not download, "trust_remote_code": False}
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(name, use_fast=True, **place)
            self._model = AutoModelForQuestionAnswering.from_pretrained(name, **place).eval()
        except (OSError, ValueError, ImportError) as error:
            remedy = f"Fetch it first, for example: hf download {name}"
            raise ModelMissingError(name, "this machine", remedy=remedy) from error
        if not self._tokenizer.is_fast:
            raise ModelMissingError(name, "this machine", remedy="Its tokenizer gives no offsets; take another model.")

    @cached_property
    def fingerprint(self) -> str:
        """Hash of its weights and its tokenizer, hexadecimal."""
        digest = hashlib.sha256(self._tokenizer.backend_tokenizer.to_str().encode())
        for key, value in sorted(self._model.state_dict().items()):
            digest.update(key.encode())
            digest.update(value.detach().float().cpu().numpy().tobytes())
        return digest.hexdigest()[:16]

    def score(self, question: str, passage: str) -> list[WindowScores]:
        """Score the spans of a passage, in overlapping windows."""
        import torch

        if not passage.strip():
            return []
        limit = min(WINDOW_TOKENS, self._tokenizer.model_max_length)
        encoded = self._tokenizer(
            " ".join(question.split()[: limit // 4]),
            passage,
            truncation="only_second",
            max_length=limit,
            stride=min(OVERLAP_TOKENS, limit // 4),
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
        )
        scored = []
        for place in range(len(encoded["input_ids"])):
            inputs = {
                key: torch.tensor([encoded[key][place]]) for key in self._tokenizer.model_input_names if key in encoded
            }
            with torch.inference_mode():
                logits = self._model(**inputs)
            scored.append(self._window(encoded, place, logits))
        return scored

    def _window(self, encoded: Any, place: int, logits: Any) -> WindowScores:
        starts, ends = (np.asarray(x[0].float(), np.float32) for x in (logits.start_logits, logits.end_logits))
        ids, mark = encoded["input_ids"][place], self._tokenizer.cls_token_id
        nothing = ids.index(mark) if mark in ids else 0
        inside = [n for n, part in enumerate(encoded.sequence_ids(place)) if part == 1]
        offsets = [encoded["offset_mapping"][place][n] for n in inside]
        margins = starts[inside][:, None] + ends[inside][None, :] - (starts[nothing] + ends[nothing])
        return WindowScores([(start, end) for start, end in offsets], margins)
