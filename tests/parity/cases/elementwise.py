"""Tensor functions of single elements: arithmetic, comparison, bits; creation."""
from case import INF, NAN, SPECIAL, B, I, T, V, Cases

cases = Cases("torch")
add = cases.add
N = {"N": 3}

WIDE, SAFE, UNIT = (-2.0, 2.0), (0.1, 3.0), (-0.9, 0.9)
UNARY = {name: WIDE for name in "neg abs sign square exp exp2 expm1 sin cos atan sinh cosh asinh erf erfc frac floor ceil "
         "round trunc sinc deg2rad rad2deg".split()}
UNARY |= {name: SAFE for name in "reciprocal sqrt rsqrt log log1p log2 log10 lgamma digamma".split()}
UNARY |= {"tan": (-1.2, 1.2), "asin": UNIT, "acos": UNIT, "atanh": UNIT, "acosh": (1.1, 3.0), "erfinv": UNIT,
          "logit": (0.05, 0.95)}
NUMBERS = [0.0, -0.0, 1.0, -1.0, 2.5, -2.5, 1e-30, INF, -INF, NAN]
for name, (low, high) in UNARY.items():
    # PyTorch computes digamma's derivative in f64 to 1e-9 alone.
    inexact = {"f32_only": name == "digamma"}
    add(name, "plain", [T("N", 5, low=low, high=high)], sizes=N, **inexact)
    # At their poles PyTorch's digamma and lgamma are asked for alone.
    values = [1.0, 2.5, 1e-30, INF, NAN] if name in ("digamma", "lgamma") else NUMBERS
    add(name, "special", [V(values)], no_grad=True)
    add(name, "empty", [T(0, 3, low=low, high=high)])
    add(name, "scalar", [T(low=low, high=high)], **inexact)
for name in "neg abs sign square floor ceil round trunc".split():
    add(name, "integers", [I("N", 4, low=-3, high=4)], sizes=N)
for name in "exp log sqrt sin".split():
    add(name, "integers", [I("N", 4, low=1, high=5)], sizes=N, f32_only=True)
add("round", "decimals", [T("N", 5)], {"decimals": 2}, sizes=N, no_grad=True)
add("round", "decimals_negative", [T("N", 5, low=-500, high=500)], {"decimals": -2}, sizes=N, no_grad=True)
add("round", "halves", [V([0.5, 1.5, 2.5, -0.5, -1.5])])
add("logit", "eps", [T("N", 5, low=-0.5, high=1.5)], {"eps": 0.1}, sizes=N)
add("polygamma", "one", [T("N", 4, low=0.6, high=3)], {"n": 1}, sizes=N, args=["n"], args_first=True, f32_only=True)
add("polygamma", "two", [T("N", 4, low=0.6, high=3)], {"n": 2}, sizes=N, args=["n"], args_first=True)
for name in ("isnan", "isinf", "isfinite", "logical_not", "isposinf", "isneginf", "signbit"):
    add(name, "special", [V(SPECIAL)])
    add(name, "plain", [T("N", 5)], sizes=N)
    if name != "signbit":
        add(name, "integers", [I("N", 4, low=-2, high=3)], sizes=N)

PAIR = ([0.0, -0.0, 1.0, INF, -INF, NAN, 1.0, INF], [0.0, 1.0, INF, INF, INF, 1.0, NAN, 0.0])
for name in "add sub mul div maximum minimum atan2 hypot logaddexp logaddexp2 fmax fmin copysign".split():
    add(name, "plain", [T("N", 5), T("N", 5)], sizes=N)
    add(name, "broadcast", [T("N", 1, 5), T(4, 1)], sizes=N)
    add(name, "scalar", [T("N", 5), T()], sizes=N)
    add(name, "empty", [T(0, 3), T(3)])
    add(name, "special", [V(PAIR[0]), V(PAIR[1])], no_grad=True)
    add(name, "error", [T(2, 3), T(2, 4)], error=True)
for name in "add sub mul maximum minimum".split():
    add(name, "integers", [I("N", 4, low=-5, high=6), I(4, low=-5, high=6)], sizes=N)
    add(name, "promote", [I("N", 4, low=-5, high=6), T(4)], sizes=N)
for name in "add mul".split():
    add(name, "bools", [B("N", 4), I(4, low=-5, high=6)], sizes=N)
for name in "add sub mul div remainder fmod floor_divide".split():
    add(name, "number", [T("N", 4, low=-4, high=4)], {"other": 1.5}, sizes=N, no_grad=name == "floor_divide")
    add(name, "integer_number", [I("N", 4, low=-5, high=6)], {"other": 3}, sizes=N, f32_only=True)
for name in ("add", "sub"):
    add(name, "alpha", [T("N", 4), T("N", 4)], {"alpha": 2.5}, sizes=N)
add("rsub", "plain", [T("N", 4), T("N", 4)], sizes=N)
add("div", "integers", [I("N", 4, low=-5, high=6), I(4, low=1, high=6)], sizes=N, f32_only=True)
for rounding in ("trunc", "floor"):
    r = {"rounding_mode": rounding}
    add("div", rounding, [T("N", 5, low=-9, high=9), T("N", 5, low=0.5, high=2)], r, sizes=N, no_grad=True)
    add("div", rounding + "_integers", [I("N", 4, low=-9, high=9), I(4, low=1, high=5)], r, sizes=N)
for name in ("fmod", "remainder", "floor_divide"):
    keys = {"no_grad": name == "floor_divide"}
    add(name, "plain", [T("N", 5, low=-9, high=9), T("N", 5, low=0.5, high=2)], sizes=N, **keys)
    add(name, "negative", [T("N", 5, low=-9, high=9), T("N", 5, low=-2, high=-0.5)], sizes=N, **keys)
    add(name, "integers", [I("N", 5, low=-9, high=9), I("N", 5, low=1, high=5)], sizes=N)
    add(name, "special", [V([INF, -INF, 1.0, -1.0, NAN, 5.0, -5.0]), V([2.0, 2.0, INF, INF, 1.0, NAN, 3.0])], no_grad=True)
add("pow", "plain", [T("N", 5, low=0.2), T("N", 5)], sizes=N)
add("pow", "special", [V([0.0, -0.0, -8.0, INF, -INF, 1.0, NAN, 2.0, -2.0]),
                       V([0.0, -1.0, 3.0, -1.0, 3.0, NAN, 0.0, INF, 0.5])], no_grad=True)
for number, exponent in enumerate((0, 1, 2, 3, -1, -2, 0.5, 1.5, -0.5)):
    add("pow", f"number{number}", [T("N", 5, low=0.2)], {"exponent": exponent}, sizes=N)
add("pow", "integers", [I("N", 4, low=-3, high=4)], {"exponent": 3}, sizes=N)
add("pow", "integers_error", [I(3, low=1, high=4)], {"exponent": -1}, error=True)
for name in ("xlogy",):
    add(name, "plain", [T("N", 5), T("N", 5, low=0.2)], sizes=N)
    add(name, "zero", [V([0.0, 0.0, 1.0, NAN, 0.0]), V([0.0, 2.0, 0.0, 1.0, NAN])], no_grad=True)
add("heaviside", "plain", [V([-1.0, 0.0, 2.0, -0.0, NAN, INF], grad=False), V([0.5], grad=False)])
add("heaviside", "symbolic", [T("N", 3), T(3)], sizes=N, no_grad=True)

for name in "eq ne lt le gt ge".split():
    add(name, "special", [V([1.0, 2.0, NAN, INF, 0.0]), V([1.0, 3.0, NAN, INF, -0.0])])
    add(name, "integers", [I("N", 4, high=3), I("N", 4, high=3)], sizes=N)
    add(name, "promote", [I("N", 4, high=3), T(4)], sizes=N)
    add(name, "number", [T("N", 4)], {"other": 0.5}, sizes=N, args=["other"])
for name in "logical_and logical_or logical_xor".split():
    add(name, "plain", [B("N", 4), B("N", 4)], sizes=N)
    add(name, "numbers", [I("N", 4, high=2), V([0.0, 1.0, NAN, -2.0])], sizes=N)
for name in "bitwise_and bitwise_or bitwise_xor".split():
    add(name, "integers", [I("N", 4, low=-9, high=9), I(4, low=-9, high=9)], sizes=N)
    add(name, "bools", [B("N", 4), B(4)], sizes=N)
    add(name, "error", [T(3), T(3)], error=True)
for name in "bitwise_left_shift bitwise_right_shift".split():
    add(name, "plain", [I("N", 4, low=-9, high=9), I(4, low=0, high=5)], sizes=N)
add("bitwise_not", "integers", [I("N", 4, low=-9, high=9)], sizes=N)
add("bitwise_not", "bools", [B("N", 4)], sizes=N)
add("isclose", "plain", [V([1.0, 1.0, NAN, INF, 1e-9]), V([1.0, 1.001, NAN, INF, 0.0])])
add("isclose", "wide", [T("N", 4), T("N", 4)], {"rtol": 0.5, "atol": 0.1}, sizes=N)
add("isclose", "nan", [V([1.0, NAN, NAN]), V([1.0, NAN, 1.0])], {"equal_nan": True})
add("isin", "plain", [I("N", 4, high=6), V([1, 4, 9], dtype="i64")], sizes=N)
add("isin", "invert", [I("N", 4, high=6), V([1, 4, 9], dtype="i64")], {"invert": True}, sizes=N)

add("where", "plain", [B("N", 4), T("N", 4), T(4)], sizes=N)
add("where", "promote", [B("N", 4), I("N", 4, high=5), T(4)], sizes=N)
add("where", "nan", [V([1, 0, 1], dtype="bool"), V([1.0, NAN, INF]), V([NAN, 2.0, -INF])])
add("lerp", "plain", [T("N", 4), T("N", 4), T("N", 4)], sizes=N)
add("lerp", "number", [T("N", 4), T("N", 4)], {"weight": 0.25}, sizes=N)
add("lerp", "beyond", [T("N", 4), T(4)], {"weight": 1.75}, sizes=N)
for name in ("addcmul", "addcdiv"):
    add(name, "plain", [T("N", 4), T("N", 4), T("N", 4, low=0.5)], sizes=N)
    add(name, "value", [T("N", 4), T("N", 4), T(4, low=0.5)], {"value": -1.5}, sizes=N)
for number, options in enumerate(({"min": -0.5, "max": 1.0}, {"min": 0.0}, {"max": 0.25}, {"min": 1.0, "max": -1.0})):
    add("clamp", f"numbers{number}", [T("N", 5)], options, sizes=N)
    add("clamp", f"special{number}", [V(SPECIAL)], options, no_grad=True)
add("clamp", "bounds", [V([-0.5, 0.0, 1.0, 2.0])], {"min": -0.5, "max": 1.0})
add("clamp", "integers", [I("N", 5, low=-5, high=6)], {"min": -2, "max": 3}, sizes=N)
add("clamp", "tensors", [T("N", 5), T(5, low=-1, high=0, role="forward:min"), T("N", 1, low=0, high=1, role="forward:max")],
    sizes=N)
add("clamp", "tensor_min", [T("N", 5), T(5, role="forward:min")], sizes=N)
add("clamp", "tensor_max", [T("N", 5), T(5, role="forward:max")], sizes=N)
add("clamp", "tensor_nan", [V([1.0, NAN, 3.0]), V([NAN, 0.0, 4.0], role="forward:min")], no_grad=True)
add("clamp_min", "plain", [T("N", 5)], {"min": -0.5}, sizes=N)
add("clamp_max", "plain", [T("N", 5)], {"max": 0.5}, sizes=N)
add("nan_to_num", "plain", [V([1.0, NAN, -2.0, INF, -INF])], f32_only=True)
add("nan_to_num", "values", [V([1.0, NAN, -2.0, INF, -INF])], {"nan": 0.5, "posinf": 9.0, "neginf": -9.0})
add("masked_fill", "plain", [T("N", 4), B("N", 4)], {"value": -1.5}, sizes=N)
add("masked_fill", "broadcast", [T("N", 3, 4), B("N", 1, 4)], {"value": -INF}, sizes=N)
add("masked_fill", "tensor", [T("N", 4), B(4), T()], sizes=N)

add("zeros", "plain", [], {"size": [2, 3]}, f32_only=True)
add("ones", "plain", [], {"size": [2, 0, 3]}, f32_only=True)
add("full", "plain", [], {"size": [2, 3], "fill_value": 2.5}, f32_only=True)
add("full", "integer", [], {"size": [2], "fill_value": 7})
for name in ("zeros_like", "ones_like", "empty_like_zero"):
    if name != "empty_like_zero":
        add(name, "plain", [T("N", 4)], sizes=N)
        add(name, "integers", [I("N", 4, high=3)], sizes=N)
add("full_like", "plain", [T("N", 4)], {"fill_value": 1.5}, sizes=N)
add("arange", "end", [], {"end": 5})
add("arange", "range", [], {"start": 2, "end": 11, "step": 3})
add("arange", "down", [], {"start": 5, "end": -2, "step": -2})
add("arange", "floats", [], {"start": 0.5, "end": 2.0, "step": 0.25}, f32_only=True)
add("arange", "empty", [], {"start": 3, "end": 3, "step": 1})
add("linspace", "plain", [], {"start": -1.0, "end": 2.5, "steps": 6}, f32_only=True)
add("linspace", "one", [], {"start": -1.0, "end": 2.5, "steps": 1}, f32_only=True)
add("linspace", "down", [], {"start": 2.0, "end": -1.0, "steps": 5}, f32_only=True)
add("logspace", "plain", [], {"start": -1.0, "end": 2.0, "steps": 4}, f32_only=True)
add("logspace", "base", [], {"start": 0.0, "end": 3.0, "steps": 4, "base": 2.0}, f32_only=True)
add("eye", "square", [], {"n": 3}, f32_only=True)
add("eye", "wide", [], {"n": 2, "m": 4}, f32_only=True)
for title, indices in (("plain", [0, 2, 1, 2]),):
    add("one_hot", title, [V(indices, dtype="i64")], {"num_classes": 4})
    add("one_hot", title + "_known", [V(indices, dtype="i64")], {}, eager_only=True)
add("one_hot", "matrix", [I("N", 2, high=5)], {"num_classes": 5}, sizes=N)
add("one_hot", "range_error", [V([0, 4], dtype="i64")], {"num_classes": 4}, error=True)
add("tril_indices", "plain", [], {"row": 3, "col": 4, "offset": 1})
add("triu_indices", "plain", [], {"row": 3, "col": 4, "offset": -1})
