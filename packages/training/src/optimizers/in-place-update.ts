import * as tf from '@tensorflow/tfjs-core';
import type { UpdateKernel } from './define-optimizer.js';

/** An optimizer that changes weights where they lie. */
export interface InPlaceUpdate {
  /** Begins a step. */
  begin(): void;
  change(variable: tf.Variable, gradient: tf.Tensor, learningRate: number): void;
  dispose(): void;
}

/**
 * An optimizer by its kernel, or undefined where the backend does not have it. Its state is made at once, beside the weights, so that it is not scattered
 * among what comes and goes.
 */
export function inPlaceUpdate(
  kernel: UpdateKernel | undefined,
  variables: readonly tf.Variable[],
): InPlaceUpdate | undefined {
  if (!kernel || !tf.getKernel(kernel.name, tf.getBackend())) return undefined;
  for (const variable of variables) ownData(variable);
  const newState = (variable: tf.Variable) =>
    Object.fromEntries(kernel.state.map((name) => [name, tf.keep(tf.zerosLike(variable as tf.Tensor))]));
  const states = new Map(variables.map((variable) => [variable, newState(variable)]));
  let steps = 0;
  return {
    begin() {
      steps += 1;
    },
    change(variable, gradient, learningRate) {
      ownData(variable);
      tf.engine().runKernel(
        kernel.name,
        { weight: variable, gradient, ...states.get(variable)! },
        kernel.attributes({ steps, learningRate }),
      );
    },
    dispose() {
      for (const state of states.values()) tf.dispose(state);
      states.clear();
    },
  };
}

/** Gives a variable data of its own, if somebody else holds a reference to it. */
function ownData(variable: tf.Variable): void {
  const { refCount } = tf.backend() as { refCount?(dataId: object): number };
  if ((refCount?.call(tf.backend(), variable.dataId) ?? 2) > 1) {
    tf.tidy(() => variable.assign(tf.add(variable as tf.Tensor, 0)));
  }
}
