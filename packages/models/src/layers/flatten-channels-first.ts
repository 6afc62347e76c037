import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { oneShape, oneTensor } from './layer-inputs.js';
import { NetworkLayer } from './network-layer.js';

/**
 * Flattens `[batch, …, channels]` in PyTorch's order: channel first, then row, then column.
 *
 * A linear layer behind it takes the weights of the PyTorch network as they are.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { FlattenChannelsFirst } from '@mer/models';
 *
 * const maps = tf.tensor4d([1, 10, 2, 20], [1, 1, 2, 2]);
 * console.log(Array.from(new FlattenChannelsFirst().call(maps).dataSync())); // [ 1, 2, 10, 20 ]
 * ```
 */
export class FlattenChannelsFirst extends NetworkLayer {
  static className = 'MerFlattenChannelsFirst';

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const [batch, ...sizes] = oneShape(inputShape);
    const size = sizes.some((length) => length == null)
      ? null
      : sizes.reduce<number>((product, length) => product * length!, 1);
    return [batch ?? null, size];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = oneTensor(inputs);
      const axes = Array.from({ length: x.rank - 2 }, (_, index) => index + 1);
      const first = x.rank > 2 ? tf.transpose(x, [0, x.rank - 1, ...axes]) : x;
      return tf.reshape(first, [x.shape[0]!, -1]);
    });
  }
}
