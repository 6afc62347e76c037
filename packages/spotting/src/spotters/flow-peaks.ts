import type { OptionsOf, Resolved } from '@mer/options';
import { flowOption } from '@mer/representations';
import { defineSpotter } from '../define-spotter.js';
import { intervalsAroundPeaks } from '../intervals/intervals-around-peaks.js';
import type { SpottedInterval } from '../intervals/spotted-interval.js';
import { findPeaks } from '../signal/find-peaks.js';
import { movingMean } from '../signal/moving-mean.js';
import { peakThreshold } from '../signal/peak-threshold.js';
import { type FlowCourse, flowCourse } from './flow-course.js';
import { halfLengths, peakOption, rateOption } from './interval-options.js';

const options = {
  rate: rateOption(),
  ...halfLengths(),
  flow: flowOption('tvl1'),
  threshold: peakOption(),
};

/** Options of {@link flowPeaks}. */
export type FlowPeaksOptions = OptionsOf<typeof options>;

/**
 * Spots expressions at peaks of one number for each frame: the baseline that every other spotter should beat.
 *
 * The number is the mean length of the flow from frame i to frame i + k in two boxes, around brows and eyes (the eyes themselves left out) and around the
 * mouth, less the motion of the nose. Averaged over 2k frames, its peaks above a threshold between mean and maximum of the whole recording, k frames apart at
 * least, become intervals of k frames on both sides. Micro- and macro-expressions are two such passes, k being half of their usual length.
 *
 * It finds something wherever anything moves, be it noise: the threshold is one among a recording's own values.
 *
 * @example
 * ```ts
 * import { frameReader } from '@mer/representations';
 * import { flowPeaks, spot } from '@mer/spotting';
 * import * as tf from '@tensorflow/tfjs-core';
 *
 * const points = Array.from({ length: 68 }, (_, i) => [20 + (i % 17) * 4, 20 + Math.floor(i / 17) * 16] as const);
 * const still = frameReader(tf.ones([30, 96, 96, 1]));
 * console.log(await spot({ frames: still, fps: 30, landmarks: [{ frame: 0, points }] }, flowPeaks)); // []
 * ```
 *
 * Reference: SOFTNet without its network, a line of the ablation of Liong et al., ICIP 2021: F1 0.1615 (macro) and 0.1379 (micro) on CAS(ME)^2, 0.1463 and
 * 0.1063 on SAMM Long Videos there.
 */
export const flowPeaks = /* @__PURE__ */ defineSpotter({
  name: 'flow-peaks',
  title: 'Peaks of one number for each frame',
  paper: 'Liong et al., SOFTNet, ICIP 2021, ablation without its network',
  ours: 'lengths in seconds, the face square of landmarks, intervals cut off at the ends of the recording',
  options,
  decides: ['threshold'],
  measure: (recording, { rate, micro, macro, flow }, watch) =>
    flowCourse(recording, { rate, micro, macro, flow }, watch),
  trace: ({ courses, stride }, { threshold }) =>
    (['micro', 'macro'] as const).map((kind) => {
      const { reach, values } = courses[kind];
      const smooth = averaged(values, reach);
      return {
        name: `motion, ${kind}`,
        first: reach * stride,
        step: stride,
        values: smooth,
        threshold: peakThreshold(smooth, threshold),
      };
    }),
  decide,
});

function decide({ courses, stride, frames }: FlowCourse, { threshold }: Resolved<typeof options>): SpottedInterval[] {
  const found = (['micro', 'macro'] as const).flatMap((kind) => {
    const { reach, values } = courses[kind];
    return peakIntervals(values, { reach, threshold, frames: Math.ceil(frames / stride) }).map((one) => ({
      ...one,
      kind,
    }));
  });
  return found
    .map(({ onset, apex, offset, score, kind }) => ({
      onset: onset * stride,
      apex: apex * stride,
      offset: Math.min(frames - 1, offset * stride),
      score,
      kind,
    }))
    .sort((a, b) => a.onset - b.onset || a.offset - b.offset);
}

/**
 * The intervals around the peaks of a score for each frame, as SOFTNet makes them: averaged over `2 reach` frames, above a threshold between mean and maximum,
 * `reach` apart.
 */
export function peakIntervals(
  values: ArrayLike<number>,
  { reach, threshold, frames }: { reach: number; threshold: number; frames: number },
) {
  const smooth = averaged(values, reach);
  const height = peakThreshold(smooth, threshold);
  const peaks = findPeaks(smooth, { height, distance: reach });
  // place 0 of what was averaged is frame `reach`
  const shifted = new Float64Array(smooth.length + reach);
  shifted.set(smooth, reach);
  return intervalsAroundPeaks(
    peaks.map((peak) => peak + reach),
    { reach, values: shifted, frames },
  );
}

/** Means of `2 reach` values; as released, the last of them is left out. */
export const averaged = (values: ArrayLike<number>, reach: number) =>
  movingMean(values, { before: reach, after: reach - 1, edges: 'valid' }).slice(0, -1);
