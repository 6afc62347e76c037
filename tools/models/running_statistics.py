"""Running statistics after one step of training: python3 tools/models/running_statistics.py

The networks of the other scripts run once in training mode, with weights from fill.py and without dropout. Stored are, for
each batch normalisation, the sums of its running means and variances, its first mean and its last variance.
"""

import json
from pathlib import Path

import torch
import torchvision
from author_networks import Fdp, LearNet, MmNet, RcnA, TsfMicro, frames
from fill import fill, given, rounded
from own_networks import Afn, AhmsaNet, DiaNet, DualBranch, FmaNet, MegaNet, images, windows
from ststnet import StstNet
from torch import nn

GOLDEN = Path(__file__).resolve().parents[2] / "packages/models/test/golden/running-statistics.json"

SMALL = (4, 64, 64, 3)


def clip():
    return [torch.from_numpy(given("image0", (2, 8, 32, 32, 1))).permute(0, 1, 4, 2, 3)]


CASES = {
    "ststnet": lambda: (StstNet(dropout=0.0), frames(1, 28, 4)),
    "rcn-a": lambda: (RcnA(), frames(1, 28, 4)),
    "afn": lambda: (Afn(), images(2, SMALL)),
    "afn-recurrent": lambda: (Afn(units=12), windows(2)),
    "dianet": lambda: (DiaNet(), images(2, SMALL)),
    "fmanet": lambda: (FmaNet(), images(2, SMALL)),
    "meganet": lambda: (MegaNet(), images(1, SMALL)),
    "ahmsa-net": lambda: (AhmsaNet(), frames(1, 28, 4)),
    "dual-branch": lambda: (DualBranch(), frames(1, 28, 4)),
    "learnet": lambda: (LearNet(), frames(1, 80, 4)),
    "mmnet": lambda: (MmNet(), frames(2, 64, 4)),
    **{
        "tsfmicro" if fusion == "parallel" else f"tsfmicro-{fusion}": lambda fusion=fusion: (
            TsfMicro(fusion),
            frames(2, 64, 4),
        )
        for fusion in ("parallel", "early", "temporal-to-spatial", "spatial-to-temporal", "residual")
    },
    "fdp": lambda: (Fdp(False), clip()),
    "fdp-released": lambda: (Fdp(True), clip()),
    "resnet18": lambda: (torchvision.models.resnet18(num_classes=5), images(1, SMALL)),
    "resnet50": lambda: (torchvision.models.resnet50(num_classes=5), images(1, SMALL)),
    "efficientnet-b0": lambda: (torchvision.models.efficientnet_b0(num_classes=5, stochastic_depth_prob=0.0), images(1, SMALL)),
    "densenet121": lambda: (torchvision.models.densenet121(num_classes=5), images(1, SMALL)),
}


def summary(norm):
    mean, variance = norm.running_mean, norm.running_var
    return rounded(torch.stack([mean.double().sum(), variance.double().sum(), mean[0].double(), variance[-1].double()]))


def statistics(model, inputs):
    fill(model).train()
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    with torch.no_grad():
        model(*inputs)
    return {name: summary(module) for name, module in model.named_modules() if hasattr(module, "running_mean")}


def main():
    torch.set_num_threads(1)
    golden = {name: statistics(*make()) for name, make in CASES.items()}
    GOLDEN.write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()
