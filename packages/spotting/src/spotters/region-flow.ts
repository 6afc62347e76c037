import { group, integer, number, type OptionsOf, type Resolved } from '@mer/options';
import { flowOption } from '@mer/representations';
import { defineSpotter } from '../define-spotter.js';
import { kindOfLength } from '../intervals/kind-of-length.js';
import { mergeIntervals } from '../intervals/merge-intervals.js';
import type { SpottedInterval } from '../intervals/spotted-interval.js';
import { lowPass } from '../signal/low-pass.js';
import { type Run, runsOf } from '../signal/runs.js';
import { type RegionMotion, regionMotion } from './region-motion.js';

const pixels = (about: string, fallback: number) => number(about, { min: 0, max: 256, default: fallback });
const seconds = (about: string, fallback: number) => number(about, { above: 0, max: 60, default: fallback });

const options = {
  rate: number('Frames a second that are looked at; a faster recording is thinned out.', { above: 0, default: 30 }),
  window: seconds('Length of a window, seconds: motion is measured from its first frame.', 20 / 3),
  size: integer('Side of the square that is cut out around the face, pixels.', { min: 64, max: 1024, default: 256 }),
  flow: flowOption({ name: 'farneback', iterations: 5, polyRadius: 7, polySigma: 1.5 }),
  cutoff: number('Faster changes of a signal than this are noise, hertz.', { above: 0, default: 5 }),
  height: pixels('Least motion that can be an expression; in pixels of a square of 256, as all that follow.', 1.4),
  gap: group('How far motion must rise above the least of a second before and after.', {
    brows: pixels('Brows.', 1.8),
    mouth: pixels('Mouth.', 1.85),
    nose: pixels('Sides of the nose.', 2.1),
  }),
  sensitivity: number('Divides height and gaps: greater finds more.', { above: 0, max: 100, default: 1 }),
  slope: number('Share of a peak down to which an expression reaches on both sides.', {
    min: 0,
    below: 1,
    default: 0.33,
  }),
  split: pixels('How far motion must fall between two expressions that follow upon each other.', 0.7),
  overlap: number('Share of the shorter of two intervals that makes them one where they have it in common.', {
    min: 0,
    below: 1,
    default: 0.29,
  }),
  shortest: seconds('Shortest expression, seconds.', 0.2),
  longest: seconds('Longest expression, seconds.', 20 / 3),
};

/** Options of {@link regionFlow}. */
export type RegionFlowOptions = OptionsOf<typeof options>;

type Options = Resolved<typeof options>;

/**
 * Spots expressions where brows, mouth or nose move against the bridge of the nose: no training, needs landmarks.
 *
 * Frames are looked at in windows at about 30 a second. Flow leads from the window's first frame to each other; the square around the face follows the bridge
 * of the nose, whose motion is taken off that of 16 regions (mean of the longest vectors of each). A signal is the length of a region's motion, without what
 * is faster than 5 Hz. An expression is a run of it that is `height` above the least and `gap` above what surrounds it, reaching down to `slope` of its peak;
 * runs of all regions that overlap are one. Above half a second it is a macro-expression.
 *
 * @example
 * ```ts
 * import { frameReader } from '@mer/representations';
 * import { regionFlow, spot } from '@mer/spotting';
 * import * as tf from '@tensorflow/tfjs-core';
 *
 * const points = Array.from({ length: 68 }, (_, i) => [20 + (i % 17) * 4, 20 + Math.floor(i / 17) * 16] as const);
 * const still = frameReader(tf.ones([12, 96, 96, 1]));
 * console.log(await spot({ frames: still, fps: 30, landmarks: [{ frame: 0, points }] }, regionFlow, { sensitivity: 2 })); // []
 * ```
 *
 * Reference: the line of He (MEGC2021), Zhao et al. (MEGC2022) and Qin (MEGC2023), regions, sizes and thresholds as in their released code.
 */
export const regionFlow = /* @__PURE__ */ defineSpotter({
  name: 'region-flow',
  title: 'Motion of regions against the bridge of the nose',
  paper: 'He, ACM MM 2021; Zhao et al., MEGC2022; Qin, MEGC2023',
  ours: 'windows of fixed places, no empirical mode decomposition, the search for ends, joining until nothing is left to join, lengths in seconds, sensitivity',
  options,
  decides: ['cutoff', 'height', 'gap', 'sensitivity', 'slope', 'split', 'overlap', 'shortest', 'longest'],
  measure: (recording, { rate, window, size, flow }, watch) =>
    regionMotion(recording, { rate, window, size, flow }, watch),
  decide,
});

function decide(motion: RegionMotion, o: Options): SpottedInterval[] {
  const { rate, stride, frames, size, regions, windows } = motion;
  const last = Math.ceil(frames / stride) - 1;
  const unit = size / 256 / o.sensitivity;
  const found = windows.flatMap(({ start, signals }) =>
    signals.flatMap((signal, i) =>
      expressionsIn(signal, rate, {
        ...o,
        height: o.height * unit,
        gap: o.gap[regions[i]!.group] * unit,
        split: o.split * unit,
      })
        .map(({ onset, apex, offset, score }) => ({
          onset: start + onset,
          apex: start + apex,
          offset: start + offset,
          score: score / (size / 256),
        }))
        // what a window cuts off, another has whole
        .filter(
          ({ onset, offset }) =>
            (onset > start || start === 0) &&
            (offset < start + signal.length - 1 || start + signal.length - 1 === last),
        ),
    ),
  );
  return mergeIntervals(found, { overlap: o.overlap })
    .filter(({ onset, offset }) => {
      const length = (offset - onset + 1) / rate;
      return length >= o.shortest && length <= o.longest;
    })
    .map(({ onset, apex, offset, score }) => {
      const whole = { onset: onset * stride, offset: Math.min(frames - 1, offset * stride) };
      return { ...whole, apex: apex * stride, score, kind: kindOfLength(whole, rate * stride) };
    });
}

/** What {@link expressionsIn} needs of the options, for one region. */
type Limits = Pick<Options, 'cutoff' | 'height' | 'slope' | 'split'> & { readonly gap: number };

/** The runs of a signal that are expressions. */
function expressionsIn(signal: Float32Array, rate: number, limits: Limits) {
  const { cutoff, height, gap, slope, split } = limits;
  const smooth = lowPass(signal, { rate, cutoff }).map(Math.abs);
  const least = smooth.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY);
  const x = smooth.map((value) => value - least);
  const near = Math.max(1, Math.round(rate));
  const join = Math.max(1, Math.round(0.1 * rate));
  const ground = x.map((_, t) => x.subarray(Math.max(0, t - near), t + near + 1).reduce((a, b) => Math.min(a, b)));
  const high = runsOf(x.length, (t) => x[t]! >= height && x[t]! - ground[t]! > gap, join);
  return high
    .flatMap((run) => splitRun(x, run, { split, inner: Math.round(0.27 * rate), longer: Math.round(0.67 * rate) }))
    .map((run) => {
      const apex = highest(x, run);
      const onset = edge(x, run.first, apex, -1, { slope, reach: near });
      const offset = edge(x, run.last, apex, 1, { slope, reach: near });
      return { onset, apex, offset, score: x[apex]! - ground[apex]! };
    });
}

const highest = (x: Float64Array, { first, last }: Run) => {
  let best = first;
  for (let t = first; t <= last; t++) if (x[t]! > x[best]!) best = t;
  return best;
};

/** A run in two where it falls far enough in its middle. */
function splitRun(
  x: Float64Array,
  run: Run,
  { split, inner, longer }: { split: number; inner: number; longer: number },
): Run[] {
  if (run.last - run.first + 1 < longer) return [run];
  let valley = run.first + inner;
  for (let t = valley; t <= run.last - inner; t++) if (x[t]! < x[valley]!) valley = t;
  if (valley > run.last - inner) return [run];
  const parts = [
    { first: run.first, last: valley },
    { first: valley + 1, last: run.last },
  ];
  const apart = parts.every((part) => {
    const peak = x[highest(x, part)]!;
    return peak - x[valley]! > Math.max(split, peak / 3);
  });
  return apart ? parts : [run];
}

/** Where an expression ends on one side: as far out as it falls, down to a share of its height above the valley there. */
function edge(
  x: Float64Array,
  from: number,
  apex: number,
  step: 1 | -1,
  { slope, reach }: { slope: number; reach: number },
): number {
  let valley = x[from]!;
  for (let t = from, n = 0; t >= 0 && t < x.length && n <= reach; t += step, n++) valley = Math.min(valley, x[t]!);
  const enough = slope * (x[apex]! - valley);
  let t = from;
  while (t + step >= 0 && t + step < x.length && x[t]! - valley > enough && x[t + step]! < x[t]!) t += step;
  return t;
}
