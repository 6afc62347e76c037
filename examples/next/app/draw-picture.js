import { useBackend as startBackend } from '@mer/backends';
import { createSyntheticDataset } from '@mer/datasets';
import { displayImage, trdi } from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';

/** Draws a generated clip as a dynamic image. */
export async function drawPicture(canvas) {
  await startBackend('wasm');
  const clip = await createSyntheticDataset({ size: canvas.width }).readClip(0);
  const image = trdi(clip);
  const shown = await displayImage(image);
  const values = await shown.data();
  tf.dispose([clip.frames, image, shown]);
  const pixels = new Uint8ClampedArray(canvas.width * canvas.height * 4).fill(255);
  for (let i = 0; i < pixels.length / 4; i++) for (let c = 0; c < 3; c++) pixels[i * 4 + c] = 255 * values[i * 3 + c];
  canvas.getContext('2d').putImageData(new ImageData(pixels, canvas.width, canvas.height), 0, 0);
}
