import { choice, flag, integer } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { activate, activationOption } from './activation.js';
import { biasStart, kernelStart, kernelStartOption } from './kernel-start.js';
import { oneShape, oneTensor } from './layer-inputs.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';

const linearOptions = {
  units: integer('Number of outputs.', { min: 1 }),
  bias: flag('Whether a bias is added.', { default: true }),
  activation: activationOption('linear'),
  start: kernelStartOption('fan-in'),
  layout: choice(
    'Layout of the kernel in a PyTorch state dict; `conv1x1` for a convolution of size 1.',
    ['linear', 'conv1x1'],
    { default: 'linear' },
  ),
};

/** Arguments of {@link Linear}. */
export type LinearArgs = LayerArgs<typeof linearOptions>;

/**
 * y = x W + b over the last axis, with PyTorch's initial weights.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { Linear } from '@mer/models';
 *
 * console.log(new Linear({ units: 3 }).apply(tf.zeros([2, 5])).shape); // [ 2, 3 ]
 * ```
 */
export class Linear extends NetworkLayer<typeof linearOptions> {
  static className = 'MerLinear';
  private kernel!: tfl.LayerVariable;
  private offset: tfl.LayerVariable | null = null;

  constructor(args: LinearArgs) {
    super(args, linearOptions);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    const size = shape[shape.length - 1]!;
    this.kernel = this.addParameter({
      name: 'kernel',
      shape: [size, this.options.units],
      start: kernelStart(this.options.start, size, this.options.units),
      torchName: 'weight',
      layout: this.options.layout,
    });
    if (this.options.bias) {
      this.offset = this.addParameter({
        name: 'bias',
        shape: [this.options.units],
        start: biasStart(this.options.start, size),
      });
    }
    this.built = true;
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    return [...oneShape(inputShape).slice(0, -1), this.options.units];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const y = linear(oneTensor(inputs), this.kernel.read(), this.offset?.read());
      return activate(y, this.options.activation);
    });
  }
}

/** x W + b over the last axis of a tensor of any rank. */
export function linear(x: tf.Tensor, kernel: tf.Tensor, bias?: tf.Tensor): tf.Tensor {
  const size = x.shape[x.shape.length - 1]!;
  const rows = tf.reshape(x, [-1, size]) as tf.Tensor2D;
  const product = tf.matMul(rows, kernel as tf.Tensor2D);
  const sum = bias === undefined ? product : tf.add(product, bias);
  return x.rank === 2 ? sum : tf.reshape(sum, [...x.shape.slice(0, -1), kernel.shape[1]!]);
}
