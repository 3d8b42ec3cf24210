"""Losses: every reduction, weights, ignored targets."""
from case import INF, NAN, I, T, V, Cases

cases = Cases("nn")
add = cases.add
P = dict(low=0.05, high=0.95)


def signs(*shape):
    count = 1
    for size in shape:
        count *= 4 if size == "N" else size
    return V([1.0 if i % 3 else -1.0 for i in range(count)], list(shape), grad=False)


for reduction in ("none", "mean", "sum"):
    r, n = {"reduction": reduction}, {"N": 4}
    for name, options in (("L1Loss", {}), ("MSELoss", {}), ("SmoothL1Loss", {}), ("SmoothL1Loss", {"beta": 0.5}),
                          ("SmoothL1Loss", {"beta": 0.0}), ("HuberLoss", {}), ("HuberLoss", {"delta": 0.5})):
        title = "_".join([reduction] + [f"{k}{v}" for k, v in options.items()])
        add(name, title, [T("N", 3), T("N", 3)], {**r, **options}, sizes=n)
    add("BCELoss", reduction, [T("N", 3, **P), T("N", 3, **P)], r, sizes=n)
    add("BCELoss", reduction + "_weight", [T(4, 3, **P), T(4, 3, **P), T(4, 3, **P, role="option:weight")], r)
    add("BCEWithLogitsLoss", reduction, [T("N", 3), T("N", 3, **P)], r, sizes=n)
    add("BCEWithLogitsLoss", reduction + "_weights", [T(4, 3), T(4, 3, **P), T(3, **P, role="option:pos_weight"),
                                                      T(4, 3, **P, role="option:weight")], r)
    for name in ("CrossEntropyLoss", "NLLLoss"):
        add(name, reduction, [T("N", 5), I("N", high=5)], r, sizes=n)
        add(name, reduction + "_weight", [T("N", 5), I("N", high=5), T(5, **P, role="option:weight")], r, sizes=n)
        add(name, reduction + "_ignore", [T(4, 5), V([0, -100, 2, -100], dtype="i64")], r)
        add(name, reduction + "_ignore2", [T(4, 5), V([0, 2, 2, 4], dtype="i64")], {**r, "ignore_index": 2})
        add(name, reduction + "_image", [T("N", 5, 2, 3), I("N", 2, 3, high=5)], r, sizes=n)
        add(name, reduction + "_vector", [T(5), V([3], [], dtype="i64")], r)
    add("CrossEntropyLoss", reduction + "_smooth", [T("N", 5), I("N", high=5)], {**r, "label_smoothing": 0.2}, sizes=n)
    add("CrossEntropyLoss", reduction + "_smooth_weight",
        [T("N", 5), I("N", high=5), T(5, **P, role="option:weight")], {**r, "label_smoothing": 0.2}, sizes=n)
    add("CrossEntropyLoss", reduction + "_probabilities", [T("N", 5), T("N", 5, **P)],
        {**r, "label_smoothing": 0.1}, sizes=n)
    for log in (False, True):
        add("KLDivLoss", f"{reduction}_log{log}", [T("N", 3), T("N", 3, **P)], {**r, "log_target": log}, sizes=n)
    add("SoftMarginLoss", reduction, [T("N", 3), signs("N", 3)], r, sizes=n)
    add("MultiLabelSoftMarginLoss", reduction, [T("N", 3), T("N", 3, **P)], r, sizes=n)
    add("MultiLabelSoftMarginLoss", reduction + "_weight",
        [T("N", 3), T("N", 3, **P), T(3, **P, role="option:weight")], r, sizes=n)
    for p in (1, 2):
        add("MultiMarginLoss", f"{reduction}_p{p}", [T("N", 5), I("N", high=5)], {**r, "p": p, "margin": 0.7}, sizes=n)
    add("MultiMarginLoss", reduction + "_weight", [T(4, 5), I(4, high=5), T(5, **P, role="option:weight")], r)
    add("HingeEmbeddingLoss", reduction, [T("N", 3), signs("N", 3)], {**r, "margin": 0.8}, sizes=n)
    add("MarginRankingLoss", reduction, [T("N"), T("N"), signs("N")], {**r, "margin": 0.3}, sizes=n)
    add("CosineEmbeddingLoss", reduction, [T("N", 3), T("N", 3), signs("N")], {**r, "margin": 0.1}, sizes=n)
    add("TripletMarginLoss", reduction, [T("N", 3), T("N", 3), T("N", 3)], r, sizes=n)
    add("TripletMarginLoss", reduction + "_swap", [T("N", 3), T("N", 3), T("N", 3)],
        {**r, "swap": True, "p": 3.0, "margin": 0.5}, sizes=n)
    for swap in (False, True):
        add("TripletMarginWithDistanceLoss", f"{reduction}_{swap}", [T("N", 3), T("N", 3), T("N", 3)],
            {**r, "swap": swap, "margin": 0.5}, sizes=n)
    for log in (True, False):
        add("PoissonNLLLoss", f"{reduction}_{log}", [T("N", 3, low=0.1), T("N", 3, low=0.1, high=4)],
            {**r, "log_input": log, "full": log}, sizes=n)
    for full in (False, True):
        add("GaussianNLLLoss", f"{reduction}_{full}", [T("N", 3), T("N", 3), T("N", 3, low=0.1)],
            {**r, "full": full}, sizes=n)
for name in ("SmoothL1Loss", "HuberLoss"):
    add(name, "zero", [V([0.0, 0.5, -0.25, 2.0, 1.0]), V([0.0, 0.0, 0.0, 0.0, 1.0], grad=False)], {"reduction": "none"})
add("KLDivLoss", "batchmean", [T("N", 3), T("N", 3, **P)], {"reduction": "batchmean"}, sizes={"N": 4})
add("CrossEntropyLoss", "all_ignored", [T(2, 5), V([-100, -100], dtype="i64")])
add("MSELoss", "empty", [T(0, 3), T(0, 3)])
add("NLLLoss", "range_error", [T(2, 5), V([1, 5], dtype="i64")], error=True)
add("CrossEntropyLoss", "size_error", [T(2, 5), I(3, high=5)], error=True)
add("BCELoss", "size_error", [T(2, 5, **P), T(2, 4, **P)], error=True)
add("L1Loss", "size_error", [T(2, 5), T(2, 4)], error=True)

# Nothing to average is NaN, nothing to add up is 0; one element; numbers that are none.
TWO = ("L1Loss", "MSELoss", "SmoothL1Loss", "HuberLoss", "KLDivLoss", "PoissonNLLLoss", "BCELoss", "BCEWithLogitsLoss",
       "SoftMarginLoss")
for name in TWO:
    keys = {**P, "grad": name != "SoftMarginLoss"}
    for reduction in ("none", "mean", "sum"):
        if (name, reduction) != ("MSELoss", "mean"):
            add(name, f"empty_{reduction}", [T(0, 3, **P), T(0, 3, **keys)], {"reduction": reduction})
    add(name, "one", [T(1, 1, **P), T(1, 1, **keys)])
    add(name, "scalar", [T(**P), T(**keys)])
    if name != "BCELoss":
        add(name, "special", [V([INF, -INF, NAN, 1.0, 0.0, 100.0], [2, 3]), V([1.0, 1.0, 1.0, NAN, 0.0, 1.0], [2, 3], grad=False)],
            {"reduction": "none"}, no_grad=name == "SoftMarginLoss")  # PyTorch's overflows
add("BCELoss", "bounds", [V([0.0, 0.0, 0.0, 1e-30], grad=False), V([0.0, 0.75, 0.5, 0.25], grad=False)],
    {"reduction": "none"})
add("BCELoss", "range_error", [V([1.5]), V([1.0], grad=False)], error=True)
for name in ("CrossEntropyLoss", "NLLLoss"):
    for reduction in ("none", "mean", "sum"):
        add(name, f"empty_{reduction}", [T(0, 5), V([], [0], dtype="i64")], {"reduction": reduction})
    add(name, "one", [T(1, 1), V([0], dtype="i64")])
    add(name, "special", [V([0.0, -INF, 1.0, NAN, 0.0, 1.0, -1.0, 2.0, -INF], [3, 3]), V([0, 1, 2], dtype="i64")],
        {"reduction": "none"})
    add(name, "classes_symbolic", [T(3, "H"), V([0, 1, 2], dtype="i64")], sizes={"H": 5})
    add(name, "weight_error", [T(2, 5), I(2, high=5), T(4, **P, role="option:weight")], error=True)
add("CrossEntropyLoss", "smoothing_error", [T(2, 5), I(2, high=5)], {"label_smoothing": 2.0}, error=True)
add("CrossEntropyLoss", "image_smooth", [T("N", 5, 2), I("N", 2, high=5)], {"label_smoothing": 0.3}, sizes={"N": 3})
add("CrossEntropyLoss", "image_probabilities", [T("N", 5, 2), T("N", 5, 2, **P)], sizes={"N": 3})
for reduction in ("none", "mean", "sum"):
    r = {"reduction": reduction}
    add("TripletMarginLoss", reduction + "_vector", [T(3), T(3), T(3)], r)
    add("MultiMarginLoss", reduction + "_vector", [T(5), V([2], [], dtype="i64")], r)
    add("CosineEmbeddingLoss", reduction + "_vector", [T(3), T(3), V([1.0], [], grad=False)], r)
    add("GaussianNLLLoss", reduction + "_one_variance", [T("N", 3), T("N", 3), T("N", 1, low=0.1)], r, sizes={"N": 4})
    add("MarginRankingLoss", reduction + "_empty", [T(0), T(0), V([], [0], grad=False)], r)
    add("HingeEmbeddingLoss", reduction + "_empty", [T(0), V([], [0], grad=False)], r)
add("GaussianNLLLoss", "negative_error", [T(2), T(2), V([1.0, -1.0])], error=True)
add("MultiMarginLoss", "range_error", [T(2, 5), V([1, 5], dtype="i64")], error=True)
add("MultiMarginLoss", "p_error", [T(2, 5), V([1, 2], dtype="i64")], {"p": 3}, error=True)
add("HuberLoss", "delta_error", [T(2), T(2)], {"delta": 0.0}, error=True)
add("SmoothL1Loss", "beta_error", [T(2), T(2)], {"beta": -1.0}, error=True)
add("SmoothL1Loss", "broadcast", [T("N", 1), T("N", 3)], sizes={"N": 2})
add("CosineEmbeddingLoss", "rank_error", [T(2, 3, 4), T(2, 3, 4), V([1.0, 1.0], grad=False)], error=True)
