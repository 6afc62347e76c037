// Whether motion of a face is told from noise, and where the limits of `QUALITY` (@mer/predictor) lie: the motion and its ratio to noise (`faceMotion` of @mer/spotting) in generated
// clips with an expression, and in still faces under noise, flicker, shifts and compression, by the quick measure, which judges clips, and by the one that spots.
//
//   node benchmarks/stillness.mjs [--clips 12] [--face <picture>] [--work <folder>] [--no-csv]        needs ffmpeg and @vladmandic/face-api
//
// `--face` adds a photograph to the still faces. Columns: docs/benchmarks.md. Packages must be built. Results: benchmarks/results/stillness.csv.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import '@tensorflow/tfjs-backend-wasm';
import { useBackend } from '@mer/backends';
import { openCasme2, writeSyntheticDataset } from '@mer/datasets';
import { readImage } from '@mer/io';
import { createFaceDetector, frameReader, trackFaces, warpFrames } from '@mer/representations';
import { faceMotion, measureFace } from '@mer/spotting';
import * as tf from '@tensorflow/tfjs-core';
import { hardware, saveRows } from './parts/results.mjs';

const { values: given } = parseArgs({
  options: {
    clips: { type: 'string', default: '12' },
    face: { type: 'string' },
    work: { type: 'string', default: join(tmpdir(), 'mer-stillness') },
    'no-csv': { type: 'boolean', default: false },
  },
});
await useBackend('wasm');
const detect = await createFaceDetector();
const MEASURES = { quick: { quick: true }, spotting: {} };
const FRAMES = 40;
const found = new Map();

let state = 1;
const draw = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return (state + 0.5) / 2 ** 32;
};
const normal = () => Math.sqrt(-2 * Math.log(draw())) * Math.cos(2 * Math.PI * draw());

async function look(what, frames, fps) {
  const reader = frameReader(frames);
  const { landmarks } = await trackFaces(reader, detect, { every: 100, missing: 'leave', several: 'largest' });
  for (const [measure, options] of Object.entries(MEASURES)) {
    const begun = performance.now();
    const { pixels, ratio } = faceMotion(await measureFace({ frames: reader, fps, landmarks }, options));
    const milliseconds = (performance.now() - begun) / frames.shape[0];
    const key = `${what},${measure}`;
    if (!found.has(key)) found.set(key, []);
    found.get(key).push({ pixels, ratio: ratio ?? Number.POSITIVE_INFINITY, milliseconds });
  }
  frames.dispose();
}

/** Levels of frames that a codec has seen. */
function coded(levels, [height, width], codec) {
  const [w, h] = [width & ~1, height & ~1];
  const run = (args, input) => {
    const { status, stdout, stderr } = spawnSync('ffmpeg', ['-v', 'error', ...args], { input, maxBuffer: 2 ** 30 });
    if (status !== 0) throw new Error(`ffmpeg failed: ${stderr}`);
    return stdout;
  };
  const raw = ['-f', 'rawvideo', '-pix_fmt', 'rgb24'];
  const file = run(
    [
      ...raw,
      '-s',
      `${width}x${height}`,
      '-r',
      '30',
      '-i',
      '-',
      '-vf',
      `crop=${w}:${h}:0:0`,
      ...codec,
      '-f',
      'matroska',
      '-',
    ],
    levels,
  );
  const pixels = run(['-i', '-', ...raw, '-'], file);
  return tf.tensor4d(
    Float32Array.from(pixels, (level) => level / 255),
    [pixels.length / (w * h * 3), h, w, 3],
  );
}

/** A face that keeps still, `FRAMES` times: each pixel times `light(t)`, and noise of so many levels. */
function still(values, { noise = 0, light = () => 1 }) {
  const levels = new Uint8ClampedArray(FRAMES * values.length);
  for (let t = 0; t < FRAMES; t++) {
    const gain = 255 * light(t);
    for (let i = 0; i < values.length; i++) levels[t * values.length + i] = values[i] * gain + noise * normal();
  }
  return levels;
}

const H264 = (crf) => ['-c:v', 'libx264', '-crf', String(crf), '-pix_fmt', 'yuv420p'];
const JPEG = ['-c:v', 'mjpeg', '-q:v', '12', '-pix_fmt', 'yuvj420p'];
const STILL = {
  'still, noise of 2 levels': { noise: 2 },
  'still, noise of 5 levels': { noise: 5 },
  'still, noise of 12 levels': { noise: 12 },
  'still, light flickers by a tenth': { noise: 1, light: (t) => 1 + 0.1 * Math.sin(1.7 * t) },
  'still, noise of 3 levels, JPEG': { noise: 3, codec: JPEG },
  'still, noise of 3 levels, H.264 of CRF 23': { noise: 3, codec: H264(23) },
  'still, noise of 3 levels, H.264 of CRF 30': { noise: 3, codec: H264(30) },
};

const faces = given.face ? [tf.expandDims(await readImage(given.face), 0)] : [];
for (const difficulty of ['medium', 'hard']) {
  const root = join(given.work, `${difficulty}-${given.clips}`);
  if (!existsSync(root)) await writeSyntheticDataset(root, { seed: 0, difficulty, clips: Number(given.clips) });
  const clips = await openCasme2({ root });
  for (let i = 0; i < clips.samples.length; i++) {
    const { frames } = await clips.readClip(i, { from: 'first', to: 'last' });
    if (i < 3) faces.push(tf.slice(frames, 0, 1));
    await look(`expression, ${difficulty}`, frames, 200);
  }
}
for (const face of faces) {
  const [, height, width] = face.shape;
  const values = await face.data();
  for (const [what, { codec, ...how }] of Object.entries(STILL)) {
    const levels = still(values, how);
    const frames = codec
      ? coded(levels, [height, width], codec)
      : tf.tensor4d(
          Float32Array.from(levels, (level) => level / 255),
          [FRAMES, height, width, 3],
        );
    await look(what, frames, 30);
  }
  const shifted = Array.from({ length: FRAMES }, () =>
    warpFrames(face, [1, 0, 0.5 * normal(), 0, 1, 0.5 * normal()], [height, width]),
  );
  await look('whole picture shifts by half a pixel', tf.concat(shifted, 0), 30);
  tf.dispose(shifted);
}
const range = (values, digits) => [Math.min(...values).toFixed(digits), Math.max(...values).toFixed(digits)];
const rows = [...found].map(([key, all]) => {
  const at = key.lastIndexOf(',');
  const [leastPixels, mostPixels] = range(
    all.map(({ pixels }) => pixels),
    2,
  );
  const [leastRatio, mostRatio] = range(
    all.map(({ ratio }) => ratio),
    1,
  );
  const mean = all.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / all.length;
  return {
    ...{ clips: key.slice(0, at), measure: key.slice(at + 1), n: all.length },
    ...{ least_pixels: leastPixels, most_pixels: mostPixels, least_ratio: leastRatio, most_ratio: mostRatio },
    ...{ ms_per_frame: mean.toFixed(1), date: new Date().toISOString().slice(0, 10), hardware: hardware() },
  };
});
for (const row of rows) console.log(Object.values(row).slice(0, 8).join('  '));
if (!given['no-csv']) saveRows('stillness', rows, ['clips', 'measure']);
