"""Containers, by recipes that record.py and run_containers.cpp build alike; layers that learn their sizes."""
from case import I, T, V, Cases

cases = Cases("nn")
add = cases.add

for recipe in ("plain", "named", "nested"):
    for train in (True, False):
        add("Sequential", f"{recipe}_{'train' if train else 'eval'}", [T("N", 3)], {"recipe": recipe}, train=train,
            sizes={"N": 4})
add("Sequential", "empty_batch", [T(0, 3)], {"recipe": "plain"})
add("Sequential", "size_error", [T(2, 4)], {"recipe": "plain"}, error=True)
for name in ("ModuleList", "ModuleDict", "ParameterList", "ParameterDict", "Functional"):
    add(name, "loop", [T("N", 3)], {"recipe": "loop"}, train=True, sizes={"N": 4})
    add(name, "one", [T(1, 3)], {"recipe": "loop"})
    add(name, "three_axes", [T("N", "T", 3)], {"recipe": "loop"}, sizes={"N": 2, "T": 3})

for bias in (True, False):
    add("LazyLinear", f"bias_{bias}", [T("N", 5)], {"out_features": 3, "bias": bias}, sizes={"N": 4})
add("LazyLinear", "three_axes", [T("N", "T", 5)], {"out_features": 3}, sizes={"N": 2, "T": 3})
for rank in (1, 2, 3):
    image = [7, 6, 5][:rank]
    base = {"out_channels": 6, "kernel_size": [3, 2, 3][:rank]}
    for title, options in {"plain": {}, "groups": {"groups": 2, "bias": False},
                           "all": {"stride": 2, "padding": 2, "dilation": 2, "groups": 2}}.items():
        add(f"LazyConv{rank}d", title, [T("N", 4, *image)], {**base, **options}, sizes={"N": 2})
        add(f"LazyConvTranspose{rank}d", title, [T("N", 4, *image)], {**base, **options}, sizes={"N": 2})
    add(f"LazyConv{rank}d", "mode", [T("N", 4, *image)], {**base, "padding": 1, "padding_mode": "circular"},
        sizes={"N": 2})
    add(f"LazyConv{rank}d", "unbatched", [T(4, *image)], base)
    add(f"LazyConv{rank}d", "rank_error", [T(1, 4, *image, 2, 2)], base, error=True)
    spatial = [4, 3, 2][:rank]
    for train in (True, False):
        mode = "train" if train else "eval"
        for title, options in {"plain": {}, "no_affine": {"affine": False},
                               "no_stats": {"track_running_stats": False}}.items():
            add(f"LazyBatchNorm{rank}d", f"{mode}_{title}", [T("N", 3, *spatial)], options, train=train,
                sizes={"N": 3})
        for title, options in {"plain": {}, "affine": {"affine": True}, "stats": {"track_running_stats": True}}.items():
            add(f"LazyInstanceNorm{rank}d", f"{mode}_{title}", [T("N", 3, *spatial)], options, train=train,
                sizes={"N": 2})
    add(f"LazyBatchNorm{rank}d", "rank_error", [T(2, 3, *spatial, 2, 2)], error=True)

for train in (True, False):
    mode = "train" if train else "eval"
    for rank in (0, 1, 2, 3):
        add("SyncBatchNorm", f"{mode}_rank{rank}", [T("N", 3, *[4, 3, 2][:rank])], {"num_features": 3}, train=train,
            sizes={"N": 3})
    for title, options in {"momentum": {"momentum": 0.3, "eps": 1e-2}, "no_affine": {"affine": False},
                           "no_stats": {"track_running_stats": False}, "cumulative": {"momentum": None}}.items():
        add("SyncBatchNorm", f"{mode}_{title}", [T("N", 3, 4)], {"num_features": 3, **options}, train=train,
            sizes={"N": 3})
add("SyncBatchNorm", "channels_error", [T(2, 4, 3)], {"num_features": 3}, error=True)
add("SyncBatchNorm", "rank_error", [T(3)], {"num_features": 3}, error=True)
for name in ("UpsamplingNearest2d", "UpsamplingBilinear2d"):
    add(name, "size", [T("N", 2, 4, 3)], {"size": [7, 5]}, sizes={"N": 2})
    add(name, "scale", [T("N", 2, 4, 3)], {"scale_factor": [2.0, 1.5]}, sizes={"N": 2})
    add(name, "smaller", [T("N", 2, 4, 3)], {"size": [2, 1]}, sizes={"N": 2})
    add(name, "one", [T(1, 1, 1, 1)], {"size": [3, 2]})
    add(name, "symbolic_scale", [T(1, 2, "H", 3)], {"scale_factor": [2.0, 2.0]}, sizes={"H": 4})
    add(name, "rank_error", [T(2, 4, 3)], {"size": [7, 5]}, error=True)
