"""How a case is written: a row of a module or function, its options, its operands."""


class Operand:
    """A tensor that a case gets. `fill`: "uniform", "integers" (low, high) or "values"; dtype "float" is the case's."""

    def __init__(self, *shape, dtype="float", low=-2.0, high=2.0, values=None, role="", grad=True):
        self.row = {"shape": list(shape), "dtype": dtype}
        if values is not None:
            self.row["values"] = [str(v) if v in (INF, -INF) or v != v else v for v in values]
        else:
            self.row.update(low=low, high=high)
        if role:
            self.row["role"] = role
        if not grad:
            self.row["constant"] = True


INF, NAN = float("inf"), float("nan")
#: What tells activations apart: kinks, both zeros, large, tiny and no numbers.
SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 3.0, -3.0, 6.0, 20.5, -20.5, 90.0, -90.0, 1e-30, INF, -INF, NAN]


def T(*shape, **keys):
    return Operand(*shape, **keys)


def V(values, shape=None, **keys):
    """The numbers themselves."""
    return Operand(*(shape if shape is not None else [len(values)]), values=values, **keys)


def I(*shape, high, low=0, **keys):
    return Operand(*shape, dtype="i64", low=low, high=high, **keys)


def B(*shape, **keys):
    return Operand(*shape, dtype="bool", low=0, high=2, **keys)


class Cases:
    """The rows of a group."""

    def __init__(self, kind):
        self.kind, self.rows = kind, []

    def add(self, call, title, operands, options=None, kind=None, **keys):
        """keys: train, forward (keywords of the call that are no tensors), sizes (of named axes), error,
        no_grad, f32_only (PyTorch is inexact in f64), wide_rules (its f32 contradicts its f64, which counts),
        derivative_of (a function of FUNCTIONS with the same values, whose gradients count), as_list, as_pair (states in
        a tuple), args (names of options that the call takes by position, behind the tensors, or before them with
        args_first), outputs (numbers of the results that are compared), eager_only (the shapes of the results depend on
        the numbers: refused by a trace).
        Options may be names of sizes; an operand of the role "sizes" has them and is not passed."""
        kind = kind or self.kind
        options = {k: str(v) if v in (INF, -INF) else v for k, v in (options or {}).items()}  # JSON has no infinity
        row = {"name": f"{kind}.{call}.{title}", "kind": kind, "call": call, "options": options,
               "operands": [o.row for o in operands]}
        row.update({k: v for k, v in keys.items() if v not in (None, False)})
        self.rows.append(row)
