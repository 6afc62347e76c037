/** How the pixels of a frame are turned to stand upright. */
export interface Turn {
  /** Clockwise. */
  rotation: 0 | 90 | 180 | 270;
  /** Mirrored left to right after that. */
  flip: boolean;
}

/** The pixels `[height, width, 3]` of a frame, turned; width and height are those before. */
export function upright(data: Uint8Array, width: number, height: number, { rotation, flip }: Turn): Uint8Array {
  if (rotation === 0 && !flip) return data;
  const swapped = rotation === 90 || rotation === 270;
  const [newWidth, newHeight] = swapped ? [height, width] : [width, height];
  const out = new Uint8Array(data.length);
  for (let y = 0, o = 0; y < newHeight; y++) {
    for (let i = 0; i < newWidth; i++, o += 3) {
      const x = flip ? newWidth - 1 - i : i;
      let from = y * width + x;
      if (rotation === 90) from = (height - 1 - x) * width + y;
      else if (rotation === 180) from = (height - 1 - y) * width + (width - 1 - x);
      else if (rotation === 270) from = x * width + (width - 1 - y);
      for (let c = 0; c < 3; c++) out[o + c] = data[3 * from + c]!;
    }
  }
  return out;
}
