"""Writes packages/representations/test/golden/flow-*.json: OpenCV's dense flows of small made-up image pairs, and, where
the real data lies beside the repository (../shared/data or MER_SHARED_DATA), samples of OpenCV's flows of real pairs.

Needs Python 3 with numpy and OpenCV (with contrib). Run from anywhere: python3 tools/representations/make-flow-golden.py
"""
import base64
import json
import os
import pathlib

import cv2
import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = pathlib.Path(os.environ.get('MER_SHARED_DATA', ROOT.parent / 'shared' / 'data'))
cv2.setNumThreads(1)


def b64(array):
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def texture(width, height, seed):
    noise = np.random.RandomState(seed).rand(height, width).astype(np.float32)
    image = sum(cv2.GaussianBlur(noise, (0, 0), s) * s for s in (1, 3, 6))
    image = (image - image.min()) / (image.max() - image.min())
    return image


def pair(width, height, seed):
    image = texture(width, height, seed)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    bump = np.exp(-(((x - width * 0.6) / 8) ** 2 + ((y - height * 0.4) / 6) ** 2))
    moved = cv2.remap(image, x - 1.7 * bump + 0.3, y + 1.1 * bump - 0.2, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    byte = lambda i: np.clip(np.round(i * 255), 0, 255).astype(np.uint8)
    return byte(image), byte(moved)


def tvl1(a, b, **options):
    flow = cv2.optflow.DualTVL1OpticalFlow_create()
    for name, value in options.items():
        getattr(flow, f'set{name}')(value)
    return flow.calc(a, b, None)


def farneback(a, b, scale=0.5, levels=3, window=15, iterations=3, n=5, sigma=1.2):
    return cv2.calcOpticalFlowFarneback(a, b, None, scale, levels, window, iterations, n, sigma, 0)


pairs = []
for width, height, seed in ((48, 40, 1), (45, 37, 2)):
    a, b = pair(width, height, seed)
    pairs.append(
        {
            'width': width,
            'height': height,
            'from': b64(a),
            'to': b64(b),
            'flows': [
                {'method': 'tvl1', 'options': {}, 'flow': b64(tvl1(a, b))},
                {
                    'method': 'tvl1',
                    'options': {'median': 3, 'lambda': 0.3, 'scaleStep': 0.5, 'warps': 3, 'innerIterations': 7},
                    'flow': b64(
                        tvl1(a, b, MedianFiltering=3, Lambda=0.3, ScaleStep=0.5, WarpingsNumber=3, InnerIterations=7)
                    ),
                },
                {
                    'method': 'tvl1',
                    'options': {'median': 1, 'scales': 1, 'tau': 0.125, 'theta': 0.5, 'epsilon': 0.001},
                    'flow': b64(tvl1(a, b, MedianFiltering=1, ScalesNumber=1, Tau=0.125, Theta=0.5, Epsilon=0.001)),
                },
                {'method': 'farneback', 'options': {}, 'flow': b64(farneback(a, b))},
                {
                    'method': 'farneback',
                    'options': {
                        'scaleStep': 0.8,
                        'levels': 2,
                        'window': 9,
                        'iterations': 2,
                        'polyRadius': 7,
                        'polySigma': 1.5,
                    },
                    'flow': b64(farneback(a, b, 0.8, 2, 9, 2, 7, 1.5)),
                },
            ],
        }
    )

STEP = 16
faces = []
for i, j in ((1, 2), (1, 10), (20, 25)):
    paths = [SHARED / 'face-clip' / f'img{k}.jpg' for k in (i, j)]
    if not all(path.exists() for path in paths):
        continue
    # grey from the decoded colours, as a reader without a JPEG grey mode has it
    a, b = (cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2GRAY) for path in paths)
    faces.append(
        {
            'from': f'img{i}.jpg',
            'to': f'img{j}.jpg',
            'step': STEP,
            'tvl1': b64(tvl1(a, b)[::STEP, ::STEP]),
            'farneback': b64(farneback(a, b)[::STEP, ::STEP]),
        }
    )

for name, content in (('flow-pairs', pairs), ('flow-faces', faces)):
    target = ROOT / f'packages/representations/test/golden/{name}.json'
    target.write_text(json.dumps({'opencv': cv2.__version__, 'pairs': content}, indent=1) + '\n')
    print(target, target.stat().st_size, 'bytes')
