"""The networks of benchmarks/models.mjs at their published sizes, in PyTorch: what makes each, and the shapes of its inputs."""

import torch
import torchvision
from author_networks import PUBLISHED_STAGES, Fdp, HtNet, LearNet, MmNet, OffApexNet, RcnA, TsfMicro
from own_networks import Afn, DiaNet, FmaNet, MegaNet
from ststnet import StstNet


class Clip(torch.nn.Module):
    """FDP's logits alone, from its frames."""

    def __init__(self):
        super().__init__()
        self.fdp = Fdp(False, 64, 8, 5, 256, 64, PUBLISHED_STAGES)

    def forward(self, x):
        return self.fdp.classified(x)[0]


SMALL = (3, 28, 28)
LARGE = (3, 224, 224)
WIDE = (64, 128, 256, 512)

NETWORKS = {
    "ststnet": (lambda: StstNet(), [SMALL]),
    "off-apexnet": (lambda: OffApexNet(1024), [(2, 28, 28)]),
    "rcn-a": (lambda: RcnA(64, 7), [(3, 60, 60)]),
    "htnet": (lambda: HtNet(28, 7, 256, 3, (2, 2, 10)), [SMALL]),
    "afn": (lambda: Afn(64), [LARGE, LARGE]),
    "dianet": (lambda: DiaNet(64, places=49, hidden=256), [LARGE, LARGE]),
    "fmanet": (lambda: FmaNet(64), [LARGE, LARGE]),
    "meganet": (lambda: MegaNet(WIDE), [LARGE]),
    "learnet": (lambda: LearNet(16, 256, 16), [(3, 112, 112)]),
    "mmnet": (lambda: MmNet(224, 180, (128, 128, 256, 512)), [LARGE, LARGE]),
    "tsfmicro": (lambda: TsfMicro("parallel", 224, WIDE, projection=1024), [LARGE, LARGE]),
    "fdp": (lambda: Clip(), [(8, 1, 64, 64)]),
    "resnet18": (lambda: torchvision.models.resnet18(), [LARGE]),
    "resnet50": (lambda: torchvision.models.resnet50(), [LARGE]),
    "vgg19": (lambda: torchvision.models.vgg19(), [LARGE]),
    "efficientnet-b0": (lambda: torchvision.models.efficientnet_b0(), [LARGE]),
    "densenet121": (lambda: torchvision.models.densenet121(), [LARGE]),
    "vit-b16": (lambda: torchvision.models.vit_b_16(), [LARGE]),
}
