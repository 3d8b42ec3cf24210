"""Fold and Unfold, unpooling, pools of random windows."""
from case import T, V, Cases

cases = Cases("nn")
add = cases.add

WINDOWS = {"plain": {"kernel_size": 2}, "stride": {"kernel_size": [2, 3], "stride": 2},
           "padding": {"kernel_size": 3, "padding": [1, 2]}, "dilation": {"kernel_size": 2, "dilation": [2, 1]},
           "all": {"kernel_size": [3, 2], "stride": [2, 1], "padding": 1, "dilation": [1, 2]}}


def count(size, options, axis):
    pick = lambda name, other: (lambda v: v[axis] if isinstance(v, list) else v)(options.get(name, other))
    reach = pick("dilation", 1) * (pick("kernel_size", 1) - 1) + 1
    return (size + 2 * pick("padding", 0) - reach) // pick("stride", 1) + 1


for title, options in WINDOWS.items():
    add("Unfold", title, [T("N", 3, 5, 6)], options, sizes={"N": 2})
    taps = options["kernel_size"] ** 2 if isinstance(options["kernel_size"], int) else 6
    columns = count(5, options, 0) * count(6, options, 1)
    add("Fold", title, [T("N", 3 * taps, columns)], {"output_size": [5, 6], **options}, sizes={"N": 2})
add("Unfold", "size", [T(1, 2, "H", 4)], {"kernel_size": 2}, sizes={"H": 5})
add("Unfold", "unbatched", [T(3, 5, 6)], {"kernel_size": 2})
add("Unfold", "one", [T(1, 1, 1, 1)], {"kernel_size": 1})
add("Unfold", "empty", [T(0, 2, 4, 4)], {"kernel_size": 2})
add("Unfold", "rank_error", [T(3, 5)], {"kernel_size": 2}, error=True)
add("Unfold", "kernel_error", [T(1, 3, 2, 2)], {"kernel_size": 3}, error=True)
add("Fold", "unbatched", [T(8, 20)], {"output_size": [5, 6], "kernel_size": 2})
add("Fold", "one", [T(1, 1, 1)], {"output_size": 1, "kernel_size": 1})
add("Fold", "empty", [T(0, 8, 9)], {"output_size": 4, "kernel_size": 2})
add("Fold", "rows_error", [T(1, 7, 20)], {"output_size": [5, 6], "kernel_size": 2}, error=True)
add("Fold", "columns_error", [T(1, 8, 19)], {"output_size": [5, 6], "kernel_size": 2}, error=True)

# Places that are all different, as max pooling with windows of 2 gives them.
PLACES = {1: (3, [0, 3, 5]), 2: ((2, 3), [0, 3, 5, 13, 8, 10]), 3: ((1, 2, 2), [0, 11, 4, 6])}
for rank in (1, 2, 3):
    size, places = PLACES[rank]
    small = [size] if rank == 1 else list(size)
    indices = V(places * 4, ["N", 2, *small], dtype="i64")
    add(f"MaxUnpool{rank}d", "plain", [T("N", 2, *small), indices], {"kernel_size": 2}, sizes={"N": 2})
    add(f"MaxUnpool{rank}d", "unbatched", [T(2, *small), V(places * 2, [2, *small], dtype="i64")], {"kernel_size": 2})
    add(f"MaxUnpool{rank}d", "stride", [T("N", 2, *small), indices], {"kernel_size": 3, "stride": 2}, sizes={"N": 2})
    add(f"MaxUnpool{rank}d", "padding", [T("N", 2, *small), V([0, 1, 2, 3, 4, 5][:len(places)] * 4, ["N", 2, *small],
                                                              dtype="i64")],
        {"kernel_size": 3, "stride": 2, "padding": 1}, sizes={"N": 2})
    add(f"MaxUnpool{rank}d", "output_size", [T("N", 2, *small), indices], {"kernel_size": 2}, sizes={"N": 2},
        forward={"output_size": [2 * s + 1 for s in small]})
    add(f"MaxUnpool{rank}d", "empty", [T(0, 2, *small), V([], [0, 2, *small], dtype="i64")], {"kernel_size": 2})
    add(f"MaxUnpool{rank}d", "one", [T(1, 1, *[1] * rank), V([0], [1, 1] + [1] * rank, dtype="i64")], {"kernel_size": 1})
    add(f"MaxUnpool{rank}d", "range_error", [T(1, 1, *[1] * rank), V([99], [1, 1] + [1] * rank, dtype="i64")],
        {"kernel_size": 2}, error=True)
    add(f"MaxUnpool{rank}d", "shape_error", [T(1, 1, *[2] * rank), V([0], [1, 1] + [1] * rank, dtype="i64")],
        {"kernel_size": 2}, error=True)
    add(f"MaxUnpool{rank}d", "output_size_error", [T(1, 2, *small), V(places * 2, [1, 2, *small], dtype="i64")],
        {"kernel_size": 2}, forward={"output_size": [9] * rank}, error=True)

for rank in (2, 3):
    name, image = f"FractionalMaxPool{rank}d", [7, 6, 5][:rank]
    samples = lambda n: T(n, 2, rank, low=0.0, high=0.999, role="option:_random_samples", grad=False)
    add(name, "size", [T(2, 2, *image), samples(2)], {"kernel_size": 2, "output_size": [3, 4, 2][:rank]})
    add(name, "ratio", [T(2, 2, *image), samples(2)], {"kernel_size": [3, 2, 1][:rank], "output_ratio": 0.6})
    add(name, "ratios", [T(2, 2, *image), samples(2)],
        {"kernel_size": 2, "output_ratio": [0.5, 0.75, 0.5][:rank]})
    add(name, "unbatched", [T(2, *image), samples(1)], {"kernel_size": 2, "output_size": 3})
    add(name, "indices", [T(2, 2, *image), samples(2)],
        {"kernel_size": 2, "output_size": 3, "return_indices": True})
    # One window, which is the last, leaves nothing to chance; nor do windows side by side, which 3d refuses.
    add(name, "last_window", [T("N", 2, *image)],
        {"kernel_size": 3, "output_size": 1, "return_indices": True}, sizes={"N": 2})
    add(name, "side_by_side" + ("_error" if rank == 3 else ""), [T("N", 2, *image)],
        {"kernel_size": 2, "output_size": [s - 1 for s in image]}, sizes={"N": 2}, error=rank == 3)
    add(name, "one" + ("_error" if rank == 3 else ""), [T(1, 1, *[1] * rank)], {"kernel_size": 1, "output_size": 1},
        error=rank == 3)
    add(name, "kernel_error", [T(1, 1, *[2] * rank)], {"kernel_size": 3, "output_size": 1}, error=True)
    add(name, "nothing_error", [T(1, 1, *image)], {"kernel_size": 2}, error=True)
    add(name, "both_error", [T(1, 1, *image)], {"kernel_size": 2, "output_size": 3, "output_ratio": 0.5}, error=True)
    add(name, "ratio_error", [T(1, 1, *image)], {"kernel_size": 2, "output_ratio": 1.5}, error=True)
