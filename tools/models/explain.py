"""Reference values for packages/models/src/explain: python3 tools/models/explain.py

Grad-CAM by autograd in float64, on the networks of the other scripts.
"""

import json

import torch
from author_networks import MmNet
from fill import fill, rounded
from own_networks import GOLDEN, Afn, DiaNet, FmaNet, images
from ststnet import StstNet
from torchvision.models import VisionTransformer


class Captured:
    """Outputs or inputs of modules, with their gradients."""

    def __init__(self):
        self.tensors = []

    def out(self, module):
        module.register_forward_hook(lambda _, __, output: self.keep(output))

    def into(self, module):
        module.register_forward_pre_hook(lambda _, inputs: self.keep(inputs[0]))

    def keep(self, tensor):
        tensor.retain_grad()
        self.tensors.append(tensor)


def maps(tensor, grid):
    """[batch, channels, height, width] from maps, from tokens (with or without a class token), or from flattened maps."""
    if tensor.dim() == 4:
        return tensor
    if tensor.dim() == 2:
        return tensor.reshape(tensor.shape[0], -1, *grid)
    tokens = tensor[:, tensor.shape[1] - grid[0] * grid[1] :]
    return tokens.transpose(1, 2).reshape(tensor.shape[0], -1, *grid)


def heat(values, slopes):
    return torch.relu((slopes.mean((2, 3), keepdim=True) * values).sum(1))


def explained(model, inputs, classes, capture, grid=None, joined=False):
    model = fill(model).eval().double()
    kept = Captured()
    capture(model, kept)
    logits = model(*[x.double() for x in inputs])
    logits[torch.arange(len(classes)), classes].sum().backward()
    found = [(maps(t, grid), maps(t.grad, grid)) for t in kept.tensors]
    if joined:
        found = [tuple(torch.cat(parts, 1) for parts in zip(*found))]
    return {
        "classIndex": classes,
        "predicted": logits.argmax(1).tolist(),
        "heatMaps": [rounded(heat(*pair)) for pair in found],
    }


def afn(model, kept):
    kept.out(model.temporal.layer4)
    kept.out(model.motion.layer4)


def dianet(model, kept):
    kept.out(model.feed_forward1)
    kept.out(model.feed_forward2)


def fmanet(model, kept):
    kept.out(model.modulation1)
    kept.out(model.modulation2)


def mmnet(model, kept):
    kept.out(model.vit_pos)
    kept.into(model.at("main_branch.fc"))


def ststnet(model, kept):
    for norm in (model.bn1, model.bn2, model.bn3):
        kept.out(norm)


def vit(model, kept):
    kept.into(model.encoder.layers[-1])


def main():
    torch.set_num_threads(1)
    small = VisionTransformer(64, 16, num_layers=3, num_heads=2, hidden_dim=32, mlp_dim=128, num_classes=5)
    golden = {
        "ststnet": explained(StstNet(), images(1, (2, 28, 28, 3)), [0, 2], ststnet, joined=True),
        "afn": explained(Afn(), images(2), [4, 1], afn),
        "dianet": explained(DiaNet(), images(2), [0, 3], dianet, (2, 2)),
        "fmanet": explained(FmaNet(), images(2), [2, 2], fmanet),
        "mmnet": explained(MmNet(), images(2), [1, 4], mmnet, (4, 4)),
        "vit-b16": explained(small, images(1), [3, 0], vit, (4, 4)),
    }
    (GOLDEN / "explain.json").write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()
