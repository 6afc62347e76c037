import type * as tf from '@tensorflow/tfjs-core';
import { declareStep } from './declare-step.js';
import { stretchChannels } from './flow/uv-strain.js';

/**
 * An image whose channels are each stretched to 0..1; 0 where a channel is constant.
 *
 *     (x - min x) / (max x - min x)          minimum and maximum of each channel by itself
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { stretch } from '@mer/representations';
 *
 * console.log(stretch(tf.tensor3d([-1, 0, 3], [1, 3, 1])).dataSync()); // Float32Array(3) [ 0, 0.25, 1 ]
 * ```
 *
 * Reference: as OpenCV's `normalize` with `NORM_MINMAX`, which flow-based networks put before their input.
 */
export const stretch = /* @__PURE__ */ declareStep({
  name: 'stretch',
  title: 'Each channel from 0 to 1',
  paper: null,
  takes: 'image',
  gives: 'image',
  traits: { values: true },
  options: {},
  compute: (image: tf.Tensor3D) => stretchChannels(image),
  outputShape: (frame) => frame,
});
