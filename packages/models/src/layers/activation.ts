import * as tf from '@tensorflow/tfjs-core';
import { checkOneOf } from '../checks.js';
import { NetworkLayer, type NetworkLayerArgs, oneTensor } from './network-layer.js';

/** The activation functions by name. */
export const ACTIVATIONS = ['linear', 'relu', 'relu6', 'gelu', 'sigmoid', 'tanh', 'swish', 'softplus'] as const;

/** Name of an activation function; `gelu` is the exact one (by erf), `swish` is x sigmoid(x). */
export type ActivationName = (typeof ACTIVATIONS)[number];

/** Applies an activation function to a tensor. */
export function activate<T extends tf.Tensor>(x: T, name: ActivationName): T {
  switch (name) {
    case 'linear':
      return x;
    case 'relu':
      return tf.relu(x);
    case 'relu6':
      return tf.relu6(x);
    case 'gelu':
      return gelu(x);
    case 'sigmoid':
      return tf.sigmoid(x);
    case 'tanh':
      return tf.tanh(x);
    case 'swish':
      return swish(x);
    case 'softplus':
      return tf.softplus(x);
  }
}

/**
 * The exact Gaussian error linear unit, x Phi(x), Phi(x) = (1 + erf(x / sqrt 2)) / 2; gradient Phi(x) + x phi(x), for which
 * nothing but x is kept. Backends that have the kernel `Gelu` run it.
 */
function gelu<T extends tf.Tensor>(x: T): T {
  if (x.dtype === 'float32' && tf.getKernel('Gelu', tf.getBackend())) {
    return tf.engine().runKernel('Gelu', { x } as tf.NamedTensorMap) as T;
  }
  return composedGelu(x) as T;
}

const composedGelu = tf.customGrad((x, save) => {
  const input = x as tf.Tensor;
  (save as tf.GradSaveFunc)([input]);
  const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
    const [at] = saved as [tf.Tensor];
    const density = tf.mul(tf.exp(tf.mul(tf.square(at), -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return tf.mul(dy, tf.add(shareBelow(at), tf.mul(at, density)));
  };
  return { value: tf.mul(input, shareBelow(input)), gradFunc };
});

/** Phi(x) */
function shareBelow(x: tf.Tensor): tf.Tensor {
  return tf.add(tf.mul(tf.erf(tf.mul(x, Math.SQRT1_2)), 0.5), 0.5);
}

/** x s(x), s(x) = 1 / (1 + exp(-x)). Backends that have the kernel `Swish` run it and keep nothing but x for the gradient. */
function swish<T extends tf.Tensor>(x: T): T {
  if (x.dtype === 'float32' && tf.getKernel('Swish', tf.getBackend())) {
    return tf.engine().runKernel('Swish', { x } as tf.NamedTensorMap) as T;
  }
  return tf.mul(x, tf.sigmoid(x));
}

/** Arguments of {@link Activation}. */
export interface ActivationArgs extends NetworkLayerArgs {
  /** Which function. */
  activation: ActivationName;
}

/**
 * Applies an activation function to every element.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { Activation } from '@mer/models';
 *
 * const layer = new Activation({ activation: 'relu' });
 * console.log(Array.from(layer.call(tf.tensor1d([-1, 2])).dataSync())); // [ 0, 2 ]
 * ```
 */
export class Activation extends NetworkLayer {
  static className = 'MerActivation';
  private readonly activation: ActivationName;

  constructor(args: ActivationArgs) {
    super(args);
    checkOneOf(`make activation ${this.name}`, 'activation', args.activation, ACTIVATIONS);
    this.activation = args.activation;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => activate(tf.clone(oneTensor(inputs)), this.activation));
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), activation: this.activation };
  }
}
