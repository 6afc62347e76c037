import * as tf from '@tensorflow/tfjs-core';

/**
 * The mean over all pairs i < j of softplus(s_i - s_j): small when the scores `[batch, steps]` grow with time.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { rankingLoss } from '@mer/models';
 *
 * console.log(rankingLoss(tf.tensor2d([[0, 9, 18]])).dataSync()[0]! < 0.001); // true
 * ```
 */
export function rankingLoss(scores: tf.Tensor2D): tf.Scalar {
  return tf.tidy(() => {
    const [batch, steps] = scores.shape;
    const pairs: Array<[number, number]> = [];
    for (let i = 0; i < steps; i++) for (let j = i + 1; j < steps; j++) pairs.push([i, j]);
    const signs = new Float32Array(steps * pairs.length);
    pairs.forEach(([i, j], column) => {
      signs[i * pairs.length + column] = 1;
      signs[j * pairs.length + column] = -1;
    });
    const differences = tf.matMul(scores, tf.tensor2d(signs, [steps, pairs.length]));
    return tf.div(tf.sum(tf.softplus(differences)), batch * pairs.length) as tf.Scalar;
  });
}
