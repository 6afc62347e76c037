"""Writes packages/representations/test/golden/rank-pooling.json: RankSVM weight vectors from scikit-learn's LinearSVC on
differences of pairs. Needs Python 3 with numpy and scikit-learn."""
import json
import pathlib

import numpy as np
from sklearn.svm import LinearSVC

ROOT = pathlib.Path(__file__).resolve().parents[2]
cases = []
for seed, count, size, c, average in ((1, 6, 12, 1.0, True), (2, 9, 8, 0.05, True), (3, 7, 10, 0.5, False)):
    rng = np.random.RandomState(seed)
    course = np.sin(np.linspace(0, 2.2, count))[:, None]
    frames = (0.4 + 0.2 * course * rng.randn(size) + 0.05 * rng.randn(count, size)).astype(np.float32)
    features = frames.astype(np.float64)
    if average:
        features = np.cumsum(features, 0) / np.arange(1, count + 1)[:, None]
    pairs = np.array([features[q] - features[t] for q in range(count) for t in range(q)])
    sign = np.where(np.arange(len(pairs)) % 2, 1, -1)
    svm = LinearSVC(loss='hinge', C=c, fit_intercept=False, tol=1e-12, max_iter=2_000_000)
    svm.fit(pairs * sign[:, None], sign)
    cases.append(
        {
            'frames': frames.tolist(),
            'c': c,
            'features': 'time-average' if average else 'frames',
            'w': svm.coef_[0].tolist(),
        }
    )
target = ROOT / 'packages/representations/test/golden/rank-pooling.json'
target.write_text(json.dumps(cases) + '\n')
print(target, target.stat().st_size, 'bytes')
