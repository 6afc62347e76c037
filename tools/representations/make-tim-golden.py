"""Writes packages/representations/test/golden/tim.json: the temporal interpolation model of Zhou et al. (CVPR 2011) by
its definition, a singular value decomposition of the frames and a least squares fit. Needs Python 3 with numpy."""
import json
import pathlib

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]


def tim(frames, count):
    n = len(frames)
    mean = frames.mean(0)
    u, s, vt = np.linalg.svd((frames - mean).T, full_matrices=False)
    u, s, vt = u[:, : n - 1], s[: n - 1], vt[: n - 1]
    q = s[:, None] * vt
    curve = lambda k, t: np.sin(np.pi * k * t + np.pi * (n - k) / (2 * n))
    positions = np.arange(1, n + 1) / n
    w = np.zeros((n - 1, n - 1))
    scale = np.zeros(n - 1)
    for k in range(1, n):
        w[:, k - 1] = np.linalg.solve(q @ q.T, q @ curve(k, positions))
        scale[k - 1] = q[:, 0] @ w[:, k - 1] / curve(k, 1 / n)
    result = []
    for t in np.linspace(1 / n, 1, count):
        values = np.array([curve(k, t) for k in range(1, n)]) * scale
        result.append(u @ np.linalg.solve(w.T, values) + mean)
    return np.array(result)


rng = np.random.RandomState(3)
cases = []
for n, count in ((4, 9), (7, 5)):
    frames = np.round(rng.rand(n, 12), 6)
    cases.append({'frames': frames.tolist(), 'count': count, 'result': np.round(tim(frames, count), 8).tolist()})
target = ROOT / 'packages/representations/test/golden/tim.json'
target.write_text(json.dumps(cases) + '\n')
print(target, target.stat().st_size, 'bytes')
