"""Convolutions and pools."""
from case import T, Cases

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
