"""Writes packages/representations/test/golden/stabilize.json: what OpenCV's findTransformECC finds between a generated texture and the same one turned, resized and shifted, lit
otherwise in one case. The textures are a formula, so only the transforms are kept. Needs Python 3 with numpy and opencv."""
import json
import pathlib

import cv2
import numpy as np

OUT = pathlib.Path(__file__).resolve().parents[2] / 'packages/representations/test/golden/stabilize.json'
SIDE = 96
BOX = (24, 24, 72, 72)  # top, left, bottom, right


def roughness(x, y):
    """As roughness() in match-similarity.test.ts: noise on a lattice of 5 pixels, interpolated smoothly."""
    def at(i, j):
        value = np.sin(i * 127.1 + j * 311.7) * 43758.5453
        return value - np.floor(value)
    i, j = np.floor(x / 5), np.floor(y / 5)
    a, b = x / 5 - i, y / 5 - j
    a, b = a * a * (3 - 2 * a), b * b * (3 - 2 * b)
    return (1 - b) * ((1 - a) * at(i, j) + a * at(i + 1, j)) + b * ((1 - a) * at(i, j + 1) + a * at(i + 1, j + 1))


ys, xs = np.mgrid[0:SIDE, 0:SIDE].astype('f8')
first = roughness(xs, ys).astype('f4')
part = np.ascontiguousarray(first[BOX[0]:BOX[2], BOX[1]:BOX[3]])
criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 500, 1e-9)
cases = []
for degrees, size, shift, gain, bias in (
    (0, 1, (0.37, -0.61), 1, 0),
    (2, 1.01, (1.2, -0.8), 1, 0),
    (-4, 0.97, (-1.5, 0.4), 0.8, 0.1),
):
    middle = np.array([(SIDE - 1) / 2] * 2)
    angle = np.deg2rad(degrees)
    turn = size * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    known = np.c_[turn, middle + shift - turn @ middle]
    back = np.linalg.inv(np.r_[known, [[0, 0, 1]]])[:2]
    frame = (gain * roughness(back[0, 0] * xs + back[0, 1] * ys + back[0, 2], back[1, 0] * xs + back[1, 1] * ys + back[1, 2]) + bias).astype('f4')
    start = np.array([[1, 0, BOX[1]], [0, 1, BOX[0]]], 'f4')
    likeness, found = cv2.findTransformECC(part, frame, start, cv2.MOTION_AFFINE, criteria, None, 3)
    # from pixels of the part to those of the image
    found = np.c_[found[:, :2], found[:, 2] - found[:, :2] @ [BOX[1], BOX[0]]]
    corners = np.array([[x, y, 1] for y in (BOX[0], BOX[2] - 1) for x in (BOX[1], BOX[3] - 1)])
    off = np.abs(corners @ (found - known).T).max()
    print(degrees, size, shift, gain, 'ECC off by', off, 'likeness', likeness)
    cases.append({'known': np.round(known, 9).ravel().tolist(), 'gain': gain, 'bias': bias, 'ecc': np.round(found.astype('f8'), 6).ravel().tolist()})
OUT.write_text(json.dumps({'opencv': cv2.__version__, 'side': SIDE, 'box': BOX, 'cases': cases}) + '\n')
