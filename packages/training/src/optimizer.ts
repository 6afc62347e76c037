import * as tf from '@tensorflow/tfjs-core';
import type { OptimizerSettings } from './experiment/schema.js';

/**
 * Makes a tfjs optimiser from its settings, with PyTorch's meaning of each; weight decay is the business of {@link createUpdate}.
 *
 * @param settings - name, learning rate and so on
 * @returns an optimiser that the caller disposes of
 *
 * @example
 * ```ts
 * import { createOptimizer } from '@mer/training';
 *
 * const optimizer = createOptimizer({ name: 'adam', learningRate: 5e-5, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 });
 * console.log(optimizer.getClassName()); // 'Adam'
 * optimizer.dispose();
 * ```
 */
export function createOptimizer(settings: OptimizerSettings): tf.Optimizer {
  switch (settings.name) {
    case 'adam':
    case 'adamw':
      return tf.train.adam(settings.learningRate, settings.beta1, settings.beta2, settings.epsilon);
    case 'sgd':
      return settings.momentum > 0
        ? tf.train.momentum(settings.learningRate, settings.momentum, settings.nesterov)
        : tf.train.sgd(settings.learningRate);
  }
}

/** One step of the weights against their gradients, as {@link createUpdate} makes it. */
export interface Update {
  /** Changes the variables; disposes of the gradients. */
  apply(gradients: tf.NamedTensorMap, learningRate: number): void;
  /** Frees the optimiser's state. */
  dispose(): void;
}

/**
 * Makes the whole update of a training step: gradient clipping, weight decay, optimiser.
 *
 * In this order: gradients are scaled so that their common L2 norm is at most `clipNorm`; `adam` and `sgd` add `weightDecay * w` to the gradient of w;
 * `adamw` multiplies w by `1 - learningRate * weightDecay`; the optimiser steps. All trainable weights decay, as in PyTorch when nothing else is said.
 *
 * @param variables - the weights that train
 * @param settings - the optimiser's settings
 * @param options - largest norm of the gradients
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
 * Reference: `torch.optim.Adam`, `AdamW`, `SGD` and `clip_grad_norm_` (Loshchilov and Hutter, ICLR 2019, for the decoupled decay).
 */
export function createUpdate(
  variables: readonly tf.Variable[],
  settings: OptimizerSettings,
  { clipNorm }: { clipNorm?: number | undefined } = {},
): Update {
  const optimizer = createOptimizer(settings);
  const { weightDecay } = settings;
  return {
    apply(gradients, learningRate) {
      setLearningRate(optimizer, settings.name, learningRate);
      tf.tidy(() => {
        let steps = gradients;
        if (clipNorm !== undefined) steps = clipped(steps, clipNorm);
        if (weightDecay > 0) {
          for (const variable of variables) {
            if (settings.name === 'adamw') variable.assign(tf.mul(variable, 1 - learningRate * weightDecay));
            else if (steps[variable.name]) {
              steps = { ...steps, [variable.name]: tf.add(steps[variable.name]!, tf.mul(variable, weightDecay)) };
            }
          }
        }
        optimizer.applyGradients(steps);
      });
      tf.dispose(gradients);
    },
    dispose() {
      // tfjs's momentum optimiser leaves the tensor of its rate behind
      const { c } = optimizer as unknown as { c?: tf.Tensor };
      optimizer.dispose();
      if (c && !c.isDisposed) c.dispose();
    },
  };
}

function clipped(gradients: tf.NamedTensorMap, largest: number): tf.NamedTensorMap {
  const norm = tf.sqrt(tf.addN(Object.values(gradients).map((gradient) => tf.sum(tf.square(gradient)))));
  const factor = tf.minimum(1, tf.div(largest, tf.add(norm, 1e-6)));
  return Object.fromEntries(Object.entries(gradients).map(([name, gradient]) => [name, tf.mul(gradient, factor)]));
}

function setLearningRate(optimizer: tf.Optimizer, name: OptimizerSettings['name'], rate: number): void {
  // tfjs's instanceof takes any optimiser for any other
  if (name === 'sgd') (optimizer as tf.SGDOptimizer).setLearningRate(rate);
  else (optimizer as unknown as { learningRate: number }).learningRate = rate;
}
