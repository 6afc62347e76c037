import * as tf from '@tensorflow/tfjs-core';
import { rankingLoss } from './layers/ranking-loss.js';

/** What {@link fdpLoss} compares the outputs with. */
export interface FdpTargets {
  /** Class of each clip, `[batch]`, int32. */
  labels: tf.Tensor1D;
  /** Dynamic image of each clip, `[batch, height, width, 1]`, from 0 to 1. */
  image: tf.Tensor4D;
}

/** Weights of the terms of {@link fdpLoss}. */
export interface FdpLossOptions {
  /** Weight of the dynamic image's mean squared error; 100 by default. */
  image?: number;
  /** Weight of the {@link rankingLoss}; 0.1 by default, without effect where there are no scores. */
  rank?: number;
}

/**
 * The loss of FDP: cross-entropy + 100 mean squared error of the dynamic image + 0.1 ranking loss of the scores.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { fdpLoss } from '@mer/models';
 *
 * const outputs = [tf.tensor2d([[9, -9]]), tf.zeros([1, 4, 4, 1])];
 * const targets = { labels: tf.tensor1d([0], 'int32'), image: tf.zeros([1, 4, 4, 1]) as tf.Tensor4D };
 * console.log(fdpLoss(outputs, targets).dataSync()[0]! < 1e-6); // true
 * ```
 *
 * Reference: arXiv 2509.06015; the first two weights of the authors' code, the third this project's choice.
 */
export function fdpLoss(
  outputs: readonly tf.Tensor[],
  { labels, image }: FdpTargets,
  { image: imageWeight = 100, rank = 0.1 }: FdpLossOptions = {},
): tf.Scalar {
  return tf.tidy(() => {
    const [logits, drawn, scores] = outputs as [tf.Tensor2D, tf.Tensor4D, tf.Tensor2D | undefined];
    const truth = tf.oneHot(labels, logits.shape[1]);
    const error = tf.mean(tf.square(tf.sub(drawn, image)));
    const sum = tf.add(tf.losses.softmaxCrossEntropy(truth, logits), tf.mul(error, imageWeight));
    return (scores === undefined ? sum : tf.add(sum, tf.mul(rankingLoss(scores), rank))) as tf.Scalar;
  });
}
