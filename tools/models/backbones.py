"""Reference values for packages/models/src/backbones: python3 tools/models/backbones.py

torchvision's networks at full width (VGG-19: but for the classifier's hidden layers) with weights from fill.py, on small
images; logits only.
"""

import json
from pathlib import Path

import torch
import torchvision
from fill import channels_first, described, fill, given, rounded
from torch.nn import functional as F

GOLDEN = Path(__file__).resolve().parents[2] / "packages/models/test/golden"

def narrow_vgg19():
    """torchvision's features and layout with 64 hidden units in the classifier instead of 4096."""
    model = torchvision.models.vgg19(num_classes=10)
    for index, (inputs, outputs) in {0: (25088, 64), 3: (64, 64), 6: (64, 10)}.items():
        model.classifier[index] = torch.nn.Linear(inputs, outputs)
    return model


CASES = {
    "resnet18": (lambda: torchvision.models.resnet18(), 64),
    "resnet50": (lambda: torchvision.models.resnet50(), 64),
    "vgg19": (lambda: narrow_vgg19(), 32),
    "efficientnet-b0": (lambda: torchvision.models.efficientnet_b0(), 64),
    "densenet121": (lambda: torchvision.models.densenet121(), 64),
    "vit-b16": (lambda: torchvision.models.vit_b_16(image_size=64), 64),
}


def parity(name):
    make, size = CASES[name]
    model = fill(make()).eval()
    with torch.no_grad():
        logits = model(channels_first(given("image", (2, size, size, 3))))
    return {
        "size": size,
        "classes": logits.shape[1],
        "parameters": sum(p.numel() for p in model.parameters()),
        "state": described(model),
        "logits": rounded(logits[:, :20]),
        "norm": rounded(logits.norm().reshape(1), 8)[0],
    }


def adam_step():
    """One step of Adam on ResNet-18: 12 values of every parameter and running statistic afterwards."""
    model = fill(torchvision.models.resnet18(num_classes=5)).train()
    x = channels_first(given("image", (8, 64, 64, 3)))
    labels = torch.tensor([0, 1, 2, 3, 4, 0, 1, 2])
    rate = 1e-3
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    loss = F.cross_entropy(model(x), labels)
    loss.backward()
    optimizer.step()
    state = {}
    for name in described(model):
        flat = model.state_dict()[name].reshape(-1)
        state[name] = rounded(flat[:: max(1, flat.numel() // 12)][:12])
    return {
        "learningRate": rate,
        "labels": labels.tolist(),
        "loss": rounded(loss.reshape(1), 9)[0],
        "state": state,
    }


def main():
    torch.set_num_threads(1)
    for name in CASES:
        (GOLDEN / f"{name}.json").write_text(json.dumps(parity(name)) + "\n")
        print(name)
    (GOLDEN / "resnet18-adam.json").write_text(json.dumps(adam_step()) + "\n")


if __name__ == "__main__":
    main()
