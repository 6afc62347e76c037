import { integer, list } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { oneShape, oneTensor } from './layer-inputs.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';

/**
 * The first input minus the second.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { Difference } from '@mer/models';
 *
 * console.log(Array.from(new Difference().call([tf.tensor1d([3]), tf.tensor1d([1])]).dataSync())); // [ 2 ]
 * ```
 */
export class Difference extends NetworkLayer {
  static className = 'MerDifference';

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    return oneShape(inputShape);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [left, right] = twoTensors(this, inputs);
    return tf.sub(left, right);
  }
}

const channelSliceOptions = {
  start: integer('First channel.', { min: 0 }),
  size: integer('Number of channels.', { min: 1 }),
};

/** Arguments of {@link ChannelSlice}. */
export type ChannelSliceArgs = LayerArgs<typeof channelSliceOptions>;

/**
 * Some channels: `[…, channels]` to `[…, size]`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { ChannelSlice } from '@mer/models';
 *
 * const layer = new ChannelSlice({ start: 1, size: 1 });
 * console.log(Array.from(layer.call(tf.tensor2d([[1, 2], [3, 4]])).dataSync())); // [ 2, 4 ]
 * ```
 */
export class ChannelSlice extends NetworkLayer<typeof channelSliceOptions> {
  static className = 'MerChannelSlice';

  constructor(args: ChannelSliceArgs) {
    super(args, channelSliceOptions);
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const shape = oneShape(inputShape);
    const channels = shape[shape.length - 1];
    if (channels != null && this.options.start + this.options.size > channels) {
      throw new RangeError(
        `Cannot build layer ${this.name} as its input must have at least ${this.options.start + this.options.size} channels: current value is ${channels}`,
      );
    }
    return [...shape.slice(0, -1), this.options.size];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = oneTensor(inputs);
    const begin = x.shape.map((_, axis) => (axis === x.rank - 1 ? this.options.start : 0));
    return tf.slice(x, begin, [...x.shape.slice(0, -1), this.options.size]);
  }
}

const regroupOptions = {
  shape: list(
    'Shape of one sample; -1 at most once. The first axis may be -2: it is then taken from or given to the batch.',
    integer('Length of an axis.', { min: -2 }),
    {},
  ),
};

/** Arguments of {@link Regroup}. */
export type RegroupArgs = LayerArgs<typeof regroupOptions>;

/**
 * Gives every sample another shape with as many elements; the order of the elements stays.
 *
 * With `-2` in front the samples themselves are split or joined: `[batch, n, …]` and `shape: [-2, …]` give `[batch n, …]`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { Regroup } from '@mer/models';
 *
 * console.log(new Regroup({ shape: [4, 3] }).apply(tf.zeros([2, 2, 2, 3])).shape); // [ 2, 4, 3 ]
 * console.log(new Regroup({ shape: [-2, 5] }).apply(tf.zeros([2, 4, 5])).shape); // [ 8, 5 ]
 * ```
 */
export class Regroup extends NetworkLayer<typeof regroupOptions> {
  static className = 'MerRegroup';

  constructor(args: RegroupArgs) {
    super(args, regroupOptions);
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const [batch, ...sizes] = oneShape(inputShape);
    if (this.options.shape[0] === -2) return [null, ...this.options.shape.slice(1)];
    if (!this.options.shape.includes(-1)) return [batch ?? null, ...this.options.shape];
    const total = sizes.reduce<number>((product, size) => product * (size ?? Number.NaN), 1);
    const known = this.options.shape.reduce((product, size) => (size === -1 ? product : product * size), 1);
    const rest = Number.isNaN(total) ? null : total / known;
    return [batch ?? null, ...this.options.shape.map((size) => (size === -1 ? rest : size))];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = oneTensor(inputs);
    return tf.reshape(
      x,
      this.options.shape[0] === -2 ? [-1, ...this.options.shape.slice(1)] : [x.shape[0]!, ...this.options.shape],
    );
  }
}

/** The two tensors that a layer with two inputs needs. */
export function twoTensors(layer: tfl.layers.Layer, inputs: tf.Tensor | tf.Tensor[]): [tf.Tensor, tf.Tensor] {
  if (!Array.isArray(inputs) || inputs.length !== 2) {
    const given = Array.isArray(inputs) ? inputs.length : 1;
    throw new TypeError(`Cannot call layer ${layer.name} as inputs must be two tensors: current value is ${given}`);
  }
  return [inputs[0]!, inputs[1]!];
}

/** The two shapes that a layer with two inputs needs. */
export function twoShapes(layer: tfl.layers.Layer, shapes: tfl.Shape | tfl.Shape[]): [tfl.Shape, tfl.Shape] {
  if (!Array.isArray(shapes[0]) || shapes.length !== 2) {
    throw new TypeError(`Cannot build layer ${layer.name} as inputs must be two tensors: current value is ${shapes}`);
  }
  return shapes as [tfl.Shape, tfl.Shape];
}
