import { choice, integer, type OptionsOf, type Resolved } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { type Clip, checkClip, type LongClip } from '../clip.js';
import { declareStep } from '../declare-step.js';
import { framesAt } from '../frame-reader.js';

const sampleOptions = {
  frames: integer('The number of frames to keep.', { min: 1, default: 8 }),
  method: choice(
    "`'even'`: from onset to offset, both included; `'floor'`: every floor(T / N)-th from the onset; `'around-apex'`: neighbors of the apex.",
    ['even', 'floor', 'around-apex'],
    { default: 'even' },
  ),
};

/** Options of {@link sample}. */
export type SampleOptions = OptionsOf<typeof sampleOptions>;

/** The frames that a sampling keeps, in order; `task` begins a message. */
function sampledFrames(
  clip: Clip | LongClip,
  { frames: count, method }: Resolved<typeof sampleOptions>,
  task: string,
): number[] {
  const { onset, apex, offset } = clip;
  const length = offset - onset + 1;
  switch (method) {
    case 'even':
      // a clip that is too short repeats frames
      return Array.from({ length: count }, (_, j) =>
        Math.round(onset + (count === 1 ? 0 : (j * (length - 1)) / (count - 1))),
      );
    case 'floor': {
      if (length < count) {
        throw new RangeError(
          `Cannot ${task} with 'floor' as it must hold at least ${count} frames from onset to offset: current value is ${length}`,
        );
      }
      const step = Math.floor(length / count);
      return Array.from({ length: count }, (_, j) => onset + j * step);
    }
    case 'around-apex': {
      if (apex === null) {
        throw new RangeError(`Cannot ${task} around the apex as the clip must have one: current value is null`);
      }
      const total = clip.frames.shape[0];
      if (total < count) {
        throw new RangeError(
          `Cannot ${task} around the apex as the clip must hold at least ${count} frames: current value is ${total}`,
        );
      }
      const first = Math.max(0, Math.min(total - count, apex - Math.floor(count / 2)));
      return Array.from({ length: count }, (_, j) => first + j);
    }
  }
}

/** The frames that are kept, and the marks of the new clip. */
function sampled(clip: Clip | LongClip, resolved: Resolved<typeof sampleOptions>) {
  const task = 'sample the frames of a clip';
  checkClip(clip, task);
  const kept = sampledFrames(clip, resolved, task);
  const nearest = (frame: number) =>
    kept.reduce((best, other, j) => (Math.abs(other - frame) < Math.abs(kept[best]! - frame) ? j : best), 0);
  const marks: Omit<Clip, 'frames'> = {
    onset: nearest(clip.onset),
    apex: clip.apex === null ? null : nearest(clip.apex),
    offset: nearest(clip.offset),
    ...(clip.landmarks && {
      landmarks: kept.flatMap((frame, j) =>
        (clip.landmarks ?? []).filter((one) => one.frame === frame).map(({ points }) => ({ frame: j, points })),
      ),
    }),
  };
  return { kept, marks };
}

/**
 * A clip of some of the frames.
 *
 *     even          frame round(onset + j (T - 1) / (N - 1)),  T = offset - onset + 1; a shorter clip repeats frames
 *     floor         frame onset + j floor(T / N)
 *     around-apex   N frames in a row with the apex in the middle, moved inside where the clip ends; frames outside onset to offset included
 *
 * @param clip with an apex for `'around-apex'`.
 * @returns a new clip of N frames; onset, apex and offset are the nearest kept frames, the ends where they lie outside.
 * @throws RangeError if the clip is too short or has no apex, or on a wrong option.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { sample } from '@mer/representations';
 *
 * const frames = tf.reshape(tf.linspace(0, 1, 9), [9, 1, 1, 1]) as tf.Tensor4D;
 * const few = sample({ frames, onset: 0, apex: 4, offset: 8 }, { frames: 3 });
 * console.log(few.frames.dataSync(), few.apex); // Float32Array(3) [ 0, 0.5, 1 ] 1
 * ```
 *
 * Reference: `'floor'` as in FDP (2025, arXiv 2509.06015), `'around-apex'` as in SLSTT (2021, arXiv 2112.05851; there 11 frames).
 */
export const sample = /* @__PURE__ */ declareStep({
  name: 'sample',
  title: 'Some of the frames',
  paper: 'FDP, 2025, arXiv 2509.06015; SLSTT, 2021, arXiv 2112.05851',
  takes: 'clip',
  gives: 'clip',
  traits: { keepsRange: true },
  options: sampleOptions,
  compute(clip: Clip, resolved): Clip {
    const { kept, marks } = sampled(clip, resolved);
    return { frames: tf.tidy(() => tf.gather(clip.frames, tf.tensor1d(kept, 'int32'))), ...marks };
  },
  async stream(clip: LongClip, resolved): Promise<Clip> {
    const { kept, marks } = sampled(clip, resolved);
    return { frames: await framesAt(clip.frames, kept), ...marks };
  },
  outputShape: (frame) => frame,
});
