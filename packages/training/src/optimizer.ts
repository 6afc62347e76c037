import * as tf from '@tensorflow/tfjs-core';
import type { OptimizerSettings } from './experiment/schema.js';

/**
 * Makes a tfjs optimiser from its settings, with PyTorch's meaning of each.
 *
 * @param settings - name, learning rate and so on
 * @returns an optimiser that the caller disposes of
 *
 * @example
 * ```ts
 * import { createOptimizer } from '@mer/training';
 *
 * const optimizer = createOptimizer({ name: 'adam', learningRate: 5e-5, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 });
 * console.log(optimizer.getClassName()); // 'Adam'
 * optimizer.dispose();
 * ```
 */
export function createOptimizer(settings: OptimizerSettings): tf.Optimizer {
  switch (settings.name) {
    case 'adam':
      return tf.train.adam(settings.learningRate, settings.beta1, settings.beta2, settings.epsilon);
    case 'sgd':
      return settings.momentum > 0
        ? tf.train.momentum(settings.learningRate, settings.momentum, settings.nesterov)
        : tf.train.sgd(settings.learningRate);
  }
}
