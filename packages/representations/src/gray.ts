import { declareStep } from './declare-step.js';
import { frameByFrame } from './frame-by-frame.js';
import { onFrames } from './on-frames.js';
import { toGray } from './to-gray.js';

/**
 * A clip or images in gray: `0.299 R + 0.587 G + 0.114 B`; one channel stays as it is.
 *
 * @throws {TypeError} if there are neither 1 nor 3 channels
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { gray } from '@mer/representations';
 *
 * console.log(gray(tf.zeros([24, 24, 3]) as tf.Tensor3D).shape); // [ 24, 24, 1 ]
 * ```
 *
 * Reference: ITU-R recommendation BT.601.
 */
export const gray = /* @__PURE__ */ declareStep({
  name: 'gray',
  title: 'One gray channel',
  paper: 'ITU-R recommendation BT.601',
  takes: 'any',
  gives: 'any',
  traits: { keepsRange: true },
  options: {},
  compute: (input) => onFrames(input, toGray),
  stream: frameByFrame,
  outputShape: ([height, width]) => [height, width, 1],
});
