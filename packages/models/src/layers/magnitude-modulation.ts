import { number } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { twoShapes, twoTensors } from './combine.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';
import { bilinearWeights, resample } from './resample2d.js';

const magnitudeModulationOptions = {
  gain: number('Start of a, the gain of strong motion.', { above: 0, default: 0.5 }),
  loss: number('Start of b, the loss of weak motion.', { above: 0, below: 1, default: 0.5 }),
  steepness: number('Start of k, the steepness.', { above: 0, default: 10 }),
  threshold: number('Start of tau, the threshold between weak and strong.', { default: 0.3 }),
};

/** Arguments of {@link MagnitudeModulation}. */
export type MagnitudeModulationArgs = LayerArgs<typeof magnitudeModulationOptions>;

/**
 * Strengthens maps where motion is strong and weakens them where it is weak, with four learned numbers:
 *
 *     gate = 1 + a sigmoid(k (m - tau)) - b sigmoid(k (tau - m)),  out = F gate
 *
 * a and k stay positive (softplus of the stored weight), b stays between 0 and 1 (sigmoid). Inputs: maps F `[batch, h, w,
 * channels]` and the motion's magnitude m `[batch, H, W, 1]`, which is resized to F (bilinear, averaged when shrunk).
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { MagnitudeModulation } from '@mer/models';
 *
 * const layer = new MagnitudeModulation({ gain: 0.5, loss: 0.5, steepness: 100 });
 * const out = layer.apply([tf.ones([1, 1, 1, 1]), tf.ones([1, 4, 4, 1])]) as tf.Tensor;
 * console.log(out.dataSync()[0]!.toFixed(3)); // 1.500
 * ```
 *
 * Reference: this project's choice for the learnable modulation of FMANet, arXiv 2510.07810.
 */
export class MagnitudeModulation extends NetworkLayer<typeof magnitudeModulationOptions> {
  static className = 'MerMagnitudeModulation';
  private numbers!: Record<'a' | 'b' | 'k' | 'tau', tfl.LayerVariable>;

  constructor(args: MagnitudeModulationArgs = {}) {
    super(args, magnitudeModulationOptions);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const [maps, magnitude] = twoShapes(this, inputShape);
    if (maps.length !== 4 || magnitude.length !== 4 || magnitude[3] !== 1) {
      throw new TypeError(
        `Cannot build layer ${this.name} as its inputs must be [batch, h, w, channels] and [batch, H, W, 1]: current values are [${maps}] and [${magnitude}]`,
      );
    }
    const { gain, loss, steepness, threshold } = this.options;
    const make = (name: string, value: number) =>
      this.addParameter({ name, shape: [1], start: { kind: 'constant', value } });
    this.numbers = {
      a: make('a', Math.log(Math.expm1(gain))),
      b: make('b', Math.log(loss / (1 - loss))),
      k: make('k', steepness > 30 ? steepness : Math.log(Math.expm1(steepness))),
      tau: make('tau', threshold),
    };
    this.built = true;
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    return twoShapes(this, inputShape)[0];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [maps, magnitude] = twoTensors(this, inputs) as [tf.Tensor4D, tf.Tensor4D];
      const [, height, width] = maps.shape;
      const m = resample(magnitude, height, width, (from, to) => bilinearWeights(from, to, true));
      const { a, b, k, tau } = this.numbers;
      const above = tf.mul(tf.softplus(k.read()), tf.sub(m, tau.read()));
      const strong = tf.mul(tf.softplus(a.read()), tf.sigmoid(above));
      const weak = tf.mul(tf.sigmoid(b.read()), tf.sigmoid(tf.neg(above)));
      return tf.mul(maps, tf.add(tf.sub(strong, weak), 1));
    });
  }
}
