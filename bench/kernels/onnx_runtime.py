#!/usr/bin/env python3
"""Times the cases of a report of bench_kernels with ONNX Runtime, beside lithe's figures.

Give it the report of a run just made on the same machine; the last column is ONNX Runtime's time over lithe's, so more
than 1 means that lithe is faster. Needs the Python packages onnx, onnxruntime and numpy.
usage: onnx_runtime.py REPORT.json [--seconds S] [--rerun BENCH_KERNELS]
With --rerun, bench_kernels is started anew for each case right before ONNX Runtime: ratios within one moment.
"""
import argparse
import json
import pathlib
import re
import subprocess
import tempfile
import time

import numpy as np
import onnxruntime as ort
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


def gelu(g, s):
    x = first(g)
    half = g.add("Mul", x, g.constant(np.float32(0.5)))
    erf = g.add("Erf", g.add("Mul", x, g.constant(np.float32(2 ** -0.5))))
    return g.add("Mul", half, g.add("Add", erf, g.constant(np.float32(1))))


def node(op, **attributes):
    return lambda g, s: g.add(op, *[name for name, _, _ in g.inputs], **attributes)


def reduce(op, *axes):
    def build(g, s):
        return g.add(op, first(g), *([g.constant(np.array(axes, np.int64))] if axes else []), keepdims=0)
    return build


def reduce_max(g, s):
    return g.add("ReduceMax", first(g), g.constant(np.array([1], np.int64)), keepdims=0)


BUILDERS = {
    "linear": linear, "matmul": node("MatMul"), "conv2d": conv2d, "conv_transpose2d": conv_transpose2d,
    "max_pool2d": pool("MaxPool"), "avg_pool2d": pool("AveragePool", count_include_pad=1),
    "softmax": node("Softmax", axis=-1), "log_softmax": node("LogSoftmax", axis=-1), "layer_norm": layer_norm,
    "group_norm": group_norm, "relu": node("Relu"), "gelu": gelu, "tanh": node("Tanh"), "sigmoid": node("Sigmoid"),
    "silu": lambda g, s: g.add("Mul", first(g), g.add("Sigmoid", first(g))), "exp": node("Exp"), "sin": node("Sin"),
    "add": node("Add"), "add_row": node("Add"), "add_column": node("Add"), "transpose": node("Transpose", perm=[1, 0]),
    "permute": lambda g, s: g.add("Transpose", first(g), perm=[s[f"perm{i}"] for i in range(4)]),
    "cat": node("Concat", axis=1), "sum_rows": reduce("ReduceSum", 1), "sum_columns": reduce("ReduceSum", 0),
    "sum_all": reduce("ReduceSum"), "mean_rows": reduce("ReduceMean", 1), "amax_rows": reduce_max,
    "argmax_rows": node("ArgMax", axis=1, keepdims=0),
    "cumsum_rows": lambda g, s: g.add("CumSum", first(g), g.constant(np.int64(1))),
    "attention": attention, "lstm": recurrent("LSTM", 4), "gru": recurrent("GRU", 3),
    "embedding": lambda g, s: g.add("Gather", g.weight(s["rows"], s["width"]), first(g)),
}


def input_list(text):
    """[(name, dtype, shape)] of `x:f32[1,3];...`."""
    found = re.findall(r"(\w+):(\w+)\[([\d,]*)\]", text)
    return [(name, dtype, [int(n) for n in sizes.split(",") if n]) for name, dtype, sizes in found]


def session_of(case, threads):
    graph = Graph(input_list(case["inputs"]))
    result = BUILDERS[case["op"]](graph, case["sizes"])
    types = {"f32": TensorProto.FLOAT, "i64": TensorProto.INT64}
    inputs = [helper.make_tensor_value_info(n, types[d], shape) for n, d, shape in graph.inputs]
    output = helper.make_tensor_value_info(result, TensorProto.INT64 if case["op"] == "argmax_rows" else TensorProto.FLOAT, None)
    model = helper.make_model(helper.make_graph(graph.nodes, "case", inputs, [output], graph.constants),
                              opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    options = ort.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    return ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"]), graph.inputs


def time_us(case, threads, seconds):
    session, inputs = session_of(case, threads)
    feeds = {}
    for name, dtype, shape in inputs:
        feeds[name] = (RANDOM.standard_normal(shape).astype(np.float32) if dtype == "f32"
                       else RANDOM.integers(0, case["index_limit"], shape))
    output = session.run(None, feeds)[0]
    binding, held = session.io_binding(), ort.OrtValue.ortvalue_from_numpy(output)
    for name, value in feeds.items():
        binding.bind_ortvalue_input(name, ort.OrtValue.ortvalue_from_numpy(value))
    binding.bind_ortvalue_output(session.get_outputs()[0].name, held)
    times, end, warm = [], time.perf_counter() + 1.2 * seconds, time.perf_counter() + 0.2 * seconds
    while time.perf_counter() < end or len(times) < 5:
        begin = time.perf_counter()
        session.run_with_iobinding(binding)
        if begin >= warm:
            times.append(time.perf_counter() - begin)
    return float(np.median(times)) * 1e6


def rerun(program, case, threads, seconds):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "row.json"
        subprocess.run([program, "--only", f"^{re.escape(case['name'])}$", "--threads", str(threads), "--seconds", str(seconds),
                        "--json", path], check=True, stdout=subprocess.DEVNULL)
        return json.loads(path.read_text())["rows"][0]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("report", type=pathlib.Path)
    parser.add_argument("--seconds", type=float, default=0.1)
    parser.add_argument("--rerun", metavar="BENCH_KERNELS")
    arguments = parser.parse_args()
    report = json.loads(arguments.report.read_text())
    print(f"{'case':34} {'lithe us':>10} {'ORT us':>10} {'ORT/lithe':>9}")
    ratios = []
    for case in report["rows"]:
        if "error" not in case and arguments.rerun:
            case = rerun(arguments.rerun, case, report["threads"], arguments.seconds)
        if "error" in case:
            print(f"{case['name']:34} {case['error']}")
            continue
        theirs = time_us(case, report["threads"], arguments.seconds)
        ratios.append(theirs / case["median_us"])
        print(f"{case['name']:34} {case['median_us']:10.2f} {theirs:10.2f} {ratios[-1]:9.2f}", flush=True)
    print(f"geometric mean of {len(ratios)}: {np.exp(np.mean(np.log(ratios))):.3f}")


if __name__ == "__main__":
    main()
