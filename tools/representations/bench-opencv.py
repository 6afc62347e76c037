"""The other side of benchmarks/representations.mjs: OpenCV and numpy on one thread. Reads lines "<workload> <size>" and answers
each with milliseconds; the first answer, a line of JSON, says which versions run. Arguments: the folder with the inputs."""
import json
import os
import sys
import time

os.environ.setdefault('OPENBLAS_NUM_THREADS', '1')
os.environ.setdefault('OMP_NUM_THREADS', '1')

import cv2
import numpy as np

cv2.setNumThreads(1)
folder = sys.argv[1]
pairs = {
    f'{width}x{height}': [np.fromfile(f'{folder}/{width}x{height}-{i}.raw', np.uint8).reshape(height, width) for i in (0, 1)]
    for width, height in [(64, 64), (224, 224), (640, 480)]
}
frames = np.fromfile(f'{folder}/frames.raw', np.float32).reshape(64, 224, 224, 3)
count = len(frames)
weights = np.array(
    [sum((2 * i - count - 1) / i for i in range(t, count + 1)) for t in range(1, count + 1)], np.float32
)
tvl1 = cv2.optflow.DualTVL1OpticalFlow_create()
work = {
    'tvl1': lambda size: tvl1.calc(*pairs[size], None),
    'farneback': lambda size: cv2.calcOpticalFlowFarneback(*pairs[size], None, 0.5, 3, 15, 3, 5, 1.2, 0),
    'dynamic-image': lambda size: np.tensordot(weights, frames, 1),
}
print(json.dumps({'opencv': cv2.__version__, 'numpy': np.__version__, 'python': sys.version.split()[0]}), flush=True)
for line in sys.stdin:
    name, size = line.split()
    start = time.perf_counter()
    work[name](size)
    print((time.perf_counter() - start) * 1000, flush=True)
