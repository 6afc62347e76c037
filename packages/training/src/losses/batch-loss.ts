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
