import { choice } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { oneTensor } from './layer-inputs.js';
import type { LayerTraits } from './layer-traits.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';

/** The activation functions by name. */
const ACTIVATIONS = [
  'linear',
  'relu',
  'relu6',
  'leaky-relu',
  'gelu',
  'gelu-tanh',
  'sigmoid',
  'tanh',
  'swish',
  'softplus',
] as const;

/** Name of an activation function; `gelu` is the exact one (by erf), `gelu-tanh` its approximation, `swish` is x sigmoid(x), `leaky-relu` x or, below 0, x / 10. */
export type ActivationName = (typeof ACTIVATIONS)[number];

/** The option of a layer that says what is applied to its result. */
// @__NO_SIDE_EFFECTS__
export function activationOption(fallback: ActivationName) {
  return choice('Applied to the result.', ACTIVATIONS, { default: fallback });
}

/** Applies an activation function to a tensor. */
export function activate<T extends tf.Tensor>(x: T, name: ActivationName): T {
  switch (name) {
    case 'linear':
      return x;
    case 'relu':
      return tf.relu(x);
    case 'relu6':
      return tf.relu6(x);
    case 'leaky-relu':
      return tf.leakyRelu(x, 0.1);
    case 'gelu':
      return gelu(x);
    case 'gelu-tanh':
      return geluTanh(x);
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

/** x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2. */
function geluTanh<T extends tf.Tensor>(x: T): T {
  const inner = tf.mul(tf.add(x, tf.mul(tf.mul(tf.square(x), x), 0.044715)), Math.sqrt(2 / Math.PI));
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1)) as T;
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

const activationOptions = {
  activation: choice('Which function.', ACTIVATIONS, {}),
};

/** Arguments of {@link Activation}. */
export type ActivationArgs = LayerArgs<typeof activationOptions>;

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
export class Activation extends NetworkLayer<typeof activationOptions> {
  static className = 'MerActivation';

  constructor(args: ActivationArgs) {
    super(args, activationOptions);
  }

  override get traits(): LayerTraits {
    return { isRectifier: this.options.activation === 'relu' };
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => activate(tf.clone(oneTensor(inputs)), this.options.activation));
  }
}
