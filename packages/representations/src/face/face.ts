import { show } from '@mer/options';
import type * as tf from '@tensorflow/tfjs-core';
import type { Landmarks } from '../clip.js';
import { checkLandmarks } from './check-landmarks.js';
import { type HeadAngles, headAngles } from './head-angles.js';

/** A rectangle in an image, in pixels. */
export interface FaceBox {
  /** Its left side. */
  readonly x: number;
  /** Its upper side. */
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A face in an image. */
export interface Face {
  /** How certain the detector is that there is a face, in 0..1. */
  readonly score: number;
  /** Where it is: the smallest rectangle around its points. */
  readonly box: FaceBox;
  /** Its 68 points, pixels. */
  readonly points: Landmarks;
  /** How the head is turned, as far as the points tell. */
  readonly angles: HeadAngles;
  /** All points that the detector has where it has more: 468 or 478 of MediaPipe, `[x, y, z]` in pixels, z towards the scene. */
  readonly mesh?: readonly (readonly [x: number, y: number, z: number])[];
}

/** What a detector must say of a face at least; the rest is reckoned from it. */
export type FoundFace = Pick<Face, 'points'> & Partial<Face>;

/**
 * Finds every face in an image `[H, W, 3]` (or `[H, W, 1]`), float32 in 0..1: a list, empty where there is none. {@link createFaceDetector} makes one; any
 * other model will do.
 *
 * @param near - the faces of the frame before, where there is one: a detector may look there first. It need not.
 */
export type FaceDetector = (image: tf.Tensor3D, near?: readonly Face[]) => Promise<readonly FoundFace[]>;

/** The smallest rectangle around points. */
export function boxAround(points: Landmarks): FaceBox {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

/** The faces that a detector found, whole and checked, the most certain first; `task` begins the message. */
export function wholeFaces(found: readonly FoundFace[], task: string): Face[] {
  if (!Array.isArray(found)) {
    throw new TypeError(
      `Cannot ${task} as a detector must give a list of { points, score }, empty where there is no face: it gave ${show(found)}`,
    );
  }
  return (found as readonly FoundFace[])
    .map((face): Face => {
      const { points, score = 1, box, angles, mesh } = face ?? {};
      checkLandmarks(points, task);
      if (!(score >= 0 && score <= 1)) {
        throw new TypeError(`Cannot ${task} as the score of a face must be a number in 0..1: it is ${show(score)}`);
      }
      return {
        score,
        box: box ?? boxAround(points),
        points,
        angles: angles ?? headAngles(points),
        ...(mesh && { mesh }),
      };
    })
    .sort((a, b) => b.score - a.score);
}
