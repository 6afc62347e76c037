"""Makes packages/metrics/test/golden/image-quality.json: PSNR and SSIM by scikit-image.

Run from the repository root: python3 tools/image-quality-golden.py
"""

import json
from pathlib import Path

import numpy as np
import skimage
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

OUT = Path(__file__).parent.parent / "packages/metrics/test/golden/image-quality.json"
rng = np.random.default_rng(20250914)


def case(height, width, channels, kind, scale):
    y, x = np.mgrid[0:height, 0:width]
    waves = [0.5 + 0.4 * np.sin(x / 3 + c) * np.cos(y / (4 + c)) for c in range(channels)]
    expected = np.stack(waves, -1)
    actual = {
        "noise": lambda: np.clip(expected + rng.normal(0, 0.05, expected.shape), 0, 1),
        "inverse": lambda: 1 - expected,
        "flat": lambda: np.full_like(expected, 0.5),
        "shift": lambda: np.roll(expected, 2, 1),
    }[kind]()
    # as few digits as tests need
    expected, actual = np.round(expected * scale, 3), np.round(actual * scale, 3)
    return {
        "kind": kind,
        "width": width,
        "height": height,
        "channels": channels,
        "range": scale,
        "expected": expected.ravel().tolist(),
        "actual": actual.ravel().tolist(),
        "psnr": float(peak_signal_noise_ratio(expected, actual, data_range=scale)),
        "ssim": float(
            structural_similarity(
                expected,
                actual,
                data_range=scale,
                gaussian_weights=True,
                sigma=1.5,
                use_sample_covariance=False,
                channel_axis=-1,
            )
        ),
    }


cases = [case(*one) for one in [
    (11, 11, 1, "noise", 1), (16, 13, 1, "inverse", 1), (14, 20, 1, "flat", 1), (16, 16, 1, "shift", 255),
    (15, 12, 3, "noise", 1), (12, 12, 2, "shift", 1),
]]
OUT.write_text(json.dumps({"versions": {"scikit-image": skimage.__version__, "numpy": np.__version__}, "cases": cases}) + "\n")
