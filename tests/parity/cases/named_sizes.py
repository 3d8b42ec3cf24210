"""Sizes that have a name: functions whose other cases have fixed ones alone."""
from case import INF, NAN, B, I, T, V, Cases
from cases.linalg import definite, regular

cases = Cases("torch")
add = cases.add
N = {"N": 2}
P = dict(low=0.05, high=0.95)

for corners in (False, True):
    add("affine_grid", f"named_plane_{corners}", [T("N", 2, 3)], {"size": ["N", 3, 4, 3], "align_corners": corners},
        kind="F", sizes=N)
    add("affine_grid", f"named_volume_{corners}", [T("N", 3, 4)], {"size": ["N", 3, 2, 3, 2], "align_corners": corners},
        kind="F", sizes=N)
SIGNS = [-1.0, 1.0, 1.0, -1.0, 1.0, 1.0, 1.0]
for reduction in ("none", "mean", "sum"):
    keys = {"kind": "F", "sizes": N}
    r, signs = {"reduction": reduction}, V((SIGNS * 2)[:6], ["N", 3], grad=False)
    add("soft_margin_loss", f"named_{reduction}", [T("N", 3), signs], r, **keys)
    add("hinge_embedding_loss", f"named_{reduction}", [T("N", 3), signs], {**r, "margin": 0.8}, **keys)
    line = V(SIGNS[:2], ["N"], grad=False)
    add("margin_ranking_loss", f"named_{reduction}", [T("N"), T("N"), line], {**r, "margin": 0.3}, **keys)
    add("cosine_embedding_loss", f"named_{reduction}", [T("N", 3), T("N", 3), line], {**r, "margin": 0.1}, **keys)
    add("multilabel_margin_loss", f"named_{reduction}", [T("N", 4), V([1, 3, -1, 0, 2, -1, 0, 0], ["N", 4], dtype="i64")],
        r, **keys)
    targets = [V([1, 2, 1, 3, 3, 1], ["N", 3], dtype="i64"), V([6, 5], ["N"], dtype="i64"), V([3, 2], ["N"], dtype="i64")]
    add("ctc_loss", f"named_{reduction}", [T(6, "N", 4), *targets], r, **keys)
for rank in (2, 3):
    image, size = [[6, 5], [5, 5, 4]][rank - 2], [3, 2, 2][:rank]
    samples = T("N", 2, rank, low=0.0, high=1.0, role="forward:_random_samples", grad=False)
    for name in (f"fractional_max_pool{rank}d", f"fractional_max_pool{rank}d_with_indices"):
        add(name, "named", [T("N", 2, *image), samples], {"kernel_size": 2, "output_size": size}, kind="F", sizes=N)
for rank in (1, 2, 3):
    index = [[2, 0], [3, 6, 0, 13], [3, 6, 0, 13, 20, 25, 30, 34]][rank - 1]
    small, large = [2] * rank, [5, 4, 3][:rank]
    add(f"max_unpool{rank}d", "named", [T("N", 2, *small), V(index * 4, ["N", 2, *small], dtype="i64")],
        {"kernel_size": 2, "output_size": large}, kind="F", sizes=N)
for number, p in enumerate((2.0, 1.0, 3.0, INF)):
    add("pdist", f"named{number}", [T("N", 3)], {"p": p}, kind="F", sizes={"N": 4})

# The gradient of PyTorch's loss, whatever stands in front of it.
LENGTHS = [V([6, 5], dtype="i64"), V([3, 2], dtype="i64")]
for reduction in ("none", "mean", "sum"):
    add("ctc_loss", f"gradient_{reduction}", [T(6, 2, 4), V([1, 2, 1, 3, 3, 0], [2, 3], dtype="i64"), *LENGTHS],
        {"reduction": reduction}, kind="F")
add("ctc_loss", "gradient_joined", [T(6, 2, 4), V([1, 2, 1, 3, 3], dtype="i64"), *LENGTHS], kind="F")
add("ctc_loss", "gradient_blank", [T(6, 2, 4), V([1, 2, 1, 0, 0, 0], [2, 3], dtype="i64"), *LENGTHS], {"blank": 3}, kind="F")
add("mode", "gradient", [V([2.0, 1.0, 2.0, 1.0, 3.0, 5.0, 4.0, 4.0, 5.0, 6.0], [2, 5])], {"dim": 1}, outputs=[0])

add("nan_to_num", "named", [V([1.0, NAN, -2.0, INF, -INF, 0.5], ["N", 3])], sizes=N, f32_only=True)
add("nan_to_num", "named_values", [V([1.0, NAN, -2.0, INF, -INF, 0.5], ["N", 3])],
    {"nan": 0.5, "posinf": 9.0, "neginf": -9.0}, sizes=N)
for name in ("dot", "vdot"):
    add(name, "named", [T("N"), T("N")], sizes={"N": 4})
add("broadcast_to", "named", [T("N", 1)], {"size": [2, "N", 4]}, args=["size"], sizes=N)
add("trace", "named", [T("N", "N")], sizes={"N": 3})
add("trace", "named_wide", [T("N", 4)], sizes={"N": 3})
for offset in (-1, 0, 2):
    add("diagonal_scatter", f"named{offset}", [T("N", 4, 5), T("N", {-1: 3, 0: 4, 2: 3}[offset])],
        {"offset": offset, "dim1": 1, "dim2": 2}, sizes=N)
for which in ("plain", "accumulate"):
    add("index_put", f"named_{which}", [T("N", 4), T(3), V([0, 1, 0], dtype="i64"), V([3, 0, 1], dtype="i64")],
        {"which": which}, sizes=N)
add("bincount", "named", [I("N", high=5)], {"minlength": 6}, sizes={"N": 7})
add("bincount", "named_weights", [I("N", high=5), T("N", grad=False, role="forward:weights")], {"minlength": 5}, sizes={"N": 7})

# What is made of sizes: the first operand has them, and is not passed.
like = lambda *shape: T(*shape, role="sizes", grad=False)
add("zeros", "named", [like("N")], {"size": ["N", 3]}, sizes=N, f32_only=True)
add("ones", "named", [like("N")], {"size": [2, "N"]}, sizes=N, f32_only=True)
add("full", "named", [like("N")], {"size": ["N", 2], "fill_value": 2.5}, sizes=N, f32_only=True)
add("full", "named_integer", [like("N")], {"size": ["N"], "fill_value": 7}, sizes=N)
add("arange", "named", [like("N")], {"end": "N"}, sizes={"N": 5})
add("arange", "named_range", [like("N")], {"start": 2, "end": "N", "step": 3}, sizes={"N": 11})
add("eye", "named", [like("N")], {"n": "N"}, sizes=N, f32_only=True)
add("eye", "named_wide", [like("N")], {"n": "N", "m": 4}, sizes=N, f32_only=True)
for steps in (4, 5):
    add("linspace", f"named{steps}", [like("N")], {"start": -1.0, "end": 2.5, "steps": "N"}, sizes={"N": steps}, f32_only=True)
add("logspace", "named", [like("N")], {"start": -1.0, "end": 2.0, "steps": "N"}, sizes={"N": 4}, f32_only=True)

for name in ("inverse", "det", "slogdet"):
    add(name, "named", [V(regular(3, (2,)).row["values"], ["N", 3, 3])], sizes=N)
MATRICES = lambda make: V([float(v) for v in make(3, (2,)).row["values"]], ["N", 3, 3])
add("logdet", "named", [MATRICES(definite)], sizes=N)
add("linalg.cholesky", "named", [MATRICES(definite)], sizes=N)
add("linalg.solve", "named", [MATRICES(regular), T("N", 3, 2)], sizes=N)
add("linalg.solve", "named_columns", [regular(3), T(3, "N")], sizes=N)
for upper in (False, True):
    add("linalg.solve_triangular", f"named_{upper}", [MATRICES(definite), T("N", 3, 2)], {"upper": upper}, sizes=N)
    add("linalg.solve_triangular", f"named_columns_{upper}", [definite(3), T(3, "N")], {"upper": upper}, sizes=N)
for name in ("linalg.matrix_power", "matrix_power"):
    for n in (-1, 0, 3):
        add(name, f"named{n}", [MATRICES(regular)], {"n": n}, sizes=N)

# Long lines: what is quadratic a line would be slow, and what adds up badly would be wrong.
for length in (1, 2, 3, 17, 64, 1000):
    keys = dict(sizes=N, no_grad=length == 1000)
    for name in ("cumsum", "cumprod", "logcumsumexp", "cummax", "cummin"):
        wide = dict(low=-1.5, high=1.5) if name == "cumprod" and length < 1000 else dict(low=0.99, high=1.01)
        add(name, f"long{length}", [T("N", length, **(wide if name == "cumprod" else {}))], {"dim": 1}, **keys)
    for down in (False, True):
        add("sort", f"long{length}_{down}", [T("N", length)], {"dim": 1, "descending": down}, **keys)
        add("argsort", f"long{length}_{down}", [I("N", length, high=9)], {"dim": 1, "descending": down, "stable": True}, sizes=N)
for name in ("cumsum", "cumprod", "logcumsumexp", "cummax", "cummin", "sort", "argsort"):
    stable = {"stable": True} if "sort" in name else {}
    add(name, "named_line", [T("H", low=0.5, high=1.5)], {"dim": 0, **stable}, sizes={"H": 33})
    add(name, "named_rows", [T("H", 3, low=0.5, high=1.5)], {"dim": 0, **stable}, sizes={"H": 33})
    add(name, "special_rows", [V([1.0, NAN, -2.0, INF, NAN, -INF, 0.0, -0.0, 3.0, INF], [2, 5])], {"dim": 1, **stable}, no_grad=True)
for title, values in {"one": [0.5, 0.0, -2.0, 3.0], "two": [1.5, 0.0, 2.0, 0.0, -1.0], "first": [0.0, 2.0, 3.0]}.items():
    add("cumprod", f"zeros_{title}", [V(values)], {"dim": 0})

# What iterates, of batches of any size; vectors have no sign of their own, so what they give is compared.
for name in ("linalg.eigvalsh", "linalg.svdvals", "linalg.pinv"):
    add(name, "named", [MATRICES(definite)], sizes=N)
add("linalg.eigh", "named", [MATRICES(definite)], sizes=N, outputs=[0])
add("linalg.svd", "named", [T("N", 4, 2)], {"full_matrices": False}, sizes=N, outputs=[1])
add("linalg.svd", "named_full", [T("N", 2, 4)], {"full_matrices": True}, sizes=N, outputs=[1], no_grad=True)
add("linalg.matrix_rank", "named", [V([1.0, 2.0, 2.0, 4.0, 0.0, 0.0], ["N", 3, 2], grad=False)], sizes={"N": 1})
add("linalg.matrix_norm", "named_nuclear", [T("N", 3, 4)], {"ord": "nuc"}, sizes=N)
add("linalg.matrix_norm", "named_2", [T("N", 3, 4)], {"ord": 2}, sizes=N)
add("linalg.eigvalsh", "n7", [definite(7)], no_grad=True)
add("linalg.svdvals", "wide5", [T(5, 8)])
add("linalg.pinv", "deficient", [V([1.0, 2.0, 2.0, 4.0, 3.0, 6.0], [3, 2])], no_grad=True)
