import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { kernelStart } from './kernel-start.js';
import { checkLayerInput, oneShape, oneTensor } from './layer-inputs.js';
import { NetworkLayer } from './network-layer.js';

/**
 * Weighs the channels of `[batch, height, width, channels]` by a convolution along them: x sigmoid(w * mean(x) + w * max(x)), with one kernel w, whose
 * length is the odd number at or above half of log2(channels) + 1, rounded down.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { EfficientChannelAttention } from '@mer/models';
 *
 * console.log(new EfficientChannelAttention().apply(tf.zeros([1, 4, 4, 64])).shape); // [ 1, 4, 4, 64 ]
 * ```
 *
 * Reference: Wang et al., CVPR 2020, arXiv 1910.03151; the maximum beside the mean as in SKD-TSTSAN, arXiv 2406.17538.
 */
export class EfficientChannelAttention extends NetworkLayer {
  static className = 'MerEfficientChannelAttention';
  private kernel!: tfl.LayerVariable;

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    checkLayerInput(this, shape, '[batch, height, width, channels]');
    const half = Math.floor((Math.log2(shape[3]!) + 1) / 2);
    const length = half % 2 === 1 ? half : half + 1;
    this.kernel = this.addParameter({
      name: 'conv.weight',
      shape: [1, 1, length],
      start: kernelStart('fan-in', length, length),
    });
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = oneTensor(inputs) as tf.Tensor4D;
      const [batch, height, width, channels] = x.shape;
      const places = tf.reshape(x, [batch, height * width, channels]);
      // the convolution is linear: one of the sum is the sum of both
      const pooled = tf.reshape(tf.add(tf.mean(places, 1), tf.max(places, 1)), [batch, 1, channels, 1]) as tf.Tensor4D;
      const kernel = this.kernel.read() as tf.Tensor3D;
      const along = tf.conv2d(pooled, tf.reshape(kernel, [1, kernel.shape[2], 1, 1]) as tf.Tensor4D, 1, 'same');
      return tf.mul(x, tf.sigmoid(tf.reshape(along, [batch, 1, 1, channels])));
    });
  }
}
