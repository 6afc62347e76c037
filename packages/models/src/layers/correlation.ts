import { integer } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { twoShapes, twoTensors } from './combine.js';
import { checkLayerInput } from './layer-inputs.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';

const correlationOptions = {
  patch: integer('Displacements in each direction, an odd number.', { min: 1, default: 21 }),
  dilation: integer('Pixels from one displacement to the next.', { min: 1, default: 2 }),
};

/** Arguments of {@link Correlation}. */
export type CorrelationArgs = LayerArgs<typeof correlationOptions>;

/**
 * How well the maps of a picture fit those of another, displaced: of `[batch, height, width, channels]` twice
 *
 *     out(y, x, k) = mean over c of a(y, x, c) b(y + dy_k, x + dx_k, c)          0 where that lies outside
 *
 * for all displacements of a grid, row by row: `[batch, height, width, patch^2]`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { Correlation } from '@mer/models';
 *
 * const [a, b] = [tf.tensor4d([1, 0], [1, 1, 2, 1]), tf.tensor4d([0, 3], [1, 1, 2, 1])];
 * const fits = new Correlation({ patch: 3, dilation: 1 }).apply([a, b]) as tf.Tensor;
 * // the second pixel of b fits the first of a: one to the right
 * console.log(Array.from(tf.slice(fits, [0, 0, 0, 3], [1, 1, 1, 3]).dataSync())); // [ 0, 0, 3 ]
 * ```
 *
 * Reference: FlowNetC, arXiv 1504.06852, as in MOL, arXiv 2506.14511.
 */
export class Correlation extends NetworkLayer<typeof correlationOptions> {
  static className = 'MerCorrelation';

  constructor(args: CorrelationArgs = {}) {
    super(args, correlationOptions);
    if (this.options.patch % 2 === 0) {
      throw new RangeError(`Cannot ${this.making} as patch must be odd: current value is ${this.options.patch}`);
    }
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const [shape] = twoShapes(this, inputShape);
    checkLayerInput(this, shape, '[batch, height, width, channels]');
    return [...shape.slice(0, 3), this.options.patch ** 2];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [a, b] = twoTensors(this, inputs) as [tf.Tensor4D, tf.Tensor4D];
      const [batch, height, width, channels] = a.shape;
      const places = height * width;
      const rows = (x: tf.Tensor4D) => tf.reshape(x, [batch, places, channels]);
      const products = tf.matMul(rows(a), rows(b), false, true);
      const fits = displaced(tf.reshape(products, [batch, places * places]), { height, width, ...this.options });
      return tf.div(tf.reshape(fits, [batch, height, width, -1]), channels);
    });
  }
}

interface Grid {
  height: number;
  width: number;
  patch: number;
  dilation: number;
}

/** For each place and displacement the product it stands for, `[batch, places x displacements]`. Each product is taken at most once, so the gradient is taken alike. */
function displaced(products: tf.Tensor2D, grid: Grid): tf.Tensor2D {
  const op = tf.customGrad((given) => {
    const { forth, back } = tables(grid);
    return {
      value: taken(given as tf.Tensor2D, forth),
      gradFunc: (dy: tf.Tensor) => taken(dy as tf.Tensor2D, back),
    };
  });
  return op(products) as tf.Tensor2D;
}

/** The columns of the given numbers, and zeros where the number is -1. */
function taken(x: tf.Tensor2D, columns: Int32Array): tf.Tensor2D {
  return tf.tidy(() => {
    const there = tf.tensor1d(Float32Array.from(columns, (column) => (column < 0 ? 0 : 1)));
    const which = tf.tensor1d(
      columns.map((column) => Math.max(0, column)),
      'int32',
    );
    return tf.mul(tf.gather(x, which, 1), there) as tf.Tensor2D;
  });
}

/** Which product belongs to a place and displacement, and the other way round; -1 where there is none. */
function tables({ height, width, patch, dilation }: Grid): { forth: Int32Array; back: Int32Array } {
  const places = height * width;
  const half = (patch - 1) / 2;
  const forth = new Int32Array(places * patch * patch).fill(-1);
  const back = new Int32Array(places * places).fill(-1);
  for (let place = 0; place < places; place++) {
    for (let k = 0; k < patch * patch; k++) {
      const y = Math.floor(place / width) + (Math.floor(k / patch) - half) * dilation;
      const x = (place % width) + ((k % patch) - half) * dilation;
      if (y < 0 || x < 0 || y >= height || x >= width) continue;
      const product = place * places + y * width + x;
      forth[place * patch * patch + k] = product;
      back[product] = place * patch * patch + k;
    }
  }
  return { forth, back };
}
