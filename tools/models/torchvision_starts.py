"""State dicts of torchvision's networks and what these say, for tools/check-starts.mjs: python3 torchvision_starts.py <folder> <name>

Full width, 1000 classes, 224 x 224 pixels. The weights are those that torchvision draws (seed 0), with running statistics as a trained network has them: of other
means and variances in each channel. Logits in float32 and in float64.
"""

import json
import sys
from pathlib import Path

import torch
import torchvision

NETWORKS = {
    "resnet18": torchvision.models.resnet18,
    "resnet50": torchvision.models.resnet50,
    "vgg19": torchvision.models.vgg19,
    "efficientnet-b0": torchvision.models.efficientnet_b0,
    "densenet121": torchvision.models.densenet121,
    "vit-b16": torchvision.models.vit_b_16,
}


def main(folder, name):
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model = NETWORKS[name]().eval()
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.uniform_(-0.1, 0.1)
            module.running_var.uniform_(0.5, 1.5)
            # residual branches add up: with a mean of 1 the logits of a ResNet-50 would be hundreds
            module.weight.data.uniform_(0.25, 0.75)
            module.bias.data.uniform_(-0.2, 0.2)
    if name == "vit-b16":
        # torchvision starts the head of a ViT with zeros
        torch.nn.init.normal_(model.heads.head.weight, std=0.02)
    torch.save(model.state_dict(), folder / f"{name}.pth")
    images = torch.randn(2, 3, 224, 224)
    with torch.no_grad():
        single = model(images)
        double = model.double()(images.double())
    (folder / f"{name}.f32").write_bytes(images.permute(0, 2, 3, 1).contiguous().numpy().tobytes())
    said = {
        "torch": torch.__version__,
        "torchvision": torchvision.__version__,
        "parameters": sum(p.numel() for p in model.parameters()),
        "logits": single.tolist(),
        "float64": double.tolist(),
    }
    (folder / f"{name}.json").write_text(json.dumps(said))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
