#!/usr/bin/env python3
"""Writes tests/data/recorded_{state_dict,checkpoint}.pt with PyTorch, and checks that PyTorch reads what lithe wrote.

usage: record_files.py record
       record_files.py check FILE    FILE: recorded_state_dict.pt, read and written again by lithe
Needs torch (any 2.x; the files in the tree were written by 2.15.0)."""
import collections
import pathlib
import sys

import torch

DATA = pathlib.Path(__file__).resolve().parents[1] / "data"


class Net(torch.nn.Module):
    """Tied weights, batch norm's version 2 and its integer buffer."""

    def __init__(self):
        super().__init__()
        self.fc1 = torch.nn.Linear(3, 3)
        self.bn = torch.nn.BatchNorm1d(3)
        self.fc2 = torch.nn.Linear(3, 3)
        self.fc2.weight = self.fc1.weight


def net():
    model = Net()
    with torch.no_grad():
        for number, parameter in enumerate(model.parameters()):
            parameter.copy_(torch.arange(parameter.numel()).reshape(parameter.shape) / 4 - number)
    return model


def state_dict():
    """The model's own entries, then views and dtypes that need care."""
    state = net().state_dict()
    grid = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4)
    state["view.transposed"] = grid.permute(2, 0, 1)
    state["view.sliced"] = grid[1:, ::2, 1:3]
    state["view.row"] = grid[1, 2]
    state["view.expanded"] = torch.tensor([[1.0], [2.0]]).expand(2, 3)
    state["dtype.f64"] = torch.tensor([0.1, -0.0, float("inf"), float("nan")], dtype=torch.float64)
    state["dtype.i64"] = torch.tensor(-(2**40))
    state["dtype.i32"] = torch.tensor([[1, -2]], dtype=torch.int32)
    state["dtype.i16"] = torch.tensor([300, -300], dtype=torch.int16)
    state["dtype.i8"] = torch.tensor([-128, 127], dtype=torch.int8)
    state["dtype.u8"] = torch.tensor([0, 255], dtype=torch.uint8)
    state["dtype.bool"] = torch.tensor([True, False, True])
    state["dtype.f16"] = torch.tensor([1.5, -2], dtype=torch.float16)
    state["dtype.bf16"] = torch.tensor([1.5, -2], dtype=torch.bfloat16)
    state["empty"] = torch.zeros(3, 0, 2)
    state["parameter"] = torch.nn.Parameter(torch.tensor([3.0, 4.0]))
    state["naïve 😀"] = torch.tensor([5.0])
    return state


def checkpoint():
    model = net()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.125)
    model.fc2(model.fc1(torch.ones(1, 3))).sum().backward()
    optimizer.step()
    return {
        "epoch": 3,
        "steps": [256, 70000, -1, 2**40, -(2**40)],
        "best": 0.5,
        "name": "näme",
        "done": False,
        "nothing": None,
        "pair": (True, "x"),
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "plain": {"fc.weight": torch.tensor([[1.0, 2.0]])},
    }


def check(path):
    expected = state_dict()
    found = torch.load(path, weights_only=True)
    assert isinstance(found, collections.OrderedDict), type(found)
    assert list(found) == list(expected), list(found)
    for name, tensor in expected.items():
        assert found[name].dtype == tensor.dtype and found[name].shape == tensor.shape, name
        assert found[name].is_contiguous(), name
        same = torch.equal(found[name].nan_to_num(), tensor.detach().nan_to_num())
        assert same and torch.equal(found[name].isnan(), tensor.isnan()), name
    assert found._metadata == expected._metadata, found._metadata
    assert found["fc1.weight"].data_ptr() == found["fc2.weight"].data_ptr(), "no longer tied"
    net().load_state_dict({k: v for k, v in found.items() if k in net().state_dict()})
    print(f"{path}: {len(found)} tensors as expected, torch {torch.__version__}")


if __name__ == "__main__":
    if sys.argv[1:] == ["record"]:
        torch.save(state_dict(), DATA / "recorded_state_dict.pt")
        torch.save(checkpoint(), DATA / "recorded_checkpoint.pt")
    elif sys.argv[1:2] == ["check"] and len(sys.argv) == 3:
        check(sys.argv[2])
    else:
        sys.exit(__doc__)
