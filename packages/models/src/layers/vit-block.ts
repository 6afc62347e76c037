import { integer, number } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { attend } from './attend.js';
import { checkLayerInput, oneShape, oneTensor } from './layer-inputs.js';
import { LayerNormalization } from './layer-normalization.js';
import type { LayerPass } from './layer-pass.js';
import { Linear } from './linear.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';
import { SeededDropout } from './seeded-dropout.js';

const vitBlockOptions = {
  heads: integer('Number of heads.', { min: 1 }),
  expansion: number('Width of the hidden layer over the width of the tokens.', { above: 0, default: 4 }),
  dropout: number('Share of the elements of both branches dropped in training.', { min: 0, below: 1, default: 0 }),
};

/** Arguments of {@link VitBlock}. */
export type VitBlockArgs = LayerArgs<typeof vitBlockOptions>;

/**
 * A pre-norm transformer block over tokens `[batch, n, width]` as Vision Transformers were first released: queries, keys and values by layers of their own, GELU
 * by its tanh approximation.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { VitBlock } from '@mer/models';
 *
 * console.log(new VitBlock({ heads: 2 }).apply(tf.zeros([1, 5, 8])).shape); // [ 1, 5, 8 ]
 * ```
 *
 * Reference: Dosovitskiy et al. 2021, arXiv 2010.11929; names of a widespread PyTorch port, which SLSTT uses.
 */
export class VitBlock extends NetworkLayer<typeof vitBlockOptions> {
  static className = 'MerVitBlock';
  private layers!: Record<'norm1' | 'norm2', LayerNormalization> &
    Record<'q' | 'k' | 'v' | 'proj' | 'fc1' | 'fc2', Linear>;
  private drops!: readonly [SeededDropout, SeededDropout];

  constructor(args: VitBlockArgs) {
    super(args, vitBlockOptions);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    checkLayerInput(this, shape, '[batch, tokens, width]');
    const width = shape[2]!;
    const { seed } = this;
    const { dropout: rate, expansion, heads } = this.options;
    if (width % heads !== 0) {
      throw new RangeError(
        `Cannot build layer ${this.name} as heads must divide the width of the tokens: current values are ${heads} and ${width}`,
      );
    }
    const hidden = Math.round(width * expansion);
    const norm = (name: string) => this.addPart(name, new LayerNormalization({ seed, epsilon: 1e-6 }), shape);
    const dense = (name: string, torchName = name, units = width, from = shape) =>
      this.addPart(name, new Linear({ seed, units, start: 'xavier-uniform' }), from, torchName);
    this.layers = {
      norm1: norm('norm1'),
      q: dense('q', 'attn.proj_q'),
      k: dense('k', 'attn.proj_k'),
      v: dense('v', 'attn.proj_v'),
      proj: dense('proj'),
      norm2: norm('norm2'),
      fc1: this.addPart(
        'fc1',
        new Linear({ seed, units: hidden, start: 'xavier-uniform', activation: 'gelu-tanh' }),
        shape,
        'pwff.fc1',
      ),
      fc2: dense('fc2', 'pwff.fc2', width, [...shape.slice(0, 2), hidden]),
    };
    const drop = (name: string) => this.addPart(name, new SeededDropout({ seed, rate }), shape);
    this.drops = [drop('drop1'), drop('drop2')];
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: LayerPass = {}): tf.Tensor {
    return tf.tidy(() => {
      const { norm1, q, k, v, proj, norm2, fc1, fc2 } = this.layers;
      const [first, second] = this.drops;
      const x = oneTensor(inputs);
      const seen = norm1.call(x);
      const mixed = attend(q.call(seen), k.call(seen), v.call(seen), { heads: this.options.heads });
      const middle = tf.add(x, first.call(proj.call(mixed), kwargs));
      return tf.add(middle, second.call(fc2.call(fc1.call(norm2.call(middle))), kwargs));
    });
  }
}
