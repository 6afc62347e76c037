import { choice, flag, integer } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { checkLayerInput, oneShape, oneTensor } from './layer-inputs.js';
import { Linear } from './linear.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';

const expressionProposalOptions = {
  classes: integer('Number of classes K.', { min: 2 }),
  factor: integer('Width between the two factors of W_k; one full matrix where it is left out.', {
    min: 1,
    optional: true,
  }),
  join: choice('Whether the features of all classes lie side by side or are added up.', ['concat', 'sum'], {
    default: 'concat',
  }),
  scores: flag('Whether the score of each class is given besides.', { default: true }),
};

/** Arguments of {@link ExpressionProposal}. */
export type ExpressionProposalArgs = LayerArgs<typeof expressionProposalOptions>;

/**
 * Makes a feature vector of its own for each class k from shared features z, `[batch, features]`:
 *
 *     a_k = softmax(W_k z + b_k) over the features,  s_k = n a_k z,  p_k = w_k' s_k + c_k
 *
 * with n the number of features, so that even attention leaves z as it is.
 *
 * Output: the s_k side by side `[batch, K features]`, or their sum `[batch, features]`; with `scores` also the p_k, `[batch, K]`, as a list, which are
 * logits: how far sigmoid(p_k) is from whether the sample is of class k is the proposal loss.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { ExpressionProposal } from '@mer/models';
 *
 * const [features, scores] = new ExpressionProposal({ classes: 3 }).apply(tf.zeros([2, 16])) as tf.Tensor[];
 * console.log(features!.shape, scores!.shape); // [ 2, 48 ] [ 2, 3 ]
 * ```
 *
 * Reference: this project's choice for the expression proposal module that FeatRef, arXiv 2101.04838, describes in words.
 */
export class ExpressionProposal extends NetworkLayer<typeof expressionProposalOptions> {
  static className = 'MerExpressionProposal';
  private attention: ReadonlyArray<readonly Linear[]> = [];
  private scorers: readonly Linear[] = [];

  constructor(args: ExpressionProposalArgs) {
    super(args, expressionProposalOptions);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    checkLayerInput(this, shape, '[batch, features]');
    const size = shape[1]!;
    const { classes, factor, scores } = this.options;
    const { seed } = this;
    const numbers = Array.from({ length: classes }, (_, k) => k);
    this.attention = numbers.map((k) =>
      factor === undefined
        ? [this.addPart(`attention.${k}`, new Linear({ seed, units: size }), [null, size])]
        : [
            this.addPart(`attention.${k}.0`, new Linear({ seed, units: factor }), [null, size]),
            this.addPart(`attention.${k}.1`, new Linear({ seed, units: size }), [null, factor]),
          ],
    );
    if (scores) {
      this.scorers = numbers.map((k) => this.addPart(`proposal.${k}`, new Linear({ seed, units: 1 }), [null, size]));
    }
    this.built = true;
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape | tfl.Shape[] {
    const [batch = null, size] = oneShape(inputShape);
    const { classes, join, scores } = this.options;
    const joined = [batch, join === 'sum' ? size! : classes * size!];
    return scores ? [joined, [batch, classes]] : joined;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor | tf.Tensor[] {
    return tf.tidy(() => {
      const z = oneTensor(inputs) as tf.Tensor2D;
      const scaled = tf.mul(z, z.shape[1]);
      const specific = this.attention.map((parts) => {
        const energies = parts.reduce<tf.Tensor>((x, part) => part.call(x), z);
        return tf.mul(tf.softmax(energies), scaled) as tf.Tensor2D;
      });
      const joined = this.options.join === 'sum' ? tf.addN(specific) : tf.concat(specific, 1);
      if (!this.options.scores) return joined;
      const scores = this.scorers.map((scorer, k) => scorer.call(specific[k]!));
      return [joined, tf.concat(scores, 1)];
    });
  }
}
