"""Reference values for networks made by their authors' own classes: python3 tools/models/author_classes.py FOLDER [name ...]

FOLDER holds checkouts of the public repositories, one folder for each name below; nothing of them is kept here but numbers. Weights and inputs
come from fill.py, and all is computed in float64. Of each network: names and shapes of its state dict, outputs in inference, and of one training step
without dropout (cross-entropy of all logits) the loss, the sum and the sum of magnitudes of every gradient, and the sum of every running statistic.

    skd-tstsan   github.com/GuanghaoZhu663/SKD-TSTSAN @43ff07e
    slstt        github.com/Vision-Intelligence-and-Robots-Group/SLSTT @364656f, narrow
    causalnet    github.com/tony19980810/CausalNet @7bdf163, narrow (needs einops)
    mol          github.com/CYF-cuber/MOL @0a75455, narrow but for the size of its pictures
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


def mol(batch=3, frames=4, classes=3, side=64, width=16, flow=4, landmarks=8, hidden=12):
    """Their loops over pairs, graph and flow network, with fewer maps; the correlation that they take from a package, from its definition."""
    import types
    from types import SimpleNamespace

    def correlation(a, b, kernel_size, patch_size, stride, padding, dilation_patch):
        assert kernel_size == 1 and stride == 1 and padding == 0
        reach = patch_size // 2 * dilation_patch
        height, width = a.shape[2:]
        wide = F.pad(b, (reach,) * 4)
        moves = range(0, 2 * reach + 1, dilation_patch)
        rows = [
            torch.stack([(a * wide[:, :, y : y + height, x : x + width]).sum(1) for x in moves], 1) for y in moves
        ]
        return torch.stack(rows, 1)

    sampler = types.ModuleType("spatial_correlation_sampler")
    sampler.spatial_correlation_sample = correlation
    sys.modules["spatial_correlation_sampler"] = sampler
    import MOL_model
    from modules import CCC, FlowNet
    from modules.FCC import FCC

    def narrow():
        model = MOL_model.MOL(SimpleNamespace(cls=classes, neighbor_num=4))
        places = (side // 8) ** 2
        model.conv_stack.conv_stack = nn.Sequential(
            nn.Conv2d(1, width // 16, 4, 2),
            nn.Conv2d(width // 16, width // 4, 3, 2),
            nn.Conv2d(width // 4, width // 2, 2, 2, 1),
            nn.Conv2d(width // 2, width, 1),
        )
        model.FCC_1, model.FCC_2 = FCC(width // 2), FCC(width // 2)
        model.CCC_1, model.CCC_2 = CCC.edge_feature(places), CCC.edge_feature(places)
        model.mer_3dcnn.conv3d = nn.Conv3d(width, 32, (2, 2, 5), (2, 2, 1))
        moments = (2 * (frames - 1) - 4) // 2
        model.mer_3dcnn.fc1 = nn.Linear(32 * moments * (side // 32) ** 2, hidden)
        model.mer_3dcnn.fc2 = nn.Linear(hidden, classes)
        model.ldm_predictor.convldm = nn.Conv2d(width, 32, 3)
        model.ldm_predictor.fc1 = nn.Linear(32 * (side // 8 - 2) ** 2, landmarks)
        model.ldm_predictor.fc2 = nn.Linear(landmarks, 136)
        net, conv = model.flownet, FlowNet.conv
        sizes = {
            "conv1": (1, flow, 6, 2), "conv2": (flow, 2 * flow, 4, 2), "conv3": (2 * flow, 4 * flow, 2, 2),
            "conv_redir": (4 * flow, flow // 2, 1, 1), "conv3_1": (441 + flow // 2 + 2 * width, 4 * flow, 3, 1),
            "conv4": (4 * flow, 8 * flow, 3, 2), "conv4_1": (8 * flow, 8 * flow, 3, 1),
            "conv5": (8 * flow, 8 * flow, 3, 2), "conv5_1": (8 * flow, 8 * flow, 3, 1),
            "conv6": (8 * flow, 16 * flow, 3, 2), "conv6_1": (16 * flow, 16 * flow, 3, 1),
        }
        for name, (given_maps, maps, kernel, stride) in sizes.items():
            setattr(net, name, conv(True, given_maps, maps, kernel, stride))
        maps, skips = 16 * flow, [8 * flow, 8 * flow, 4 * flow, 2 * flow, flow, 1]
        for level, (skip, out) in zip(range(5, -1, -1), zip(skips, [8 * flow, 4 * flow, 2 * flow, 2 * flow, flow, flow // 2])):
            setattr(net, f"predict_flow{level + 1}", FlowNet.predict_flow(maps))
            setattr(net, f"deconv{level}", FlowNet.deconv(maps, out))
            maps = skip + out + 2
        net.predict_flow0 = FlowNet.predict_flow(maps)
        return without_dropout(fill(model, gain=GAIN))

    def true_graph(x, k):
        """Neighbors of channels; what their convolution subtracts once more is added here."""
        return released(x.transpose(1, 2).contiguous(), k).permute(0, 2, 1, 3) + x[..., None]

    released = MOL_model.get_graph_feature
    x = torch.from_numpy(given("image0", (batch, frames, side, side, 1))).permute(0, 4, 1, 2, 3).double()
    model = narrow().eval()
    with torch.no_grad():
        logits, flows, points = model(x)
        MOL_model.get_graph_feature = true_graph
        paper = model(x)[0]
    MOL_model.get_graph_feature = released
    model.train()
    labels = torch.arange(batch) % classes
    mer, drawn, found = model(x)
    flow_target = torch.from_numpy(given("flow", (batch, frames - 1, side, side, 2))).permute(0, 4, 2, 3, 1).double()
    point_target = torch.from_numpy(given("points", (batch, frames - 1, 136))).permute(0, 2, 1).double()
    loss = F.cross_entropy(mer, labels) + F.mse_loss(drawn, flow_target) + (found - point_target).abs().mean()
    return {
        "state": described(model),
        "logits": rounded(logits),
        "paper": rounded(paper),
        # of each pair: both components summed over all places, and the first landmarks
        "flows": rounded(flows.sum((2, 3)).permute(0, 2, 1)),
        "points": rounded(points[:, :6].permute(0, 2, 1)),
        "step": step(model, loss),
    }


CASES = {"skd-tstsan": skd_tstsan, "slstt": slstt, "causalnet": causalnet, "mol": mol}


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
