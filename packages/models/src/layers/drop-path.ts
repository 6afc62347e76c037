import { SeededDropout } from './seeded-dropout.js';

/**
 * Stochastic depth: drops a residual branch for whole samples, with probability `rate`, and scales the others by
 * `1 / (1 - rate)`; the masks follow from the seed as in {@link SeededDropout}.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { DropPath } from '@mer/models';
 *
 * const layer = new DropPath({ rate: 0.5, seed: 3 });
 * const sums = tf.sum(layer.call(tf.ones([4, 10]), { training: true }), 1).dataSync();
 * console.log(sums.every((sum) => sum === 0 || sum === 20)); // true
 * ```
 *
 * Reference: Huang et al. 2016, arXiv 1603.09382.
 */
export class DropPath extends SeededDropout {
  static override className = 'MerDropPath';

  protected override maskShape(shape: number[]): number[] {
    return shape.map((length, axis) => (axis === 0 ? length : 1));
  }
}
