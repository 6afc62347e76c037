import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { checkInteger, checkRate } from '../checks.js';
import { BatchNormalization } from './batch-normalization.js';
import { Conv2d } from './conv2d.js';
import { DropPath } from './drop-path.js';
import type { LayerPass } from './layer-pass.js';
import { checkLayerInput, NetworkLayer, type NetworkLayerArgs, oneShape, oneTensor } from './network-layer.js';

/** Arguments of {@link LocalFeatureBlock}. */
export interface LocalFeatureBlockArgs extends NetworkLayerArgs {
  /** Number of output maps. */
  filters: number;
  /** 1 (default), or 2 to halve height and width first. */
  stride?: number;
  /** Width of the hidden layer over `filters`, rounded to a multiple of 32; 3 by default. */
  expansion?: number;
  /** Share of the samples whose branches are dropped in training; 0 by default. */
  dropPath?: number;
}

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
export class LocalFeatureBlock extends NetworkLayer {
  static className = 'MerLocalFeatureBlock';
  private readonly filters: number;
  private readonly stride: number;
  private readonly expansion: number;
  private readonly dropPath: number;
  private steps!: {
    embed: PatchProjection;
    mixer: Conv2d;
    norm: BatchNormalization;
    mlp: ConvMlp;
    path: readonly [DropPath, DropPath];
  };

  constructor(args: LocalFeatureBlockArgs) {
    super(args);
    const { filters, stride = 1, expansion = 3, dropPath = 0 } = args;
    checkInteger(`make local block ${this.name}`, 'filters', filters);
    checkInteger(`make local block ${this.name}`, 'stride', stride);
    checkRate(`make local block ${this.name}`, 'dropPath', dropPath);
    this.filters = filters;
    this.stride = stride;
    this.expansion = expansion;
    this.dropPath = dropPath;
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    checkLayerInput(this, shape, '[batch, height, width, channels]');
    const { seed, filters, stride } = this;
    const inner = this.computeOutputShape(shape);
    const path = (name: string) => this.addPart(name, new DropPath({ seed, rate: this.dropPath }), inner);
    this.steps = {
      embed: this.addPart('patch_embed', new PatchProjection({ seed, filters, stride }), shape),
      mixer: this.addPart('mhca.group_conv3x3', mixer(seed, filters), inner),
      norm: this.addPart('norm', new BatchNormalization(), inner),
      mlp: this.addPart('mlp', new ConvMlp({ seed, expansion: this.expansion }), inner),
      path: [path('path1'), path('path2')],
    };
    this.built = true;
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    return halvedShape(oneShape(inputShape), this.stride, this.filters);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: LayerPass = {}): tf.Tensor {
    return tf.tidy(() => {
      const { embed, mixer: mix, norm, mlp, path } = this.steps;
      const x = embed.call(oneTensor(inputs), kwargs);
      const mixed = tf.add(x, path[0].call(mix.call(x), kwargs));
      return tf.add(mixed, path[1].call(mlp.call(norm.call(mixed, kwargs)), kwargs));
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {
      ...super.getConfig(),
      filters: this.filters,
      stride: this.stride,
      expansion: this.expansion,
      dropPath: this.dropPath,
    };
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

/** Mean over 2x2 (with stride 2), convolution of size 1, norm; nothing where neither is needed. */
export class PatchProjection extends NetworkLayer {
  static className = 'MerPatchProjection';
  private readonly filters: number;
  private readonly stride: number;
  private steps: { conv: Conv2d; norm: BatchNormalization } | null = null;

  constructor(args: NetworkLayerArgs & { filters: number; stride?: number }) {
    super(args);
    this.filters = args.filters;
    this.stride = args.stride ?? 1;
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    const { seed, filters, stride } = this;
    if (stride !== 1 || shape[3] !== filters) {
      const inner = halvedShape(shape, stride, shape[3]!);
      const conv = new Conv2d({ seed, filters, kernelSize: 1, bias: false, start: 'truncated-normal' });
      this.steps = {
        conv: this.addPart('conv', conv, inner),
        norm: this.addPart('norm', new BatchNormalization(), [...inner.slice(0, 3), filters]),
      };
    }
    this.built = true;
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    return halvedShape(oneShape(inputShape), this.stride, this.filters);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: LayerPass = {}): tf.Tensor {
    return tf.tidy(() => {
      const x = oneTensor(inputs) as tf.Tensor4D;
      if (this.steps === null) return tf.clone(x);
      const pooled = this.stride === 1 ? x : tf.avgPool(x, this.stride, this.stride, 'same');
      return this.steps.norm.call(this.steps.conv.call(pooled), kwargs);
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), filters: this.filters, stride: this.stride };
  }
}

/** Two convolutions of size 1 with a ReLU between. */
export class ConvMlp extends NetworkLayer {
  static className = 'MerConvMlp';
  private readonly expansion: number;
  private steps!: { conv1: Conv2d; conv2: Conv2d };

  constructor(args: NetworkLayerArgs & { expansion: number }) {
    super(args);
    this.expansion = args.expansion;
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    const channels = shape[3]!;
    const hidden = multipleOf32(channels * this.expansion);
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

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), expansion: this.expansion };
  }
}

/** The nearest multiple of 32, at least 32 and not below 90 % of the value. */
export function multipleOf32(value: number): number {
  const near = Math.max(32, Math.floor((value + 16) / 32) * 32);
  return near < 0.9 * value ? near + 32 : near;
}
