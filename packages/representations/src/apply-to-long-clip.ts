import type * as tf from '@tensorflow/tfjs-core';
import type { Clip, FrameReader, LongClip } from './clip.js';
import { holdClip, markedFrames } from './long-clip.js';
import type { ImageShape } from './step.js';

/** What {@link applyToLongClip} needs to know of a step. */
export interface LongClipStep {
  readonly name: string;
  readonly looksAt?: 'each' | 'marked';
  stream?(clip: LongClip, options: object): Promise<unknown>;
  readonly options: object;
  outputShape(frame: ImageShape, options: object): ImageShape;
  /** Applies the step to a clip in memory. */
  apply(clip: Clip): Promise<unknown>;
}

/**
 * Applies a step to a clip whose frames are read when they are needed: as the step declares it, or with all frames in memory.
 *
 * @returns what the step gives; where it does the same to each frame, another long clip
 */
export async function applyToLongClip(clip: LongClip, step: LongClipStep): Promise<unknown> {
  const { looksAt, options } = step;
  if (step.stream) return step.stream(clip, options);
  if (looksAt === 'each') return eachFrame(clip, step);
  const held = looksAt === 'marked' ? await markedFrames(clip) : await allFrames(clip, step.name);
  try {
    return await step.apply(held);
  } finally {
    held.frames.dispose();
  }
}

async function allFrames(clip: LongClip, name: string): Promise<Clip> {
  try {
    return await holdClip(clip);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    const [count, height, width] = clip.frames.shape;
    throw new RangeError(
      `Cannot apply ${name} as all ${count} frames of ${width} x ${height} must be held at once, which it needs: ${cause.message}; or use a step that reads a few frames at a time, such as dynamic-image`,
      { cause },
    );
  }
}

/** A long clip of whose frames each is changed as it is read. */
async function eachFrame(clip: LongClip, step: LongClipStep): Promise<LongClip> {
  const [count, ...frame] = clip.frames.shape;
  const change = async (frames: tf.Tensor4D, landmarks?: Clip['landmarks']) => {
    try {
      const part = { frames, onset: 0, apex: null, offset: frames.shape[0] - 1 };
      return (await step.apply(landmarks ? { ...part, landmarks } : part)) as Clip;
    } finally {
      frames.dispose();
    }
  };
  const frames: FrameReader = {
    shape: [count, ...step.outputShape(frame, step.options)],
    read: async (first, length) => (await change(await clip.frames.read(first, length))).frames,
  };
  const { landmarks } = clip;
  if (!landmarks) return { ...clip, frames };
  // where the points come to lie is the same in each frame
  const changed = await change(
    await clip.frames.read(0, 1),
    landmarks.map(({ points }) => ({ frame: 0, points })),
  );
  changed.frames.dispose();
  const moved = changed.landmarks ?? [];
  return { ...clip, frames, landmarks: landmarks.map(({ frame }, i) => ({ frame, points: moved[i]!.points })) };
}
