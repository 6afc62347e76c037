import { choice, flag, list, number, type OptionsOf, type Resolved } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { type Clip, checkClip, type LongClip } from '../clip.js';
import { declareStep } from '../declare-step.js';
import { flowOption } from '../flow/optical-flow.js';
import { intensityTensor, readIntensities } from '../frame-intensities.js';
import { sliceFrames } from '../frames.js';
import { type Reading, readLater, readNow } from '../reading.js';
import { regionOption } from '../region.js';
import { readSkinChange, skinChange } from './skin-change.js';

const spotApexOptions = {
  overwrite: flag('Whether an apex that is there is replaced.', { default: false }),
  search: choice(
    "`'peak'`: the largest value; `'divide-and-conquer'`: peaks, then always the half with more of them.",
    ['peak', 'divide-and-conquer'],
    {
      default: 'peak',
    },
  ),
  measure: choice(
    "`'skin-change'`: the change of a frame against onset and offset, beyond what a moving head and the light explain; `'onset-difference'`, `'flow'`: all that moves from the onset on, the head too, see frameIntensities.",
    ['skin-change', 'onset-difference', 'flow'],
    { default: 'skin-change' },
  ),
  regions: list(
    'The parts of the image that count, added up; by default brows and eyes, and mouth, of an aligned face.',
    regionOption('A part.', {}),
    {
      min: 1,
      default: [
        [0.15, 0.08, 0.5, 0.92],
        [0.62, 0.2, 0.95, 0.8],
      ],
    },
  ),
  intensityBlur: number(
    "Gaussian blur of the frames, sigma in pixels; where not given, a 64th of the height for `'skin-change'`, else 1. Not for measure `'flow'`.",
    { min: 0, max: 50, optional: true },
  ),
  smooth: number('Gaussian smoothing of the measured course over time, sigma in frames.', {
    min: 0,
    max: 100,
    default: 1,
  }),
  flow: flowOption('farneback'),
};

/** Options of {@link spotApex}. */
export type SpotApexOptions = OptionsOf<typeof spotApexOptions>;

/** A course smoothed by a Gaussian; at the ends the window is cut and its rest normalized. */
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
 * A clip with an apex: the frame between onset and offset in which the face has moved most, where it has none.
 *
 *     m_t = root mean square over regions of D_t - its projection on what moves the whole face or lights it, smoothed over time
 *           D_t = I_t - (line from I_onset to I_offset), I blurred; moves: shift, turn, growth, light, in the box around all regions
 *           or, with the other measures, the sum over regions of frameIntensities from the onset on
 *     peak                 argmax m_t over onset < t < offset
 *     divide-and-conquer   peaks of m; the span is halved, the half with the larger sum of peaks stays, until one peak is left
 *
 * An estimate: use it where nobody annotated an apex (SMIC, for instance), and say so. It takes the face to be at rest at onset and offset: a clip that ends at
 * its height has none for it. What is measured from the onset alone grows with every motion of the head, which is why it is not the default: `mer datasets inspect --apex` tells how far off each is.
 *
 * @returns a new clip with the same frames; onset or offset themselves become the apex only if there is nothing between them
 * @throws TypeError, RangeError on a wrong option; Error on a backend that cannot read values at once (webgpu): await `spotApex(options).applyAsync(clip)` there
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { mmCof, pipe, spotApex } from '@mer/representations';
 *
 * const course = tf.reshape(tf.tensor1d([0, 0.1, 0.3, 0.9, 0.4, 0.1, 0]), [7, 1, 1, 1]);
 * const brow = tf.pad(tf.ones([1, 2, 4, 1]), [[0, 0], [4, 10], [4, 8], [0, 0]]);
 * const frames = tf.mul(course, brow) as tf.Tensor4D;
 * console.log(spotApex({ frames, onset: 0, apex: null, offset: 6 }).apex); // 3
 * console.log(pipe(spotApex({ search: 'divide-and-conquer' }), mmCof()).takes); // clip
 * ```
 *
 * Reference: the search after Liong, See, Wong, Le Ngo, Oh, Phan, "Automatic apex frame spotting in micro-expression database",
 * ACPR 2015 (D&C-RoIs; there with LBP features on landmark regions). The measures, the regions and the smoothing are ours.
 */
export const spotApex = /* @__PURE__ */ declareStep({
  name: 'spot-apex',
  title: 'An apex where none is annotated',
  paper: 'after Liong, See, Wong, Le Ngo, Oh, Phan, ACPR 2015',
  ours: 'the measures, the regions and the smoothing',
  takes: 'clip',
  gives: 'clip',
  traits: { marksApex: true, keepsRange: true },
  options: spotApexOptions,
  compute: (clip: Clip, options) => readNow(spotting(clip, options), task),
  computeAsync: (clip, options) => readLater(spotting(clip, options)),
  stream: spottingLong,
  outputShape: (frame) => frame,
});

type Options = Resolved<typeof spotApexOptions>;

function* spotting(clip: Clip, options: Options): Reading<Clip> {
  const { search, regions, smooth, measure, flow } = options;
  const marked = (apex: number): Clip => ({ ...clip, frames: tf.clone(clip.frames), apex });
  const known = knownApex(clip, options);
  if (known !== undefined) return marked(known);
  const { onset, offset, frames } = clip;
  const plan = { flow, intensityBlur: blurOf(options, frames.shape[1]) };
  const courses: Float32Array[] = [];
  const count = offset - onset + 1;
  if (measure === 'skin-change') {
    const course = yield tf.tidy(() => skinChange(sliceFrames(frames, onset, count), { ...plan, regions }));
    return marked(onset + mostMoved([course], { search, smooth }));
  }
  for (const region of regions) {
    const course = yield intensityTensor(frames, onset, count, { ...plan, measure, region });
    courses.push(course.slice());
  }
  return marked(onset + mostMoved(courses, { search, smooth }));
}

async function spottingLong(clip: LongClip, options: Options): Promise<LongClip> {
  const { search, regions, smooth, measure, flow } = options;
  const known = knownApex(clip, options);
  if (known !== undefined) return { ...clip, apex: known };
  const { onset, offset, frames } = clip;
  const plan = { flow, intensityBlur: blurOf(options, frames.shape[1]) };
  const count = offset - onset + 1;
  const courses =
    measure === 'skin-change'
      ? [await readSkinChange(frames, onset, count, { ...plan, regions })]
      : await readIntensities(
          frames,
          onset,
          count,
          regions.map((region) => ({ ...plan, measure, region })),
        );
  return { ...clip, apex: onset + mostMoved(courses, { search, smooth }) };
}

/** Noise hides what a face does in frames as they are; a 64th of their height hides less of it than of the noise. */
const blurOf = ({ intensityBlur, measure }: Options, height: number) =>
  intensityBlur ?? (measure === 'skin-change' ? height / 64 : 1);

/** The apex where it need not be looked for. */
function knownApex(clip: Clip | LongClip, { overwrite }: Options): number | undefined {
  checkClip(clip, task);
  if (clip.apex !== null && !overwrite) return clip.apex;
  return clip.offset - clip.onset < 2 ? clip.offset : undefined;
}

/** Where between its ends the sum of courses is greatest. */
function mostMoved(courses: readonly Float32Array[], { search, smooth }: Pick<Options, 'search' | 'smooth'>): number {
  const sums = Array.from(courses[0]!, (_, t) => courses.reduce((sum, course) => sum + course[t]!, 0));
  const course = smoothCourse(sums, smooth);
  if (search === 'divide-and-conquer') return Math.min(course.length - 2, Math.max(1, divideAndConquer(course)));
  const inner = course.slice(1, -1);
  return 1 + inner.reduce((best, value, t) => (value > inner[best]! ? t : best), 0);
}
