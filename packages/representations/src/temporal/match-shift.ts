/** One gray image. */
export interface GrayImage {
  values: Float32Array;
  height: number;
  width: number;
}

/** A rectangle of whole pixels; `bottom` and `right` lie outside of it. */
export interface Box {
  top: number;
  left: number;
  bottom: number;
  right: number;
}

/** Half the size, each pixel the mean of four; an odd last row or column is left out. */
export function half({ values, height, width }: GrayImage): GrayImage {
  const [newHeight, newWidth] = [height >> 1, width >> 1];
  const result = new Float32Array(newHeight * newWidth);
  for (let y = 0, out = 0; y < newHeight; y++) {
    for (let x = 0; x < newWidth; x++, out++) {
      const at = 2 * y * width + 2 * x;
      result[out] = (values[at]! + values[at + 1]! + values[at + width]! + values[at + width + 1]!) / 4;
    }
  }
  return { values: result, height: newHeight, width: newWidth };
}

/**
 * How much a box in one image is like the box shifted by (u, v) in another, -1..1: their concordance (Lin 1989), the
 * correlation that counts a difference in contrast, too, but not in brightness. Pixels past the border are left out; -1 where
 * less than half of the box is left, or no texture.
 */
export function likenessAt(from: GrayImage, to: GrayImage, box: Box, u: number, v: number): number {
  const { height, width } = from;
  const [top, bottom] = [Math.max(box.top, -v), Math.min(box.bottom, height - v)];
  const [left, right] = [Math.max(box.left, -u), Math.min(box.right, width - u)];
  const count = (bottom - top) * (right - left);
  if (bottom <= top || right <= left || 2 * count < (box.bottom - box.top) * (box.right - box.left)) return -1;
  let [a, b, aa, bb, ab] = [0, 0, 0, 0, 0];
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const p = from.values[y * width + x]!;
      const q = to.values[(y + v) * width + x + u]!;
      a += p;
      b += q;
      aa += p * p;
      bb += q * q;
      ab += p * q;
    }
  }
  const [varA, varB] = [aa - (a * a) / count, bb - (b * b) / count];
  // brightness that varies by less than a ten-thousandth is no texture
  if (varA < 1e-8 * count || varB < 1e-8 * count) return -1;
  return (2 * (ab - (a * b) / count)) / (varA + varB);
}

/** The best whole shift within `reach` pixels of (u, v). */
function best(from: GrayImage, to: GrayImage, box: Box, u: number, v: number, reach: number): [number, number, number] {
  let found: [number, number, number] = [u, v, likenessAt(from, to, box, u, v)];
  for (let dv = -reach; dv <= reach; dv++) {
    for (let du = -reach; du <= reach; du++) {
      const score = likenessAt(from, to, box, u + du, v + dv);
      if (score > found[2]) found = [u + du, v + dv, score];
    }
  }
  return found;
}

/** A box twice as wide on each side, inside the image: what is around a thing tells it from others that look alike. */
function around({ top, left, bottom, right }: Box, { height, width }: GrayImage): Box {
  const [y, x] = [bottom - top, right - left];
  return {
    top: Math.max(0, top - y),
    left: Math.max(0, left - x),
    bottom: Math.min(height, bottom + y),
    right: Math.min(width, right + x),
  };
}

/**
 * The shift in whole pixels, at most about `reach`, under which a box of one image and its surroundings are found again in
 * another, by their likeness from coarse to fine. No shift stays unless another one matches better by more than noise would.
 */
export function matchShift(from: GrayImage, to: GrayImage, box: Box, reach: number): [u: number, v: number] {
  const wide = around(box, from);
  const levels = [{ from, to, box: wide }];
  for (;;) {
    const last = levels.at(-1)!;
    const { top, left, bottom, right } = last.box;
    if (Math.min(bottom - top, right - left) < 16 || reach / 2 ** (levels.length - 1) < 4) break;
    levels.push({
      from: half(last.from),
      to: half(last.to),
      box: { top: top >> 1, left: left >> 1, bottom: bottom >> 1, right: right >> 1 },
    });
  }
  let [u, v] = [0, 0];
  for (let level = levels.length - 1; level >= 0; level--) {
    const { from: a, to: b, box: part } = levels[level]!;
    const coarsest = level === levels.length - 1;
    [u, v] = best(a, b, part, 2 * u, 2 * v, coarsest ? Math.ceil(reach / 2 ** level) : 2);
  }
  return likenessAt(from, to, wide, u, v) > likenessAt(from, to, wide, 0, 0) + 0.02 ? [u, v] : [0, 0];
}
