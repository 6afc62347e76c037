import { overlayHeatMap } from '@mer/models';
import { displayImage } from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';
import type { Answer } from './answer.js';

/** What a network saw in one of its inputs, and where it looked, as pictures; they are the caller's to dispose of. */
export interface AnswerPicture {
  /** Name of the input. */
  input: string;
  /** `[height, width, 3]`, from 0 to 1; of a sequence the image in the middle. */
  seen: tf.Tensor3D;
  /** The same with the heat map over it, at full strength where it is highest; undefined where the answer has none. */
  heat?: tf.Tensor3D;
}

/**
 * Pictures of an answer, one after the other, in the order of the network's inputs.
 *
 * @param answer - of a predictor; with `heatMaps: true` it has heat maps
 *
 * @example
 * ```ts
 * import { type Answer, answerPictures } from '@mer/predictor';
 *
 * async function show(answer: Answer) {
 *   for await (const { input, seen, heat } of answerPictures(answer)) {
 *     console.log(input, seen.shape, heat ? 'with a heat map' : 'alone');
 *     seen.dispose();
 *     heat?.dispose();
 *   }
 * }
 * ```
 */
export async function* answerPictures({
  inputs,
  heatMaps = [],
}: Pick<Answer, 'inputs' | 'heatMaps'>): AsyncGenerator<AnswerPicture> {
  for (const { name, shape, values } of inputs) {
    const image = tf.tidy(() => middleOf(tf.tensor(values, shape)));
    const seen = await displayImage(image);
    image.dispose();
    const map = heatMaps.find((one) => one.name === name);
    const heat = map && tf.tidy(() => overlayHeatMap(seen, evened(tf.tensor2d(map.values, map.shape))));
    yield { input: name, seen, ...(heat && { heat }) };
  }
}

/** Of a sequence the image in the middle. */
function middleOf(input: tf.Tensor): tf.Tensor3D {
  if (input.rank !== 4) return input as tf.Tensor3D;
  return tf.squeeze(tf.slice(input, Math.floor(input.shape[0]! / 2), 1), [0]);
}

const evened = (map: tf.Tensor2D): tf.Tensor2D => tf.div(map, tf.maximum(tf.max(map), 1e-7));
