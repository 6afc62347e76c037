import * as tf from '@tensorflow/tfjs-core';
import { sumsColumnsSlowly } from './slow-kernels.js';

/**
 * Sum of each column of `[rows, columns]`, in two stages of about `sqrt(rows)` terms, so that rounding stays small.
 *
 * As products with a row of ones where there is much to sum and the kernel for sums is slow at it.
 */
export function columnSum(x: tf.Tensor2D): tf.Tensor1D {
  const [rows, columns] = x.shape;
  if (!sumsColumnsSlowly() || rows * columns < 1 << 14) return tf.sum(x, 0);
  return tf.tidy(() => {
    const groups = divisorNear(rows, Math.sqrt(rows));
    const partial = tf.matMul(tf.ones([1, rows / groups]), tf.reshape(x, [rows / groups, groups * columns]));
    const total = tf.matMul(tf.ones([1, groups]), tf.reshape(partial, [groups, columns]));
    return tf.reshape(total, [columns]) as tf.Tensor1D;
  });
}

/**
 * x scale + shift for `[rows, columns]` and vectors `[columns]`; without `scale` only the sum.
 *
 * Few columns are widened first: broadcasting over short rows is slow. With `each`, the rows of one sample, what is done does not depend on how many samples
 * there are.
 */
export function scaleColumns(
  x: tf.Tensor2D,
  scale: tf.Tensor1D | null,
  shift: tf.Tensor1D | null,
  each = x.shape[0],
): tf.Tensor2D {
  return tf.tidy(() => {
    const [rows, columns] = x.shape;
    const times = columns < 32 ? divisorNear(each, Math.ceil(64 / columns)) : 1;
    const wide = (vector: tf.Tensor1D) => (times === 1 ? vector : tf.tile(vector, [times]));
    let y: tf.Tensor = times === 1 ? x : tf.reshape(x, [rows / times, columns * times]);
    if (scale !== null) y = tf.mul(y, wide(scale));
    if (shift !== null) y = tf.add(y, wide(shift));
    return tf.reshape(y, [rows, columns]) as tf.Tensor2D;
  });
}

/** The divisor of `count` nearest to `wanted`. */
function divisorNear(count: number, wanted: number): number {
  let best = 1;
  for (let divisor = 1; divisor * divisor <= count; divisor++) {
    if (count % divisor !== 0) continue;
    for (const candidate of [divisor, count / divisor]) {
      if (Math.abs(candidate - wanted) < Math.abs(best - wanted)) best = candidate;
    }
  }
  return best;
}
