import { group, integer, number, type OptionsOf, type Resolved } from '@mer/options';
import { flowOption } from '@mer/representations';
import { defineSpotter } from '../define-spotter.js';
import { kindOfLength } from '../intervals/kind-of-length.js';
import { mergeIntervals } from '../intervals/merge-intervals.js';
import type { SpottedInterval } from '../intervals/spotted-interval.js';
import { lowPass } from '../signal/low-pass.js';
import { movingMedian } from '../signal/moving-median.js';
import { type Run, runsOf } from '../signal/runs.js';
import { intervalOptions, rateOption, seconds } from './interval-options.js';
import { type RegionMotion, regionMotion } from './region-motion.js';

const pixels = (about: string, fallback: number) => number(about, { min: 0, max: 256, default: fallback });

const options = {
  rate: rateOption(),
  window: seconds('Length of a window, seconds: motion is measured from its first frame.', 20 / 3),
  size: integer('Side of the square that is cut out around the face, pixels.', { min: 64, max: 1024, default: 256 }),
  flow: flowOption({ name: 'farneback', iterations: 5, polyRadius: 7, polySigma: 1.5 }),
  cutoff: number('Faster changes of a signal than this are noise, hertz.', { above: 0, default: 5 }),
  around: seconds('Where a region mostly lies is its median position so long before and after, seconds.', 2),
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
  quiet: seconds('How long before and after an expression is to be calm, seconds.', 0.7),
  calm: number('Motion before or after an expression, on average, as a share of its peak.', {
    min: 0,
    default: 0.25,
  }),
  spread: number(
    'Share of the regions that may move with an expression by a third of its peak: more is a turn of the head.',
    {
      min: 0,
      max: 1,
      default: 0.75,
    },
  ),
  blink: number('Motion of the eyes as a multiple of that of a brow: more is a blink.', { min: 0, default: 2 }),
  ...intervalOptions({ shortest: 0.2 }),
};

/** Options of {@link regionFlow}. */
export type RegionFlowOptions = OptionsOf<typeof options>;

type Options = Resolved<typeof options>;

/**
 * Spots expressions where brows, mouth or nose move against the bridge of the nose: no training, needs landmarks.
 *
 * Frames are looked at in windows at about 30 a second. Flow leads from the window's first frame to each other; the square around the face follows the bridge
 * of the nose, whose motion is taken off that of 16 regions and of the eyes (mean of the longest vectors of each). A course is how far a region lies from where it
 * mostly lies in the seconds around, without what is faster than 5 Hz; of windows that overlap the least counts. An expression is a run of a course that is `height`
 * above the least and `gap` above what surrounds it, reaching down to `slope` of its peak; left out is what goes on for seconds (talking), moves nearly every region
 * (a turn of the head) or comes with closing lids (blinks). Runs of all regions that overlap are one. Above half a second it is a macro-expression.
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
  ours: 'windows of fixed places, courses from the median and the least of windows, no empirical mode decomposition, what is left out as talking, turns and blinks, the search for ends, joining until nothing is left to join, lengths in seconds, sensitivity',
  options,
  decides: [
    'cutoff',
    'around',
    'calm',
    'spread',
    'blink',
    'height',
    'gap',
    'sensitivity',
    'slope',
    'split',
    'overlap',
    'shortest',
    'longest',
  ],
  measure: (recording, { rate, window, size, flow }, watch) =>
    regionMotion(recording, { rate, window, size, flow }, watch),
  trace: (motion, o) => {
    const unit = motion.size / 256;
    const faces = coursesOf(motion, o).filter((_, i) => motion.regions[i]!.group !== 'eyes');
    const values = faces[0]!.map((_, t) => Math.max(...faces.map((course) => course[t]!)) / unit);
    const threshold = o.height / o.sensitivity;
    return [{ name: 'greatest motion of a region, pixels', first: 0, step: motion.stride, values, threshold }];
  },
  decide,
});

function decide(motion: RegionMotion, o: Options): SpottedInterval[] {
  const { rate, stride, frames, size, regions } = motion;
  const unit = size / 256 / o.sensitivity;
  const courses = coursesOf(motion, o);
  const eyes = regions.flatMap(({ group }, i) => (group === 'eyes' ? [courses[i]!] : []));
  const faces = regions.flatMap(({ group }, i) => (group === 'eyes' ? [] : [courses[i]!]));
  const most = (some: readonly Float64Array[], t: number) => Math.max(0, ...some.map((course) => course[t]!));
  const found = courses.flatMap((course, i) => {
    const { group } = regions[i]!;
    if (group === 'eyes') return [];
    return expressionsIn(course, rate, {
      ...o,
      height: o.height * unit,
      gap: o.gap[group] * unit,
      split: o.split * unit,
    })
      .filter(({ apex, peak }) => {
        // a head that turns moves nearly everything
        const moving = faces.filter((other) => other[apex]! > peak / 3).length;
        if (moving > o.spread * faces.length) return false;
        // lids that close pull at the brows
        return group !== 'brows' || most(eyes, apex) <= o.blink * peak;
      })
      .map(({ onset, apex, offset, score }) => ({ onset, apex, offset, score: score / (size / 256) }));
  });
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

/**
 * For each region how far it lies, in each frame, from where it mostly lies in the seconds before and after. Of windows that have a frame in common the least
 * counts: what only one of them sees comes from its first frame.
 */
function coursesOf(
  { rate, stride, frames, windows, regions }: RegionMotion,
  { cutoff, around }: Options,
): Float64Array[] {
  const reach = Math.max(1, Math.round(around * rate));
  const courses = regions.map(() => new Float64Array(Math.ceil(frames / stride)).fill(Number.POSITIVE_INFINITY));
  for (const { start, signals } of windows) {
    for (const [i, { u, v }] of signals.entries()) {
      const [x, y] = [u, v].map((values) => {
        const smooth = lowPass(values, { rate, cutoff });
        const rest = movingMedian(smooth, reach);
        return smooth.map((value, t) => value - rest[t]!);
      }) as [Float64Array, Float64Array];
      const course = courses[i]!;
      for (let t = 0; t < x.length; t++) course[start + t] = Math.min(course[start + t]!, Math.hypot(x[t]!, y[t]!));
    }
  }
  return courses;
}

/** What {@link expressionsIn} needs of the options, for one region. */
type Limits = Pick<Options, 'height' | 'slope' | 'split' | 'calm' | 'quiet'> & { readonly gap: number };

/** The runs of a course that are expressions. */
function expressionsIn(x: Float64Array, rate: number, { height, gap, slope, split, calm, quiet }: Limits) {
  const near = Math.max(1, Math.round(rate));
  const join = Math.max(1, Math.round(0.1 * rate));
  const side = Math.max(1, Math.round(quiet * rate));
  const ground = x.map((_, t) => x.subarray(Math.max(0, t - near), t + near + 1).reduce((a, b) => Math.min(a, b)));
  const high = runsOf(x.length, (t) => x[t]! >= height && x[t]! - ground[t]! > gap, join);
  return high
    .flatMap((run) => splitRun(x, run, { split, inner: Math.round(0.27 * rate), longer: Math.round(0.67 * rate) }))
    .map((run) => {
      const apex = highest(x, run);
      const onset = edge(x, run.first, apex, -1, { slope, reach: near });
      const offset = edge(x, run.last, apex, 1, { slope, reach: near });
      return { onset, apex, offset, peak: x[apex]!, score: x[apex]! - ground[apex]! };
    })
    .filter(({ onset, offset, peak }) => {
      // what goes on before or after is talking, not an expression
      const mean = (some: Float64Array) => some.reduce((sum, value) => sum + value, 0) / Math.max(1, some.length);
      const before = mean(x.subarray(Math.max(0, onset - side), onset));
      const after = mean(x.subarray(offset + 1, offset + 1 + side));
      return Math.max(before, after) <= calm * peak;
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
