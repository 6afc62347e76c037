import type { Part } from '@mer/options';
import type * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { batchLoss } from './losses/batch-loss.js';
import type { BatchTargets } from './losses/define-loss.js';
import type { MemoryStrategy } from './memory-strategy.js';
import { recomputing } from './recomputing.js';
import type { LossSettings } from './settings.js';
import { stepWith } from './step-with.js';

/** Options of {@link gradientStep}. */
export interface GradientStepOptions {
  /** What is made small, and a weight for each class. */
  loss: LossSettings;
  weights?: tf.Tensor1D | undefined;
  /** Losses beside ours, by name. */
  parts?: readonly Part[] | undefined;
  /** How to hold less memory; `fused` by default. */
  strategy?: MemoryStrategy;
  /** How many calls of layers were run before, by `runFrozen` of @mer/models, whose values are `inputs`. None by default. */
  from?: number | undefined;
  /** Called when the forward pass has ended, of each micro-batch. */
  onForward?: () => void;
  /** Given the gradient of each weight, which it disposes of; from then on nothing reads the weight in this step. */
  onGradient(variable: tf.Variable, gradient: tf.Tensor): void;
}

/**
 * Loss and gradients of one batch, in the memory that a strategy allows. Whatever the strategy, the numbers are the same but for rounding; gradients
 * are bit for bit those of tfjs's own reverse pass with `releasing` and `fused`, and with `recomputing` in one part.
 *
 * @param model - gives logits first; it runs in training mode
 * @param inputs - one tensor for each input, `[batch, ...]`
 * @param targets - what its outputs are compared with, `[batch, ...]` each
 * @param options - loss, strategy, what becomes of the gradients
 * @returns the loss of the batch and the logits, `[batch, classes]`; both are the caller's
 * @throws TypeError where the model has another number of inputs
 * @throws Error where an operation on the way has no gradient
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs-layers';
 * import { useBackend } from '@mer/backends';
 * import { createModel } from '@mer/models';
 * import { gradientStep } from '@mer/training';
 * import * as tf from '@tensorflow/tfjs-core';
 *
 * await useBackend('cpu');
 * const model = createModel('ststnet', { classes: 2 });
 * const targets = { classes: tf.tensor2d([[1, 0], [0, 1]]), images: [] };
 * const names: string[] = [];
 * const { loss } = gradientStep(model, [tf.randomNormal([2, 28, 28, 3])], targets, {
 *   loss: { name: 'cross-entropy', labelSmoothing: 0 },
 *   onGradient: (variable, gradient) => {
 *     names.push(variable.name);
 *     gradient.dispose();
 *   },
 * });
 * console.log(names.length === model.trainableWeights.length, loss.dataSync()[0]! > 0); // true true
 * ```
 */
export function gradientStep(
  model: LayersModel,
  inputs: readonly tf.Tensor[],
  targets: BatchTargets,
  { loss, parts, weights, strategy = { name: 'fused' }, ...callbacks }: GradientStepOptions,
): { loss: tf.Scalar; logits: tf.Tensor2D } {
  return stepWith(model, inputs, targets, {
    ...callbacks,
    weights,
    strategy,
    lossOf: (outputs, wanted, context) => batchLoss(outputs, wanted, { ...context, loss, parts }),
    recompute: recomputing,
  });
}
