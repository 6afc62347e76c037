import { choice, integer } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { channelGate } from './channel-gate.js';
import { Conv2d } from './conv2d.js';
import { checkLayerInput, oneShape, oneTensor } from './layer-inputs.js';
import { Linear } from './linear.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';

const convolutionalAttentionOptions = {
  hidden: integer(
    'Width of the hidden layer of the channel gate; a sixteenth of the channels, at least 1, by default.',
    {
      min: 1,
      optional: true,
    },
  ),
  kernelSize: integer('Side of the spatial gate.', { min: 1, default: 7 }),
  order: choice(
    '`sequential`: the spatial gate sees what the channel gate left. `parallel`: both see the input, and what they leave is added.',
    ['sequential', 'parallel'],
    { default: 'sequential' },
  ),
};

/** Arguments of {@link ConvolutionalAttention}. */
export type ConvolutionalAttentionArgs = LayerArgs<typeof convolutionalAttentionOptions>;

/**
 * CBAM: weighs the channels of `[batch, height, width, channels]`, then its places.
 *
 *     x' = x sigmoid(mlp(mean(x)) + mlp(max(x)))            over places, for each channel
 *     y  = x' sigmoid(conv7([max(x'), mean(x')]))           over channels, for each place
 *
 * With `order: 'parallel'`, y = x' + x sigmoid(conv7([max(x), mean(x)])).
 *
 * The weights are called ChannelGate.mlp.1, ChannelGate.mlp.3 and SpatialGate.spatial.conv, as in the authors' code; the batch norm that it has behind the
 * spatial gate is left out here.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { ConvolutionalAttention } from '@mer/models';
 *
 * const layer = new ConvolutionalAttention({ hidden: 2 });
 * console.log(layer.apply(tf.zeros([1, 8, 8, 4])).shape); // [ 1, 8, 8, 4 ]
 * ```
 *
 * Reference: Woo, Park, Lee, Kweon, "CBAM", ECCV 2018, arXiv 1807.06521.
 */
export class ConvolutionalAttention extends NetworkLayer<typeof convolutionalAttentionOptions> {
  static className = 'MerConvolutionalAttention';
  private first!: Linear;
  private second!: Linear;
  private spatial!: Conv2d;

  constructor(args: ConvolutionalAttentionArgs = {}) {
    super(args, convolutionalAttentionOptions);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    checkLayerInput(this, shape, '[batch, height, width, channels]');
    const channels = shape[3]!;
    const { hidden = Math.max(1, Math.floor(channels / 16)), kernelSize } = this.options;
    const { seed } = this;
    const gate = (name: string, units: number, from: number, torchName: string, activation?: 'relu') =>
      this.addPart(name, new Linear({ seed, units, ...(activation && { activation }) }), [null, from], torchName);
    this.first = gate('first', hidden, channels, 'ChannelGate.mlp.1', 'relu');
    this.second = gate('second', channels, hidden, 'ChannelGate.mlp.3');
    const conv = new Conv2d({ seed, filters: 1, kernelSize, padding: (kernelSize - 1) >> 1, bias: false });
    this.spatial = this.addPart('spatial', conv, [null, shape[1]!, shape[2]!, 2], 'SpatialGate.spatial.conv');
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = oneTensor(inputs) as tf.Tensor4D;
      const weighed = tf.mul(
        x,
        channelGate(x, (pooled) => this.second.call(this.first.call(pooled))),
      );
      const parallel = this.options.order === 'parallel';
      const seen = parallel ? x : weighed;
      const pooled = tf.concat([tf.max(seen, 3, true), tf.mean(seen, 3, true)], 3);
      const placed = tf.mul(seen, tf.sigmoid(this.spatial.call(pooled)));
      return parallel ? tf.add(weighed, placed) : placed;
    });
  }
}
