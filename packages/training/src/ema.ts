import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** A moving average of a model's weights, as {@link averageWeights} makes it. */
export interface WeightAverage {
  /** Takes the weights of now into the average. */
  update(): void;
  /** Runs something with the average in the model's place, and puts the trained weights back. */
  use<T>(run: () => Promise<T>): Promise<T>;
  /** Leaves the average in the model. */
  settle(): void;
  /** Frees the average. */
  dispose(): void;
}

/**
 * Keeps an exponential moving average of all weights of a model, running statistics of batch norms included: a <- d a + (1 - d) w after each step,
 * begun with the first weights it sees. For the first steps d is at most (1 + n) / (10 + n), n counting the steps.
 *
 * Reference: Polyak averaging as in TensorFlow's `ExponentialMovingAverage` with `num_updates`.
 */
export function averageWeights(model: LayersModel, decay: number): WeightAverage {
  let average = model.getWeights().map((weight) => tf.clone(weight));
  let steps = 0;
  return {
    update() {
      const rate = Math.min(decay, (1 + steps) / (10 + steps));
      steps += 1;
      const next = model.getWeights().map((weight, i) => {
        return tf.tidy(() => tf.add(tf.mul(average[i]!, rate), tf.mul(weight, 1 - rate)));
      });
      tf.dispose(average);
      average = next;
    },
    async use(run) {
      const trained = model.getWeights().map((weight) => tf.clone(weight));
      model.setWeights(average);
      try {
        return await run();
      } finally {
        model.setWeights(trained);
        tf.dispose(trained);
      }
    },
    settle: () => model.setWeights(average),
    dispose: () => tf.dispose(average),
  };
}
