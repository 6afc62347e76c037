/** Everything that computes: a clip from files, or a generated one, as a picture. */
import { useBackend } from '@mer/backends';
import { createSyntheticDataset, folderFromFiles, naturalOrder, readFrames } from '@mer/datasets';
import { createRepresentation, displayImage, representations } from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';

const ready = useBackend('wasm').then(() => postMessage({ names: Object.keys(representations) }));

async function readClip(files) {
  if (files.length === 0) return createSyntheticDataset({ size: 128, amplitude: 2.4 }).readClip(0);
  const names = files.map(({ name }) => name).sort(naturalOrder);
  const frames = await readFrames(folderFromFiles(files), names, { color: true });
  const last = names.length - 1;
  return { frames, onset: 0, apex: Math.round(last / 2), offset: last };
}

async function picture({ name, files }) {
  await ready;
  const begun = performance.now();
  const clip = await readClip(files);
  const image = await createRepresentation(name).applyAsync(clip);
  const shown = await displayImage(image);
  const [height, width] = shown.shape;
  const values = await shown.data();
  tf.dispose([clip.frames, image, shown]);
  const pixels = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let i = 0; i < width * height; i++) for (let c = 0; c < 3; c++) pixels[i * 4 + c] = 255 * values[i * 3 + c];
  return { width, height, pixels, milliseconds: performance.now() - begun };
}

addEventListener('message', ({ data }) =>
  picture(data).then(
    (answer) => postMessage(answer, [answer.pixels.buffer]),
    (error) => postMessage({ error: error.message }),
  ),
);
