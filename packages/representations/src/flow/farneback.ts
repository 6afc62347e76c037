import { checkOptions, integer, number, type OptionsOf, option } from '@mer/options';
import type * as tf from '@tensorflow/tfjs-core';
import * as v from 'valibot';
import { type CheckOption, splitCheck } from '../check-option.js';
import { onWebgpu } from '../host.js';
import { type FlowImage, fromCheckedPair, runFlowKernel } from './pair.js';
import { farnebackOnGpu } from './webgpu/farneback.js';

const odd = 'an odd integer from 1 to 255';

/** The options of {@link farnebackFlow}; the defaults are those of HTNet and SLSTT (`0.5, 3, 15, 3, 5, 1.2`). */
export const farnebackOptions = {
  scaleStep: number('Size of a level relative to the finer one.', { above: 0, max: 0.95, default: 0.5 }),
  levels: integer('Levels above the full size at most (none is smaller than 32 pixels).', {
    min: 0,
    max: 30,
    default: 3,
  }),
  window: option(
    'Side of the window that displacements are averaged over, in pixels.',
    v.pipe(
      v.number(odd),
      v.check((side) => Number.isInteger(side) && side % 2 === 1 && side >= 1 && side <= 255, odd),
    ),
    odd,
    { default: 15 },
  ),
  iterations: integer('Iterations per level.', { min: 1, default: 3 }),
  polyRadius: integer("Radius of the neighborhood that a polynomial is fitted to, in pixels (OpenCV's `poly_n`).", {
    min: 1,
    max: 20,
    default: 5,
  }),
  polySigma: number('Sigma of the Gaussian weight of that neighborhood, in pixels.', {
    above: 0,
    max: 20,
    default: 1.2,
  }),
};

/** Options of {@link farnebackFlow}. */
export type FarnebackOptions = OptionsOf<typeof farnebackOptions>;

const task = 'compute Farneback flow';

/**
 * Dense optical flow by polynomial expansion: fast and smooth.
 *
 *     f(x) ~ x^T A x + b^T x + c  around each pixel of both images,   A d = -(b_2 - b_1) / 2  averaged over a window
 *
 * solved for the displacement d, coarse to fine. What leads to the last row or column or beyond counts as outside. Equals OpenCV's `calcOpticalFlowFarneback` (box window) to about 1e-5 pixel.
 *
 * @param from `[H, W]`, `[H, W, 1]` or `[H, W, 3]`, float32 in 0..1 (color is made gray).
 * @param to the later image, same size.
 * @returns `[H, W, 2]`, pixels, (u, v): what is at (x, y) in `from` is at (x + u, y + v) in `to`; u to the right, v down.
 * @throws TypeError if the images are no float images of one size or an option is not known or of a wrong type; RangeError on an option out of range, or on
 * a value that is NaN, infinite or outside of 0..1 (where the backend cannot read values at once, as webgpu, the flow is NaN), unless `check` is false.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { farnebackFlow } from '@mer/representations';
 *
 * const from = tf.randomUniform([48, 64], 0, 1, 'float32', 1) as tf.Tensor2D;
 * const to = tf.pad(tf.slice(from, [0, 0], [48, 63]), [[0, 0], [1, 0]]); // one pixel to the right
 * console.log(Math.round(farnebackFlow(from, to).arraySync()[24]?.[32]?.[0] ?? 0)); // 1
 * ```
 *
 * Reference: Farnebäck, "Two-Frame Motion Estimation Based on Polynomial Expansion", SCIA 2003. Damping of the
 * outermost five pixels, the regularizer 1e-3 and the smoothing of the pyramid are OpenCV's.
 */
export function farnebackFlow(from: FlowImage, to: FlowImage, given: FarnebackOptions & CheckOption = {}): tf.Tensor3D {
  const { check, options } = splitCheck(task, given);
  const o = checkOptions(task, farnebackOptions, options);
  return fromCheckedPair([from, to], task, { check }, () => {
    if (onWebgpu()) return farnebackOnGpu(from, to, o);
    return runFlowKernel(from, to, task, (kernels, pair) => kernels.farneback({ ...pair, ...o }));
  });
}
