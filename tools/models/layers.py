"""Reference values for packages/models/src/layers/*: python3 tools/models/layers.py

Each layer is written again in PyTorch from its equations, in float64, with weights and inputs from fill.py. Stored are the
output and the gradients of sum(output * cotangent): up to 48 evenly spaced values and the norm of each.
"""

import json
import math
from pathlib import Path

import numpy as np
import torch
from fill import channels_first, fill, given, rounded
from torch import nn
from torch.nn import functional as F

GOLDEN = Path(__file__).resolve().parents[2] / "packages/models/test/golden/layers.json"


def nchw(x):
    return x.movedim(-1, 1)


def nhwc(x):
    return x.movedim(1, -1)


class ChannelsLast(nn.Module):
    """Runs a module of [batch, channels, ...] on [batch, ..., channels]."""

    def __init__(self, **modules):
        super().__init__()
        for name, module in modules.items():
            self.add_module(name, module)
        self.names = list(modules)

    def forward(self, x):
        x = nchw(x)
        for name in self.names:
            x = getattr(self, name)(x)
        return nhwc(x)


class Wrapped(nn.Module):
    """A module of [batch, channels, ...] run on channels last under its own parameter names."""

    def __init__(self, module):
        super().__init__()
        self._module = [module]
        for name, parameter in module.named_parameters(recurse=False):
            self.register_parameter(name, parameter)
        for name, buffer in module.named_buffers(recurse=False):
            self.register_buffer(name, buffer)

    def forward(self, x):
        return nhwc(self._module[0](nchw(x)))


class SelfAttention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x):
        b, n, c = x.shape
        q, k, v = (t.reshape(b, n, self.heads, -1).transpose(1, 2) for t in self.qkv(x).chunk(3, -1))
        weights = (q @ k.transpose(-1, -2) / math.sqrt(c // self.heads)).softmax(-1)
        return self.proj((weights @ v).transpose(1, 2).reshape(b, n, c))


class CrossAttention(nn.MultiheadAttention):
    def forward(self, x, y):
        return super().forward(x, y, y, need_weights=False)[0]


class Mlp(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.fc1 = nn.Linear(width, hidden)
        self.fc2 = nn.Linear(hidden, width)

    def forward(self, x):
        return self.fc2(F.gelu(self.fc1(x)))


class TransformerBlock(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps=1e-6)
        self.attn = SelfAttention(width, heads)
        self.norm2 = nn.LayerNorm(width, eps=1e-6)
        self.mlp = Mlp(width, 4 * width)

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class SqueezeExcitation(nn.Module):
    def __init__(self, channels, hidden):
        super().__init__()
        self.fc1 = nn.Conv2d(channels, hidden, 1)
        self.fc2 = nn.Conv2d(hidden, channels, 1)

    def forward(self, x):
        x = nchw(x)
        gate = torch.sigmoid(self.fc2(torch.relu(self.fc1(x.mean((2, 3), keepdim=True)))))
        return nhwc(x * gate)


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


class GatedFusion(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.gate = nn.Conv2d(2 * channels, channels, 3, padding=1)
        self.agreement = nn.Conv2d(channels, channels, 1)

    def forward(self, a, b):
        a, b = nchw(a), nchw(b)
        g = torch.sigmoid(self.gate(torch.cat([a, b], 1)))
        return nhwc(g * a + (1 - g) * b + self.agreement(a * b))


class ChannelMlp(nn.Module):
    """CBAM's channel gate: the names are given by whoever holds it."""

    def __init__(self, channels, hidden, names):
        super().__init__()
        self.names = names
        self.add_module(names[0], nn.Linear(channels, hidden))
        self.add_module(names[1], nn.Linear(hidden, channels))

    def forward(self, x):
        first, second = (getattr(self, name) for name in self.names)
        mlp = lambda pooled: second(torch.relu(first(pooled)))
        return torch.sigmoid(mlp(x.mean((2, 3))) + mlp(x.amax((2, 3))))[:, :, None, None]


class ConvolutionalAttention(nn.Module):
    def __init__(self, channels, hidden, parallel):
        super().__init__()
        self.parallel = parallel
        self.ChannelGate = nn.Module()
        self.ChannelGate.mlp = ChannelMlp(channels, hidden, ("1", "3"))
        self.SpatialGate = nn.Module()
        self.SpatialGate.spatial = nn.Module()
        self.SpatialGate.spatial.conv = nn.Conv2d(2, 1, 7, padding=3, bias=False)

    def forward(self, x):
        x = nchw(x)
        weighed = x * self.ChannelGate.mlp(x)
        seen = x if self.parallel else weighed
        pooled = torch.cat([seen.amax(1, keepdim=True), seen.mean(1, keepdim=True)], 1)
        placed = seen * torch.sigmoid(self.SpatialGate.spatial.conv(pooled))
        return nhwc(weighed + placed if self.parallel else placed)


class ChannelGatedFusion(nn.Module):
    def __init__(self, channels, hidden):
        super().__init__()
        self.mlp = ChannelMlp(channels, hidden, ("0", "2"))

    def forward(self, a, b):
        a, b = nchw(a), nchw(b)
        g = self.mlp(a + b)
        return nhwc(g * a + (1 - g) * b)


class MultiScaleAttention(nn.Module):
    def __init__(self, channels, ratio=8):
        super().__init__()
        hidden = max(1, channels // ratio)
        self.channel = nn.Sequential(nn.Linear(channels, hidden), nn.ReLU(), nn.Linear(hidden, channels))
        self.spatial = nn.ModuleList(nn.Conv2d(2, 1, k, padding=k // 2, bias=False) for k in (3, 5, 7))

    def forward(self, x):
        x = nchw(x)
        channel = torch.sigmoid(self.channel(x.mean((2, 3))))[:, :, None, None]
        statistics = torch.cat([x.mean(1, keepdim=True), x.amax(1, keepdim=True)], 1)
        return nhwc(x * channel * torch.sigmoid(sum(conv(statistics) for conv in self.spatial)))


class ExpressionProposal(nn.Module):
    """Features of each class, and with `scores` the proposals behind them."""

    def __init__(self, size, classes, factor=None, join="concat", scores=True):
        super().__init__()
        self.join = join
        full = lambda: nn.Linear(size, size)
        factored = lambda: nn.Sequential(nn.Linear(size, factor), nn.Linear(factor, size))
        self.attention = nn.ModuleList(full() if factor is None else factored() for _ in range(classes))
        self.proposal = nn.ModuleList(nn.Linear(size, 1) for _ in range(classes)) if scores else None

    def both(self, z):
        specific = [layer(z).softmax(1) * z * z.shape[1] for layer in self.attention]
        joined = sum(specific) if self.join == "sum" else torch.cat(specific, 1)
        scores = self.proposal and torch.cat([score(s) for score, s in zip(self.proposal, specific)], 1)
        return joined, scores

    def forward(self, z):
        return self.both(z)[0]


class GradientAttention(nn.Module):
    def __init__(self, channels, hidden):
        super().__init__()
        self.spatial = nn.Conv2d(2, 1, 7, padding=3, bias=False)
        self.channel = nn.Sequential(nn.Linear(channels, hidden), nn.ReLU(), nn.Linear(hidden, channels))

    def forward(self, x):
        x = nchw(x)
        c = x.shape[1]
        across = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]], dtype=x.dtype)
        filters = torch.stack([across, across.t()])[:, None].repeat(c, 1, 1, 1)
        gradients = F.conv2d(x, filters, padding=1, groups=c).reshape(x.shape[0], c, 2, *x.shape[2:])
        m = torch.sqrt(gradients.pow(2).sum(2) + 1e-6)
        statistics = torch.cat([m.mean(1, keepdim=True), m.amax(1, keepdim=True)], 1)
        spatial = torch.sigmoid(self.spatial(statistics))
        channel = torch.sigmoid(self.channel(m.mean((2, 3))))[:, :, None, None]
        return nhwc(x + x * spatial * channel)


class ContinuousAttention(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Conv2d(2, 1, 1, bias=False), nn.BatchNorm2d(1))

    def forward(self, x, before):
        x, before = nchw(x), nchw(before)
        statistics = torch.cat([x.mean(1, keepdim=True), x.amax(1, keepdim=True)], 1)
        attention = before * torch.sigmoid(super().forward(statistics))
        return nhwc(x * attention)


class MagnitudeModulation(nn.Module):
    def __init__(self):
        super().__init__()
        for name in ("a", "b", "k", "tau"):
            self.register_parameter(name, nn.Parameter(torch.zeros(1)))

    def forward(self, x, magnitude):
        m = F.interpolate(nchw(magnitude), x.shape[1:3], mode="bilinear", antialias=True)
        above = F.softplus(self.k) * (m - self.tau)
        factor = 1 + F.softplus(self.a) * torch.sigmoid(above) - torch.sigmoid(self.b) * torch.sigmoid(-above)
        return x * nhwc(factor)


class RankPooling(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.embed = nn.Linear(width, hidden, bias=False)
        self.score = nn.Linear(hidden, 1, bias=False)

    def forward(self, z):
        s = self.score(torch.tanh(self.embed(z)))[:, :, 0]
        r = s - s.mean(1, keepdim=True)
        return ((r / r.norm(dim=1, keepdim=True))[:, :, None] * z).sum(1)


class DepthwiseNamed(nn.Module):
    """A depthwise convolution called conv."""

    def __init__(self, channels, size):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, size, padding=size // 2, groups=channels)

    def forward(self, x):
        return nhwc(self.conv(nchw(x)))


class Retention(nn.Module):
    """Retention written place by place: explicit rotation matrices and an explicit decay per pair of places."""

    def __init__(self, channels, heads, axes, initial=2, reach=4):
        super().__init__()
        self.heads, self.axes, self.initial, self.reach = heads, axes, initial, reach
        self.q_proj = nn.Linear(channels, channels)
        self.k_proj = nn.Linear(channels, channels)
        self.v_proj = nn.Linear(channels, channels)
        self.lepe = DepthwiseNamed(channels, 5)
        self.out_proj = nn.Linear(channels, channels)

    def forward(self, x):
        b, h, w, c = x.shape
        d = c // self.heads
        angles = 1.0 / (10000 ** torch.linspace(0, 1, d // 2)).double()
        turns = torch.zeros(h * w, d, d, dtype=x.dtype)
        for place in range(h * w):
            for pair, angle in enumerate(angles):
                t = place * angle
                i = 2 * pair
                turns[place, i, i], turns[place, i, i + 1] = torch.cos(t), -torch.sin(t)
                turns[place, i + 1, i], turns[place, i + 1, i + 1] = torch.sin(t), torch.cos(t)

        def split(t):
            return t.reshape(b, h * w, self.heads, d)

        q = torch.einsum("pij,bpnj->bpni", turns, split(self.q_proj(x))).reshape(b, h, w, self.heads, d)
        k = torch.einsum("pij,bpnj->bpni", turns, split(self.k_proj(x) / math.sqrt(d))).reshape(b, h, w, self.heads, d)
        v = self.v_proj(x)
        values = v.reshape(b, h, w, self.heads, d)
        head = torch.arange(self.heads, dtype=x.dtype)
        decay = torch.log(1 - 2 ** (-self.initial - self.reach * head / self.heads))
        rows, columns = torch.arange(h).double(), torch.arange(w).double()
        tall, wide = (rows[:, None] - rows).abs(), (columns[:, None] - columns).abs()
        if self.axes:
            scores = torch.einsum("bhwnd,bhvnd->bhnwv", q, k) + decay[:, None, None] * wide
            values = torch.einsum("bhnwv,bhvnd->bhwnd", scores.softmax(-1), values)
            scores = torch.einsum("bhwnd,bgwnd->bwnhg", q, k) + decay[:, None, None] * tall
            values = torch.einsum("bwnhg,bgwnd->bhwnd", scores.softmax(-1), values)
        else:
            gap = tall[:, None, :, None] + wide[None, :, None, :]
            scores = torch.einsum("bhwnd,bgvnd->bnhwgv", q, k) + decay[:, None, None, None, None] * gap
            weights = scores.flatten(-2).softmax(-1).reshape(scores.shape)
            values = torch.einsum("bnhwgv,bgvnd->bhwnd", weights, values)
        return self.out_proj(values.reshape(b, h, w, c) + self.lepe(v))


class RetentionFeedForward(nn.Module):
    def __init__(self, channels, hidden):
        super().__init__()
        self.fc1 = nn.Linear(channels, hidden)
        self.fc2 = nn.Linear(hidden, channels)
        self.dwconv = DepthwiseNamed(hidden, 3)

    def forward(self, x):
        h = F.gelu(self.fc1(x))
        return self.fc2(h + self.dwconv(h))


class RetentionBlock(nn.Module):
    def __init__(self, channels, heads, axes):
        super().__init__()
        self.retention_layer_norm = nn.LayerNorm(channels, eps=1e-6)
        self.retention = Retention(channels, heads, axes)
        self.final_layer_norm = nn.LayerNorm(channels, eps=1e-6)
        self.ffn = RetentionFeedForward(channels, 3 * channels)
        self.pos = DepthwiseNamed(channels, 3)

    def forward(self, x):
        x = x + self.pos(x)
        x = x + self.retention(self.retention_layer_norm(x))
        return x + self.ffn(self.final_layer_norm(x))


class PatchProjection(nn.Module):
    def __init__(self, channels, filters, stride):
        super().__init__()
        self.stride = stride
        if stride != 1 or channels != filters:
            self.conv = nn.Conv2d(channels, filters, 1, bias=False)
            self.norm = nn.BatchNorm2d(filters)

    def forward(self, x):
        if self.stride != 1:
            x = F.avg_pool2d(x, 2, 2)
        return self.norm(self.conv(x)) if hasattr(self, "conv") else x


class Mixer(nn.Module):
    def __init__(self, filters):
        super().__init__()
        self.group_conv3x3 = nn.Conv2d(filters, filters, 3, padding=1, bias=False)

    def forward(self, x):
        return self.group_conv3x3(x)


class ConvMlp(nn.Module):
    def __init__(self, filters, hidden):
        super().__init__()
        self.conv1 = nn.Conv2d(filters, hidden, 1)
        self.conv2 = nn.Conv2d(hidden, filters, 1)

    def forward(self, x):
        return self.conv2(torch.relu(self.conv1(x)))


class LocalFeatureBlock(nn.Module):
    def __init__(self, channels, filters, stride):
        super().__init__()
        self.patch_embed = PatchProjection(channels, filters, stride)
        self.mhca = Mixer(filters)
        self.norm = nn.BatchNorm2d(filters)
        self.mlp = ConvMlp(filters, 3 * filters)

    def forward(self, x):
        x = self.patch_embed(nchw(x))
        x = x + self.mhca(x)
        return nhwc(x + self.mlp(self.norm(x)))


class ReducedAttention(nn.Module):
    def __init__(self, channels, each, size):
        super().__init__()
        self.each, self.size = each, size
        for name in ("q", "k", "v", "proj"):
            self.add_module(name, nn.Linear(channels, channels))
        self.norm = nn.BatchNorm1d(channels)

    def forward(self, x):
        b, n, c = x.shape
        fewer = self.norm(F.avg_pool1d(x.transpose(1, 2), self.each)).transpose(1, 2)
        q, k, v = (
            t.reshape(b, -1, c // self.size, self.size).transpose(1, 2)
            for t in (self.q(x), self.k(fewer), self.v(fewer))
        )
        weights = (q @ k.transpose(-1, -2) * self.size**-0.5).softmax(-1)
        return self.proj((weights @ v).transpose(1, 2).reshape(b, n, c))


class GlobalFeatureBlock(nn.Module):
    def __init__(self, channels, filters, attended, each):
        super().__init__()
        self.patch_embed = PatchProjection(channels, attended, 2)
        self.norm1 = nn.BatchNorm2d(attended)
        self.e_mhsa = ReducedAttention(attended, each, 8)
        self.projection = PatchProjection(attended, filters - attended, 1)
        self.mhca = Mixer(filters - attended)
        self.norm2 = nn.BatchNorm2d(filters)
        self.mlp = ConvMlp(filters, 2 * filters)

    def forward(self, x):
        x = self.patch_embed(nchw(x))
        tokens = self.norm1(x).flatten(2).transpose(1, 2)
        x = x + self.e_mhsa(tokens).transpose(1, 2).reshape(x.shape)
        other = self.projection(x)
        x = torch.cat([x, other + self.mhca(other)], 1)
        return nhwc(x + self.mlp(self.norm2(x)))


class LastState(nn.GRU):
    def forward(self, x):
        return super().forward(x)[1][0]


class Unpooled(nn.Module):
    """Maximum pooling and its inverse, on a ReLU so that equal values occur."""

    def forward(self, x):
        y, places = F.max_pool2d(torch.relu(nchw(x)), 2, return_indices=True)
        return nhwc(F.max_unpool2d(y * y, places, 2))


class Position(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.table = nn.Parameter(torch.zeros(shape))

    def forward(self, x):
        return x + self.table


MAPS = (2, 6, 6, 8)
CASES = {
    "conv2d": (Wrapped(nn.Conv2d(8, 4, (3, 5), stride=2, padding=(1, 2))), [MAPS]),
    "conv2dGroups": (Wrapped(nn.Conv2d(8, 4, 3, padding=1, groups=2)), [MAPS]),
    "depthwiseConv2d": (Wrapped(nn.Conv2d(8, 8, 3, stride=2, padding=1, groups=8)), [MAPS]),
    "conv2dTranspose": (Wrapped(nn.ConvTranspose2d(8, 4, 4, stride=2, padding=1)), [MAPS]),
    "linear": (nn.Linear(8, 4), [(2, 5, 8)]),
    "batchNormalization": (Wrapped(nn.BatchNorm2d(8)), [MAPS]),
    "layerNormalization": (nn.LayerNorm(8), [(2, 5, 8)]),
    "gelu": (nn.GELU(), [MAPS]),
    "swish": (nn.SiLU(), [MAPS]),
    "maxPool2d": (Wrapped(nn.MaxPool2d(3, 2, 1)), [MAPS]),
    "avgPool2d": (Wrapped(nn.AvgPool2d(3, 2, 1)), [MAPS]),
    "adaptiveAvgPool2d": (Wrapped(nn.AdaptiveAvgPool2d((5, 4))), [MAPS]),
    "resizeBilinear2d": (Wrapped(nn.Upsample((4, 9), mode="bilinear")), [MAPS]),
    "selfAttention": (SelfAttention(8, 2), [(2, 5, 8)]),
    "crossAttention": (CrossAttention(8, 2, batch_first=True), [(2, 5, 8), (2, 3, 8)]),
    "transformerBlock": (TransformerBlock(8, 2), [(2, 5, 8)]),
    "squeezeExcitation": (SqueezeExcitation(8, 2), [MAPS]),
    "adaptiveFusion": (AdaptiveFusion(16), [(3, 16), (3, 16)]),
    "gatedFusion": (GatedFusion(8), [MAPS, MAPS]),
    "convolutionalAttention": (ConvolutionalAttention(8, 2, False), [MAPS]),
    "convolutionalAttentionParallel": (ConvolutionalAttention(8, 2, True), [MAPS]),
    "channelGatedFusion": (ChannelGatedFusion(8, 2), [MAPS, MAPS]),
    "multiScaleAttention": (MultiScaleAttention(8, 4), [MAPS]),
    "expressionProposal": (ExpressionProposal(8, 3, scores=False), [(4, 8)]),
    "expressionProposalFactored": (ExpressionProposal(8, 3, 2, "sum", False), [(4, 8)]),
    "gradientAttention": (GradientAttention(8, 4), [MAPS]),
    "continuousAttention": (ContinuousAttention(), [MAPS, (2, 6, 6, 1)]),
    "magnitudeModulation": (MagnitudeModulation(), [MAPS, (2, 12, 12, 1)]),
    "rankPooling": (RankPooling(8, 4), [(2, 5, 8)]),
    "retentionPlane": (Retention(8, 2, False), [(2, 3, 4, 8)]),
    "retentionAxes": (Retention(8, 2, True), [(2, 3, 4, 8)]),
    "retentionBlock": (RetentionBlock(8, 2, False), [(2, 3, 4, 8)]),
    "localFeatureBlock": (LocalFeatureBlock(8, 32, 2), [MAPS]),
    "globalFeatureBlock": (GlobalFeatureBlock(8, 128, 96, 4), [(2, 8, 8, 8)]),
    "gru": (LastState(6, 4, batch_first=True), [(2, 5, 6)]),
    "maxUnpool2d": (Unpooled(), [MAPS]),
}


def sample(tensor):
    flat = tensor.detach().reshape(-1)
    step = max(1, -(-flat.numel() // 48))
    return {"count": flat.numel(), "norm": rounded(flat.norm().reshape(1), 9)[0], "values": rounded(flat[::step], 8)}


def main():
    golden = {}
    for name, (module, shapes) in CASES.items():
        root = nn.Module()
        root.add_module("layer", module)
        fill(root)
        if isinstance(module, Wrapped):
            module._module[0].double()
        module.double().train()
        if isinstance(module, Wrapped):
            inner = module._module[0]
            for key, parameter in module.named_parameters(recurse=False):
                inner._parameters[key] = parameter
            for key in list(inner._buffers):
                inner._buffers[key] = module._buffers[key]
            inner.train()
        inputs = [
            torch.from_numpy(given(f"{name}/{index}", shape).astype(np.float64)).requires_grad_()
            for index, shape in enumerate(shapes)
        ]
        output = module(*inputs)
        cotangent = torch.from_numpy(given(f"{name}/cotangent", tuple(output.shape)).astype(np.float64))
        (output * cotangent).sum().backward()
        golden[name] = {
            "inputs": [list(shape) for shape in shapes],
            "shape": list(output.shape),
            "output": sample(output),
            "inputGradients": [sample(x.grad) for x in inputs],
            "gradients": {f"layer.{key}": sample(p.grad) for key, p in module.named_parameters()},
        }
    GOLDEN.write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()
