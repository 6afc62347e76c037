// Compares the face detectors on a real clip: node benchmarks/faces.mjs <folder of frames> [<folder for the tables>]
// Writes faces.csv (found, scores, jitter, turns, time) and faces-points.csv (how far the 68 points of the mesh are from those of face-api).
// jitter: mean length of p[t-1] - 2 p[t] + p[t+1] over points and frames, pixels: what moves steadily has none.
import { readdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { createFaceApiDetector, createFaceMeshDetector, headAngles, trackFaces } from '@mer/representations';
import { setThreadsCount } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import sharp from 'sharp';

const [folder, out = 'benchmarks/results'] = process.argv.slice(2);
if (!folder) {
  console.error('node benchmarks/faces.mjs <folder of frames> [<folder for the tables>]');
  process.exit(2);
}
tf.enableProdMode();
setThreadsCount(1);
await tf.setBackend('wasm');
await tf.ready();

const number = (name) => Number(/(\d+)\D*$/.exec(name)?.[1]);
const files = readdirSync(folder)
  .filter((name) => /\.(jpe?g|png)$/i.test(name))
  .sort((a, b) => number(a) - number(b));
async function read(file, degrees = 0) {
  const picture = sharp(join(folder, file)).removeAlpha().rotate(degrees).raw();
  const { data, info } = await picture.toBuffer({ resolveWithObject: true });
  return tf.tensor3d(
    Float32Array.from(data, (v) => v / 255),
    [info.height, info.width, 3],
  );
}
const images = await Promise.all(files.map((file) => read(file)));
const frames = {
  shape: [images.length, ...images[0].shape],
  read: async (first) => tf.expandDims(images[first], 0),
};

const detectors = {
  'face-mesh': () => createFaceMeshDetector(),
  'face-api ssd': () => createFaceApiDetector(),
  'face-api tiny': () => createFaceApiDetector({ detector: 'tiny' }),
};
const middling = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
const rows = [];
const tracks = {};
for (const [name, make] of Object.entries(detectors)) {
  const detect = await make();
  const times = [];
  const timed = async (image, near) => {
    const from = performance.now();
    const found = await detect(image, near);
    times.push(performance.now() - from);
    return found;
  };
  const track = await trackFaces(frames, timed, { several: 'largest', missing: 'leave' });
  tracks[name] = track;
  let sum = 0;
  let count = 0;
  for (let t = 1; t < track.frames.length - 1; t++) {
    const [a, b, c] = [t - 1, t, t + 1].map((i) => track.frames[i].points);
    for (let i = 0; i < 68; i++) {
      sum += Math.hypot(a[i][0] - 2 * b[i][0] + c[i][0], a[i][1] - 2 * b[i][1] + c[i][1]);
      count++;
    }
  }
  const upright = headAngles(track.frames[0].points).roll;
  const right = [];
  for (let degrees = 0; degrees < 360; degrees += 30) {
    const image = await read(files[0], degrees);
    const [face] = await detect(image);
    image.dispose();
    if (!face) continue;
    const off = headAngles(face.points).roll - upright - degrees;
    if (Math.abs(((off + 900) % 360) - 180) < 15) right.push(degrees);
  }
  const { found, frames: all, lowestScore, meanScore } = track.quality;
  const fixed = [lowestScore, meanScore, sum / count].map((value) => value.toFixed(3));
  rows.push([name, all, found, ...fixed, right.join(' '), middling(times).toFixed(0), Math.max(...times).toFixed(0)]);
  console.error(rows.at(-1).join(', '));
}
const where = `${cpus()[0].model.trim()}; Node ${process.versions.node}; tfjs ${tf.version_core} wasm one thread`;
const head =
  'detector,frames,found,lowest score,mean score,jitter px,turns found right (of 0 30 .. 330),ms a frame (median),ms (worst),machine';
writeFileSync(join(out, 'faces.csv'), `${[head, ...rows.map((row) => [...row, where].join(','))].join('\n')}\n`);

const parts = { jaw: [0, 17], brows: [17, 27], nose: [27, 36], eyes: [36, 48], mouth: [48, 68], all: [0, 68] };
const [mesh, api] = [tracks['face-mesh'], tracks['face-api ssd']];
const apart = Object.entries(parts).map(([part, [from, to]]) => {
  const lengths = mesh.frames.flatMap(({ frame, points }) => {
    const other = api.frames.find((one) => one.frame === frame);
    return other
      ? points
          .slice(from, to)
          .map(([x, y], i) => Math.hypot(x - other.points[from + i][0], y - other.points[from + i][1]))
      : [];
  });
  return [part, (lengths.reduce((a, b) => a + b, 0) / lengths.length).toFixed(2), Math.max(...lengths).toFixed(2)].join(
    ',',
  );
});
writeFileSync(join(out, 'faces-points.csv'), `${['points,mean distance px,greatest px', ...apart].join('\n')}\n`);
