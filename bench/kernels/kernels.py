#!/usr/bin/env python3
"""Times single kernels with lithe, ONNX Runtime and OpenVINO, each case in one moment, and writes a table.

For every case bench_kernels is started, which compiles it as any model is and measures the peaks beside it; then each
peer runs the same computation as a model of one node. `ratio` is the fastest peer's time over lithe's, so more than 1 means
that lithe is faster. The table says the share of the peak of multiply-adds, or of the bandwidth of a copy of as many bytes.
Needs the Python packages onnx, numpy, and of onnxruntime and openvino what is there.
usage: kernels.py [--only REGEX] [--threads N] [--target T] [--seconds S] [--md FILE] [--json FILE] [--program BENCH_KERNELS]
"""
import argparse
import importlib.util
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import numpy as np
from onnx import TensorProto, helper, numpy_helper

RANDOM = np.random.default_rng(1)


class Graph:
    """One ONNX graph under construction."""

    def __init__(self, inputs):
        self.nodes, self.constants, self.count = [], [], 0
        self.inputs = inputs

    def constant(self, array):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def weight(self, *shape):
        return self.constant((RANDOM.standard_normal(shape) * 0.1).astype(np.float32))

    def add(self, op, *inputs, outputs=1, **attributes):
        names = [f"v{self.count + i}" for i in range(outputs)]
        self.count += outputs
        self.nodes.append(helper.make_node(op, list(inputs), names, **attributes))
        return names[0]


def first(graph):
    return graph.inputs[0][0]


def linear(g, s):
    bias = [g.weight(s["n"])] if s["bias"] else []
    return g.add("Gemm", first(g), g.weight(s["n"], s["k"]), *bias, transB=1)


def conv2d(g, s):
    return g.add("Conv", first(g), g.weight(s["out"], s["in"] // s["groups"], s["kernel"], s["kernel"]),
                 g.weight(s["out"]), strides=[s["stride"]] * 2, pads=[s["padding"]] * 4, group=s["groups"],
                 dilations=[s["dilation"]] * 2)


def conv_transpose2d(g, s):
    return g.add("ConvTranspose", first(g), g.weight(s["in"], s["out"], s["kernel"], s["kernel"]), g.weight(s["out"]),
                 strides=[s["stride"]] * 2, pads=[s["padding"]] * 4)


def pool(op, **more):
    return lambda g, s: g.add(op, first(g), kernel_shape=[s["kernel"]] * 2, strides=[s["stride"]] * 2,
                              pads=[s["padding"]] * 4, **more)


def layer_norm(g, s):
    return g.add("LayerNormalization", first(g), g.weight(s["columns"]), g.weight(s["columns"]), axis=-1, epsilon=1e-5)


def group_norm(g, s):
    flat = g.add("Reshape", first(g), g.constant(np.array([1, s["groups"], -1], np.int64)))
    ones, zeros = (g.constant(np.full(s["groups"], v, np.float32)) for v in (1, 0))
    normed = g.add("InstanceNormalization", flat, ones, zeros, epsilon=1e-5)
    shape = np.array([1, s["channels"], s["image"], s["image"]], np.int64)
    image = g.add("Reshape", normed, g.constant(shape))
    return g.add("Add", g.add("Mul", image, g.weight(s["channels"], 1, 1)), g.weight(s["channels"], 1, 1))


def attention(g, s):
    q, k, v = (name for name, _, _ in g.inputs)
    scores = g.add("MatMul", q, g.add("Transpose", k, perm=[0, 1, 3, 2]))
    scores = g.add("Mul", scores, g.constant(np.float32(s["width"] ** -0.5)))
    if s["causal"]:
        mask = np.triu(np.full((s["queries"], s["keys"]), -np.inf, np.float32), 1)
        scores = g.add("Add", scores, g.constant(mask))
    return g.add("MatMul", g.add("Softmax", scores, axis=-1), v)


def recurrent(op, gates):
    def build(g, s):
        time_major = g.add("Transpose", first(g), perm=[1, 0, 2])
        more = {"linear_before_reset": 1} if op == "GRU" else {}
        y = g.add(op, time_major, g.weight(1, gates * s["hidden"], s["in"]), g.weight(1, gates * s["hidden"], s["hidden"]),
                  g.weight(1, 2 * gates * s["hidden"]), hidden_size=s["hidden"], **more)
        return g.add("Transpose", g.add("Squeeze", y, g.constant(np.array([1], np.int64))), perm=[1, 0, 2])
    return build


def conv1d(g, s):
    return g.add("Conv", first(g), g.weight(s["out"], s["in"], s["kernel"]), g.weight(s["out"]), strides=[s["stride"]],
                 pads=[s["padding"]] * 2)


def conv3d(g, s):
    return g.add("Conv", first(g), g.weight(s["out"], s["in"], 3, 3, 3), g.weight(s["out"]), pads=[1] * 6)


def separable(g, s):
    x = g.add("Conv", first(g), g.weight(s["in"], 1, 3, 3), g.weight(s["in"]), pads=[1] * 4, group=s["in"])
    return g.add("Conv", g.add("Relu", x), g.weight(s["out"], s["in"], 1, 1), g.weight(s["out"]))


def expanded(g, s):
    x = g.add("Conv", first(g), g.weight(s["out"], s["in"], 1, 1), g.weight(s["out"]))
    x = g.add("Clip", x, g.constant(np.float32(0)), g.constant(np.float32(6)))
    x = g.add("Conv", x, g.weight(s["out"], 1, s["kernel"], s["kernel"]), g.weight(s["out"]), group=s["out"],
              strides=[s["stride"]] * 2, pads=[s["kernel"] // 2] * 4)
    return g.add("Clip", x, g.constant(np.float32(0)), g.constant(np.float32(6)))


def pooled(g, s):
    x = g.add("Conv", first(g), g.weight(s["out"], s["in"], s["kernel"], s["kernel"]), g.weight(s["out"]),
              strides=[2, 2], pads=[s["kernel"] // 2] * 4)
    return g.add("MaxPool", g.add("Relu", x), kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4)


def batch_norm(g, s):
    variance = g.constant(np.ones(s["channels"], np.float32))
    return g.add("BatchNormalization", first(g), *(g.weight(s["channels"]) for _ in range(3)), variance)


def rms_norm(g, s):
    x = first(g)
    mean = g.add("ReduceMean", g.add("Mul", x, x), g.constant(np.array([-1], np.int64)))
    root = g.add("Sqrt", g.add("Add", mean, g.constant(np.float32(1e-6))))
    return g.add("Mul", g.add("Div", x, root), g.weight(s["columns"]))


def masked_attention(g, s):
    q, k, v, mask = (name for name, _, _ in g.inputs)
    scores = g.add("MatMul", q, g.add("Transpose", k, perm=[0, 1, 3, 2]))
    scores = g.add("Add", g.add("Mul", scores, g.constant(np.float32(s["width"] ** -0.5))), mask)
    return g.add("MatMul", g.add("Softmax", scores, axis=-1), v)


def cut(g, s):
    ends = [g.constant(np.array([n], np.int64)) for n in (256, 1024, 1)]
    return g.add("Relu", g.add("Slice", first(g), *ends))


def gelu(g, s, x=None):
    x = x or first(g)
    half = g.add("Mul", x, g.constant(np.float32(0.5)))
    erf = g.add("Erf", g.add("Mul", x, g.constant(np.float32(2 ** -0.5))))
    return g.add("Mul", half, g.add("Add", erf, g.constant(np.float32(1))))


def silu(g, s, x=None):
    x = x or first(g)
    return g.add("Mul", x, g.add("Sigmoid", x))


def node(op, **attributes):
    return lambda g, s: g.add(op, *[name for name, _, _ in g.inputs], **attributes)


def reduce(op, *axes):
    def build(g, s):
        return g.add(op, first(g), *([g.constant(np.array(axes, np.int64))] if axes else []), keepdims=0)
    return build


def reduce_max(g, s):
    return g.add("ReduceMax", first(g), g.constant(np.array([1], np.int64)), keepdims=0)


def first_of(count):
    """The largest elements, all of them where the count is 0."""
    return lambda g, s: g.add("TopK", first(g), g.constant(np.array([count or s["columns"]], np.int64)), outputs=2)


BUILDERS = {
    "linear": linear, "linear_gelu": lambda g, s: gelu(g, s, linear(g, s)),
    "linear_silu": lambda g, s: silu(g, s, linear(g, s)), "matmul": node("MatMul"), "conv2d": conv2d, "conv_transpose2d": conv_transpose2d,
    "max_pool2d": pool("MaxPool"), "avg_pool2d": pool("AveragePool", count_include_pad=1),
    "softmax": node("Softmax", axis=-1), "softmax_columns": node("Softmax", axis=0), "log_softmax": node("LogSoftmax", axis=-1), "layer_norm": layer_norm,
    "group_norm": group_norm, "relu": node("Relu"), "gelu": gelu, "tanh": node("Tanh"), "sigmoid": node("Sigmoid"),
    "silu": silu, "exp": node("Exp"), "sin": node("Sin"),
    "add": node("Add"), "add_row": node("Add"), "add_column": node("Add"), "transpose": node("Transpose", perm=[1, 0]),
    "permute": lambda g, s: g.add("Transpose", first(g), perm=[s[f"perm{i}"] for i in range(4)]),
    "cat": node("Concat", axis=1), "sum_rows": reduce("ReduceSum", 1), "sum_columns": reduce("ReduceSum", 0),
    "sum_all": reduce("ReduceSum"), "mean_rows": reduce("ReduceMean", 1), "amax_rows": reduce_max,
    "argmax_rows": node("ArgMax", axis=1, keepdims=0),
    "cumsum_rows": lambda g, s: g.add("CumSum", first(g), g.constant(np.int64(1))),
    "sort": first_of(0), "topk": first_of(20),
    "attention": attention, "lstm": recurrent("LSTM", 4), "gru": recurrent("GRU", 3),
    "conv1d": conv1d, "conv3d": conv3d, "separable": separable, "expanded": expanded,
    "pooled": pooled,
    "batch_norm": batch_norm, "rms_norm": rms_norm,
    "masked_attention": masked_attention, "slice": cut, "erf": node("Erf"), "cos": node("Cos"),
    "log": lambda g, s: g.add("Log", g.add("Abs", first(g))),
    "embedding": lambda g, s: g.add("Gather", g.weight(s["rows"], s["width"]), first(g)),
}


def input_list(text):
    """[(name, dtype, shape)] of `x:f32[1,3];...`."""
    found = re.findall(r"(\w+):(\w+)\[([\d,]*)\]", text)
    return [(name, dtype, [int(n) for n in sizes.split(",") if n]) for name, dtype, sizes in found]


def model_of(case):
    graph = Graph(input_list(case["inputs"]))
    result = BUILDERS[case["op"]](graph, case.get("sizes", {}))
    types = {"f32": TensorProto.FLOAT, "i64": TensorProto.INT64}
    inputs = [helper.make_tensor_value_info(n, types[d], shape) for n, d, shape in graph.inputs]
    output = helper.make_tensor_value_info(result, TensorProto.INT64 if case["op"] == "argmax_rows" else TensorProto.FLOAT, None)
    model = helper.make_model(helper.make_graph(graph.nodes, "case", inputs, [output], graph.constants),
                              opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    feeds = {}
    for name, dtype, shape in graph.inputs:
        feeds[name] = (RANDOM.standard_normal(shape).astype(np.float32) if dtype == "f32"
                       else RANDOM.integers(0, case["index_limit"], shape))
    return model.SerializeToString(), feeds


def onnx_runtime(model, feeds, threads):
    import onnxruntime as ort
    options = ort.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    binding, held = session.io_binding(), ort.OrtValue.ortvalue_from_numpy(session.run(None, feeds)[0])
    for name, value in feeds.items():
        binding.bind_ortvalue_input(name, ort.OrtValue.ortvalue_from_numpy(value))
    binding.bind_ortvalue_output(session.get_outputs()[0].name, held)
    return lambda: session.run_with_iobinding(binding)


def openvino(model, feeds, threads):
    import openvino as ov
    options = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1}
    request = ov.Core().compile_model(ov.Core().read_model(model), "CPU", options).create_infer_request()
    for name, value in feeds.items():
        request.set_tensor(name, ov.Tensor(value, shared_memory=True))
    return lambda: request.infer(share_outputs=True)


PEERS = {"ORT": ("onnxruntime", onnx_runtime), "OpenVINO": ("openvino", openvino)}


def time_us(call, seconds):
    times, warm = [], time.perf_counter() + 0.2 * seconds
    end = warm + seconds
    while time.perf_counter() < end or len(times) < 5:
        begin = time.perf_counter()
        call()
        if begin >= warm:
            times.append(time.perf_counter() - begin)
    return float(np.median(times)) * 1e6


def lithe(case, a):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "row.json"
        subprocess.run([a.program, "--only", f"^{re.escape(case)}$", "--threads", str(a.threads), "--seconds", str(a.seconds),
                        "--target", a.target, "--json", path], stdout=subprocess.DEVNULL)
        return json.loads(path.read_text())["rows"][0]


def row_of(name, a):
    row = lithe(name, a)
    if "error" in row:
        return row
    row["peers_us"], model = {}, None
    for peer, (package, start) in PEERS.items():
        if importlib.util.find_spec(package) is None:
            continue
        try:
            model = model or model_of(row)
            row["peers_us"][peer] = time_us(start(*model, a.threads), a.seconds)
        except Exception as error:  # an op that a peer does not run
            print(f"  {name}: {peer}: {str(error).splitlines()[0][:120]}", file=sys.stderr)
    if row["peers_us"]:
        row["fastest_peer"] = min(row["peers_us"], key=row["peers_us"].get)
        row["ratio"] = row["peers_us"][row["fastest_peer"]] / row["median_us"]
    return row


def family(name):
    """`conv3x3` of `conv3x3s2_64to128@56`."""
    return re.split(r"_h?\d|@", name)[0]


def line_of(row):
    if "error" in row:
        return f"| {row['name']} | failed: {row['error']} | – | – | – | – |"
    bound = f"{row['peak_percent']:.1f} % of peak" if row["flop"] else f"{row['copy_percent']:.0f} % of copy"
    peers = ", ".join(f"{peer} {us:.2f}" for peer, us in row["peers_us"].items())
    ratio = f"{row['ratio']:.2f}" if "ratio" in row else "–"
    return f"| {row['name']} | {row['median_us']:.2f} | {bound} | {row['gb_s']:.1f} | {peers or '–'} | {ratio} |"


def families_table(rows):
    groups = {}
    for row in rows:
        if "ratio" in row:
            groups.setdefault(family(row["name"]), []).append(row["ratio"])
    mean = lambda values: float(np.exp(np.mean(np.log(values))))
    lines = ["", "| family | cases | geometric mean | least |", "|---|---|---|---|"]
    lines += [f"| {name} | {len(values)} | {mean(values):.2f} | {min(values):.2f} |" for name, values in groups.items()]
    all_ratios = [ratio for values in groups.values() for ratio in values]
    return lines + [f"| all | {len(all_ratios)} | {mean(all_ratios):.2f} | {min(all_ratios):.2f} |"] if all_ratios else []


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=".")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--target", default="host")
    parser.add_argument("--seconds", type=float, default=0.1)
    parser.add_argument("--md", type=pathlib.Path)
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--program", default=pathlib.Path(__file__).resolve().parents[2] / "build/release/bench/kernels/bench_kernels")
    a = parser.parse_args()
    listed = subprocess.run([a.program, "--list", "--only", a.only], capture_output=True, text=True, check=True).stdout
    head = ["| case | lithe us | share | GB/s | peers us | ratio |", "|---|---|---|---|---|---|"]
    print("\n".join(head))
    rows, lines = [], head
    for name in [line.split()[0] for line in listed.splitlines()]:
        rows.append(row_of(name, a))
        lines.append(line_of(rows[-1]))
        print(lines[-1], flush=True)
    lines += families_table(rows)
    print("\n".join(families_table(rows)))
    if a.md:
        a.md.write_text("\n".join(lines) + "\n")
    if a.json:
        a.json.write_text(json.dumps({"threads": a.threads, "target": a.target, "rows": rows}, indent=1) + "\n")
    return 1 if any("error" in row for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
