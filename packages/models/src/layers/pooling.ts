import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { checkInteger } from '../checks.js';
import { checkLayerInput, NetworkLayer, type NetworkLayerArgs, oneShape, oneTensor } from './network-layer.js';

/** Arguments of {@link MaxPool2d} and {@link AvgPool2d}. */
export interface Pool2dArgs extends NetworkLayerArgs {
  /** Side of the window. */
  size: number;
  /** Step; the size of the window by default. */
  stride?: number;
  /** Border on each side; 0 by default. */
  padding?: number;
}

abstract class Pool2d extends NetworkLayer {
  protected readonly size: number;
  protected readonly stride: number;
  protected readonly padding: number;

  constructor(args: Pool2dArgs) {
    super(args);
    const task = `make pooling layer ${this.name}`;
    this.size = args.size;
    this.stride = args.stride ?? args.size;
    this.padding = args.padding ?? 0;
    checkInteger(task, 'size', this.size);
    checkInteger(task, 'stride', this.stride);
    checkInteger(task, 'padding', this.padding, 0);
    if (this.padding > this.size / 2) {
      throw new RangeError(
        `Cannot ${task} as padding must be at most half of size: current values are ${this.padding} and ${this.size}`,
      );
    }
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const shape = oneShape(inputShape);
    checkLayerInput(this, shape, '[batch, height, width, channels]');
    const size = (length: number | null | undefined) =>
      length == null ? null : Math.floor((length + 2 * this.padding - this.size) / this.stride) + 1;
    return [shape[0] ?? null, size(shape[1]), size(shape[2]), shape[3] ?? null];
  }

  /** The arguments with which the layer was made. */
  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), size: this.size, stride: this.stride, padding: this.padding };
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
      return this.padding === 0
        ? tf.maxPool(x, this.size, this.stride, 'valid')
        : tf.maxPool(x, this.size, this.stride, this.padding, 'floor');
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
      const side: [number, number] = [this.padding, this.padding];
      const padded = this.padding === 0 ? x : tf.pad(x, [[0, 0], side, side, [0, 0]]);
      return tf.avgPool(padded, this.size, this.stride, 'valid');
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
