import { integer } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { biasStart, kernelStart } from './kernel-start.js';
import { checkLayerInput, oneShape, oneTensor } from './layer-inputs.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';

const FORM = '[batch, frames, height, width, channels]';

const spaceTimeConvOptions = {
  filters: integer('Number of output maps.', { min: 1 }),
  size: integer('Side of the kernel, and its step in the picture.', { min: 1, default: 2 }),
  length: integer('Frames that the kernel spans; it steps by one.', { min: 1, default: 5 }),
};

/** Arguments of {@link SpaceTimeConv}. */
export type SpaceTimeConvArgs = LayerArgs<typeof spaceTimeConvOptions>;

/**
 * Convolution over place and time, in steps of its side in the picture and of one in time, without a border:
 * `[batch, frames, height, width, channels]` to `[batch, frames - length + 1, height / size, width / size, filters]`, rounded down.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { SpaceTimeConv } from '@mer/models';
 *
 * console.log(new SpaceTimeConv({ filters: 4 }).apply(tf.zeros([1, 7, 8, 8, 3])).shape); // [ 1, 3, 4, 4, 4 ]
 * ```
 *
 * Reference: MOL, arXiv 2506.14511; the weights lie as in PyTorch's `Conv3d` with time as last axis.
 */
export class SpaceTimeConv extends NetworkLayer<typeof spaceTimeConvOptions> {
  static className = 'MerSpaceTimeConv';
  private kernel!: tfl.LayerVariable;
  private bias!: tfl.LayerVariable;

  constructor(args: SpaceTimeConvArgs) {
    super(args, spaceTimeConvOptions);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    checkLayerInput(this, shape, FORM);
    const { filters, size, length } = this.options;
    const channels = shape[4]!;
    const fanIn = channels * size * size * length;
    this.kernel = this.addParameter({
      name: 'kernel',
      shape: [size, size, channels, length, filters],
      start: kernelStart('fan-in', fanIn, 1),
      torchName: 'weight',
      layout: 'conv3dTimeLast',
    });
    this.bias = this.addParameter({ name: 'bias', shape: [filters], start: biasStart('fan-in', fanIn) });
    this.built = true;
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const shape = oneShape(inputShape);
    checkLayerInput(this, shape, FORM);
    const [batch, frames, height, width] = shape as number[];
    const { filters, size, length } = this.options;
    if (frames! < length || Math.min(height!, width!) < size) {
      throw new RangeError(
        `Cannot build layer ${this.name} as its input must have at least ${length} frames of ${size} x ${size}: current value is [${shape}]`,
      );
    }
    return [batch ?? null, frames! - length + 1, Math.floor(height! / size), Math.floor(width! / size), filters];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = oneTensor(inputs) as tf.Tensor5D;
      const [batch, frames, height, width, channels] = x.shape;
      const { filters, size, length } = this.options;
      // one convolution of every frame for all moments of the kernel; then those that belong together are added up
      const kernel = tf.reshape(this.kernel.read(), [size, size, channels, length * filters]) as tf.Tensor4D;
      const images = tf.reshape(x, [batch * frames, height, width, channels]) as tf.Tensor4D;
      const each = tf.conv2d(images, kernel, size, 'valid');
      const [, rows, columns] = each.shape;
      const moments = tf.reshape(each, [batch, frames, rows * columns, length, filters]) as tf.Tensor5D;
      const sums = Array.from({ length }, (_, k) =>
        tf.slice(moments, [0, k, 0, k, 0], [batch, frames - length + 1, rows * columns, 1, filters]),
      );
      const y = tf.reshape(tf.addN(sums), [batch, frames - length + 1, rows, columns, filters]);
      return tf.add(y, this.bias.read());
    });
  }
}

const spaceTimePoolOptions = {
  size: integer('Frames, rows and columns of a window, and its step.', { min: 1, default: 2 }),
};

/** Arguments of {@link SpaceTimeMaxPool}. */
export type SpaceTimeMaxPoolArgs = LayerArgs<typeof spaceTimePoolOptions>;

/**
 * Maximum over windows of place and time, incomplete ones dropped: `[batch, frames, height, width, channels]`, each of the three over `size`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { SpaceTimeMaxPool } from '@mer/models';
 *
 * console.log(new SpaceTimeMaxPool().apply(tf.zeros([1, 5, 4, 4, 3])).shape); // [ 1, 2, 2, 2, 3 ]
 * ```
 */
export class SpaceTimeMaxPool extends NetworkLayer<typeof spaceTimePoolOptions> {
  static className = 'MerSpaceTimeMaxPool';

  constructor(args: SpaceTimeMaxPoolArgs = {}) {
    super(args, spaceTimePoolOptions);
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const shape = oneShape(inputShape);
    checkLayerInput(this, shape, FORM);
    const pooled = shape.slice(1, 4).map((length) => Math.floor(length! / this.options.size));
    if (Math.min(...pooled) < 1) {
      throw new RangeError(
        `Cannot build layer ${this.name} as its input must have at least ${this.options.size} frames, rows and columns: current value is [${shape}]`,
      );
    }
    return [shape[0] ?? null, ...pooled, shape[4]!];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = oneTensor(inputs) as tf.Tensor5D;
      const { size } = this.options;
      const [batch, frames, height, width, channels] = x.shape;
      const count = Math.floor(frames / size);
      const kept = tf.slice(x, [0, 0, 0, 0, 0], [batch, count * size, height, width, channels]);
      const images = tf.reshape(kept, [batch * count * size, height, width, channels]) as tf.Tensor4D;
      const pooled = tf.maxPool(images, size, size, 'valid');
      const [, rows, columns] = pooled.shape;
      const groups = tf.split(tf.reshape(pooled, [batch, count, size, rows * columns * channels]), size, 2);
      const most = groups.reduce((a, b) => tf.maximum(a, b));
      return tf.reshape(most, [batch, count, rows, columns, channels]);
    });
  }
}
