"""PyTorch's side of benchmarks/gpu.mjs, one item in a process: gpu-torch-bench.py <cuda|cpu> <item as JSON>

Prints JSON: the milliseconds of each step, the device, and the most memory that PyTorch had on it. Products and convolutions in full
single precision (TF32 off), as webgpu has them. Networks: tools/models/training_networks.py.
"""

import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "models"))

import torch
from torch import nn
from training_networks import CLASSES, NETWORKS, TINY

torch.backends.cuda.matmul.allow_tf32 = False
torch.backends.cudnn.allow_tf32 = False
device = torch.device(sys.argv[1])
job = json.loads(sys.argv[2])
phase, batch, tiny = job["phase"], job.get("batch"), job["tiny"]


def network():
    make, shapes = (TINY if tiny else NETWORKS)[job["model"]]
    return make().to(device), [torch.rand(batch, *shape, device=device) for shape in shapes]


def training():
    model, inputs = network()
    labels = torch.arange(batch, device=device) % CLASSES
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)

    def step():
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(*inputs), labels)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def inference():
    model, inputs = network()
    model.eval()

    def step():
        with torch.no_grad():
            return model(*inputs).cpu()

    return step


def dynamic_image():
    frames = torch.rand(8, 32, 32, 3) if tiny else torch.rand(64, 224, 224, 3)
    frames, weights = frames.to(device), torch.rand(len(frames), device=device)
    return lambda: torch.tensordot(weights, frames, 1).cpu()


step = {"train": training, "infer": inference, "dynamic-image": dynamic_image}[phase]()
times = []
for _ in range(job["steps"]):
    started = time.perf_counter()
    step()
    times.append((time.perf_counter() - started) * 1e3)
cuda = device.type == "cuda"
name = torch.cuda.get_device_name() if cuda else "CPU"
found = {"times": times, "adapter": name, "version": torch.__version__}
if cuda:
    found |= {"used": torch.cuda.max_memory_allocated(), "allocated": torch.cuda.max_memory_reserved()}
print(json.dumps(found))
