"""Tensor functions that join elements: reductions, running ones, order, counts."""
from case import INF, NAN, B, I, T, V, Cases

cases = Cases("torch")
add = cases.add
N = {"N": 3}

for name in "sum mean prod amax amin any all var std logsumexp norm nansum nanmean".split():
    operand = lambda *s: B(*s) if name in ("any", "all") else T(*s)
    keys = {"p": 2} if name == "norm" else {}
    for dim in (0, 1, -1):
        for keep in (False, True):
            add(name, f"dim{dim}_{keep}", [operand("N", 3, 4)], {**keys, "dim": dim, "keepdim": keep}, sizes=N)
    if name != "logsumexp":
        add(name, "all", [operand("N", 3)], keys, sizes=N)
        add(name, "scalar", [operand()], keys)
    add(name, "one", [operand(3, 1)], {**keys, "dim": 1})
    add(name, "axis_error", [operand(2, 3)], {**keys, "dim": 2}, error=True)
for name in "sum mean amax amin var std logsumexp norm nansum nanmean any all".split():
    operand = B("N", 3, 4) if name in ("any", "all") else T("N", 3, 4)
    add(name, "dims", [operand], {"dim": [0, 2], **({"p": 2} if name == "norm" else {})}, sizes=N)
    add(name, "dims_keep", [operand], {"dim": [1, 2], "keepdim": True, **({"p": 2} if name == "norm" else {})}, sizes=N)
for name in "sum prod mean".split():
    add(name, "empty", [T(0, 3)], {"dim": 0})
    add(name, "empty_rows", [T(0, 3)], {"dim": 1})
for name in "amax amin max min argmax argmin".split():
    add(name, "empty_error", [T(0, 3)], {"dim": 0}, error=True)
for name in ("any", "all"):
    add(name, "numbers", [V([0.0, 1.0, NAN, 0.0, 0.0, 0.0], [2, 3])], {"dim": 1})
    add(name, "empty", [B(0, 3)], {"dim": 0})
for name in ("sum", "prod"):
    add(name, "integers", [I("N", 4, low=-3, high=4)], {"dim": 1}, sizes=N)
    add(name, "bools", [B("N", 4)], {"dim": 1}, sizes=N)
add("sum", "special", [V([1.0, NAN, INF, INF, INF, -INF], [3, 2])], {"dim": 1})
add("mean", "special", [V([1.0, NAN, INF, INF, INF, -INF], [3, 2])], {"dim": 1})
add("nansum", "special", [V([1.0, NAN, NAN, NAN, INF, 2.0], [3, 2])], {"dim": 1})
add("nanmean", "special", [V([1.0, NAN, NAN, NAN, INF, 2.0], [3, 2])], {"dim": 1}, no_grad=True)
add("amax", "special", [V([1.0, NAN, INF, 1.0, INF, -INF], [3, 2])], {"dim": 1}, no_grad=True)
add("amin", "special", [V([1.0, NAN, INF, 1.0, INF, -INF], [3, 2])], {"dim": 1}, no_grad=True)
add("logsumexp", "special", [V([1.0, NAN, INF, 1.0, -INF, -INF, INF, -INF], [4, 2])], {"dim": 1}, no_grad=True)
add("prod", "zeros", [V([1.0, 0.0, 2.0, 0.0, 0.0, 3.0, 4.0, 5.0, 6.0], [3, 3])], {"dim": 1})
add("amax", "ties", [V([1.0, 3.0, 3.0, 2.0, 2.0, 2.0], [2, 3])], {"dim": 1})
add("amin", "integers", [I("N", 4, low=-9, high=9)], {"dim": 1}, sizes=N)
for name in ("var", "std"):
    for correction in (0, 2):
        add(name, f"correction{correction}", [T("N", 5)], {"dim": 1, "correction": correction}, sizes=N)
    add(name, "unbiased_false", [T("N", 5)], {"unbiased": False}, sizes=N)
    add(name + "_mean", "plain", [T("N", 5)], {"dim": 1}, sizes=N)
    add(name + "_mean", "all", [T("N", 5)], {"correction": 0}, sizes=N)
    add(name + "_mean", "keep", [T("N", 5)], {"dim": 0, "keepdim": True}, sizes=N)
    add(name, "single", [T(3, 1)], {"dim": 1}, no_grad=True)
for number, p in enumerate((0, 1, 3, INF, -INF, 0.5)):
    add("norm", f"p{number}", [T("N", 4)], {"p": p, "dim": 1}, sizes=N)
add("norm", "zero", [V([0.0, 0.0, 3.0, 4.0], [2, 2])], {"p": 2, "dim": 1})
add("dist", "plain", [T("N", 4), T("N", 4)], {"p": 2}, sizes=N)
add("dist", "one", [T("N", 4), T(4)], {"p": 1}, sizes=N)
add("count_nonzero", "all", [I("N", 4, high=2)], sizes=N)
add("count_nonzero", "dim", [I("N", 4, high=2)], {"dim": 1}, sizes=N)
add("aminmax", "all", [T("N", 4)], sizes=N)
add("aminmax", "dim", [T("N", 4)], {"dim": 1, "keepdim": True}, sizes=N)
for name in ("argmax", "argmin"):
    for keep in (False, True):
        add(name, f"dim_{keep}", [T("N", 5)], {"dim": 1, "keepdim": keep}, sizes=N)
    add(name, "all", [T("N", 5)], sizes=N)
    add(name, "ties", [V([2.0, 1.0, 2.0, 1.0, NAN, 3.0, 0.0, NAN], [2, 4])], {"dim": 1})
    add(name, "integers", [I("N", 5, high=9)], {"dim": 0}, sizes=N)
for name in ("max", "min"):
    add(name, "dim", [T("N", 5)], {"dim": 1}, sizes=N)
    add(name, "keep", [T("N", 5)], {"dim": 0, "keepdim": True}, sizes=N)
    add(name, "all", [T("N", 5)], sizes=N)
    add(name, "ties", [V([2.0, 1.0, 2.0, 1.0, NAN, 3.0, 0.0, NAN], [2, 4])], {"dim": 1}, no_grad=True)
    add(name, "all_ties", [V([2.0, 1.0, 2.0, 1.0])])
    add(name, "pair", [T("N", 5), T(5)], sizes=N)

for name in "cumsum cumprod logcumsumexp cummax cummin".split():
    add(name, "rows", [T("N", 5)], {"dim": 1}, sizes=N)
    add(name, "columns", [T("N", 5)], {"dim": 0}, sizes=N)
    add(name, "middle", [T(2, 3, 2)], {"dim": -2})
    add(name, "empty", [T(0, 3)], {"dim": 0})
    add(name, "scalar", [T()], {"dim": 0})
    add(name, "special", [V([1.0, INF, -INF, 2.0, 3.0, NAN, 1.0, 0.0], [2, 4])], {"dim": 1}, no_grad=True)
    add(name, "axis_error", [T(2, 3)], {"dim": 2}, error=True)
for name in "cumsum cumprod".split():
    add(name, "integers", [I("N", 5, low=-2, high=3)], {"dim": 1}, sizes=N)
    add(name, "bools", [B("N", 5)], {"dim": 1}, sizes=N)
add("cumprod", "zeros", [V([1.0, 0.0, 2.0, 3.0, 0.0, 0.0], [2, 3])], {"dim": 1})
add("cummax", "ties", [V([1.0, 3.0, 3.0, 2.0, 3.0, 4.0])], {"dim": 0})
add("cummin", "ties", [V([4.0, 3.0, 3.0, 5.0, 3.0, 1.0])], {"dim": 0})
add("cummax", "integers", [I("N", 5, low=-9, high=9)], {"dim": 1}, sizes=N)
add("cummin", "integers", [I("N", 5, low=-9, high=9)], {"dim": 1}, sizes=N)
for down in (False, True):
    add("sort", f"{down}", [T("N", 5)], {"dim": 1, "descending": down}, sizes=N)
    add("sort", f"columns_{down}", [T("N", 5)], {"dim": 0, "descending": down}, sizes=N)
    add("sort", f"ties_{down}", [V([2.0, 1.0, 2.0, NAN, 1.0, INF, -INF, 2.0])], {"stable": True, "descending": down})
    add("argsort", f"{down}", [T("N", 5)], {"dim": 1, "descending": down}, sizes=N)
    add("topk", f"{down}", [T("N", 5)], {"k": 2, "dim": 1, "largest": down}, sizes=N)
add("sort", "integers", [I("N", 5, low=-99, high=99)], {"dim": 1}, sizes=N)
add("sort", "empty", [T(0, 3)], {"dim": 0})
add("sort", "scalar", [T()])
add("sort", "axis_error", [T(2, 3)], {"dim": 2}, error=True)
add("topk", "all", [T("N", 5)], {"k": 5}, sizes=N)
add("topk", "none", [T("N", 5)], {"k": 0}, sizes=N)
add("topk", "columns", [T(6, 3)], {"k": 3, "dim": 0})
add("topk", "error", [T(2, 5)], {"k": 6, "dim": 1}, error=True)
add("kthvalue", "plain", [T("N", 5)], {"k": 2, "dim": 1}, sizes=N)
add("kthvalue", "keep", [T(4, "N")], {"k": 3, "dim": 0, "keepdim": True}, sizes=N)
add("kthvalue", "error", [T(2, 5)], {"k": 6, "dim": 1}, error=True)
for size in (4, 5):
    add("median", f"dim{size}", [T("N", size)], {"dim": 1}, sizes=N)
    add("median", f"all{size}", [T(3, size)])
add("median", "keep", [T("N", 5)], {"dim": 1, "keepdim": True}, sizes=N)
add("median", "nan", [V([1.0, NAN, 2.0, 4.0, 3.0, 5.0], [2, 3])], {"dim": 1}, no_grad=True)
add("nanmedian", "nan", [V([1.0, NAN, 2.0, 4.0, 3.0, NAN])])
add("nanmedian", "plain", [T("N", 5)], sizes=N)
add("nanmedian", "rows", [V([1.0, NAN, 2.0, 4.0, 3.0, NAN, NAN, 5.0], [2, 4])], {"dim": 1}, no_grad=True)
add("nanmedian", "columns", [T("N", 4)], {"dim": 0, "keepdim": True}, sizes=N)
add("mode", "plain", [V([2.0, 1.0, 2.0, 1.0, 3.0, 5.0, 4.0, 4.0, 5.0, 6.0], [2, 5])], {"dim": 1}, no_grad=True,
    outputs=[0])
add("mode", "keep", [I("N", 6, high=3)], {"dim": 1, "keepdim": True}, sizes=N, outputs=[0])
Q = [0.0, 0.3, 0.5, 1.0]
for word in "linear lower higher nearest midpoint".split():
    add("quantile", word, [T("N", 5), V(Q, grad=False)], {"dim": 1, "interpolation": word}, sizes=N)
add("quantile", "all", [T(3, 4), V(Q, grad=False)])
add("quantile", "keep", [T("N", 5), V(Q, grad=False)], {"dim": 1, "keepdim": True}, sizes=N)
add("quantile", "number", [T("N", 5)], {"q": 0.4, "dim": 1}, sizes=N, args=["q"])
add("quantile", "nan", [V([1.0, NAN, 2.0, 4.0, 3.0, 5.0], [2, 3])], {"q": 0.5, "dim": 1}, args=["q"], no_grad=True)
add("quantile", "range_error", [T(2, 5)], {"q": 1.5}, args=["q"], error=True)
add("diff", "plain", [T("N", 5)], sizes=N)
add("diff", "columns", [T(5, "N")], {"dim": 0}, sizes=N)
for order in (0, 2, 3):
    add("diff", f"order{order}", [T("N", 5)], {"n": order}, sizes=N)
add("diff", "order_of_all", [T(3, 4)], {"n": 9})
add("diff", "around", [T("N", 4), T("N", 1, role="forward:prepend"), T("N", 2, role="forward:append")], {"n": 2}, sizes=N)
add("diff", "before", [T("N", 3), T(1, 3, role="forward:prepend")], {"dim": 0}, sizes=N)
add("diff", "bools", [B("N", 5)], {"n": 2}, sizes=N)
add("diff", "order_error", [T(3)], {"n": -1}, error=True)
add("diff", "rank_error", [T()], error=True)
for number, (p, dim) in enumerate(((2, 0), (1, 1))):
    add("renorm", f"plain{number}", [T("N", 4)], {"p": p, "dim": dim, "maxnorm": 1.5}, sizes=N)
for right in (False, True):
    LINE = V([-1.0, 0.0, 0.0, 0.5, 1.5], grad=False)
    add("searchsorted", f"line_{right}", [LINE, V([-2.0, 0.0, 0.2, 1.5, 9.0, NAN, INF, -INF], grad=False)], {"right": right})
    add("searchsorted", f"wide_{right}", [LINE, T("N", 4, grad=False)], {"right": right}, sizes=N)
    add("bucketize", f"plain_{right}", [T("N", 4, grad=False), LINE], {"right": right}, sizes=N)
add("searchsorted", "rows", [V([0.0, 1.0, 2.0, -1.0, 0.0, 5.0], [2, 3], grad=False),
                             V([0.0, 3.0, 1.0, 9.0], [2, 2], grad=False)])
for side in ("left", "right"):
    add("searchsorted", side, [LINE, T("N", 4, grad=False)], {"side": side}, sizes=N)
add("searchsorted", "short", [LINE, T("N", 4, grad=False)], {"out_int32": True, "right": True}, sizes=N)
add("searchsorted", "sorter", [V([2.0, 0.0, 1.0], grad=False), T("N", 4, grad=False),
                               V([1, 2, 0], dtype="i64", role="forward:sorter")], sizes=N)
add("bucketize", "short", [T("N", 4, grad=False), LINE], {"out_int32": True}, sizes=N)
add("searchsorted", "integers", [V([1, 3, 3, 7], dtype="i64"), I("N", 3, high=9)], sizes=N)
add("bincount", "plain", [V([1, 3, 1, 0], dtype="i64")], eager_only=True)
add("bincount", "minlength", [V([1, 3, 1, 0], dtype="i64")], {"minlength": 6})
add("bincount", "weights", [V([1, 3, 1, 0], dtype="i64"), T(4, grad=False, role="forward:weights")], {"minlength": 4})
add("bincount", "negative_error", [V([1, -3], dtype="i64")], error=True)
add("histc", "range", [T("N", 4, grad=False)], {"bins": 5, "min": -1.0, "max": 1.5}, sizes=N)
add("histc", "data", [T("N", 4, grad=False)], {"bins": 4}, sizes=N)
