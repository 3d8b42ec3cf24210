#!/usr/bin/env python3
"""Writes tests/data/curves.safetensors: the losses of 100 steps of a small CNN and a small transformer in PyTorch.

usage: record_curves.py
Recorded are the first weights (NET.init.KEY) and the losses in f32 and in f64 (NET.OPTIMIZER.f32), for SGD, Adam
and AdamW. The test (tests/optim/curves.cpp) makes the same batches; its tolerance is how far f32 is from f64 here.
Needs torch and safetensors; the version is in the file's metadata."""
import pathlib

import torch
from safetensors.torch import save_file

F = torch.nn.functional
OUT = pathlib.Path(__file__).resolve().parents[1] / "data" / "curves.safetensors"


class Cnn(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = torch.nn.Conv2d(1, 8, 3, padding=1)
        self.conv2 = torch.nn.Conv2d(8, 16, 3, padding=1)
        self.bn = torch.nn.BatchNorm2d(16)
        self.fc = torch.nn.Linear(64, 10)

    def forward(self, x):
        x = F.max_pool2d(torch.relu(self.conv1(x)), 2)
        x = F.max_pool2d(torch.relu(self.bn(self.conv2(x))), 2)
        return self.fc(x.flatten(1))


class Transformer(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = torch.nn.Embedding(16, 16)
        self.layer = torch.nn.TransformerEncoderLayer(16, 2, 32, 0.0)
        self.head = torch.nn.Linear(16, 16)

    def forward(self, ids):
        return self.head(self.layer(self.embedding(ids)))


def cnn_loss(net, step, dtype):
    n = torch.arange(step * 16, step * 16 + 16, dtype=torch.float64)
    label = (n.long() * 7) % 10
    pixel = torch.arange(64, dtype=torch.float64)
    x = torch.sin(0.05 * pixel * (1 + label.double()).unsqueeze(1) + n.unsqueeze(1)).to(dtype).view(16, 1, 8, 8)
    return F.cross_entropy(net(x), label)


def transformer_loss(net, step, dtype):
    """The next token of a sequence of which each follows from the one before."""
    start = torch.arange(8) + step
    tokens = [start % 16]
    for _ in range(6):
        tokens.append((tokens[-1] * 5 + 3) % 16)
    ids = torch.stack(tokens)
    scores = net(ids[:-1])
    return F.cross_entropy(scores.reshape(-1, 16), ids[1:].reshape(-1))


NETS = {"cnn": (Cnn, cnn_loss), "transformer": (Transformer, transformer_loss)}
OPTIMIZERS = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9),
    "adam": lambda p: torch.optim.Adam(p, lr=2e-3),
    "adamw": lambda p: torch.optim.AdamW(p, lr=2e-3, weight_decay=0.1),
}


def main():
    torch.set_num_threads(1)
    torch.manual_seed(3)
    tensors = {}
    for name, (make, loss_of) in NETS.items():
        first = make().state_dict()
        for key, value in first.items():
            tensors[f"{name}.init.{key}"] = value.clone()
        for optimizer_name, make_optimizer in OPTIMIZERS.items():
            for dtype in (torch.float32, torch.float64):
                net = make()
                net.load_state_dict(first)
                net = net.to(dtype)
                optimizer = make_optimizer(net.parameters())
                losses = []
                for step in range(100):
                    optimizer.zero_grad()
                    loss = loss_of(net, step, dtype)
                    loss.backward()
                    optimizer.step()
                    losses.append(loss.item())
                kind = "f32" if dtype == torch.float32 else "f64"
                tensors[f"{name}.{optimizer_name}.{kind}"] = torch.tensor(losses, dtype=torch.float64)
                print(name, optimizer_name, kind, losses[0], losses[-1])
    save_file(tensors, OUT, {"torch": torch.__version__.split("+")[0]})


if __name__ == "__main__":
    main()
