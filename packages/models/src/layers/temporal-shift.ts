import { integer } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { checkLayerInput, oneShape, oneTensor } from './layer-inputs.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';

const temporalShiftOptions = {
  segments: integer('Segments of a sample, one after the other in the batch.', { min: 1, default: 2 }),
  parts: integer('One of so many parts of the maps comes from the next segment, one from the one before.', {
    min: 2,
    default: 8,
  }),
};

/** Arguments of {@link TemporalShift}. */
export type TemporalShiftArgs = LayerArgs<typeof temporalShiftOptions>;

/**
 * Mixes time without weights: of the maps `[batch x segments, height, width, channels]` the first `channels / parts`, rounded down, come from the
 * next segment of the same sample, as many from the one before, with zeros at the ends.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { TemporalShift } from '@mer/models';
 *
 * const maps = tf.tensor4d([1, 2, 3, 4], [2, 1, 1, 2]);
 * const shifted = new TemporalShift({ parts: 2 }).apply(maps) as tf.Tensor;
 * console.log(Array.from(shifted.dataSync())); // [ 3, 0, 0, 2 ]
 * ```
 *
 * Reference: Lin, Gan, Han, ICCV 2019, arXiv 1811.08383.
 */
export class TemporalShift extends NetworkLayer<typeof temporalShiftOptions> {
  static className = 'MerTemporalShift';

  constructor(args: TemporalShiftArgs = {}) {
    super(args, temporalShiftOptions);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    checkLayerInput(this, oneShape(inputShape), '[batch, height, width, channels]');
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = oneTensor(inputs) as tf.Tensor4D;
      const [rows, height, width, channels] = x.shape;
      const { segments, parts } = this.options;
      const moved = Math.floor(channels / parts);
      const clips = tf.reshape(x, [rows / segments, segments, height * width, channels]);
      const [left, right, still] = tf.split(clips, [moved, moved, channels - 2 * moved], 3) as [
        tf.Tensor4D,
        tf.Tensor4D,
        tf.Tensor4D,
      ];
      const shift = (maps: tf.Tensor4D, from: 0 | 1) => {
        const kept = tf.slice(maps, [0, from, 0, 0], [-1, segments - 1, -1, -1]);
        return tf.pad(kept, [
          [0, 0],
          [1 - from, from],
          [0, 0],
          [0, 0],
        ]);
      };
      return tf.reshape(tf.concat([shift(left, 1), shift(right, 0), still], 3), x.shape);
    });
  }
}
