import { choice, integer, number } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { DropPath } from './drop-path.js';
import { checkLayerInput, oneShape, oneTensor } from './layer-inputs.js';
import { LayerNormalization } from './layer-normalization.js';
import type { LayerPass } from './layer-pass.js';
import { Linear } from './linear.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';
import { SeededDropout } from './seeded-dropout.js';
import { SelfAttention } from './self-attention.js';

const STYLES = {
  timm: { norm1: 'norm1', attention: 'attn', norm2: 'norm2', fc1: 'mlp.fc1', fc2: 'mlp.fc2' },
  torchvision: { norm1: 'ln_1', attention: 'self_attention', norm2: 'ln_2', fc1: 'mlp.0', fc2: 'mlp.3' },
  htnet: { norm1: '0.norm', attention: '0.fn', norm2: '1.norm', fc1: '1.fn.net.0', fc2: '1.fn.net.3' },
} as const;

const transformerBlockOptions = {
  heads: integer('Number of heads.', { min: 1 }),
  expansion: number('Width of the hidden layer over the width of the tokens.', { above: 0, default: 4 }),
  epsilon: number('Epsilon of the normalizations.', { above: 0, default: 1e-6 }),
  dropout: number('Share of the elements dropped after each linear layer in training.', {
    min: 0,
    below: 1,
    default: 0,
  }),
  dropPath: number('Share of the samples whose branches are dropped in training.', { min: 0, below: 1, default: 0 }),
  style: choice(
    "Whose names a PyTorch state dict has: of timm, torchvision's ViT, or HTNet.",
    ['timm', 'torchvision', 'htnet'],
    { default: 'timm' },
  ),
};

/** Arguments of {@link TransformerBlock}. */
export type TransformerBlockArgs = LayerArgs<typeof transformerBlockOptions>;

const ATTENTION = { timm: 'timm', torchvision: 'pytorch', htnet: 'conv' } as const;

/**
 * A pre-norm transformer block over tokens `[batch, n, width]`: x += attention(norm(x)); x += mlp(norm(x)), with the exact
 * GELU between the two linear layers.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { TransformerBlock } from '@mer/models';
 *
 * console.log(new TransformerBlock({ heads: 2 }).apply(tf.zeros([1, 5, 8])).shape); // [ 1, 5, 8 ]
 * ```
 *
 * Reference: Dosovitskiy et al. 2021, arXiv 2010.11929.
 */
export class TransformerBlock extends NetworkLayer<typeof transformerBlockOptions> {
  static className = 'MerTransformerBlock';
  private steps!: {
    norm1: LayerNormalization;
    attention: SelfAttention;
    norm2: LayerNormalization;
    fc1: Linear;
    fc2: Linear;
    drop: readonly [SeededDropout, SeededDropout, SeededDropout];
    path: readonly [DropPath, DropPath];
  };

  constructor(args: TransformerBlockArgs) {
    super(args, transformerBlockOptions);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    checkLayerInput(this, shape, '[batch, tokens, width]');
    const width = shape[2]!;
    const names = STYLES[this.options.style];
    const { seed } = this;
    const { epsilon } = this.options;
    const hidden = Math.round(width * this.options.expansion);
    const wide = [...shape.slice(0, 2), hidden];
    const channels = this.options.style === 'htnet';
    const start = { timm: 'truncated-normal', torchvision: 'xavier-uniform', htnet: 'fan-in' } as const;
    const common = {
      seed,
      start: start[this.options.style],
      layout: channels ? ('conv1x1' as const) : ('linear' as const),
    };
    const norm = () => new LayerNormalization({ seed, epsilon, style: channels ? 'channels' : 'pytorch' });
    const drop = (name: string) => this.addPart(name, new SeededDropout({ seed, rate: this.options.dropout }), shape);
    const path = (name: string) => this.addPart(name, new DropPath({ seed, rate: this.options.dropPath }), shape);
    this.steps = {
      norm1: this.addPart('norm1', norm(), shape, names.norm1),
      attention: this.addPart(
        'attention',
        new SelfAttention({
          seed,
          heads: this.options.heads,
          style: ATTENTION[this.options.style],
          start: start[this.options.style],
        }),
        shape,
        names.attention,
      ),
      norm2: this.addPart('norm2', norm(), shape, names.norm2),
      fc1: this.addPart('fc1', new Linear({ ...common, units: hidden, activation: 'gelu' }), shape, names.fc1),
      fc2: this.addPart('fc2', new Linear({ ...common, units: width }), wide, names.fc2),
      drop: [drop('drop1'), drop('drop2'), drop('drop3')],
      path: [path('path1'), path('path2')],
    };
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: LayerPass = {}): tf.Tensor {
    return tf.tidy(() => {
      const { norm1, attention, norm2, fc1, fc2, drop, path } = this.steps;
      const x = oneTensor(inputs);
      const attended = drop[0].call(attention.call(norm1.call(x)), kwargs);
      const middle = tf.add(x, path[0].call(attended, kwargs));
      const hidden = drop[1].call(fc1.call(norm2.call(middle)), kwargs);
      const changed = drop[2].call(fc2.call(hidden), kwargs);
      return tf.add(middle, path[1].call(changed, kwargs));
    });
  }
}
