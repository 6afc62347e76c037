"""Reference values for the spotting networks (SOFTNet, MTSN, SFAMNet): python3 tools/models/spotting_networks.py

Each is written again in PyTorch from its layer table, with the authors' parameter names, with weights from fill.py. SOFTNet is a Keras network: its flattening
goes by row, column, channel.
"""

import json
from pathlib import Path

import torch
from fill import channels_first, described, fill, given, rounded
from torch import nn
from torch.nn import functional as F

GOLDEN = Path(__file__).resolve().parents[2] / "packages/models/test/golden"
MAPS = (3, 5, 8)


class Softnet(nn.Module):
    def __init__(self):
        super().__init__()
        for i, maps in enumerate(MAPS, 1):
            self.add_module(f"conv{i}", nn.Conv2d(1, maps, 5, padding=2))
        self.fc1 = nn.Linear(784, 400)
        self.fc2 = nn.Linear(400, 1)

    def forward(self, x):
        maps = [F.max_pool2d(F.relu(self._modules[f"conv{i}"](x[:, i - 1 : i])), 3) for i in (1, 2, 3)]
        flat = F.max_pool2d(torch.cat(maps, 1), 2).permute(0, 2, 3, 1).flatten(1)
        return self.fc2(F.relu(self.fc1(flat)))


class Streams(nn.Module):
    def __init__(self):
        super().__init__()
        for i, maps in enumerate(MAPS, 1):
            self.add_module(f"conv{i}", nn.Conv2d(1, maps, 5, padding=2))

    def forward(self, x):
        maps = [F.max_pool2d(F.relu(self._modules[f"conv{i}"](x[:, i - 1 : i])), 3) for i in (1, 2, 3)]
        return F.max_pool2d(torch.cat(maps, 1), 2).flatten(1)


class Mtsn(nn.Module):
    def __init__(self):
        super().__init__()
        self.SOFTNet = Streams()
        self.fc1 = nn.Linear(512, 128)
        self.fc2 = nn.Linear(128, 1)

    def forward(self, long, short):
        both = torch.cat([self.SOFTNet(long), self.SOFTNet(short)], 1)
        return torch.sigmoid(self.fc2(F.relu(self.fc1(both))))


class Gates(nn.Module):
    """CBAM with a hidden layer of one unit."""

    def __init__(self, channels):
        super().__init__()
        self.ChannelGate = nn.Module()
        self.ChannelGate.mlp = nn.Sequential(nn.Flatten(), nn.Linear(channels, 1), nn.ReLU(), nn.Linear(1, channels))
        self.SpatialGate = nn.Module()
        self.SpatialGate.spatial = nn.Module()
        self.SpatialGate.spatial.conv = nn.Conv2d(2, 1, 7, padding=3, bias=False)

    def forward(self, x):
        mlp = self.ChannelGate.mlp
        x = x * torch.sigmoid(mlp(x.mean((2, 3))) + mlp(x.amax((2, 3))))[:, :, None, None]
        pooled = torch.cat([x.amax(1, keepdim=True), x.mean(1, keepdim=True)], 1)
        return x * torch.sigmoid(self.SpatialGate.spatial.conv(pooled))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 3, 5, padding=2, bias=False)
        self.conv2 = nn.Conv2d(3, 3, 5, padding=2, bias=False)
        self.downsample = nn.Sequential(nn.Conv2d(1, 3, 1, bias=False))
        self.cbam = Gates(3)

    def forward(self, x):
        return F.relu(self.cbam(self.conv2(F.relu(self.conv1(x)))) + self.downsample(x))


class Sfamnet(nn.Module):
    def __init__(self, classes=5):
        super().__init__()
        for name in ("c1", "c2", "c3"):
            self.add_module(name, nn.Sequential(Block()))
        self.conv1 = nn.Conv2d(9, 8, 5, padding=2)
        self.conv2 = nn.Conv2d(9, 8, 5, padding=2)
        self.fc_spot = nn.Linear(392, 1)
        self.fc_recog = nn.Linear(392, classes)

    def forward(self, x):
        streams = [F.max_pool2d(self._modules[f"c{i}"](x[:, i - 1 : i]), 3) for i in (1, 2, 3)]
        joined = torch.cat(streams, 1)
        answer = lambda conv, fc: fc(F.max_pool2d(conv(joined), 3, 2, 1).flatten(1))
        return torch.sigmoid(answer(self.conv1, self.fc_spot)), answer(self.conv2, self.fc_recog)


def sfamnet_unused():
    names = {"weight": [], "bias": [], "running_mean": [], "running_var": []}
    norms = (("bn1", 3), ("bn2", 3), ("cbam.SpatialGate.spatial.bn", 1))
    return {f"c{i}.0.{norm}.{name}": [size] for i in (1, 2, 3) for norm, size in norms for name in names}


def images(count, size):
    return [channels_first(given(f"image{index}", (2, size, size, 3))) for index in range(count)]


def parity(model, inputs, **more):
    fill(model).eval()
    with torch.no_grad():
        outputs = model(*inputs)
    first, *others = outputs if isinstance(outputs, tuple) else (outputs,)
    return {"state": described(model), "logits": rounded(first), "others": [rounded(one) for one in others], **more}


def main():
    torch.set_num_threads(1)
    golden = {
        "softnet": parity(Softnet(), images(1, 42)),
        "mtsn": parity(Mtsn(), images(2, 28)),
        "sfamnet": parity(Sfamnet(), images(1, 42), unused=sfamnet_unused()),
    }
    (GOLDEN / "spotting-networks.json").write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()
