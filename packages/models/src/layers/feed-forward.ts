import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { checkInteger, checkRate } from '../checks.js';
import { LayerNormalization } from './layer-normalization.js';
import type { LayerPass } from './layer-pass.js';
import { Linear } from './linear.js';
import { NetworkLayer, type NetworkLayerArgs, oneShape, oneTensor } from './network-layer.js';
import { SeededDropout } from './seeded-dropout.js';

/** Arguments of {@link FeedForward}. */
export interface FeedForwardArgs extends NetworkLayerArgs {
  /** Width of the hidden layer over the width of the tokens; 2 by default. */
  expansion?: number;
  /** Share of the elements that training drops after each linear layer; 0.1 by default. */
  dropout?: number;
}

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
export class FeedForward extends NetworkLayer {
  static className = 'MerFeedForward';
  private readonly expansion: number;
  private readonly dropout: number;
  private steps!: { linear1: Linear; linear2: Linear; norm: LayerNormalization; drop: readonly SeededDropout[] };

  constructor(args: FeedForwardArgs = {}) {
    super(args);
    this.expansion = args.expansion ?? 2;
    this.dropout = args.dropout ?? 0.1;
    checkInteger(`make feed-forward block ${this.name}`, 'expansion', this.expansion);
    checkRate(`make feed-forward block ${this.name}`, 'dropout', this.dropout);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    const width = shape[shape.length - 1]!;
    const hidden = width * this.expansion;
    const { seed } = this;
    const drop = (name: string) => this.addPart(name, new SeededDropout({ seed, rate: this.dropout }), shape);
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

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), expansion: this.expansion, dropout: this.dropout };
  }
}
