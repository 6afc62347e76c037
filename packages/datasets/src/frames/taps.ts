/** For each output position along one axis: the first input position that counts, how many do, and their weights. */
export interface Taps {
  first: Int32Array;
  count: Int32Array;
  /** `wide` weights for each output position. */
  weights: Float32Array;
  wide: number;
}

const known = new Map<string, Taps>();

/**
 * Weights of a triangle filter, widened by the scale where it shrinks so that nothing aliases; bilinear where it enlarges.
 * Pillow's and PyTorch's antialiased bilinear resize have the same. `factor` multiplies every weight.
 */
export function triangleTaps(from: number, to: number, factor = 1): Taps {
  const key = `${from}>${to}*${factor}`;
  const before = known.get(key);
  if (before) return before;
  const scale = from / to;
  const reach = Math.max(1, scale);
  const wide = Math.ceil(reach) * 2 + 1;
  const taps: Taps = {
    first: new Int32Array(to),
    count: new Int32Array(to),
    weights: new Float32Array(to * wide),
    wide,
  };
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale;
    const low = Math.max(0, Math.floor(centre - reach + 0.5));
    const high = Math.min(from, Math.floor(centre + reach + 0.5));
    const weights = Array.from({ length: high - low }, (_, j) =>
      Math.max(0, 1 - Math.abs((low + j + 0.5 - centre) / reach)),
    );
    const sum = weights.reduce((a, b) => a + b, 0);
    taps.first[i] = low;
    taps.count[i] = high - low;
    for (const [j, weight] of weights.entries()) taps.weights[i * wide + j] = (factor * weight) / sum;
  }
  if (known.size >= 32) known.clear();
  known.set(key, taps);
  return taps;
}
