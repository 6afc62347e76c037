import { checkValue } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { type Region, regionOption, regionPixels } from '../region.js';
import { percentileOf } from '../scale-motion.js';
import { components } from './strain.js';

const regionSchema = /* @__PURE__ */ regionOption('A part of the face that expressions do not move.', {});

/**
 * A flow without the motion of the head: the median of u and of v over a stable region is taken off everywhere.
 *
 * @param flow `[H, W, 2]`, pixels, (u, v).
 * @param region a part of the face that expressions do not move, such as a box on the tip of the nose, as fractions
 * `[top, left, bottom, right]` of the image.
 * @returns `[H, W, 2]`, pixels.
 * @throws TypeError, RangeError if the region is none.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { subtractHeadMotion } from '@mer/representations';
 *
 * const flow = tf.fill([4, 4, 2], 0.5) as tf.Tensor3D;
 * console.log(tf.max(subtractHeadMotion(flow, [0.4, 0.4, 0.6, 0.6])).dataSync()[0]); // 0
 * ```
 *
 * Reference: this project's choice.
 */
export function subtractHeadMotion(flow: tf.Tensor3D, region: Region): tf.Tensor3D {
  checkValue('subtract head motion', 'region', regionSchema, region);
  return tf.tidy(() => {
    const { top, left, bottom, right } = regionPixels(region, flow.shape[0], flow.shape[1]);
    const part = tf.slice(flow, [top, left, 0], [bottom - top, right - left, 2]);
    const shift = tf.stack(components(part).map((component) => percentileOf(component, 50)));
    return tf.sub(flow, shift) as tf.Tensor3D;
  });
}
