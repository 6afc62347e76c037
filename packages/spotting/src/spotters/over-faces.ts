import { type FrameReader, type Transform, warpFrames } from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';

/** How {@link overFaces} goes. */
interface OverFaces {
  /** Every how many-th frame is taken, and how many of them there are. */
  stride: number;
  count: number;
  /** Where the square around the face lies, and its side in pixels. */
  transform: Transform;
  side: number;
  /** How many faces before the newest are held. */
  furthest: number;
  signal?: AbortSignal | undefined;
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Goes over the faces of a recording; `use` gets the place of the newest, and the last ones with the newest at the end, which are freed afterwards. */
export async function overFaces(
  reader: FrameReader,
  { stride, count, transform, side, furthest, signal, onProgress }: OverFaces,
  use: (t: number, held: readonly tf.Tensor3D[]) => Promise<void>,
): Promise<void> {
  const held: tf.Tensor3D[] = [];
  try {
    for (let t = 0; t < count; t++) {
      signal?.throwIfAborted();
      const frame = await reader.read(t * stride, 1);
      held.push(tf.tidy(() => tf.squeeze(warpFrames(frame, transform, side, { border: 0 }), [0]) as tf.Tensor3D));
      frame.dispose();
      await use(t, held);
      if (held.length > furthest) held.shift()!.dispose();
      onProgress?.(t + 1, count);
    }
  } finally {
    tf.dispose(held);
  }
}
