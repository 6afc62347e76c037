"""The networks whose training steps are timed, in PyTorch alone: what makes each, the shapes of its inputs and its classes.

Made without torchvision, which a machine with a graphics card need not have.
"""

import torch
from author_networks import TsfMicro
from own_networks import Afn, ResNet18
from ststnet import StstNet
from torch import nn


class Classifier(nn.Module):
    """ResNet-18."""

    def __init__(self, classes, width):
        super().__init__()
        self.features = ResNet18(width)
        self.fc = nn.Linear(8 * width, classes)

    def forward(self, x):
        return self.fc(self.features(x).mean((2, 3)))


class Vit(nn.Module):
    """ViT-B/16, or a smaller one."""

    def __init__(self, classes, size, patch, width, depth, heads):
        super().__init__()
        self.conv_proj = nn.Conv2d(3, width, patch, patch)
        self.class_token = nn.Parameter(torch.zeros(1, 1, width))
        self.positions = nn.Parameter(torch.randn(1, (size // patch) ** 2 + 1, width) * 0.02)
        block = nn.TransformerEncoderLayer(
            width, heads, 4 * width, 0.0, "gelu", layer_norm_eps=1e-6, batch_first=True, norm_first=True
        )
        self.encoder = nn.TransformerEncoder(block, depth, nn.LayerNorm(width, 1e-6), enable_nested_tensor=False)
        self.head = nn.Linear(width, classes)

    def forward(self, x):
        tokens = self.conv_proj(x).flatten(2).transpose(1, 2)
        tokens = torch.cat([self.class_token.expand(len(x), -1, -1), tokens], 1) + self.positions
        return self.head(self.encoder(tokens)[:, 0])


def cnn():
    layers = []
    for inputs, outputs in ((3, 32), (32, 64), (64, 128)):
        layers += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, 5))


CLASSES = 5
LARGE = (3, 224, 224)
SMALL = (3, 48, 48)

NETWORKS = {
    "ststnet": (lambda: StstNet(CLASSES), [(3, 28, 28)]),
    "cnn": (cnn, [(3, 112, 112)]),
    "resnet18": (lambda: Classifier(CLASSES, 64), [LARGE]),
    "afn": (lambda: Afn(64, CLASSES, dropout=0.5), [LARGE, LARGE]),
    "vit-b16": (lambda: Vit(CLASSES, 224, 16, 768, 12, 12), [LARGE]),
    "tsfmicro": (
        lambda: TsfMicro("parallel", 224, (64, 128, 256, 512), projection=1024, classes=CLASSES),
        [LARGE, LARGE],
    ),
}

# as the small variants of @mer/models
TINY = {
    "resnet18": (lambda: Classifier(CLASSES, 8), [SMALL]),
    "afn": (lambda: Afn(8, CLASSES, dropout=0.5), [SMALL, SMALL]),
    "vit-b16": (lambda: Vit(CLASSES, 48, 8, 96, 3, 3), [SMALL]),
    "tsfmicro": (lambda: TsfMicro("parallel", 48, (16, 24, 32, 48), projection=64, classes=CLASSES), [SMALL, SMALL]),
}
