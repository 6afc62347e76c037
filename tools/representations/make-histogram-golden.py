"""Writes packages/representations/test/golden/histograms.json: LBP-TOP put together from scikit-image's
local_binary_pattern on slices, and HOOF and Bi-WOOF by numpy. Needs Python 3 with numpy and scikit-image."""
import json
import pathlib

import numpy as np
from skimage.feature import local_binary_pattern

ROOT = pathlib.Path(__file__).resolve().parents[2]


def bins_of(points, uniform):
    if not uniform:
        return np.arange(2**points), 2**points
    bits = (np.arange(2**points)[:, None] >> np.arange(points)) & 1
    flips = (bits != np.roll(bits, 1, axis=1)).sum(1)
    table = np.full(2**points, points * (points - 1) + 2)
    table[flips <= 2] = np.arange((flips <= 2).sum())
    return table, points * (points - 1) + 3


def lbp_top(clip, radius, points, uniform, rows, columns):
    count, height, width = clip.shape
    codes = np.zeros((3, count, height, width), int)
    lbp = lambda image: local_binary_pattern(image, points, radius, 'default').astype(int)
    for t in range(count):
        codes[0, t] = lbp(clip[t])
    for y in range(height):
        codes[1, :, y] = lbp(clip[:, y, :])
    for x in range(width):
        codes[2, :, :, x] = lbp(clip[:, :, x])
    table, bins = bins_of(points, uniform)
    m = int(np.ceil(radius))
    result = np.zeros((rows, columns, 3, bins))
    for r in range(rows):
        for c in range(columns):
            top, bottom = r * height // rows, (r + 1) * height // rows
            left, right = c * width // columns, (c + 1) * width // columns
            part = codes[:, m : count - m, max(top, m) : min(bottom, height - m), max(left, m) : min(right, width - m)]
            for plane in range(3):
                counts = np.bincount(table[part[plane].ravel()], minlength=bins).astype(float)
                result[r, c, plane] = counts / counts.sum()
    return result.reshape(rows, columns, 3 * bins)


def strain(flow):
    u, v = flow[..., 0], flow[..., 1]
    uy, ux = np.gradient(u)
    vy, vx = np.gradient(v)
    return np.sqrt(ux**2 + vy**2 + 0.5 * (uy + vx) ** 2)


def hoof(flow, bins, rows, columns, mirrored, weighted, normalize):
    height, width, _ = flow.shape
    magnitude = np.hypot(flow[..., 0], flow[..., 1])
    if mirrored:
        angle, span = np.arctan2(flow[..., 1], np.abs(flow[..., 0])), (-np.pi / 2, np.pi / 2)
    else:
        angle, span = np.arctan2(flow[..., 1], flow[..., 0]) % (2 * np.pi), (0, 2 * np.pi)
    result = np.zeros((rows, columns, bins))
    for r in range(rows):
        for c in range(columns):
            at = np.s_[r * height // rows : (r + 1) * height // rows, c * width // columns : (c + 1) * width // columns]
            result[r, c] = np.histogram(
                angle[at], bins=bins, range=span, weights=magnitude[at] if weighted else np.ones_like(magnitude[at])
            )[0]
    if normalize == 'block':
        result /= result.sum(2, keepdims=True)
    if normalize == 'all':
        result /= result.sum()
    return result


rng = np.random.RandomState(5)
clips = []
for shape, radius, points, uniform, blocks in (
    ((6, 14, 15), 1, 8, True, (2, 3)),
    ((7, 11, 13), 2, 8, True, (1, 2)),
    ((5, 9, 10), 1, 4, False, (2, 2)),
):
    clip = rng.rand(*shape).astype(np.float32)
    clips.append(
        {
            'shape': shape,
            'values': [round(float(v), 9) for v in clip.ravel()],
            'options': {
                'radiusX': radius,
                'radiusY': radius,
                'radiusT': radius,
                'neighbors': points,
                'uniform': uniform,
                'blocks': blocks,
            },
            'histogram': [round(v, 9) for v in lbp_top(clip.astype(np.float64), radius, points, uniform, *blocks).ravel()],
        }
    )
flow = (rng.randn(13, 17, 2) * 2).astype(np.float32)
hoofs = [
    {
        'options': {
            'bins': bins,
            'blocks': blocks,
            'mirrored': mirrored,
            'weight': 'magnitude' if weighted else 'count',
            'normalize': normalize,
        },
        'histogram': [
            round(v, 9)
            for v in hoof(flow.astype(np.float64), bins, *blocks, mirrored, weighted, normalize).ravel()
        ],
    }
    for bins, blocks, mirrored, weighted, normalize in (
        (8, (3, 4), False, True, 'block'),
        (12, (1, 1), True, True, 'all'),
        (5, (2, 2), False, False, 'none'),
    )
]
target = ROOT / 'packages/representations/test/golden/histograms.json'
target.write_text(
    json.dumps(
        {
            'clips': clips,
            'flow': {'shape': flow.shape, 'values': [round(float(v), 9) for v in flow.ravel()]},
            'strain': [round(v, 9) for v in strain(flow.astype(np.float64)).ravel()],
            'hoofs': hoofs,
        }
    )
    + '\n'
)
print(target, target.stat().st_size, 'bytes')
