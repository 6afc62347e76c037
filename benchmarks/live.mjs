// Frames of a face as a camera would give them, one after the other on one core: landmarks (the face mesh, which looks where the face was, or face-api's tiny detector and its 68
// points), then crop, dynamic image and flow at 224; beside the detectors alone. Frames a second, the latency that 95% of the answers keep, and processor time, which other programs on
// the machine change little.
//
//   taskset -c 0 node benchmarks/live.mjs <folder of img1.jpg …> [--no-csv]
//
// To read it: the row "face-mesh, crop, dynamic image and flow" is what a live page does. Wanted are 15 frames a second and 150 ms for 95% of the answers, on a quiet machine; where
// it is busy, 1000 / cpu_ms is the frames a second that one core would give.
//
// Packages must be built. Results: benchmarks/results/live.csv.
import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { useBackend } from '@mer/backends';
import { openClipSource } from '@mer/datasets';
import { createFaceApiDetector, createFaceMeshDetector } from '@mer/representations';
import { createSlidingWindow } from '@mer/spotting';
import * as tf from '@tensorflow/tfjs-core';
import { hardware, saveRows } from './parts/results.mjs';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { 'no-csv': { type: 'boolean', default: false } },
});
const [folder] = positionals;
if (folder === undefined || readdirSync(folder).length === 0)
  throw new Error('Usage: node benchmarks/live.mjs <folder of frames>');

await useBackend('wasm');
const { frames } = await openClipSource(folder);
const count = Math.min(40, frames.shape[0]);
const all = await frames.read(0, count);
const pictures = tf.unstack(all);
const rows = [];

/** Times work on every frame, one after the other; the first ten warm it up. */
async function time(what, work) {
  const took = [];
  let cpu = 0;
  for (const [i, picture] of pictures.entries()) {
    const [began, before] = [performance.now(), process.cpuUsage()];
    await work(picture, i / 30);
    if (i < 10) continue;
    took.push(performance.now() - began);
    const { user, system } = process.cpuUsage(before);
    cpu += (user + system) / 1000;
  }
  const sorted = [...took].sort((a, b) => a - b);
  const mean = took.reduce((sum, value) => sum + value, 0) / took.length;
  const row = {
    date: new Date().toISOString().slice(0, 10),
    what,
    size: `${frames.shape[2]}x${frames.shape[1]}`,
    frames: String(took.length),
    frames_per_second: (1000 / mean).toFixed(1),
    median_ms: sorted[took.length >> 1].toFixed(1),
    p95_ms: sorted[Math.ceil(0.95 * took.length) - 1].toFixed(1),
    cpu_ms: (cpu / took.length).toFixed(1),
    backend: tf.getBackend(),
    tfjs: tf.version_core,
    node: process.version,
    hardware: hardware(),
  };
  rows.push(row);
  console.log(
    `${what}: ${row.frames_per_second} frames a second, median ${row.median_ms} ms, 95% within ${row.p95_ms} ms, ${row.cpu_ms} ms of processor time each`,
  );
}

const windowOf = (find, options) => {
  const window = createSlidingWindow(find, options);
  return async (picture, at) => {
    const { crop, dynamicImage, flow } = await window.push(picture, at);
    tf.dispose([crop, dynamicImage, flow]);
  };
};
/** What finds the points of a frame: a detector that is told the faces of the frame before. */
const following = (detect) => {
  let near;
  return async (picture) => {
    const found = await detect(picture, near);
    near = found.length > 0 ? found : undefined;
    return found[0]?.points;
  };
};
const mesh = await createFaceMeshDetector({ look: 30 });
const api = await createFaceApiDetector({ detector: 'tiny' });
const parts = 'crop, dynamic image and flow (farneback)';
await time('face-mesh, alone', following(mesh));
await time(`face-mesh, ${parts}`, windowOf(following(mesh)));
await time('face-api, tiny, alone', following(api));
await time(`face-api, tiny, ${parts}`, windowOf(following(api)));
const [{ points: known }] = await mesh(pictures[0]);
await time(
  `landmarks given, ${parts}`,
  windowOf(async () => known),
);
if (!values['no-csv']) saveRows('live', rows, ['what', 'backend', 'hardware']);
