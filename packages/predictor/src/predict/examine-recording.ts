import { checkOptions } from '@mer/options';
import {
  type FaceDetector,
  FaceError,
  type FaceQuality,
  type FrameLandmarks,
  type FrameReader,
  trackFaces,
} from '@mer/representations';
import { type FaceMotion, faceMotion, measureFace, regionFlow } from '@mer/spotting';
import { QUALITY, type QualityLimits } from '../folder/model-file.js';

/** The face of a recording, and how far it can be trusted. */
export interface ExaminedFace {
  /** Whether a detector found it, or its points were given. */
  from: 'detected' | 'given';
  /** Frames that were looked at, and in how many of them it is. */
  frames: number;
  found: number;
  /** Lowest and mean score of the detector, in 0..1; 1 of points that were given. */
  lowestScore: number;
  meanScore: number;
  /** Faces in the recording. */
  faces: number;
  /** Medians of the angles of the head, degrees; absent of points that were given. */
  angles?: { roll: number; yaw: number; pitch: number };
  /** Where it is at first, pixels. */
  box: { x: number; y: number; width: number; height: number };
  /** Side of the square that is as large as its box, as a share of the side of a square as large as the frame. */
  fill: number;
}

/** An interval to be predicted; frames from 0. */
export interface ExaminedInterval {
  onset: number;
  /** Null where it is still to be spotted. */
  apex: number | null;
  offset: number;
  /** Where each comes from. */
  from: Record<'onset' | 'apex' | 'offset', 'given' | 'spotted' | 'first frame' | 'last frame'>;
  /** Score and kind, where the spotter found it. */
  score?: number;
  kind?: 'micro' | 'macro';
}

/** Why a recording is not answered, for programs. */
export type RefusalCode =
  | 'no-detector'
  | 'no-face'
  | 'several-faces'
  | 'face-missing'
  | 'no-motion'
  | 'noise'
  | 'no-expression'
  | 'too-short'
  | 'frame-rate';

/** Why an answer would mean nothing. */
export interface Reason {
  /** For programs. */
  code: RefusalCode;
  /** For people: part of a sentence. */
  text: string;
}

/** What {@link examineRecording} finds. */
export interface Examination {
  /** Absent where there is none. */
  face?: ExaminedFace;
  /** Of the face in the frames that were looked at; absent where there is no face. */
  motion?: FaceMotion;
  /** Points of the face, for the `landmarks` of a clip; frames from 0 of the recording. */
  landmarks: FrameLandmarks[];
  /** What is to be predicted: as marked, as spotted, or the whole. */
  intervals: ExaminedInterval[];
  /** Why a prediction would mean nothing; none where it may. */
  reasons: Reason[];
  /** What a reader should know, a sentence each. */
  notes: string[];
}

/** Options of {@link examineRecording}. */
export interface ExamineRecordingOptions {
  /** Finds faces; not needed where landmarks are given. */
  detect?: FaceDetector | undefined;
  /** Points of the face in some frames, instead of a detector. */
  landmarks?: readonly FrameLandmarks[] | undefined;
  /** Who is meant where there are several faces. */
  several?: 'refuse' | 'largest' | 'surest' | 'middle' | undefined;
  /** Frames a second, where they are known; 30 are taken where not. */
  fps?: number | undefined;
  /** Marks that are known, frames from 0. */
  marks?: { onset?: number | undefined; apex?: number | undefined; offset?: number | undefined };
  /** Below what it is refused; {@link QUALITY} by default. */
  quality?: QualityLimits | undefined;
  /** Told how far the work is: which part of it, and how much of how much. */
  onProgress?: ((part: 'face' | 'motion', done: number, total: number) => void) | undefined;
  /** Ends the work by throwing the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** Frames that the detector looks at, at most. */
const LOOKS = 24;
/** Recordings up to so many seconds (frames, where fps is not known) are one clip; longer ones are looked through. */
const CLIP_SECONDS = 2;
const CLIP_FRAMES = 120;
/** Recordings up to so many seconds are taken whole where nothing in them stands out. */
const WHOLE_SECONDS = 5;

/**
 * Looks at a recording before its expression is predicted: whether there is a face, how sure that is, whether the face moves more than its skin rests, and when.
 *
 * Nothing is predicted of a recording with `reasons`: no face or several, a face in less than half of the frames; nothing that moves (below 0.3 pixels of a square of 256
 * around the face), but a head; motion that is no more than noise (below 12 times what still skin does). A still face whose noise a video codec let drift is not told from
 * one that moves (`faceMotion` of @mer/spotting). Of recordings longer than two seconds
 * (120 frames, where frames a second are not known) the intervals are spotted by `regionFlow`; one of up to five seconds in which nothing stands out is taken whole.
 *
 * @param frames - of the recording, gray or RGB
 * @param options - a detector or landmarks, frames a second, marks
 * @throws what the detector throws
 *
 * @example
 * ```ts
 * import { examineRecording } from '@mer/predictor';
 * import { frameReader } from '@mer/representations';
 * import * as tf from '@tensorflow/tfjs-core';
 *
 * const points = Array.from({ length: 68 }, (_, i) => [20 + (i % 17) * 4, 20 + Math.floor(i / 17) * 16] as const);
 * const still = frameReader(tf.ones([8, 96, 96, 1]));
 * const { reasons } = await examineRecording(still, { landmarks: [{ frame: 0, points }] });
 * console.log(reasons[0]); // { code: 'no-motion', text: 'nothing moves in the face: 0.00 pixels of 256, less than 0.3' }
 * ```
 *
 * Reference: this project's own.
 */
export async function examineRecording(
  frames: FrameReader,
  { detect, landmarks, several, fps, marks = {}, quality = QUALITY, onProgress, signal }: ExamineRecordingOptions = {},
): Promise<Examination> {
  const count = frames.shape[0];
  const first = marks.onset ?? 0;
  const last = marks.offset ?? count - 1;
  const part: FrameReader = {
    shape: [last - first + 1, frames.shape[1], frames.shape[2], frames.shape[3]],
    read: (at, length) => frames.read(first + at, length),
  };
  const [length, height, width] = part.shape;
  const marked = marks.onset !== undefined || marks.offset !== undefined || marks.apex !== undefined;
  const examined: Examination = {
    landmarks: [],
    intervals: [wholeInterval(first, last, marks)],
    reasons: [],
    notes: [],
  };
  const found = await facesIn(part, {
    ...{ detect, given: landmarks, first, several, onProgress, signal },
    least: quality.faceShare,
  });
  examined.reasons.push(...found.reasons);
  if (found.points.length === 0) return examined;
  const xs = found.points[0]!.points.map(([x]) => x);
  const ys = found.points[0]!.points.map(([, y]) => y);
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  const box = { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
  examined.face = { ...found.face!, box, fill: Math.sqrt((box.width * box.height) / (width * height)) };
  examined.landmarks = found.points.map(({ frame, points }) => ({ frame: frame + first, points }));
  if (length < 2) return examined;
  const long = fps === undefined ? length > CLIP_FRAMES : length > CLIP_SECONDS * fps;
  const whole = marked || !long;
  const measured = await measureFace(
    { frames: part, fps: fps ?? 30, landmarks: found.points },
    { quick: whole, onProgress: (done, total) => onProgress?.('motion', done, total), signal },
  );
  const motion = faceMotion(measured);
  examined.motion = motion;
  examined.reasons.push(...stillness(motion, quality));
  if (whole) return examined;
  const spotted = regionFlow.decide(measured, checkOptions('spot expressions', regionFlow.options, {}));
  if (spotted.length > 0) {
    const from = { onset: 'spotted', apex: 'spotted', offset: 'spotted' } as const;
    examined.intervals = spotted.map((one) => ({ ...one, from }));
  } else if (length <= WHOLE_SECONDS * (fps ?? 30)) {
    examined.notes.push('nothing in the recording stands out: all of it is taken as one clip');
  } else {
    examined.reasons.push({
      code: 'no-expression',
      text: `no expression was spotted in ${length} frames, which are too many for one clip: say where it is with onset and offset`,
    });
  }
  return examined;
}

function wholeInterval(
  onset: number,
  offset: number,
  marks: NonNullable<ExamineRecordingOptions['marks']>,
): ExaminedInterval {
  return {
    onset,
    apex: marks.apex ?? null,
    offset,
    from: {
      onset: marks.onset === undefined ? 'first frame' : 'given',
      apex: marks.apex === undefined ? 'spotted' : 'given',
      offset: marks.offset === undefined ? 'last frame' : 'given',
    },
  };
}

/** Why nothing can be said of a face that moves so. */
function stillness(
  { pixels, ratio, noise, together }: FaceMotion,
  { motion, motionRatio, motionOfFew }: QualityLimits,
): Reason[] {
  const size = `${pixels.toFixed(2)} pixels of 256`;
  if (pixels < motion) {
    const head = together >= motion ? ', though the head does' : '';
    return [{ code: 'no-motion', text: `nothing moves in the face${head}: ${size}, less than ${motion}` }];
  }
  if (ratio === null) {
    const text = `too little moves in the face for so few frames: ${size}`;
    return pixels < motionOfFew ? [{ code: 'no-motion', text }] : [];
  }
  if (ratio >= motionRatio) return [];
  return [
    {
      code: 'noise',
      text: `what moves in the face is no more than noise: ${size}, ${ratio.toFixed(1)} times what still skin does (${noise.toFixed(2)}); ${motionRatio} are needed`,
    },
  ];
}

interface Found {
  face?: Omit<ExaminedFace, 'box' | 'fill'>;
  /** Frames from 0 of the part. */
  points: FrameLandmarks[];
  reasons: Reason[];
}

async function facesIn(
  frames: FrameReader,
  {
    detect,
    given,
    first,
    several = 'refuse',
    least,
    onProgress,
    signal,
  }: Pick<ExamineRecordingOptions, 'detect' | 'several' | 'onProgress' | 'signal'> & {
    given: ExamineRecordingOptions['landmarks'];
    first: number;
    least: number;
  },
): Promise<Found> {
  const count = frames.shape[0];
  if (given) {
    const points = given
      .map(({ frame, points: all }) => ({ frame: frame - first, points: all }))
      .filter(({ frame }) => frame < count);
    // those of the last frame before hold
    const before = points.filter(({ frame }) => frame <= 0).at(-1);
    const within = [...(before ? [{ ...before, frame: 0 }] : []), ...points.filter(({ frame }) => frame > 0)];
    if (within.length === 0)
      return { points: [], reasons: [{ code: 'no-face', text: 'no landmarks are of these frames' }] };
    const { length } = within;
    const face = { from: 'given', frames: length, found: length, lowestScore: 1, meanScore: 1, faces: 1 } as const;
    return { points: within, reasons: [], face };
  }
  if (!detect) return { points: [], reasons: [{ code: 'no-detector', text: 'nothing was there to find a face with' }] };
  const every = Math.max(1, Math.ceil((count - 1) / (LOOKS - 1)));
  const watch = { onProgress: (done: number, total: number) => onProgress?.('face', done, total), signal };
  const options = { every, missing: 'leave', several } as const;
  try {
    const { landmarks, quality } = await trackFaces(frames, detect, { ...options, ...watch });
    const { frames: looked, found, share } = quality;
    const part = least === 0.5 ? 'half' : `${Math.round(100 * least)} %`;
    const text = `a face is in ${found} of the ${looked} frames that were looked at, less than ${part}`;
    const reasons: Reason[] = share < least ? [{ code: 'face-missing', text }] : [];
    return { points: [...landmarks], reasons, face: faceOf(quality) };
  } catch (error) {
    if (!(error instanceof FaceError)) throw error;
    const reason = error.message.replace(/^Cannot .*? as /, '');
    if (error.fault === 'none') {
      return { points: [], reasons: [{ code: 'no-face', text: `there is no face: ${reason}` }] };
    }
    const text = `${reason.replace(/; say which.*$/, '')}: say with several who is meant: largest, surest or middle`;
    const reasons: Reason[] = [{ code: 'several-faces', text }];
    if (!error.track) return { points: [], reasons };
    return { points: [...error.track.landmarks], reasons, face: faceOf(error.track.quality) };
  }
}

function faceOf({ frames, found, lowestScore, meanScore, faces, roll, yaw, pitch }: FaceQuality): Found['face'] {
  return { from: 'detected', frames, found, lowestScore, meanScore, faces, angles: { roll, yaw, pitch } };
}
