"""Golden values of the images that SOFTNet and MTSN see, by OpenCV in the steps of SOFTNet's released notebook.

    python tools/spotting-moments-golden.py        (numpy, opencv-python-headless)

Writes packages/spotting/test/golden/moments.json: for a flow made of waves and made-up landmarks the image of 42 and of 28 pixels in
bytes. The flow is made again in the test from the same formula.
"""

import json
from pathlib import Path

import cv2
import numpy as np

SIDE = 128


def flow_field():
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(np.float64)
    u = 0.6 * np.sin(x / 11 + y / 17) + 0.3 * np.cos(y / 7) + 0.2
    v = 0.5 * np.cos(x / 13 - y / 9) - 0.4 * np.sin(x / 6) - 0.1
    return u, v


def landmarks():
    points = np.zeros((68, 2), int)
    points[17:27, 0] = [22, 28, 35, 42, 50, 72, 80, 88, 95, 102]
    points[17:27, 1] = [40, 35, 33, 35, 39, 39, 35, 32, 35, 41]
    points[27:31] = [[62, 48], [62, 57], [63, 66], [63, 74]]
    points[36:42] = [[32, 50], [37, 47], [43, 47], [48, 51], [43, 53], [37, 53]]
    points[42:48] = [[76, 51], [81, 47], [87, 47], [92, 50], [87, 53], [81, 53]]
    points[48:68, 0] = [44, 50, 57, 62, 67, 74, 80, 74, 68, 62, 56, 50, 47, 57, 62, 67, 77, 67, 62, 57]
    points[48:68, 1] = [94, 91, 89, 90, 89, 91, 94, 99, 102, 103, 102, 99, 94, 93, 93, 93, 94, 97, 97, 97]
    return points


def strain(u, v):
    # forward differences, the last row and column as the ones before them
    u_x = np.diff(u, axis=1, append=0)
    v_x = np.diff(v, axis=1, append=0)
    u_y = np.diff(u, axis=0, append=0)
    v_y = np.diff(v, axis=0, append=0)
    for d in (u_x, v_x):
        d[:, -1] = d[:, -2]
    for d in (u_y, v_y):
        d[-1] = d[-2]
    return np.sqrt(u_x**2 + v_y**2 + 0.5 * (u_y + v_x) ** 2)


def image(u, v, p, size):
    final = np.dstack([u, v, strain(u, v)])
    (x, y) = p[28]
    box = final[y - 5 : y + 6, x - 5 : x + 6].mean((0, 1))
    final = final - box
    final[:, :, :2] = np.abs(final[:, :, :2])
    for first in (36, 42):
        moved = p[first : first + 6] + [[-15, 0], [0, -15], [0, -15], [15, 0], [0, 15], [0, 15]]
        cv2.fillPoly(final, [moved.clip(0, SIDE).astype(np.int32)], 0)
    half = size // 2
    upper = final[min(p[19, 1], p[24, 1]) - 12 : max(p[41, 1], p[46, 1]) + 12, p[17, 0] - 12 : p[26, 0] + 12]
    lower = final[p[50, 1] - 12 : p[57, 1] + 12, p[60, 0] - 12 : p[64, 0] + 12]
    made = np.vstack([cv2.resize(upper, (size, half)), cv2.resize(lower, (size, half))])
    low, high = made.min((0, 1)), made.max((0, 1))
    return (made - low) / (high - low)


p = landmarks()
u, v = flow_field()
out = {"points": p.tolist()}
for size in (42, 28):
    out[str(size)] = np.round(image(u, v, p, size) * 255).astype(int).ravel().tolist()
path = Path(__file__).parent.parent / "packages/spotting/test/golden/moments.json"
path.write_text(json.dumps(out, separators=(",", ":")) + "\n")
