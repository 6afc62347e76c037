import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { twoShapes, twoTensors } from './combine.js';
import { checkLayerInput, oneShape, oneTensor } from './layer-inputs.js';
import { NetworkLayer } from './network-layer.js';

/**
 * Maximum over 2x2 windows that remembers the places: `[batch, 2 h, 2 w, c]` to `[batch, h, w, c]` and the places
 * `[batch, h, w, 4 c]`, ones where the maximum was (the first of equal ones, as in PyTorch) and zeros elsewhere.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { MaxPoolWithPlaces } from '@mer/models';
 *
 * const [most, places] = new MaxPoolWithPlaces().call(tf.tensor4d([1, 4, 2, 3], [1, 2, 2, 1]));
 * console.log(most!.dataSync()[0], Array.from(places!.dataSync())); // 4 [ 0, 1, 0, 0 ]
 * ```
 */
export class MaxPoolWithPlaces extends NetworkLayer {
  static className = 'MerMaxPoolWithPlaces';

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape[] {
    const shape = oneShape(inputShape);
    checkLayerInput(this, shape, '[batch, height, width, channels]');
    const [batch, height, width, channels] = shape as number[];
    if (height! % 2 !== 0 || width! % 2 !== 0) {
      throw new RangeError(
        `Cannot build layer ${this.name} as height and width must be even: current value is [${shape}]`,
      );
    }
    const half = [batch!, height! / 2, width! / 2];
    return [
      [...half, channels!],
      [...half, 4 * channels!],
    ];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor[] {
    return tf.tidy(() => {
      const x = oneTensor(inputs) as tf.Tensor4D;
      const [batch, height, width, channels] = x.shape;
      const windows = tf.transpose(tf.reshape(x, [batch, height / 2, 2, width / 2, 2, channels]), [0, 1, 3, 2, 4, 5]);
      const corners = tf.reshape(windows, [batch, height / 2, width / 2, 4 * channels]);
      const places = firstMaximum(corners as tf.Tensor4D);
      const [a, b, c, d] = tf.split(tf.mul(corners, places), 4, 3) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
      return [tf.add(tf.add(a, b), tf.add(c, d)), places];
    });
  }
}

/** Ones at the first maximum of every four corners; a constant as far as gradients go. */
function firstMaximum(corners: tf.Tensor4D): tf.Tensor4D {
  const op = tf.customGrad((input) => {
    const parts = tf.split(input as tf.Tensor, 4, 3);
    const most = parts.reduce((left, right) => tf.maximum(left, right));
    let free: tf.Tensor = tf.onesLike(most);
    const places = parts.map((part) => {
      const here = tf.mul(free, tf.sub(1, tf.step(tf.sub(most, part))));
      free = tf.sub(free, here);
      return here;
    });
    return { value: tf.concat(places, 3), gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy) };
  });
  return op(corners) as tf.Tensor4D;
}

/**
 * The inverse of {@link MaxPoolWithPlaces}: puts every value at the place of the maximum and zeros elsewhere.
 *
 * Inputs `[batch, h, w, c]` and the places `[batch, h, w, 4 c]`; the result is `[batch, 2 h, 2 w, c]`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { MaxPoolWithPlaces, MaxUnpool2d } from '@mer/models';
 *
 * const pooled = new MaxPoolWithPlaces().call(tf.tensor4d([1, 4, 2, 3], [1, 2, 2, 1]));
 * console.log(Array.from(new MaxUnpool2d().call(pooled).dataSync())); // [ 0, 4, 0, 0 ]
 * ```
 */
export class MaxUnpool2d extends NetworkLayer {
  static className = 'MerMaxUnpool2d';

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const [batch, height, width, channels] = twoShapes(this, inputShape)[0] as number[];
    return [batch!, 2 * height!, 2 * width!, channels!];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [x, places] = twoTensors(this, inputs) as [tf.Tensor4D, tf.Tensor4D];
      const [batch, height, width, channels] = x.shape;
      const corners = tf.mul(tf.concat([x, x, x, x], 3), places);
      const windows = tf.reshape(corners, [batch, height, width, 2, 2, channels]);
      return tf.reshape(tf.transpose(windows, [0, 1, 3, 2, 4, 5]), [batch, 2 * height, 2 * width, channels]);
    });
  }
}
