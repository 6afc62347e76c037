import { flag, integer } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { checkLayerInput, oneShape, oneTensor } from './layer-inputs.js';
import { Linear } from './linear.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';

const rankPoolingOptions = {
  hidden: integer("Width of the scorer's hidden layer; the width of the features by default.", {
    min: 1,
    optional: true,
  }),
  pool: flag('Whether the weighted features are summed over time, else they stay `[batch, steps, features]`.', {
    default: true,
  }),
};

/** Arguments of {@link RankPooling}. */
export type RankPoolingArgs = LayerArgs<typeof rankPoolingOptions>;

/**
 * Learned rank pooling over time, `[batch, steps, features]`:
 *
 *     s_t = w' tanh(W z_t),  r = (s - mean(s)) / |s - mean(s)|,  out = sum_t r_t z_t
 *
 * Output: `[batch, features]` and the scores s `[batch, steps]`, as a list; train the scores to grow with time by
 * {@link rankingLoss}. Where all scores are equal the result is 0. Scores equal to the weights of approximate rank pooling
 * give the dynamic image up to a factor.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { RankPooling } from '@mer/models';
 *
 * const [pooled, scores] = new RankPooling().apply(tf.zeros([2, 8, 16])) as tf.Tensor[];
 * console.log(pooled!.shape, scores!.shape); // [ 2, 16 ] [ 2, 8 ]
 * ```
 *
 * Reference: this project's choice for the rank scorer that the abstract of FDP, arXiv 2509.06015, describes and its
 * released code lacks.
 */
export class RankPooling extends NetworkLayer<typeof rankPoolingOptions> {
  static className = 'MerRankPooling';
  private embed!: Linear;
  private score!: Linear;

  constructor(args: RankPoolingArgs = {}) {
    super(args, rankPoolingOptions);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    checkLayerInput(this, shape, '[batch, steps, features]');
    const size = shape[2]!;
    const units = this.options.hidden ?? size;
    const { seed } = this;
    this.embed = this.addPart('embed', new Linear({ seed, units, bias: false, activation: 'tanh' }), [null, size]);
    this.score = this.addPart('score', new Linear({ seed, units: 1, bias: false }), [null, units]);
    this.built = true;
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape[] {
    const shape = oneShape(inputShape);
    const [batch, steps, features] = shape;
    return [this.options.pool ? [batch ?? null, features ?? null] : shape, [batch ?? null, steps ?? null]];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor[] {
    return tf.tidy(() => {
      const z = oneTensor(inputs) as tf.Tensor3D;
      const [batch, steps, features] = z.shape;
      const scores = tf.reshape(this.score.call(this.embed.call(z)), [batch, steps]);
      const centered = tf.sub(scores, tf.mean(scores, 1, true));
      const norm = tf.sqrt(tf.add(tf.sum(tf.square(centered), 1, true), 1e-12));
      const weights = tf.div(centered, norm);
      if (!this.options.pool) return [tf.mul(z, tf.reshape(weights, [batch, steps, 1])), scores];
      const pooled = tf.matMul(tf.reshape(weights, [batch, 1, steps]) as tf.Tensor3D, z);
      return [tf.reshape(pooled, [batch, features]), scores];
    });
  }
}
