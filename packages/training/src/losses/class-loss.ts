import * as tf from '@tensorflow/tfjs-core';
import type { LossContext } from './define-loss.js';

/**
 * The sum over samples and classes of `w_c t_c (1 - p_c)^gamma (-log p_c)`, divided by the sum of `w_c t_c` of the targets before smoothing; smoothed
 * targets are `(1 - s) t + s / C`.
 */
export function classLoss(
  logits: tf.Tensor,
  classes: tf.Tensor2D,
  { smoothing, gamma, weights, part }: { smoothing: number; gamma: number } & LossContext,
): tf.Scalar {
  const given = weights ? tf.mul(classes, weights) : classes;
  const soft = smoothing > 0 ? tf.add(tf.mul(classes, 1 - smoothing), smoothing / classes.shape[1]) : classes;
  const target = smoothing > 0 && weights ? tf.mul(soft, weights) : smoothing > 0 ? soft : given;
  const logLikelihood = tf.logSoftmax(logits);
  let terms = tf.mul(target, logLikelihood);
  if (gamma > 0) {
    // 1 - p, kept off 0: the power's gradient is not finite there
    const rest = tf.maximum(tf.sub(1, tf.exp(logLikelihood)), 1e-7);
    terms = tf.mul(terms, gamma === 2 ? tf.square(rest) : tf.pow(rest, gamma));
  }
  return tf.neg(tf.div(tf.sum(terms), part?.weight ?? tf.sum(given))) as tf.Scalar;
}

/** What the class loss of a batch is divided by: the weights of its samples. */
export function lossWeight(classes: tf.Tensor2D, weights: tf.Tensor1D | undefined): tf.Scalar {
  return tf.tidy(() => tf.sum(weights ? tf.mul(classes, weights) : classes) as tf.Scalar);
}
