import type { FrameLandmarks } from '../clip.js';

/** The landmarks of a frame, or else of the frame nearest to it that has any. */
export function landmarksNear(landmarks: readonly FrameLandmarks[], frame: number): FrameLandmarks {
  return landmarks.reduce((best, other) =>
    Math.abs(other.frame - frame) < Math.abs(best.frame - frame) ? other : best,
  );
}
