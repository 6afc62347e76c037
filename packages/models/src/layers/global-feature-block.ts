import { integer, number } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { attend } from './attend.js';
import { BatchNormalization, frameNormOptions } from './batch-normalization.js';
import type { Conv2d } from './conv2d.js';
import { DropPath } from './drop-path.js';
import { checkLayerInput, oneShape, oneTensor } from './layer-inputs.js';
import type { LayerPass } from './layer-pass.js';
import { Linear } from './linear.js';
import { ConvMlp, halvedShape, mixer, multipleOf32, PatchProjection } from './local-feature-block.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';

const globalFeatureBlockOptions = {
  filters: integer('Number of output maps; more than the maps of attention, which come in multiples of 32.', {
    min: 1,
  }),
  stride: integer('Step: 2 halves height and width first.', { min: 1, default: 1 }),
  reduction: integer('Square root of how many tokens one key stands for.', { min: 1, default: 1 }),
  headSize: integer('Width of a head.', { min: 1, default: 8 }),
  share: number('Share of the maps that attention makes, the others come from a convolution.', {
    above: 0,
    below: 1,
    default: 0.75,
  }),
  expansion: number('Width of the hidden layer over `filters`, rounded to a multiple of 32.', { above: 0, default: 2 }),
  dropPath: number('Share of the samples whose branches are dropped in training.', { min: 0, below: 1, default: 0 }),
  ...frameNormOptions(),
};

/** Arguments of {@link GlobalFeatureBlock}. */
export type GlobalFeatureBlockArgs = LayerArgs<typeof globalFeatureBlockOptions>;

/**
 * The global block of the local-global transformer: attention with averaged keys on three quarters of the maps, a 3x3
 * convolution on the others, joined, and an mlp.
 *
 *     a = embed(x), a += attention(norm(a));  b = project(a), b += conv3x3(b);  y = [a ; b], y += mlp(norm(y))
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { GlobalFeatureBlock } from '@mer/models';
 *
 * const layer = new GlobalFeatureBlock({ filters: 128, reduction: 2 });
 * console.log(layer.apply(tf.zeros([1, 8, 8, 32])).shape); // [ 1, 8, 8, 128 ]
 * ```
 *
 * Reference: FDP, arXiv 2509.06015, the GFA block of the authors' code (which their release defines and never uses).
 */
export class GlobalFeatureBlock extends NetworkLayer<typeof globalFeatureBlockOptions> {
  static className = 'MerGlobalFeatureBlock';
  private steps!: {
    embed: PatchProjection;
    norm1: BatchNormalization;
    q: Linear;
    k: Linear;
    v: Linear;
    out: Linear;
    keyNorm: BatchNormalization | null;
    projection: PatchProjection;
    mixer: Conv2d;
    norm2: BatchNormalization;
    mlp: ConvMlp;
    path: readonly [DropPath, DropPath, DropPath];
  };

  constructor(args: GlobalFeatureBlockArgs) {
    super(args, globalFeatureBlockOptions);
    const { filters } = this.options;
    if (this.attended >= filters) {
      throw new RangeError(
        `Cannot ${this.making} as filters must leave maps beside the ${this.attended} of attention: current value is ${filters}`,
      );
    }
  }

  /** How many maps come from attention. */
  private get attended(): number {
    return multipleOf32(Math.floor(this.options.filters * this.options.share));
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    checkLayerInput(this, shape, '[batch, height, width, channels]');
    const { seed, attended } = this;
    const { filters, stride, reduction, expansion, share, dropPath, frames, pairs } = this.options;
    const left = halvedShape(shape, stride, attended);
    const right = [...left.slice(0, 3), filters - attended];
    const joined = [...left.slice(0, 3), filters];
    const places = (left[1] ?? 0) * (left[2] ?? 0);
    if (places % reduction ** 2 !== 0) {
      throw new RangeError(
        `Cannot build layer ${this.name} as ${reduction ** 2} tokens per key must divide the ${places} tokens`,
      );
    }
    const project = (name: string) =>
      this.addPart(name, new Linear({ seed, units: attended, start: 'truncated-normal' }), left);
    const path = (name: string, rate: number) => this.addPart(name, new DropPath({ seed, rate }), joined);
    const norm = (name: string, of: tfl.Shape) => this.addPart(name, new BatchNormalization({ frames, pairs }), of);
    this.steps = {
      embed: this.addPart(
        'patch_embed',
        new PatchProjection({ seed, filters: attended, stride, frames, pairs }),
        shape,
      ),
      norm1: norm('norm1', left),
      q: project('e_mhsa.q'),
      k: project('e_mhsa.k'),
      v: project('e_mhsa.v'),
      out: project('e_mhsa.proj'),
      keyNorm: reduction > 1 ? norm('e_mhsa.norm', left) : null,
      projection: this.addPart(
        'projection',
        new PatchProjection({ seed, filters: filters - attended, frames, pairs }),
        left,
      ),
      mixer: this.addPart('mhca.group_conv3x3', mixer(seed, filters - attended), right),
      norm2: norm('norm2', joined),
      mlp: this.addPart('mlp', new ConvMlp({ seed, expansion }), joined),
      path: [path('path1', dropPath * share), path('path2', dropPath * (1 - share)), path('path3', dropPath)],
    };
    this.built = true;
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    return halvedShape(oneShape(inputShape), this.options.stride, this.options.filters);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: LayerPass = {}): tf.Tensor {
    return tf.tidy(() => {
      const { embed, norm1, q, k, v, out, keyNorm, projection, norm2, mlp, path } = this.steps;
      const x = embed.call(oneTensor(inputs), kwargs) as tf.Tensor4D;
      const [batch, height, width, channels] = x.shape;
      const { reduction, headSize } = this.options;
      const tokens = tf.reshape(norm1.call(x, kwargs), [batch, height * width, channels]);
      const each = reduction ** 2;
      const fewer =
        keyNorm === null
          ? tokens
          : keyNorm.call(tf.mean(tf.reshape(tokens, [batch, (height * width) / each, each, channels]), 2), kwargs);
      const heads = channels / headSize;
      const mixed = attend(q.call(tokens), k.call(fewer), v.call(fewer), { heads, scale: headSize ** -0.5 });
      const left = tf.add(x, tf.reshape(path[0].call(out.call(mixed), kwargs), x.shape));
      const projected = projection.call(left, kwargs);
      const right = tf.add(projected, path[1].call(this.steps.mixer.call(projected), kwargs));
      const joined = tf.concat([left, right], 3);
      return tf.add(joined, path[2].call(mlp.call(norm2.call(joined, kwargs)), kwargs));
    });
  }
}
