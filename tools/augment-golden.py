"""Reference values for rotation and crop as the authors of MMNet and TSFmicro have them: python3 tools/augment-golden.py > packages/training/test/golden/augment.json

torchvision on a tensor: nearest rotation with zeros outside, then padding with zeros and a crop. Angles are in degrees, counter-clockwise as in torchvision; a crop is
the corner that is kept of the padded image.
"""

import json
import sys

import torch
from torchvision.transforms import functional as F

HEIGHT, WIDTH, PADDING = 7, 6, 2

image = torch.arange(1, 2 * HEIGHT * WIDTH + 1, dtype=torch.float32).reshape(2, HEIGHT, WIDTH)
cases = []
for angle in (0, 4, -13.5, 37, 75, 160):
    for top, left in ((2, 2), (0, 3), (4, 1)):
        for mirrored in (False, True):
            given = F.hflip(image) if mirrored else image
            turned = F.rotate(given, angle, interpolation=F.InterpolationMode.NEAREST)
            kept = F.crop(F.pad(turned, [PADDING] * 4), top, left, HEIGHT, WIDTH)
            values = kept.permute(1, 2, 0).reshape(-1).int().tolist()
            cases.append({"angle": angle, "top": top, "left": left, "mirrored": mirrored, "values": values})

json.dump({"shape": [HEIGHT, WIDTH, 2], "padding": PADDING, "values": image.permute(1, 2, 0).reshape(-1).int().tolist(), "cases": cases}, sys.stdout, separators=(",", ":"))
print()
