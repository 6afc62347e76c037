import * as tf from '@tensorflow/tfjs-core';
import type { OptimizerSettings } from './experiment/schema.js';

/** An optimiser that changes weights where they lie. */
export interface InPlaceUpdate {
  /** Begins a step. */
  begin(): void;
  change(variable: tf.Variable, gradient: tf.Tensor, learningRate: number): void;
  dispose(): void;
}

/**
 * The optimiser by the kernels `AdamUpdate` and `SgdUpdate`, or undefined where the backend has none. Its state is made at once, beside the weights, so that it
 * is not scattered among what comes and goes.
 */
export function inPlaceUpdate(
  settings: OptimizerSettings,
  variables: readonly tf.Variable[],
): InPlaceUpdate | undefined {
  const kernelName = settings.name === 'sgd' ? 'SgdUpdate' : 'AdamUpdate';
  if (!tf.getKernel(kernelName, tf.getBackend())) return undefined;
  for (const variable of variables) ownData(variable);
  const states = new Map(variables.map((variable) => [variable, newState(settings, variable)]));
  let steps = 0;
  return {
    begin() {
      steps += 1;
    },
    change(variable, gradient, learningRate) {
      ownData(variable);
      tf.engine().runKernel(
        kernelName,
        { weight: variable, gradient, ...states.get(variable)! },
        attributes(settings, { steps, learningRate }) as tf.NamedAttrMap,
      );
    },
    dispose() {
      for (const state of states.values()) tf.dispose(state);
      states.clear();
    },
  };
}

function newState(settings: OptimizerSettings, variable: tf.Variable): { [name: string]: tf.Tensor } {
  const zeros = () => tf.keep(tf.zerosLike(variable as tf.Tensor));
  if (settings.name !== 'sgd') return { first: zeros(), second: zeros() };
  return settings.momentum === 0 ? {} : { velocity: zeros() };
}

function attributes(settings: OptimizerSettings, { steps, learningRate }: { steps: number; learningRate: number }) {
  const { weightDecay } = settings;
  if (settings.name === 'sgd') {
    const { momentum, nesterov } = settings;
    return { step: learningRate, momentum, nesterov, l2: weightDecay };
  }
  const { beta1, beta2, epsilon } = settings;
  return {
    beta1,
    beta2,
    epsilon,
    step: learningRate / (1 - beta1 ** steps),
    correction: 1 / Math.sqrt(1 - beta2 ** steps),
    ...(settings.name === 'adamw' ? { keep: 1 - learningRate * weightDecay } : { l2: weightDecay }),
  };
}

/** Gives a variable data of its own, if somebody else holds a reference to it. */
function ownData(variable: tf.Variable): void {
  const { refCount } = tf.backend() as { refCount?(dataId: object): number };
  if ((refCount?.call(tf.backend(), variable.dataId) ?? 2) > 1) {
    tf.tidy(() => variable.assign(tf.add(variable as tf.Tensor, 0)));
  }
}
