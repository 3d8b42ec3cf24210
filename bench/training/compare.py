#!/usr/bin/env python3
"""Compares eager training with PyTorch's: the same networks, batches and optimizer, one thread each, in turns.

usage: compare.py TRAIN_BENCH [--rounds N]     TRAIN_BENCH: the program that target train_bench builds
Needs torch. Prints the fastest epoch of each and their ratio; exits with 1 where a ratio is above 3."""
import argparse
import subprocess
import time

import torch

F = torch.nn.functional


class Cnn(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = torch.nn.Conv2d(1, 16, 3, padding=1)
        self.conv2 = torch.nn.Conv2d(16, 32, 3, padding=1)
        self.fc1 = torch.nn.Linear(128, 64)
        self.fc2 = torch.nn.Linear(64, 10)

    def forward(self, x):
        x = F.max_pool2d(torch.relu(self.conv1(x)), 2)
        x = F.max_pool2d(torch.relu(self.conv2(x)), 2)
        return self.fc2(torch.relu(self.fc1(x.flatten(1))))


class Transformer(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = torch.nn.Embedding(64, 64)
        self.layer1 = torch.nn.TransformerEncoderLayer(64, 4, 128, 0.0)
        self.layer2 = torch.nn.TransformerEncoderLayer(64, 4, 128, 0.0)
        self.head = torch.nn.Linear(64, 64)

    def forward(self, ids):
        return self.head(self.layer2(self.layer1(self.embedding(ids))))


def cnn():
    x = torch.sin(torch.arange(1440 * 64).float() * 0.37).view(-1, 1, 8, 8)
    y = torch.arange(1440) * 7 % 10
    net = Cnn()
    return net, 45, lambda i: F.cross_entropy(net(x[i * 32:i * 32 + 32]), y[i * 32:i * 32 + 32])


def transformer():
    net = Transformer()

    def loss(i):
        ids = ((torch.arange(512) * 11 + i) % 64).view(32, 16)
        return F.cross_entropy(net(ids).view(512, 64), ((ids * 3 + 1) % 64).view(-1))
    return net, 20, loss


def epoch(net, optimizer, batches, loss_of):
    begin = time.perf_counter()
    for i in range(batches):
        optimizer.zero_grad()
        loss = loss_of(i)
        loss.backward()
        optimizer.step()
        loss.item()
    return 1e3 * (time.perf_counter() - begin)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(1)
    worst = 0.0
    for name, make in (("cnn", cnn), ("transformer", transformer)):
        net, batches, loss_of = make()
        optimizer = torch.optim.Adam(net.parameters(), 1e-3)
        epoch(net, optimizer, batches, loss_of)
        peer, mine = [], []
        for _ in range(arguments.rounds):
            peer += [epoch(net, optimizer, batches, loss_of) for _ in range(3)]
            lines = subprocess.run([arguments.program, name, "4"], check=True, capture_output=True, text=True).stdout
            mine += [float(line.split()[0]) for line in lines.splitlines()[1:]]
        ratio = min(mine) / min(peer)
        worst = max(worst, ratio)
        print(f"{name}: lithe {min(mine):.1f} ms/epoch, PyTorch {torch.__version__} {min(peer):.1f} ms/epoch, ratio {ratio:.2f}")
    return worst > 3


if __name__ == "__main__":
    raise SystemExit(main())
