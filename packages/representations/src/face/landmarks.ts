import { checkValue, choice, type OptionsOf } from '@mer/options';
import type { CheckOption } from '../check-option.js';
import { type Clip, checkClip, type FrameReader, type LongClip } from '../clip.js';
import { frameReader } from '../frame-reader.js';
import type { FaceDetector } from './face.js';
import { FaceError } from './face-error.js';
import { type TrackFacesWatch, trackFaces, trackFacesOptions } from './track-faces.js';

const detectLandmarksOptions = {
  ...trackFacesOptions,
  frames: choice('Which frames to look at: the onset alone, or every frame.', ['onset', 'all'], { default: 'onset' }),
};

/** Options of {@link detectLandmarks}. */
export type DetectLandmarksOptions = OptionsOf<typeof detectLandmarksOptions>;

/**
 * A clip with the landmarks of its face, found by a detector.
 *
 * @param clip its frames are given to the detector as they are, checked to lie in 0..1; a long clip's are read when they are needed.
 * @param detect see {@link FaceDetector}.
 * @param given which frames, what is done about several faces or none ({@link trackFaces}), `onProgress`, `signal` and `check`.
 * @returns the same clip (the same frames, not a copy) with `landmarks`. With `frames: 'onset'`, of the first frame from the onset on in which a face is
 * found, at most `gap` frames later; with `'all'`, of every frame, as {@link trackFaces} has them.
 * @throws FaceError if no face is found, or several; TypeError if the detector gives other than 68 points.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { detectLandmarks } from '@mer/representations';
 *
 * const points = Array.from({ length: 68 }, (_, i) => [i, i % 10] as const);
 * const clip = { frames: tf.zeros([3, 64, 64, 3]) as tf.Tensor4D, onset: 1, apex: 1, offset: 2 };
 * const found = await detectLandmarks(clip, async () => [{ points, score: 0.98 }]);
 * console.log(found.landmarks?.[0]?.frame); // 1
 * ```
 *
 * Reference: this project's own.
 */
export async function detectLandmarks<Given extends Clip | LongClip>(
  clip: Given,
  detect: FaceDetector,
  given: DetectLandmarksOptions & TrackFacesWatch & CheckOption = {},
): Promise<Given> {
  const task = 'find landmarks in a clip';
  checkClip(clip, task);
  const { frames: which = 'onset', ...options } = given;
  checkValue(task, 'frames', detectLandmarksOptions.frames, which);
  if (which === 'all') return { ...clip, landmarks: (await trackFaces(clip, detect, options)).landmarks };
  const count = clip.frames.shape[0];
  const last = Math.min(count - 1, clip.onset + checkValue(task, 'gap', trackFacesOptions.gap, options.gap));
  for (let frame = clip.onset; frame <= last; frame++) {
    try {
      const [found] = (await trackFaces(onlyFrame(clip, frame), detect, options)).landmarks;
      return { ...clip, landmarks: [{ frame, points: found!.points }] };
    } catch (error) {
      if (!(error instanceof FaceError) || error.fault !== 'none') throw error;
    }
  }
  throw new FaceError(
    'none',
    `Cannot ${task} as some frame must show a face: none was found in frames ${clip.onset}..${last}`,
  );
}

/** One frame of a clip, to be read. */
function onlyFrame({ frames }: Clip | LongClip, frame: number): FrameReader {
  const { shape, read } = 'read' in frames ? frames : frameReader(frames);
  return { shape: [1, shape[1], shape[2], shape[3]], read: () => read(frame, 1) };
}
