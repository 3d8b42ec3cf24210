"""Losses over classes whose forward has more operands, or which have parameters."""
from case import I, T, V, Cases

cases = Cases("nn")
add = cases.add
P = dict(low=0.05, high=0.95)

ADAPTIVE = {"in_features": 5, "n_classes": 9, "cutoffs": [3, 6]}
for title, options in {"plain": {}, "one_cluster": {"cutoffs": [4]}, "div_value": {"div_value": 2.0},
                       "head_bias": {"head_bias": True}, "narrow": {"div_value": 8.0}}.items():
    add("AdaptiveLogSoftmaxWithLoss", title, [T("N", 5), I("N", high=9)], {**ADAPTIVE, **options}, sizes={"N": 6})
add("AdaptiveLogSoftmaxWithLoss", "unbatched", [T(5), V([7], [], dtype="i64")], ADAPTIVE)
add("AdaptiveLogSoftmaxWithLoss", "head_only", [T(3, 5), V([0, 1, 2], dtype="i64")], ADAPTIVE)
add("AdaptiveLogSoftmaxWithLoss", "range_error", [T(2, 5), V([0, 9], dtype="i64")], ADAPTIVE, error=True)
add("AdaptiveLogSoftmaxWithLoss", "size_error", [T(2, 5), V([0, 1, 2], dtype="i64")], ADAPTIVE, error=True)
add("AdaptiveLogSoftmaxWithLoss", "cutoffs_error", [T(2, 5), V([0, 1], dtype="i64")], {**ADAPTIVE, "cutoffs": [6, 3]},
    error=True)
add("AdaptiveLogSoftmaxWithLoss", "last_cutoff_error", [T(2, 5), V([0, 1], dtype="i64")],
    {**ADAPTIVE, "cutoffs": [3, 9]}, error=True)

LOGS = dict(low=-3.0, high=-0.1)
TARGETS = [1, 2, 2, 3, 1, 3]
for reduction in ("none", "mean", "sum"):
    r = {"reduction": reduction}
    lengths = [V([6, 4], ["N"], dtype="i64"), V([3, 2], ["N"], dtype="i64")]
    add("CTCLoss", reduction, [T(6, "N", 4, **LOGS), V(TARGETS, ["N", 3], dtype="i64"), *lengths], r, sizes={"N": 2})
    add("CTCLoss", reduction + "_joined", [T(6, 2, 4, **LOGS), V([1, 2, 2, 3, 1], dtype="i64"),
                                          V([6, 5], dtype="i64"), V([3, 2], dtype="i64")], r)
    add("CTCLoss", reduction + "_blank", [T(5, 2, 4, **LOGS), V([0, 1, 2, 0], [2, 2], dtype="i64"),
                                         V([5, 5], dtype="i64"), V([2, 1], dtype="i64")], {**r, "blank": 3})
    for zero in (False, True):
        add("CTCLoss", f"{reduction}_short_{zero}",
            [T(3, 2, 4, **LOGS), V([1, 1, 2, 3, 1, 2], [2, 3], dtype="i64"), V([3, 2], dtype="i64"),
             V([3, 2], dtype="i64")], {**r, "zero_infinity": zero})
add("CTCLoss", "unbatched", [T(5, 4, **LOGS), V([1, 3], dtype="i64"), V([5], [], dtype="i64"), V([2], [], dtype="i64")])
add("CTCLoss", "no_target", [T(4, 2, 3, **LOGS), V([1, 2], [2, 1], dtype="i64"), V([4, 3], dtype="i64"),
                             V([0, 1], dtype="i64")], {"reduction": "none"})
add("CTCLoss", "one", [T(1, 1, 2, **LOGS), V([1], [1, 1], dtype="i64"), V([1], dtype="i64"), V([1], dtype="i64")])
add("CTCLoss", "length_error", [T(4, 1, 3, **LOGS), V([1, 2], [1, 2], dtype="i64"), V([5], dtype="i64"),
                                V([2], dtype="i64")], error=True)
add("CTCLoss", "target_length_error", [T(4, 1, 3, **LOGS), V([1, 2], [1, 2], dtype="i64"), V([4], dtype="i64"),
                                       V([3], dtype="i64")], error=True)
add("CTCLoss", "blank_error", [T(4, 1, 3, **LOGS), V([1, 2], [1, 2], dtype="i64"), V([4], dtype="i64"),
                               V([2], dtype="i64")], {"blank": 3}, error=True)

for reduction in ("none", "mean", "sum"):
    r = {"reduction": reduction}
    add("MultiLabelMarginLoss", reduction,
        [T("N", 4), V([3, 0, -1, 1, 2, -1, 0, 0, -1, 2, 1, 3, 0, 1, 2, 3], ["N", 4], dtype="i64")], r, sizes={"N": 4})
    add("MultiLabelMarginLoss", reduction + "_vector", [T(4), V([1, -1, 0, 2], dtype="i64")], r)
    add("NLLLoss2d", reduction, [T("N", 5, 2, 3), I("N", 2, 3, high=5)], r, sizes={"N": 2})
    add("NLLLoss2d", reduction + "_weight", [T("N", 5, 2, 3), I("N", 2, 3, high=5), T(5, **P, role="option:weight")],
        {**r, "ignore_index": 1}, sizes={"N": 2})
    linear = {"in_features": 3, "num_classes": 5, **r}
    add("LinearCrossEntropyLoss", reduction, [T("N", 3), I("N", high=5)], linear, sizes={"N": 4})
    add("LinearCrossEntropyLoss", reduction + "_bias", [T("N", 3), I("N", high=5)], {**linear, "bias": True},
        sizes={"N": 4})
    add("LinearCrossEntropyLoss", reduction + "_weight", [T("N", 3), I("N", high=5), T(5, **P, role="option:weight")],
        {**linear, "label_smoothing": 0.2}, sizes={"N": 4})
    add("LinearCrossEntropyLoss", reduction + "_ignore", [T(4, 3), V([0, 2, 2, 4], dtype="i64")],
        {**linear, "ignore_index": 2})
    add("LinearCrossEntropyLoss", reduction + "_places", [T("N", 3), I("N", 2, high=5)],
        {**linear, "out_features": [2], "bias": True}, sizes={"N": 4})
add("LinearCrossEntropyLoss", "vector", [T(3), V([2], [], dtype="i64")], {"in_features": 3, "num_classes": 5})
add("LinearCrossEntropyLoss", "probabilities", [T("N", 3), T("N", 5, **P)], {"in_features": 3, "num_classes": 5},
    sizes={"N": 4})
add("LinearCrossEntropyLoss", "smoothing_error", [T(2, 3), I(2, high=5)],
    {"in_features": 3, "num_classes": 5, "label_smoothing": 1.5}, error=True)
add("LinearCrossEntropyLoss", "size_error", [T(2, 4), I(2, high=5)], {"in_features": 3, "num_classes": 5}, error=True)
add("MultiLabelMarginLoss", "one", [T(1, 1), V([0], [1, 1], dtype="i64")])
add("MultiLabelMarginLoss", "range_error", [T(1, 3), V([3, -1, 0], [1, 3], dtype="i64")], error=True)
add("MultiLabelMarginLoss", "size_error", [T(2, 3), V([0, -1], [1, 2], dtype="i64")], error=True)
