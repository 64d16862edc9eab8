"""the reader's network and its loss: an encoder with a joint head over spans; torch."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import torch
from torch import Tensor, nn
from transformers import BertModel
from transformers.models.bert.modeling_bert import BertSelfAttention

from index.embedding import bundled_model_path
from qa.spans import ANSWER_TOKENS
from qa.training_stream import Example

__all__ = ["Batch", "Dropout", "SpanNetwork", "load_encoder", "set_dropout", "span_loss"]

PAIR_WIDTH = 64
DRAWN = 1 << 23
"""Dropout masks drawn beforehand: 16 MB, ten times the activations of a layer."""


def load_encoder() -> BertModel:
    """Load the bundled encoder without dropout.

    Its attention is the eager one: onnxruntime's optimizer knows it, and in bfloat16 on a CPU it trains 1.4 times
    as fast as torch's own.
    """
    return BertModel.from_pretrained(
        bundled_model_path(),
        attn_implementation="eager",
        add_pooling_layer=False,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )


class Dropout(nn.Module):  # type: ignore[misc]  # torch is not followed, see pyproject.toml
    """Dropout from masks drawn beforehand, each use at a random place of them.

    Drawing a number for each activation took a third of a training step on a CPU (torch draws on one thread).

    Args:
        share: Of the activations left out; the others grow by 1 / (1 - share).
    """

    def __init__(self, share: float) -> None:
        super().__init__()
        kept = torch.rand(DRAWN) >= share
        self.register_buffer("masks", kept.to(torch.bfloat16) / (1 - share), persistent=False)

    def forward(self, values: Tensor) -> Tensor:
        """Leave out a share of `values` (any shape) while training; give them back as they are otherwise."""
        if not self.training:
            return values
        room = len(self.masks) - values.numel()
        if room < 0:  # more values than masks: those come round again
            return values * self.masks.repeat(-(-values.numel() // DRAWN))[: values.numel()].view_as(values)
        at = int(torch.randint(room + 1, ()))
        return values * self.masks[at : at + values.numel()].view_as(values)


def set_dropout(network: nn.Module, share: float) -> None:
    """Put this dropout in the place of every `nn.Dropout` of a network, attention weights apart.

    All of them use the same masks. transformers drops attention weights itself, by the share it reads from its module.
    """
    dropout = Dropout(share).to(next(network.parameters()).device)
    for module in list(network.modules()):
        if isinstance(module, BertSelfAttention):
            continue
        for name, child in module.named_children():
            if isinstance(child, nn.Dropout):
                setattr(module, name, dropout)


class SpanNetwork(nn.Module):  # type: ignore[misc]  # torch is not followed, see pyproject.toml
    """Encoder with a joint head over spans: score(i, j) = start_i + end_j + <a_i, b_j> / sqrt(64).

    The dot product lets an end know its start (Fajcik et al. 2021, "Rethinking the Objectives of
    Extractive Question Answering"). The span (0, 0), at [CLS], stands for "no answer here", as in
    Devlin et al. 2019.
    """

    def __init__(self, encoder: BertModel) -> None:
        super().__init__()
        self.encoder = encoder
        width = encoder.config.hidden_size
        self.edges = nn.Linear(width, 2)
        self.pairs = nn.Linear(width, 2 * PAIR_WIDTH)
        for layer in (self.edges, self.pairs):
            nn.init.normal_(layer.weight, std=0.02)
            nn.init.zeros_(layer.bias)

    def forward(self, ids: Tensor, types: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Score edges and spans.

        Args:
            ids: int64 [batch, length], padded at the end.
            types: int64 [batch, length], 1 in the passage.
            mask: int64 [batch, length], 0 at padding.

        Returns:
            Edge logits [batch, length, 2] (start, end) and span scores [batch, length, length], float32.
        """
        hidden = self.encoder(input_ids=ids, token_type_ids=types, attention_mask=mask).last_hidden_state
        edges = self.edges(hidden).float()
        left, right = self.pairs(hidden).float().chunk(2, dim=-1)
        pairs = left @ right.transpose(1, 2) / PAIR_WIDTH**0.5
        return edges, edges[..., 0].unsqueeze(2) + edges[..., 1].unsqueeze(1) + pairs


@dataclass(frozen=True)
class Batch:
    """Padded tensors of some examples.

    Args:
        ids: int64 [batch, length].
        types: int64 [batch, length].
        mask: int64 [batch, length].
        legal: bool [batch, length, length]; spans of the passage up to `ANSWER_TOKENS`, and (0, 0).
        gold: bool [batch, length, length]; the right ones, (0, 0) where there is no answer.
    """

    ids: Tensor
    types: Tensor
    mask: Tensor
    legal: Tensor
    gold: Tensor

    @classmethod
    def of(cls, examples: Sequence[Example], *, multiple: int = 8) -> "Batch":
        """Pad examples to a common length, a multiple of `multiple` tokens."""
        longest = max(len(e.ids) for e in examples)
        length = -(-longest // multiple) * multiple
        shape = (len(examples), length)
        ids, types, mask = (torch.zeros(shape, dtype=torch.long) for _ in range(3))
        legal = torch.zeros((*shape, length), dtype=torch.bool)
        gold = torch.zeros_like(legal)
        band = torch.ones(length, length, dtype=torch.bool).triu().tril(ANSWER_TOKENS - 1)
        for n, example in enumerate(examples):
            size = len(example.ids)
            ids[n, :size] = torch.tensor(example.ids)
            types[n, example.passage_start : size] = 1
            mask[n, :size] = 1
            inside = slice(example.passage_start, size - 1)
            legal[n, inside, inside] = band[inside, inside]
            legal[n, 0, 0] = True
            for start, end in example.golds or ((0, 0),):
                legal[n, start, end] = gold[n, start, end] = True
        return cls(ids, types, mask, legal, gold)

    def to(self, device: torch.device) -> "Batch":
        """The same batch on another device."""
        return Batch(**{field.name: getattr(self, field.name).to(device) for field in fields(self)})


def span_loss(edges: Tensor, spans: Tensor, batch: Batch) -> Tensor:
    """Mean negative log-likelihood of the right spans, jointly and, at half the weight each, by their edges.

    Where several spans count as right their probabilities add up (Clark & Gardner 2018).
    """
    joint = _marginal(spans.flatten(1), batch.legal.flatten(1), batch.gold.flatten(1))
    starts = _marginal(edges[..., 0], batch.legal.any(2), batch.gold.any(2))
    ends = _marginal(edges[..., 1], batch.legal.any(1), batch.gold.any(1))
    return (joint + (starts + ends) / 2).mean()


def _marginal(scores: Tensor, legal: Tensor, gold: Tensor) -> Tensor:
    lowest = torch.finfo(scores.dtype).min
    every = scores.masked_fill(~legal, lowest).logsumexp(1)
    return every - scores.masked_fill(~gold, lowest).logsumexp(1)
