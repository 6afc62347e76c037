import * as tf from '@tensorflow/tfjs-core';
import { declareStep } from './declare-step.js';
import { frameByFrame } from './frame-by-frame.js';
import { onFrames } from './on-frames.js';

/**
 * A clip or images with the channels in reverse order: RGB to BGR.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { reverseChannels } from '@mer/representations';
 *
 * console.log(reverseChannels(tf.tensor3d([1, 2, 3], [1, 1, 3])).dataSync()); // Float32Array(3) [ 3, 2, 1 ]
 * ```
 *
 * Reference: common practice for networks fed by OpenCV.
 */
export const reverseChannels = /* @__PURE__ */ declareStep({
  name: 'reverse-channels',
  title: 'Channels in reverse order (RGB to BGR)',
  paper: null,
  takes: 'any',
  gives: 'any',
  traits: { values: true, keepsRange: true },
  options: {},
  compute: (input) => onFrames(input, (images) => tf.reverse(images, images.rank - 1)),
  stream: frameByFrame,
  outputShape: (frame) => frame,
});
