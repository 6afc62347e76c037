import { type Clip, checkClip, type FrameLandmarks } from '../clip.js';
import { flag, numeric, type OptionRule, type OptionRules, oneOf, resolveOptions } from '../options.js';
import { defineStep, type Step } from '../step.js';
import { checkClipLandmarks } from './landmarks.js';
import {
  applyTransform,
  type FaceLayout,
  faceLayouts,
  faceTransform,
  invertTransform,
  type Transform,
} from './transform.js';
import { warpSmoothly } from './warp-frames.js';

/** Options of {@link alignClip} and {@link align}. */
export interface AlignOptions {
  /** See {@link faceTransform}; default `'similarity'`. */
  layout?: FaceLayout;
  /** The side of the new frames in pixels; default 224. */
  size?: number;
  /** How much nearer (> 1) or farther (< 1) than the layout says; default 1. */
  zoom?: number;
  /** One transform for the whole clip (default), from the landmarks of the onset, or one for each frame from its own. */
  per?: 'clip' | 'frame';
  /** The value of what lies outside of the frame, 0..1; null (default) for 128 / 255 with `'mol'`, 0 otherwise. */
  border?: number | null;
  /** Whether frames are blurred first where the new image is coarser; default true. */
  antialias?: boolean;
}

const borderRule: OptionRule<number | null> = {
  default: null,
  expected: 'null or a number in 0..1',
  accepts: (value) => value === null || (typeof value === 'number' && value >= 0 && value <= 1),
};

/** The rules of {@link AlignOptions}. */
export const alignRules: OptionRules<AlignOptions> = Object.freeze({
  layout: oneOf<FaceLayout>(faceLayouts, 'similarity'),
  size: numeric(224, { min: 1, integer: true }),
  zoom: numeric(1, { above: 0 }),
  per: oneOf<'clip' | 'frame'>(['clip', 'frame'], 'clip'),
  border: borderRule,
  antialias: flag(true),
});

/** The landmarks to align a clip by: those of the onset, or else of the frame nearest to it. */
function landmarksNear(landmarks: readonly FrameLandmarks[], onset: number): FrameLandmarks {
  return landmarks.reduce((best, other) =>
    Math.abs(other.frame - onset) < Math.abs(best.frame - onset) ? other : best,
  );
}

/**
 * A clip of the aligned face: cut out, upright, in one size, by its landmarks.
 *
 * By default one similarity transform, from the landmarks of the onset frame (or the nearest frame that has any), is used for all frames, so that no
 * jitter of landmarks adds motion: right where the head drifts by a few pixels, as in the data sets of the field. Where the head moves further the
 * eyes leave their places; then `per: 'frame'` follows the head with the landmarks of every frame, and {@link stabilizeClip} after it takes off the
 * jitter that they bring.
 *
 * @param clip with `landmarks`; {@link detectLandmarks} finds them, {@link parseLandmarks} reads them from a file.
 * @returns a new clip: frames `[T, size, size, C]`, the landmarks moved along, onset, apex and offset the same.
 * @throws RangeError if the clip has no landmarks (for each frame with `per: 'frame'`), some belong to a frame that it does not
 * have, the face lies wholly outside of the frame, or an option is wrong.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { alignClip } from '@mer/representations';
 *
 * const points = Array.from({ length: 68 }, (_, i) => [40 + (i % 9) * 5, 40 + Math.floor(i / 9) * 5] as const);
 * const frames = tf.zeros([3, 128, 128, 1]) as tf.Tensor4D;
 * const clip = { frames, onset: 0, apex: 1, offset: 2, landmarks: [{ frame: 0, points }] };
 * console.log(alignClip(clip, { size: 64 }).frames.shape); // [ 3, 64, 64, 1 ]
 * ```
 *
 * Reference: as {@link faceTransform}; one transform for the whole clip is this project's choice.
 */
export function alignClip(clip: Clip, options: AlignOptions = {}): Clip {
  const task = 'align a clip';
  const { layout, size, zoom, per, border, antialias } = resolveOptions(task, alignRules, options);
  checkClip(clip, task);
  const landmarks = clip.landmarks ?? [];
  if (landmarks.length === 0) {
    throw new RangeError(
      `Cannot ${task} as it must have landmarks: current value is none (find them with detectLandmarks(), or read them with parseLandmarks())`,
    );
  }
  const count = clip.frames.shape[0];
  checkClipLandmarks(clip, task);
  const [, height, width] = clip.frames.shape;
  const transformOf = ({ frame, points }: FrameLandmarks) => {
    if (!points.some(([x, y]) => x >= -0.5 && y >= -0.5 && x < width - 0.5 && y < height - 0.5)) {
      throw new RangeError(
        `Cannot ${task} as the face must lie in the frame: all landmarks of frame ${frame} lie outside of its ${width} x ${height} pixels (are they of a frame of another size?)`,
      );
    }
    return faceTransform(points, { layout, size, zoom });
  };
  let transforms: Transform[];
  if (per === 'clip') transforms = new Array(count).fill(transformOf(landmarksNear(landmarks, clip.onset)));
  else {
    transforms = Array.from({ length: count }, (_, frame) => {
      const found = landmarks.find((one) => one.frame === frame);
      if (!found) {
        throw new RangeError(`Cannot ${task} per frame as every frame must have landmarks: frame ${frame} has none`);
      }
      return transformOf(found);
    });
  }
  const outside = border ?? (layout === 'mol' ? 128 / 255 : 0);
  const frames = warpSmoothly(clip.frames, transforms, [size, size], { border: outside, antialias });
  return {
    ...clip,
    frames,
    landmarks: landmarks.map(({ frame, points }) => {
      const back = invertTransform(transforms[frame]!);
      return { frame, points: points.map((point) => applyTransform(back, point)) };
    }),
  };
}

/** The registry entry of {@link align}. */
export const alignEntry = /* @__PURE__ */ defineStep<AlignOptions, Clip, Clip>('align', {
  title: 'The face cut out and upright, by its landmarks',
  reference: 'MOL, SLSTT, and our own',
  version: 1,
  takes: 'clip',
  gives: 'clip',
  rules: alignRules,
  compute: alignClip,
  shape: ([, , channels], { size = 224 }) => [size, size, channels],
});

/**
 * The step of {@link alignClip}, for a {@link pipe}.
 *
 * @throws RangeError on a wrong option.
 *
 * @example
 * ```ts
 * import { align, midi, pipe } from '@mer/representations';
 *
 * console.log(String(pipe(align({ size: 112 }), midi()))); // pipe(align({ size: 112 }), midi())
 * ```
 *
 * Reference: as {@link alignClip}.
 */
export function align(options: AlignOptions = {}): Step<Clip, Clip> {
  return alignEntry.create(options);
}
