import { choice, number, type OptionsOf, type Resolved } from '@mer/options';
import { flowOption } from '@mer/representations';
import { defineSpotter } from '../define-spotter.js';
import { kindOfLength } from '../intervals/kind-of-length.js';
import type { SpottedInterval } from '../intervals/spotted-interval.js';
import { peakThreshold } from '../signal/peak-threshold.js';
import { runsOf } from '../signal/runs.js';
import { type DifferenceCourse, differenceCourse } from './difference-course.js';
import { rateOption } from './interval-options.js';

const options = {
  rate: rateOption(),
  micro: number('How long before and after a frame it is compared, seconds, for micro-expressions.', {
    above: 0,
    max: 10,
    default: 0.4,
  }),
  macro: number('The same for macro-expressions.', { above: 0, max: 60, default: 1.3 }),
  flow: flowOption('farneback'),
  directions: choice(
    'Quarters of the circle that motion is sorted by; or the halves to which a defect of the released code leads.',
    ['four', 'released'],
    { default: 'four' },
  ),
  threshold: number('How far the contrast of an expression reaches up from its mean (0) to its greatest value (1).', {
    min: 0,
    max: 1,
    default: 0.01,
  }),
  shortest: number('Shortest expression, seconds.', { min: 0, max: 60, default: 0.23 }),
};

/** Options of {@link directionalDifference}. */
export type DirectionalDifferenceOptions = OptionsOf<typeof options>;

/**
 * Spots expressions where a face has moved and moves back: MDMD, the baseline of MEGC2020.
 *
 * From frame t - k flow leads to frames t and t + k. In each of 6 x 6 blocks of the face the pixels that go the way most of them go are asked how much longer
 * the first flow is; the mean of the greatest third of them, and of the blocks the mean of the greatest third, is the value of t. Less its mean k - 1 frames before and
 * after it is the contrast: runs above a threshold between mean and maximum of the whole recording are expressions. Micro- and macro-expressions are two such
 * passes, of which each keeps what is as long as it should be.
 *
 * @example
 * ```ts
 * import { frameReader } from '@mer/representations';
 * import { directionalDifference, spot } from '@mer/spotting';
 * import * as tf from '@tensorflow/tfjs-core';
 *
 * const points = Array.from({ length: 68 }, (_, i) => [20 + (i % 17) * 4, 20 + Math.floor(i / 17) * 16] as const);
 * const still = frameReader(tf.ones([30, 96, 96, 1]));
 * console.log(await spot({ frames: still, fps: 30, landmarks: [{ frame: 0, points }] }, directionalDifference)); // []
 * ```
 *
 * Reference: He, Wang, Li, Wang, Sun, Li, "Spotting macro- and micro-expression intervals in long video sequences", FG 2020, arXiv 1912.11985: F1 0.0376 on
 * CAS(ME)^2 and 0.0445 on SAMM Long Videos there.
 */
export const directionalDifference = /* @__PURE__ */ defineSpotter({
  name: 'mdmd',
  title: 'Main directional maximal difference',
  paper: 'He et al., FG 2020, arXiv 1912.11985',
  ours: 'Farneback flow, all four directions, the face square of landmarks, lengths in seconds, frames up to the last that has a contrast',
  options,
  decides: ['threshold', 'shortest'],
  measure: (recording, { rate, micro, macro, flow, directions }, watch) =>
    differenceCourse(recording, { rate, micro, macro, flow, directions }, watch),
  trace: (course, { threshold }) =>
    (['micro', 'macro'] as const).map((kind) => {
      const { first, contrast } = contrastOf(course, kind);
      const height = peakThreshold(contrast, threshold);
      return { name: `contrast, ${kind}`, first, step: course.stride, values: contrast, threshold: height };
    }),
  decide,
});

/** How far each value stands out of those before and after, and the frame of the first. */
function contrastOf({ courses, stride }: DifferenceCourse, kind: 'micro' | 'macro') {
  const { reach, values } = courses[kind];
  const apart = Math.max(1, reach - 1);
  const contrast = Float64Array.from(
    { length: Math.max(0, values.length - 2 * apart) },
    (_, i) => values[i + apart]! - (values[i]! + values[i + 2 * apart]!) / 2,
  );
  return { first: (apart + reach) * stride, contrast };
}

function decide(course: DifferenceCourse, { threshold, shortest }: Resolved<typeof options>): SpottedInterval[] {
  const { rate, stride, frames } = course;
  return (['micro', 'macro'] as const)
    .flatMap((kind) => {
      const { first: start, contrast } = contrastOf(course, kind);
      const height = peakThreshold(contrast, threshold);
      return runsOf(contrast.length, (i) => contrast[i]! > height).flatMap(({ first, last }): SpottedInterval[] => {
        let apex = first;
        for (let i = first; i <= last; i++) if (contrast[i]! > contrast[apex]!) apex = i;
        const frameOf = (i: number) => start + i * stride;
        const one = { onset: frameOf(first), offset: Math.min(frames - 1, frameOf(last)) };
        const long = last - first + 1 >= shortest * rate;
        if (!long || kindOfLength(one, rate * stride) !== kind) return [];
        return [{ ...one, apex: frameOf(apex), score: contrast[apex]!, kind }];
      });
    })
    .sort((a, b) => a.onset - b.onset || a.offset - b.offset);
}
