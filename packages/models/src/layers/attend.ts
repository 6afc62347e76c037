import * as tf from '@tensorflow/tfjs-core';

/** Options of {@link attend}. */
export interface AttendOptions {
  /** Number of heads; divides the width of queries and keys. */
  heads: number;
  /** Factor of the scores; 1 / sqrt(width per head) by default. */
  scale?: number;
  /** Added to the scores: `[heads, queries, keys]`. */
  bias?: tf.Tensor3D;
}

/**
 * Multi-head attention: softmax(scale Q K' + bias) V per head, heads joined again.
 *
 * Queries `[batch, n, width]`, keys `[batch, m, width]`, values `[batch, m, width]`; the result is `[batch, n, width]`.
 */
export function attend(queries: tf.Tensor, keys: tf.Tensor, values: tf.Tensor, options: AttendOptions): tf.Tensor3D {
  return tf.tidy(() => {
    const { heads, bias } = options;
    const [batch, count, width] = queries.shape as [number, number, number];
    const { scale = 1 / Math.sqrt(width / heads) } = options;
    const q = splitHeads(tf.mul(queries, scale), heads);
    const scores = tf.matMul(q, splitHeads(keys, heads), false, true);
    const m = keys.shape[1]!;
    const biased =
      bias === undefined
        ? scores
        : tf.reshape(tf.add(tf.reshape(scores, [batch, heads, count, m]), bias), [batch * heads, count, m]);
    const mixed = tf.matMul(tf.softmax(biased), splitHeads(values, heads));
    return joinHeads(mixed as tf.Tensor3D, heads);
  });
}

/** `[batch, n, heads d]` to `[batch heads, n, d]`. */
export function splitHeads(x: tf.Tensor, heads: number): tf.Tensor3D {
  const [batch, count, width] = x.shape as [number, number, number];
  if (heads === 1) return x as tf.Tensor3D;
  const parted = tf.transpose(tf.reshape(x, [batch, count, heads, width / heads]), [0, 2, 1, 3]);
  return tf.reshape(parted, [batch * heads, count, width / heads]);
}

/** `[batch heads, n, d]` to `[batch, n, heads d]`. */
export function joinHeads(x: tf.Tensor3D, heads: number): tf.Tensor3D {
  const [groups, count, size] = x.shape;
  if (heads === 1) return x;
  const parted = tf.transpose(tf.reshape(x, [groups / heads, heads, count, size]), [0, 2, 1, 3]);
  return tf.reshape(parted, [groups / heads, count, heads * size]);
}
