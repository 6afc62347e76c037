import { checkValue, choice, type OptionsOf, show } from '@mer/options';
import type { CheckOption } from '../check-option.js';
import { type Clip, checkClip, type FrameLandmarks, type FrameReader, type Landmarks, type LongClip } from '../clip.js';
import { frameReader } from '../frame-reader.js';
import type { FaceDetector } from './face.js';
import { FaceError } from './face-error.js';
import { type TrackFacesWatch, trackFaces, trackFacesOptions } from './track-faces.js';
import { checkLandmarks } from './transform.js';

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

/**
 * Landmarks from the text of a file: JSON, or numbers in lines.
 *
 * JSON: a list of 68 `[x, y]`, or of `{ frame, points }`, or an object of such lists by frame number. Otherwise 68 lines of `x y` (or `x,y`; iBUG's
 * `.pts` with its header too), or lines of 136 numbers, one line per frame.
 *
 * @param text the content of the file.
 * @param frame the frame that a single list of points belongs to; default 0.
 * @returns for the `landmarks` of a {@link Clip}.
 * @throws SyntaxError, with the line, if the text is none of these; TypeError if there are not 68 points.
 *
 * @example
 * ```ts
 * import { parseLandmarks } from '@mer/representations';
 *
 * const text = Array.from({ length: 68 }, (_, i) => `${i} ${2 * i}`).join('\n');
 * console.log(parseLandmarks(text, 5)[0]?.frame, parseLandmarks(text)[0]?.points[3]); // 5 [ 3, 6 ]
 * ```
 *
 * Reference: iBUG 300-W's `.pts` files; the rest is this project's own.
 */
export function parseLandmarks(text: string, frame = 0): FrameLandmarks[] {
  const task = 'read landmarks';
  const checked = (list: FrameLandmarks[]) => {
    for (const one of list) {
      if (typeof one !== 'object' || one === null) {
        throw new TypeError(`Cannot ${task} as each entry of the list must be { frame, points }: one is ${show(one)}`);
      }
      if (!Number.isInteger(one.frame) || one.frame < 0) {
        throw new TypeError(`Cannot ${task} as a frame must be an integer >= 0: current value is ${show(one.frame)}`);
      }
      checkLandmarks(one.points, `${task} of frame ${one.frame}`);
    }
    return list;
  };
  if (/^\s*[[{]/.test(text) && !/^\s*\{\s*[-\d.]/.test(text)) {
    let data: unknown;
    try {
      data = JSON.parse(text);
    } catch (cause) {
      throw new SyntaxError(`Cannot ${task} as the text must be JSON: ${(cause as Error).message}`, { cause });
    }
    if (!Array.isArray(data)) {
      return checked(
        Object.entries(data as object).map(([key, points]) => ({ frame: Number(key), points: points as Landmarks })),
      );
    }
    if (Array.isArray(data[0])) return checked([{ frame, points: data as unknown as Landmarks }]);
    return checked(data as FrameLandmarks[]);
  }
  const rows: number[][] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const content = line.trim();
    if (content === '' || content === '{' || content === '}' || /^[a-z_]+\s*:/i.test(content)) continue;
    const numbers = content.split(/[\s,;]+/).map(Number);
    if (!numbers.every(Number.isFinite) || (numbers.length !== 2 && numbers.length !== 136)) {
      throw new SyntaxError(
        `Cannot ${task} as line ${index + 1} must hold 2 or 136 numbers: it is '${content.slice(0, 40)}'`,
      );
    }
    rows.push(numbers);
  }
  if (rows[0]?.length === 136) {
    return checked(
      rows.map((row, t) => ({
        frame: t,
        points: Array.from({ length: 68 }, (_, i) => [row[2 * i]!, row[2 * i + 1]!] as const),
      })),
    );
  }
  return checked([{ frame, points: rows as unknown as Landmarks }]);
}
