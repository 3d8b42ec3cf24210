"""Linear layers, embeddings, norms, padding, dropout, images, distances."""
from case import I, T, V, Cases

cases = Cases("nn")
add = cases.add

add("Identity", "plain", [T("N", 3)], sizes={"N": 2})
for bias in (True, False):
    options = {"in_features": 5, "out_features": 3, "bias": bias}
    add("Linear", f"batch_bias_{bias}", [T("N", 5)], options, sizes={"N": 4})
    add("Linear", f"vector_bias_{bias}", [T(5)], options)
    add("Linear", f"three_axes_bias_{bias}", [T("N", "T", 5)], options, sizes={"N": 2, "T": 3})
    add("Bilinear", f"bias_{bias}", [T("N", 3), T("N", 4)], {"in1_features": 3, "in2_features": 4, "out_features": 2,
                                                         "bias": bias}, sizes={"N": 3})
add("Linear", "empty_batch", [T(0, 5)], {"in_features": 5, "out_features": 3})
add("Linear", "one", [T(1, 1)], {"in_features": 1, "out_features": 1})
add("Linear", "size_error", [T(2, 4)], {"in_features": 5, "out_features": 3}, error=True)
add("Bilinear", "size_error", [T(2, 3), T(2, 3)], {"in1_features": 3, "in2_features": 4, "out_features": 2}, error=True)
add("Flatten", "default", [T("N", 3, 2, 2)], sizes={"N": 2})
add("Flatten", "range", [T(2, 3, 4, 5)], {"start_dim": 1, "end_dim": 2})
add("Flatten", "range_error", [T(2, 3, 4)], {"start_dim": 2, "end_dim": 1}, error=True)
add("Unflatten", "middle", [T("N", 6, 2)], {"dim": 1, "unflattened_size": [2, 3]}, sizes={"N": 2})
add("Unflatten", "rest", [T(2, 12)], {"dim": 1, "unflattened_size": [3, -1]})
add("Unflatten", "size_error", [T(2, 12)], {"dim": 1, "unflattened_size": [5, 2]}, error=True)

add("Embedding", "plain", [I("N", 3, high=7)], {"num_embeddings": 7, "embedding_dim": 4}, sizes={"N": 2})
add("Embedding", "padding", [V([0, 2, 2, 5], dtype="i64")],
    {"num_embeddings": 7, "embedding_dim": 4, "padding_idx": 2})
add("Embedding", "padding_from_end", [V([0, 6, 5], dtype="i64")],
    {"num_embeddings": 7, "embedding_dim": 4, "padding_idx": -1})
add("Embedding", "max_norm", [V([0, 2, 5], dtype="i64")], {"num_embeddings": 7, "embedding_dim": 4, "max_norm": 0.5},
    no_grad=True)
add("Embedding", "empty", [I(0, high=7)], {"num_embeddings": 7, "embedding_dim": 4})
add("Embedding", "range_error", [V([7], dtype="i64")], {"num_embeddings": 7, "embedding_dim": 4}, error=True)
for mode in ("sum", "mean", "max"):
    add("EmbeddingBag", f"rows_{mode}", [I("N", 3, high=7)], {"num_embeddings": 7, "embedding_dim": 4, "mode": mode},
        sizes={"N": 2})
    add("EmbeddingBag", f"offsets_{mode}", [I(6, high=7), V([0, 2, 2], dtype="i64")],
        {"num_embeddings": 7, "embedding_dim": 4, "mode": mode})
add("EmbeddingBag", "padding", [V([1, 2, 3, 1, 1, 2], [2, 3], dtype="i64")],
    {"num_embeddings": 7, "embedding_dim": 4, "mode": "mean", "padding_idx": 1})

for rank in (1, 2, 3):
    spatial = [4, 3, 2][:rank]
    for train in (True, False):
        mode = "train" if train else "eval"
        for title, options in {"plain": {}, "momentum": {"momentum": 0.3, "eps": 1e-2}, "no_affine": {"affine": False},
                               "no_stats": {"track_running_stats": False}, "cumulative": {"momentum": None}}.items():
            add(f"BatchNorm{rank}d", f"{mode}_{title}", [T("N", 3, *spatial)], {"num_features": 3, **options},
                train=train, sizes={"N": 3})
        for title, options in {"plain": {}, "affine": {"affine": True}, "stats": {"track_running_stats": True}}.items():
            add(f"InstanceNorm{rank}d", f"{mode}_{title}", [T("N", 3, *spatial)], {"num_features": 3, **options},
                train=train, sizes={"N": 2})
    add(f"InstanceNorm{rank}d", "unbatched", [T(3, *spatial)], {"num_features": 3})
    add(f"BatchNorm{rank}d", "channels_error", [T(2, 4, *spatial)], {"num_features": 3}, error=True)
    add(f"BatchNorm{rank}d", "one_value_error", [T(1, 3, *[1] * rank)], {"num_features": 3}, train=True, error=True)
    add(f"BatchNorm{rank}d", "rank_error", [T(2, 3, *spatial, 2, 2)], {"num_features": 3}, error=True)
add("BatchNorm1d", "two_axes", [T("N", 3)], {"num_features": 3}, train=True, sizes={"N": 4})
for title, options in {"plain": {}, "no_affine": {"elementwise_affine": False}, "no_bias": {"bias": False},
                       "eps": {"eps": 0.1}}.items():
    add("LayerNorm", title, [T("N", 3, 5)], {"normalized_shape": [5], **options}, sizes={"N": 2})
    add("LayerNorm", title + "_two_axes", [T("N", 3, 5)], {"normalized_shape": [3, 5], **options}, sizes={"N": 2})
add("LayerNorm", "one", [T(3, 1)], {"normalized_shape": [1]})
add("LayerNorm", "shape_error", [T(3, 4)], {"normalized_shape": [5]}, error=True)
for title, options in {"plain": {}, "no_affine": {"elementwise_affine": False}, "eps": {"eps": 0.1}}.items():
    add("RMSNorm", title, [T("N", 3, 5)], {"normalized_shape": [5], **options}, sizes={"N": 2})
add("RMSNorm", "shape_error", [T(3, 4)], {"normalized_shape": [5]}, error=True)
for groups in (1, 2, 4):
    add("GroupNorm", f"groups{groups}", [T("N", 4, 3, 2)], {"num_groups": groups, "num_channels": 4}, sizes={"N": 2})
add("GroupNorm", "no_affine", [T("N", 4)], {"num_groups": 2, "num_channels": 4, "affine": False}, sizes={"N": 2})
add("GroupNorm", "divide_error", [T(2, 5)], {"num_groups": 2, "num_channels": 5}, error=True)
add("GroupNorm", "channels_error", [T(2, 6, 3)], {"num_groups": 2, "num_channels": 4}, error=True)
for size in (2, 3):
    add("LocalResponseNorm", f"size{size}", [T("N", 5, 2, 2)], {"size": size, "alpha": 0.5, "beta": 0.6, "k": 2.0},
        sizes={"N": 2})
add("CrossMapLRN2d", "size3", [T("N", 5, 2, 2)], {"size": 3, "alpha": 0.5, "beta": 0.6, "k": 2.0}, sizes={"N": 2})

for rank in (1, 2, 3):
    spatial, widths = [5, 4, 3][:rank], [1, 2, 2, 0, 1, 1][:2 * rank]
    for name, extra in {"ConstantPad": {"value": 1.5}, "ZeroPad": {}, "ReflectionPad": {}, "ReplicationPad": {},
                        "CircularPad": {}}.items():
        add(f"{name}{rank}d", "widths", [T("N", 2, *spatial)], {"padding": widths, **extra}, sizes={"N": 2})
        add(f"{name}{rank}d", "same", [T(2, *spatial)], {"padding": 1, **extra})
    add(f"ConstantPad{rank}d", "cut", [T(2, 1, *spatial)], {"padding": [-1] * 2 * rank, "value": 1.5})
    add(f"ReflectionPad{rank}d", "width_error", [T(2, 2, *spatial)], {"padding": 6}, error=True)

for name in ("Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout", "FeatureAlphaDropout"):
    shape = {"Dropout1d": [4], "Dropout2d": [4, 2], "Dropout3d": [4, 2, 2]}.get(name, [])
    add(name, "eval", [T("N", 3, *shape)], {"p": 0.4}, sizes={"N": 2})
    add(name, "train_p0", [T("N", 3, *shape)], {"p": 0.0}, train=True, sizes={"N": 2})
    add(name, "p_error", [T(2, 3, *shape)], {"p": 1.5}, error=True)
    if "Alpha" not in name:
        add(name, "train_p1", [T("N", 3, *shape)], {"p": 1.0}, train=True, sizes={"N": 2})

add("PixelShuffle", "two", [T("N", 8, 2, 3)], {"upscale_factor": 2}, sizes={"N": 2})
add("PixelShuffle", "channels_error", [T(1, 6, 2, 3)], {"upscale_factor": 2}, error=True)
add("PixelUnshuffle", "two", [T("N", 2, 4, 6)], {"downscale_factor": 2}, sizes={"N": 2})
add("PixelUnshuffle", "size_error", [T(1, 2, 3, 6)], {"downscale_factor": 2}, error=True)
add("ChannelShuffle", "two", [T("N", 6, 2, 2)], {"groups": 2}, sizes={"N": 2})
add("ChannelShuffle", "divide_error", [T(1, 5, 2, 2)], {"groups": 2}, error=True)
for mode, rank in (("nearest", 1), ("nearest", 2), ("nearest", 3), ("nearest-exact", 2), ("linear", 1),
                   ("bilinear", 2), ("bicubic", 2), ("trilinear", 3)):
    for corners in ((None,) if "nearest" in mode else (False, True)):
        extra = {} if corners is None else {"align_corners": corners}
        title = f"{mode.replace('-', '_')}{rank}_{corners}"
        add("Upsample", title + "_size", [T("N", 2, *[4, 3, 5][:rank])], {"size": [7, 5, 4][:rank], "mode": mode, **extra},
            sizes={"N": 2})
        add("Upsample", title + "_scale", [T("N", 2, *[4, 3, 5][:rank])],
            {"scale_factor": [2.0, 1.5, 0.6][:rank], "mode": mode, **extra}, sizes={"N": 2})
for dim in (1, 2):
    add("CosineSimilarity", f"dim{dim}", [T("N", 3, 4), T("N", 3, 4)], {"dim": dim}, sizes={"N": 2})
for title, options in {"p2": {}, "p1": {"p": 1.0}, "p3": {"p": 3.0, "eps": 1e-3}, "keepdim": {"keepdim": True}}.items():
    add("PairwiseDistance", title, [T("N", 4), T("N", 4)], options, sizes={"N": 3})
add("Softmax2d", "empty_batch", [T(0, 3, 2, 5)])
