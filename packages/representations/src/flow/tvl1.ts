import { checkOptions, choice, flag, integer, number, type OptionsOf, type Resolved } from '@mer/options';
import type * as tf from '@tensorflow/tfjs-core';
import { type CheckOption, splitCheck } from '../check-option.js';
import { onWebgpu } from '../host.js';
import { type FlowImage, fromCheckedPair, runFlowKernel } from './pair.js';
import { tvl1OnGpu } from './webgpu/tvl1.js';

const opencv = /* @__PURE__ */ Object.freeze({
  tau: 0.25,
  lambda: 0.15,
  theta: 0.3,
  scales: 5,
  scaleStep: 0.8,
  warps: 5,
  epsilon: 0.01,
  innerIterations: 30,
  outerIterations: 10,
  median: 5,
  presmooth: 0,
  pyramidSmooth: 0,
  normalize: false,
} as const);

/** The values of each preset of {@link tvl1Flow}. */
export const tvl1Presets = {
  opencv,
  ipol: {
    ...opencv,
    scales: 100,
    scaleStep: 0.5,
    innerIterations: 300,
    outerIterations: 1,
    median: 1,
    presmooth: 0.8,
    pyramidSmooth: 0.6,
    normalize: true,
  },
} as const;

/** The options of {@link tvl1Flow}; where one has no default of its own, that of the preset holds. */
export const tvl1Options = {
  preset: choice('Where the defaults come from: OpenCV, or the article in IPOL.', ['opencv', 'ipol'], {
    default: 'opencv',
  }),
  tau: number('Time step of the dual variables; stable up to 0.25. opencv 0.25, ipol 0.25.', {
    above: 0,
    max: 0.25,
    optional: true,
  }),
  lambda: number('Weight of the data term, for gray levels 0..255: smaller is smoother. opencv 0.15, ipol 0.15.', {
    above: 0,
    optional: true,
  }),
  theta: number('Tightness of the coupling between data term and smoothness. opencv 0.3, ipol 0.3.', {
    above: 0,
    optional: true,
  }),
  scales: integer('Levels of the pyramid at most (none is smaller than 16 pixels). opencv 5, ipol 100.', {
    min: 1,
    max: 100,
    optional: true,
  }),
  scaleStep: number('Size of a level relative to the finer one. opencv 0.8, ipol 0.5.', {
    above: 0,
    max: 0.95,
    optional: true,
  }),
  warps: integer('Linearizations per level. opencv 5, ipol 5.', { min: 1, optional: true }),
  epsilon: number(
    'A linearization is solved when the root mean square change of the flow is below this, in pixels. opencv 0.01, ipol 0.01.',
    { min: 0, optional: true },
  ),
  innerIterations: integer('Iterations between two median filters at most. opencv 30, ipol 300.', {
    min: 1,
    optional: true,
  }),
  outerIterations: integer('Median filters per linearization at most. opencv 10, ipol 1.', { min: 1, optional: true }),
  median: choice('Size of the median filter of the flow; 1 is none. opencv 5, ipol 1.', [1, 3, 5], { optional: true }),
  presmooth: number('Gaussian smoothing of both images first, sigma in pixels. opencv 0, ipol 0.8.', {
    min: 0,
    max: 20,
    optional: true,
  }),
  pyramidSmooth: number(
    'Smoothing before each step down the pyramid: sigma = this times sqrt(1 / scaleStep^2 - 1). opencv 0, ipol 0.6.',
    { min: 0, max: 5, optional: true },
  ),
  normalize: flag('Whether both images are stretched together to 0..255 first. opencv false, ipol true.', {
    optional: true,
  }),
};

/** Options of {@link tvl1Flow}. */
export type Tvl1Options = OptionsOf<typeof tvl1Options>;

/** Options with what the preset says where they say nothing. */
export function withPreset(options: Resolved<typeof tvl1Options>) {
  return { ...tvl1Presets[options.preset], ...options };
}

const task = 'compute TV-L1 flow';

/**
 * Dense optical flow by duality-based TV-L1: robust to outliers and changes of light, with sharp motion borders.
 *
 *     min over u of   integral |grad u_1| + |grad u_2| + lambda |I_1(x + u) - I_0(x)|
 *
 * The data term is linearized around the current flow and solved by turns with a total-variation denoising, coarse to
 * fine. With the `opencv` preset the result equals OpenCV 4.6's `DualTVL1OpticalFlow` on 8-bit gray images bit by bit.
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
 * import { tvl1Flow } from '@mer/representations';
 *
 * const blob = (x0: number) =>
 *   tf.tensor2d(Float32Array.from({ length: 32 * 32 }, (_, i) => Math.exp(-(((i % 32) - x0) ** 2 + (Math.floor(i / 32) - 16) ** 2) / 20)), [32, 32]);
 * const flow = tvl1Flow(blob(15), blob(16.2));
 * console.log(Math.round(flow.arraySync()[16]?.[15]?.[0] ?? 0)); // 1
 * ```
 *
 * Reference: Zach, Pock, Bischof, "A Duality Based Approach for Realtime TV-L1 Optical Flow", DAGM 2007; Sánchez,
 * Meinhardt-Llopis, Facciolo, "TV-L1 Optical Flow Estimation", IPOL 2013, doi:10.5201/ipol.2013.26. The order of the
 * steps, the median filter and cubic interpolation at 1/32 pixel are OpenCV's. `'ipol'` takes the parameters,
 * smoothing and normalization of the article; interpolation between levels stays linear (there cubic).
 */
export function tvl1Flow(from: FlowImage, to: FlowImage, given: Tvl1Options & CheckOption = {}): tf.Tensor3D {
  const { check, options } = splitCheck(task, given);
  const o = withPreset(checkOptions(task, tvl1Options, options));
  return fromCheckedPair([from, to], task, { check }, () => {
    if (onWebgpu()) return tvl1OnGpu(from, to, o);
    const { normalize } = o;
    return runFlowKernel(from, to, task, (kernels, pair) => kernels.tvl1({ ...pair, ...o }), { normalize });
  });
}
