import { choice, integer, type OptionsOf } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { apexOf, type Clip, checkClip } from '../clip.js';
import { declareStep } from '../declare-step.js';
import { interpolate } from '../temporal/interpolate.js';
import { weightedSum } from '../weighted-sum.js';
import { flowBetween } from './flow-between.js';
import { flowToColor, flowToColorOptions } from './flow-to-color.js';
import { flowOption } from './optical-flow.js';

const longTermFlowOptions = {
  frames: integer('Number of frames.', { min: 2, default: 11 }),
  missing: choice(
    "What a clip with fewer frames after its onset gets between them: `'linear'` mixtures of neighbors, most in the middle, where the authors let a network draw frames; `'tim'`: all frames anew, evenly spaced, by temporal interpolation.",
    ['linear', 'tim'],
    { default: 'linear' },
  ),
  flow: flowOption('farneback'),
  ...flowToColorOptions,
};

/** Options of {@link longTermFlow}. */
export type LongTermFlowOptions = OptionsOf<typeof longTermFlowOptions>;

/**
 * Long-term optical flow: the flow of the onset to each of some frames around the apex, drawn in colors, as a clip.
 *
 *     first = max(apex - floor(frames / 2), onset + 1),  last = min(first + frames - 1, offset);  picture_j = color(flow(onset, frame_j))
 *
 * @param clip with an apex after its onset.
 * @returns a clip of `frames` pictures `[H, W, 3]` in 0..1, onset and offset at its ends, the apex where it was, as near as can be; without landmarks.
 * @throws RangeError where there is no apex after the onset, or on a wrong option.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { longTermFlow } from '@mer/representations';
 *
 * const clip = { frames: tf.randomUniform([9, 32, 32, 1], 0, 1, 'float32', 1) as tf.Tensor4D, onset: 0, apex: 4, offset: 8 };
 * const sequence = longTermFlow(clip, { frames: 11 });
 * console.log(sequence.frames.shape, sequence.apex); // [ 11, 32, 32, 3 ] 3
 * ```
 *
 * Reference: SLSTT, arXiv 2112.05851: which frames, Farneback flow, drawing. Ours: what lengthens short clips, for which the authors used RIFE.
 */
export const longTermFlow = /* @__PURE__ */ declareStep({
  name: 'long-term-flow',
  title: 'Flow of the onset to each of some frames, in colors',
  paper: 'SLSTT, 2021, arXiv 2112.05851',
  ours: 'short clips are lengthened by mixtures of neighbors or by TIM, where the authors used RIFE',
  takes: 'clip',
  gives: 'clip',
  traits: { needsApex: true, directed: true },
  options: longTermFlowOptions,
  compute(clip: Clip, { frames: count, missing, flow, ...color }): Clip {
    const task = 'draw the long-term flow of a clip';
    checkClip(clip, task);
    const apex = apexOf(clip, task);
    const { onset, offset } = clip;
    if (apex <= onset) throw new RangeError(`Cannot ${task} as its apex must come after its onset: both are ${apex}`);
    const first = Math.max(apex - Math.floor(count / 2), onset + 1);
    const last = Math.min(first + count - 1, offset);
    const places = framePlaces(first, last, count);
    const frames = tf.tidy(() => {
      const start = tf.slice(clip.frames, [onset, 0, 0, 0], [1, -1, -1, -1]);
      const seen =
        missing === 'tim' && last - first + 1 < count && last > first
          ? interpolate(
              {
                frames: tf.slice(clip.frames, [first, 0, 0, 0], [last - first + 1, -1, -1, -1]),
                onset: 0,
                apex: null,
                offset: last - first,
              },
              { frames: count, method: 'tim' },
            ).frames
          : tf.stack(places.map((place) => between(clip.frames, place)));
      const pair = { frames: tf.concat([start, seen], 0) as tf.Tensor4D, onset: 0, apex: null, offset: count };
      const pictures = places.map((_, j) => flowToColor(flowBetween(pair, 0, j + 1, flow), color));
      return tf.stack(pictures) as tf.Tensor4D;
    });
    const nearest = places.reduce(
      (best, place, j) => (Math.abs(place - apex) < Math.abs(places[best]! - apex) ? j : best),
      0,
    );
    return { frames, onset: 0, apex: nearest, offset: count - 1 };
  },
  outputShape: ([height, width]) => [height, width, 3],
});

/** Where each frame lies: those there are, and as many between each pair as are missing, one more between those in the middle. */
function framePlaces(first: number, last: number, count: number): number[] {
  const gaps = last - first;
  if (gaps === 0) return new Array<number>(count).fill(first);
  const lacking = count - (gaps + 1);
  const each = Math.floor(lacking / gaps);
  const rest = lacking - each * gaps;
  const from = Math.floor((gaps + 1) / 2) - Math.floor(rest / 2);
  const places: number[] = [];
  for (let gap = 0; gap < gaps; gap++) {
    const inside = each + (gap >= from && gap < from + rest ? 1 : 0);
    for (let i = 0; i <= inside; i++) places.push(first + gap + i / (inside + 1));
  }
  return [...places, last];
}

/** The frame at a place, a mixture of its neighbors where it lies between. */
function between(frames: tf.Tensor4D, place: number): tf.Tensor3D {
  const first = Math.floor(place);
  const share = place - first;
  return weightedSum(frames, share === 0 ? [1] : [1 - share, share], first);
}
