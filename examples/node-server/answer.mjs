/** From the frames of a clip to its picture and a class. */
import { encodeImage } from '@mer/io';
import { createSmallCnn } from '@mer/models';
import { displayImage, trdi } from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';

export const CLASSES = ['negative', 'positive', 'surprise'];
const SIDE = 64;

/** A network, untrained here: load yours with `loadWeights(model, await readWeights(file))`. */
export const createNetwork = () => createSmallCnn({ classes: CLASSES.length, inputShape: [SIDE, SIDE, 3] });

/**
 * @param network of createNetwork
 * @param bytes RGB of every frame, one after another
 * @param shape [frames, height, width]
 */
export async function answer(network, bytes, [count, height, width]) {
  const clip = tf.tidy(() => ({
    frames: tf.div(tf.tensor4d(bytes, [count, height, width, 3], 'float32'), 255),
    onset: 0,
    apex: Math.round((count - 1) / 2),
    offset: count - 1,
  }));
  const image = trdi(clip);
  const shown = await displayImage(image);
  const probabilities = tf.tidy(() => {
    const input = tf.image.resizeBilinear(image, [SIDE, SIDE]);
    return tf.softmax(network.predictOnBatch(tf.expandDims(input, 0)));
  });
  try {
    const values = Array.from(await probabilities.data());
    return {
      class: CLASSES[values.indexOf(Math.max(...values))],
      probabilities: Object.fromEntries(CLASSES.map((name, i) => [name, values[i]])),
      picture: `data:image/png;base64,${Buffer.from(await encodeImage(shown, 'png')).toString('base64')}`,
    };
  } finally {
    tf.dispose([clip.frames, image, shown, probabilities]);
  }
}
