"""Operands, parameters and cotangents of a case, as torch tensors."""
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


def fill_state(row, module, jitter):
    """Parameters and floating buffers by their state_dict keys; variances positive."""
    with torch.no_grad():
        for key, tensor in module.state_dict().items():
            if not tensor.is_floating_point():
                continue
            low, high = (0.5, 1.5) if key.endswith("_var") else (-0.75, 0.75)
            value = torch.from_numpy(counter.uniform(f"{row['name']}:{key}", list(tensor.shape), low, high))
            if jitter is not None:
                value = value * jitter(value)
            tensor.copy_(value)


#: Words that stand for what JSON has not.
FUNCTIONS = {
    "l1_distance": lambda a, b: (a - b).abs().sum(-1),
}


def prepare(row):
    options = row["torch_options"]
    for name, value in options.items():
        if isinstance(value, list):
            options[name] = tuple(value)
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
