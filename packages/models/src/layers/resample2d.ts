import { flag, integer, type Resolved } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { checkLayerInput, oneShape, oneTensor } from './layer-inputs.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';

const resample2dOptions = {
  height: integer('Height of the result.', { min: 1 }),
  width: integer('Width of the result.', { min: 1 }),
};

/** Arguments of {@link AdaptiveAvgPool2d}. */
export type Resample2dArgs = LayerArgs<typeof resample2dOptions>;

/** A linear map of the rows and of the columns, given by one matrix each. */
abstract class Resample2d<Entries extends typeof resample2dOptions> extends NetworkLayer<Entries> {
  /** Height and width of the result. */
  private get target() {
    return this.options as unknown as Resolved<typeof resample2dOptions>;
  }

  /** Weights `[to, from]`, row by row. */
  protected abstract matrix(from: number, to: number): Float32Array;

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const shape = oneShape(inputShape);
    checkLayerInput(this, shape, '[batch, height, width, channels]');
    const { height, width } = this.target;
    return [shape[0] ?? null, height, width, shape[3] ?? null];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = oneTensor(inputs) as tf.Tensor4D;
      const { height, width } = this.target;
      return resample(x, height, width, (from, to) => this.matrix(from, to));
    });
  }
}

/** Applies a linear map to the rows and then to the columns of `[batch, height, width, channels]`. */
export function resample(
  x: tf.Tensor4D,
  height: number,
  width: number,
  weights: (from: number, to: number) => Float32Array,
): tf.Tensor4D {
  return tf.tidy(() => {
    const [batch, rows, columns, channels] = x.shape;
    const along = (values: tf.Tensor, groups: number, from: number, to: number, inner: number) => {
      const flat = tf.reshape(values, [groups, from, inner]) as tf.Tensor3D;
      const matrix = tf.tensor3d(weights(from, to), [1, to, from]);
      return tf.matMul(groups === 1 ? matrix : tf.tile(matrix, [groups, 1, 1]), flat);
    };
    const tall = rows === height ? x : along(x, batch, rows, height, columns * channels);
    const wide = columns === width ? tall : along(tall, batch * height, columns, width, channels);
    return tf.reshape(wide, [batch, height, width, channels]);
  });
}

/**
 * Mean over a grid of `height` x `width` cells, whatever the size of the input, with PyTorch's cells: cell i covers the
 * rows from floor(i H / height) to ceil((i + 1) H / height).
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { AdaptiveAvgPool2d } from '@mer/models';
 *
 * const layer = new AdaptiveAvgPool2d({ height: 5, width: 5 });
 * console.log(layer.apply(tf.zeros([1, 12, 12, 3])).shape); // [ 1, 5, 5, 3 ]
 * ```
 */
export class AdaptiveAvgPool2d extends Resample2d<typeof resample2dOptions> {
  static className = 'MerAdaptiveAvgPool2d';

  constructor(args: Resample2dArgs) {
    super(args, resample2dOptions);
  }

  protected override matrix(from: number, to: number): Float32Array {
    return cellWeights(from, to);
  }
}

/** The weights of {@link AdaptiveAvgPool2d} along one axis, `[to, from]`. */
export function cellWeights(from: number, to: number): Float32Array {
  const matrix = new Float32Array(to * from);
  for (let cell = 0; cell < to; cell++) {
    const start = Math.floor((cell * from) / to);
    const end = Math.ceil(((cell + 1) * from) / to);
    matrix.fill(1 / (end - start), cell * from + start, cell * from + end);
  }
  return matrix;
}

const resizeBilinear2dOptions = {
  ...resample2dOptions,
  antialias: flag('Whether shrinking averages over all covered pixels, unlike `interpolate` of PyTorch.', {
    default: false,
  }),
};

/** Arguments of {@link ResizeBilinear2d}. */
export type ResizeBilinear2dArgs = LayerArgs<typeof resizeBilinear2dOptions>;

/**
 * Bilinear resizing with pixel centers at halves, as PyTorch's `interpolate(…, align_corners=False)`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { ResizeBilinear2d } from '@mer/models';
 *
 * const layer = new ResizeBilinear2d({ height: 1, width: 1 });
 * console.log(layer.call(tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1])).dataSync()[0]); // 2.5
 * ```
 */
export class ResizeBilinear2d extends Resample2d<typeof resizeBilinear2dOptions> {
  static className = 'MerResizeBilinear2d';

  constructor(args: ResizeBilinear2dArgs) {
    super(args, resizeBilinear2dOptions);
  }

  protected override matrix(from: number, to: number): Float32Array {
    return bilinearWeights(from, to, this.options.antialias);
  }
}

/** The weights of bilinear resizing along one axis, `[to, from]`; with `antialias` a triangle as wide as the step. */
export function bilinearWeights(from: number, to: number, antialias = false): Float32Array {
  const matrix = new Float32Array(to * from);
  const step = from / to;
  const reach = antialias ? Math.max(1, step) : 1;
  for (let row = 0; row < to; row++) {
    let center = (row + 0.5) * step - 0.5;
    if (!antialias) center = Math.max(0, center);
    const first = Math.floor(center - reach) + 1;
    const weights: Array<[number, number]> = [];
    let total = 0;
    for (let column = first; column < center + reach; column++) {
      const weight = Math.max(0, 1 - Math.abs(column - center) / reach);
      const inside = column >= 0 && column < from;
      if (antialias && !inside) continue;
      weights.push([Math.min(from - 1, Math.max(0, column)), weight]);
      total += weight;
    }
    for (const [column, weight] of weights) matrix[row * from + column]! += weight / total;
  }
  return matrix;
}
