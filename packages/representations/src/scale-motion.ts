import { checkOptions, choice, number, type OptionsOf } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { hostValues, isHostBackend } from './host.js';

/** The options of {@link scaleMotion}. */
export const scaleMotionOptions = {
  scaling: choice(
    "How a signed motion image becomes an image in 0..1: `'none'` leaves the values, `'min-max'` stretches the whole image (all channels together) to 0..1, `'symmetric'` divides by a robust maximum so that 0.5 means \"no motion\".",
    ['none', 'min-max', 'symmetric'],
    { default: 'symmetric' },
  ),
  percentile: number("For scaling `'symmetric'`: the percentile of |D| that becomes full scale.", {
    above: 0,
    max: 100,
    default: 99.5,
  }),
};

/** Options of {@link scaleMotion}. */
export type ScaleMotionOptions = OptionsOf<typeof scaleMotionOptions>;

/** Rearranges `values` so that the element at `k` is the one that sorting would put there, smaller ones before it. */
export function selectInPlace(values: Float32Array, k: number): number {
  let left = 0;
  let right = values.length - 1;
  while (left < right) {
    // the middle of three as pivot
    const a = values[left]!;
    const b = values[(left + right) >> 1]!;
    const c = values[right]!;
    const pivot = Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    let i = left;
    let j = right;
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i <= j) {
        const swap = values[i]!;
        values[i++] = values[j]!;
        values[j--] = swap;
      }
    }
    if (k <= j) right = j;
    else if (k >= i) left = i;
    else break;
  }
  return values[k]!;
}

/** {@link percentileOf} for numbers; rearranges them. */
export function percentileInPlace(values: Float32Array, percent: number): number {
  const position = ((values.length - 1) * percent) / 100;
  const below = Math.floor(position);
  const low = selectInPlace(values, below);
  if (position === below) return low;
  let high = Infinity;
  for (let i = below + 1; i < values.length; i++) high = Math.min(high, values[i]!);
  return low + (high - low) * (position - below);
}

/**
 * The value below which `percent` % of the elements lie, linearly interpolated between neighbors (numpy's default), as a scalar tensor.
 *
 * Stays on the backend where values are not at hand.
 */
export function percentileOf(values: tf.Tensor, percent: number): tf.Scalar {
  if (isHostBackend()) return tf.scalar(percentileInPlace(hostValues(values, 'find a percentile').slice(), percent));
  return tf.tidy(() => {
    const flat = tf.reshape(values, [-1]);
    const position = ((flat.size - 1) * percent) / 100;
    const below = Math.floor(position);
    const largest = tf.topk(flat, flat.size - below, true).values as tf.Tensor1D;
    const low = tf.slice(largest, [flat.size - 1 - below], [1]);
    const high = tf.slice(largest, [Math.max(0, flat.size - 2 - below)], [1]);
    return tf.squeeze(tf.add(low, tf.mul(tf.sub(high, low), position - below))) as tf.Scalar;
  });
}

function scaleNumbers(values: Float32Array, scaling: 'min-max' | 'symmetric', percentile: number): Float32Array {
  const result = new Float32Array(values.length);
  if (scaling === 'min-max') {
    let low = Infinity;
    let high = -Infinity;
    for (const value of values) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
    if (low === high) return result.fill(0.5);
    for (let i = 0; i < values.length; i++) result[i] = (values[i]! - low) / (high - low);
    return result;
  }
  for (let i = 0; i < values.length; i++) result[i] = Math.abs(values[i]!);
  let full = percentileInPlace(result, percentile);
  if (full === 0) full = result.reduce((most, value) => Math.max(most, value), 0) || 1;
  for (let i = 0; i < values.length; i++) {
    result[i] = 0.5 + 0.5 * Math.max(-1, Math.min(1, values[i]! / full));
  }
  return result;
}

/**
 * A signed motion image scaled for viewing, storing or a network.
 *
 *     min-max     (D - min D) / (max D - min D)                             0.5 everywhere if D is constant
 *     symmetric   0.5 + 0.5 clip(D / p, -1, 1),  p = percentile of |D|      0.5 = no motion
 *
 * In `symmetric`, p falls back to max |D| where the percentile is 0 (motion in very few pixels), and D = 0 gives 0.5.
 *
 * @param image `[H, W, C]`, any unit.
 * @returns the same shape; 0..1 unless `scaling` is `'none'`.
 * @throws TypeError, RangeError on a wrong option.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { scaleMotion } from '@mer/representations';
 *
 * const motion = tf.tensor3d([-2, 0, 1, 2], [2, 2, 1]);
 * console.log(scaleMotion(motion, { percentile: 100 }).dataSync()); // Float32Array(4) [ 0, 0.5, 0.75, 1 ]
 * ```
 *
 * Reference: min-max over all channels as in the display scaling of Bilen et al. 2016 (there to 0..255); the robust
 * symmetric scaling is this project's own.
 */
export function scaleMotion<T extends tf.Tensor>(image: T, options: ScaleMotionOptions = {}): T {
  const { scaling, percentile } = checkOptions('scale motion', scaleMotionOptions, options);
  if (scaling === 'none') return tf.clone(image);
  if (isHostBackend()) {
    const scaled = scaleNumbers(hostValues(image, 'scale motion'), scaling, percentile);
    return tf.tensor(scaled, image.shape) as T;
  }
  return tf.tidy(() => {
    if (scaling === 'min-max') {
      const low = tf.min(image);
      const range = tf.sub(tf.max(image), low);
      const flat = tf.equal(range, 0);
      const scaled = tf.div(tf.sub(image, low), tf.where(flat, tf.onesLike(range), range));
      return tf.add(scaled, tf.mul(tf.cast(flat, 'float32'), 0.5)) as T;
    }
    const magnitude = tf.abs(image);
    const robust = percentileOf(magnitude, percentile);
    const full = tf.where(tf.greater(robust, 0), robust, tf.max(magnitude));
    const divisor = tf.where(tf.equal(full, 0), tf.onesLike(full), full);
    return tf.add(tf.mul(tf.clipByValue(tf.div(image, divisor), -1, 1), 0.5), 0.5) as T;
  });
}
