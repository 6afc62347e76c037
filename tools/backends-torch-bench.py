"""PyTorch's side of benchmarks/backends.mjs, on one thread: backends-torch-bench.py <workload> <train|infer> <batch> [cpu|cuda]

The same protocol as benchmarks/backends-worker.mjs. Networks: tools/models/training_networks.py.
"""

import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "models"))

from torch_info import described, peak_memory  # first: one thread

import torch
from torch import nn
from training_networks import CLASSES, NETWORKS

name, phase, batch = sys.argv[1], sys.argv[2], int(sys.argv[3])
device = torch.device(sys.argv[4] if len(sys.argv) > 4 else "cpu")
make, shapes = NETWORKS[name]
model = make().to(device)
inputs = [torch.rand(batch, *shape, device=device) for shape in shapes]
labels = torch.arange(batch, device=device) % CLASSES
# as benchmarks/backends-worker.mjs has it
optimizer = torch.optim.SGD(model.parameters(), lr=1e-3) if name == "cnn" else torch.optim.Adam(model.parameters(), lr=1e-4)


def train():
    model.train()
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(*inputs), labels)
    loss.backward()
    optimizer.step()
    return loss.item()


def infer():
    model.eval()
    with torch.no_grad():
        return model(*inputs).cpu()


step = {"train": train, "infer": infer}[phase]
print(json.dumps({"name": "torch", **described(), "device": str(device), "threads": 1}), flush=True)
for _ in sys.stdin:
    started, before = time.perf_counter(), time.process_time()
    step()
    wall, worked = time.perf_counter() - started, time.process_time() - before
    print(json.dumps({"wall": wall * 1e3, "cpu": worked * 1e3, "memory": peak_memory()}), flush=True)
