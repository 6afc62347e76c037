import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { BatchNormalization } from './batch-normalization.js';
import { channelStatistics } from './channel-statistics.js';
import { Conv2d } from './conv2d.js';
import { checkLayerInput, oneShape } from './layer-inputs.js';
import type { LayerPass } from './layer-pass.js';
import { NetworkLayer } from './network-layer.js';

/**
 * Spatial attention that continues the attention of the block before:
 *
 *     A = sigmoid(norm(conv1x1([mean_c x ; max_c x]))) A_before,  out = x A
 *
 * Input: maps `[batch, height, width, channels]`, or a list of these and A_before `[batch, height, width, 1]`. Output: the
 * weighted maps and A, as a list.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { ContinuousAttention } from '@mer/models';
 *
 * const [maps, attention] = new ContinuousAttention().apply(tf.zeros([1, 4, 4, 8])) as tf.Tensor[];
 * console.log(maps!.shape, attention!.shape); // [ 1, 4, 4, 8 ] [ 1, 4, 4, 1 ]
 * ```
 *
 * Reference: Li, Sui, Zhu, Zhao 2022, arXiv 2201.05297, as in the authors' code.
 */
export class ContinuousAttention extends NetworkLayer {
  static className = 'MerContinuousAttention';
  private convolution!: Conv2d;
  private norm!: BatchNormalization;

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    checkLayerInput(this, shape, '[batch, height, width, channels]');
    const statistics = [...shape.slice(0, 3), 2];
    const { seed } = this;
    const convolution = new Conv2d({ seed, filters: 1, kernelSize: 1, bias: false, start: 'he-fan-out' });
    this.convolution = this.addPart('convolution', convolution, statistics, '0');
    this.norm = this.addPart('norm', new BatchNormalization(), [...shape.slice(0, 3), 1], '1');
    this.built = true;
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape[] {
    const shape = oneShape(inputShape);
    return [shape, [...shape.slice(0, 3), 1]];
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: LayerPass = {}): tf.Tensor[] {
    return tf.tidy(() => {
      const [x, before] = (Array.isArray(inputs) ? inputs : [inputs]) as [tf.Tensor4D, tf.Tensor4D | undefined];
      const own = tf.sigmoid(this.norm.call(this.convolution.call(channelStatistics(x)), kwargs));
      const attention = before === undefined ? own : tf.mul(before, own);
      return [tf.mul(x, attention), attention];
    });
  }
}
