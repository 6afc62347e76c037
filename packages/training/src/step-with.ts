import { accumulate, valueAndGradients } from '@mer/backends';
import { heldMasks, runModel } from '@mer/models';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type BatchRows, rowsOf } from './batch-rows.js';
import { lossWeight } from './losses/class-loss.js';
import type { BatchTargets, LossContext } from './losses/define-loss.js';
import type { MemoryStrategy } from './memory-strategy.js';
import type { recomputing } from './recomputing.js';

/** How stretches of a network are run once more. */
export type Recompute = typeof recomputing;

/** Options of {@link stepWith}. */
export interface StepOptions {
  /** The loss of a batch. */
  lossOf(outputs: readonly tf.Tensor[], targets: BatchTargets, context: LossContext): tf.Scalar;
  /** A weight for each class. */
  weights: tf.Tensor1D | undefined;
  strategy: MemoryStrategy;
  /** How many calls of layers were run before; `inputs` are what crosses there. None by default. */
  from?: number | undefined;
  /** Whether batch statistics, dropout and the like are on; true by default. */
  training?: boolean;
  onForward?: () => void;
  onGradient(variable: tf.Variable, gradient: tf.Tensor): void;
  /** {@link recomputing}, which `strategy` may ask for; whoever never asks for it need not load it. */
  recompute: Recompute | undefined;
}

/** {@link gradientStep}, where recomputing is given by the caller. */
export function stepWith(
  model: LayersModel,
  inputs: readonly tf.Tensor[],
  targets: BatchTargets,
  options: StepOptions,
): { loss: tf.Scalar; logits: tf.Tensor2D } {
  const { weights, strategy, onGradient } = options;
  const total = targets.classes.shape[0];
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const size = Math.min(strategy.microBatch ?? total, total);
  if (size === total) {
    return oneGo({ ...options, model, inputs, targets, variables });
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
          ...options,
          model,
          inputs: inputs.map((input) => rowsOf(input, rows)),
          targets: {
            classes: rowsOf(targets.classes, rows) as tf.Tensor2D,
            images: targets.images.map((image) => rowsOf(image, rows)),
          },
          variables,
          rows,
          whole,
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

interface Go extends StepOptions {
  model: LayersModel;
  inputs: readonly tf.Tensor[];
  targets: BatchTargets;
  variables: tf.Variable[];
  /** Which rows of the batch these are, and what the loss of the whole batch is divided by. */
  rows?: BatchRows;
  whole?: tf.Scalar;
}

/** Forward and reverse pass over some rows. */
function oneGo(go: Go) {
  const {
    model,
    inputs,
    targets,
    lossOf,
    weights,
    strategy,
    recompute,
    variables,
    rows,
    whole,
    from,
    training = true,
    onForward,
    onGradient,
  } = go;
  let logits!: tf.Tensor2D;
  const recomputed = strategy.name === 'recomputing' ? recompute!(model, strategy, { rows, from }) : undefined;
  const forward = () => {
    const outputs = runModel(model, inputs, {
      training,
      from,
      ...(rows && { rows }),
      ...recomputed,
    });
    logits = tf.keep(tf.clone(outputs[0] as tf.Tensor2D));
    const value = lossOf(outputs, targets, {
      ...(weights && { weights }),
      ...(rows && whole && { part: { weight: whole, share: rows.count / rows.total } }),
    });
    onForward?.();
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
