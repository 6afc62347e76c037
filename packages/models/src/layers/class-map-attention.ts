import { integer } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { twoShapes, twoTensors } from './combine.js';
import { kernelStart } from './kernel-start.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';
import { ZEROS } from './parameter-start.js';
import { cellWeights, resample } from './resample2d.js';

const classMapAttentionOptions = {
  classes: integer('Number of classes.', { min: 1 }),
  grid: integer('Side of the grid to which both maps are averaged.', { min: 1, default: 7 }),
};

/** Arguments of {@link ClassMapAttention}. */
export type ClassMapAttentionArgs = LayerArgs<typeof classMapAttentionOptions>;

/**
 * A linear classifier whose own weights tell where to look, without further parameters.
 *
 *     M_k = rescale(mean_c(W_k early)),  attention = mean_k M_k,  logits = W (late attention) + b
 *
 * where rescale takes the smallest value to 0 and the largest to 1 (a constant map to 0). Inputs: an early and a late map,
 * `[batch, height, width, channels]`, averaged to a grid; output: logits `[batch, classes]`. In a PyTorch state dict the
 * weight is `[classes, channels grid grid]`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { ClassMapAttention } from '@mer/models';
 *
 * const layer = new ClassMapAttention({ classes: 3, grid: 5 });
 * const logits = layer.apply([tf.ones([2, 12, 12, 4]), tf.ones([2, 6, 6, 4])]) as tf.Tensor;
 * console.log(logits.shape); // [ 2, 3 ]
 * ```
 *
 * Reference: Xia, Peng, Khor, Feng, Zhao 2020, arXiv 2006.09674 (RCN-A), as in the authors' code.
 */
export class ClassMapAttention extends NetworkLayer<typeof classMapAttentionOptions> {
  static className = 'MerClassMapAttention';
  private kernel!: tfl.LayerVariable;
  private bias!: tfl.LayerVariable;

  constructor(args: ClassMapAttentionArgs) {
    super(args, classMapAttentionOptions);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const [early, late] = twoShapes(this, inputShape);
    if (early.length !== 4 || late.length !== 4 || early[3] !== late[3]) {
      throw new TypeError(
        `Cannot build layer ${this.name} as its inputs must be [batch, height, width, channels] of one width: current values are [${early}] and [${late}]`,
      );
    }
    this.kernel = this.addParameter({
      name: 'kernel',
      shape: [early[3]! * this.options.grid ** 2, this.options.classes],
      start: kernelStart('normal', 1, 1),
      torchName: 'weight',
      layout: 'linear',
    });
    this.bias = this.addParameter({ name: 'bias', shape: [this.options.classes], start: ZEROS });
    this.built = true;
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    return [twoShapes(this, inputShape)[0][0] ?? null, this.options.classes];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [early, late] = twoTensors(this, inputs) as [tf.Tensor4D, tf.Tensor4D];
      const { grid, classes } = this.options;
      const [batch, , , channels] = late.shape;
      const cells = (maps: tf.Tensor4D) =>
        tf.reshape(resample(maps, grid, grid, cellWeights), [batch, grid * grid, channels]);
      const kernel = this.kernel.read();
      // [channels cells, classes], channel first, to [1, cells, channels] per class
      const weights = tf.transpose(tf.reshape(kernel, [channels, grid * grid, classes]), [2, 1, 0]);
      const before = cells(early);
      const maps = tf.unstack(weights).map((weight) => rescaled(tf.mean(tf.mul(before, weight), 2)));
      const attention = tf.div(tf.addN(maps), classes);
      const seen = tf.mul(cells(late), tf.expandDims(attention, 2));
      const flat = tf.reshape(tf.transpose(seen, [0, 2, 1]), [batch, channels * grid * grid]) as tf.Tensor2D;
      return tf.add(tf.matMul(flat, kernel as tf.Tensor2D), this.bias.read());
    });
  }
}

/** Rows of `[batch, cells]` from their smallest value at 0 to their largest at 1. */
function rescaled(map: tf.Tensor): tf.Tensor {
  const above = tf.sub(map, tf.min(map, 1, true));
  return tf.div(above, tf.maximum(tf.max(above, 1, true), 1e-20));
}
