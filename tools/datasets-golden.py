"""Reference values for packages/datasets/test/golden, from PyTorch: python3 tools/datasets-golden.py"""

import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

golden = Path(__file__).parent.parent / 'packages' / 'datasets' / 'test' / 'golden'
golden.mkdir(parents=True, exist_ok=True)

rng = np.random.default_rng(7)
height, width = 13, 17
pixels = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
source = torch.tensor(pixels, dtype=torch.float64).permute(2, 0, 1)[None] / 255
cases = []
for size in [(5, 7), (8, 30), (20, 9), (26, 34), (1, 1), (13, 6)]:
    out = F.interpolate(source, size=size, mode='bilinear', antialias=True, align_corners=False)
    cases.append({'size': size, 'values': [round(v, 7) for v in out[0].permute(1, 2, 0).reshape(-1).tolist()]})
(golden / 'resize.json').write_text(
    json.dumps({'torch': torch.__version__, 'height': height, 'width': width, 'pixels': pixels.reshape(-1).tolist(), 'cases': cases})
)
