import * as tf from '@tensorflow/tfjs-core';
import { declareStep } from './declare-step.js';
import { frameByFrame } from './frame-by-frame.js';
import { onFrames } from './on-frames.js';

/**
 * A clip or images with three channels: a single one is repeated, three stay as they are.
 *
 * @throws {TypeError} if there are neither 1 nor 3 channels
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { rgb } from '@mer/representations';
 *
 * console.log(rgb(tf.zeros([24, 24, 1]) as tf.Tensor3D).shape); // [ 24, 24, 3 ]
 * ```
 *
 * Reference: common practice for networks trained on color images.
 */
export const rgb = /* @__PURE__ */ declareStep({
  name: 'rgb',
  title: 'Three channels: one is repeated',
  paper: null,
  takes: 'any',
  gives: 'any',
  traits: { keepsRange: true },
  options: {},
  compute: (input) =>
    onFrames(input, (images) => {
      const channels = images.shape[images.rank - 1];
      if (channels === 3) return tf.clone(images);
      if (channels !== 1) {
        throw new TypeError(
          `Cannot make three channels as images must have 1 or 3: current shape is [${images.shape.join(', ')}]`,
        );
      }
      return tf.tile(images as tf.Tensor, [...new Array(images.rank - 1).fill(1), 3]) as typeof images;
    }),
  stream: frameByFrame,
  outputShape: ([height, width]) => [height, width, 3],
});
