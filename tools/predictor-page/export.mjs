// Writes the folders of some networks (random weights: what they say does not matter, only that all say the same) and a video, and prints their names and the marks of the video.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useBackend } from '@mer/backends';
import { createSyntheticDataset } from '@mer/datasets';
import { writeImage } from '@mer/io';
import { createModel, exportWeights, modelParameters } from '@mer/models';
import { encodeWeights, modelFileText, QUALITY } from '@mer/predictor';
import * as tf from '@tensorflow/tfjs-core';

const [out, pictures] = process.argv.slice(2);
await useBackend('wasm');

const flow = (size) => [
  { step: 'uv-strain', options: { flow: 'tvl1' } },
  { step: 'resize', options: { size } },
];
const NETWORKS = {
  'ststnet-float32': { model: 'ststnet', encoding: 'float32', steps: flow(28), shape: [28, 28, 3] },
  'ststnet-int8': { model: 'ststnet', encoding: 'int8', steps: flow(28), shape: [28, 28, 3] },
  'small-cnn-float16': {
    model: 'small-cnn',
    encoding: 'float16',
    steps: [{ step: 'dynamic-image' }, { step: 'resize', options: { size: 64 } }],
    shape: [64, 64, 1],
  },
};
for (const [name, { model: network, encoding, steps, shape }] of Object.entries(NETWORKS)) {
  const options = { classes: 3, inputShape: shape, seed: 1 };
  const model = createModel(network, options);
  const bytes = encodeWeights(await exportWeights(model), { encoding, parameters: modelParameters(model) });
  const folder = join(out, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'weights.safetensors'), bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const file = {
    format: 1,
    name,
    model: { name: network, options },
    classes: ['negative', 'positive', 'surprise'],
    samples: 'clips',
    frames: { size: 128, color: false },
    preprocessing: [],
    inputs: [{ name: model.inputNames[0], steps, shape }],
    frameRates: [30],
    marks: ['onset', 'apex', 'offset'],
    face: null,
    quality: QUALITY,
    data: [],
    license: { weights: 'not stated', data: 'not stated' },
    expected: { note: 'Random weights.', evaluation: null },
    weights: [{ file: 'weights.safetensors', bytes: bytes.length, sha256, seed: 1 }],
    encoding,
    parts: [],
    versions: {},
    created: '2026-01-01T00:00:00Z',
  };
  writeFileSync(join(folder, 'model.json'), modelFileText(file));
}

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
console.log(JSON.stringify({ networks: Object.keys(NETWORKS), marks }));
