#!/usr/bin/env python3
"""Writes tests/data/recorded.safetensors with the safetensors package, and checks that the package reads what lithe
wrote. usage: record_safetensors.py record | record_safetensors.py check FILE (needs safetensors, numpy)"""
import pathlib
import sys

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file

RECORDED = pathlib.Path(__file__).resolve().parents[1] / "data" / "recorded.safetensors"
METADATA = {"format": "pt", "näme": 'quote " backslash \\ tab \t'}


def tensors():
    """One tensor a dtype, a scalar, an empty one, and names that need care in JSON."""
    return {
        "conv.weight": (np.arange(24, dtype=np.float32) / 8 - 1).reshape(2, 3, 4),
        "conv.bias": np.array([0.5, -0.0, np.inf, np.nan], dtype=np.float64),
        "steps": np.array(-(2**40), dtype=np.int64),
        "index": np.array([[1, -2], [3, -4]], dtype=np.int32),
        "short": np.array([300, -300], dtype=np.int16),
        "tiny": np.array([-128, 127], dtype=np.int8),
        "bytes": np.arange(5, dtype=np.uint8),
        "mask": np.array([True, False, True]),
        "half": np.array([1.5, -2], dtype=np.float16),
        "empty": np.zeros((3, 0, 2), dtype=np.float32),
        'quote " slash \\ 😀': np.array([7], dtype=np.float32),
    }


def check(path):
    expected = tensors()
    with safe_open(path, framework="numpy") as file:
        assert sorted(file.keys()) == sorted(expected), file.keys()
        assert file.metadata() == METADATA, file.metadata()
        for name, tensor in expected.items():
            found = file.get_tensor(name)
            assert found.dtype == tensor.dtype and found.shape == tensor.shape, name
            assert found.tobytes() == tensor.tobytes(), name
    print(f"{path}: {len(expected)} tensors as expected")


if __name__ == "__main__":
    if sys.argv[1:] == ["record"]:
        save_file(tensors(), RECORDED, metadata=METADATA)
        check(RECORDED)
    elif sys.argv[1:2] == ["check"] and len(sys.argv) == 3:
        check(sys.argv[2])
    else:
        sys.exit(__doc__)
