/** A representation, a network and a schedule of one's own. An experiment names them as it names ours. */
import { defineModel, Linear, networkOptions } from '@mer/models';
import { choice, integer, number } from '@mer/options';
import { defineRepresentation } from '@mer/representations';
import { defineSchedule } from '@mer/training';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

/** How much each pixel ever differed from the onset, or differs on average. */
export const travel = defineRepresentation({
  name: 'travel',
  title: 'Most or mean change since the onset',
  paper: null,
  ours: 'all of it',
  options: { take: choice('The most or the mean.', ['most', 'mean'], { default: 'most' }) },
  compute: ({ frames, onset }, { take }) => {
    const [, height, width, channels] = frames.shape;
    const change = tf.abs(tf.sub(frames, tf.slice(frames, [onset, 0, 0, 0], [1, height, width, channels])));
    return take === 'most' ? tf.max(change, 0) : tf.mean(change, 0);
  },
  outputShape: (frame) => frame,
});

export const blocks = defineModel({
  name: 'blocks',
  title: 'Means of blocks, then two linear layers',
  paper: null,
  origin: 'own',
  inputs: [{ name: 'image', shape: [32, 32, 3], representations: ['travel'], values: '0 to 1' }],
  options: {
    ...networkOptions({ classes: 3, inputShape: [32, 32, 3] }),
    side: integer('Side of a block, pixels.', { min: 1, default: 4 }),
    hidden: integer('Width of the hidden layer.', { min: 1, default: 32 }),
  },
  create({ classes, inputShape, seed, side, hidden }) {
    const image = tfl.input({ shape: [...inputShape], name: 'image' });
    let x = tfl.layers.averagePooling2d({ poolSize: side, name: 'blocks' }).apply(image);
    x = tfl.layers.flatten({ name: 'flatten' }).apply(x);
    x = new Linear({ name: 'fc1', units: hidden, activation: 'relu', seed }).apply(x);
    const logits = new Linear({ name: 'fc2', units: classes, head: true, seed }).apply(x);
    return tfl.model({ inputs: image, outputs: logits, name: 'blocks' });
  },
});

export const linear = defineSchedule({
  name: 'linear',
  title: 'Falls on a line',
  paper: null,
  options: { end: number('Share of the rate that is left.', { min: 0, max: 1, default: 0.1 }) },
  share: ({ end }, before, epochs) => 1 - (1 - end) * (before / epochs),
});
