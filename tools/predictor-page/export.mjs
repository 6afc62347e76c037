// Writes the folders of some networks (random weights: what they say does not matter, only that all say the same) and a video, and prints their names and the marks of the video.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSyntheticDataset } from '@mer/datasets';
import { writeImage } from '@mer/io';
import * as tf from '@tensorflow/tfjs-core';
import { writeNetworks } from './networks.mjs';

const [out, pictures] = process.argv.slice(2);
const networks = await writeNetworks(out);

let folder = pictures;
let marks;
if (!folder) {
  folder = mkdtempSync(join(tmpdir(), 'mer-generated-'));
  const faces = createSyntheticDataset({
    subjects: 2,
    clipsPerSubject: 1,
    size: 192,
    frames: 24,
    amplitude: 3,
    seed: 3,
  });
  const { frames, onset, apex, offset } = await faces.readClip(0, { from: 'first', to: 'last', color: true });
  for (const [i, frame] of tf.unstack(frames).entries()) await writeImage(join(folder, `img${i + 1}.png`), frame);
  marks = { onset, apex, offset };
}
const names = readdirSync(folder).filter((name) => /^img\d+\.(jpg|png)$/.test(name));
const ending = names[0].split('.').at(-1);
const made = spawnSync(
  'ffmpeg',
  [
    ...['-nostdin', '-v', 'error', '-y', '-framerate', '30', '-i', join(folder, `img%d.${ending}`)],
    ...['-vf', 'scale=trunc(iw/2)*2:trunc(ih/2)*2:out_color_matrix=bt709', '-pix_fmt', 'yuv420p'],
    // said, as an element takes a silent file for bt709 where a decoder of ours takes bt601
    ...['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709', '-color_range', 'tv'],
    ...['-c:v', 'libvpx-vp9', '-b:v', '2M', '-cpu-used', '8', '-deadline', 'realtime', join(out, 'clip.webm')],
  ],
  { encoding: 'utf8' },
);
if (made.status !== 0) throw new Error(`Cannot make the video: ffmpeg: ${made.error?.message ?? made.stderr}`);
marks ??= { onset: 0, apex: Math.floor(names.length / 2), offset: names.length - 1 };
console.log(JSON.stringify({ networks, marks }));
