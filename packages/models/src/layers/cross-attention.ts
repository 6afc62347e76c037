import { integer } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { attend } from './attend.js';
import { twoShapes, twoTensors } from './combine.js';
import { kernelStart } from './kernel-start.js';
import { checkLayerInput } from './layer-inputs.js';
import { linear } from './linear.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';
import { ZEROS } from './parameter-start.js';

const crossAttentionOptions = {
  heads: integer('Number of heads; must divide the width of the tokens.', { min: 1 }),
};

/** Arguments of {@link CrossAttention}. */
export type CrossAttentionArgs = LayerArgs<typeof crossAttentionOptions>;

/**
 * Multi-head attention of the first input's tokens (queries) to the second's (keys and values), as
 * `torch.nn.MultiheadAttention` with its names: in_proj_weight, in_proj_bias, out_proj.
 *
 * Inputs `[batch, n, width]` and `[batch, m, width]`; the result is `[batch, n, width]`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { CrossAttention } from '@mer/models';
 *
 * const layer = new CrossAttention({ heads: 2 });
 * console.log((layer.apply([tf.zeros([1, 5, 8]), tf.zeros([1, 3, 8])]) as tf.Tensor).shape); // [ 1, 5, 8 ]
 * ```
 */
export class CrossAttention extends NetworkLayer<typeof crossAttentionOptions> {
  static className = 'MerCrossAttention';
  private kernel!: tfl.LayerVariable;
  private bias!: tfl.LayerVariable;
  private out!: tfl.LayerVariable;
  private outBias!: tfl.LayerVariable;

  constructor(args: CrossAttentionArgs) {
    super(args, crossAttentionOptions);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const [left, right] = twoShapes(this, inputShape);
    checkLayerInput(this, left, '[batch, tokens, width]');
    const width = left[2]!;
    if (right.length !== 3 || right[2] !== width || width % this.options.heads !== 0) {
      throw new TypeError(
        `Cannot build layer ${this.name} as its inputs must be tokens of one width that ${this.options.heads} heads divide: current values are [${left}] and [${right}]`,
      );
    }
    this.kernel = this.addParameter({
      name: 'qkv_kernel',
      shape: [width, 3 * width],
      start: kernelStart('xavier-uniform', width, 3 * width),
      torchName: 'in_proj_weight',
      layout: 'linear',
    });
    this.bias = this.addParameter({ name: 'qkv_bias', shape: [3 * width], start: ZEROS, torchName: 'in_proj_bias' });
    this.out = this.addParameter({
      name: 'out_kernel',
      shape: [width, width],
      start: kernelStart('fan-in', width, width),
      torchName: 'out_proj.weight',
      layout: 'linear',
    });
    this.outBias = this.addParameter({ name: 'out_bias', shape: [width], start: ZEROS, torchName: 'out_proj.bias' });
    this.built = true;
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    return twoShapes(this, inputShape)[0];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [left, right] = twoTensors(this, inputs);
      const [wq, wk, wv] = tf.split(this.kernel.read(), 3, 1) as [tf.Tensor, tf.Tensor, tf.Tensor];
      const [bq, bk, bv] = tf.split(this.bias.read(), 3) as [tf.Tensor, tf.Tensor, tf.Tensor];
      const mixed = attend(linear(left, wq, bq), linear(right, wk, bk), linear(right, wv, bv), {
        heads: this.options.heads,
      });
      return linear(mixed, this.out.read(), this.outBias.read());
    });
  }
}
