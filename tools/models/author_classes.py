"""Reference values for networks made by their authors' own classes: python3 tools/models/author_classes.py FOLDER [name ...]

FOLDER holds checkouts of the public repositories, one folder for each name below; nothing of them is kept here but numbers. Weights and inputs
come from fill.py, and all is computed in float64. Of each network: names and shapes of its state dict, outputs in inference, and of one training step
without dropout (cross-entropy of all logits) the loss, the sum and the sum of magnitudes of every gradient, and the sum of every running statistic.

    skd-tstsan   github.com/GuanghaoZhu663/SKD-TSTSAN @43ff07e
    slstt        github.com/Vision-Intelligence-and-Robots-Group/SLSTT @364656f, narrow
    causalnet    github.com/tony19980810/CausalNet @7bdf163, narrow (needs einops)
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from fill import channels_first, described, fill, given, rounded
from torch import nn
from torch.nn import functional as F

GOLDEN = Path(__file__).resolve().parents[2] / "packages/models/test/golden"


# at 2, deep networks without norms reach logits of a hundred, whose gradients float32 cannot tell to four digits
GAIN = 1.0


def without_dropout(model):
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    return model


def step(model, loss):
    """Loss, gradients and running statistics of one training step; weights stay as they are."""
    loss.backward()
    gradients = {
        name: rounded(torch.stack([p.grad.double().sum(), p.grad.double().abs().sum()]))
        for name, p in model.named_parameters()
        if p.grad is not None
    }
    statistics = {
        name: rounded(value.double().sum().reshape(1))[0]
        for name, value in model.state_dict().items()
        if name.endswith(("running_mean", "running_var"))
    }
    return {"loss": rounded(loss.double().reshape(1), 9)[0], "gradients": gradients, "statistics": statistics}


def skd_tstsan(batch=2, classes=5):
    from all_model import SKD_TSTSAN

    # its forward pass makes zeros on a graphics card
    torch.Tensor.cuda = lambda self, *_: self
    shapes = [1, 1, 16, 16, 2, 2]
    parts = [channels_first(given(f"image{i}", (batch, 48, 48, maps))) for i, maps in enumerate(shapes)]
    images = torch.cat(parts, 1).double()
    model = without_dropout(fill(SKD_TSTSAN(classes, 2), gain=GAIN)).eval()
    with torch.no_grad():
        outputs = model(images)
    model.train()
    labels = torch.arange(batch) % classes
    loss = sum(F.cross_entropy(x, labels) for x in model(images)[:3])
    return {
        "state": described(model),
        "logits": rounded(outputs[0]),
        "others": [rounded(outputs[1]), rounded(outputs[2])] + [rounded(o.sum(1)) for o in outputs[3:]],
        "step": step(model, loss),
    }


def slstt(batch=2, frames=3, classes=3):
    """Both heads at 16 pixels; the width of the recurrent network's input is fixed in their class."""
    from model.slstt import SLSTT, ViT

    def narrow(aggregation):
        model = SLSTT(16, classes, aggregation)
        model.vit = ViT(8, 24, 96, 3, 2, input_size=16, num_classes=classes, aggregation=aggregation)
        model.lstm = nn.LSTM(24, 20, 3)
        model.fc1, model.fc2 = nn.Linear(20, 16), nn.Linear(16, classes)
        return without_dropout(fill(model, gain=GAIN))

    x = torch.from_numpy(given("image0", (batch, frames, 16, 16, 3))).permute(0, 1, 4, 2, 3).double()
    model = narrow("LSTM").eval()
    with torch.no_grad():
        logits, mean = model(x), narrow("Mean").eval()(x)
    model.train()
    loss = F.cross_entropy(model(x), torch.arange(batch) % classes)
    return {"state": described(model), "logits": rounded(logits), "mean": rounded(mean), "step": step(model, loss)}


def causalnet(batch=2, classes=3, width=16):
    """The widths behind the towers are fixed in their file: it is run with others."""
    source = Path(sys.path[0], "Models.py").read_text()
    names = {}
    exec(source.replace("256", str(width)).replace("1536 * 2", str(12 * width)).replace("2048", "24"), names)
    sizes = dict(image_size=28, patch_size=7, num_classes=classes, dim=width, heads=3, num_hierarchies=3)
    model = fill(names["CausalNet"](**sizes, block_repeats=(1, 1, 2), gamma=0.5).double(), gain=GAIN)
    for name, buffer in model.named_buffers():
        # what is filled are weights
        buffer.copy_(names["SpatialTemporalCausalAttention"](width, gamma=0.5).state_dict()[name.split(".")[-1]])
    x = torch.from_numpy(given("image0", (batch, 4, 28, 28, 3))).permute(0, 1, 4, 2, 3).double()
    with torch.no_grad():
        logits = model.eval()(x)
    loss = F.cross_entropy(model.train()(x), torch.arange(batch) % classes)
    return {"state": described(model), "logits": rounded(logits), "step": step(model, loss)}


CASES = {"skd-tstsan": skd_tstsan, "slstt": slstt, "causalnet": causalnet}


def main():
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    folder, *names = sys.argv[1:]
    for name in names or CASES:
        sys.path.insert(0, str(Path(folder) / name))
        golden = {"gain": GAIN, **CASES[name]()}
        (GOLDEN / f"{name}.json").write_text(json.dumps(golden) + "\n")
        print(name, sum(int(np.prod(shape)) for key, shape in golden["state"].items() if "running_" not in key))


if __name__ == "__main__":
    main()
