import type { OptionsOf } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { atMarks } from '../at-marks.js';
import { apexOf, type Clip, checkClip, type FrameLandmarks, type LongClip } from '../clip.js';
import { declareStep } from '../declare-step.js';
import { checkClipLandmarks } from '../face/check-landmarks.js';
import { landmarksNear } from '../face/landmarks-near.js';
import { eyeCenters } from '../face/transform.js';
import { cutFourParts, fourPartsOptions, fourPartsShape, type PartPoints } from '../four-parts.js';
import { uvStrain, uvStrainOptions } from './uv-strain.js';

const fourPartFlowOptions = { ...uvStrainOptions, ...fourPartsOptions };

/** Options of {@link fourPartFlow}. */
export type FourPartFlowOptions = OptionsOf<typeof fourPartFlowOptions>;

/** The landmarks of the apex, or of the frame nearest to it. */
function landmarksOf(clip: Clip | LongClip): FrameLandmarks {
  const task = 'cut flow into four parts';
  checkClip(clip, task);
  const apex = apexOf(clip, task);
  if (!clip.landmarks?.length) {
    throw new RangeError(
      `Cannot ${task} as the clip must have landmarks: current value is none (find them with detectLandmarks(), or cut at fixed places with uvStrain() and fourParts())`,
    );
  }
  checkClipLandmarks(clip, task);
  return landmarksNear(clip.landmarks, apex);
}

/** The parts in fractions of a frame. */
function partPoints({ points }: FrameLandmarks, height: number, width: number): PartPoints {
  // the first pixel's center is 0 in landmarks, and half a pixel from the border
  const share = ([x, y]: readonly [number, number]) => [(x + 0.5) / width, (y + 0.5) / height] as const;
  const [leftEye, rightEye] = eyeCenters(points);
  return {
    leftEye: share(leftEye),
    rightEye: share(rightEye),
    leftMouth: share(points[48]!),
    rightMouth: share(points[54]!),
  };
}

/**
 * HTNet's input: flow of onset to apex and its strain, cut around both eyes and both corners of the mouth, put together 2x2.
 *
 * As {@link uvStrain}, whose options it has, cut as by {@link fourParts} at the landmarks of the apex or of the frame nearest to it.
 *
 * @param clip with an apex and `landmarks`.
 * @returns `[size, size, 3]`, sides rounded down to multiples of 4.
 * @throws RangeError if the clip has no apex or no landmarks, or on a wrong option; as {@link uvStrain} besides.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { fourPartFlow } from '@mer/representations';
 *
 * const points = Array.from({ length: 68 }, (_, i) => [10 + (i % 9) * 5, 10 + Math.floor(i / 9) * 5] as const);
 * const frames = tf.randomUniform([9, 56, 56, 1], 0, 1, 'float32', 1) as tf.Tensor4D;
 * const clip = { frames, onset: 0, apex: 4, offset: 8, landmarks: [{ frame: 0, points }] };
 * console.log(fourPartFlow(clip, { flow: 'farneback' }).shape); // [ 28, 28, 3 ]
 * ```
 *
 * Reference: Wang, Zhang, Luo, Sankaranarayana, "HTNet", 2024, arXiv 2307.14637, and the authors' code, which finds five points by MTCNN in the apex
 * shrunk to 28 x 28. Ours: the same points taken from the 68 of the whole frame.
 */
export const fourPartFlow = /* @__PURE__ */ declareStep({
  name: 'four-part-flow',
  title: 'Flow and strain around eyes and mouth put together, by landmarks',
  paper: 'Wang, Zhang, Luo, Sankaranarayana, HTNet, 2024, arXiv 2307.14637',
  ours: 'points from 68 landmarks of the whole frame in place of five of a tiny one',
  takes: 'clip',
  gives: 'image',
  traits: { needsApex: true, needsLandmarks: true, directed: true },
  options: fourPartFlowOptions,
  compute(clip: Clip, { axes, ...options }): tf.Tensor3D {
    const [, height, width] = clip.frames.shape;
    const points = partPoints(landmarksOf(clip), height, width);
    return tf.tidy(() => cutFourParts(uvStrain(clip, options), points, axes));
  },
  stream(clip: LongClip, options, step) {
    // only marked frames are read, and their landmarks alone would be kept
    const landmarks = [{ ...landmarksOf(clip), frame: clip.apex! }];
    return atMarks({ ...clip, landmarks }, options, step);
  },
  outputShape: ([height, width], { size }) => fourPartsShape([size || height, size || width, 3]),
});
