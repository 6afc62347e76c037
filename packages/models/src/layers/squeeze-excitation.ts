import { integer } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { activationOption } from './activation.js';
import { kernelStartOption } from './kernel-start.js';
import { checkLayerInput, oneShape, oneTensor } from './layer-inputs.js';
import { Linear } from './linear.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';

const squeezeExcitationOptions = {
  hidden: integer('Width of the hidden layer; a sixteenth of the channels, at least 1, by default.', {
    min: 1,
    optional: true,
  }),
  activation: activationOption('relu'),
  start: kernelStartOption('fan-in'),
};

/** Arguments of {@link SqueezeExcitation}. */
export type SqueezeExcitationArgs = LayerArgs<typeof squeezeExcitationOptions>;

/**
 * Weighs the channels of `[batch, height, width, channels]`: x sigmoid(W2 f(W1 mean(x) + b1) + b2).
 *
 * The weights are called fc1 and fc2, convolutions of size 1 in PyTorch, as in torchvision.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { SqueezeExcitation } from '@mer/models';
 *
 * const layer = new SqueezeExcitation({ hidden: 2 });
 * console.log(layer.apply(tf.zeros([1, 4, 4, 8])).shape); // [ 1, 4, 4, 8 ]
 * ```
 *
 * Reference: Hu, Shen, Sun 2018, arXiv 1709.01507.
 */
export class SqueezeExcitation extends NetworkLayer<typeof squeezeExcitationOptions> {
  static className = 'MerSqueezeExcitation';
  private fc1!: Linear;
  private fc2!: Linear;

  constructor(args: SqueezeExcitationArgs = {}) {
    super(args, squeezeExcitationOptions);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    checkLayerInput(this, shape, '[batch, height, width, channels]');
    const channels = shape[3]!;
    const hidden = this.options.hidden ?? Math.max(1, Math.floor(channels / 16));
    const common = { seed: this.seed, start: this.options.start, layout: 'conv1x1' as const };
    this.fc1 = this.addPart('fc1', new Linear({ ...common, units: hidden, activation: this.options.activation }), [
      null,
      channels,
    ]);
    this.fc2 = this.addPart('fc2', new Linear({ ...common, units: channels, activation: 'sigmoid' }), [null, hidden]);
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = oneTensor(inputs) as tf.Tensor4D;
      const [batch, height, width, channels] = x.shape;
      const weights = this.fc2.call(this.fc1.call(tf.mean(tf.reshape(x, [batch, height * width, channels]), 1)));
      return tf.mul(x, tf.reshape(weights, [batch, 1, 1, channels]));
    });
  }
}
