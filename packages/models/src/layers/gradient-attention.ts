import { integer, number } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { channelStatistics } from './channel-statistics.js';
import { Conv2d } from './conv2d.js';
import { checkLayerInput, oneShape, oneTensor } from './layer-inputs.js';
import { Linear } from './linear.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';

const gradientAttentionOptions = {
  ratio: integer("Channels over the width of the channel attention's hidden layer, which has at least 4 units.", {
    min: 1,
    default: 16,
  }),
  kernelSize: integer("Side of the spatial attention's kernel, odd.", { min: 1, default: 7 }),
  epsilon: number("Added below the square root of the gradient's magnitude.", { above: 0, default: 1e-6 }),
};

/** Arguments of {@link GradientAttention}. */
export type GradientAttentionArgs = LayerArgs<typeof gradientAttentionOptions>;

/**
 * Attention to edges of the maps, `[batch, height, width, channels]`:
 *
 *     M = sqrt(Sx(F)^2 + Sy(F)^2 + epsilon),  As = sigmoid(conv([mean_c M ; max_c M])),  Ac = sigmoid(MLP(mean M))
 *     out = F + F As Ac
 *
 * Sx and Sy are Sobel's filters on each channel, with zeros around the map.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { GradientAttention } from '@mer/models';
 *
 * console.log(new GradientAttention().apply(tf.zeros([1, 8, 8, 16])).shape); // [ 1, 8, 8, 16 ]
 * ```
 *
 * Reference: this project's choice for the block that arXiv 2509.00056 (MEGANet) names in its abstract.
 */
export class GradientAttention extends NetworkLayer<typeof gradientAttentionOptions> {
  static className = 'MerGradientAttention';
  private spatial!: Conv2d;
  private channel!: readonly [Linear, Linear];

  constructor(args: GradientAttentionArgs = {}) {
    super(args, gradientAttentionOptions);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    checkLayerInput(this, shape, '[batch, height, width, channels]');
    const channels = shape[3]!;
    const hidden = Math.max(4, Math.floor(channels / this.options.ratio));
    const { seed } = this;
    const { kernelSize } = this.options;
    const padding = (kernelSize - 1) / 2;
    this.spatial = this.addPart(
      'spatial',
      new Conv2d({ seed, filters: 1, kernelSize, padding, bias: false, activation: 'sigmoid' }),
      [...shape.slice(0, 3), 2],
    );
    this.channel = [
      this.addPart('channel.0', new Linear({ seed, units: hidden, activation: 'relu' }), [null, channels]),
      this.addPart('channel.2', new Linear({ seed, units: channels, activation: 'sigmoid' }), [null, hidden]),
    ];
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = oneTensor(inputs) as tf.Tensor4D;
      const [batch, height, width, channels] = x.shape;
      const magnitude = sobelMagnitude(x, this.options.epsilon);
      const spatial = this.spatial.call(channelStatistics(magnitude));
      const means = tf.mean(tf.reshape(magnitude, [batch, height * width, channels]), 1);
      const channel = tf.reshape(this.channel[1].call(this.channel[0].call(means)), [batch, 1, 1, channels]);
      return tf.add(x, tf.mul(tf.mul(x, spatial), channel));
    });
  }
}

/** sqrt(Sx^2 + Sy^2 + epsilon) of each channel, with Sobel's 3x3 filters and zeros around. */
export function sobelMagnitude(x: tf.Tensor4D, epsilon: number): tf.Tensor4D {
  return tf.tidy(() => {
    const [batch, height, width, channels] = x.shape;
    const padded = tf.pad(x, [
      [0, 0],
      [1, 1],
      [1, 1],
      [0, 0],
    ]);
    const rows = (from: number) => tf.slice(padded, [0, from, 0, 0], [batch, height, width + 2, channels]);
    const columns = (maps: tf.Tensor4D, from: number) =>
      tf.slice(maps, [0, 0, from, 0], [batch, height, width, channels]);
    const smooth = tf.add(tf.add(rows(0), rows(2)), tf.mul(rows(1), 2)) as tf.Tensor4D;
    const slope = tf.sub(rows(2), rows(0)) as tf.Tensor4D;
    const across = tf.sub(columns(smooth, 2), columns(smooth, 0));
    const down = tf.add(tf.add(columns(slope, 0), columns(slope, 2)), tf.mul(columns(slope, 1), 2));
    return tf.sqrt(tf.add(tf.add(tf.square(across), tf.square(down)), epsilon)) as tf.Tensor4D;
  });
}
