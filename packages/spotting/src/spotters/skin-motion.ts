import { integer, number, type OptionsOf, type Resolved } from '@mer/options';
import { flowOption } from '@mer/representations';
import { defineSpotter } from '../define-spotter.js';
import { kindOfLength } from '../intervals/kind-of-length.js';
import { mergeIntervals } from '../intervals/merge-intervals.js';
import type { SpottedInterval } from '../intervals/spotted-interval.js';
import { movingMedian } from '../signal/moving-median.js';
import { robustFit } from '../signal/robust-fit.js';
import { intervalOptions, rateOption, seconds } from './interval-options.js';
import { type SkinCourse, skinCourse } from './skin-course.js';

const options = {
  rate: rateOption(),
  window: seconds('Length of a window, seconds: motion is measured from its most usual frame.', 8),
  size: integer('Side of the square that is cut out around the face, pixels.', { min: 64, max: 1024, default: 192 }),
  flow: flowOption({ name: 'farneback', iterations: 3, polyRadius: 7, polySigma: 1.5 }),
  around: seconds('Where skin mostly lies is its median place so long before and after, seconds.', 2),
  height: number('Least motion of an expression, pixels of a face square of 256.', { min: 0, max: 256, default: 0.5 }),
  clear: number('Least motion of an expression as a multiple of the noise of its region.', { min: 0, default: 5 }),
  slope: number('Share of its peak down to which an expression reaches on both sides.', {
    min: 0,
    below: 1,
    default: 0.1,
  }),
  quiet: seconds('How long before and after an expression its region is to be calm, seconds.', 1),
  calm: number('Motion of the region before or after an expression, on average, as a share of its peak.', {
    min: 0,
    default: 0.2,
  }),
  rough: number('How much more than up and down once a region may move during an expression.', {
    min: 1,
    default: 1.5,
  }),
  spread: number(
    'Share of the regions that may move with an expression by half of its peak: more is a turn of the head.',
    {
      min: 0,
      max: 1,
      default: 0.7,
    },
  ),
  alike: number('Share that two intervals of different parts of the face have in common where they are one.', {
    min: 0,
    max: 1,
    default: 0.25,
  }),
  ...intervalOptions({ shortest: 0.17 }),
};

/** Options of {@link skinMotion}. */
export type SkinMotionOptions = OptionsOf<typeof options>;

type Options = Resolved<typeof options>;

/**
 * Spots expressions where skin comes and goes while the head is taken off: no training, needs landmarks. The best of this package on generated recordings.
 *
 * A window of 8 seconds is compared with its most usual frame, the one most like all others, so that no blink or word is measured from. The head is the front half of
 * an ellipsoid that shifts, tilts, turns and nods; its pose is a robust fit to the flow of the whole face but the eyes, of which an expression moves less than half.
 * What is left is averaged in twelve boxes where action units pull. A course is how far a box lies from its median place of two seconds before and after, less
 * what goes along with the pose and the lids all through the recording (a robust fit again: no head is an ellipsoid, and lids pull at brows).
 *
 * An expression is a hill of such a course, down to a tenth of its height, that stands out of the noise of its box; left out are those with motion before or after,
 * or with more than one way up and down: talking. Hills of one part of the face (brows, nose, mouth) that overlap are one, those of different parts where they are at
 * the same time. Above half a second it is a macro-expression.
 *
 * @example
 * ```ts
 * import { frameReader } from '@mer/representations';
 * import { skinMotion, spot } from '@mer/spotting';
 * import * as tf from '@tensorflow/tfjs-core';
 *
 * const points = Array.from({ length: 68 }, (_, i) => [20 + (i % 17) * 4, 20 + Math.floor(i / 17) * 16] as const);
 * const still = frameReader(tf.ones([12, 96, 96, 1]));
 * console.log(await spot({ frames: still, fps: 30, landmarks: [{ frame: 0, points }] }, skinMotion)); // []
 * ```
 *
 * Reference: this project's own. Motion that goes along with something known is regressed out as in functional imaging (Friston et al., 1996).
 */
export const skinMotion = /* @__PURE__ */ defineSpotter({
  name: 'skin-motion',
  title: 'Motion of the skin against the head',
  paper: null,
  ours: 'all of it',
  options,
  decides: [
    'around',
    'height',
    'clear',
    'slope',
    'quiet',
    'calm',
    'rough',
    'spread',
    'alike',
    'overlap',
    'shortest',
    'longest',
  ],
  measure: (recording, { rate, window, size, flow }, watch) =>
    skinCourse(recording, { rate, window, size, flow }, watch),
  trace: (course, o) => {
    const all = coursesOf(course, o.around);
    const values = all[0]!.map((_, t) => Math.max(...all.map((x) => x[t]!)));
    return [
      { name: 'greatest motion of a region, pixels', first: 0, step: course.stride, values, threshold: o.height },
    ];
  },
  decide,
});

/** Noise of a course, pixels, and the share of the head's motion that may be left in it: more is no fault of the ellipsoid. */
const [NOISE, SHARE] = [0.05, 0.3];

/** How far each region lies from where it mostly lies, without what goes with the head and the lids. */
function coursesOf({ rate, skin, head, eyes }: SkinCourse, around: number): Float64Array[] {
  const reach = Math.max(1, Math.round(around * rate));
  const moved = (values: ArrayLike<number>) => {
    const rest = movingMedian(values, reach);
    return smooth(Float64Array.from(rest, (value, t) => values[t]! - value));
  };
  // all in pixels, about: tilt at a distance of a hundred, eyes by tenths of the gray scale
  const scales = [1, 1, 100, 1, 1, 10];
  const others = [...head, eyes].map((values, i) => moved(values).map((value) => scales[i]! * value));
  return skin.map(({ u, v }) => {
    const [x, y] = [u, v].map((values) => {
      const own = moved(values);
      const shares = robustFit(others, own, { ridge: (NOISE / SHARE) ** 2, least: NOISE });
      return own.map((value, t) => others.reduce((sum, other, k) => sum - shares[k]! * other[t]!, value));
    }) as [Float64Array, Float64Array];
    return x.map((value, t) => Math.hypot(value, y[t]!));
  });
}

/** A quarter of both neighbors and half of each value. */
function smooth(values: Float64Array): Float64Array {
  const n = values.length - 1;
  return values.map((value, t) => (values[Math.max(0, t - 1)]! + 2 * value + values[Math.min(n, t + 1)]!) / 4);
}

const median = (values: ArrayLike<number>) => Float64Array.from(values).sort()[values.length >> 1] ?? 0;

function decide(course: SkinCourse, o: Options): SpottedInterval[] {
  const { rate, stride, frames, regions } = course;
  const side = Math.max(1, Math.round(o.quiet * rate));
  const all = coursesOf(course, o.around);
  const groups = new Map<string, Found[]>();
  for (const [i, x] of all.entries()) {
    const { group } = regions[i]!;
    const least = Math.max(o.height, (o.clear * median(x)) / 1.1774);
    const found = hillsOf(x, least, { rate, slope: o.slope }).filter((hill) => {
      // a head that turns otherwise than an ellipsoid moves nearly everything
      const along = all.filter((other) => other[hill.apex]! > x[hill.apex]! / 2).length;
      return along <= o.spread * all.length && isExpression(x, hill, side, o);
    });
    const scored = found.map((hill) => ({ ...hill, score: x[hill.apex]! }));
    groups.set(group, [...(groups.get(group) ?? []), ...scored]);
  }
  const found = [...groups.values()].flatMap((some) => mergeIntervals(some, { overlap: o.overlap }));
  return joinAlike(found, o.alike)
    .filter(({ onset, offset }) => {
      const length = (offset - onset + 1) / rate;
      return length >= o.shortest && length <= o.longest;
    })
    .map(({ onset, apex, offset, score }) => {
      const whole = { onset: onset * stride, offset: Math.min(frames - 1, offset * stride) };
      return { ...whole, apex: apex * stride, score, kind: kindOfLength(whole, rate * stride) };
    });
}

/** What is usual around a hill: of so many seconds before and after the value that this share lies below; a hill ends above so many times that. */
const [AROUND, QUIET, USUAL] = [3, 0.4, 1.5];

/** Where a course rises and falls. */
interface Hill {
  readonly onset: number;
  readonly apex: number;
  readonly offset: number;
}

type Found = Hill & { readonly score: number };

/** What goes on before or after, or up and down in between, is talking. */
function isExpression(x: Float64Array, { onset, apex, offset }: Hill, side: number, { calm, rough }: Options): boolean {
  const mean = (some: Float64Array) => some.reduce((sum, value) => sum + value, 0) / Math.max(1, some.length);
  const before = mean(x.subarray(Math.max(0, onset - side), onset));
  const after = mean(x.subarray(offset + 1, offset + 1 + side));
  if (Math.max(before, after) > calm * x[apex]!) return false;
  let way = 0;
  for (let t = onset + 1; t <= offset; t++) way += Math.abs(x[t]! - x[t - 1]!);
  return way <= rough * (2 * x[apex]! - x[onset]! - x[offset]!);
}

/** Joins intervals of different parts of the face where they are at the same time. */
function joinAlike(found: readonly Found[], least: number): Found[] {
  const sorted = [...found].sort((a, b) => b.score - a.score);
  const kept: Found[] = [];
  for (const one of sorted) {
    const same = kept.findIndex((other) => {
      const shared = Math.min(one.offset, other.offset) - Math.max(one.onset, other.onset) + 1;
      const both = one.offset - one.onset + other.offset - other.onset + 2 - shared;
      return shared > least * both || (shared === one.offset - one.onset + 1 && one.score < other.score / 3);
    });
    if (same < 0) kept.push(one);
    else {
      const other = kept[same]!;
      // the stronger one says when, the weaker may last longer
      kept[same] = { ...other, onset: Math.min(one.onset, other.onset), offset: Math.max(one.offset, other.offset) };
    }
  }
  return kept.sort((a, b) => a.onset - b.onset || a.offset - b.offset);
}

/** The hills of a course that reach `least`, down to `slope` of their height above what is usual for seconds around. */
function hillsOf(x: Float64Array, least: number, { rate, slope }: { rate: number; slope: number }): Hill[] {
  const found: Hill[] = [];
  const reach = Math.round(AROUND * rate);
  const floorAt = (apex: number) => {
    const near = x.slice(Math.max(0, apex - reach), apex + reach + 1).sort();
    const usual = near[Math.floor(QUIET * near.length)]!;
    return USUAL * usual + slope * (x[apex]! - usual);
  };
  for (let t = 0; t < x.length; t++) {
    if (x[t]! < least) continue;
    let [first, last, apex, floor] = [t, t, t, floorAt(t)];
    for (let go = true; go; ) {
      go = false;
      while (last + 1 < x.length && x[last + 1]! > floor) last++;
      while (first > 0 && x[first - 1]! > floor) first--;
      const highest = highestOf(x, first, last);
      if (x[highest]! > x[apex]!) {
        apex = highest;
        floor = floorAt(apex);
        go = true;
      }
    }
    while (first < apex && x[first]! < floor) first++;
    while (last > apex && x[last]! < floor) last--;
    found.push({ onset: first, apex, offset: last });
    t = Math.max(t, last);
  }
  return found;
}

function highestOf(x: Float64Array, first: number, last: number): number {
  let best = first;
  for (let t = first; t <= last; t++) if (x[t]! > x[best]!) best = t;
  return best;
}
