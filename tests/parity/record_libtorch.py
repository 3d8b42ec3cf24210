#!/usr/bin/env python3
"""Writes tests/data/libtorch_{module,tensor,tensors}.pt with LibTorch: torch::save of a module, a tensor, a vector.

usage: record_libtorch.py record
Needs torch (any 2.x, with its C++ headers) and a C++17 compiler; the files in the tree were written by 2.15.0."""
import pathlib
import subprocess
import sys
import tempfile

import torch.utils.cpp_extension as extension

DATA = pathlib.Path(__file__).resolve().parents[1] / "data"

SOURCE = r"""
#include <torch/torch.h>

struct NetImpl : torch::nn::Module {
    NetImpl() {
        fc1 = register_module("fc1", torch::nn::Linear(3, 2));
        bn = register_module("bn", torch::nn::BatchNorm1d(2));
        seq = register_module("seq", torch::nn::Sequential(torch::nn::Linear(2, 2), torch::nn::ReLU()));
        scale = register_parameter("scale", torch::full({2}, 0.5));
        table = register_buffer("table", torch::arange(4));
    }
    torch::nn::Linear fc1{nullptr};
    torch::nn::BatchNorm1d bn{nullptr};
    torch::nn::Sequential seq{nullptr};
    torch::Tensor scale, table;
};
TORCH_MODULE(Net);

int main() {
    torch::NoGradGuard no_grad;
    Net net;
    int number = 0;
    for (auto& item : net->named_parameters()) {
        torch::Tensor& p = item.value();
        p.copy_(torch::arange(p.numel()).reshape(p.sizes()) / 4 - number++);
    }
    torch::save(net, "libtorch_module.pt");
    torch::save(torch::arange(6).reshape({2, 3}).to(torch::kFloat64), "libtorch_tensor.pt");
    torch::save(std::vector<torch::Tensor>{torch::ones({2}), torch::arange(3)}, "libtorch_tensors.pt");
}
"""


def record():
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "record.cpp"
        source.write_text(SOURCE, encoding="utf-8")
        program = pathlib.Path(folder) / "record"
        libraries = extension.library_paths()
        command = ["c++", "-std=c++20", str(source), "-o", str(program)]
        command += [f"-I{path}" for path in extension.include_paths()]
        command += [f"-L{path}" for path in libraries] + [f"-Wl,-rpath,{path}" for path in libraries]
        subprocess.run(command + ["-ltorch", "-ltorch_cpu", "-lc10"], check=True)
        subprocess.run([str(program)], cwd=DATA, check=True)


if __name__ == "__main__":
    if sys.argv[1:] != ["record"]:
        sys.exit(__doc__)
    record()
