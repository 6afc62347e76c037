import type * as tf from '@tensorflow/tfjs-core';
import { numeric, type OptionRules, resolveOptions } from '../options.js';
import { checkPair, type FlowImage, runFlowKernel } from './pair.js';
import { farnebackOnGpu } from './webgpu/farneback.js';
import { onWebgpu } from './webgpu/levels.js';

/** Options of {@link farnebackFlow}; the defaults are those of HTNet and SLSTT (`0.5, 3, 15, 3, 5, 1.2`). */
export interface FarnebackOptions {
  /** Size of a level relative to the finer one, in (0, 1); default 0.5. */
  scaleStep?: number;
  /** Levels above the full size at most (none is smaller than 32 pixels); default 3. */
  levels?: number;
  /** Side of the window that displacements are averaged over, in pixels, odd; default 15. */
  window?: number;
  /** Iterations per level; default 3. */
  iterations?: number;
  /** Radius of the neighbourhood that a polynomial is fitted to, in pixels (OpenCV's `poly_n`); default 5. */
  polyRadius?: number;
  /** Sigma of the Gaussian weight of that neighbourhood, in pixels; default 1.2. */
  polySigma?: number;
}

/** The rules of {@link FarnebackOptions}. */
export const farnebackRules: OptionRules<FarnebackOptions> = Object.freeze({
  scaleStep: numeric(0.5, { above: 0, max: 0.95 }),
  levels: numeric(3, { min: 0, max: 30, integer: true }),
  window: {
    ...numeric(15, { min: 1, max: 255, integer: true }),
    expected: 'an odd integer in 1..255',
    accepts: (value: unknown) => Number.isInteger(value) && (value as number) % 2 === 1 && (value as number) <= 255,
  },
  iterations: numeric(3, { min: 1, integer: true }),
  polyRadius: numeric(5, { min: 1, max: 20, integer: true }),
  polySigma: numeric(1.2, { above: 0, max: 20 }),
});

const task = 'compute Farneback flow';

/**
 * Dense optical flow by polynomial expansion: fast and smooth.
 *
 *     f(x) ~ x^T A x + b^T x + c  around each pixel of both images,   A d = -(b_2 - b_1) / 2  averaged over a window
 *
 * solved for the displacement d, coarse to fine. What leads to the last row or column or beyond counts as outside. Equals OpenCV's `calcOpticalFlowFarneback` (box window) to about 1e-5 pixel.
 *
 * @param from `[H, W]`, `[H, W, 1]` or `[H, W, 3]`, float32 in 0..1 (colour is made grey).
 * @param to the later image, same size.
 * @returns `[H, W, 2]`, pixels, (u, v): what is at (x, y) in `from` is at (x + u, y + v) in `to`; u to the right, v down.
 * @throws TypeError if the images are no float images of one size; RangeError on NaN, infinity (not on webgpu, where they give NaN) or an option
 * out of range.
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
 * outermost five pixels, the regulariser 1e-3 and the smoothing of the pyramid are OpenCV's.
 */
export function farnebackFlow(from: FlowImage, to: FlowImage, options: FarnebackOptions = {}): tf.Tensor3D {
  const o = resolveOptions(task, farnebackRules, options);
  if (onWebgpu()) {
    checkPair(from, to, task);
    return farnebackOnGpu(from, to, o);
  }
  return runFlowKernel(from, to, task, (kernels, pair) => kernels.farneback({ ...pair, ...o }));
}
