"""Products of matrices, and linear algebra."""
from case import INF, NAN, I, T, V, Cases

cases = Cases("torch")
add = cases.add
N = {"N": 3}

for name, shapes in {
        "matmul": ([("N", 4), (4, 5)], [("N", 3, 4), (4, 5)], [(2, "N", 4), (2, 4, 5)], [(4,), (4,)], [("N", 4), (4,)],
                   [(4,), (4, "N")], [(2, 1, "N", 4), (3, 4, 5)], [("N", 1), (1, 1)]),
        "mm": ([("N", 4), (4, 5)],), "bmm": ([("N", 3, 4), ("N", 4, 2)],), "dot": ([(4,), (4,)],), "vdot": ([(4,), (4,)],),
        "outer": ([("N",), (4,)],), "mv": ([("N", 4), (4,)],), "inner": ([("N", 4), (3, 4)], [(4,), (4,)], [(), (3,)]),
        "kron": ([("N", 2), (2, 3)], [(2,), (2, 3)]),
        "cdist": ([("N", 3), (4, 3)], [(2, "N", 3), (2, 4, 3)])}.items():
    for number, (a, b) in enumerate(shapes):
        sizes = {"sizes": N} if "N" in a + b else {}
        add(name, f"shape{number}", [T(*a), T(*b)], **sizes)
for name in ("matmul", "mm", "bmm"):
    shapes = ((2, 2, 0), (2, 0, 3)) if name == "bmm" else ((2, 0), (0, 3))
    add(name, "empty_inner", [T(*shapes[0]), T(*shapes[1])])
    add(name, "empty_rows", [T(*((2, 0, 3) if name == "bmm" else (0, 3))), T(*((2, 3, 4) if name == "bmm" else (3, 4)))])
add("matmul", "inner_error", [T(2, 3), T(4, 5)], error=True)
add("matmul", "scalar_error", [T(), T(3)], error=True)
add("mm", "rank_error", [T(2, 3, 1), T(1, 5)], error=True)
add("bmm", "batch_error", [T(2, 3, 4), T(3, 4, 5)], error=True)
add("mv", "error", [T(2, 3), T(2)], error=True)
add("dot", "error", [T(3), T(4)], error=True)
add("matmul", "special", [V([1.0, INF, NAN, 2.0], [2, 2]), V([1.0, 0.0, 2.0, 1.0], [2, 2])], no_grad=True)
add("matmul", "integers", [I("N", 4, low=-5, high=6), I(4, 3, low=-5, high=6)], sizes=N)
SCALES = {"plain": {}, "scaled": {"beta": 0.5, "alpha": -2.0}, "zero_beta": {"beta": 0.0, "alpha": 2.0}}
for title, scales in SCALES.items():
    add("addmm", title, [T(5), T("N", 4), T(4, 5)], scales, sizes=N)
    add("addmv", title, [T("N"), T("N", 4), T(4)], scales, sizes=N)
    add("addr", title, [T("N", 4), T("N"), T(4)], scales, sizes=N)
    add("baddbmm", title, [T("N", 2, 5), T("N", 2, 4), T("N", 4, 5)], scales, sizes=N)
    add("addbmm", title, [T(2, 5), T("N", 2, 4), T("N", 4, 5)], scales, sizes=N)
add("addmm", "zero_beta_nan", [V([NAN, INF]), T(3, 4), T(4, 2)], {"beta": 0.0}, no_grad=True)
add("tensordot", "two", [T("N", 3, 4), T(3, 4, 2)], {"dims": 2}, sizes=N)
add("tensordot", "one", [T("N", 4), T(4, 2)], {"dims": 1}, sizes=N)
add("tensordot", "none", [T("N"), T(2)], {"dims": 0}, sizes=N)
add("tensordot", "axes", [T(4, "N", 3), T(3, 2, 4)], {"dims": [[0, 2], [2, 0]]}, sizes=N)
add("tensordot", "error", [T(2, 3), T(4, 5)], {"dims": 1}, error=True)
for number, p in enumerate((1, 2, 3, INF, 0)):
    add("cdist", f"p{number}", [T("N", 3), T(4, 3)], {"p": p}, sizes=N)
add("cross", "plain", [T("N", 3), T("N", 3)], {"dim": 1}, sizes=N)
add("cross", "first", [T(3, "N"), T(3, "N")], {"dim": 0}, sizes=N)
add("cross", "first_of_two", [T(3, 3), T(3, 3)])
add("cross", "error", [T(2, 4), T(2, 4)], {"dim": 1}, error=True)
add("cov", "plain", [T("N", 5)], sizes=N)
add("cov", "correction", [T(3, 5)], {"correction": 0})
add("cov", "line", [T(5)])
add("corrcoef", "plain", [T("N", 5)], sizes=N)
for title, equation, shapes in (
        ("matmul", "ij,jk->ik", [("N", 4), (4, 5)]), ("batch", "bij,bjk->bik", [("N", 2, 4), ("N", 4, 3)]),
        ("attention", "bhid,bhjd->bhij", [("N", 2, 3, 4), ("N", 2, 5, 4)]), ("trace", "ii->", [(4, 4)]),
        ("diagonal", "ii->i", [(4, 4)]), ("transpose", "ij->ji", [("N", 4)]), ("sum", "ij->j", [("N", 4)]),
        ("implicit", "ij,jk", [("N", 4), (4, 5)]), ("outer", "i,j->ij", [("N",), (4,)]), ("ellipsis", "...ij,jk->...ik",
                                                                                        [("N", 2, 3, 4), (4, 5)]),
        ("three", "ij,jk,kl->il", [("N", 3), (3, 4), (4, 2)]), ("hadamard", "ij,ij->ij", [("N", 4), ("N", 4)]),
        ("dot", "i,i->", [(4,), (4,)]), ("bilinear", "bn,anm,bm->ba", [("N", 3), (2, 3, 4), ("N", 4)])):
    sizes = {"sizes": N} if any("N" in s for s in shapes) else {}
    add("einsum", title, [T(*s) for s in shapes], {"equation": equation}, args=["equation"], args_first=True, **sizes)
add("einsum", "size_error", [T(2, 3), T(4, 5)], {"equation": "ij,jk->ik"}, args=["equation"], args_first=True, error=True)
add("einsum", "letter_error", [T(2, 3)], {"equation": "ij->ik"}, args=["equation"], args_first=True, error=True)


def regular(n, batch=()):
    """A matrix that is far from singular: multiples of the identity around small numbers."""
    count = 1
    for size in batch:
        count *= size
    values = []
    for b in range(count):
        for i in range(n):
            for j in range(n):
                values.append((3.0 if i == (j + b) % n else 0.0) + ((i * 7 + j * 5 + b * 3) % 11 - 5) / 8)
    return V(values, [*batch, n, n])


def definite(n, batch=()):
    count = 1
    for size in batch:
        count *= size
    values = []
    for b in range(count):
        for i in range(n):
            for j in range(n):
                values.append((4.0 if i == j else 0.0) + (((i + j) * 5 + i * j + b) % 7 - 3) / 4)
    return V(values, [*batch, n, n])


for n in (1, 2, 3, 5):
    for name in ("linalg.inv", "linalg.det", "linalg.slogdet", "inverse", "det", "slogdet"):
        add(name, f"n{n}", [regular(n)])
    add("linalg.cholesky", f"n{n}", [definite(n)])
    add("linalg.solve", f"n{n}", [regular(n), T(n, 2)])
    add("linalg.qr", f"n{n}", [regular(n)])
    if n < 5:  # of 5 rows two eigenvalues are nearly equal
        add("linalg.eigh", f"n{n}", [definite(n)], outputs=[0])
    add("linalg.svdvals", f"n{n}", [regular(n)])
for name in ("linalg.inv", "linalg.det", "linalg.slogdet"):
    add(name, "batch", [regular(3, (2, 2))])
    add(name, "symbolic", [T("N", 2, 2, low=1, high=2)], sizes=N)
    add(name, "empty", [T(0, 3, 3)])
    add(name, "square_error", [T(2, 3)], error=True)
add("linalg.det", "singular", [V([1.0, 2.0, 2.0, 4.0], [2, 2])], no_grad=True)
add("linalg.inv", "singular_error", [V([1.0, 2.0, 2.0, 4.0], [2, 2])], error=True)
add("logdet", "plain", [definite(3)])
add("linalg.solve", "vector", [regular(3), T(3)])
add("linalg.solve", "batch", [regular(3, (2,)), T(2, 3, 2)])
add("linalg.solve", "error", [regular(3), T(2, 3)], error=True)
for upper in (False, True):
    for left in (False, True):
        for unit in (False, True):
            add("linalg.solve_triangular", f"{upper}_{left}_{unit}", [definite(3), T(*((3, 2) if left else (2, 3)))],
                {"upper": upper, "left": left, "unitriangular": unit})
add("linalg.cholesky", "batch", [definite(3, (2,))])
add("linalg.cholesky", "upper", [definite(3)], {"upper": True})
add("linalg.cholesky", "error", [V([1.0, 2.0, 2.0, 1.0], [2, 2])], error=True)
for mode in ("reduced", "complete", "r"):
    add("linalg.qr", f"tall_{mode}", [T(4, 2)], {"mode": mode}, no_grad=mode != "reduced")
    add("linalg.qr", f"wide_{mode}", [T(2, 4)], {"mode": mode}, no_grad=True)
add("linalg.qr", "batch", [T("N", 3, 2)], sizes=N)
add("linalg.eigvalsh", "plain", [definite(4)])
add("linalg.eigvalsh", "batch", [definite(3, (2,))])
add("linalg.svd", "tall", [T(4, 2)], {"full_matrices": False}, outputs=[1])
add("linalg.svd", "wide", [T(2, 4)], {"full_matrices": False}, outputs=[1])
add("linalg.svdvals", "tall", [T(4, 2)])
add("linalg.pinv", "tall", [T(4, 2)])
add("linalg.pinv", "square", [regular(3)])
add("linalg.matrix_rank", "plain", [V([1.0, 2.0, 2.0, 4.0, 0.0, 0.0], [3, 2], grad=False)])
for n in (-2, -1, 0, 1, 2, 5):
    add("linalg.matrix_power", f"n{n}", [regular(3)], {"n": n})
add("matrix_power", "plain", [regular(3)], {"n": 3})
add("linalg.multi_dot", "three", [T("N", 3), T(3, 4), T(4, 2)], as_list=True, sizes=N)
add("linalg.multi_dot", "vectors", [T(3), T(3, 4), T(4)], as_list=True)
add("chain_matmul", "three", [T("N", 3), T(3, 4), T(4, 2)], sizes=N)
for number, p in enumerate((0, 1, 2, 3, INF, -INF)):
    add("linalg.vector_norm", f"p{number}", [T("N", 4)], {"ord": p, "dim": 1}, sizes=N)
for number, p in enumerate((1, -1, INF, -INF)):
    add("linalg.matrix_norm", f"p{number}", [T("N", 3, 4)], {"ord": p}, sizes=N)
add("linalg.matrix_norm", "fro", [T("N", 3, 4)], {"ord": "fro"}, sizes=N)
add("linalg.matrix_norm", "keep", [T(3, "N", 4)], {"ord": 1, "dim": [0, 2], "keepdim": True}, sizes=N)
for p in (2, -2):
    add("linalg.matrix_norm", f"svd{p}", [T(3, 4)], {"ord": p})
add("linalg.matrix_norm", "nuc", [T(3, 4)], {"ord": "nuc"})
add("linalg.norm", "all", [T("N", 4)], sizes=N)
add("linalg.norm", "line", [T("N", 4)], {"ord": 1, "dim": 1}, sizes=N)
add("linalg.norm", "matrix", [T("N", 4)], {"ord": 1}, sizes=N)
add("linalg.cross", "plain", [T("N", 3), T("N", 3)], sizes=N)
add("linalg.vecdot", "plain", [T("N", 3), T("N", 3)], sizes=N)
add("linalg.matmul", "plain", [T("N", 3), T(3, 2)], sizes=N)
add("linalg.diagonal", "plain", [T("N", 3, 4)], sizes=N)
