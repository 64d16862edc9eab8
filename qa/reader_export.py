"""checkpoint <-> the files that are shipped: int8 ONNX network, tokenizer, sums.

    python -m qa.reader_export --out FOLDER CHECKPOINT.pt=0.4 SHIPPED_FOLDER=0.6

averages the weights of several versions of one network, each a run's checkpoint (its averaged weights) or the folder
of an exported reader, and exports the result.
"""

import argparse
import hashlib
import json
import tempfile
import warnings
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from index.embedding import bundled_model_path
from qa.bundled_reader import NETWORK, SUMS, TOKENIZER, load_tokenizer
from qa.span_network import PAIR_WIDTH, SpanNetwork, load_encoder

__all__ = ["average", "export", "load_network", "load_shipped", "main"]

OPSET = 17
HEAD_WIDTH = 2 * PAIR_WIDTH
SHARES_TOLERANCE = 1e-6


class _OnePassage(nn.Module):  # type: ignore[misc]  # torch is not followed, see pyproject.toml
    """The network for one passage without padding: (ids, types) -> spans."""

    def __init__(self, network: SpanNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, ids: Tensor, types: Tensor) -> Tensor:
        spans: Tensor = self.network(ids, types, torch.ones_like(ids))[1]
        return spans


def load_network(checkpoint: Path, *, averaged: bool = False) -> SpanNetwork:
    """Bring a checkpoint's network into memory, for reading; with its averaged weights where asked."""
    state: dict[str, Any] = torch.load(checkpoint, map_location="cpu", weights_only=True)
    network = SpanNetwork(load_encoder())
    network.load_state_dict({**state["network"], **(state["average"] if averaged else {})})
    network.eval()
    return network


def load_shipped(folder: Path) -> SpanNetwork:
    """Bring a shipped network back into memory as float32, to go on training it; its rounding to int8 stays.

    Args:
        folder: As written by `export`.
    """
    import onnx

    values = _dequantised(onnx.load(str(folder / NETWORK)))
    network = SpanNetwork(load_encoder())
    state = network.state_dict()
    words = "encoder.embeddings.word_embeddings.weight"  # never trained, and finer as they were
    found = {name: value for name, value in values.items() if name in state and name != words}
    parts = ("query", "key", "value")
    for n in range(network.encoder.config.num_hidden_layers):
        layer = f"encoder.encoder.layer.{n}"
        for kind in ("weight", "bias"):
            thirds = np.split(values[f"Attention_{n}_qkv_{kind}"], 3, axis=-1)
            found |= {f"{layer}.attention.self.{part}.{kind}": t.T for part, t in zip(parts, thirds, strict=True)}
    # What is left are the matrices in the order of the graph, under numbers.
    numbered = sorted((name for name in values if name.startswith("onnx::MatMul_")), key=lambda name: int(name[13:]))
    linear = [name for name in state if name.endswith("weight") and name not in found and name != words]
    found |= {name: values[number].T for name, number in zip(linear, numbered, strict=True)}
    network.load_state_dict({words: state[words], **{k: torch.tensor(v) for k, v in sorted(found.items())}})
    return network


def _dequantised(model: Any) -> dict[str, Any]:
    """Every weight of a shipped graph as float32, by the name it had before it was rounded."""
    from onnx import numpy_helper

    stored = {t.name.removeprefix("network."): numpy_helper.to_array(t) for t in model.graph.initializer}
    values = {}
    for name, value in stored.items():
        if name.endswith("_quantized"):
            whole = name.removesuffix("_quantized")
            offset = stored[f"{whole}_zero_point"].astype(np.float32)
            values[whole] = (value.astype(np.float32) - offset) * stored[f"{whole}_scale"]
        elif name.endswith("_int8"):
            whole = name.removesuffix("_int8")
            values[whole] = value.astype(np.float32) * stored[f"{whole}_scales"]
        elif value.dtype == np.float32 and not name.endswith(("_scale", "_scales")):
            values[name] = value
    return values


def average(networks: Sequence[SpanNetwork], shares: Sequence[float]) -> SpanNetwork:
    """The mean of the weights of networks that began as one (Wortsman et al. 2022, "Model soups").

    Args:
        networks: In evaluation mode.
        shares: One each; they add up to 1.
    """
    if abs(sum(shares) - 1) > SHARES_TOLERANCE:
        raise ValueError(f"the shares add up to {sum(shares)}, not 1")
    states = [network.state_dict() for network in networks]
    mean = deepcopy(networks[0])
    weights = {name for name, value in states[0].items() if value.is_floating_point()}
    mixed = {name: sum(share * state[name] for share, state in zip(shares, states, strict=True)) for name in weights}
    mean.load_state_dict({**states[0], **mixed})
    return mean


def export(network: SpanNetwork, folder: Path, *, int8: bool = True) -> Path:
    """Write a network as the bundled reader reads it.

    The graph is traced, its attention, normalisation and activation are fused, and its weights become int8
    with one scale a column; most activations are scaled as a passage is read, which is why passages are read
    one by one.

    Args:
        network: In evaluation mode, with eager attention.
        folder: Gets the network, the tokenizer without truncation and padding, and their sums.
        int8: False to leave the weights float32, to compare with.

    Returns:
        The network's file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / NETWORK
    with tempfile.TemporaryDirectory() as place:
        fused = _fuse(_trace(network, Path(place) / "traced.onnx"), Path(place) / "fused.onnx", network)
        if int8:
            _quantize(fused, path)
        else:
            path.write_bytes(fused.read_bytes())
    load_tokenizer(bundled_model_path() / "tokenizer.json").save(str(folder / TOKENIZER), pretty=False)
    sums = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in (NETWORK, TOKENIZER)}
    (folder / SUMS).write_text(json.dumps(sums, indent=1) + "\n", encoding="utf-8")
    return path


def _trace(network: SpanNetwork, path: Path) -> Path:
    ids = torch.randint(1000, 20000, (1, 160), generator=torch.Generator().manual_seed(0))
    types = torch.zeros_like(ids)
    types[:, 16:] = 1
    # torch 2.13 calls this exporter old, but its graph is the one that onnxruntime's optimizer knows.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _OnePassage(network),
            (ids, types),
            str(path),
            dynamo=False,
            opset_version=OPSET,
            input_names=["ids", "types"],
            output_names=["spans"],
            dynamic_axes={"ids": {1: "length"}, "types": {1: "length"}, "spans": {1: "length", 2: "length"}},
        )
    return path


def _fuse(traced: Path, path: Path, network: SpanNetwork) -> Path:
    from onnxruntime.transformers import optimizer
    from onnxruntime.transformers.fusion_options import FusionOptions

    options = FusionOptions("bert")
    options.enable_skip_layer_norm = False  # 0.5 ms each where Add and LayerNormalization take 0.1 (1.32)
    config = network.encoder.config
    model = optimizer.optimize_model(
        str(traced),
        model_type="bert",
        num_heads=config.num_attention_heads,
        hidden_size=config.hidden_size,
        opt_level=0,
        optimization_options=options,
    )
    fused = model.get_fused_operator_statistics()
    if fused["Attention"] != config.num_hidden_layers:
        raise RuntimeError(f"attention was fused in {fused['Attention']} layers of {config.num_hidden_layers}")
    model.save_model_to_file(str(path))
    return path


def _quantize(fused: Path, path: Path) -> None:
    """Make weights int8, a scale a column; the feed-forward outputs keep float32 activations.

    With those in int8 as well F1 fell by 0.8 (0.5 with choice by expected F1), without by 0.0: their inputs, after
    the GELU, have outliers. A passage takes 35 ms of processor time instead of 29, float32 57.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    model = onnx.load(str(fused))
    weights = {tensor.name: tensor for tensor in model.graph.initializer}
    kept = []
    for node in list(model.graph.node):
        weight = weights.get(node.input[1]) if node.op_type == "MatMul" else None
        if weight is not None and weight.dims[0] > weight.dims[1] > HEAD_WIDTH:
            _store_int8(model, weight)
            kept.append(node.name)
    onnx.save(model, str(fused))
    quantize_dynamic(
        str(fused),
        str(path),
        weight_type=QuantType.QInt8,
        per_channel=True,
        nodes_to_exclude=kept,
        extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
    )


def _store_int8(model: Any, weight: Any) -> None:
    """Replace a float32 matrix by int8 columns, their scales, and a node that multiplies them out on loading."""
    from onnx import helper, numpy_helper

    values = numpy_helper.to_array(weight)
    scales = np.maximum(np.abs(values).max(axis=0), np.finfo(np.float32).tiny) / 127
    rounded = np.clip(np.round(values / scales), -127, 127).astype(np.int8)
    stored = [f"{weight.name}_int8", f"{weight.name}_scales"]
    model.graph.initializer.remove(weight)
    model.graph.initializer.append(numpy_helper.from_array(rounded, stored[0]))
    model.graph.initializer.append(numpy_helper.from_array(scales.astype(np.float32), stored[1]))
    model.graph.node.insert(0, helper.make_node("DequantizeLinear", stored, [weight.name], axis=1))


def main(arguments: Sequence[str] | None = None) -> None:
    """Average and export."""
    parser = argparse.ArgumentParser(prog="python -m qa.reader_export", description=__doc__.split("\n", 1)[0])
    parser.add_argument("parts", nargs="+", metavar="PATH=SHARE", help="a checkpoint or an exported reader's folder")
    parser.add_argument("--out", type=Path, required=True, help="folder for the exported reader")
    parser.add_argument("--float32", action="store_true", help="leave the weights float32, to compare with")
    options = parser.parse_args(arguments)
    parts = [part.rsplit("=", 1) for part in options.parts]
    paths, shares = [Path(path) for path, _ in parts], [float(share) for _, share in parts]
    networks = [load_shipped(p) if p.is_dir() else load_network(p, averaged=True) for p in paths]
    export(average(networks, shares), options.out, int8=not options.float32)


if __name__ == "__main__":
    main()
