"""Operands, parameters and cotangents of a case, as torch tensors."""
import collections

import counter
import numpy
import torch

DTYPES = {"i64": torch.int64, "bool": torch.bool, "i32": torch.int32, "f32": torch.float32, "f64": torch.float64}


def shape_of(row, operand):
    return [row.get("sizes", {}).get(s, s) for s in operand["shape"]]


def operand(row, index, dtype):
    spec = row["operands"][index]
    shape, text = shape_of(row, spec), f"{row['name']}:x{index}"
    kind = dtype if spec["dtype"] == "float" else DTYPES[spec["dtype"]]
    if "values" in spec:
        return torch.tensor([float(v) for v in spec["values"]], dtype=torch.float64).to(kind).reshape(shape)
    if kind.is_floating_point:
        return torch.from_numpy(counter.uniform(text, shape, spec["low"], spec["high"])).to(kind)
    numbers = counter.integers(text, shape, int(spec["low"]), int(spec["high"]))
    return torch.from_numpy(numpy.asarray(numbers)).to(kind)


def cotangent(row, index, output):
    return torch.from_numpy(counter.uniform(f"{row['name']}:dy{index}", list(output.shape), -1, 1)).to(output.dtype)


def weights(row, index, gradient):
    """What the gradient of an operand is multiplied with for its own derivative."""
    numbers = counter.uniform(f"{row['name']}:ddx{index}", list(gradient.shape), -1, 1)
    return torch.from_numpy(numbers).to(gradient.dtype)


def fill_state(row, module, jitter):
    """Parameters and floating buffers by their state_dict keys; variances positive."""
    with torch.no_grad():
        for key, tensor in module.state_dict().items():
            if not tensor.is_floating_point() or key == "_random_samples":
                continue
            low, high = (0.5, 1.5) if key.endswith("_var") else (-0.75, 0.75)
            value = torch.from_numpy(counter.uniform(f"{row['name']}:{key}", list(tensor.shape), low, high))
            if jitter is not None:
                value = jitter(value)
            tensor.copy_(value)


def cross_map(x, size, alpha=1e-4, beta=0.75, k=1.0):
    """What CrossMapLRN2d's forward() computes: from a channel on, the first one counts once more."""
    reach = (size - 1) // 2 + 1
    squares = x * x
    sums = [squares[:, max(0, c - reach + 1):c + reach].sum(1) + (squares[:, 0] if c >= reach else 0)
            for c in range(x.shape[1])]
    return x * (torch.stack(sums, 1) * (alpha / size) + k) ** -beta


#: Words that stand for what JSON has not.
FUNCTIONS = {
    "cross_map": cross_map,
    "l1_distance": lambda a, b: (a - b).abs().sum(-1),
}


def prepare(row):
    options = row["torch_options"]
    sizes = row.get("sizes", {})
    for name, value in options.items():
        if isinstance(value, list):
            value = options[name] = [sizes.get(v, v) if isinstance(v, str) else v for v in value]
        elif isinstance(value, str) and value in sizes:
            value = options[name] = sizes[value]
        if isinstance(value, list):
            options[name] = tuple(value)
        if value == "inf":
            options[name] = float("inf")
        if isinstance(value, str) and value.startswith("function:"):
            options[name] = FUNCTIONS[value.split(":")[1]]
        if name == "dtype":
            options[name] = getattr(torch, value)
        if value in ("inf", "-inf"):
            options[name] = float(value)
    if row["kind"] == "nn" and row["call"] in ("TransformerEncoder", "TransformerDecoder"):
        layer = getattr(torch.nn, row["call"] + "Layer")(**options.pop("layer"))
        norm = options.pop("norm", None)
        options[("encoder" if "Encoder" in row["call"] else "decoder") + "_layer"] = layer
        if norm:
            options["norm"] = torch.nn.LayerNorm(norm)


class Owner(torch.nn.Module):
    """Parts that are called by a function of them and x."""

    def __init__(self, call, **parts):
        super().__init__()
        for name, part in parts.items():
            setattr(self, name, part)
        self.call = call

    def forward(self, x):
        return self.call(self, x)


class Function(torch.nn.Module):
    """What LibTorch calls nn.Functional."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


def added_up(module, x):
    for layer in module.parts:
        x = x + layer(x)
    return x


def recipe(row):
    """The containers of cases/containers.py; run_containers.cpp has the same."""
    nn = torch.nn
    matrix, vector = (lambda: nn.Parameter(torch.zeros(3, 3))), (lambda: nn.Parameter(torch.zeros(3)))
    makers = {
        "Sequential.plain": lambda: nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)),
        "Sequential.named": lambda: nn.Sequential(collections.OrderedDict(
            fc=nn.Linear(3, 4), act=nn.Tanh(), norm=nn.BatchNorm1d(4))),
        "Sequential.nested": lambda: nn.Sequential(
            nn.Sequential(nn.Linear(3, 4), nn.Sigmoid()), nn.Sequential(nn.LayerNorm(4), nn.Linear(4, 2))),
        "ModuleList.loop": lambda: Owner(added_up, parts=nn.ModuleList([nn.Linear(3, 3), nn.Tanh(), nn.Linear(3, 3)])),
        "ModuleDict.loop": lambda: Owner(
            lambda m, x: m.parts["up"](m.parts["act"](x)) * m.parts["down"](x),
            parts=nn.ModuleDict({"up": nn.Linear(3, 2), "act": nn.ReLU(), "down": nn.Linear(3, 2)})),
        "ParameterList.loop": lambda: Owner(lambda m, x: x @ m.parts[0] + m.parts[1],
                                            parts=nn.ParameterList([matrix(), vector()])),
        "ParameterDict.loop": lambda: Owner(lambda m, x: x * m.parts["scale"] @ m.parts["weight"],
                                            parts=nn.ParameterDict({"scale": vector(), "weight": matrix()})),
        "Functional.loop": lambda: nn.Sequential(nn.Linear(3, 4), Function(torch.relu), Function(lambda x: x * 2 + 1)),
    }
    return makers[f"{row['call']}.{row['options']['recipe']}"]()
