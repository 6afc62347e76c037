"""Reference values for the networks built from abstracts (AFN, DIANet, FMANet, MEGANet, FeatRef, AHMSA-Net, dual branch): python3 tools/models/own_networks.py

Each is written again in PyTorch from the documentation of its TypeScript counterpart, narrow, with weights from fill.py. The gradients of the last three are
taken in float64 and held against finite differences here.
"""

import json
from pathlib import Path

import torch
from fill import channels_first, described, fill, given, rounded
from layers import ChannelGatedFusion, ConvolutionalAttention, ExpressionProposal, MultiScaleAttention, nchw, nhwc, sample
from torch import nn
from torch.nn import functional as F

GOLDEN = Path(__file__).resolve().parents[2] / "packages/models/test/golden"


class BasicBlock(nn.Module):
    """torchvision's block of two convolutions, with its names."""

    def __init__(self, inputs, outputs, stride=1, downsample=None):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = downsample

    def forward(self, x):
        y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        return torch.relu(y + (x if self.downsample is None else self.downsample(x)))


class Stem(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)

    def forward(self, x):
        return F.max_pool2d(torch.relu(self.bn1(self.conv1(x))), 3, 2, 1)


def stage(inputs, outputs, stride):
    if stride == 1 and inputs == outputs:
        down = None
    else:
        down = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))
    return nn.Sequential(BasicBlock(inputs, outputs, stride, down), BasicBlock(outputs, outputs))


class ResNet18(Stem):
    """Maps of the last stage."""

    def __init__(self, width, gru=None):
        super().__init__(width)
        for n in range(1, 5):
            outputs = width * 2 ** (n - 1)
            self.add_module(f"layer{n}", stage(outputs if n == 1 else outputs // 2, outputs, 1 if n == 1 else 2))
        if gru:
            self.gru = nn.GRU(8 * width, gru, batch_first=True)

    def forward(self, x):
        x = super().forward(x)
        return self.layer4(self.layer3(self.layer2(self.layer1(x))))


def gate(size, hidden, out):
    return nn.Sequential(nn.Linear(2 * size, hidden), nn.ReLU(), nn.Linear(hidden, out))


class AdaptiveFusion(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.channel_gate = gate(size, size // 4, size)
        self.stream_gate = gate(size, size // 8, 2)

    def forward(self, a, b):
        both = torch.cat([a, b], 1)
        g = torch.sigmoid(self.channel_gate(both))
        w = self.stream_gate(both).softmax(1)
        return w[:, :1] * g * a + w[:, 1:] * (1 - g) * b


class Afn(nn.Module):
    def __init__(self, width=8, classes=5, units=None, dropout=0.0):
        super().__init__()
        size = units or 8 * width
        self.dropout = nn.Dropout(dropout)
        self.temporal = ResNet18(width, units)
        self.motion = ResNet18(width, units)
        self.fusion = AdaptiveFusion(size)
        self.norm = nn.LayerNorm(size)
        self.fc = nn.Linear(size, classes)
        self.units = units

    def stream(self, trunk, x):
        if self.units is None:
            return trunk(x).mean((2, 3))
        features = trunk(x.flatten(0, 1)).mean((2, 3)).reshape(x.shape[0], x.shape[1], -1)
        return trunk.gru(features)[1][0]

    def forward(self, a, b):
        fused = self.norm(self.fusion(self.stream(self.temporal, a), self.stream(self.motion, b)))
        return self.fc(self.dropout(fused))


class FeedForward(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.linear1 = nn.Linear(width, 2 * width)
        self.linear2 = nn.Linear(2 * width, width)
        self.norm = nn.LayerNorm(width)

    def forward(self, x):
        return self.norm(x + self.linear2(torch.relu(self.linear1(x))))


class DiaNet(nn.Module):
    def __init__(self, width=4, classes=5, places=4, heads=4, hidden=16):
        super().__init__()
        size = 8 * width
        self.rise, self.fall = ResNet18(width), ResNet18(width)
        for n in (1, 2):
            self.register_parameter(f"position{n}", nn.Parameter(torch.zeros(1, places, size)))
            self.add_module(f"attention{n}", nn.MultiheadAttention(size, heads, batch_first=True))
            self.add_module(f"norm{n}", nn.LayerNorm(size))
            self.add_module(f"feed_forward{n}", FeedForward(size))
        self.fc1 = nn.Linear(2 * size, hidden)
        self.fc2 = nn.Linear(hidden, classes)

    def forward(self, a, b):
        tokens = [
            trunk(x).flatten(2).transpose(1, 2) + getattr(self, f"position{n}")
            for n, trunk, x in ((1, self.rise, a), (2, self.fall, b))
        ]
        means = []
        for n in (1, 2):
            own, other = tokens[n - 1], tokens[2 - n]
            seen = getattr(self, f"attention{n}")(own, other, other, need_weights=False)[0]
            means.append(getattr(self, f"feed_forward{n}")(getattr(self, f"norm{n}")(own + seen)).mean(1))
        return self.fc2(torch.relu(self.fc1(torch.cat(means, 1))))


class Modulation(nn.Module):
    def __init__(self):
        super().__init__()
        for name in ("a", "b", "k", "tau"):
            self.register_parameter(name, nn.Parameter(torch.zeros(1)))

    def forward(self, x, magnitude):
        m = F.interpolate(magnitude, x.shape[2:], mode="bilinear", antialias=True)
        above = F.softplus(self.k) * (m - self.tau)
        return x * (1 + F.softplus(self.a) * torch.sigmoid(above) - torch.sigmoid(self.b) * torch.sigmoid(-above))


class GatedFusion(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.gate = nn.Conv2d(2 * channels, channels, 3, padding=1)
        self.agreement = nn.Conv2d(channels, channels, 1)

    def forward(self, a, b):
        g = torch.sigmoid(self.gate(torch.cat([a, b], 1)))
        return g * a + (1 - g) * b + self.agreement(a * b)


def statistics(x):
    return [x.mean(1, keepdim=True), x.amax(1, keepdim=True)]


class MotionAttention(nn.Module):
    def __init__(self, channels):
        super().__init__()
        hidden = max(4, channels // 16)
        self.spatial = nn.Conv2d(3, 1, 7, padding=3, bias=False)
        self.channel = nn.Sequential(nn.Linear(channels, hidden), nn.ReLU(), nn.Linear(hidden, channels))

    def forward(self, x, first, second):
        m = F.adaptive_avg_pool2d((first + second) / 2, x.shape[2:])
        spatial = torch.sigmoid(self.spatial(torch.cat([*statistics(x), m], 1)))
        channel = torch.sigmoid(self.channel(x.mean((2, 3))))[:, :, None, None]
        return x * (1 + spatial * channel)


class FmaNet(nn.Module):
    def __init__(self, width=8, classes=5):
        super().__init__()
        self.stem1, self.stem2 = Stem(width), Stem(width)
        self.modulation1, self.modulation2 = Modulation(), Modulation()
        self.fusion = GatedFusion(width)
        self.layer2 = stage(width, 2 * width, 2)
        self.layer3 = stage(2 * width, 4 * width, 2)
        self.layer4 = stage(4 * width, 8 * width, 2)
        self.attention = MotionAttention(8 * width)
        self.fc = nn.Linear(8 * width, classes)

    def forward(self, a, b):
        first, second = a[:, 2:3], b[:, 2:3]
        x = self.fusion(self.modulation1(self.stem1(a), first), self.modulation2(self.stem2(b), second))
        x = self.attention(self.layer4(self.layer3(self.layer2(x))), first, second)
        return self.fc(x.mean((2, 3)))


class GradientAttention(nn.Module):
    def __init__(self, channels):
        super().__init__()
        hidden = max(4, channels // 16)
        self.spatial = nn.Conv2d(2, 1, 7, padding=3, bias=False)
        self.channel = nn.Sequential(nn.Linear(channels, hidden), nn.ReLU(), nn.Linear(hidden, channels))

    def forward(self, x):
        c = x.shape[1]
        across = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
        filters = torch.stack([across, across.t()])[:, None].repeat(c, 1, 1, 1)
        m = F.conv2d(x, filters, padding=1, groups=c).reshape(x.shape[0], c, 2, *x.shape[2:])
        m = torch.sqrt(m.pow(2).sum(2) + 1e-6)
        spatial = torch.sigmoid(self.spatial(torch.cat(statistics(m), 1)))
        channel = torch.sigmoid(self.channel(m.mean((2, 3))))[:, :, None, None]
        return x + x * spatial * channel


class MegaNetStage(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, 2, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.attention = GradientAttention(outputs)

    def forward(self, x):
        x = torch.relu(self.bn1(self.conv1(x)))
        return self.attention(torch.relu(self.bn2(self.conv2(x))))


class MegaNet(nn.Module):
    def __init__(self, widths=(8, 16, 32, 64), classes=5):
        super().__init__()
        self.widths = widths
        for n, (inputs, outputs) in enumerate(zip((3, *widths), widths), start=1):
            self.add_module(f"stage{n}", MegaNetStage(inputs, outputs))
        self.fc = nn.Linear(widths[-1], classes)

    def forward(self, x):
        for n in range(1, len(self.widths) + 1):
            x = getattr(self, f"stage{n}")(x)
        return self.fc(x.mean((2, 3)))


class InceptionBlock(nn.Module):
    """Four paths of one width; the names are those of the Dual-Inception published with Off-TANet."""

    def __init__(self, inputs, width):
        super().__init__()
        one = lambda: nn.Conv2d(inputs, width, 1)
        self.path1 = nn.Sequential(one(), nn.ReLU(), nn.Conv2d(width, width, 5, padding=2), nn.ReLU())
        self.path2 = nn.Sequential(one(), nn.ReLU(), nn.Conv2d(width, width, 3, padding=1), nn.ReLU())
        self.path3 = nn.Sequential(nn.MaxPool2d(3, 1, 1), one(), nn.ReLU())
        self.path4 = one()

    def forward(self, x):
        return F.max_pool2d(torch.cat([path(x) for path in (self.path1, self.path2, self.path3, self.path4)], 1), 2)


class FeatRef(nn.Module):
    def __init__(self, widths=(2, 4), hidden=12, classes=3):
        super().__init__()
        blocks = lambda: nn.Sequential(InceptionBlock(1, widths[0]), InceptionBlock(4 * widths[0], widths[1]))
        self.icpt1 = blocks()
        self.icpt2 = blocks()
        self.dense = nn.Sequential(nn.Linear(2 * 49 * 4 * widths[1], hidden))
        self.proposal = ExpressionProposal(hidden, classes)
        self.fc = nn.Linear(classes * hidden, classes)

    def forward(self, x):
        features = torch.cat([self.icpt1(x[:, :1]).flatten(1), self.icpt2(x[:, 1:2]).flatten(1)], 1)
        joined, proposals = self.proposal.both(torch.relu(self.dense(features)))
        return self.fc(joined), proposals


def of_maps(layer, *maps):
    """A layer of channels last on maps of channels first."""
    return nchw(layer(*map(nhwc, maps)))


class ConvNorm(nn.Module):
    def __init__(self, inputs, outputs, size, stride=1, active=True):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False)
        self.bn = nn.BatchNorm2d(outputs)
        self.active = active

    def forward(self, x):
        y = self.bn(self.conv(x))
        return torch.relu(y) if self.active else y


class AhmsaLevel(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(outputs)
        self.attention = MultiScaleAttention(outputs)
        self.join = nn.Conv2d(outputs, outputs, 1)


class AhmsaNet(nn.Module):
    def __init__(self, widths=(4, 6, 8), joined=10, classes=3):
        super().__init__()
        for n, (inputs, outputs) in enumerate(zip((3, *widths), widths), start=1):
            self.add_module(f"level{n}", AhmsaLevel(inputs, outputs))
        self.join = ConvNorm(sum(widths), joined, 1)
        self.fc = nn.Linear(joined, classes)

    def forward(self, x):
        joined = []
        for n, size in enumerate((28, 14, 7), start=1):
            level = getattr(self, f"level{n}")
            x = F.adaptive_avg_pool2d(x, size)
            x = of_maps(level.attention, torch.relu(level.bn(level.conv(x))))
            joined.append(F.adaptive_avg_pool2d(torch.relu(level.join(x)), 7))
        return self.fc(self.join(torch.cat(joined, 1)).mean((2, 3)))


class ResidualStage(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.add_module("1", ConvNorm(inputs, outputs, 3, 2))
        self.add_module("2", ConvNorm(outputs, outputs, 3))
        self.add_module("3", ConvNorm(outputs, outputs, 3, active=False))
        self.shortcut = ConvNorm(inputs, outputs, 1, 2, active=False)

    def forward(self, x):
        y = x
        for name in "123":
            y = getattr(self, name)(y)
        return torch.relu(y + self.shortcut(x))


class InceptionA(nn.Module):
    def __init__(self, inputs, width):
        super().__init__()
        path = lambda *sizes: nn.ModuleDict({
            str(n): ConvNorm(ins, outs, size) for n, (ins, outs, size) in enumerate(sizes, start=1)
        })
        more = width * 3 // 2
        self.path1 = ConvNorm(inputs, width, 1)
        self.path2 = path((inputs, width * 3 // 4, 1), (width * 3 // 4, width, 5))
        self.path3 = path((inputs, width, 1), (width, more, 3), (more, more, 3))
        self.path4 = ConvNorm(inputs, width, 1)

    def forward(self, x):
        through = lambda path: nn.Sequential(*path.values())(x)
        mean = self.path4(F.avg_pool2d(x, 3, 1, 1))
        maps = torch.cat([self.path1(x), through(self.path2), through(self.path3), mean], 1)
        return F.max_pool2d(maps, 3, 2, 1)


class DualBranch(nn.Module):
    def __init__(self, widths=(8, 16), inception=8, classes=5):
        super().__init__()
        self.residual = nn.Sequential()
        self.residual.add_module("stem", ConvNorm(3, inception, 3))
        for n, (inputs, outputs) in enumerate(zip((inception, *widths), widths), start=1):
            self.residual.add_module(f"stage{n}", ResidualStage(inputs, outputs))
        self.inception = nn.Sequential()
        self.inception.add_module("stem", ConvNorm(3, inception, 3, 2))
        maps = inception
        for n in range(1, len(widths)):
            self.inception.add_module(f"block{n}", InceptionA(maps, inception))
            maps = inception * 9 // 2
        self.inception.add_module("out", ConvNorm(maps, widths[-1], 1))
        hidden = max(4, widths[-1] // 16)
        self.attention1 = ConvolutionalAttention(widths[-1], hidden, True)
        self.attention2 = ConvolutionalAttention(widths[-1], hidden, True)
        self.fusion = ChannelGatedFusion(widths[-1], hidden)
        self.fc = nn.Linear(widths[-1], classes)

    def forward(self, x):
        a = of_maps(self.attention1, self.residual(x))
        b = of_maps(self.attention2, self.inception(x))
        return self.fc(of_maps(self.fusion, a, b).mean((2, 3)))


def images(count, shape=(2, 64, 64, 3)):
    return [channels_first(given(f"image{index}", shape)) for index in range(count)]


def windows(count, shape=(2, 3, 64, 64, 3)):
    return [torch.from_numpy(given(f"image{index}", shape)).permute(0, 1, 4, 2, 3) for index in range(count)]


CASES = {
    "afn": (Afn(), images(2)),
    "afn-recurrent": (Afn(units=12), windows(2)),
    "dianet": (DiaNet(), images(2)),
    "fmanet": (FmaNet(), images(2)),
    "meganet": (MegaNet(), images(1)),
}


FLOW = channels_first(given("image0", (6, 28, 28, 3)))
FLOW_CASES = {"featref": (FeatRef, 3), "ahmsa-net": (AhmsaNet, 3), "dual-branch": (DualBranch, 5)}


def proposal_loss(logits, proposals, labels):
    truth = F.one_hot(labels, proposals.shape[1]).to(proposals.dtype)
    return 0.85 * F.cross_entropy(logits, labels) + 0.15 * F.binary_cross_entropy_with_logits(proposals, truth)


def training_gradients(make, classes):
    """Loss and gradients in training mode, in float64; along a random direction they are the finite differences of the loss."""
    model = fill(make()).double().train()
    labels = torch.arange(6) % classes
    image = FLOW.double()

    def loss_of():
        outputs = model(image)
        return proposal_loss(*outputs, labels) if isinstance(outputs, tuple) else F.cross_entropy(outputs, labels)

    loss = loss_of()
    loss.backward()
    parameters = dict(model.named_parameters())
    torch.manual_seed(0)
    directions = {name: torch.randn_like(parameter) for name, parameter in parameters.items()}
    slope = sum((parameter.grad * directions[name]).sum() for name, parameter in parameters.items())

    def moved(step):
        with torch.no_grad():
            for name, parameter in parameters.items():
                parameter.add_(directions[name], alpha=step)
            value = loss_of()
            for name, parameter in parameters.items():
                parameter.sub_(directions[name], alpha=step)
        return value

    step = 1e-7
    numeric = (moved(step) - moved(-step)) / (2 * step)
    assert abs(numeric - slope) < 1e-5 * abs(slope), (make.__name__, float(numeric), float(slope))
    gradients = {name: sample(parameter.grad) for name, parameter in parameters.items()}
    return {"loss": rounded(loss.reshape(1), 9)[0], "gradients": gradients}


def adam_step():
    """One step of Adam on AFN without dropout: 12 values of every parameter and running statistic afterwards."""
    model = fill(Afn()).train()
    labels = torch.tensor([0, 1, 2, 3, 4, 0])
    rate = 1e-3
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    loss = F.cross_entropy(model(*images(2, (6, 64, 64, 3))), labels)
    loss.backward()
    optimizer.step()
    state = {}
    for name in described(model):
        flat = model.state_dict()[name].reshape(-1)
        state[name] = rounded(flat[:: max(1, flat.numel() // 12)][:12])
    return {"learningRate": rate, "labels": labels.tolist(), "loss": rounded(loss.reshape(1), 9)[0], "state": state}


def main():
    torch.set_num_threads(1)
    golden = {}
    for name, (model, inputs) in CASES.items():
        fill(model).eval()
        with torch.no_grad():
            logits = model(*inputs)
        golden[name] = {"state": described(model), "logits": rounded(logits)}
    for name, (make, classes) in FLOW_CASES.items():
        model = fill(make()).eval()
        with torch.no_grad():
            outputs = model(FLOW[:2])
        logits = outputs[0] if isinstance(outputs, tuple) else outputs
        golden[name] = {"state": described(model), "logits": rounded(logits), **training_gradients(make, classes)}
    (GOLDEN / "own-networks.json").write_text(json.dumps(golden) + "\n")
    (GOLDEN / "afn-adam.json").write_text(json.dumps(adam_step()) + "\n")


if __name__ == "__main__":
    main()
