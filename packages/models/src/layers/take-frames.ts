import { integer } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { checkLayerInput, oneShape, oneTensor } from './layer-inputs.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';

const takeFramesOptions = {
  start: integer('The first.', { min: 0, default: 0 }),
  count: integer('How many.', { min: 1 }),
};

/** Arguments of {@link TakeFrames}. */
export type TakeFramesArgs = LayerArgs<typeof takeFramesOptions>;

/** Some frames of `[batch, frames, height, width, channels]`, one after the other in the batch: `[batch x count, height, width, channels]`. */
export class TakeFrames extends NetworkLayer<typeof takeFramesOptions> {
  static className = 'MerTakeFrames';

  constructor(args: TakeFramesArgs) {
    super(args, takeFramesOptions);
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const shape = oneShape(inputShape);
    checkLayerInput(this, shape, '[batch, frames, height, width, channels]');
    return [shape[0] == null ? null : shape[0] * this.options.count, ...shape.slice(2)];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = oneTensor(inputs) as tf.Tensor5D;
      const [batch, , ...image] = x.shape;
      const { start, count } = this.options;
      return tf.reshape(tf.slice(x, [0, start, 0, 0, 0], [batch, count, ...image]), [batch * count, ...image]);
    });
  }
}
