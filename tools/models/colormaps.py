"""The colours of packages/models/src/explain/colormaps.ts, from OpenCV's tables: python3 tools/models/colormaps.py

Prints one line per colour map: 256 colours as hexadecimal RGB, one after the other.
"""

import cv2
import numpy as np

for name in ("turbo", "viridis", "inferno"):
    grey = np.arange(256, dtype=np.uint8).reshape(256, 1)
    rgb = cv2.applyColorMap(grey, getattr(cv2, f"COLORMAP_{name.upper()}"))[:, 0, ::-1]
    print(name, rgb.tobytes().hex())
