import type { Clip, LongClip } from './clip.js';
import type { LongClipStep } from './declare-step.js';
import { framesAt } from './frame-reader.js';

/**
 * Applies a representation that looks at no frames but onset, apex and offset to a {@link LongClip}: reads these alone. It is the `stream` of such a
 * declaration.
 *
 * @returns what the representation gives
 *
 * @example
 * ```ts
 * import { atMarks, defineRepresentation, frame, frameReader } from '@mer/representations';
 * import * as tf from '@tensorflow/tfjs-core';
 *
 * const onset = defineRepresentation({
 *   name: 'onset',
 *   title: 'The first frame of the movement',
 *   paper: null,
 *   options: {},
 *   compute: (clip) => frame(clip, { at: 'onset' }),
 *   stream: atMarks,
 *   outputShape: (shape) => shape,
 * });
 * const image = await onset().applyAsync({ frames: frameReader(tf.zeros([9, 8, 8, 3])), onset: 2, apex: null, offset: 8 });
 * console.log(image.shape); // [ 8, 8, 3 ]
 * ```
 */
export async function atMarks<Out>(clip: LongClip, _options: object, { apply }: LongClipStep<Out>): Promise<Out> {
  const held = await markedFrames(clip);
  try {
    return await apply(held);
  } finally {
    held.frames.dispose();
  }
}

/** A clip of the onset, apex and offset of a long one alone. */
async function markedFrames({ frames, onset, apex, offset, landmarks }: LongClip): Promise<Clip> {
  const marks = [...new Set([onset, ...(apex === null ? [] : [apex]), offset])];
  const place = (frame: number) => marks.indexOf(frame);
  return {
    frames: await framesAt(frames, marks),
    onset: 0,
    apex: apex === null ? null : place(apex),
    offset: place(offset),
    ...(landmarks && {
      landmarks: landmarks.flatMap(({ frame, points }) =>
        marks.includes(frame) ? [{ frame: place(frame), points }] : [],
      ),
    }),
  };
}
