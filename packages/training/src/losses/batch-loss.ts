import { findPart, type Part } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type { LossSettings } from '../settings.js';
import type { BatchTargets, LossContext } from './define-loss.js';
import { lossesWith } from './losses.js';

/** Options of {@link batchLoss}. */
export interface BatchLossOptions extends LossContext {
  /** The loss's name and settings. */
  loss: LossSettings;
  /** Losses beside ours, by name. */
  parts?: readonly Part[] | undefined;
}

/**
 * The loss of a batch.
 *
 * `cross-entropy` and `focal`, with targets t (smoothed: `(1 - s) t + s / C`), class weights w and p = softmax(logits): the sum over samples and
 * classes of `w_c t_c (1 - p_c)^gamma (-log p_c)`, divided by the sum of `w_c t_c` of the targets before smoothing.
 *
 * `binary-cross-entropy` and `binary-focal`, of samples with any number of labels, with targets y (smoothed: `(1 - s) y + s / 2`), weights w of having a label
 * and p = sigmoid(logits): the mean over samples and labels of `w y (1 - p)^gamma (-log p) + (1 - y) p^gamma (-log(1 - p))`.
 *
 * @param outputs - of the model: logits `[batch, classes]` first
 * @param targets - what they are compared with
 * @param options - the loss's settings, a weight for each class, losses beside ours
 * @returns a scalar
 * @throws RangeError where the loss needs outputs or target images that are not there
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { batchLoss } from '@mer/training';
 *
 * const targets = { classes: tf.tensor2d([[1, 0]]), images: [] };
 * const loss = batchLoss([tf.zeros([1, 2])], targets, { loss: { name: 'focal', gamma: 2, labelSmoothing: 0 } });
 * console.log(loss.dataSync()[0].toFixed(4)); // '0.1733'
 * ```
 */
export function batchLoss(
  outputs: readonly tf.Tensor[],
  targets: BatchTargets,
  { loss, parts, ...context }: BatchLossOptions,
): tf.Scalar {
  const definition = findPart('loss', lossesWith(parts), loss.name);
  return tf.tidy(() => definition.loss(outputs, targets, loss, context));
}
