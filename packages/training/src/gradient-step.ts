import { accumulate, recomputed, valueAndGradients } from '@mer/backends';
import { heldMasks, planSegments, runModel, type Segment } from '@mer/models';
import type { Part } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { batchLoss } from './losses/batch-loss.js';
import { lossWeight } from './losses/class-loss.js';
import type { BatchTargets } from './losses/define-loss.js';
import type { MemoryStrategy } from './memory-strategy.js';
import type { LossSettings } from './settings.js';

/** Options of {@link gradientStep}. */
export interface GradientStepOptions {
  /** What is made small, and a weight for each class. */
  loss: LossSettings;
  weights?: tf.Tensor1D | undefined;
  /** Losses beside ours, by name. */
  parts?: readonly Part[] | undefined;
  /** How to hold less memory; `fused` by default. */
  strategy?: MemoryStrategy;
  /** Called when the forward pass has ended, of each micro-batch. */
  onForward?: () => void;
  /** Given the gradient of each weight, which it disposes of; from then on nothing reads the weight in this step. */
  onGradient(variable: tf.Variable, gradient: tf.Tensor): void;
}

/** Rows of a batch that are run together. */
interface Rows {
  first: number;
  count: number;
  total: number;
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
  { loss, weights, parts, strategy = { name: 'fused' }, onForward = () => {}, onGradient }: GradientStepOptions,
): { loss: tf.Scalar; logits: tf.Tensor2D } {
  const total = targets.classes.shape[0];
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const size = Math.min(strategy.microBatch ?? total, total);
  if (size === total) {
    return oneGo({ model, inputs, targets, loss, weights, parts, strategy, variables, onForward, onGradient });
  }
  const masksAgain = heldMasks(model);
  const sums = new Map<tf.Variable, tf.Tensor>();
  const whole = lossWeight(targets.classes, weights);
  const steps: { loss: tf.Scalar; logits: tf.Tensor2D }[] = [];
  for (let first = 0; first < total; first += size) {
    const rows = { first, count: Math.min(size, total - first), total };
    masksAgain();
    steps.push(
      tf.tidy(() =>
        oneGo({
          model,
          inputs: inputs.map((input) => rowsOf(input, rows)),
          targets: {
            classes: rowsOf(targets.classes, rows) as tf.Tensor2D,
            images: targets.images.map((image) => rowsOf(image, rows)),
          },
          loss,
          weights,
          parts,
          strategy,
          variables,
          rows,
          whole,
          onForward,
          onGradient(variable, gradient) {
            sums.set(variable, accumulate(sums.get(variable), gradient));
          },
        }),
      ),
    );
  }
  whole.dispose();
  for (const variable of variables) {
    const gradient = sums.get(variable);
    if (gradient) onGradient(variable, gradient);
  }
  const together = tf.tidy(() => ({
    loss: tf.addN(steps.map((step) => step.loss)) as tf.Scalar,
    logits: tf.concat(
      steps.map(({ logits }) => logits),
      0,
    ),
  }));
  tf.dispose(steps as unknown as tf.TensorContainer);
  return together;
}

interface Go extends Required<Pick<GradientStepOptions, 'loss' | 'strategy' | 'onForward' | 'onGradient'>> {
  model: LayersModel;
  inputs: readonly tf.Tensor[];
  targets: BatchTargets;
  weights: tf.Tensor1D | undefined;
  parts: readonly Part[] | undefined;
  variables: tf.Variable[];
  /** Which rows of the batch these are, and what the loss of the whole batch is divided by. */
  rows?: Rows;
  whole?: tf.Scalar;
}

/** Forward and reverse pass over some rows. */
function oneGo(go: Go) {
  const {
    model,
    inputs,
    targets,
    loss,
    weights,
    parts: others,
    strategy,
    variables,
    rows,
    whole,
    onForward,
    onGradient,
  } = go;
  let logits!: tf.Tensor2D;
  const cuts = strategy.name === 'recomputing' ? planSegments(model, strategy.stretches) : [];
  const around = ({ inputs: given, batch, variables: own, separable, run }: Segment) => {
    const parts = strategy.name === 'recomputing' && separable ? strategy.parts : 1;
    return recomputed((part, { again, rows: some }) => run(part, { again, rows: within(rows, some) }), {
      inputs: given,
      batch,
      variables: own,
      parts,
    });
  };
  const forward = () => {
    const outputs = runModel(model, inputs, {
      training: true,
      ...(rows && { rows }),
      ...(cuts.length > 0 && { cuts, around }),
    });
    logits = tf.keep(tf.clone(outputs[0] as tf.Tensor2D));
    const value = batchLoss(outputs, targets, {
      loss,
      parts: others,
      ...(weights && { weights }),
      ...(rows && whole && { part: { weight: whole, share: rows.count / rows.total } }),
    });
    onForward();
    return value;
  };
  if (strategy.name !== 'plain') {
    const { value } = valueAndGradients(forward, { variables, onGradient, remake: strategy.name !== 'releasing' });
    return { loss: value, logits: released(logits) };
  }
  const { value, grads } = tf.variableGrads(forward, variables);
  for (const variable of variables) {
    const gradient = grads[variable.name];
    if (gradient) onGradient(variable, tf.keep(gradient));
  }
  return { loss: value as tf.Scalar, logits: released(logits) };
}

/** A tensor of the scope's in the place of one that was kept. */
function released(tensor: tf.Tensor2D): tf.Tensor2D {
  const own = tf.clone(tensor);
  tensor.dispose();
  return own;
}

/** Rows of rows. */
function within(outer: Rows | undefined, inner: Rows): Rows {
  return outer ? { first: outer.first + inner.first, count: inner.count, total: outer.total } : inner;
}

function rowsOf(tensor: tf.Tensor, { first, count }: Rows): tf.Tensor {
  const rest = tensor.shape.slice(1);
  return tf.slice(tensor, [first, ...rest.map(() => 0)], [count, ...rest]);
}
