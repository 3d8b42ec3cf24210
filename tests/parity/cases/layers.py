"""Linear layers, embeddings, norms, padding, dropout, images, distances."""
from case import INF, NAN, I, T, V, Cases

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
# PyTorch's gradient of CrossMapLRN2d is not the derivative of its values.
for size in (1, 3, 4, 5):
    add("CrossMapLRN2d", f"size{size}", [T("N", 5, 2, 2)], {"size": size, "alpha": 0.5, "beta": 0.6, "k": 2.0},
        sizes={"N": 2}, derivative_of="cross_map")

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

# Options, sizes with names, empty and one-element axes, numbers that are none.
for mode in ("sum", "mean", "max"):
    bag = {"num_embeddings": 7, "embedding_dim": 4, "mode": mode}
    add("EmbeddingBag", f"last_offset_{mode}", [I(6, high=7), V([0, 2, 6], dtype="i64")],
        {**bag, "include_last_offset": True})
    add("EmbeddingBag", f"padding_rows_{mode}", [V([1, 2, 3, 1, 1, 2], ["N", 3], dtype="i64")], {**bag, "padding_idx": 1},
        sizes={"N": 2})
    add("EmbeddingBag", f"padding_offsets_{mode}", [V([1, 2, 1, 3, 0, 5], dtype="i64"), V([0, 2, 3], dtype="i64")],
        {**bag, "padding_idx": 1})
    add("EmbeddingBag", f"max_norm_{mode}", [V([0, 2, 5, 2], [2, 2], dtype="i64")], {**bag, "max_norm": 0.5},
        no_grad=True)
    add("EmbeddingBag", f"one_{mode}", [V([0], [1, 1], dtype="i64")], {**bag, "num_embeddings": 1})
    add("EmbeddingBag", f"empty_{mode}", [V([], [0, 3], dtype="i64")], bag)
    if mode != "max":
        add("EmbeddingBag", f"frequency_{mode}", [V([1, 2, 2, 1, 1, 2], [2, 3], dtype="i64")],
            {**bag, "scale_grad_by_freq": True})
add("EmbeddingBag", "weights", [I("N", 3, high=7), T("N", 3, role="forward:per_sample_weights")],
    {"num_embeddings": 7, "embedding_dim": 4, "mode": "sum"}, sizes={"N": 2})
add("EmbeddingBag", "weights_offsets", [I(6, high=7), V([0, 2, 2], dtype="i64"), T(6, role="forward:per_sample_weights")],
    {"num_embeddings": 7, "embedding_dim": 4, "mode": "sum"})
add("EmbeddingBag", "weights_error", [I(2, 3, high=7), T(2, 3, role="forward:per_sample_weights")],
    {"num_embeddings": 7, "embedding_dim": 4, "mode": "mean"}, error=True)
add("EmbeddingBag", "offsets_error", [I(6, high=7), V([1, 2], dtype="i64")], {"num_embeddings": 7, "embedding_dim": 4},
    error=True)
add("EmbeddingBag", "range_error", [V([7], [1, 1], dtype="i64")], {"num_embeddings": 7, "embedding_dim": 4}, error=True)
table = {"num_embeddings": 7, "embedding_dim": 4}
add("Embedding", "frequency", [V([1, 2, 2, 1, 1, 6], dtype="i64")], {**table, "scale_grad_by_freq": True})
add("Embedding", "i32", [V([1, 2, 2], dtype="i32")], table)
add("Embedding", "scalar", [V([3], [], dtype="i64")], table)
add("Embedding", "two_named", [I("N", "T", high=7)], table, sizes={"N": 2, "T": 3})
for norm in (1.0, float("inf")):
    add("Embedding", f"max_norm{norm}", [V([0, 2, 5, 2], dtype="i64")], {**table, "max_norm": 0.5, "norm_type": norm},
        no_grad=True)
add("Embedding", "padding_error", [V([1], dtype="i64")], {**table, "padding_idx": 7}, error=True)
add("Embedding", "negative_error", [V([-1], dtype="i64")], table, error=True)

ODD = [1.0, NAN, -INF, 0.5, INF, 2.0, -1.0, 3.0, 0.0, 1e15, -1e-15, 1.0]
add("LayerNorm", "special", [V(ODD, [4, 3])], {"normalized_shape": [3]}, no_grad=True)
add("LayerNorm", "empty", [T(0, 3)], {"normalized_shape": [3]})
add("LayerNorm", "named", [T("N", "T", 5)], {"normalized_shape": [5]}, sizes={"N": 2, "T": 3})
add("RMSNorm", "special", [V(ODD, [4, 3])], {"normalized_shape": [3], "eps": 1e-5}, no_grad=True)
add("RMSNorm", "empty", [T(0, 3)], {"normalized_shape": [3]})
add("RMSNorm", "one", [T(3, 1)], {"normalized_shape": [1]})
add("RMSNorm", "two_axes", [T("N", 3, 5)], {"normalized_shape": [3, 5]}, sizes={"N": 2})
add("GroupNorm", "special", [V(ODD, [1, 4, 3])], {"num_groups": 2, "num_channels": 4}, no_grad=True)
add("GroupNorm", "eps", [T("N", 4, "H")], {"num_groups": 2, "num_channels": 4, "eps": 0.1}, sizes={"N": 2, "H": 3})
add("GroupNorm", "empty", [T(0, 4, 3)], {"num_groups": 2, "num_channels": 4})
add("GroupNorm", "one", [T(2, 2, 1)], {"num_groups": 1, "num_channels": 2})
add("GroupNorm", "no_groups_error", [T(2, 4)], {"num_groups": 0, "num_channels": 4}, error=True)
for rank in (1, 2, 3):
    spatial = [4, 3, 2][:rank]
    add(f"BatchNorm{rank}d", "special", [V([1.0, NAN, INF, -INF, 0.5, 2.0], [2, 3] + [1] * rank)], {"num_features": 3})
    add(f"BatchNorm{rank}d", "one", [T(1, 1, *[1] * rank)], {"num_features": 1})
    add(f"BatchNorm{rank}d", "named", [T("N", 3, "H", *spatial[1:])], {"num_features": 3}, train=True,
        sizes={"N": 2, "H": 4})
    add(f"InstanceNorm{rank}d", "all_train", [T("N", 3, *spatial)],
        {"num_features": 3, "affine": True, "track_running_stats": True, "momentum": 0.3, "eps": 0.01}, train=True,
        sizes={"N": 2})
    add(f"InstanceNorm{rank}d", "empty", [T(0, 3, *spatial)], {"num_features": 3})
    add(f"InstanceNorm{rank}d", "one_value_error", [T(1, 3, *[1] * rank)], {"num_features": 3}, train=True, error=True)
    add(f"InstanceNorm{rank}d", "rank_error", [T(2, 3, *spatial, 2, 2)], {"num_features": 3}, error=True)
    add(f"InstanceNorm{rank}d", "channels_error", [T(2, 4, *spatial)], {"num_features": 3, "affine": True}, error=True)
    for size in (1, 4):
        add("LocalResponseNorm", f"rank{rank}_size{size}", [T("N", 5, *spatial)], {"size": size}, sizes={"N": 2})
    for name, extra in {"ConstantPad": {"value": 1.5}, "ZeroPad": {}, "ReflectionPad": {}, "ReplicationPad": {},
                        "CircularPad": {}}.items():
        image = [5, 4, 3][:rank]
        add(f"{name}{rank}d", "named", [T("N", 2, "H", *image[1:])], {"padding": 1, **extra}, sizes={"N": 2, "H": 5})
        add(f"{name}{rank}d", "special", [V(ODD, [1, 1, *[1] * (rank - 1), 12])],
            {"padding": [2, 1] + [0] * (2 * rank - 2), **extra}, no_grad=True)
        if name in ("ConstantPad", "ZeroPad", "ReplicationPad"):
            add(f"{name}{rank}d", "one", [T(1, 1, *[1] * rank)], {"padding": 2, **extra})
        add(f"{name}{rank}d", "empty", [T(0, 2, *image)], {"padding": 1, **extra})
    add(f"ZeroPad{rank}d", "cut", [T(2, 1, *image)], {"padding": [-1] * 2 * rank})
    add(f"CircularPad{rank}d", "width_error", [T(2, 2, *spatial)], {"padding": 6}, error=True)
    add(f"ReflectionPad{rank}d", "rank_error", [T(2, 2, *spatial, 3, 3)], {"padding": 1}, error=True)
    add(f"ReplicationPad{rank}d", "rank_error", [T(2, 2, *spatial, 3, 3)], {"padding": 1}, error=True)
for name in ("Dropout", "AlphaDropout", "FeatureAlphaDropout", "Dropout1d", "Dropout2d", "Dropout3d"):
    axes = [4] * (int(name[-2]) if name[-2:-1].isdigit() else 0)
    add(name, "special_eval", [V(ODD[:12], [12] if not axes else [1, 3] + [4] + [1] * (len(axes) - 1))], {"p": 0.4})
    add(name, "empty_train", [T(0, 3, *axes)], {"p": 0.4}, train=True)
for mode, rank in (("nearest", 1), ("nearest", 2), ("nearest-exact", 1), ("nearest-exact", 3), ("linear", 1),
                   ("bilinear", 2), ("bicubic", 2), ("trilinear", 3)):
    image = [4, 3, 5][:rank]
    word = mode.replace("-", "_")
    add("Upsample", f"{word}{rank}_smaller", [T("N", 2, *image)], {"size": [2, 2, 3][:rank], "mode": mode}, sizes={"N": 2})
    add("Upsample", f"{word}{rank}_one", [T(1, 1, *[1] * rank)], {"size": [3, 2, 2][:rank], "mode": mode})
    add("Upsample", f"{word}{rank}_named", [T(1, 2, "H", *image[1:])], {"scale_factor": [2.0] * rank, "mode": mode},
        sizes={"H": 4})
    add("Upsample", f"{word}{rank}_recompute", [T("N", 2, *image)],
        {"scale_factor": [1.7, 1.3, 0.7][:rank], "mode": mode, "recompute_scale_factor": True}, sizes={"N": 2})
add("Upsample", "area", [T("N", 2, 4, 6)], {"size": [2, 3], "mode": "area"}, sizes={"N": 2})
add("Upsample", "mode_error", [T(1, 2, 4)], {"size": 3, "mode": "bilinear"}, error=True)
add("Upsample", "corners_error", [T(1, 2, 4)], {"size": 3, "mode": "nearest", "align_corners": True}, error=True)
add("Upsample", "nothing_error", [T(1, 2, 4)], {}, error=True)
add("PixelShuffle", "three", [T("N", 9, "H", 2)], {"upscale_factor": 3}, sizes={"N": 2, "H": 3})
add("PixelShuffle", "unbatched", [T(4, 2, 3)], {"upscale_factor": 2})
add("PixelUnshuffle", "unbatched", [T(2, 4, 6)], {"downscale_factor": 2})
add("PixelUnshuffle", "three", [T("N", 1, 6, 3)], {"downscale_factor": 3}, sizes={"N": 2})
add("ChannelShuffle", "three", [T("N", 6, 4)], {"groups": 3}, sizes={"N": 2})
add("ChannelShuffle", "one", [T(1, 1, 1)], {"groups": 1})
add("CosineSimilarity", "broadcast", [T("N", 3, 4), T(1, 3, 1)], {"dim": 1}, sizes={"N": 2})
add("CosineSimilarity", "zero", [V([0.0, 0.0, 1.0, 2.0], [2, 2]), V([1.0, 2.0, 0.0, 0.0], [2, 2])], no_grad=True)
add("CosineSimilarity", "eps", [T(2, 3), T(2, 3)], {"eps": 10.0}, no_grad=True)
add("CosineSimilarity", "special", [V([1.0, NAN, INF, 1.0], [2, 2]), V([1.0, 2.0, 1.0, 1.0], [2, 2])], no_grad=True)
add("CosineSimilarity", "size_error", [T(2, 3), T(2, 4)], error=True)
add("PairwiseDistance", "vector", [T(4), T(4)])
add("PairwiseDistance", "infinite", [T("N", 4), T("N", 4)], {"p": float("inf")}, sizes={"N": 3})
add("PairwiseDistance", "zero_norm", [T("N", 4), T("N", 4)], {"p": 0.0}, sizes={"N": 3}, no_grad=True)
add("PairwiseDistance", "same", [V([1.0, 2.0], [1, 2]), V([1.0, 2.0], [1, 2])])
add("PairwiseDistance", "broadcast", [T("N", 4), T(4)], sizes={"N": 3})
add("Identity", "special", [V(ODD)])
add("Linear", "special", [V(ODD, [4, 3])], {"in_features": 3, "out_features": 2}, no_grad=True)
add("Linear", "many", [T("N", 70)], {"in_features": 70, "out_features": 33}, sizes={"N": 17})
add("Linear", "no_inputs", [T(2, 0)], {"in_features": 0, "out_features": 3})
add("Bilinear", "three_axes", [T("N", 2, 3), T("N", 2, 4)], {"in1_features": 3, "in2_features": 4, "out_features": 2},
    sizes={"N": 3})
add("Bilinear", "one", [T(1, 1), T(1, 1)], {"in1_features": 1, "in2_features": 1, "out_features": 1})
add("Flatten", "named", [T("N", 2, "H", 3)], sizes={"N": 2, "H": 4})
add("Flatten", "all", [T("N", 2, 3)], {"start_dim": 0}, sizes={"N": 2})
add("Flatten", "empty", [T(0, 2, 3)])
add("Unflatten", "first", [T("N", 6)], {"dim": -1, "unflattened_size": [3, 2]}, sizes={"N": 2})
