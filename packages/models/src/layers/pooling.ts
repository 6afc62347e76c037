import { integer } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { checkLayerInput, oneShape, oneTensor } from './layer-inputs.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';

const pool2dOptions = {
  size: integer('Side of the window.', { min: 1 }),
  stride: integer('Step; the size of the window by default.', { min: 1, optional: true }),
  padding: integer('Border on each side, at most half of the window.', { min: 0, default: 0 }),
};

/** Arguments of {@link MaxPool2d} and {@link AvgPool2d}. */
export type Pool2dArgs = LayerArgs<typeof pool2dOptions>;

abstract class Pool2d extends NetworkLayer<typeof pool2dOptions> {
  constructor(args: Pool2dArgs) {
    super(args, pool2dOptions);
    const { size: side, padding } = this.options;
    if (padding > side / 2) {
      throw new RangeError(
        `Cannot ${this.making} as padding must be at most half of size: current values are ${padding} and ${side}`,
      );
    }
  }

  /** Side, step and border of the windows. */
  protected get window(): { side: number; step: number; border: number } {
    const { size: side, stride: step = side, padding: border } = this.options;
    return { side, step, border };
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const shape = oneShape(inputShape);
    checkLayerInput(this, shape, '[batch, height, width, channels]');
    const { side, step, border } = this.window;
    const count = (length: number | null | undefined) =>
      length == null ? null : Math.floor((length + 2 * border - side) / step) + 1;
    return [shape[0] ?? null, count(shape[1]), count(shape[2]), shape[3] ?? null];
  }
}

/**
 * Maximum over windows, with PyTorch's conventions: the border counts as minus infinity, incomplete windows are dropped.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { MaxPool2d } from '@mer/models';
 *
 * const layer = new MaxPool2d({ size: 3, stride: 2, padding: 1 });
 * console.log(layer.apply(tf.zeros([1, 8, 8, 2])).shape); // [ 1, 4, 4, 2 ]
 * ```
 */
export class MaxPool2d extends Pool2d {
  static className = 'MerMaxPool2d';

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = oneTensor(inputs) as tf.Tensor4D;
      const { side, step, border } = this.window;
      return border === 0 ? tf.maxPool(x, side, step, 'valid') : tf.maxPool(x, side, step, border, 'floor');
    });
  }
}

/**
 * Mean over windows, with PyTorch's conventions: the border counts as zeros that are part of the mean, incomplete windows
 * are dropped.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { AvgPool2d } from '@mer/models';
 *
 * console.log(new AvgPool2d({ size: 2 }).apply(tf.zeros([1, 9, 9, 2])).shape); // [ 1, 4, 4, 2 ]
 * ```
 */
export class AvgPool2d extends Pool2d {
  static className = 'MerAvgPool2d';

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = oneTensor(inputs) as tf.Tensor4D;
      const { side, step, border } = this.window;
      const both: [number, number] = [border, border];
      const padded = border === 0 ? x : tf.pad(x, [[0, 0], both, both, [0, 0]]);
      return tf.avgPool(padded, side, step, 'valid');
    });
  }
}

/**
 * Mean over all axes between the first and the last: `[batch, …, channels]` to `[batch, channels]`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { GlobalAveragePool } from '@mer/models';
 *
 * console.log(new GlobalAveragePool().apply(tf.zeros([2, 7, 7, 5])).shape); // [ 2, 5 ]
 * ```
 */
export class GlobalAveragePool extends NetworkLayer {
  static className = 'MerGlobalAveragePool';

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const shape = oneShape(inputShape);
    return [shape[0] ?? null, shape[shape.length - 1] ?? null];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = oneTensor(inputs);
      const channels = x.shape[x.shape.length - 1]!;
      return tf.mean(tf.reshape(x, [x.shape[0]!, -1, channels]), 1);
    });
  }
}
