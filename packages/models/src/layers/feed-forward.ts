import { integer, number } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { oneShape, oneTensor } from './layer-inputs.js';
import { LayerNormalization } from './layer-normalization.js';
import type { LayerPass } from './layer-pass.js';
import { Linear } from './linear.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';
import { SeededDropout } from './seeded-dropout.js';

const feedForwardOptions = {
  expansion: integer('Width of the hidden layer over the width of the tokens.', { min: 1, default: 2 }),
  dropout: number('Share of the elements that training drops after each linear layer.', {
    min: 0,
    below: 1,
    default: 0.1,
  }),
};

/** Arguments of {@link FeedForward}. */
export type FeedForwardArgs = LayerArgs<typeof feedForwardOptions>;

/**
 * A post-norm feed-forward block over the last axis: norm(x + drop(W2 drop(relu(W1 x)))).
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { FeedForward } from '@mer/models';
 *
 * console.log(new FeedForward().apply(tf.zeros([1, 5, 8])).shape); // [ 1, 5, 8 ]
 * ```
 */
export class FeedForward extends NetworkLayer<typeof feedForwardOptions> {
  static className = 'MerFeedForward';
  private steps!: { linear1: Linear; linear2: Linear; norm: LayerNormalization; drop: readonly SeededDropout[] };

  constructor(args: FeedForwardArgs = {}) {
    super(args, feedForwardOptions);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    const width = shape[shape.length - 1]!;
    const hidden = width * this.options.expansion;
    const { seed } = this;
    const drop = (name: string) => this.addPart(name, new SeededDropout({ seed, rate: this.options.dropout }), shape);
    this.steps = {
      linear1: this.addPart('linear1', new Linear({ seed, units: hidden, activation: 'relu' }), shape),
      linear2: this.addPart('linear2', new Linear({ seed, units: width }), [...shape.slice(0, -1), hidden]),
      norm: this.addPart('norm', new LayerNormalization({ seed }), shape),
      drop: [drop('drop1'), drop('drop2')],
    };
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: LayerPass = {}): tf.Tensor {
    return tf.tidy(() => {
      const { linear1, linear2, norm, drop } = this.steps;
      const x = oneTensor(inputs);
      const hidden = drop[0]!.call(linear1.call(x), kwargs);
      return norm.call(tf.add(x, drop[1]!.call(linear2.call(hidden), kwargs)));
    });
  }
}
