"""Makes the bundled model's graph without its weights: `python -m index.graph_export`, with the extra `train`."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from index.embedding import bundled_model_path
from index.graph import GRAPH, SOURCES

__all__ = ["make"]


def make(folder: Path) -> None:
    """Write the graph of a model without its weights, and where each of them is to be had.

    Args:
        folder: Of the bundled model.
    """
    import onnx
    import torch
    from safetensors.numpy import load_file
    from transformers import BertModel

    model = BertModel.from_pretrained(folder, attn_implementation="eager", add_pooling_layer=False).eval()

    class Pooled(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            hidden = self.model(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
            weights = attention_mask.unsqueeze(-1).to(hidden.dtype)
            mean = (hidden * weights).sum(1) / weights.sum(1).clamp(min=1e-9)
            return torch.nn.functional.normalize(mean, dim=1), hidden

    ids = torch.ones(2, 7, dtype=torch.long)
    axes = {0: "batch", 1: "tokens"}
    torch.onnx.export(
        Pooled(),
        (ids, torch.ones_like(ids)),
        str(GRAPH),
        input_names=["input_ids", "attention_mask"],
        output_names=["vector", "tokens"],
        dynamic_axes={"input_ids": axes, "attention_mask": axes, "vector": {0: "batch"}, "tokens": axes},
        opset_version=17,
        dynamo=False,
    )
    graph = onnx.load(GRAPH)
    tensors = load_file(folder / "model.safetensors")
    sources = {}
    for initializer in graph.graph.initializer:
        sources[initializer.name] = _source(onnx.numpy_helper.to_array(initializer), tensors)
        initializer.ClearField("raw_data")
        initializer.data_location = onnx.TensorProto.EXTERNAL
        initializer.external_data.add(key="location", value="model.safetensors")
    # Where an operation stands in torch's source is of no use, and names this machine.
    for node in graph.graph.node:
        node.ClearField("doc_string")
        node.ClearField("metadata_props")
    GRAPH.write_bytes(graph.SerializeToString())
    text = json.dumps({SOURCES: sources}, indent=1, sort_keys=True)
    GRAPH.with_suffix(".json").write_text(text + "\n", encoding="utf-8")


def _source(array: Any, tensors: dict[str, Any]) -> tuple[str, bool]:
    """The published tensor an initializer was made of."""
    for name, tensor in sorted(tensors.items()):
        if tensor.shape == array.shape and np.array_equal(tensor, array):
            return name, False
        if tensor.T.shape == array.shape and np.array_equal(tensor.T, array):
            return name, True
    raise ValueError(f"an initializer of shape {array.shape} is none of the published tensors")


if __name__ == "__main__":
    GRAPH.parent.mkdir(exist_ok=True)
    make(bundled_model_path())
