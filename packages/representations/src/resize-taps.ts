/** For each output position along one axis: the first of `wide` neighboring input positions, and their weights. */
export interface Taps {
  /** The first input position of each output position. */
  readonly first: Int32Array;
  /** `wide` for each output position; some are 0. */
  readonly weights: Float32Array;
  /** How many input positions belong to each output position. */
  readonly wide: number;
}

/** How a new pixel is made: by a triangle filter (bilinear), or as the mean of what it covers. */
export type ResizeMethod = 'bilinear' | 'area';

/** Options of {@link resizeTaps}. */
export interface ResizeTapsOptions {
  /** `'bilinear'` by default; `'area'` is bilinear where the axis grows. */
  readonly method?: ResizeMethod;
  /** Whether the triangle is widened by the scale where the axis shrinks, so that nothing aliases; true by default. */
  readonly antialias?: boolean;
  /** Multiplies every weight; 1 by default. */
  readonly factor?: number;
}

const known = /* @__PURE__ */ new Map<string, Taps>();

/**
 * Which input positions along one axis, and how much of each, make each output position of another size.
 *
 * The one computation of weights behind every resizing: a triangle filter with pixel centers at halves, widened by the scale where the axis
 * shrinks (as Pillow's and PyTorch's antialiased bilinear), not widened with `antialias: false` (OpenCV's INTER_LINEAR), or the mean over
 * what a new pixel covers (`'area'`, OpenCV's INTER_AREA).
 *
 * @param from - old size, in pixels
 * @param to - new size, in pixels
 *
 * @example
 * ```ts
 * import { resizeTaps } from '@mer/representations';
 *
 * const { first, weights, wide } = resizeTaps(4, 2, { antialias: false });
 * console.log([...first], [...weights], wide); // [ 0, 2 ] [ 0.5, 0.5, 0.5, 0.5 ] 2
 * ```
 */
export function resizeTaps(
  from: number,
  to: number,
  { method = 'bilinear', antialias = true, factor = 1 }: ResizeTapsOptions = {},
): Taps {
  const key = `${from}>${to}*${factor}${method}${antialias}`;
  const before = known.get(key);
  if (before) return before;
  const scale = from / to;
  const taps = method === 'area' && scale > 1 ? areaTaps(from, to, factor) : triangleTaps(from, to, antialias, factor);
  if (known.size >= 32) known.clear();
  known.set(key, taps);
  return taps;
}

function triangleTaps(from: number, to: number, antialias: boolean, factor: number): Taps {
  const scale = from / to;
  const reach = antialias ? Math.max(1, scale) : 1;
  const low = (center: number) => Math.max(0, Math.floor(center - reach + 0.5));
  const high = (center: number) => Math.min(from, Math.floor(center + reach + 0.5));
  const centers = Array.from({ length: to }, (_, i) => (i + 0.5) * scale);
  const wide = centers.reduce((most, center) => Math.max(most, high(center) - low(center)), 1);
  const taps: Taps = { first: new Int32Array(to), weights: new Float32Array(to * wide), wide };
  for (const [i, center] of centers.entries()) {
    // at the end of the axis they begin earlier, so that all lie inside
    const first = Math.min(low(center), from - wide);
    const weights = Array.from({ length: wide }, (_, j) =>
      Math.max(0, 1 - Math.abs((first + j + 0.5 - center) / reach)),
    );
    const sum = weights.reduce((a, b) => a + b, 0);
    taps.first[i] = first;
    for (const [j, weight] of weights.entries()) taps.weights[i * wide + j] = (factor * weight) / sum;
  }
  return taps;
}

function areaTaps(from: number, to: number, factor: number): Taps {
  const scale = from / to;
  const ends = Array.from({ length: to }, (_, i) => [i * scale, i * scale + scale] as const);
  const high = (end: number) => Math.min(from, Math.ceil(end));
  const wide = ends.reduce((most, [start, end]) => Math.max(most, high(end) - Math.floor(start)), 1);
  const taps: Taps = { first: new Int32Array(to), weights: new Float32Array(to * wide), wide };
  for (const [i, [start, end]] of ends.entries()) {
    const first = Math.min(Math.floor(start), from - wide);
    taps.first[i] = first;
    for (let j = 0; j < wide; j++) {
      const covered = Math.min(end, first + j + 1) - Math.max(start, first + j);
      taps.weights[i * wide + j] = (factor * Math.max(0, covered)) / scale;
    }
  }
  return taps;
}
