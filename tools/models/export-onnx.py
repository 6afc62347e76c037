"""Writes a network of benchmarks/models.mjs as ONNX, for one batch size: python3 tools/models/export-onnx.py <model> <batch> <file>"""

import sys

import torch
from bench_networks import NETWORKS
from torch.onnx import TrainingMode


def main():
    name, batch, file = sys.argv[1:]
    make, shapes = NETWORKS[name]
    model = make().eval()
    mode = TrainingMode.EVAL
    for module in model.modules():
        # in evaluation PyTorch computes it as one fused operation, which ONNX has not
        if isinstance(module, torch.nn.MultiheadAttention) and module.dropout == 0:
            module.training = True
            mode = TrainingMode.PRESERVE
    inputs = tuple(torch.rand(int(batch), *shape) for shape in shapes)
    names = [f"input{index}" for index in range(len(inputs))]
    torch.onnx.export(model, inputs, file, training=mode, opset_version=16, input_names=names)


main()
