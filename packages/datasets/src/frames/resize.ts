/** For each output position: the first input position that counts, and its weights one after the other. */
interface Taps {
  first: Int32Array;
  count: Int32Array;
  weights: Float32Array;
  widest: number;
}

const cache = new Map<string, Taps>();

/** Weights of a triangle filter that is widened by the scale when it shrinks (as Pillow's and torchvision's). */
function taps(from: number, to: number): Taps {
  const key = `${from}>${to}`;
  const known = cache.get(key);
  if (known) return known;
  const scale = from / to;
  const reach = Math.max(1, scale);
  const widest = Math.ceil(reach) * 2 + 1;
  const result: Taps = {
    first: new Int32Array(to),
    count: new Int32Array(to),
    weights: new Float32Array(to * widest),
    widest,
  };
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale;
    const low = Math.max(0, Math.floor(centre - reach + 0.5));
    const high = Math.min(from, Math.floor(centre + reach + 0.5));
    let sum = 0;
    const weights = Array.from({ length: high - low }, (_, j) => {
      const weight = Math.max(0, 1 - Math.abs((low + j + 0.5 - centre) / reach));
      sum += weight;
      return weight;
    });
    result.first[i] = low;
    result.count[i] = high - low;
    for (const [j, weight] of weights.entries()) result.weights[i * widest + j] = weight / sum;
  }
  if (cache.size > 32) cache.clear();
  cache.set(key, result);
  return result;
}

/**
 * Resizes 8-bit pixels `[height, width, channels]` to `[toHeight, toWidth, channels]` floats in 0..1, into `out` from
 * `offset` on. A triangle filter that widens when it shrinks: no aliasing, and bilinear interpolation when it enlarges.
 */
export function resizeToUnit(
  pixels: ArrayLike<number>,
  height: number,
  width: number,
  channels: number,
  toHeight: number,
  toWidth: number,
  out: Float32Array,
  offset: number,
): void {
  const size = toHeight * toWidth * channels;
  if (toHeight === height && toWidth === width) {
    for (let i = 0; i < size; i++) out[offset + i] = pixels[i]! / 255;
    return;
  }
  const across = taps(width, toWidth);
  const down = taps(height, toHeight);
  const line = toWidth * channels;
  const lines = new Float32Array(height * line);
  for (let y = 0; y < height; y++) {
    const row = y * width * channels;
    for (let x = 0; x < toWidth; x++) {
      const [first, count, at] = [across.first[x]!, across.count[x]!, x * across.widest];
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let j = 0, p = row + first * channels + c; j < count; j++, p += channels) {
          sum += across.weights[at + j]! * pixels[p]!;
        }
        lines[y * line + x * channels + c] = sum;
      }
    }
  }
  for (let y = 0; y < toHeight; y++) {
    const to = offset + y * line;
    out.fill(0, to, to + line);
    for (let j = 0; j < down.count[y]!; j++) {
      const weight = down.weights[y * down.widest + j]! / 255;
      const from = (down.first[y]! + j) * line;
      for (let x = 0; x < line; x++) out[to + x]! += weight * lines[from + x]!;
    }
  }
}
