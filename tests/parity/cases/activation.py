"""Activations: special values, options, a symbolic batch, empty and one-element axes."""
from case import INF, NAN, SPECIAL, T, V, Cases

cases = Cases("nn")

ROWS = {
    "ReLU": [{}], "ReLU6": [{}], "SELU": [{}], "Hardswish": [{}], "Hardsigmoid": [{}], "SiLU": [{}], "Mish": [{}],
    "Sigmoid": [{}], "LogSigmoid": [{}], "Tanh": [{}], "Tanhshrink": [{}], "Softsign": [{}],
    "ELU": [{}, {"alpha": 0.5}], "CELU": [{}, {"alpha": 0.5}],
    "GELU": [{}, {"approximate": "tanh"}], "LeakyReLU": [{}, {"negative_slope": 0.2}, {"negative_slope": 0.0}],
    "Hardtanh": [{}, {"min_val": -0.5, "max_val": 2.0}], "Threshold": [{"threshold": 0.25, "value": -3.0}],
    "Softplus": [{}, {"beta": 2.0, "threshold": 5.0}], "Hardshrink": [{}, {"lambd": 0.75}],
    "Softshrink": [{}, {"lambd": 0.75}],
}
for name, choices in ROWS.items():
    for number, options in enumerate(choices):
        # PyTorch's gradient of hardsigmoid has 1/6 as an f32 in f64 too.
        keys = {"f32_only": name == "Hardsigmoid"}
        cases.add(name, f"shape{number}", [T("N", 7, low=-4, high=4)], options, sizes={"N": 3}, **keys)
        # PyTorch's vector code gives NaN for the GELU of +inf in f32; its f64 and its scalar code give inf.
        cases.add(name, f"special{number}", [V(SPECIAL)], options, wide_rules=name == "GELU", **keys)
    cases.add(name, "empty", [T(0, 3)], ROWS[name][-1])
    cases.add(name, "scalar", [T()], ROWS[name][-1], **keys)

for name in ("Softmax", "Softmin", "LogSoftmax"):
    for dim in (0, 1, -1):
        cases.add(name, f"dim{dim}", [T("N", 5, 3)], {"dim": dim}, sizes={"N": 4})
    cases.add(name, "special", [V([1.0, 2.0, float("-inf"), 100.0, -100.0, float("inf"), 0.0, 1.0], [2, 4])], {"dim": 1})
    cases.add(name, "masked", [V([float("-inf")] * 3 + [0.0, float("-inf"), 1.0], [2, 3])], {"dim": 1})
    cases.add(name, "one", [T(4, 1)], {"dim": 1})
    cases.add(name, "axis_error", [T(2, 3)], {"dim": 2}, error=True)
cases.add("Softmax2d", "batched", [T("N", 3, 2, 5)], sizes={"N": 2})
cases.add("Softmax2d", "unbatched", [T(3, 2, 5)])
cases.add("Softmax2d", "rank_error", [T(3, 5)], error=True)
cases.add("GLU", "last", [T("N", 6)], sizes={"N": 3})
cases.add("GLU", "first", [T(4, 3)], {"dim": 0})
cases.add("GLU", "odd_error", [T(2, 5)], error=True)
cases.add("PReLU", "shared", [T("N", 3, 4)], sizes={"N": 2})
cases.add("PReLU", "channels", [T("N", 3, 4)], {"num_parameters": 3}, sizes={"N": 2})
cases.add("PReLU", "channels_error", [T(2, 4, 4)], {"num_parameters": 3}, error=True)
cases.add("RReLU", "eval", [T("N", 5)], sizes={"N": 3})
cases.add("RReLU", "train_fixed", [T(3, 5)], {"lower": 0.25, "upper": 0.25}, train=True)
for name in ("Softmax", "Softmin", "LogSoftmax"):
    cases.add(name, "empty", [T(0, 3)], {"dim": 1})
    cases.add(name, "scalar", [T()], {"dim": 0})
    cases.add(name, "last_symbolic", [T(3, "H")], {"dim": -1}, sizes={"H": 6})
cases.add("PReLU", "special", [V(SPECIAL)])
cases.add("PReLU", "empty", [T(0, 3)])
cases.add("RReLU", "special", [V(SPECIAL)])
cases.add("RReLU", "range_error", [T(3)], {"lower": 0.5, "upper": 0.25}, error=True)
cases.add("GLU", "special", [V([1.0, INF, -INF, NAN, 0.0, 1.0, 2.0, -INF, INF, 0.0], [5, 2])])
cases.add("GLU", "empty", [T(0, 4)])
