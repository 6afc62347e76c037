import { integer, number } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { BatchNormalization, frameNormOptions } from './batch-normalization.js';
import { Conv2d } from './conv2d.js';
import { DropPath } from './drop-path.js';
import { checkLayerInput, oneShape, oneTensor } from './layer-inputs.js';
import type { LayerPass } from './layer-pass.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';

const localFeatureBlockOptions = {
  filters: integer('Number of output maps.', { min: 1 }),
  stride: integer('Step: 2 halves height and width first.', { min: 1, default: 1 }),
  expansion: number('Width of the hidden layer over `filters`, rounded to a multiple of 32.', { above: 0, default: 3 }),
  dropPath: number('Share of the samples whose branches are dropped in training.', { min: 0, below: 1, default: 0 }),
  ...frameNormOptions(),
};

/** Arguments of {@link LocalFeatureBlock}. */
export type LocalFeatureBlockArgs = LayerArgs<typeof localFeatureBlockOptions>;

/**
 * The local block of the local-global transformer: x = embed(x); x += conv3x3(x); x += mlp(norm(x)).
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { LocalFeatureBlock } from '@mer/models';
 *
 * const layer = new LocalFeatureBlock({ filters: 32, stride: 2 });
 * console.log(layer.apply(tf.zeros([1, 8, 8, 16])).shape); // [ 1, 4, 4, 32 ]
 * ```
 *
 * Reference: FDP, arXiv 2509.06015, the LFA block of the authors' code.
 */
export class LocalFeatureBlock extends NetworkLayer<typeof localFeatureBlockOptions> {
  static className = 'MerLocalFeatureBlock';
  private steps!: {
    embed: PatchProjection;
    mixer: Conv2d;
    norm: BatchNormalization;
    mlp: ConvMlp;
    path: readonly [DropPath, DropPath];
  };

  constructor(args: LocalFeatureBlockArgs) {
    super(args, localFeatureBlockOptions);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    checkLayerInput(this, shape, '[batch, height, width, channels]');
    const { seed } = this;
    const { filters, stride, frames, pairs } = this.options;
    const inner = this.computeOutputShape(shape);
    const path = (name: string) => this.addPart(name, new DropPath({ seed, rate: this.options.dropPath }), inner);
    this.steps = {
      embed: this.addPart('patch_embed', new PatchProjection({ seed, filters, stride, frames, pairs }), shape),
      mixer: this.addPart('mhca.group_conv3x3', mixer(seed, filters), inner),
      norm: this.addPart('norm', new BatchNormalization({ frames, pairs }), inner),
      mlp: this.addPart('mlp', new ConvMlp({ seed, expansion: this.options.expansion }), inner),
      path: [path('path1'), path('path2')],
    };
    this.built = true;
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    return halvedShape(oneShape(inputShape), this.options.stride, this.options.filters);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: LayerPass = {}): tf.Tensor {
    return tf.tidy(() => {
      const { embed, mixer: mix, norm, mlp, path } = this.steps;
      const x = embed.call(oneTensor(inputs), kwargs);
      const mixed = tf.add(x, path[0].call(mix.call(x), kwargs));
      return tf.add(mixed, path[1].call(mlp.call(norm.call(mixed, kwargs)), kwargs));
    });
  }
}

/** The 3x3 token mixer of both blocks. */
export function mixer(seed: number, filters: number): Conv2d {
  return new Conv2d({ seed, filters, kernelSize: 3, padding: 1, bias: false, start: 'truncated-normal' });
}

/** Shape after a step of `stride` with the last cell kept where the size is odd. */
export function halvedShape(shape: tfl.Shape, stride: number, filters: number): tfl.Shape {
  const size = (length: number | null | undefined) => (length == null ? null : Math.ceil(length / stride));
  return [shape[0] ?? null, size(shape[1]), size(shape[2]), filters];
}

const patchProjectionOptions = {
  filters: integer('Number of output maps.', { min: 1 }),
  stride: integer('Step: 2 halves height and width first.', { min: 1, default: 1 }),
  ...frameNormOptions(),
};

/** Arguments of {@link PatchProjection}. */
export type PatchProjectionArgs = LayerArgs<typeof patchProjectionOptions>;

/** Mean over 2x2 (with stride 2), convolution of size 1, norm; nothing where neither is needed. */
export class PatchProjection extends NetworkLayer<typeof patchProjectionOptions> {
  static className = 'MerPatchProjection';
  private steps: { conv: Conv2d; norm: BatchNormalization } | null = null;

  constructor(args: PatchProjectionArgs) {
    super(args, patchProjectionOptions);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    const { seed } = this;
    const { filters, stride, frames, pairs } = this.options;
    if (stride !== 1 || shape[3] !== filters) {
      const inner = halvedShape(shape, stride, shape[3]!);
      const conv = new Conv2d({ seed, filters, kernelSize: 1, bias: false, start: 'truncated-normal' });
      this.steps = {
        conv: this.addPart('conv', conv, inner),
        norm: this.addPart('norm', new BatchNormalization({ frames, pairs }), [...inner.slice(0, 3), filters]),
      };
    }
    this.built = true;
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    return halvedShape(oneShape(inputShape), this.options.stride, this.options.filters);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: LayerPass = {}): tf.Tensor {
    return tf.tidy(() => {
      const x = oneTensor(inputs) as tf.Tensor4D;
      if (this.steps === null) return tf.clone(x);
      const pooled = this.options.stride === 1 ? x : tf.avgPool(x, this.options.stride, this.options.stride, 'same');
      return this.steps.norm.call(this.steps.conv.call(pooled), kwargs);
    });
  }
}

const convMlpOptions = {
  expansion: number('Width of the hidden layer over the maps, rounded to a multiple of 32.', { above: 0 }),
};

/** Arguments of {@link ConvMlp}. */
export type ConvMlpArgs = LayerArgs<typeof convMlpOptions>;

/** Two convolutions of size 1 with a ReLU between. */
export class ConvMlp extends NetworkLayer<typeof convMlpOptions> {
  static className = 'MerConvMlp';
  private steps!: { conv1: Conv2d; conv2: Conv2d };

  constructor(args: ConvMlpArgs) {
    super(args, convMlpOptions);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    const channels = shape[3]!;
    const hidden = multipleOf32(channels * this.options.expansion);
    const common = { seed: this.seed, kernelSize: 1, start: 'truncated-normal' as const };
    this.steps = {
      conv1: this.addPart('conv1', new Conv2d({ ...common, filters: hidden, activation: 'relu' }), shape),
      conv2: this.addPart('conv2', new Conv2d({ ...common, filters: channels }), [...shape.slice(0, 3), hidden]),
    };
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => this.steps.conv2.call(this.steps.conv1.call(oneTensor(inputs))));
  }
}

/** The nearest multiple of 32, at least 32 and not below 90 % of the value. */
export function multipleOf32(value: number): number {
  const near = Math.max(32, Math.floor((value + 16) / 32) * 32);
  return near < 0.9 * value ? near + 32 : near;
}
