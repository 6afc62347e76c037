"""Peaks, smoothing and filtering of random signals by SciPy and NumPy, for packages/spotting.

    python3 tools/spotting-signals-golden.py > packages/spotting/test/golden/signals.json
"""

import json

import numpy as np
from scipy.signal import find_peaks

rng = np.random.default_rng(3)
rows = []
for i in range(60):
    n = int(rng.integers(3, 40))
    # every other time whole numbers, so that plateaus occur
    values = rng.integers(0, 6, n) if i % 2 else np.round(rng.normal(size=n), 3)
    values = values.astype(float)
    height = None if i % 3 == 0 else float(np.round(values.mean(), 2))
    # which of equal peaks stays is left to an unstable sort: no distance where there are such
    distance = 1 if i % 2 else int(rng.integers(1, 6))
    peaks, _ = find_peaks(values, height=height, distance=distance)
    k = int(rng.integers(1, 4))
    spectrum = np.fft.rfft(values)
    spectrum[np.fft.rfftfreq(n, 1 / 30) > 5 + 1e-9] = 0
    rows.append(
        dict(
            values=values.tolist(),
            height=height,
            distance=distance,
            peaks=peaks.tolist(),
            k=k,
            # SOFTNet: the mean of s(i-k) .. s(i+k-1); MTSN: numpy's 'same'
            valid=np.convolve(values, np.ones(2 * k) / (2 * k), "valid").round(12).tolist() if n >= 2 * k else [],
            same=np.convolve(values, np.ones(2 * k) / (2 * k), "same")[:n].round(12).tolist() if n >= 2 * k else [],
            lowPass=np.fft.irfft(spectrum, n).round(12).tolist(),
        )
    )
print("[\n" + ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows) + "\n]")
