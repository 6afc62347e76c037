"""Writes packages/representations/test/golden/preprocessing.json: bilinear sampling in float64, similarity fits by singular
value decomposition (Umeyama 1991), MOL's square with OpenCV's rotation, SLSTT's square, and the temporal interpolation model by
the eigenvectors of the Laplacian of a path graph. Needs Python 3 with numpy and opencv."""
import json
import pathlib

import cv2
import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[1]
rng = np.random.RandomState(0)


def sample(image, m, height, width, border):
    """Each new pixel (x, y) is the old image at m (x, y, 1); all arithmetic in float64."""
    ys, xs = np.mgrid[0:height, 0:width].astype('f8')
    margin = 100
    padded = np.pad(image, ((margin, margin), (margin, margin), (0, 0)), constant_values=border)
    px = m[0, 0] * xs + m[0, 1] * ys + m[0, 2] + margin
    py = m[1, 0] * xs + m[1, 1] * ys + m[1, 2] + margin
    x, y = np.floor(px).astype(int), np.floor(py).astype(int)
    fx, fy = (px - x)[..., None], (py - y)[..., None]
    top = (1 - fx) * padded[y, x] + fx * padded[y, x + 1]
    bottom = (1 - fx) * padded[y + 1, x] + fx * padded[y + 1, x + 1]
    return (1 - fy) * top + fy * bottom


image = np.round(rng.rand(14, 17, 3), 4)
warps = []
for angle, scale, tx, ty in ((0.2, 0.9, 3, 1), (-0.35, 0.7, -2, 6), (0, 1, 0.5, 0.25), (0.1, 1.6, -3, -4)):
    c, s = scale * np.cos(angle), scale * np.sin(angle)
    m = np.array([[c, -s, tx], [s, c, ty]])
    exact = sample(image, m, 9, 11, 0.5)
    # OpenCV rounds positions to 1/32 pixel, so that it can agree only roughly
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    rough = cv2.warpAffine(image.astype('f4'), m, (11, 9), flags=flags, borderMode=cv2.BORDER_CONSTANT, borderValue=(0.5,) * 3)
    assert np.abs(rough - exact).max() < 2 / 32, np.abs(rough - exact).max()
    warps.append({'transform': m.ravel().tolist(), 'result': np.round(exact, 9).ravel().tolist()})


def umeyama(a, b):
    ma, mb = a.mean(0), b.mean(0)
    u, d, vt = np.linalg.svd((b - mb).T @ (a - ma) / len(a))
    sign = np.diag([1, np.sign(np.linalg.det(u @ vt))])
    rotation = u @ sign @ vt
    scale = (d * np.diag(sign)).sum() / ((a - ma) ** 2).sum() * len(a)
    return np.c_[scale * rotation, mb - scale * rotation @ ma]


fits = []
for n, angle in ((2, 1.0), (5, 0.2), (5, -2.5), (68, 3.0)):
    a = np.round(rng.rand(n, 2) * 200, 4)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    b = np.round(0.7 * a @ turn.T + [30, -12] + rng.randn(n, 2) * 6, 4)
    fits.append({'from': a.tolist(), 'to': b.tolist(), 'result': umeyama(a, b).ravel().tolist()})

faces = []
for tilt in (0, 0.15, -0.3):
    points = np.zeros((68, 2))
    ring = np.arange(6) * np.pi / 3
    for first, x in ((36, -32), (42, 32)):
        points[first : first + 6] = np.c_[x + 9 * np.cos(ring), -30 + 4 * np.sin(ring)]
    points[8], points[19], points[57], points[30], points[48], points[54] = (2, 92), (-36, -48), (1, 62), (1, 8), (-25, 50), (27, 49)
    turn = np.array([[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]])
    points = np.round(points @ turn.T + [150, 130] + rng.randn(68, 2), 3)
    eyes = points[36:42].mean(0), points[42:48].mean(0)
    five = np.array([*eyes, points[30], points[48], points[54]])
    across = eyes[1] - eyes[0]
    turned = cv2.getRotationMatrix2D(tuple((eyes[0] + eyes[1]) / 2), np.degrees(np.arctan2(across[1], across[0])), 1)
    back = cv2.invertAffineTransform(turned)
    box = five @ turned[:, :2].T + turned[:, 2]
    low, high = box.min(0), box.max(0)
    size, probes = 128, [[0, 0], [100, 37], [127, 127]]
    squares = {
        'mol': ((low + high) / 2, 2.5 * (high - low).max(), back),
        'slstt': (points[30], 2 * points[8, 1] - points[19, 1] - points[57, 1], np.eye(3)[:2]),
    }
    places = {}
    for name, (middle, side, m) in squares.items():
        at = middle + side / size * (np.array(probes, 'f8') - (size - 1) / 2)
        places[name] = (at @ m[:, :2].T + m[:, 2]).tolist()
    faces.append({'points': points.tolist(), 'size': size, 'probes': probes, 'places': places})

courses = []
for n, count in ((5, 5), (9, 20), (30, 10)):
    laplacian = np.diag([1.0] + [2.0] * (n - 2) + [1.0]) - np.eye(n, k=1) - np.eye(n, k=-1)
    vectors = np.linalg.eigh(laplacian)[1]
    curve = lambda k, t: np.sin(np.pi * k * t + np.pi * (n - k) / (2 * n))
    nodes = np.arange(1, n + 1) / n
    basis = np.array([curve(k, nodes) for k in range(1, n)])
    # the curves are the eigenvectors of the path graph, from the second on
    for k in range(1, n):
        assert abs(abs(basis[k - 1] @ vectors[:, k]) / np.linalg.norm(basis[k - 1]) - 1) < 1e-9
    values = np.round(rng.rand(n), 6)
    fit = np.linalg.lstsq(basis.T, values - values.mean(), rcond=None)[0]
    at = np.array([curve(k, np.linspace(1 / n, 1, count)) for k in range(1, n)])
    courses.append({'values': values.tolist(), 'count': count, 'result': (at.T @ fit + values.mean()).tolist()})

target = ROOT / 'packages/representations/test/golden/preprocessing.json'
golden = {'image': {'shape': list(image.shape), 'values': image.ravel().tolist()}, 'warps': warps, 'fits': fits, 'faces': faces}
target.write_text(json.dumps({**golden, 'courses': courses}) + '\n')
print(target, target.stat().st_size, 'bytes')
