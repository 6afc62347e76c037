// Tensors to what a canvas takes.
import * as tf from '@tensorflow/tfjs-core';
import type { Pixels } from '../protocol.ts';

/** An image `[H, W, 1 or 3]` from 0 to 1 as the pixels of a canvas. The image stays the caller's. */
export async function pixelsOf(image: tf.Tensor3D): Promise<Pixels> {
  const [height, width, channels] = image.shape;
  return rgba(await image.data(), { at: 0, height, width, channels });
}

/** The frames `[T, H, W, C]` of a clip, each as the pixels of a canvas. */
export async function framePixels(frames: tf.Tensor4D): Promise<Pixels[]> {
  const [count, height, width, channels] = frames.shape;
  const values = await frames.data();
  const size = height * width * channels;
  return Array.from({ length: count }, (_, t) => rgba(values, { at: t * size, height, width, channels }));
}

function rgba(
  values: ArrayLike<number>,
  { at, height, width, channels }: { at: number; height: number; width: number; channels: number },
): Pixels {
  const data = new Uint8ClampedArray(height * width * 4);
  for (let i = 0; i < height * width; i++) {
    for (let c = 0; c < 3; c++) data[i * 4 + c] = 255 * values[at + i * channels + Math.min(c, channels - 1)]!;
    data[i * 4 + 3] = 255;
  }
  return { width, height, data };
}

/** Runs a piece of work and says what it took. */
export async function measured<T>(
  work: () => Promise<T>,
): Promise<{ result: T; cost: { milliseconds: number; bytes: number } }> {
  const begun = performance.now();
  const before = tf.memory().numBytes;
  let result: T | undefined;
  const { peakBytes } = await tf.profile(async () => {
    result = await work();
    return [];
  });
  const milliseconds = performance.now() - begun;
  // no operation of tfjs may have run: our own kernels are none
  return { result: result as T, cost: { milliseconds, bytes: Math.max(before, tf.memory().numBytes, peakBytes) } };
}
