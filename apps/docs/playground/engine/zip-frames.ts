// The frames of the clip as files.
import { encodeImage } from '@mer/io';
import * as tf from '@tensorflow/tfjs-core';
import { zipSync } from 'fflate';

/** Name of a frame in the zip, and in what is taken away: numbers from 1. */
export const frameName = (index: number) => `img${String(index + 1).padStart(4, '0')}.png`;

/** PNG files in a folder my-clip. */
export async function zipFrames(frames: tf.Tensor4D): Promise<Uint8Array<ArrayBuffer>> {
  const files: Record<string, Uint8Array> = {};
  for (let i = 0; i < frames.shape[0]; i++) {
    const image = tf.tidy(() => tf.squeeze(tf.slice(frames, i, 1), [0]) as tf.Tensor3D);
    files[`my-clip/${frameName(i)}`] = await encodeImage(image, 'png');
    image.dispose();
  }
  // they are compressed already
  return zipSync(files, { level: 0 });
}
