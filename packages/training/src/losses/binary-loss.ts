import * as tf from '@tensorflow/tfjs-core';
import type { LossContext } from './define-loss.js';

/**
 * The mean over samples and labels of `w y (1 - p)^gamma (-log p) + (1 - y) p^gamma (-log(1 - p))`, with p = sigmoid(logit) and w the weight of having the label;
 * smoothed targets are `(1 - s) y + s / 2`.
 */
export function binaryLoss(
  logits: tf.Tensor,
  classes: tf.Tensor2D,
  {
    smoothing,
    gamma,
    positive,
    weights,
    part,
  }: { smoothing: number; gamma: number; positive: readonly number[] } & LossContext,
): tf.Scalar {
  const count = classes.shape[1];
  if (positive.length > 0 && positive.length !== count) {
    throw new RangeError(
      `Cannot compute the loss as positiveWeights must have one for each of the ${count} labels: current number is ${positive.length}`,
    );
  }
  const weight = positive.length > 0 ? tf.tensor1d([...positive]) : weights;
  const target = smoothing > 0 ? tf.add(tf.mul(classes, 1 - smoothing), smoothing / 2) : classes;
  // -log p and -log(1 - p), finite for logits of any size
  let having = tf.mul(target, tf.softplus(tf.neg(logits)));
  let lacking = tf.mul(tf.sub(1, target), tf.softplus(logits));
  if (gamma > 0) {
    having = tf.mul(having, power(tf.sigmoid(tf.neg(logits)), gamma));
    lacking = tf.mul(lacking, power(tf.sigmoid(logits), gamma));
  }
  const terms = tf.add(weight ? tf.mul(having, weight) : having, lacking);
  // of some rows of a batch the share that they have in its mean
  return tf.mul(tf.mean(terms), part?.share ?? 1) as tf.Scalar;
}

/** Kept off 0: the power's gradient is not finite there. */
function power(probability: tf.Tensor, gamma: number): tf.Tensor {
  return gamma === 2 ? tf.square(probability) : tf.pow(tf.maximum(probability, 1e-7), gamma);
}
