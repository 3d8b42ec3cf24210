"""torch.nn.functional: convolutions, pools, padding, resizing, sampling."""
from case import INF, NAN, I, T, V, Cases

cases = Cases("F")
add = cases.add
N = {"N": 2}

OPTIONS = {"plain": {}, "stride": {"stride": 2}, "padding": {"padding": 1}, "dilation": {"dilation": 2},
           "groups": {"groups": 2}, "all": {"stride": 2, "padding": 2, "dilation": 2, "groups": 2}}
for rank in (1, 2, 3):
    image, kernel = [7, 6, 5][:rank], [3, 2, 3][:rank]
    for title, options in OPTIONS.items():
        groups = options.get("groups", 1)
        add(f"conv{rank}d", title, [T("N", 4, *image), T(6, 4 // groups, *kernel), T(6)], options, sizes=N)
        add(f"conv_transpose{rank}d", title, [T("N", 4, *image), T(4, 6 // groups, *kernel), T(6)], options, sizes=N)
    for padding in ("same", "valid"):
        add(f"conv{rank}d", padding, [T("N", 4, *image), T(6, 4, *kernel)], {"padding": padding}, sizes=N)
    add(f"conv{rank}d", "unbatched", [T(4, *image), T(6, 4, *kernel)])
    add(f"conv{rank}d", "empty_batch", [T(0, 4, *image), T(6, 4, *kernel)])
    add(f"conv_transpose{rank}d", "output_padding", [T("N", 4, *image), T(4, 6, *kernel)],
        {"stride": 2, "output_padding": 1, "padding": 1}, sizes=N)
    add(f"conv{rank}d", "channels_error", [T(1, 3, *image), T(6, 4, *kernel)], error=True)
    add(f"conv{rank}d", "same_error", [T(1, 4, *image), T(6, 4, *kernel)], {"padding": "same", "stride": 2}, error=True)
    add(f"conv_transpose{rank}d", "channels_error", [T(1, 3, *image), T(4, 6, *kernel)], error=True)

    for title, options in {"plain": {}, "stride": {"stride": 1}, "padding": {"padding": 1},
                           "ceil": {"stride": 2, "ceil_mode": True, "padding": 1}}.items():
        pool = {"kernel_size": 3, **options}
        add(f"max_pool{rank}d", title, [T("N", 2, *image)], pool, sizes=N)
        add(f"max_pool{rank}d_with_indices", title, [T("N", 2, *image)], pool, sizes=N)
        add(f"avg_pool{rank}d", title, [T("N", 2, *image)], pool, sizes=N)
    add(f"max_pool{rank}d", "dilation", [T("N", 2, *image)], {"kernel_size": 2, "dilation": 2, "stride": 1}, sizes=N)
    add(f"max_pool{rank}d", "unbatched", [T(2, *image)], {"kernel_size": 2})
    add(f"max_pool{rank}d", "padding_error", [T(1, 2, *image)], {"kernel_size": 2, "padding": 2}, error=True)
    add(f"avg_pool{rank}d", "no_pad_count", [T("N", 2, *image)], {"kernel_size": 3, "padding": 1, "count_include_pad": False},
        sizes=N)
    if rank > 1:
        add(f"avg_pool{rank}d", "divisor", [T("N", 2, *image)], {"kernel_size": 2, "divisor_override": 3}, sizes=N)
    for title, size in {"one": 1, "three": [3, 2, 2][:rank], "larger": 8}.items():
        for name in ("avg_pool", "max_pool"):
            add(f"adaptive_{name}{rank}d", title, [T("N", 2, *image)], {"output_size": size}, sizes=N)
        add(f"adaptive_max_pool{rank}d_with_indices", title, [T("N", 2, *image)], {"output_size": size}, sizes=N)
    add(f"adaptive_avg_pool{rank}d", "unbatched", [T(2, *image)], {"output_size": 2})
    for norm in (1.0, 2.0, 3.0):
        add(f"lp_pool{rank}d", f"norm{int(norm)}", [T("N", 2, *image, low=0.1, high=2.0)],
            {"norm_type": norm, "kernel_size": 2}, sizes=N)
    add(f"lp_pool{rank}d", "ceil", [T("N", 2, *image, low=0.1, high=2.0)],
        {"norm_type": 2.0, "kernel_size": 3, "stride": 2, "ceil_mode": True}, sizes=N)
    # Every index once, in an image that the stride alone does not tell.
    index = [[2, 0], [3, 6, 0, 13], [3, 6, 0, 13, 20, 25, 30, 34]][rank - 1]
    small, large = [2] * rank, [5, 4, 3][:rank]
    add(f"max_unpool{rank}d", "size", [T(2, 2, *small), V(index * 4, [2, 2, *small], dtype="i64")],
        {"kernel_size": 2, "output_size": large})
    plain = V(list(range(2**rank)) * 2, [1, 2, *small], dtype="i64")
    add(f"max_unpool{rank}d", "plain", [T(1, 2, *small), plain], {"kernel_size": 2})
    add(f"max_unpool{rank}d", "stride", [T(1, 2, *small), plain], {"kernel_size": 3, "stride": 2, "padding": 1})
    add(f"max_unpool{rank}d", "range_error", [T(1, 1, *small), V([99] * 2**rank, [1, 1, *small], dtype="i64")],
        {"kernel_size": 2}, error=True)

    for title, pad in {"after": [0, 2], "both": [1, 2], "cut": [-1, 1]}.items():
        add("pad", f"constant{rank}_{title}", [T("N", 2, *image)], {"pad": pad * rank, "value": 1.5}, sizes=N)
    for mode in ("reflect", "replicate", "circular"):
        add("pad", f"{mode}{rank}", [T("N", 2, *image)], {"pad": [1, 2] * rank, "mode": mode}, sizes=N)
        add("pad", f"{mode}{rank}_unbatched", [T(2, *image)], {"pad": [2, 0] * rank, "mode": mode})
add("pad", "zeros", [T("N", 3)], {"pad": [1, 1, 0, 2]}, sizes=N)
add("pad", "integers", [I("N", 3, high=5)], {"pad": [1, 1], "value": 7}, sizes=N)
add("pad", "infinite", [T("N", 3)], {"pad": [1, 1], "value": -INF}, sizes=N)
add("pad", "reflect_error", [T(1, 2, 3)], {"pad": [3, 0], "mode": "reflect"}, error=True)
add("pad", "odd_error", [T(2, 3)], {"pad": [1]}, error=True)
for rank in (2, 3):
    shape = [6, 5, 5][:rank] if rank == 2 else [5, 5, 4]
    samples = T(2, 2, rank, low=0.0, high=1.0, role="forward:_random_samples", grad=False)
    size = [3, 2, 2][:rank]
    for name in (f"fractional_max_pool{rank}d", f"fractional_max_pool{rank}d_with_indices"):
        add(name, "size", [T(2, 2, *shape), samples], {"kernel_size": 2, "output_size": size})
        add(name, "ratio", [T(2, 2, *shape), samples], {"kernel_size": 2, "output_ratio": [0.5] * rank})

add("conv_tbc", "plain", [T(7, "N", 4), T(3, 4, 5), T(5)], {"pad": 1}, sizes=N)
add("conv_tbc", "no_padding", [T(7, "N", 4), T(3, 4, 5), T(5)], sizes=N)
for number, options in enumerate(({"kernel_size": 2}, {"kernel_size": [2, 3], "stride": 2, "padding": 1, "dilation": [2, 1]})):
    add("unfold", f"options{number}", [T("N", 3, 6, 5)], options, sizes=N)
add("unfold", "unbatched", [T(3, 4, 4)], {"kernel_size": 2})
add("fold", "plain", [T("N", 12, 12)], {"output_size": [5, 4], "kernel_size": 2}, sizes=N)
add("fold", "options", [T("N", 12, 9)], {"output_size": [6, 6], "kernel_size": 2, "stride": 2, "padding": 1, "dilation": 2},
    sizes=N)
add("fold", "error", [T(1, 12, 11)], {"output_size": [5, 4], "kernel_size": 2}, error=True)
add("pixel_shuffle", "plain", [T("N", 8, 2, 3)], {"upscale_factor": 2}, sizes=N)
add("pixel_shuffle", "unbatched", [T(8, 2, 3)], {"upscale_factor": 2})
add("pixel_shuffle", "error", [T(1, 6, 2, 3)], {"upscale_factor": 2}, error=True)
add("pixel_unshuffle", "plain", [T("N", 2, 4, 6)], {"downscale_factor": 2}, sizes=N)
add("pixel_unshuffle", "error", [T(1, 2, 3, 6)], {"downscale_factor": 2}, error=True)
for name in ("channel_shuffle", "native_channel_shuffle"):
    add(name, "plain", [T("N", 6, 2, 2)], {"groups": 3}, sizes=N, args=["groups"], no_grad=name.startswith("native"))
    add(name, "error", [T(1, 5, 2, 2)], {"groups": 2}, args=["groups"], error=True)

MODES = (("nearest", 1), ("nearest", 2), ("nearest", 3), ("nearest-exact", 1), ("nearest-exact", 2), ("linear", 1),
         ("bilinear", 2), ("bicubic", 2), ("trilinear", 3), ("area", 1), ("area", 2))
for mode, rank in MODES:
    for corners in ((None,) if "nearest" in mode or mode == "area" else (False, True)):
        extra = {} if corners is None else {"align_corners": corners}
        title, shape = f"{mode.replace('-', '_')}{rank}_{corners}", [4, 3, 5][:rank]
        add("interpolate", title + "_size", [T("N", 2, *shape)], {"size": [7, 5, 4][:rank], "mode": mode, **extra}, sizes=N)
        add("interpolate", title + "_scale", [T("N", 2, *shape)],
            {"scale_factor": [2.0, 1.5, 0.6][:rank], "mode": mode, **extra}, sizes=N)
        if mode != "area":
            add("interpolate", title + "_recompute", [T("N", 2, *shape)],
                {"scale_factor": [1.7, 1.5, 0.6][:rank], "mode": mode, "recompute_scale_factor": True, **extra}, sizes=N)
for mode in ("bilinear", "bicubic"):
    add("interpolate", f"{mode}_antialias", [T("N", 2, 7, 6)], {"size": [3, 4], "mode": mode, "antialias": True}, sizes=N)
add("interpolate", "both_error", [T(1, 2, 4)], {"size": [3], "scale_factor": [2.0]}, error=True)
add("interpolate", "mode_error", [T(1, 2, 4)], {"size": [3], "mode": "bilinear"}, error=True)
add("upsample_nearest", "plain", [T("N", 2, 3, 2)], {"scale_factor": 2}, sizes=N)
add("upsample_nearest", "size", [T("N", 2, 3, 2)], {"size": [5, 4]}, sizes=N)
add("upsample_bilinear", "plain", [T("N", 2, 3, 2)], {"size": [5, 4]}, sizes=N)

# Images whose height and width have names.
HW, IMAGE = {"H": 7, "W": 6}, [T(1, 2, "H", "W")]
for name in ("adaptive_avg_pool2d", "adaptive_max_pool2d", "adaptive_max_pool2d_with_indices"):
    for title, size in {"one": 1, "three": [3, 2], "larger": 8}.items():
        add(name, f"image_{title}", IMAGE, {"output_size": size}, sizes=HW)
for mode in ("nearest", "nearest-exact", "bilinear", "bicubic"):
    for corners in ((None,) if "nearest" in mode else (False, True)):
        extra = {} if corners is None else {"align_corners": corners}
        title = f"image_{mode.replace('-', '_')}_{corners}"
        add("interpolate", title + "_size", IMAGE, {"size": [9, 4], "mode": mode, **extra}, sizes=HW)
        add("interpolate", title + "_scale", IMAGE, {"scale_factor": [2.0, 1.5], "mode": mode, **extra}, sizes=HW)
add("interpolate", "image_antialias", IMAGE, {"size": [3, 4], "mode": "bilinear", "antialias": True}, sizes=HW)
add("max_pool2d", "image", IMAGE, {"kernel_size": 3, "stride": 2, "padding": 1}, sizes=HW)
add("avg_pool2d", "image", IMAGE, {"kernel_size": 3, "stride": 2, "padding": 1}, sizes=HW)
add("conv2d", "image", [T(1, 4, "H", "W"), T(6, 4, 3, 3), T(6)], {"padding": 1}, sizes=HW)
add("conv_transpose2d", "image", [T(1, 4, "H", "W"), T(4, 6, 3, 3), T(6)], {"stride": 2}, sizes=HW)
add("pad", "image_reflect", IMAGE, {"pad": [1, 2, 1, 1], "mode": "reflect"}, sizes=HW)

for mode in ("bilinear", "nearest", "bicubic"):
    for padding in ("zeros", "border", "reflection"):
        for corners in (False, True):
            # Away from the middles between pixels, where the nearest one jumps.
            add("grid_sample", f"{mode}_{padding}_{corners}", [T("N", 2, 4, 3), T("N", 3, 2, 2, low=-1.4, high=1.4)],
                {"mode": mode, "padding_mode": padding, "align_corners": corners}, sizes=N)
add("grid_sample", "volume", [T("N", 2, 3, 4, 3), T("N", 2, 3, 2, 3, low=-1.2, high=1.2)], {"align_corners": False}, sizes=N)
add("grid_sample", "error", [T(1, 2, 4, 3), T(2, 3, 2, 2)], {"align_corners": False}, error=True)
for corners in (False, True):
    add("affine_grid", f"plane_{corners}", [T("N", 2, 3)], {"size": [2, 3, 4, 3], "align_corners": corners})
    add("affine_grid", f"volume_{corners}", [T("N", 3, 4)], {"size": [2, 3, 2, 3, 2], "align_corners": corners})
for row in cases.rows[-4:]:
    row["operands"][0]["shape"][0] = 2
add("affine_grid", "error", [T(2, 3, 3)], {"size": [2, 3, 4, 3], "align_corners": False}, error=True)
