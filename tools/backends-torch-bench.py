"""PyTorch's side of benchmarks/backends.mjs: the same protocol as benchmarks/backends-worker.mjs, on one thread.

The first line printed is JSON; then each line "<workload> <train|infer>" on standard input is answered with the
milliseconds of one step, and those that processors worked on it. Argument: "cpu" (default) or "cuda".
"""

import json
import os
import sys
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch
from torch import nn

torch.set_num_threads(1)
device = torch.device(sys.argv[1] if len(sys.argv) > 1 else "cpu")


class Stst(nn.Module):
    def __init__(self):
        super().__init__()
        self.streams = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(3, maps, 3, padding=2),
                nn.ReLU(),
                nn.BatchNorm2d(maps),
                nn.MaxPool2d(3, 3, padding=1),
                nn.Dropout(0.5),
            )
            for maps in (3, 5, 8)
        )
        self.pool = nn.AvgPool2d(2)
        self.last = nn.Linear(16 * 25, 3)

    def forward(self, x):
        return self.last(self.pool(torch.cat([stream(x) for stream in self.streams], 1)).flatten(1))


def cnn():
    layers = []
    for inputs, outputs in ((3, 32), (32, 64), (64, 128)):
        layers += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, 5))


class Block(nn.Module):
    def __init__(self, inputs, maps, stride):
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(inputs, maps, 3, stride, 1, bias=False), nn.BatchNorm2d(maps), nn.ReLU())
        self.second = nn.Sequential(nn.Conv2d(maps, maps, 3, 1, 1, bias=False), nn.BatchNorm2d(maps))
        self.short = nn.Identity()
        if stride == 2:
            self.short = nn.Sequential(nn.Conv2d(inputs, maps, 1, 2, bias=False), nn.BatchNorm2d(maps))

    def forward(self, x):
        return torch.relu(self.second(self.first(x)) + self.short(x))


def resnet18():
    layers = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    inputs = 64
    for i, maps in enumerate((64, 128, 256, 512)):
        for j in range(2):
            layers.append(Block(inputs, maps, 2 if i > 0 and j == 0 else 1))
            inputs = maps
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 5))


WORKLOADS = {"ststnet": (Stst, 256, 28, 3), "cnn": (cnn, 16, 112, 5), "resnet18": (resnet18, 8, 224, 5)}


def prepare(name):
    make, batch, side, classes = WORKLOADS[name]
    model = make().to(device)
    x = torch.rand(batch, 3, side, side, device=device)
    labels = torch.arange(batch, device=device) % classes
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)

    def train():
        model.train()
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), labels)
        loss.backward()
        optimizer.step()
        return loss.item()

    def infer():
        model.eval()
        with torch.no_grad():
            return model(x).cpu()

    return {"train": train, "infer": infer}


print(json.dumps({"name": "torch", "version": torch.__version__, "device": str(device), "threads": 1}), flush=True)
ready = {}
for line in sys.stdin:
    name, phase = line.split()
    if name not in ready:
        ready = {name: prepare(name)}
    started = time.perf_counter()
    before = time.process_time()
    ready[name][phase]()
    wall, worked = time.perf_counter() - started, time.process_time() - before
    print(f"{wall * 1e3:.3f} {worked * 1e3:.3f}", flush=True)
