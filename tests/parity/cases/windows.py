"""Convolutions and pools."""
from case import INF, NAN, T, V, Cases

cases = Cases("nn")
add = cases.add

OPTIONS = {
    "plain": {}, "stride": {"stride": 2}, "padding": {"padding": 1}, "dilation": {"dilation": 2},
    "groups": {"groups": 2}, "depthwise": {"groups": 4, "out_channels": 4}, "no_bias": {"bias": False},
    "all": {"stride": 2, "padding": 2, "dilation": 2, "groups": 2},
}
for rank in (1, 2, 3):
    image = [7, 6, 5][:rank]
    base = {"in_channels": 4, "out_channels": 6, "kernel_size": [3, 2, 3][:rank]}
    for title, options in OPTIONS.items():
        add(f"Conv{rank}d", title, [T("N", 4, *image)], {**base, **options}, sizes={"N": 2})
        add(f"ConvTranspose{rank}d", title, [T("N", 4, *image[:rank])], {**base, **options}, sizes={"N": 2})
    for mode in ("reflect", "replicate", "circular"):
        add(f"Conv{rank}d", f"mode_{mode}", [T("N", 4, *image)], {**base, "padding": 1, "padding_mode": mode},
            sizes={"N": 2})
    add(f"Conv{rank}d", "same", [T("N", 4, *image)], {**base, "padding": "same", "dilation": 2}, sizes={"N": 2})
    add(f"Conv{rank}d", "valid", [T("N", 4, *image)], {**base, "padding": "valid"}, sizes={"N": 2})
    add(f"Conv{rank}d", "unbatched", [T(4, *image)], base)
    add(f"Conv{rank}d", "size", [T(1, 4, "H", *image[1:])], {**base, "padding": 1}, sizes={"H": 7})
    add(f"ConvTranspose{rank}d", "unbatched", [T(4, *image)], base)
    add(f"ConvTranspose{rank}d", "output_padding", [T("N", 4, *image)],
        {**base, "stride": 2, "output_padding": 1, "padding": 1}, sizes={"N": 2})
    add(f"Conv{rank}d", "channels_error", [T(1, 3, *image)], base, error=True)
    add(f"Conv{rank}d", "kernel_error", [T(1, 4, *[1] * rank)], base, error=True)
    add(f"Conv{rank}d", "groups_error", [T(1, 4, *image)], {**base, "groups": 3}, error=True)
    add(f"ConvTranspose{rank}d", "channels_error", [T(1, 3, *image)], base, error=True)

    for title, options in {"plain": {}, "stride": {"stride": 1}, "padding": {"padding": 1},
                           "ceil": {"stride": 2, "ceil_mode": True, "padding": 1}}.items():
        add(f"MaxPool{rank}d", title, [T("N", 2, *image)], {"kernel_size": 3, **options}, sizes={"N": 2})
        add(f"AvgPool{rank}d", title, [T("N", 2, *image)], {"kernel_size": 3, **options}, sizes={"N": 2})
    add(f"MaxPool{rank}d", "dilation", [T("N", 2, *image)], {"kernel_size": 2, "dilation": 2, "stride": 1},
        sizes={"N": 2})
    add(f"MaxPool{rank}d", "indices", [T("N", 2, *image)], {"kernel_size": 2, "return_indices": True}, sizes={"N": 2})
    add(f"MaxPool{rank}d", "unbatched", [T(2, *image)], {"kernel_size": 2})
    add(f"MaxPool{rank}d", "size", [T(1, 2, "H", *image[1:])], {"kernel_size": 2}, sizes={"H": 7})
    add(f"MaxPool{rank}d", "padding_error", [T(1, 2, *image)], {"kernel_size": 2, "padding": 2}, error=True)
    add(f"AvgPool{rank}d", "no_pad_count", [T("N", 2, *image)],
        {"kernel_size": 3, "padding": 1, "count_include_pad": False}, sizes={"N": 2})
    if rank > 1:
        add(f"AvgPool{rank}d", "divisor", [T("N", 2, *image)], {"kernel_size": 2, "divisor_override": 3},
            sizes={"N": 2})
    for title, size in {"one": 1, "three": [3, 2, 2][:rank], "larger": 8}.items():
        add(f"AdaptiveAvgPool{rank}d", title, [T("N", 2, *image)], {"output_size": size}, sizes={"N": 2})
        add(f"AdaptiveMaxPool{rank}d", title, [T("N", 2, *image)], {"output_size": size}, sizes={"N": 2})
    add(f"AdaptiveMaxPool{rank}d", "indices", [T("N", 2, *image)], {"output_size": 2, "return_indices": True},
        sizes={"N": 2})
    for norm in (1.0, 2.0, 3.0):
        add(f"LPPool{rank}d", f"norm{int(norm)}", [T("N", 2, *image, low=0.1, high=2.0)],
            {"norm_type": norm, "kernel_size": 2}, sizes={"N": 2})

    # Empty batches, one element, NaN and infinities.
    add(f"Conv{rank}d", "empty", [T(0, 4, *image)], base)
    add(f"Conv{rank}d", "one", [T(1, 1, *[1] * rank)], {"in_channels": 1, "out_channels": 1, "kernel_size": 1})
    add(f"Conv{rank}d", "reflect_all", [T("N", 4, *image)],
        {**base, "stride": 2, "padding": 2, "dilation": 2, "padding_mode": "reflect"}, sizes={"N": 2})
    add(f"Conv{rank}d", "same_even", [T("N", 4, *image)], {**base, "kernel_size": 2, "padding": "same"}, sizes={"N": 2})
    add(f"Conv{rank}d", "same_mode", [T("N", 4, *image)], {**base, "padding": "same", "padding_mode": "circular"},
        sizes={"N": 2})
    add(f"Conv{rank}d", "same_stride_error", [T(1, 4, *image)], {**base, "padding": "same", "stride": 2}, error=True)
    add(f"Conv{rank}d", "rank_error", [T(1, 4, *image, 2, 2)], base, error=True)
    add(f"ConvTranspose{rank}d", "empty", [T(0, 4, *image)], base)
    add(f"ConvTranspose{rank}d", "one", [T(1, 1, *[1] * rank)], {"in_channels": 1, "out_channels": 1, "kernel_size": 1})
    add(f"ConvTranspose{rank}d", "size", [T(1, 4, "H", *image[1:])], {**base, "stride": 2, "padding": 1}, sizes={"H": 7})
    add(f"ConvTranspose{rank}d", "mode_error", [T(1, 4, *image)], {**base, "padding_mode": "reflect"}, error=True)
    add(f"ConvTranspose{rank}d", "output_padding_error", [T(1, 4, *image)], {**base, "output_padding": 2}, error=True)
    # Wherever PyTorch asks for the size of the result, it must be one of those that the stride leaves open.
    add(f"ConvTranspose{rank}d", "output_size", [T("N", 4, *image)], {**base, "stride": 2},
        forward={"output_size": [2 * (s - 1) + k + 1 for s, k in zip(image, base["kernel_size"])]}, sizes={"N": 2})
    add(f"ConvTranspose{rank}d", "output_size_error", [T(1, 4, *image)], {**base, "stride": 2},
        forward={"output_size": [99] * rank}, error=True)
    special = V([1.0, NAN, -INF, 0.5, INF, 2.0, -1.0, 3.0] + [0.25 * i for i in range(8 if rank == 1 else 56)],
                [1, 2, 8] if rank == 1 else [1, 1, 8, 8] if rank == 2 else [1, 1, 4, 4, 4])
    for pool in ("MaxPool", "AvgPool"):
        add(f"{pool}{rank}d", "special", [special], {"kernel_size": 2}, no_grad=pool == "AvgPool")
        add(f"{pool}{rank}d", "empty", [T(0, 2, *image)], {"kernel_size": 2})
        add(f"{pool}{rank}d", "one", [T(1, 1, *[1] * rank)], {"kernel_size": 1})
        add(f"{pool}{rank}d", "kernel_error", [T(1, 1, *[1] * rank)], {"kernel_size": 2}, error=True)
    add(f"AvgPool{rank}d", "size", [T(1, 2, "H", *image[1:])], {"kernel_size": 2, "padding": 1}, sizes={"H": 7})
    add(f"AvgPool{rank}d", "padding_error", [T(1, 2, *image)], {"kernel_size": 2, "padding": 2}, error=True)
    add(f"AvgPool{rank}d", "unbatched", [T(2, *image)], {"kernel_size": 2})
    add(f"MaxPool{rank}d", "ceil_size", [T(1, 2, "H", *image[1:])], {"kernel_size": 2, "ceil_mode": True}, sizes={"H": 7})
    for pool in ("AdaptiveMaxPool", "AdaptiveAvgPool"):
        add(f"{pool}{rank}d", "special", [special], {"output_size": 2}, no_grad=pool == "AdaptiveAvgPool")
        add(f"{pool}{rank}d", "unbatched", [T(2, *image)], {"output_size": 2})
        add(f"{pool}{rank}d", "empty", [T(0, 2, *image)], {"output_size": 2})
        add(f"{pool}{rank}d", "same_size", [T("N", 2, *image)], {"output_size": image}, sizes={"N": 2})
        add(f"{pool}{rank}d", "whole_symbolic", [T(1, 2, "H", *image[1:])], {"output_size": 1}, sizes={"H": 7})
        if rank > 1:
            add(f"{pool}{rank}d", "keep", [T("N", 2, *image)], {"output_size": [None, 2, None][:rank]}, sizes={"N": 2})
    add(f"LPPool{rank}d", "stride", [T("N", 2, *image, low=0.1)], {"norm_type": 2.0, "kernel_size": 3, "stride": 1},
        sizes={"N": 2})
    add(f"LPPool{rank}d", "ceil", [T("N", 2, *image, low=0.1)],
        {"norm_type": 2.0, "kernel_size": 2, "ceil_mode": True}, sizes={"N": 2})
    add(f"LPPool{rank}d", "signs", [T("N", 2, *image)], {"norm_type": 3.0, "kernel_size": 2}, sizes={"N": 2},
        no_grad=True)
    add(f"LPPool{rank}d", "unbatched", [T(2, *image, low=0.1)], {"norm_type": 2.0, "kernel_size": 2})
