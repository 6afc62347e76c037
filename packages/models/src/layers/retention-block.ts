import { number } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { DepthwiseConv2d } from './depthwise-conv2d.js';
import { DropPath } from './drop-path.js';
import { checkLayerInput, oneShape, oneTensor } from './layer-inputs.js';
import { LayerNormalization } from './layer-normalization.js';
import type { LayerPass } from './layer-pass.js';
import { Linear } from './linear.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';
import { Retention, retentionOptions } from './retention.js';

const retentionBlockOptions = {
  ...retentionOptions,
  expansion: number('Width of the hidden layer over the channels.', { above: 0, default: 3 }),
  dropPath: number('Share of the samples whose branches are dropped in training.', { min: 0, below: 1, default: 0 }),
};

/** Arguments of {@link RetentionBlock}. */
export type RetentionBlockArgs = LayerArgs<typeof retentionBlockOptions>;

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
export class RetentionBlock extends NetworkLayer<typeof retentionBlockOptions> {
  static className = 'MerRetentionBlock';
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
    super(args, retentionBlockOptions);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    checkLayerInput(this, shape, '[batch, height, width, channels]');
    const channels = shape[3]!;
    const hidden = Math.floor(channels * this.options.expansion);
    const wide = [...shape.slice(0, 3), hidden];
    const { seed } = this;
    const { heads, mode, initial, range } = this.options;
    const start = 'truncated-normal' as const;
    const depthwise = () => new DepthwiseConv2d({ seed, kernelSize: 3, padding: 1 });
    const norm = () => new LayerNormalization({ seed, epsilon: 1e-6 });
    const path = (name: string) => this.addPart(name, new DropPath({ seed, rate: this.options.dropPath }), shape);
    this.steps = {
      norm1: this.addPart('retention_layer_norm', norm(), shape),
      retention: this.addPart('retention', new Retention({ seed, heads, mode, initial, range }), shape),
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
}
