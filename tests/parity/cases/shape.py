"""Tensor functions that arrange elements, and those that read and write at places."""
from case import INF, B, I, T, V, Cases

cases = Cases("torch")
add = cases.add
N = {"N": 3}

add("reshape", "plain", [T(4, 6)], {"shape": [3, -1]})
add("reshape", "symbolic", [T("N", 6)], {"shape": [-1, 2, 3]}, sizes=N)
add("reshape", "error", [T(4, 6)], {"shape": [5, -1]}, error=True)
add("reshape", "empty", [T(0, 6)], {"shape": [3, 0]})
add("flatten", "plain", [T("N", 3, 4)], {"start_dim": 1}, sizes=N)
add("flatten", "scalar", [T()])
add("flatten", "error", [T(2, 3)], {"start_dim": 1, "end_dim": 0}, error=True)
add("unflatten", "plain", [T("N", 6)], {"dim": 1, "sizes": [2, -1]}, sizes=N)
add("unflatten", "error", [T(2, 6)], {"dim": 1, "sizes": [4, 2]}, error=True)
add("squeeze", "dim", [T("N", 1, 4)], {"dim": 1}, sizes=N)
add("squeeze", "all", [T(1, "N", 1, 4)], sizes=N)
add("squeeze", "not_one", [T("N", 4)], {"dim": 1}, sizes=N)
add("squeeze", "dims", [T(1, 3, 1, 1)], {"dim": [0, 3]})
add("unsqueeze", "last", [T("N", 4)], {"dim": -1}, sizes=N)
add("unsqueeze", "first", [T("N", 4)], {"dim": 0}, sizes=N)
add("unsqueeze", "error", [T(2, 4)], {"dim": 4}, error=True)
add("permute", "plain", [T("N", 3, 4)], {"dims": [2, 0, 1]}, sizes=N)
add("permute", "error", [T(2, 3, 4)], {"dims": [2, 0, 0]}, error=True)
add("transpose", "plain", [T("N", 3, 4)], {"dim0": 0, "dim1": 2}, sizes=N)
for name in ("swapaxes", "swapdims"):
    add(name, "plain", [T("N", 3, 4)], {"dim0": 0, "dim1": -1}, sizes=N, args=["dim0", "dim1"])
for name in ("movedim", "moveaxis"):
    add(name, "one", [T("N", 3, 4)], {"source": 0, "destination": -1}, sizes=N)
    add(name, "two", [T("N", 3, 4)], {"source": [0, 1], "destination": [2, 0]}, sizes=N)
add("t", "plain", [T("N", 4)], sizes=N)
add("expand", "plain", [T("N", 1)], {"size": [2, -1, 4]}, sizes=N, args=["size"])
add("expand", "error", [T(2, 3)], {"size": [2, 4]}, args=["size"], error=True)
add("broadcast_to", "plain", [T(3, 1)], {"size": [2, 3, 4]}, args=["size"])
add("repeat", "plain", [T("N", 2)], {"repeats": [2, 1, 3]}, sizes=N, args=["repeats"])
add("repeat", "error", [T(2, 3)], {"repeats": [2]}, args=["repeats"], error=True)
add("tile", "plain", [T("N", 2)], {"dims": [3]}, sizes=N)
add("repeat_interleave", "number", [T("N", 2)], {"repeats": 2, "dim": 0}, sizes=N, args=["repeats"])
add("repeat_interleave", "flat", [T("N", 2)], {"repeats": 3}, sizes=N, args=["repeats"])
add("repeat_interleave", "tensor", [T(3, 2), V([1, 0, 2], dtype="i64")], {"dim": 0}, eager_only=True)
add("cat", "rows", [T("N", 4), T(2, 4)], {"dim": 0}, as_list=True, sizes=N)
add("cat", "columns", [T("N", 4), T("N", 2), T("N", 1)], {"dim": 1}, as_list=True, sizes=N)
add("cat", "promote", [T("N", 4), I("N", 2, high=5)], {"dim": 1}, as_list=True, sizes=N)
add("cat", "empty", [T(0), T(2, 4)], {"dim": 0}, as_list=True)
add("cat", "error", [T(2, 4), T(3, 5)], {"dim": 0}, as_list=True, error=True)
add("concat", "columns", [T("N", 4), T("N", 2)], {"dim": 1}, as_list=True, sizes=N)
add("stack", "middle", [T("N", 4), T("N", 4)], {"dim": 1}, as_list=True, sizes=N)
add("stack", "last", [T("N", 4), T("N", 4)], {"dim": -1}, as_list=True, sizes=N)
add("stack", "error", [T(2, 4), T(2, 5)], as_list=True, error=True)
for name in ("hstack", "vstack", "dstack", "column_stack"):
    add(name, "lines", [T(3), T(3)], as_list=True)
    add(name, "matrices", [T("N", 2), T("N", 2)], as_list=True, sizes=N)
    add(name, "scalars", [T(), T()], as_list=True)
add("block_diag", "plain", [T(2, 3), T(2), T("N", 2)], sizes=N)
add("cartesian_prod", "plain", [T("N"), T(3)], sizes=N)
add("cartesian_prod", "one", [T(3)])
add("chunk", "uneven", [T("N", 5)], {"chunks": 2, "dim": 1}, sizes=N)
add("chunk", "more", [T("N", 2)], {"chunks": 5, "dim": 1}, sizes=N)
add("split", "uneven", [T("N", 5)], {"split_size_or_sections": 2, "dim": 1}, sizes=N)
add("split", "sizes", [T("N", 5)], {"split_size_or_sections": [1, 3, 1], "dim": 1}, sizes=N)
add("split", "error", [T(2, 5)], {"split_size_or_sections": [1, 3], "dim": 1}, error=True)
add("tensor_split", "count", [T("N", 5)], {"indices_or_sections": 3, "dim": 1}, sizes=N, args=["indices_or_sections"])
add("tensor_split", "indices", [T("N", 6)], {"indices_or_sections": [1, 4, 9], "dim": 1}, sizes=N, args=["indices_or_sections"])
add("unbind", "columns", [T("N", 3)], {"dim": 1}, sizes=N)
add("narrow", "plain", [T("N", 5)], {"dim": 1, "start": 1, "length": 3}, sizes=N)
add("narrow", "error", [T(2, 5)], {"dim": 1, "start": 3, "length": 3}, error=True)
add("select", "plain", [T("N", 5)], {"dim": 1, "index": -2}, sizes=N)
add("select", "rows", [T("N", 5)], {"dim": 0, "index": -1}, sizes=N)
add("select", "error", [T(2, 5)], {"dim": 1, "index": 5}, error=True)
add("flip", "plain", [T("N", 4)], {"dims": [1]}, sizes=N)
add("flip", "both", [T("N", 4)], {"dims": [0, -1]}, sizes=N)
add("fliplr", "plain", [T("N", 4)], sizes=N)
add("flipud", "plain", [T("N", 4)], sizes=N)
for turns in (0, 1, 2, 3, -1):
    add("rot90", f"turns{turns}", [T("N", 4)], {"k": turns}, sizes=N)
add("rot90", "dims", [T(2, "N", 4)], {"k": 1, "dims": [2, 1]}, sizes=N)
add("roll", "plain", [T("N", 4)], {"shifts": [1], "dims": [1]}, sizes=N)
add("roll", "two", [T("N", 4)], {"shifts": [-5, 3], "dims": [1, 0]}, sizes=N)
add("roll", "flat", [T("N", 4)], {"shifts": [2]}, sizes=N)
for diagonal in (-1, 0, 2):
    add("tril", f"diagonal{diagonal}", [T("N", 4, 4)], {"diagonal": diagonal}, sizes=N)
    add("triu", f"diagonal{diagonal}", [T("N", 4, 5)], {"diagonal": diagonal}, sizes=N)
    add("diag", f"matrix{diagonal}", [T(3, 4)], {"diagonal": diagonal})
    add("diag", f"line{diagonal}", [T("N")], {"diagonal": diagonal}, sizes=N)
    add("diag_embed", f"offset{diagonal}", [T("N", 3)], {"offset": diagonal}, sizes=N)
    add("diag_embed", f"axes{diagonal}", [T("N", 3)], {"offset": diagonal, "dim1": 2, "dim2": 0}, sizes=N)
    add("diagonal", f"offset{diagonal}", [T("N", 4, 5)], {"offset": diagonal, "dim1": 1, "dim2": 2}, sizes=N)
    add("diagonal_scatter", f"offset{diagonal}", [T(4, 5), T({-1: 3, 0: 4, 2: 3}[diagonal])], {"offset": diagonal})
add("diagonal", "first", [T(3, 4, 2)])
add("trace", "plain", [T(3, 4)])
for word in ("ij", "xy"):
    add("meshgrid", word, [T("N"), T(3), T(2)], {"indexing": word}, sizes=N)
for name in ("atleast_1d", "atleast_2d", "atleast_3d"):
    for shape in ((), ("N",), ("N", 2)):
        add(name, f"rank{len(shape)}", [T(*shape)], **({"sizes": N} if shape else {}))
add("ravel", "plain", [T("N", 3)], sizes=N)
add("unfold", "plain", [T("N", 7)], {"dimension": 1, "size": 3, "step": 2}, sizes=N, args=["dimension", "size", "step"])
add("unfold", "first", [T(5, "N")], {"dimension": 0, "size": 2, "step": 1}, sizes=N, args=["dimension", "size", "step"])
add("unfold", "error", [T(2, 3)], {"dimension": 1, "size": 4, "step": 1}, args=["dimension", "size", "step"], error=True)
add("clone", "plain", [T("N", 3)], sizes=N)

at = lambda *shape, high, low=0: I(*shape, high=high, low=low, role="forward:index")
add("gather", "plain", [T("N", 5), at("N", 2, high=5)], {"dim": 1}, sizes=N)
add("gather", "rows", [T(5, "N"), at(7, "N", high=5)], {"dim": 0}, sizes=N)
add("gather", "short", [T(4, 5), at(2, 3, high=5)], {"dim": 1})
add("gather", "range_error", [T(2, 5), V([0, 5], [2, 1], dtype="i64", role="forward:index")], {"dim": 1}, error=True)
add("gather", "rank_error", [T(2, 5), at(2, high=2)], {"dim": 1}, error=True)
add("take_along_dim", "plain", [T("N", 5), I("N", 2, high=5)], {"dim": 1}, sizes=N)
add("take_along_dim", "broadcast", [T("N", 5), I(1, 2, high=5)], {"dim": 1}, sizes=N)
add("take_along_dim", "flat", [T("N", 5), I(2, 2, high=5)], sizes=N)
for name, key in (("scatter", "src"), ("scatter_add", "src")):
    # Different indices in a row: which of equal ones stays is not said.
    add(name, "plain", [T(3, 5), V([4, 0, 2, 1, 3, 0, 2, 4, 1], [3, 3], dtype="i64", role="forward:index"),
                        T(3, 3, role="forward:" + key)], {"dim": 1})
    add(name, "rows", [T(5, 2), V([4, 0, 2, 1], [2, 2], dtype="i64", role="forward:index"),
                       T(3, 2, role="forward:" + key)], {"dim": 0}, no_grad=True)
    add(name, "range_error", [T(2, 5), V([0, 5], [2, 1], dtype="i64", role="forward:index"),
                              T(2, 1, role="forward:" + key)], {"dim": 1}, error=True)
add("scatter", "value", [T("N", 5), at("N", 1, high=5)], {"dim": 1, "value": 7.5}, sizes=N)
add("scatter_add", "many", [T("N", 4), at("N", 9, high=4), T("N", 9, role="forward:src")], {"dim": 1}, sizes=N)
for word in "sum prod mean amax amin".split():
    for own in (False, True):
        add("scatter_reduce", f"{word}_{own}", [T("N", 4), at("N", 6, high=3), T("N", 6, role="forward:src")],
            {"dim": 1, "reduce": word, "include_self": own}, sizes=N, no_grad=word == "prod")
add("scatter_reduce", "word_error", [T(2, 4), at(2, 3, high=4), T(2, 3, role="forward:src")],
    {"dim": 1, "reduce": "max"}, error=True)
add("index_select", "plain", [T("N", 5), at(3, high=5)], {"dim": 1}, sizes=N)
add("index_select", "rows", [T(5, "N"), at(7, high=5)], {"dim": 0}, sizes=N)
add("index_select", "range_error", [T(2, 5), V([0, 5], dtype="i64", role="forward:index")], {"dim": 1}, error=True)
add("index_add", "plain", [T("N", 5), at(6, high=5), T("N", 6, role="forward:source")], {"dim": 1}, sizes=N)
add("index_add", "alpha", [T("N", 5), at(6, high=5), T("N", 6, role="forward:source")], {"dim": 1, "alpha": 0.5}, sizes=N)
add("index_copy", "plain", [T("N", 5), V([3, 0, 1], dtype="i64", role="forward:index"), T("N", 3, role="forward:source")],
    {"dim": 1}, sizes=N)
add("index_fill", "plain", [T("N", 5), V([3, 0], dtype="i64", role="forward:index")], {"dim": 1, "value": -2.5}, sizes=N)
add("take", "plain", [T("N", 5), I(2, 3, low=-4, high=5)], sizes=N)
add("masked_select", "plain", [T(3, 4), B(3, 4)], eager_only=True)
add("masked_scatter", "plain", [T(3, 4), B(3, 4), T(12)])
add("masked_scatter", "broadcast", [T("N", 4), V([1, 0, 1, 1], dtype="bool"), T(40)], sizes=N)
add("masked_scatter", "short_error", [T(2, 2), V([1, 1, 1, 1], [2, 2], dtype="bool"), T(3)], error=True)
add("select_scatter", "plain", [T("N", 4), T("N")], {"dim": 1, "index": 2}, sizes=N)
add("slice_scatter", "plain", [T("N", 6), T("N", 2)], {"dim": 1, "start": 1, "end": 5, "step": 2}, sizes=N)
add("nonzero", "plain", [V([0.0, 1.0, 2.0, 0.0, -3.0, 0.0], [2, 3], grad=False)], eager_only=True)
add("argwhere", "plain", [V([0.0, 1.0, 2.0, 0.0, -3.0, 0.0], [2, 3], grad=False)], eager_only=True)
add("unique", "plain", [V([3.0, 1.0, 3.0, 2.0, 1.0], grad=False)], {"return_inverse": True, "return_counts": True},
    eager_only=True)
add("unique", "dim", [V([3, 1, 3, 1, 0, 5], [3, 2], dtype="i64")], {"dim": 0, "return_inverse": True, "return_counts": True},
    eager_only=True)
add("unique_consecutive", "dim", [V([3, 1, 3, 1, 0, 5], [3, 2], dtype="i64")],
    {"dim": 0, "return_inverse": True, "return_counts": True}, eager_only=True)
add("unique_consecutive", "plain", [V([3.0, 3.0, 1.0, 1.0, 3.0], grad=False)],
    {"return_inverse": True, "return_counts": True}, eager_only=True)

#: What stands between the brackets: tests/parity/expressions.py and run_indexing.cpp have them under these names.
READ = {"integer": [], "negative": [], "two": [], "slice": [], "slice_open": [], "slice_step": [], "slice_beyond": [],
        "slice_negative": [], "none": [], "ellipsis": [], "ellipsis_middle": [], "mixed": [],
        "tensor": [I(4, high=3)], "tensor_negative": [V([-1, 0, 1], dtype="i64")], "tensor_matrix": [I(2, 2, high=3)],
        "tensor_column": [I(5, high=4)], "two_tensors": [I(3, high=3), I(3, high=4)],
        "two_tensors_broadcast": [I(3, 1, high=3), I(2, high=4)], "tensors_apart": [I(3, high=3), I(3, high=2)],
        "tensor_and_slice": [I(3, high=4)], "tensor_and_integer": [I(3, high=3)]}
for which, tensors in READ.items():
    symbolic = not tensors or which in ("tensor_column", "tensor_and_slice")
    add("getitem", which, [T("N" if symbolic else 3, 4, 2), *tensors], {"which": which}, **({"sizes": N} if symbolic else {}))
add("getitem", "mask", [T(3, 4, 2), B(3, 4)], {"which": "tensor"}, eager_only=True)
add("getitem", "mask_column", [T(3, 4, 2), V([1, 0, 1, 1], dtype="bool")], {"which": "tensor_column"}, eager_only=True)
add("getitem", "range_error", [T(3, 4, 2), V([3], dtype="i64")], {"which": "tensor"}, error=True)
add("getitem", "axes_error", [T(3), ], {"which": "two"}, error=True)
WRITE = {"integer": ([4, 2], []), "negative": ([2], []), "slice": ([4, 2], []), "slice_step": ([2], []), "ellipsis": ([4], []),
         "two": ([], []), "scalar": ([], []), "add": ([4, 2], []),
         "tensor": ([4, 4, 2], [V([2, 0, 1, 2], dtype="i64")]), "tensor_column": ([5, 2], [V([3, 0, 1, 2, 1], dtype="i64")]),
         "accumulate": ([4, 4, 2], [V([2, 0, 2, 2], dtype="i64")]),
         "two_tensors": ([3, 2], [V([0, 1, 2], dtype="i64"), V([3, 0, 1], dtype="i64")]),
         "mask": ([2], [B(3, 4)]), "mask_scalar": ([], [B(3, 4)])}
for which, (value, tensors) in WRITE.items():
    if which in ("tensor", "tensor_column"):  # equal indices: the last one stays in lithe, any one in PyTorch
        tensors = [V([2, 0, 1], dtype="i64")] if which == "tensor" else [V([3, 0, 1, 2], dtype="i64")]
        value = [3, 4, 2] if which == "tensor" else [4, 2]
    symbolic = which in ("slice", "slice_step", "ellipsis", "tensor_column")
    operands = [T("N" if symbolic else 3, 4, 2), *([] if which in ("scalar", "mask_scalar") else [T(*value)]), *tensors]
    add("setitem", which, operands, {"which": which}, **({"sizes": N} if symbolic else {}))
add("setitem", "shape_error", [T(3, 4, 2), T(3)], {"which": "integer"}, error=True)
add("index_put", "plain", [T(3, 4), T(3), V([0, 2, 1], dtype="i64"), V([3, 0, 1], dtype="i64")], {"which": "plain"})
add("index_put", "accumulate", [T(3, 4), T(3), V([0, 2, 0], dtype="i64"), V([3, 0, 3], dtype="i64")], {"which": "accumulate"})
