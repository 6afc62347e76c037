/** For each output position along one axis: the first of `wide` neighbouring input positions, and their weights. */
export interface Taps {
  first: Int32Array;
  /** `wide` for each output position; some are 0. */
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
  const low = (centre: number) => Math.max(0, Math.floor(centre - reach + 0.5));
  const high = (centre: number) => Math.min(from, Math.floor(centre + reach + 0.5));
  const centres = Array.from({ length: to }, (_, i) => (i + 0.5) * scale);
  const wide = centres.reduce((most, centre) => Math.max(most, high(centre) - low(centre)), 1);
  const taps: Taps = { first: new Int32Array(to), weights: new Float32Array(to * wide), wide };
  for (const [i, centre] of centres.entries()) {
    // at the end of the axis they begin earlier, so that all lie inside
    const first = Math.min(low(centre), from - wide);
    const weights = Array.from({ length: wide }, (_, j) =>
      Math.max(0, 1 - Math.abs((first + j + 0.5 - centre) / reach)),
    );
    const sum = weights.reduce((a, b) => a + b, 0);
    taps.first[i] = first;
    for (const [j, weight] of weights.entries()) taps.weights[i * wide + j] = (factor * weight) / sum;
  }
  if (known.size >= 32) known.clear();
  known.set(key, taps);
  return taps;
}
