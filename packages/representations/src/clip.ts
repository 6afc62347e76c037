import { choice, either, tuple } from '@mer/options';
import type * as tf from '@tensorflow/tfjs-core';

/**
 * A face video of one expression with its three marked frames.
 *
 * `frames` is `[T, H, W, C]`, float32 in 0..1, C = 1 (gray) or 3 (RGB). `onset` is the first frame of the movement,
 * `apex` the frame where it is strongest, `offset` the last frame; they are indices into `frames` (0-based, the
 * annotated range is inclusive: `0 <= onset <= apex <= offset < T`). `apex` is `null` where nobody annotated it (SMIC, for instance).
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { type Clip, dynamicImage } from '@mer/representations';
 *
 * const clip: Clip = { frames: tf.zeros([9, 16, 16, 3]), onset: 1, apex: 4, offset: 7 };
 * console.log(dynamicImage(clip).shape); // [ 16, 16, 3 ]
 * ```
 */
export interface Clip {
  /** `[T, H, W, C]`, float32 in 0..1. */
  frames: tf.Tensor4D;
  /** First frame of the movement, an index into `frames`. */
  onset: number;
  /** The frame of strongest movement, or `null` where it is not known. */
  apex: number | null;
  /** Last frame of the movement, an index into `frames`. */
  offset: number;
  /** Landmarks of the face in some frames (that of the onset, usually), where somebody found them; {@link align} needs them. */
  landmarks?: readonly FrameLandmarks[];
}

/**
 * The 68 points of a face in dlib's order: jaw 0..16, brows 17..26, nose 27..35, eyes 36..47, mouth 48..67. `[x, y]` in
 * pixels, (0, 0) at the center of the first pixel, y down.
 */
export type Landmarks = readonly (readonly [x: number, y: number])[];

/** The landmarks of one frame of a clip. */
export interface FrameLandmarks {
  /** The frame, an index into the clip's frames. */
  frame: number;
  /** Its points. */
  points: Landmarks;
}

/**
 * Frames that are read when they are asked for, a few at a time, and again where they are asked for again.
 *
 * `openFrames` of `@mer/datasets` makes one of picture files, `frameReader` of a tensor; anything else that gives the same frames each time will do.
 */
export interface FrameReader {
  /** Of all frames: `[T, H, W, C]`. */
  readonly shape: readonly [count: number, height: number, width: number, channels: number];
  /** The frames `first` .. `first + count - 1`, `[count, H, W, C]`, float32 in 0..1; the caller's. */
  read(first: number, count: number): Promise<tf.Tensor4D>;
}

/** A {@link Clip} too long to be held, whose frames are read when they are needed. A step takes it by `applyAsync`. */
export interface LongClip extends Omit<Clip, 'frames'> {
  /** Where its frames come from. */
  frames: FrameReader;
}

/** Whether something is a clip whose frames are read when they are needed. */
export function isLongClip(value: unknown): value is LongClip {
  const { frames } = (typeof value === 'object' && value !== null ? value : {}) as Partial<LongClip>;
  return typeof frames === 'object' && frames !== null && typeof frames.read === 'function';
}

/** Something to read frames from: a {@link Clip}, or a bare `[T, H, W, C]` tensor of which every frame counts. */
export type FrameSource = Clip | tf.Tensor4D;

/** Whether a source is a clip with marked frames (as opposed to a bare tensor of frames). */
export function isClip<T>(source: T): source is Extract<T, Clip | LongClip> {
  return typeof source === 'object' && source !== null && 'frames' in source;
}

/** Which frames of a source to use: a named part of a clip, every frame, or the inclusive pair `[first, last]`. */
export type Span = 'onset-offset' | 'onset-apex' | 'apex-offset' | 'all' | readonly [number, number];

/** An option that is a {@link Span}; where it is not given, the source decides. */
// @__NO_SIDE_EFFECTS__
export function spanOption() {
  return either(
    'Which frames; onset to offset of a clip and every frame of a bare tensor where it is not given.',
    [
      choice('A part of the clip.', ['onset-offset', 'onset-apex', 'apex-offset', 'all'], {}),
      tuple('Indices of the first and the last frame.', ['first', 'last'], { of: 'integers' }),
    ],
    { optional: true },
  );
}

/** Throws unless a shape is `[T, H, W, C]` with something in it; `task` begins the message. */
function checkShape(shape: readonly number[], task: string): void {
  if (shape.length !== 4 || shape.some((size) => size < 1)) {
    throw new TypeError(
      `Cannot ${task} as frames must have the shape [T, H, W, C] with no empty axis: current value is [${shape.join(', ')}]`,
    );
  }
}

/** Throws unless `frames` is a float32 tensor `[T, H, W, C]` with something in it; `task` begins the message. */
export function checkFrames(frames: tf.Tensor, task: string): asserts frames is tf.Tensor4D {
  const shape = (frames as tf.Tensor | undefined)?.shape;
  if (!Array.isArray(shape)) {
    throw new TypeError(`Cannot ${task} as frames must be a tensor [T, H, W, C]: current value is ${String(frames)}`);
  }
  checkShape(shape, task);
  if (frames.dtype !== 'float32') {
    throw new TypeError(
      `Cannot ${task} as frames must be float32 in 0..1: current dtype is ${frames.dtype} (convert bytes with tf.div(tf.cast(frames, 'float32'), 255))`,
    );
  }
}

/** Throws unless `clip` has float frames and `0 <= onset <= apex <= offset < T`; `task` begins the message. */
export function checkClip(clip: Clip | LongClip, task: string): void {
  if (typeof clip !== 'object' || clip === null || !('frames' in clip)) {
    throw new TypeError(
      `Cannot ${task} as clip must be { frames, onset, apex, offset }: current value is ${String(clip)}`,
    );
  }
  if (isLongClip(clip)) checkShape(clip.frames.shape, task);
  else checkFrames(clip.frames, task);
  const last = clip.frames.shape[0] - 1;
  const inside = (name: string, index: number, from: number, to: number, range: string) => {
    if (!Number.isInteger(index) || index < from || index > to) {
      throw new RangeError(
        `Cannot ${task} as ${name} must be a frame index in ${from}..${to} (${range}): current value is ${index}`,
      );
    }
  };
  inside('onset', clip.onset, 0, last, `the clip has ${last + 1} frames`);
  inside('offset', clip.offset, clip.onset, last, `from onset to the last of ${last + 1} frames`);
  if (clip.apex !== null) inside('apex', clip.apex, clip.onset, clip.offset, 'from onset to offset');
}

/** The apex of a clip, or a `RangeError` that says how to get one; `task` begins the message. */
export function apexOf(clip: Pick<Clip, 'apex'>, task: string): number {
  if (clip.apex === null || clip.apex === undefined) {
    throw new RangeError(
      `Cannot ${task} as the clip must have an apex: current value is null (spot one first, for instance with spotApex())`,
    );
  }
  return clip.apex;
}

/**
 * The frames of a source and the inclusive range that `span` names; checked.
 *
 * A clip's default is `'onset-offset'`, a bare tensor's `'all'`.
 */
export function resolveSpan<S extends FrameSource | LongClip>(
  source: S,
  span: Span | undefined,
  task: string,
): { frames: FramesOf<S>; first: number; last: number } {
  const given: FrameSource | LongClip = source;
  if (isClip(given)) checkClip(given, task);
  else checkFrames(given, task);
  const frames = (isClip(given) ? given.frames : given) as FramesOf<S>;
  const end = frames.shape[0] - 1;
  const chosen = span ?? (isClip(given) ? 'onset-offset' : 'all');
  if (typeof chosen !== 'string') {
    const [first, last] = chosen;
    if (!Number.isInteger(first) || !Number.isInteger(last) || first < 0 || last < first || last > end) {
      throw new RangeError(
        `Cannot ${task} as span must be [first, last] with 0 <= first <= last <= ${end}: current value is [${chosen.join(', ')}]`,
      );
    }
    return { frames, first, last };
  }
  if (chosen === 'all') return { frames, first: 0, last: end };
  if (!isClip(given)) {
    throw new TypeError(
      `Cannot ${task} as span must be 'all' or [first, last] for a bare tensor of frames: current value is '${chosen}' (give a clip { frames, onset, apex, offset })`,
    );
  }
  switch (chosen) {
    case 'onset-offset':
      return { frames, first: given.onset, last: given.offset };
    case 'onset-apex':
      return { frames, first: given.onset, last: apexOf(given, task) };
    case 'apex-offset':
      return { frames, first: apexOf(given, task), last: given.offset };
  }
}

/** What the frames of a source are. */
type FramesOf<S> = S extends LongClip ? FrameReader : tf.Tensor4D;
