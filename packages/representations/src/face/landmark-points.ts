import { choice, integer, type OptionsOf, type Resolved } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { type Clip, checkClip, type LongClip } from '../clip.js';
import { declareStep } from '../declare-step.js';
import { checkClipLandmarks } from './check-landmarks.js';
import { landmarksNear } from './landmarks-near.js';

const landmarkPointsOptions = {
  first: integer('The first frame whose points are wanted.', { min: 0, default: 0 }),
  missing: choice(
    "What a frame without landmarks has: those of the nearest frame (`'nearest'`), right where the head hardly moves, or an error (`'refuse'`).",
    ['nearest', 'refuse'],
    { default: 'nearest' },
  ),
};

/** Options of {@link landmarkPoints}. */
export type LandmarkPointsOptions = OptionsOf<typeof landmarkPointsOptions>;

/** The points of all wanted frames, as a clip. */
function pointsOf(clip: Clip | LongClip, { first, missing }: Resolved<typeof landmarkPointsOptions>): Clip {
  const task = 'take the landmarks of a clip';
  checkClip(clip, task);
  const landmarks = clip.landmarks ?? [];
  if (landmarks.length === 0) {
    throw new RangeError(
      `Cannot ${task} as it must have some: current value is none (find them with detectLandmarks(), or read them with parseLandmarks())`,
    );
  }
  checkClipLandmarks(clip, task);
  const count = clip.frames.shape[0];
  if (first >= count) {
    throw new RangeError(
      `Cannot ${task} as first must be one of its ${count} frames, 0 to ${count - 1}: current value is ${first}`,
    );
  }
  const rows = Array.from({ length: count - first }, (_, i) => {
    const near = landmarksNear(landmarks, first + i);
    if (missing === 'refuse' && near.frame !== first + i) {
      throw new RangeError(
        `Cannot ${task} as every frame must have some: frame ${first + i} has none (missing 'nearest' takes those of the nearest)`,
      );
    }
    return near.points.map(([x, y]) => [[x, y]]);
  });
  const place = (frame: number) => Math.max(0, frame - first);
  const { onset, apex, offset } = clip;
  return {
    frames: tf.tensor4d(rows, [rows.length, 68, 1, 2]),
    onset: place(onset),
    apex: apex === null ? null : place(apex),
    offset: place(offset),
  };
}

/**
 * The landmarks of the frames of a clip as numbers: what a network that finds them is compared with.
 *
 * @param clip with `landmarks`.
 * @returns a clip `[T - first, 68, 1, 2]`: the points one below the other, (x, y) in pixels of the frames as they were.
 * @throws RangeError if the clip has no landmarks, a frame has none with `missing: 'refuse'`, or an option is wrong.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { landmarkPoints } from '@mer/representations';
 *
 * const points = Array.from({ length: 68 }, (_, i) => [i, i % 9] as const);
 * const frames = tf.zeros([3, 64, 64, 1]) as tf.Tensor4D;
 * const clip = { frames, onset: 0, apex: 1, offset: 2, landmarks: [{ frame: 0, points }] };
 * console.log(landmarkPoints(clip, { first: 1 }).frames.shape); // [ 2, 68, 1, 2 ]
 * ```
 *
 * Reference: what the landmark network of MOL (2025, arXiv 2506.14511) learns, there of every frame.
 */
export const landmarkPoints = /* @__PURE__ */ declareStep({
  name: 'landmark-points',
  title: 'The landmarks of every frame as numbers',
  paper: 'MOL, 2025, arXiv 2506.14511',
  ours: 'frames without landmarks have those of the nearest',
  takes: 'clip',
  gives: 'clip',
  traits: { needsLandmarks: true, directed: true, values: true },
  options: landmarkPointsOptions,
  compute: (clip: Clip, options) => pointsOf(clip, options),
  stream: async (clip: LongClip, options) => pointsOf(clip, options),
  outputShape: () => [68, 1, 2],
});
