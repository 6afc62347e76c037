import * as tf from '@tensorflow/tfjs-core';
import { type Clip, checkClip } from '../clip.js';
import { type FlowChoice, flowRule } from '../flow/optical-flow.js';
import { intensityTensor, type Region, regionRule } from '../intensity.js';
import { flag, numeric, type OptionRule, type OptionRules, oneOf, resolveOptions } from '../options.js';
import { type Reading, readLater, readNow } from '../reading.js';
import { defineStep, type Step } from '../step.js';

/** Options of {@link spotApex}. */
export interface SpotApexOptions {
  /** `'peak'`: the largest value (default); `'divide-and-conquer'`: peaks, then always the half with more of them. */
  search?: 'peak' | 'divide-and-conquer';
  /** What is measured from the onset on: `'onset-difference'` (default) or the length of the `'flow'`, see {@link frameIntensities}. */
  measure?: 'onset-difference' | 'flow';
  /** The parts of the image that count, added up; default brows and eyes, and mouth, of an aligned face. */
  regions?: readonly Region[];
  /** Gaussian blur of the frames for `'onset-difference'`, sigma in pixels; default 1. */
  intensityBlur?: number;
  /** Gaussian smoothing of the measured course over time, sigma in frames; default 1. */
  smooth?: number;
  /** The flow method for `'flow'`; default `'farneback'`. */
  flow?: FlowChoice;
}

const regionsRule: OptionRule<readonly Region[]> = {
  default: [
    [0.15, 0.08, 0.5, 0.92],
    [0.62, 0.2, 0.95, 0.8],
  ],
  expected: `a list of regions, each ${regionRule([0, 0, 1, 1]).expected}`,
  accepts: (value) => Array.isArray(value) && value.length > 0 && value.every(regionRule([0, 0, 1, 1]).accepts),
};

/** The rules of {@link SpotApexOptions}. */
export const spotApexRules = Object.freeze({
  search: oneOf<'peak' | 'divide-and-conquer'>(['peak', 'divide-and-conquer'], 'peak'),
  measure: oneOf<'onset-difference' | 'flow'>(['onset-difference', 'flow'], 'onset-difference'),
  regions: regionsRule,
  intensityBlur: numeric(1, { min: 0, max: 50 }),
  smooth: numeric(1, { min: 0, max: 100 }),
  flow: flowRule('farneback'),
}) satisfies OptionRules<SpotApexOptions>;

/** A course smoothed by a Gaussian; at the ends the window is cut and its rest normalised. */
export function smoothCourse(values: readonly number[], sigma: number): number[] {
  if (sigma === 0) return [...values];
  const radius = Math.ceil(3 * sigma);
  return values.map((_, t) => {
    let sum = 0;
    let total = 0;
    for (let s = Math.max(0, t - radius); s <= Math.min(values.length - 1, t + radius); s++) {
      const weight = Math.exp(-((s - t) ** 2) / (2 * sigma ** 2));
      sum += weight * values[s]!;
      total += weight;
    }
    return sum / total;
  });
}

/** The peaks of a course: higher than before, not lower than after; the ends do not count. */
function peaksOf(values: readonly number[]): number[] {
  const peaks: number[] = [];
  for (let t = 1; t < values.length - 1; t++) {
    if (values[t]! > values[t - 1]! && values[t]! >= values[t + 1]!) peaks.push(t);
  }
  return peaks;
}

/** Halves the span again and again, keeping the half whose peaks are higher together, until one peak is left. */
export function divideAndConquer(values: readonly number[]): number {
  let peaks = peaksOf(values);
  if (peaks.length === 0) return values.indexOf(Math.max(...values));
  let [low, high] = [0, values.length - 1];
  while (peaks.length > 1) {
    const middle = (low + high) / 2;
    const sum = (part: number[]) => part.reduce((total, t) => total + values[t]!, 0);
    const left = peaks.filter((t) => t <= middle);
    const right = peaks.filter((t) => t > middle);
    if (sum(left) >= sum(right)) {
      peaks = left;
      high = Math.floor(middle);
    } else {
      peaks = right;
      low = Math.floor(middle) + 1;
    }
  }
  return peaks[0]!;
}

const task = 'spot the apex of a clip';

/**
 * The frame between onset and offset in which the face has moved most.
 *
 *     m_t = sum over regions of frameIntensities(measure from the onset), smoothed over time
 *     peak                 argmax m_t over onset < t < offset
 *     divide-and-conquer   peaks of m; the span is halved, the half with the larger sum of peaks stays, until one peak is left
 *
 * An estimate: use it where nobody annotated an apex (SMIC, for instance), and say so.
 *
 * @param clip its apex does not matter. For bare frames give onset 0, apex null and offset T - 1.
 * @returns an index into the clip's frames; onset or offset themselves only if there is nothing between them.
 * @throws RangeError on a wrong option; Error on a backend that cannot read values at once (webgpu): see {@link spotApexAsync}.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { spotApex } from '@mer/representations';
 *
 * const course = tf.reshape(tf.tensor1d([0, 0.1, 0.3, 0.9, 0.4, 0.1, 0]), [7, 1, 1, 1]);
 * const frames = tf.mul(course, tf.ones([7, 16, 16, 1])) as tf.Tensor4D;
 * console.log(spotApex({ frames, onset: 0, apex: null, offset: 6 })); // 3
 * ```
 *
 * Reference: the search after Liong, See, Wong, Le Ngo, Oh, Phan, "Automatic apex frame spotting in micro-expression database",
 * ACPR 2015 (D&C-RoIs; there with LBP features on landmark regions). The measures, the regions and the smoothing are ours.
 */
export function spotApex(clip: Clip, options: SpotApexOptions = {}): number {
  return readNow(spotting(clip, options), task);
}

/**
 * {@link spotApex} on any backend, also where values cannot be read at once (webgpu).
 *
 * @param clip its apex does not matter; its frames must live until the promise is settled.
 * @returns as {@link spotApex}.
 * @throws as {@link spotApex}, as a rejection.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { spotApexAsync } from '@mer/representations';
 *
 * const course = tf.reshape(tf.tensor1d([0, 0.1, 0.3, 0.9, 0.4, 0.1, 0]), [7, 1, 1, 1]);
 * const frames = tf.mul(course, tf.ones([7, 16, 16, 1])) as tf.Tensor4D;
 * console.log(await spotApexAsync({ frames, onset: 0, apex: null, offset: 6 })); // 3
 * ```
 *
 * Reference: as {@link spotApex}.
 */
export async function spotApexAsync(clip: Clip, options: SpotApexOptions = {}): Promise<number> {
  return readLater(spotting(clip, options));
}

function* spotting(clip: Clip, options: SpotApexOptions): Reading<number> {
  const { search, regions, smooth, ...plan } = resolveOptions<SpotApexOptions>(task, spotApexRules, options);
  checkClip(clip, task);
  const { onset, offset, frames } = clip;
  const count = offset - onset + 1;
  if (count < 3) return onset + count - 1;
  const sums = new Array<number>(count).fill(0);
  for (const region of regions) {
    const course = yield intensityTensor(frames, onset, count, { ...plan, region });
    for (let t = 0; t < count; t++) sums[t]! += course[t]!;
  }
  const course = smoothCourse(sums, smooth);
  if (search === 'divide-and-conquer') {
    const found = divideAndConquer(course);
    return onset + Math.min(count - 2, Math.max(1, found));
  }
  const inner = course.slice(1, -1);
  return onset + 1 + inner.indexOf(Math.max(...inner));
}

/** Options of {@link spot}. */
export interface SpotOptions extends SpotApexOptions {
  /** Whether an apex that is there is replaced; default false. */
  overwrite?: boolean;
}

/** The registry entry of {@link spot}. */
export const spotEntry = /* @__PURE__ */ defineStep<SpotOptions, Clip, Clip>('spot-apex', {
  title: 'An apex where none is annotated',
  reference: 'after Liong et al., ACPR 2015',
  version: 1,
  takes: 'clip',
  gives: 'clip',
  rules: Object.freeze({ overwrite: flag(false), ...spotApexRules }),
  compute: (clip, { overwrite, ...options }) => {
    const apex = clip.apex === null || overwrite ? spotApex(clip, options) : clip.apex;
    return { ...clip, frames: tf.clone(clip.frames), apex };
  },
  computeAsync: async (clip, { overwrite, ...options }) => {
    const apex = clip.apex === null || overwrite ? await spotApexAsync(clip, options) : clip.apex;
    return { ...clip, frames: tf.clone(clip.frames), apex };
  },
  shape: (frame) => frame,
});

/**
 * The step that spots the apex of a clip that has none, see {@link spotApex}, for a {@link pipe}.
 *
 * @throws RangeError on a wrong option.
 *
 * @example
 * ```ts
 * import { mmCof, pipe, spot } from '@mer/representations';
 *
 * console.log(pipe(spot({ search: 'divide-and-conquer' }), mmCof()).takes); // clip
 * ```
 *
 * Reference: as {@link spotApex}.
 */
export function spot(options: SpotOptions = {}): Step<Clip, Clip> {
  return spotEntry.create(options);
}
