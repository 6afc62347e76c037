import { choice, integer, number } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { joinHeads, splitHeads } from './attend.js';
import { checkLayerInput, oneShape } from './layer-inputs.js';
import { Linear } from './linear.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';

const neighborAttentionOptions = {
  heads: integer('Number of heads, which divides the width.', { min: 1 }),
  gamma: number('How much the score of a diagonal neighbor is lowered, times its number from 1.', { default: 0.5 }),
  scale: choice('Scores are divided by the root of the width of all heads, or of one.', ['width', 'head'], {
    default: 'head',
  }),
};

/** Arguments of {@link NeighborAttention}. */
export type NeighborAttentionArgs = LayerArgs<typeof neighborAttentionOptions>;

/** Which of the four tokens of a 2x2 grid are neighbors side by side: all but the diagonal ones. */
const SIDE_BY_SIDE = Array.from({ length: 16 }, (_, i) => ((i >> 2) + (i & 3) === 3 ? 0 : 1));

/**
 * Attention from four tokens in a 2x2 grid to those of a grid: softmax(M (Q K' / scale) + P) M V, with M 0 between diagonal tokens and 1 elsewhere,
 * and P what diagonal scores are lowered by. Inputs: queries and what is attended to, `[batch, 4, width]` each.
 */
export class NeighborAttention extends NetworkLayer<typeof neighborAttentionOptions> {
  static className = 'MerNeighborAttention';
  private q!: Linear;
  private kv!: Linear;
  private out!: Linear;
  private mask!: tfl.LayerVariable;
  private lowered!: tfl.LayerVariable;

  constructor(args: NeighborAttentionArgs) {
    super(args, neighborAttentionOptions);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    checkLayerInput(this, shape, '[batch, 4, width]');
    const width = shape[2]!;
    const { seed } = this;
    const table = (name: string, values: number[]) =>
      this.addParameter({ name, shape: [4, 4], start: { kind: 'values', values }, trainable: false });
    this.mask = table('M_mask', SIDE_BY_SIDE);
    this.lowered = table(
      'P_matrix',
      SIDE_BY_SIDE.map((side, i) => (side ? 0 : -((i & 3) + 1) * this.options.gamma)),
    );
    this.q = this.addPart('to_q', new Linear({ seed, units: width }), shape);
    this.kv = this.addPart('to_kv', new Linear({ seed, units: 2 * width }), shape);
    this.out = this.addPart('to_out', new Linear({ seed, units: width }), shape, 'to_out.0');
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [x, context = x] = [inputs].flat() as [tf.Tensor, tf.Tensor | undefined];
      const width = x.shape[2]!;
      const { heads, scale } = this.options;
      const [k, v] = tf.split(this.kv.call(context), 2, 2) as [tf.Tensor, tf.Tensor];
      const q = tf.mul(this.q.call(x), 1 / Math.sqrt(scale === 'width' ? width : width / heads));
      const mask = this.mask.read();
      const scores = tf.matMul(splitHeads(q, heads), splitHeads(k, heads), false, true);
      const weights = tf.mul(tf.softmax(tf.add(tf.mul(scores, mask), this.lowered.read())), mask);
      return this.out.call(joinHeads(tf.matMul(weights, splitHeads(v, heads)) as tf.Tensor3D, heads));
    });
  }
}
