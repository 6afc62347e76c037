import { choice, integer, list } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { channelStatistics } from './channel-statistics.js';
import { Conv2d } from './conv2d.js';
import { checkLayerInput, oneShape, oneTensor } from './layer-inputs.js';
import { Linear } from './linear.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';

const multiScaleAttentionOptions = {
  ratio: integer("Channels over the width of the channel gate's hidden layer, which has at least 1 unit.", {
    min: 1,
    default: 8,
  }),
  kernelSizes: list('Sides of the spatial gates, odd.', integer('A side.', { min: 1 }), {
    min: 1,
    default: [3, 5, 7],
  }),
  gates: choice('Which gates there are.', ['both', 'channel', 'spatial'], { default: 'both' }),
};

/** Arguments of {@link MultiScaleAttention}. */
export type MultiScaleAttentionArgs = LayerArgs<typeof multiScaleAttentionOptions>;

/**
 * Weighs the channels of `[batch, height, width, channels]`, and its places as they look at several scales:
 *
 *     C = sigmoid(W2 relu(W1 mean(x))),  S = sigmoid(sum over k of conv_k([mean_c(x) ; max_c(x)])),  y = x C S
 *
 * @throws {RangeError} when a side is even.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { MultiScaleAttention } from '@mer/models';
 *
 * console.log(new MultiScaleAttention({ ratio: 4 }).apply(tf.zeros([1, 7, 7, 8])).shape); // [ 1, 7, 7, 8 ]
 * ```
 *
 * Reference: this project's choice for the fusion of channel and spatial features that AHMSA-Net, arXiv 2501.02539, describes in words.
 */
export class MultiScaleAttention extends NetworkLayer<typeof multiScaleAttentionOptions> {
  static className = 'MerMultiScaleAttention';
  private channel: readonly [Linear, Linear] | null = null;
  private spatial: readonly Conv2d[] = [];

  constructor(args: MultiScaleAttentionArgs = {}) {
    super(args, multiScaleAttentionOptions);
    const even = this.options.kernelSizes.find((side) => side % 2 === 0);
    if (even !== undefined) {
      throw new RangeError(`Cannot ${this.making} as kernelSizes must be odd: current value is ${even}`);
    }
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    checkLayerInput(this, shape, '[batch, height, width, channels]');
    const channels = shape[3]!;
    const { ratio, kernelSizes, gates } = this.options;
    const { seed } = this;
    if (gates !== 'spatial') {
      const units = Math.max(1, Math.floor(channels / ratio));
      this.channel = [
        this.addPart('channel.0', new Linear({ seed, units, activation: 'relu' }), [null, channels]),
        this.addPart('channel.2', new Linear({ seed, units: channels, activation: 'sigmoid' }), [null, units]),
      ];
    }
    if (gates !== 'channel') {
      this.spatial = kernelSizes.map((kernelSize, index) =>
        this.addPart(
          `spatial.${index}`,
          new Conv2d({ seed, filters: 1, kernelSize, padding: (kernelSize - 1) / 2, bias: false }),
          [...shape.slice(0, 3), 2],
        ),
      );
    }
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = oneTensor(inputs) as tf.Tensor4D;
      const [batch, height, width, channels] = x.shape;
      let y: tf.Tensor = x;
      if (this.channel !== null) {
        const [first, second] = this.channel;
        const means = tf.mean(tf.reshape(x, [batch, height * width, channels]), 1);
        y = tf.mul(y, tf.reshape(second.call(first.call(means)), [batch, 1, 1, channels]));
      }
      if (this.spatial.length > 0) {
        const statistics = channelStatistics(x);
        y = tf.mul(y, tf.sigmoid(tf.addN(this.spatial.map((conv) => conv.call(statistics)))));
      }
      return y;
    });
  }
}
