import { findPart, type Part } from '@mer/options';
import type * as tf from '@tensorflow/tfjs-core';
import type { OptimizerSettings } from '../settings.js';
import { optimizersWith } from './optimizers.js';
import { type Update, updateWith } from './update-with.js';

/**
 * Makes the whole update of a training step: gradient clipping, weight decay, optimizer.
 *
 * In this order: gradients are scaled so that their common L2 norm is at most `clipNorm`; `adam` and `sgd` add `weightDecay * w` to the gradient of w;
 * `adamw` multiplies w by `1 - learningRate * weightDecay`; the optimizer steps. All trainable weights decay, as in PyTorch when nothing else is said.
 *
 * On wasm each weight changes where it lies, as soon as its gradient is taken, in one pass. Elsewhere large ones change at once, and small ones
 * together at the end, as one long vector: a network has a hundred of them, and an operation costs more than its numbers. With `clipNorm` all wait for the
 * end.
 *
 * @param variables - the weights that train
 * @param settings - the optimizer's settings
 * @param options - largest norm of the gradients; optimizers beside ours
 * @returns the update; dispose of it after training
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { createUpdate } from '@mer/training';
 *
 * const weight = tf.variable(tf.scalar(1), true, 'w');
 * const update = createUpdate([weight], { name: 'sgd', learningRate: 0.5, momentum: 0, nesterov: false, weightDecay: 0.1 });
 * update.apply({ [weight.name]: tf.scalar(1) }, 0.5);
 * console.log(weight.dataSync()[0].toFixed(2)); // '0.45'
 * ```
 *
 * Reference: `torch.optim.Adam`, `AdamW`, `SGD` and `clip_grad_norm_`; Kingma and Ba, ICLR 2015; Loshchilov and Hutter, ICLR 2019.
 */
export function createUpdate(
  variables: readonly tf.Variable[],
  settings: OptimizerSettings,
  { clipNorm, parts }: { clipNorm?: number | undefined; parts?: readonly Part[] | undefined } = {},
): Update {
  const optimizer = findPart('optimizer', optimizersWith(parts), settings.name);
  return updateWith(optimizer, variables, settings, clipNorm);
}
