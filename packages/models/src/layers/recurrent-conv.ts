import { integer } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { BatchNormalization } from './batch-normalization.js';
import { Conv2d } from './conv2d.js';
import { checkLayerInput, oneShape, oneTensor } from './layer-inputs.js';
import type { LayerPass } from './layer-pass.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';

const recurrentConvOptions = {
  steps: integer('How often the recurrent convolution is applied.', { min: 0, default: 2 }),
};

/** Arguments of {@link RecurrentConv}. */
export type RecurrentConvArgs = LayerArgs<typeof recurrentConvOptions>;

/**
 * A recurrent convolution: y = f(conv1x1(x)); then `steps` times y = f(conv3x3(x + y)) with shared weights; f is batch norm
 * and ReLU.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { RecurrentConv } from '@mer/models';
 *
 * console.log(new RecurrentConv().apply(tf.zeros([1, 6, 6, 4])).shape); // [ 1, 6, 6, 4 ]
 * ```
 *
 * Reference: Xia, Peng, Khor, Feng, Zhao 2020, arXiv 2006.09674, as in the authors' code.
 */
export class RecurrentConv extends NetworkLayer<typeof recurrentConvOptions> {
  static className = 'MerRecurrentConv';
  private forwards!: { conv: Conv2d; norm: BatchNormalization };
  private recurrent!: { conv: Conv2d; norm: BatchNormalization };

  constructor(args: RecurrentConvArgs = {}) {
    super(args, recurrentConvOptions);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    checkLayerInput(this, shape, '[batch, height, width, channels]');
    const path = (name: string, kernelSize: number) => {
      const args = { seed: this.seed, filters: shape[3]!, kernelSize, padding: (kernelSize - 1) / 2 };
      return {
        conv: this.addPart(`${name}.conv`, new Conv2d({ ...args, start: 'he-fan-out' }), shape, `${name}.0`),
        norm: this.addPart(`${name}.norm`, new BatchNormalization(), shape, `${name}.1`),
      };
    };
    this.forwards = path('ffconv', 1);
    this.recurrent = path('rrconv', 3);
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: LayerPass = {}): tf.Tensor {
    return tf.tidy(() => {
      const x = oneTensor(inputs);
      const through = ({ conv, norm }: { conv: Conv2d; norm: BatchNormalization }, input: tf.Tensor) =>
        tf.relu(norm.call(conv.call(input), kwargs));
      let y = through(this.forwards, x);
      for (let step = 0; step < this.options.steps; step++) y = through(this.recurrent, tf.add(x, y));
      return y;
    });
  }
}
