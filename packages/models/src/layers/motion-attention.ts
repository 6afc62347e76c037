import { integer } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { channelStatistics } from './channel-statistics.js';
import { Conv2d } from './conv2d.js';
import { Linear } from './linear.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';
import { cellWeights, resample } from './resample2d.js';

const motionAttentionOptions = {
  ratio: integer("Channels over the width of the channel attention's hidden layer, which has at least 4 units.", {
    min: 1,
    default: 16,
  }),
  kernelSize: integer("Side of the spatial attention's kernel, odd.", { min: 1, default: 7 }),
};

/** Arguments of {@link MotionAttention}. */
export type MotionAttentionArgs = LayerArgs<typeof motionAttentionOptions>;

/**
 * Attention to places and channels, guided by the magnitude of the motion in both phases:
 *
 *     As = sigmoid(conv([mean_c F ; max_c F ; m])),  Ac = sigmoid(MLP(mean F)),  out = F (1 + As Ac)
 *
 * Inputs: maps F `[batch, h, w, channels]` and the two magnitudes `[batch, H, W, 1]`; m is their mean, averaged to h x w.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { MotionAttention } from '@mer/models';
 *
 * const magnitude = tf.zeros([1, 16, 16, 1]);
 * const out = new MotionAttention().apply([tf.zeros([1, 4, 4, 32]), magnitude, magnitude]) as tf.Tensor;
 * console.log(out.shape); // [ 1, 4, 4, 32 ]
 * ```
 *
 * Reference: this project's choice for the attention to salient regions of FMANet, arXiv 2510.07810.
 */
export class MotionAttention extends NetworkLayer<typeof motionAttentionOptions> {
  static className = 'MerMotionAttention';
  private spatial!: Conv2d;
  private channel!: readonly [Linear, Linear];

  constructor(args: MotionAttentionArgs = {}) {
    super(args, motionAttentionOptions);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const [maps] = threeShapes(this, inputShape);
    const channels = maps[3]!;
    const hidden = Math.max(4, Math.floor(channels / this.options.ratio));
    const { seed } = this;
    const { kernelSize } = this.options;
    const conv = { seed, filters: 1, kernelSize, padding: (kernelSize - 1) / 2, bias: false };
    this.spatial = this.addPart('spatial', new Conv2d({ ...conv, activation: 'sigmoid' }), [...maps.slice(0, 3), 3]);
    this.channel = [
      this.addPart('channel.0', new Linear({ seed, units: hidden, activation: 'relu' }), [null, channels]),
      this.addPart('channel.2', new Linear({ seed, units: channels, activation: 'sigmoid' }), [null, hidden]),
    ];
    this.built = true;
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    return threeShapes(this, inputShape)[0];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [maps, first, second] = inputs as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
      const [batch, height, width, channels] = maps.shape;
      const m = resample(tf.mul(tf.add(first, second), 0.5) as tf.Tensor4D, height, width, cellWeights);
      const spatial = this.spatial.call(tf.concat([channelStatistics(maps), m], 3));
      const means = tf.mean(tf.reshape(maps, [batch, height * width, channels]), 1);
      const channel = tf.reshape(this.channel[1].call(this.channel[0].call(means)), [batch, 1, 1, channels]);
      return tf.add(maps, tf.mul(tf.mul(maps, spatial), channel));
    });
  }
}

function threeShapes(layer: tfl.layers.Layer, shapes: tfl.Shape | tfl.Shape[]): [tfl.Shape, tfl.Shape, tfl.Shape] {
  const list = shapes as tfl.Shape[];
  if (list.length !== 3 || !list.every((shape) => Array.isArray(shape) && shape.length === 4)) {
    throw new TypeError(
      `Cannot build layer ${layer.name} as its inputs must be maps and two magnitudes, [batch, height, width, channels]`,
    );
  }
  return list as [tfl.Shape, tfl.Shape, tfl.Shape];
}
