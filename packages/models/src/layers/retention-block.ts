import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { checkInteger, checkRate } from '../checks.js';
import { DepthwiseConv2d } from './depthwise-conv2d.js';
import { DropPath } from './drop-path.js';
import { LayerNormalization } from './layer-normalization.js';
import type { LayerPass } from './layer-pass.js';
import { Linear } from './linear.js';
import { checkLayerInput, NetworkLayer, oneShape, oneTensor } from './network-layer.js';
import { Retention, type RetentionArgs } from './retention.js';

/** Arguments of {@link RetentionBlock}. */
export interface RetentionBlockArgs extends RetentionArgs {
  /** Width of the hidden layer over the channels; 3 by default. */
  expansion?: number;
  /** Share of the samples whose branches are dropped in training; 0 by default. */
  dropPath?: number;
}

/**
 * A block of the retention network over `[batch, height, width, channels]`:
 *
 *     x += dwconv3x3(x);  x += retention(norm(x));  x += fc2(h + dwconv3x3(h)), h = gelu(fc1(norm(x)))
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { RetentionBlock } from '@mer/models';
 *
 * console.log(new RetentionBlock({ heads: 2 }).apply(tf.zeros([1, 4, 4, 8])).shape); // [ 1, 4, 4, 8 ]
 * ```
 *
 * Reference: Fan et al. 2024 (RMT), arXiv 2309.11523, with the names of the TSFmicro authors' code.
 */
export class RetentionBlock extends NetworkLayer {
  static className = 'MerRetentionBlock';
  private readonly args: Required<Pick<RetentionBlockArgs, 'heads' | 'mode' | 'initial' | 'range'>>;
  private readonly expansion: number;
  private readonly dropPath: number;
  private steps!: {
    position: DepthwiseConv2d;
    norm1: LayerNormalization;
    retention: Retention;
    norm2: LayerNormalization;
    fc1: Linear;
    mix: DepthwiseConv2d;
    fc2: Linear;
    path: readonly [DropPath, DropPath];
  };

  constructor(args: RetentionBlockArgs) {
    super(args);
    const { heads, mode = 'plane', initial = 2, range = 4, expansion = 3, dropPath = 0 } = args;
    checkInteger(`make retention block ${this.name}`, 'heads', heads);
    checkRate(`make retention block ${this.name}`, 'dropPath', dropPath);
    this.args = { heads, mode, initial, range };
    this.expansion = expansion;
    this.dropPath = dropPath;
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    checkLayerInput(this, shape, '[batch, height, width, channels]');
    const channels = shape[3]!;
    const hidden = Math.floor(channels * this.expansion);
    const wide = [...shape.slice(0, 3), hidden];
    const { seed } = this;
    const start = 'truncated-normal' as const;
    const depthwise = () => new DepthwiseConv2d({ seed, kernelSize: 3, padding: 1 });
    const norm = () => new LayerNormalization({ seed, epsilon: 1e-6 });
    const path = (name: string) => this.addPart(name, new DropPath({ seed, rate: this.dropPath }), shape);
    this.steps = {
      norm1: this.addPart('retention_layer_norm', norm(), shape),
      retention: this.addPart('retention', new Retention({ seed, ...this.args }), shape),
      norm2: this.addPart('final_layer_norm', norm(), shape),
      fc1: this.addPart('ffn.fc1', new Linear({ seed, units: hidden, activation: 'gelu', start }), shape),
      fc2: this.addPart('ffn.fc2', new Linear({ seed, units: channels, start }), wide),
      mix: this.addPart('ffn.dwconv.conv', depthwise(), wide),
      position: this.addPart('pos.conv', depthwise(), shape),
      path: [path('path1'), path('path2')],
    };
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: LayerPass = {}): tf.Tensor {
    return tf.tidy(() => {
      const { position, norm1, retention, norm2, fc1, mix, fc2, path } = this.steps;
      const given = oneTensor(inputs);
      const placed = tf.add(given, position.call(given));
      const retained = tf.add(placed, path[0].call(retention.call(norm1.call(placed)), kwargs));
      const hidden = fc1.call(norm2.call(retained));
      return tf.add(retained, path[1].call(fc2.call(tf.add(hidden, mix.call(hidden))), kwargs));
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...this.args, expansion: this.expansion, dropPath: this.dropPath };
  }
}
