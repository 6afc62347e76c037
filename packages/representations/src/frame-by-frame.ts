import type * as tf from '@tensorflow/tfjs-core';
import type { Clip, FrameReader, LongClip } from './clip.js';
import type { LongClipStep } from './declare-step.js';

/**
 * Applies a step that changes each frame by itself to a {@link LongClip}, whose frames are changed as they are read. It is the `stream` of such a declaration.
 *
 * @returns another long clip
 *
 * @example
 * ```ts
 * import { defineStep, frameByFrame, frameReader, multiply } from '@mer/representations';
 * import * as tf from '@tensorflow/tfjs-core';
 *
 * const darken = defineStep({
 *   name: 'darken',
 *   title: 'Half as bright',
 *   paper: null,
 *   takes: 'any',
 *   gives: 'any',
 *   options: {},
 *   compute: (input) => multiply(input, { by: 0.5 }),
 *   stream: frameByFrame,
 *   outputShape: (frame) => frame,
 * });
 * const dark = await darken().applyAsync({ frames: frameReader(tf.ones([9, 8, 8, 3])), onset: 0, apex: 4, offset: 8 });
 * console.log((await dark.frames.read(8, 1)).dataSync()[0]); // 0.5
 * ```
 */
export async function frameByFrame(clip: LongClip, _options: object, step: LongClipStep<Clip>): Promise<LongClip> {
  const [count, ...frame] = clip.frames.shape;
  const change = async (frames: tf.Tensor4D, landmarks?: Clip['landmarks']) => {
    try {
      const part = { frames, onset: 0, apex: null, offset: frames.shape[0] - 1 };
      return await step.apply(landmarks ? { ...part, landmarks } : part);
    } finally {
      frames.dispose();
    }
  };
  const frames: FrameReader = {
    shape: [count, ...step.outputShape(frame)],
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
