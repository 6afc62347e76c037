import { checkOptions, integer, number, type OptionsOf } from '@mer/options';
import type * as tf from '@tensorflow/tfjs-core';
import { type CheckOption, splitCheck } from '../check-option.js';
import { onWebgpu } from '../host.js';
import { type FlowImage, fromCheckedPair, runFlowKernel } from './pair.js';
import { hornSchunckOnGpu } from './webgpu/horn-schunck.js';

/** The options of {@link hornSchunckFlow}. `{ scales: 1, warps: 1, presmooth: 0 }` is the method of 1981. */
export const hornSchunckOptions = {
  alpha: number('Weight of smoothness, for gray levels 0..255: larger is smoother.', { above: 0, default: 15 }),
  scales: integer('Levels of the pyramid at most (none is smaller than 16 pixels).', { min: 1, max: 100, default: 5 }),
  scaleStep: number('Size of a level relative to the finer one.', { above: 0, max: 0.95, default: 0.5 }),
  warps: integer('Linearizations per level.', { min: 1, default: 10 }),
  iterations: integer('Iterations per linearization at most.', { min: 1, default: 150 }),
  epsilon: number('A linearization is solved when the root mean square change of the flow is below this, in pixels.', {
    min: 0,
    default: 1e-4,
  }),
  presmooth: number('Gaussian smoothing of both images first, sigma in pixels.', { min: 0, max: 20, default: 0.8 }),
  pyramidSmooth: number('Smoothing before each step down the pyramid: sigma = this times sqrt(1 / scaleStep^2 - 1).', {
    min: 0,
    max: 5,
    default: 0.6,
  }),
};

/** Options of {@link hornSchunckFlow}. */
export type HornSchunckOptions = OptionsOf<typeof hornSchunckOptions>;

const task = 'compute Horn-Schunck flow';

/**
 * Dense optical flow by Horn and Schunck: quadratic data term and quadratic smoothness, coarse to fine with warping.
 *
 *     min over u of   integral (I_1(x + u) - I_0(x))^2 + alpha^2 (|grad u_1|^2 + |grad u_2|^2)
 *     u <- mean(u) - I_x (rho + I_x mean(u) + I_y mean(v)) / (alpha^2 + I_x^2 + I_y^2)
 *
 * with the weighted mean of the eight neighbors (1/6 sides, 1/12 corners).
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
 * import { hornSchunckFlow } from '@mer/representations';
 *
 * const still = tf.randomUniform([32, 32], 0, 1, 'float32', 1) as tf.Tensor2D;
 * console.log(hornSchunckFlow(still, still).shape); // [ 32, 32, 2 ]
 * ```
 *
 * Reference: Horn, Schunck, "Determining Optical Flow", Artificial Intelligence 17, 1981; the multi-scale scheme and
 * its parameters after Meinhardt-Llopis, Sánchez, Kondermann, "Horn-Schunck Optical Flow with a Multi-Scale
 * Strategy", IPOL 2013, doi:10.5201/ipol.2013.20. Ours: Jacobi iterations instead of SOR, and no data term where the
 * flow leads out of the image.
 */
export function hornSchunckFlow(
  from: FlowImage,
  to: FlowImage,
  given: HornSchunckOptions & CheckOption = {},
): tf.Tensor3D {
  const { check, options } = splitCheck(task, given);
  const o = checkOptions(task, hornSchunckOptions, options);
  return fromCheckedPair([from, to], task, { check }, () => {
    if (onWebgpu()) return hornSchunckOnGpu(from, to, o);
    return runFlowKernel(from, to, task, (kernels, pair) => kernels.hornSchunck({ ...pair, ...o }));
  });
}
