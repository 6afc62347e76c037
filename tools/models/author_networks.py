"""Reference values for networks with author code (MMNet, TSFmicro, LEARNet, OFF-ApexNet, RCN-A, HTNet, FDP):
python3 tools/models/author_networks.py

Each is written again in PyTorch from its layer table, with the authors' parameter names, narrow, with weights from fill.py.
"""

import json
import math
import sys
from pathlib import Path

import torch
from fill import channels_first, described, fill, given, rounded, values
from torch import nn
from torch.nn import functional as F

GOLDEN = Path(__file__).resolve().parents[2] / "packages/models/test/golden"


def holder(**modules):
    """A module that only holds others under given names, with dots for nesting."""
    root = nn.Module()
    for name, module in modules.items():
        root.add_module(name, module)
    return root


class Named(nn.Module):
    """A module whose children have any names, digits and dots included."""

    def put(self, path, module):
        *parents, last = path.split(".")
        at = self
        for name in parents:
            if name not in at._modules:
                at.add_module(name, nn.Module())
            at = at._modules[name]
        at.add_module(last, module)

    def at(self, path):
        found = self
        for name in path.split("."):
            found = found._modules[name]
        return found


# MMNet and TSFmicro


class PositionBranch(Named):
    """The onset frame as tokens: pre-norm blocks with four heads."""

    def __init__(self, grid, width, depth=2, expansion=4):
        super().__init__()
        self.grid, self.width, self.depth = grid, width, depth
        self.put("patch_embed.proj", nn.Conv2d(3, width, 1))
        self.pos_embed = nn.Parameter(torch.zeros(1, grid * grid, width))
        for n in range(depth):
            self.put(f"blocks.{n}.norm1", nn.LayerNorm(width, eps=1e-6))
            self.put(f"blocks.{n}.attn.qkv", nn.Linear(width, 3 * width))
            self.put(f"blocks.{n}.attn.proj", nn.Linear(width, width))
            self.put(f"blocks.{n}.norm2", nn.LayerNorm(width, eps=1e-6))
            self.put(f"blocks.{n}.mlp.fc1", nn.Linear(width, expansion * width))
            self.put(f"blocks.{n}.mlp.fc2", nn.Linear(expansion * width, width))
        self.norm = nn.LayerNorm(width, eps=1e-6)

    def forward(self, image, added=None):
        x = F.interpolate(image, (self.grid, self.grid), mode="bilinear")
        x = self.at("patch_embed.proj")(x).flatten(2).transpose(1, 2) + self.pos_embed
        b, n, c = x.shape
        for number in range(self.depth):
            part = lambda name: self.at(f"blocks.{number}.{name}")
            q, k, v = (
                t.reshape(b, n, 4, c // 4).transpose(1, 2)
                for t in part("attn.qkv")(part("norm1")(x)).chunk(3, -1)
            )
            mixed = (q @ k.transpose(-1, -2) / math.sqrt(c // 4)).softmax(-1) @ v
            x = x + part("attn.proj")(mixed.transpose(1, 2).reshape(b, n, c))
            x = x + part("mlp.fc2")(F.gelu(part("mlp.fc1")(part("norm2")(x))))
        if added is not None:
            x = x + added.flatten(2).transpose(1, 2)
        return self.norm(x).transpose(1, 2).reshape(b, c, self.grid, self.grid)


def unused_positions(width, prefix="vit_pos."):
    return {
        f"{prefix}cls_token": [1, 1, width],
        f"{prefix}head.weight": [5, width],
        f"{prefix}head.bias": [5],
        f"{prefix}to_Mask.0.weight": [1, width],
        f"{prefix}to_Mask.0.bias": [1],
    }


class MmNet(Named):
    def __init__(self, size=64, stem=12, widths=(8, 8, 16, 32), classes=5, depth=2, expansion=4):
        super().__init__()
        self.put("conv_act.0", nn.Conv2d(3, stem, 3, 2, 1, bias=False))
        self.put("conv_act.1", nn.BatchNorm2d(stem))
        self.vit_pos = PositionBranch(size // 16, widths[3], depth, expansion)
        self.put("main_branch.conv1", nn.Conv2d(stem, widths[0], 3, 1, 1, bias=False))
        self.put("main_branch.bn1", nn.BatchNorm2d(widths[0]))
        inputs = widths[0]
        for n, outputs in enumerate(widths, start=1):
            name = f"main_branch.layer{n}.0"
            stride = 1 if n == 1 else 2
            self.put(f"{name}.conv1", nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False))
            self.put(f"{name}.bn1", nn.BatchNorm2d(outputs))
            self.put(f"{name}.conv2", nn.Conv2d(outputs, outputs, 1, bias=False))
            self.put(f"{name}.bn2", nn.BatchNorm2d(outputs))
            self.put(f"{name}.attn.0", nn.Conv2d(2, 1, 1, bias=False))
            self.put(f"{name}.attn.1", nn.BatchNorm2d(1))
            if n > 1:
                self.put(f"{name}.downsample.0", nn.Conv2d(inputs, outputs, 1, stride, bias=False))
                self.put(f"{name}.downsample.1", nn.BatchNorm2d(outputs))
            inputs = outputs
        self.put("main_branch.fc", nn.Linear(widths[3] * (size // 16) ** 2, classes))

    def forward(self, onset, apex):
        x = torch.relu(self.at("conv_act.1")(self.at("conv_act.0")(apex - onset)))
        x = torch.relu(self.at("main_branch.bn1")(self.at("main_branch.conv1")(x)))
        before = None
        for n in range(1, 5):
            part = lambda name: self.at(f"main_branch.layer{n}.0.{name}")
            y = torch.relu(part("bn1")(part("conv1")(x)))
            y = part("bn2")(part("conv2")(y))
            kept = x if n == 1 else part("downsample.1")(part("downsample.0")(x))
            y = torch.relu(y + kept)
            seen = torch.cat([y.mean(1, keepdim=True), y.amax(1, keepdim=True)], 1)
            attention = torch.sigmoid(part("attn.1")(part("attn.0")(seen)))
            if before is not None:
                attention = F.max_pool2d(before, 3, 2, 1) * attention
            x, before = y * attention, attention
        return self.at("main_branch.fc")((x + self.vit_pos(onset)).flatten(1))


class RetentionNet(Named):
    """Stem, four stages of retention blocks and classifier; which parts exist is chosen by the fusion."""

    heads = 2

    def __init__(self, widths, depths, projection, classes, stem=True, head=True):
        super().__init__()
        self.widths, self.depths = widths, depths
        if stem:
            put_stem(self, "patch_embed", widths[0])
        for s, (width, depth) in enumerate(zip(widths, depths)):
            for n in range(depth):
                name = f"layers.{s}.blocks.{n}"
                self.put(f"{name}.retention_layer_norm", nn.LayerNorm(width, eps=1e-6))
                for part in ("q_proj", "k_proj", "v_proj", "out_proj"):
                    self.put(f"{name}.retention.{part}", nn.Linear(width, width))
                self.put(f"{name}.retention.lepe.conv", nn.Conv2d(width, width, 5, 1, 2, groups=width))
                self.put(f"{name}.final_layer_norm", nn.LayerNorm(width, eps=1e-6))
                self.put(f"{name}.ffn.fc1", nn.Linear(width, 3 * width))
                self.put(f"{name}.ffn.fc2", nn.Linear(3 * width, width))
                self.put(f"{name}.ffn.dwconv.conv", nn.Conv2d(3 * width, 3 * width, 3, 1, 1, groups=3 * width))
                self.put(f"{name}.pos.conv", nn.Conv2d(width, width, 3, 1, 1, groups=width))
            if s < 3:
                self.put(f"layers.{s}.downsample.reduction", nn.Conv2d(width, widths[s + 1], 3, 2, 1))
                self.put(f"layers.{s}.downsample.norm", nn.BatchNorm2d(widths[s + 1]))
        if head:
            put_head(self, widths[3], projection, classes)

    def stages(self, x):
        for s, depth in enumerate(self.depths):
            for n in range(depth):
                x = self.block(x, s, n)
            if s < 3:
                x = self.at(f"layers.{s}.downsample.norm")(self.at(f"layers.{s}.downsample.reduction")(x))
        return x

    def block(self, x, s, n):
        part = lambda name: self.at(f"layers.{s}.blocks.{n}.{name}")
        x = (x + part("pos.conv")(x)).permute(0, 2, 3, 1)
        x = x + self.retention(part("retention_layer_norm")(x), part, s)
        h = F.gelu(part("ffn.fc1")(part("final_layer_norm")(x)))
        h = h + part("ffn.dwconv.conv")(h.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
        return (x + part("ffn.fc2")(h)).permute(0, 3, 1, 2)

    def retention(self, x, part, s):
        b, h, w, c = x.shape
        d = c // self.heads
        angle = 1.0 / (10000 ** torch.linspace(0, 1, d // 2))
        turn = torch.arange(h * w)[:, None] * angle
        turn = torch.polar(torch.ones_like(turn), turn).reshape(h, w, 1, d // 2)

        def rotated(t):
            pairs = torch.view_as_complex(t.reshape(b, h, w, self.heads, d // 2, 2).contiguous())
            return torch.view_as_real(pairs * turn).flatten(-2)

        q, k = rotated(part("retention.q_proj")(x)), rotated(part("retention.k_proj")(x) / math.sqrt(d))
        v = part("retention.v_proj")(x)
        near = v.reshape(b, h, w, self.heads, d)
        reach = 4 if s < 2 else 6
        decay = torch.log(1 - 2 ** (-2 - reach * torch.arange(self.heads) / self.heads))
        rows, columns = torch.arange(h), torch.arange(w)
        tall, wide = (rows[:, None] - rows).abs(), (columns[:, None] - columns).abs()
        if s < 2:
            scores = torch.einsum("bhwnd,bhvnd->bhnwv", q, k) + decay[:, None, None] * wide
            near = torch.einsum("bhnwv,bhvnd->bhwnd", scores.softmax(-1), near)
            scores = torch.einsum("bhwnd,bgwnd->bwnhg", q, k) + decay[:, None, None] * tall
            near = torch.einsum("bwnhg,bgwnd->bhwnd", scores.softmax(-1), near)
        else:
            gap = (tall[:, None, :, None] + wide[None, :, None, :]).reshape(h * w, h * w)
            q, k, near = (t.reshape(b, h * w, self.heads, d).transpose(1, 2) for t in (q, k, near))
            scores = q @ k.transpose(-1, -2) + decay[:, None, None] * gap
            near = (scores.softmax(-1) @ near).transpose(1, 2).reshape(b, h, w, self.heads, d)
        lepe = part("retention.lepe.conv")(v.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
        return part("retention.out_proj")(near.reshape(b, h, w, c) + lepe)


def put_stem(module, name, width):
    for n, (inputs, outputs) in enumerate(((3, width // 2), (width // 2, width // 2), (width // 2, width), (width, width))):
        module.put(f"{name}.proj.{3 * n}", nn.Conv2d(inputs, outputs, 3, 2 if n == 0 else 1, 1))
        module.put(f"{name}.proj.{3 * n + 1}", nn.BatchNorm2d(outputs))


def run_stem(module, name, x):
    for n in range(4):
        x = module.at(f"{name}.proj.{3 * n + 1}")(module.at(f"{name}.proj.{3 * n}")(x))
        if n < 3:
            x = F.gelu(x)
    return x


def put_head(module, width, projection, classes):
    module.put("proj", nn.Linear(width, projection))
    module.put("norm", nn.BatchNorm2d(projection))
    module.put("head", nn.Linear(projection, classes))


def run_head(module, x):
    x = module.at("proj")(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
    return module.at("head")(F.silu(module.at("norm")(x)).mean((2, 3)))


class TsfMicro(Named):
    def __init__(self, fusion, size=64, widths=(8, 8, 16, 16), depths=(1, 1, 2, 1), projection=24, classes=5):
        super().__init__()
        self.fusion = fusion
        late = fusion == "temporal-to-spatial"
        self.main_branch = RetentionNet(widths, depths, projection, classes, fusion != "early", not late)
        if fusion == "early":
            put_stem(self, "ConvStem_T", widths[0])
            put_stem(self, "ConvStem_S", widths[0])
        else:
            self.vit_pos = PositionBranch(size // 16, widths[3])
        if late:
            put_head(self, widths[3], projection, classes)
        if fusion in ("spatial-to-temporal", "residual"):
            for n in (1, 2, 3):
                self.put(f"transposed_conv{n}", nn.ConvTranspose2d(widths[4 - n], widths[3 - n], 4, 2, 1))

    def forward(self, onset, apex):
        main, motion = self.main_branch, apex - onset
        if self.fusion == "early":
            x = run_stem(self, "ConvStem_S", motion) + run_stem(self, "ConvStem_T", onset)
            return run_head(main, main.stages(x))
        x = run_stem(main, "patch_embed", motion)
        if self.fusion == "temporal-to-spatial":
            return run_head(self, self.vit_pos(onset, main.stages(x)))
        where = self.vit_pos(onset)
        if self.fusion == "parallel":
            return run_head(main, main.stages(x) + where)
        large = where
        for n in (1, 2, 3):
            large = self.at(f"transposed_conv{n}")(large)
        x = main.stages(x + large)
        return run_head(main, x + where if self.fusion == "residual" else x)


def relative_positions(widths=(8, 8, 16, 16)):
    found = {}
    for s, width in enumerate(widths):
        found[f"main_branch.layers.{s}.Relpos.angle"] = [width // 2]
        found[f"main_branch.layers.{s}.Relpos.decay"] = [2]
    return found


# LEARNet


def same(x, kernel, stride=2):
    """TensorFlow's padding: the odd row and column at the end."""
    pads = []
    for size in (x.shape[3], x.shape[2]):
        total = max(0, (math.ceil(size / stride) - 1) * stride + kernel - size)
        pads += [total // 2, total - total // 2]
    return F.pad(x, pads)


class LearNet(Named):
    def __init__(self, width=4, hidden=12, cells=9, classes=5):
        super().__init__()
        self.put("Conv_S", nn.Conv2d(3, width, 3, 2))
        for n in (1, 2, 3, 4):
            self.put(f"Conv_{n}_1", nn.Conv2d(width, width, 1, 2))
            self.put(f"Conv_{n}_2", nn.Conv2d(width, 2 * width, 3, 2))
            self.put(f"Conv_{n}_3" if n % 2 else f"Conv_x_{n}", nn.Conv2d(2 * width, 4 * width, 5, 2))
        for name, size in (("r11", 1), ("r12", 2), ("r13", 1), ("r14", 2), ("X", 16)):
            self.put(f"batch_{name}", nn.BatchNorm2d(size * width, eps=1e-3, momentum=0.01))
        self.put("Conv_5_1", nn.Conv2d(16 * width, 16 * width, 3, 2))
        self.put("FC1", nn.Linear(16 * width * cells, hidden))
        self.put("out", nn.Linear(hidden, classes))

    def conv(self, name, x):
        layer = self.at(name)
        return torch.relu(layer(same(x, layer.kernel_size[0])))

    def forward(self, x):
        s = self.conv("Conv_S", x)
        branches = []
        for plain, other, norms in ((1, 2, ("r11", "r12")), (3, 4, ("r13", "r14"))):
            a = self.conv(f"Conv_{plain}_1", s)
            b = self.conv(f"Conv_{plain}_2", a)
            branches.append(self.conv(f"Conv_{plain}_3", b))
            y = self.at(f"batch_{norms[0]}")(a + self.conv(f"Conv_{other}_1", s))
            y = self.at(f"batch_{norms[1]}")(b + self.conv(f"Conv_{other}_2", y))
            branches.append(self.conv(f"Conv_x_{other}", y))
        x = self.conv("Conv_5_1", self.at("batch_X")(torch.cat(branches, 1)))
        x = x.permute(0, 2, 3, 1).flatten(1)
        return self.at("out")(torch.relu(self.at("FC1")(x)))


# OFF-ApexNet


class OffApexNet(Named):
    def __init__(self, hidden=32, classes=3):
        super().__init__()
        for n in (1, 2):
            self.put(f"cnn{n}.conv1", nn.Conv2d(1, 6, 5, 1, 2))
            self.put(f"cnn{n}.conv2", nn.Conv2d(6, 16, 5, 1, 2))
        for index, (inputs, outputs) in {0: (1568, hidden), 3: (hidden, hidden), 6: (hidden, classes)}.items():
            self.put(f"dense.{index}", nn.Linear(inputs, outputs))

    def forward(self, x):
        streams = []
        for n in (1, 2):
            y = x[:, n - 1 : n]
            for layer in ("conv1", "conv2"):
                y = F.max_pool2d(torch.relu(self.at(f"cnn{n}.{layer}")(y)), 2)
            streams.append(y.flatten(1))
        x = torch.cat(streams, 1)
        x = torch.relu(self.at("dense.3")(torch.relu(self.at("dense.0")(x))))
        return self.at("dense.6")(x)


# RCN-A


class RcnA(Named):
    def __init__(self, width=8, grid=5, classes=3):
        super().__init__()
        self.grid, self.classes = grid, classes
        self.put("conv1.0", nn.Conv2d(3, width, 5))
        self.put("conv1.1", nn.BatchNorm2d(width))
        for path, size in (("ffconv", 1), ("rrconv", 3)):
            self.put(f"rcls.0.{path}.0", nn.Conv2d(width, width, size, padding=size // 2))
            self.put(f"rcls.0.{path}.1", nn.BatchNorm2d(width))
        self.put("classifier", nn.Linear(width * grid * grid, classes))

    def path(self, name, x):
        return torch.relu(self.at(f"rcls.0.{name}.1")(self.at(f"rcls.0.{name}.0")(x)))

    def forward(self, x):
        x = F.max_pool2d(torch.relu(self.at("conv1.1")(self.at("conv1.0")(x))), 2)
        early = F.adaptive_avg_pool2d(x, self.grid)
        y = self.path("ffconv", x)
        for _ in range(2):
            y = self.path("rrconv", x + y)
        late = F.adaptive_avg_pool2d(F.max_pool2d(y, 2), self.grid)
        weight = self.at("classifier").weight.reshape(self.classes, -1, self.grid, self.grid)
        maps = (weight[None] * early[:, None]).mean(2)
        maps = maps - maps.amin((2, 3), keepdim=True)
        attention = (maps / maps.amax((2, 3), keepdim=True)).mean(1, keepdim=True)
        return self.at("classifier")((late * attention).flatten(1))


# HTNet


class ChannelNorm(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.g = nn.Parameter(torch.ones(1, size, 1, 1))
        self.b = nn.Parameter(torch.zeros(1, size, 1, 1))

    def forward(self, x):
        variance, mean = torch.var_mean(x, dim=1, unbiased=False, keepdim=True)
        return (x - mean) / torch.sqrt(variance + 1e-5) * self.g + self.b


class HtNet(Named):
    def __init__(self, size=28, patch=7, width=10, heads=3, depths=(1, 2, 1), classes=3):
        super().__init__()
        self.patch, self.heads, self.depths = patch, heads, depths
        self.put("to_patch_embedding.1", nn.Conv2d(3 * patch * patch, width, 1))
        places = (size // patch // 2 ** (len(depths) - 1)) ** 2
        for level, depth in enumerate(depths):
            c, h = width * 2**level, heads * 2**level
            inner = c // h * h
            name = f"layers.{level}.0"
            for n in range(depth):
                self.put(f"{name}.layers.{n}.0.norm", ChannelNorm(c))
                self.put(f"{name}.layers.{n}.0.fn.to_qkv", nn.Conv2d(c, 3 * inner, 1, bias=False))
                self.put(f"{name}.layers.{n}.0.fn.to_out.0", nn.Conv2d(inner, c, 1))
                self.put(f"{name}.layers.{n}.1.norm", ChannelNorm(c))
                self.put(f"{name}.layers.{n}.1.fn.net.0", nn.Conv2d(c, 4 * c, 1))
                self.put(f"{name}.layers.{n}.1.fn.net.3", nn.Conv2d(4 * c, c, 1))
            self.at(name).register_parameter("pos_emb", nn.Parameter(torch.zeros(places)))
            if level < len(depths) - 1:
                self.put(f"layers.{level}.1.0", nn.Conv2d(c, 2 * c, 3, padding=1))
                self.put(f"layers.{level}.1.1", ChannelNorm(2 * c))
        self.put("mlp_head.0", ChannelNorm(c))
        self.put("mlp_head.2", nn.Linear(c, classes))

    def forward(self, x):
        b, _, size, _ = x.shape
        side = size // self.patch
        x = x.reshape(b, 3, side, self.patch, side, self.patch).permute(0, 3, 5, 1, 2, 4)
        x = self.at("to_patch_embedding.1")(x.reshape(b, -1, side, side))
        for level, depth in enumerate(self.depths):
            x = self.level(x, level, depth, 2 ** (len(self.depths) - 1 - level))
            if level < len(self.depths) - 1:
                x = self.at(f"layers.{level}.1.1")(self.at(f"layers.{level}.1.0")(x))
                x = F.max_pool2d(x, 3, 2, 1)
        return self.at("mlp_head.2")(self.at("mlp_head.0")(x).mean((2, 3)))

    def level(self, x, level, depth, blocks):
        heads = self.heads * 2**level
        result = torch.zeros_like(x)
        rows = x.shape[2] // blocks
        for i in range(blocks):
            for j in range(blocks):
                here = (slice(None), slice(None), slice(i * rows, (i + 1) * rows), slice(j * rows, (j + 1) * rows))
                y = x[here] + self.at(f"layers.{level}.0").pos_emb.reshape(1, 1, rows, rows)
                for n in range(depth):
                    part = lambda name: self.at(f"layers.{level}.0.layers.{n}.{name}")
                    y = y + self.attention(part("0.norm")(y), part, heads)
                    y = y + part("1.fn.net.3")(F.gelu(part("1.fn.net.0")(part("1.norm")(y))))
                result[here] = y
        return result

    def attention(self, x, part, heads):
        b, _, rows, columns = x.shape
        q, k, v = (
            t.reshape(b, heads, -1, rows * columns).transpose(2, 3) for t in part("0.fn.to_qkv")(x).chunk(3, 1)
        )
        mixed = (q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])).softmax(-1) @ v
        return part("0.fn.to_out.0")(mixed.transpose(2, 3).reshape(b, -1, rows, columns))


# FDP


def divisible(value):
    near = max(32, int(value + 16) // 32 * 32)
    return near + 32 if near < 0.9 * value else near


class Frames(Named):
    """The network of one frame: stem, local blocks, in the paper's variant a global block per stage."""

    def __init__(self, stem, depths, local, wide, reductions, size, with_global):
        super().__init__()
        inputs = 1
        for n, outputs in enumerate((stem[0], stem[1], stem[2], stem[2])):
            self.put(f"stem.{n}.conv", nn.Conv2d(inputs, outputs, 3, 2 if n in (0, 3) else 1, 1, bias=False))
            self.put(f"stem.{n}.norm", nn.BatchNorm2d(outputs))
            inputs = outputs
        self.plan = []
        for stage, depth in enumerate(depths):
            for n in range(depth + with_global):
                stride = 2 if stage > 0 and n == 0 else 1
                index = len(self.plan)
                if n < depth:
                    self.put_local(f"features.{index}", inputs, local[stage], stride)
                    inputs = local[stage]
                    self.plan.append((stride, None))
                else:
                    self.put_global(f"features.{index}", inputs, wide[stage], stride, reductions[stage])
                    inputs = wide[stage]
                    self.plan.append((stride, reductions[stage]))
        self.norm = nn.BatchNorm2d(inputs)
        self.put("proj_head.0", nn.Linear(inputs, size))

    def put_patch(self, name, inputs, outputs, stride):
        if stride != 1 or inputs != outputs:
            self.put(f"{name}.conv", nn.Conv2d(inputs, outputs, 1, bias=False))
            self.put(f"{name}.norm", nn.BatchNorm2d(outputs))

    def put_mlp(self, name, channels, hidden):
        self.put(f"{name}.conv1", nn.Conv2d(channels, hidden, 1))
        self.put(f"{name}.conv2", nn.Conv2d(hidden, channels, 1))

    def put_local(self, name, inputs, outputs, stride):
        self.put_patch(f"{name}.patch_embed", inputs, outputs, stride)
        self.put(f"{name}.mhca.group_conv3x3", nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False))
        self.put(f"{name}.norm", nn.BatchNorm2d(outputs))
        self.put_mlp(f"{name}.mlp", outputs, divisible(3 * outputs))

    def put_global(self, name, inputs, outputs, stride, reduction):
        attended = divisible(int(outputs * 0.75))
        rest = outputs - attended
        self.put_patch(f"{name}.patch_embed", inputs, attended, stride)
        self.put(f"{name}.norm1", nn.BatchNorm2d(attended))
        for part in ("q", "k", "v", "proj"):
            self.put(f"{name}.e_mhsa.{part}", nn.Linear(attended, attended))
        if reduction > 1:
            self.put(f"{name}.e_mhsa.norm", nn.BatchNorm1d(attended))
        self.put_patch(f"{name}.projection", attended, rest, 1)
        self.put(f"{name}.mhca.group_conv3x3", nn.Conv2d(rest, rest, 3, 1, 1, bias=False))
        self.put(f"{name}.norm2", nn.BatchNorm2d(outputs))
        self.put_mlp(f"{name}.mlp", outputs, divisible(2 * outputs))

    def has(self, path):
        at = self
        for name in path.split("."):
            if name not in at._modules:
                return False
            at = at._modules[name]
        return True

    def patch(self, name, x, stride):
        if stride == 2:
            x = F.avg_pool2d(x, 2)
        return self.at(f"{name}.norm")(self.at(f"{name}.conv")(x)) if self.has(f"{name}.conv") else x

    def mlp(self, name, x):
        return self.at(f"{name}.conv2")(torch.relu(self.at(f"{name}.conv1")(x)))

    def global_block(self, name, x, stride, reduction):
        x = self.patch(f"{name}.patch_embed", x, stride)
        b, c, h, w = x.shape
        tokens = self.at(f"{name}.norm1")(x).flatten(2).transpose(1, 2)
        fewer = tokens
        if reduction > 1:
            fewer = F.avg_pool1d(tokens.transpose(1, 2), reduction**2)
            fewer = self.at(f"{name}.e_mhsa.norm")(fewer).transpose(1, 2)
        q, k, v = (
            self.at(f"{name}.e_mhsa.{part}")(t).reshape(b, -1, c // 8, 8).transpose(1, 2)
            for part, t in (("q", tokens), ("k", fewer), ("v", fewer))
        )
        mixed = (q @ k.transpose(-1, -2) / math.sqrt(8)).softmax(-1) @ v
        mixed = self.at(f"{name}.e_mhsa.proj")(mixed.transpose(1, 2).reshape(b, h * w, c))
        x = x + mixed.transpose(1, 2).reshape(b, c, h, w)
        rest = self.patch(f"{name}.projection", x, 1)
        x = torch.cat([x, rest + self.at(f"{name}.mhca.group_conv3x3")(rest)], 1)
        return x + self.mlp(f"{name}.mlp", self.at(f"{name}.norm2")(x))

    def forward(self, x):
        for n in range(4):
            x = torch.relu(self.at(f"stem.{n}.norm")(self.at(f"stem.{n}.conv")(x)))
        for index, (stride, reduction) in enumerate(self.plan):
            name = f"features.{index}"
            if reduction:
                x = self.global_block(name, x, stride, reduction)
            else:
                x = self.patch(f"{name}.patch_embed", x, stride)
                x = x + self.at(f"{name}.mhca.group_conv3x3")(x)
                x = x + self.mlp(f"{name}.mlp", self.at(f"{name}.norm")(x))
        return self.at("proj_head.0")(self.norm(x).mean((2, 3)))


class Drawing(Named):
    """SegNet with the places of the maxima."""

    counts, times = (2, 2, 3, 3, 3), (1, 2, 4, 8, 8)

    def __init__(self, inputs, width):
        super().__init__()
        for stage, (count, times) in enumerate(zip(self.counts, self.times), start=1):
            for n in range(1, count + 1):
                self.put(f"conv{stage}{n}", nn.Conv2d(inputs, width * times, 3, padding=1))
                self.put(f"bn{stage}{n}", nn.BatchNorm2d(width * times))
                inputs = width * times
        for stage in range(5, 0, -1):
            for n in range(self.counts[stage - 1], 0, -1):
                last = stage == 1 and n == 1
                outputs = 1 if last else width * self.times[stage - 2 if n == 1 else stage - 1]
                self.put(f"conv{stage}{n}d", nn.Conv2d(inputs, outputs, 3, padding=1))
                if not last:
                    self.put(f"bn{stage}{n}d", nn.BatchNorm2d(outputs))
                inputs = outputs

    def forward(self, x):
        places = []
        for stage, count in enumerate(self.counts, start=1):
            for n in range(1, count + 1):
                x = torch.relu(self.at(f"bn{stage}{n}")(self.at(f"conv{stage}{n}")(x)))
            x, where = F.max_pool2d(x, 2, return_indices=True)
            places.append(where)
        for stage in range(5, 0, -1):
            x = F.max_unpool2d(x, places[stage - 1], 2)
            for n in range(self.counts[stage - 1], 0, -1):
                x = self.at(f"conv{stage}{n}d")(x)
                if stage > 1 or n > 1:
                    x = torch.relu(self.at(f"bn{stage}{n}d")(x))
        return x


# maps of the stem; local blocks, their maps, maps of the global block and its reduction per stage
NARROW_STAGES = ((8, 6, 8), (1, 2), (32, 40), (128, 160), (4, 2))
PUBLISHED_STAGES = ((64, 32, 64), (3, 4, 10, 3), (96, 192, 384, 768), (128, 256, 512, 1024), (8, 4, 2, 1))


class Fdp(Named):
    def __init__(self, released, size=32, frames=8, classes=5, hidden=12, decoder=4, stages=NARROW_STAGES):
        super().__init__()
        self.released, self.size = released, size
        self.frame_rep = Frames(*stages, size * size, not released)
        if not released:
            self.put("rank.embed", nn.Linear(size * size, 64, bias=False))
            self.put("rank.score", nn.Linear(64, 1, bias=False))
        self.put("mer.conv3d", nn.Conv3d(1, 8, (3, 3, frames), padding=(1, 1, 0)))
        self.put("mer.fc1", nn.Linear(8 * (size // 3) ** 2, hidden))
        self.put("mer.fc2", nn.Linear(hidden, classes))
        self.dyimg_net = Drawing(8, decoder)

    def forward(self, x):
        logits, feat, scores = self.classified(x)
        return logits, torch.sigmoid(self.dyimg_net(feat[..., 0])), scores

    def classified(self, x):
        b, t = x.shape[:2]
        if self.released:
            # one frame after the other, which training alone tells from all at once
            z = torch.stack([self.frame_rep(x[:, i]) for i in range(t)], 1)
        else:
            z = self.frame_rep(x.flatten(0, 1)).reshape(b, t, -1)
        scores = None
        if self.released:
            z = z.reshape(b, 1, self.size, self.size, t)
        else:
            scores = self.at("rank.score")(torch.tanh(self.at("rank.embed")(z)))[:, :, 0]
            r = scores - scores.mean(1, keepdim=True)
            z = z * (r / r.norm(dim=1, keepdim=True))[:, :, None]
            z = z.transpose(1, 2).reshape(b, 1, self.size, self.size, t)
        feat = self.at("mer.conv3d")(z)
        y = F.max_pool3d(feat, (3, 3, 1)).flatten(1)
        logits = self.at("mer.fc2")(torch.relu(self.at("mer.fc1")(y)))
        return logits, feat, scores


def fdp_parity(released):
    model = fill(Fdp(released)).eval()
    clip = torch.from_numpy(given("image0", (2, 8, 32, 32, 1))).permute(0, 1, 4, 2, 3)
    with torch.no_grad():
        logits, image, scores = model(clip)
    golden = {"state": described(model), "logits": rounded(logits), "image": rounded(image[:, 0, ::5, ::5], 8)}
    return golden if released else {**golden, "scores": rounded(scores)}


def flat_drawing(size=32, width=8):
    """Of a picture that is the same all over but for a border: whole windows have one maximum four times."""
    model = fill(Drawing(8, width)).eval()
    x = torch.full((1, 8, size, size), 0.3)
    x[:, :, :, : size // 4] = channels_first(given("image0", (1, size, size // 4, 8)))
    with torch.no_grad():
        image = model(x)
    return {"state": described(model), "image": rounded(image[0, 0, ::5, ::5], 8)}


# the rest


def frames(count, size, batch=2, channels=3):
    return [channels_first(given(f"image{index}", (batch, size, size, channels))) for index in range(count)]


def parity(model, inputs, unused=None):
    fill(model).eval()
    with torch.no_grad():
        logits = model(*inputs)
    return {"state": described(model), "unused": unused or {}, "logits": rounded(logits)}


def cases():
    mmnet_unused = {
        **unused_positions(32),
        "pos.0.weight": [512, 3, 1, 1],
        "pos.1.weight": [512],
        "head.1.weight": [38, 12],
        "timeembed": [1, 4, 3, 3],
    }
    yield "mmnet", lambda: parity(MmNet(), frames(2, 64), mmnet_unused)
    yield "mmnet-3", lambda: parity(MmNet(depth=3, expansion=2), frames(2, 64), mmnet_unused)
    for fusion in ("parallel", "early", "temporal-to-spatial", "spatial-to-temporal", "residual"):
        unused = relative_positions()
        if fusion != "early":
            unused.update(unused_positions(16))
        else:
            unused["main_branch.patch_embed.proj.0.weight"] = [4, 3, 3, 3]
        if fusion == "temporal-to-spatial":
            unused.update({"main_branch.proj.weight": [24, 16], "main_branch.norm.weight": [16]})
        name = "tsfmicro" if fusion == "parallel" else f"tsfmicro-{fusion}"
        yield name, lambda fusion=fusion, unused=unused: parity(TsfMicro(fusion), frames(2, 64), unused)
    yield "learnet", lambda: parity(LearNet(), frames(1, 80))
    yield "off-apexnet", lambda: parity(OffApexNet(), frames(1, 28, channels=2))
    yield "rcn-a", lambda: parity(RcnA(), frames(1, 28))
    yield "htnet", lambda: parity(HtNet(), frames(1, 28))
    yield "fdp", lambda: fdp_parity(False)
    yield "fdp-released", lambda: fdp_parity(True)
    yield "segnet-flat", flat_drawing
    yield "htnet-56", lambda: parity(HtNet(size=56), frames(1, 56))


def main():
    torch.set_num_threads(1)
    golden = {name: make() for name, make in cases()}
    (GOLDEN / "author-networks.json").write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()
