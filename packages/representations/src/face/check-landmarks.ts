import { show } from '@mer/options';
import type { Clip, Landmarks, LongClip } from '../clip.js';

/** Throws unless there are 68 finite points; `task` begins the message. */
export function checkLandmarks(points: Landmarks, task: string): void {
  if (!Array.isArray(points) || points.length !== 68) {
    throw new TypeError(
      `Cannot ${task} as landmarks must be 68 points [x, y]: current value has ${Array.isArray(points) ? points.length : show(points)}`,
    );
  }
  const wrong = points.findIndex(
    (point) => !Array.isArray(point) || point.length !== 2 || !point.every(Number.isFinite),
  );
  if (wrong >= 0) {
    throw new TypeError(
      `Cannot ${task} as every landmark must be [x, y], two finite numbers: number ${wrong} is ${show(points[wrong])}`,
    );
  }
}

/** Throws unless all landmarks of a clip are 68 points of frames that it has; `task` begins the message. */
export function checkClipLandmarks({ frames, landmarks }: Clip | LongClip, task: string): void {
  if (landmarks === undefined || landmarks === null) return;
  if (!Array.isArray(landmarks) || landmarks.some((one) => typeof one !== 'object' || one === null)) {
    throw new TypeError(
      `Cannot ${task} as landmarks must be a list of { frame, points }: current value is ${show(landmarks)}`,
    );
  }
  const count = frames.shape[0];
  for (const { frame, points } of landmarks) {
    if (!Number.isInteger(frame) || frame < 0 || frame >= count) {
      throw new RangeError(
        `Cannot ${task} as landmarks must belong to a frame in 0..${count - 1}: current value is ${frame}`,
      );
    }
    checkLandmarks(points, `${task} (landmarks of frame ${frame})`);
  }
}
