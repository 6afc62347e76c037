import { number } from '@mer/options';
import { defineRepresentation } from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';

/** A picture of what has changed in the face from the onset to the apex: 0.5 where nothing has. */
export const change = defineRepresentation({
  name: 'my-change',
  title: 'Change from onset to apex',
  paper: null,
  options: { gain: number('What differences of gray are multiplied by.', { above: 0, default: 4 }) },
  // a clip: frames [T, H, W, C] from 0 to 1, and the places of onset, apex (null where it is not known) and offset
  compute({ frames, onset, apex, offset }, { gain }) {
    const frame = (index) => tf.slice(frames, [index, 0, 0, 0], [1, -1, -1, -1]);
    const difference = tf.sub(frame(apex ?? offset), frame(onset));
    return tf.squeeze(tf.clipByValue(tf.add(tf.mul(difference, gain), 0.5), 0, 1), [0]);
  },
  outputShape: (frame) => frame,
});
