"""PyTorch's side of benchmarks/models.mjs: the networks at their published sizes, in inference, on one thread.

The first line printed is JSON; then each line "<model> <batch> <repeats>" on standard input is answered with the milliseconds of one
pass and of the processor's time in it (means of the repeats), or "none" for a network that is not here. A model is kept until another one is asked for.
ATEN_CPU_CAPABILITY and DNNL_MAX_CPU_ISA in the environment hold PyTorch to older instructions.
"""

import json
import sys
import time

from torch_info import described  # first: one thread

import torch
from bench_networks import NETWORKS


def main():
    print(json.dumps(described()), flush=True)
    kept = {}
    for line in sys.stdin:
        name, batch, repeats = line.split()
        if name not in NETWORKS:
            print("none", flush=True)
            continue
        key = (name, int(batch))
        if key not in kept:
            kept.clear()
            make, shapes = NETWORKS[name]
            kept[key] = make().eval(), [torch.rand(int(batch), *shape) for shape in shapes]
        model, inputs = kept[key]
        with torch.no_grad():
            start, cpu = time.perf_counter(), time.process_time()
            for _ in range(int(repeats)):
                model(*inputs)
            wall, busy = time.perf_counter() - start, time.process_time() - cpu
            print(wall * 1000 / int(repeats), busy * 1000 / int(repeats), flush=True)


main()
