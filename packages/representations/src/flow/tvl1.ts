import type * as tf from '@tensorflow/tfjs-core';
import { flag, numeric, type OptionRules, oneOf, type Resolved, resolveOptions } from '../options.js';
import { checkPair, type FlowImage, runFlowKernel } from './pair.js';
import { onWebgpu } from './webgpu/levels.js';
import { tvl1OnGpu } from './webgpu/tvl1.js';

/** Options of {@link tvl1Flow}. The defaults are those of `preset`. */
export interface Tvl1Options {
  /** Where the defaults come from: `'opencv'` (default) or `'ipol'`. */
  preset?: 'opencv' | 'ipol';
  /** Time step of the dual variables; stable up to 0.25. OpenCV 0.25, IPOL 0.25. */
  tau?: number;
  /** Weight of the data term, for grey levels 0..255: smaller is smoother. 0.15, 0.15. */
  lambda?: number;
  /** Tightness of the coupling between data term and smoothness. 0.3, 0.3. */
  theta?: number;
  /** Levels of the pyramid at most (none is smaller than 16 pixels). 5, 100. */
  scales?: number;
  /** Size of a level relative to the finer one, in (0, 1). 0.8, 0.5. */
  scaleStep?: number;
  /** Linearisations per level. 5, 5. */
  warps?: number;
  /** A linearisation is solved when the root mean square change of the flow is below this, in pixels. 0.01, 0.01. */
  epsilon?: number;
  /** Iterations between two median filters at most. 30, 300. */
  innerIterations?: number;
  /** Median filters per linearisation at most. 10, 1. */
  outerIterations?: number;
  /** Size of the median filter of the flow: 1 (none), 3 or 5. 5, 1. */
  median?: 1 | 3 | 5;
  /** Gaussian smoothing of both images first, sigma in pixels. 0, 0.8. */
  presmooth?: number;
  /** Smoothing before each step down the pyramid: sigma = this times sqrt(1 / scaleStep^2 - 1). 0, 0.6. */
  pyramidSmooth?: number;
  /** Whether both images are stretched together to 0..255 first. false, true. */
  normalize?: boolean;
}

const opencv = Object.freeze({
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
export const tvl1Presets = Object.freeze({
  opencv,
  ipol: Object.freeze({
    ...opencv,
    scales: 100,
    scaleStep: 0.5,
    innerIterations: 300,
    outerIterations: 1,
    median: 1,
    presmooth: 0.8,
    pyramidSmooth: 0.6,
    normalize: true,
  } as const),
});

/** The rules of {@link Tvl1Options} for a preset. */
export function tvl1Rules(preset: 'opencv' | 'ipol' = 'opencv'): OptionRules<Tvl1Options> {
  const values = tvl1Presets[preset] ?? opencv;
  return {
    preset: oneOf(['opencv', 'ipol'], preset),
    tau: numeric(values.tau, { above: 0, max: 0.25 }),
    lambda: numeric(values.lambda, { above: 0 }),
    theta: numeric(values.theta, { above: 0 }),
    scales: numeric(values.scales, { min: 1, max: 100, integer: true }),
    scaleStep: numeric(values.scaleStep, { above: 0, max: 0.95 }),
    warps: numeric(values.warps, { min: 1, integer: true }),
    epsilon: numeric(values.epsilon, { min: 0 }),
    innerIterations: numeric(values.innerIterations, { min: 1, integer: true }),
    outerIterations: numeric(values.outerIterations, { min: 1, integer: true }),
    median: oneOf<1 | 3 | 5>([1, 3, 5], values.median),
    presmooth: numeric(values.presmooth, { min: 0, max: 20 }),
    pyramidSmooth: numeric(values.pyramidSmooth, { min: 0, max: 5 }),
    normalize: flag(values.normalize),
  };
}

const task = 'compute TV-L1 flow';

/** Every option of TV-L1 with a value, the given ones checked. */
export function resolveTvl1(options: Tvl1Options = {}, about = task): Resolved<Tvl1Options> {
  const { preset } = resolveOptions<Pick<Tvl1Options, 'preset'>>(
    about,
    { preset: tvl1Rules().preset },
    { preset: options?.preset },
  );
  return resolveOptions(about, tvl1Rules(preset), options);
}

/**
 * Dense optical flow by duality-based TV-L1: robust to outliers and changes of light, with sharp motion borders.
 *
 *     min over u of   integral |grad u_1| + |grad u_2| + lambda |I_1(x + u) - I_0(x)|
 *
 * The data term is linearised around the current flow and solved by turns with a total-variation denoising, coarse to
 * fine. With the `opencv` preset the result equals OpenCV 4.6's `DualTVL1OpticalFlow` on 8-bit grey images bit by bit.
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
 * smoothing and normalisation of the article; interpolation between levels stays linear (there cubic).
 */
export function tvl1Flow(from: FlowImage, to: FlowImage, options: Tvl1Options = {}): tf.Tensor3D {
  const o = resolveTvl1(options);
  if (onWebgpu()) {
    checkPair(from, to, task);
    return tvl1OnGpu(from, to, o);
  }
  return runFlowKernel(from, to, task, (kernels, pair) => kernels.tvl1({ ...pair, ...o }), { normalize: o.normalize });
}
