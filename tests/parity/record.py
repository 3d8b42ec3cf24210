#!/usr/bin/env python3
"""Records what PyTorch gives for every row of tests/parity/cases/: outputs, gradients, buffers, refusals.

usage: record.py [GROUP...]      Needs torch (the files in the tree say which version wrote them) and numpy.

Writes data/GROUP.safetensors. Operands, parameters and the cotangents of gradients come from counter.py and are not
stored. The tensors are PyTorch's f64 results; where its f32 results differ by more than rounding (an overflow, an
epsilon that depends on the dtype) these are stored too. Each tensor has a yardstick: the larger of PyTorch's own f32
error (here and for operands nearby) and of what rounding the operands to f32 changes in f64; tolerances are multiples of
it."""
import importlib
import json
import pathlib
import re
import struct
import sys
import warnings

import numpy as np
import torch

import expressions
import numbers_of_cases as made

HERE = pathlib.Path(__file__).resolve().parent
EPSILON = 2.0**-23


def call_of(row):
    """Returns what is called with the operands, and the module where it is one."""
    options = row["torch_options"]
    if row["kind"] == "nn":
        module = made.recipe(row) if "recipe" in options else getattr(torch.nn, row["call"])(**options)
        return module, module
    function = function_of(row)
    args = [options.pop(name) for name in row.get("args", [])]
    if row.get("args_first"):
        return (lambda *x, **keys: function(*args, *x, **keys, **options)), None
    return (lambda *x, **keys: function(*x, *args, **keys, **options)), None


def function_of(row):
    """The function of that name: of tests/parity/expressions.py, torch.nn.functional, torch, or a method."""
    if row["call"] in expressions.FUNCTIONS:
        return expressions.FUNCTIONS[row["call"]]
    owners = [torch, torch.Tensor, torch.nn.functional]
    if row["kind"] == "F":
        owners = [torch.nn.functional, torch]
    for owner in owners:
        for part in row["call"].split("."):
            owner = getattr(owner, part, None)
        if owner is not None:
            return owner
    raise KeyError(row["call"])


def flat(value):
    if isinstance(value, torch.nn.utils.rnn.PackedSequence):
        return [value.data]
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, (tuple, list)):
        return [t for v in value for t in flat(v)]
    return []


def run(row, dtype, jitter=None):
    """Returns {name: array} of outputs (y0, ...), gradients (dx0, d.weight, ...) and buffers (b.running_mean, ...),
    and the state's shapes."""
    tensors = [made.operand(row, i, dtype) for i in range(len(row["operands"]))]
    for i, (tensor, operand) in enumerate(zip(tensors, row["operands"])):
        is_fixed = "values" in operand and operand.get("constant")
        if jitter is not None and tensor.is_floating_point() and not is_fixed:
            tensor = tensors[i] = jitter(tensor).to(dtype)
        if tensor.is_floating_point() and not operand.get("constant") and not row.get("no_grad"):
            tensor.requires_grad_()
    prepared = dict(row, torch_options=dict(row["options"]))
    positional, keywords = [], dict(row.get("forward", {}))
    for tensor, operand in zip(tensors, row["operands"]):
        where, _, name = operand.get("role", "").partition(":")
        if where == "option":
            prepared["torch_options"][name] = tensor.detach() if row["kind"] == "nn" else tensor
        elif where == "forward":
            keywords[name] = tensor
        elif where == "sizes":  # gives the sizes that options name
            continue
        else:
            positional.append(tensor)
    made.prepare(prepared)
    function, module = call_of(prepared)
    state = {}
    if module is not None:
        if hasattr(module, "has_uninitialized_params"):  # lazy: the first input shows the sizes
            module.eval()(positional[0].detach().float())
        module.to(dtype).train(bool(row.get("train")))
        state = {k: list(v.shape) for k, v in module.state_dict().items()}
        made.fill_state(row, module, jitter)
    if row.get("as_list"):
        positional = [positional]
    if row.get("as_pair"):
        positional = [positional[0], tuple(positional[1:])] if len(positional) > 1 else positional
    packing = keywords.pop("packed", None)
    if packing:
        positional[0] = torch.nn.utils.rnn.pack_padded_sequence(positional[0], **packing)
    outputs = flat(function(*positional, **keywords))
    outputs = [outputs[i] for i in row.get("outputs", range(len(outputs)))]
    result = {f"y{i}": y.detach().clone() for i, y in enumerate(outputs)}
    if row.get("derivative_of"):  # PyTorch's own is not the derivative of its forward()
        outputs = flat(made.FUNCTIONS[row["derivative_of"]](*positional, **prepared["torch_options"]))
        assert torch.allclose(outputs[0], result["y0"])
    loss = [(y * made.cotangent(row, i, y)).sum() for i, y in enumerate(outputs) if y.requires_grad]
    if loss and not row.get("no_grad"):
        result.update(second_derivatives(row, sum(loss), tensors))
        sum(loss).backward()
        for i, tensor in enumerate(tensors):
            if tensor.grad is not None:
                result[f"dx{i}"] = tensor.grad
        for name, parameter in module.named_parameters() if module is not None else []:
            if parameter.grad is not None:
                result[f"d.{name}"] = parameter.grad
    if module is not None and row.get("train"):
        for name, buffer in module.named_buffers():
            result[f"b.{name}"] = buffer
    return {k: v.detach().resolve_conj().numpy(force=True).copy() for k, v in result.items()}, state


#: Names of cases whose second derivatives PyTorch itself has no truth for: it mixes the sides of a kink (elu and its
#: relatives at 0), has NaN at the origin of a norm, 0 for a NaN (huber_loss, smooth_l1_loss), an epsilon in the formula
#: (binary_cross_entropy), is exact to 1e-10 alone (lgamma's, as digamma's first), or divides by the gap between equal
#: eigenvalues; and those where its f64 results are off by more than a rounding.
NO_SECOND = re.compile(r"(nn\.(SELU|ELU|CELU|Mish|GELU)|F\.(selu|elu|celu|gelu|mish))\.special|torch\.lgamma|BCELoss|"
                       r"F\.binary_cross_entropy\.|(HuberLoss|SmoothL1Loss|huber_loss|smooth_l1_loss)\.special|"
                       r"F\.cosine_similarity\.zero|torch\.linalg\.eigvalsh\.plain|torch\.norm\.zero|torch\.linalg\.pinv\.square")


def second_derivatives(row, loss, tensors):
    """The gradients (ddx0, ...) of a sum of the gradients, where PyTorch has them."""
    leaves = {i: t for i, t in enumerate(tensors) if t.requires_grad}
    if row.get("derivative_of") or not leaves or NO_SECOND.search(row["name"]):
        return {}
    try:
        first = torch.autograd.grad(loss, list(leaves.values()), create_graph=True, allow_unused=True)
        parts = [(g * made.weights(row, i, g)).sum() for i, g in zip(leaves, first) if g is not None and g.requires_grad]
        if not parts:
            return {}
        second = torch.autograd.grad(sum(parts), list(leaves.values()), retain_graph=True, allow_unused=True)
    except RuntimeError:  # no second derivative, or none on this device
        return {}
    return {f"ddx{i}": g for i, g in zip(leaves, second) if g is not None}


def largest_difference(a, b):
    """Over the elements that are finite in both; None where one side alone has a NaN or infinity."""
    a, b = a.astype(np.float64), b.astype(np.float64)
    special = ~np.isfinite(a) | ~np.isfinite(b)
    if not np.array_equal(a[special], b[special], equal_nan=True):
        return None
    return float(np.max(np.abs(a - b)[~special], initial=0.0))


def scale_of(array):
    finite = array[np.isfinite(array)] if array.dtype.kind == "f" else array
    return float(np.max(np.abs(finite.astype(np.float64)), initial=0.0))


def jitter_of(seed, share, rounded=torch.float64):
    """Returns what moves each element by at most `share` of it, and rounds it."""
    generator = torch.Generator().manual_seed(seed)
    return lambda t: (t.double() * (1 + (torch.rand(t.shape, generator=generator, dtype=torch.float64) * 2 - 1) * share)
                      ).to(rounded).double()


def record_results(row):
    """Returns the row as it is stored, and its tensors."""
    wide, state = run(row, torch.float64)
    second = [name for name in wide if name.startswith("ddx")]
    if not any(wide[name].any() for name in second):  # of what is linear there is nothing to compare
        wide = {name: truth for name, truth in wide.items() if name not in second}
    narrow, _ = run(row, torch.float32)
    moved = [run(row, torch.float64, jitter_of(seed, 2.0**-24))[0] for seed in (1, 2)]
    # What f32 is off from f64 for other operands nearby: one draw of its roundings says little.
    nearby = [[run(row, dtype, jitter_of(seed, 2.0**-16, torch.float32))[0] for dtype in (torch.float32, torch.float64)]
              for seed in range(3, 9)]
    tensors, yardsticks = {}, {}
    for name, truth in wide.items():
        tensors[name] = truth
        if truth.dtype.kind != "f":
            continue
        limit = 1e-3 * max(1.0, scale_of(truth))
        error = largest_difference(narrow[name], truth)
        if error is None and row.get("wide_rules"):  # PyTorch contradicts itself: f64 is what counts
            both = np.isfinite(narrow[name]) & np.isfinite(truth)
            error = largest_difference(narrow[name][both], truth[both])
        if error is None or error > limit:
            tensors[name + ".f32"] = narrow[name]
            error = 0.0
        for other in moved:
            change = largest_difference(other[name], truth)
            if change is not None and change < limit:  # else a kink or a tie: no measure of rounding
                error = max(error, change)
        for short, full in nearby:
            off = largest_difference(short[name], full[name])
            if off is not None and off < limit and name + ".f32" not in tensors:
                error = max(error, off)
        yardsticks[name] = float(f"{error:.3g}")
    stored = dict(row, yardsticks=yardsticks)
    if state:
        stored["state"] = state
    return stored, tensors


def record(row):
    if not row.get("error"):
        return record_results(row)
    try:
        run(row, torch.float32)
    except Exception as error:  # whatever PyTorch throws is what is recorded
        return dict(row, error=str(error).strip().split("\n")[0][:300]), {}
    raise RuntimeError("PyTorch does not refuse it")


DTYPES = {"float64": "F64", "float32": "F32", "int64": "I64", "int32": "I32", "bool": "BOOL", "uint8": "U8"}


def write_safetensors(path, tensors, metadata):
    header, chunks, offset = {"__metadata__": metadata}, [], 0
    for name, array in sorted(tensors.items(), key=lambda item: (-item[1].itemsize, item[0])):
        data = np.ascontiguousarray(array).tobytes()
        header[name] = {"dtype": DTYPES[str(array.dtype)], "shape": list(array.shape),
                        "data_offsets": [offset, offset + len(data)]}
        offset += len(data)
        chunks.append(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(chunks))


def record_group(group):
    rows = importlib.import_module(f"cases.{group}").cases.rows
    names = [row["name"] for row in rows]
    assert len(set(names)) == len(names), [n for n in names if names.count(n) > 1]
    stored, tensors, wrong = [], {}, []
    for row in rows:
        try:
            row, found = record(row)
        except Exception as error:
            wrong.append(f"{row['name']}: {error!r}")
            continue
        stored.append(row)
        tensors.update({f"{row['name']}/{k}": v for k, v in found.items()})
    if wrong:
        sys.exit("\n".join(wrong))
    path = HERE / "data" / f"{group}.safetensors"
    write_safetensors(path, tensors, {"torch": torch.__version__.split("+")[0],
                                      "cases": json.dumps(stored, separators=(",", ":"))})
    print(f"{group}: {len(rows)} cases, {path.stat().st_size} bytes")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    groups = sys.argv[1:] or sorted(p.stem for p in (HERE / "cases").glob("*.py") if p.stem != "__init__")
    for name in groups:
        record_group(name)
