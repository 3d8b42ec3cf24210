#!/usr/bin/env python3
"""Writes tests/data/initial.json: how PyTorch's nn.init functions and its layers' first values are distributed.

usage: record_init.py        Needs torch; its version is in the file.

For each function (and for each parameter of each layer) about SAMPLES values are drawn. Recorded are 31 quantiles,
the least and the largest value, and, where all values are one, that value. tests/parity/initial.cpp draws as many and
compares the distributions by the test of Kolmogorov and Smirnov. Errors and gains are recorded too."""
import json
import pathlib

import torch

OUT = pathlib.Path(__file__).resolve().parents[1] / "data" / "initial.json"
SAMPLES = 40000
I = torch.nn.init

FUNCTIONS = [
    ("uniform_", [20, 30], {}), ("uniform_", [20, 30], {"a": -3.0, "b": 0.5}),
    ("normal_", [20, 30], {}), ("normal_", [600], {"mean": 2.0, "std": 0.25}),
    ("trunc_normal_", [20, 30], {}), ("trunc_normal_", [20, 30], {"mean": 1.0, "std": 2.0, "a": -1.0, "b": 1.5}),
    ("trunc_normal_", [20, 30], {"mean": 0.0, "std": 1.0, "a": 1.0, "b": 3.0}),
    ("constant_", [3, 4], {"val": 0.3}), ("ones_", [3, 4], {}), ("zeros_", [3, 4], {}),
    ("xavier_uniform_", [20, 30], {}), ("xavier_uniform_", [8, 4, 3, 5], {"gain": 2.0}),
    ("xavier_normal_", [20, 30], {}), ("xavier_normal_", [8, 4, 5], {"gain": 0.5}),
    ("orthogonal_", [5, 3], {}), ("orthogonal_", [3, 5], {"gain": 2.0}), ("orthogonal_", [4, 2, 3], {}),
    ("sparse_", [50, 7], {"sparsity": 0.33}), ("sparse_", [10, 3], {"sparsity": 0.9, "std": 0.5}),
]
for kind in ("kaiming_uniform_", "kaiming_normal_"):
    FUNCTIONS += [(kind, [20, 30], {}), (kind, [20, 30], {"mode": "fan_out"}), (kind, [20, 30], {"a": 0.5}),
                  (kind, [8, 4, 3, 5], {"nonlinearity": "relu"}), (kind, [8, 4, 3], {"nonlinearity": "tanh"}),
                  (kind, [8, 6], {"mode": "fan_out", "nonlinearity": "selu"}), (kind, [8, 6], {"nonlinearity": "linear"}),
                  (kind, [8, 6], {"nonlinearity": "sigmoid"})]
EXACT = [("eye_", [3, 5], {}), ("eye_", [4, 2], {}), ("dirac_", [4, 3, 5], {}), ("dirac_", [4, 3, 4], {}),
         ("dirac_", [6, 2, 3, 3], {"groups": 3}), ("dirac_", [2, 5, 2, 3, 3], {})]
ERRORS = [("eye_", [3], {}), ("dirac_", [3, 4], {}), ("dirac_", [3, 4, 5], {"groups": 2}), ("orthogonal_", [4], {}),
          ("sparse_", [4], {"sparsity": 0.5}), ("xavier_uniform_", [4], {}), ("xavier_normal_", [], {}),
          ("kaiming_uniform_", [4], {}),  ("kaiming_uniform_", [4, 4], {"nonlinearity": "gelu"})]
GAINS = [("linear", None), ("sigmoid", None), ("tanh", None), ("relu", None), ("leaky_relu", None), ("leaky_relu", 0.3),
         ("selu", None), ("conv1d", None), ("conv_transpose3d", None)]

C = {"in_channels": 6, "out_channels": 4, "kernel_size": 3}
R = {"input_size": 5, "hidden_size": 4}
LAYERS = [
    ("Linear", {"in_features": 7, "out_features": 5}), ("Bilinear", {"in1_features": 3, "in2_features": 4, "out_features": 5}),
    *[(f"Conv{d}d", {**C, "groups": g}) for d in (1, 2, 3) for g in (1, 2)],
    *[(f"ConvTranspose{d}d", {**C, "groups": g}) for d in (1, 2, 3) for g in (1, 2)],
    *[(f"BatchNorm{d}d", {"num_features": 3}) for d in (1, 2, 3)],
    *[(f"InstanceNorm{d}d", {"num_features": 3, "affine": True, "track_running_stats": True}) for d in (1, 2, 3)],
    ("LayerNorm", {"normalized_shape": [3]}), ("RMSNorm", {"normalized_shape": [3]}),
    ("GroupNorm", {"num_groups": 2, "num_channels": 4}), ("PReLU", {"num_parameters": 3}),
    ("Embedding", {"num_embeddings": 7, "embedding_dim": 4}), ("EmbeddingBag", {"num_embeddings": 7, "embedding_dim": 4}),
    ("RNN", {**R, "num_layers": 2, "bidirectional": True}), ("LSTM", {**R, "num_layers": 2, "proj_size": 2}),
    ("GRU", {**R, "num_layers": 2}), ("RNNCell", R), ("LSTMCell", R), ("GRUCell", R),
    ("MultiheadAttention", {"embed_dim": 6, "num_heads": 2, "add_bias_kv": True}),
    ("MultiheadAttention", {"embed_dim": 6, "num_heads": 2, "kdim": 4, "vdim": 5}),
    ("TransformerEncoderLayer", {"d_model": 4, "nhead": 2, "dim_feedforward": 6}),
    ("TransformerDecoderLayer", {"d_model": 4, "nhead": 2, "dim_feedforward": 6}),
    ("Transformer", {"d_model": 4, "nhead": 2, "dim_feedforward": 6, "num_encoder_layers": 1, "num_decoder_layers": 1}),
    ("AdaptiveLogSoftmaxWithLoss", {"in_features": 8, "n_classes": 9, "cutoffs": [3, 6], "div_value": 2.0,
                                    "head_bias": True}),
    ("LinearCrossEntropyLoss", {"in_features": 7, "num_classes": 5, "bias": True}),
]
#: How many modules of a layer are made; tests/parity/initial.cpp makes as many.
MODULES = 1500


def distribution(values):
    values = values.double()
    low, high = values.min().item(), values.max().item()
    if low == high:
        return {"constant": low}
    quantiles = torch.quantile(values[:SAMPLES * 4], torch.arange(1, 32, dtype=torch.float64) / 32)
    return {"count": values.numel(), "low": low, "high": high, "quantiles": [float(f"{q:.6g}") for q in quantiles]}


def drawn(name, shape, options):
    count = max(1, SAMPLES // max(1, torch.Size(shape).numel()))
    values = torch.cat([getattr(I, name)(torch.empty(shape), **options).flatten() for _ in range(count)])
    return {"call": name, "shape": shape, "options": options, **distribution(values)}


def layer(name, options):
    made = {k: (tuple(v) if isinstance(v, list) and k == "normalized_shape" else v) for k, v in options.items()}
    values = {}
    for _ in range(MODULES):
        for key, tensor in getattr(torch.nn, name)(**made).state_dict().items():
            if tensor.is_floating_point():
                values.setdefault(key, []).append(tensor.flatten())
    return {"call": name, "options": options, "state": {k: distribution(torch.cat(v)) for k, v in values.items()}}


def refused(name, shape, options):
    try:
        getattr(I, name)(torch.empty(shape), **options)
    except Exception as error:
        return {"call": name, "shape": shape, "options": options, "error": str(error)}
    raise SystemExit(f"{name}: not refused")


if __name__ == "__main__":
    torch.manual_seed(1)
    torch.set_num_threads(1)
    recorded = {
        "torch": torch.__version__.split("+")[0], "modules": MODULES,
        "functions": [drawn(*row) for row in FUNCTIONS],
        "exact": [{"call": n, "shape": s, "options": o, "values": getattr(I, n)(torch.empty(s), **o).flatten().tolist()}
                  for n, s, o in EXACT],
        "errors": [refused(*row) for row in ERRORS],
        "gains": [{"nonlinearity": n, "slope": s, "gain": I.calculate_gain(n, s)} for n, s in GAINS],
        "layers": [layer(*row) for row in LAYERS],
    }
    OUT.write_text(json.dumps(recorded, separators=(",", ":")) + "\n")
    print(f"{OUT.name}: {OUT.stat().st_size} bytes")
