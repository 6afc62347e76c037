// Warps a real clip by tracks that are known (turns up to 10 degrees, sizes 0.9 to 1.1, a tremor of 3 pixels), stabilizes it and says how far the tracks that are found are from
// those, in pixels of the clip over the 68 points of the face, and how much flow is left on the nose. Two clips: one frame held still, and the whole clip, whose head moves of itself:
// there the truth is the track that is found without the warp, and the nose of a head that turns and a face that wrinkles is not held to the limit of the flow.
//
//   node tools/prove-stabilize.mjs <folder of img1.jpg, img2.jpg, …> [--seeds 1,2,3] [--frames 60] [--out <folder for the contact sheets>]
//
// Packages must be built; needs @vladmandic/human and @tensorflow/tfjs-converter. Exit status 1 where a track is off by more than 0.5 pixel, or the nose keeps 0.1 pixel of flow.
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { useBackend } from '@mer/backends';
import { readImage, writeImage } from '@mer/io';
import { createFaceDetector, displayImage, headTrack, opticalFlow, stabilize, trackFaces } from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '1' },
    frames: { type: 'string', default: '60' },
    out: { type: 'string' },
  },
});
if (values.out !== undefined) mkdirSync(values.out, { recursive: true });
const [folder] = positionals;
if (folder === undefined) throw new Error('Usage: node tools/prove-stabilize.mjs <folder of img1.jpg, …>');
const limits = { track: 0.5, nose: 0.1 };

await useBackend('wasm');
const names = readdirSync(folder)
  .filter((name) => /^img\d+\.jpg$/.test(name))
  .sort((a, b) => Number.parseInt(a.slice(3), 10) - Number.parseInt(b.slice(3), 10))
  .slice(0, Number(values.frames));
const pictures = [];
for (const name of names) pictures.push(await readImage(join(folder, name)));
const [height, width, channels] = pictures[0].shape;

const apply = ([a, b, c, d, e, f], [x, y]) => [a * x + b * y + c, d * x + e * y + f];
const inverse = ([a, b, c, d, e, f]) => {
  const det = a * e - b * d;
  return [e / det, -b / det, (b * f - c * e) / det, -d / det, a / det, (c * d - a * f) / det];
};
/** First the second, then the first. */
const compose = ([a, b, c, d, e, f], [g, h, i, j, k, l]) => [
  ...[a * g + b * j, a * h + b * k, a * i + b * l + c],
  ...[d * g + e * j, d * h + e * k, d * i + e * l + f],
];

function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Where each frame's pixels come from: a slow turn and size about the middle of the face, and a tremor. */
function knownTrack(count, seed, [cx, cy]) {
  const next = random(seed);
  const [turnPhase, sizePhase] = [next() * 6.28, next() * 6.28];
  const [turnSpeed, sizeSpeed] = [0.08 + 0.2 * next(), 0.08 + 0.2 * next()];
  return Array.from({ length: count }, (_, t) => {
    const turn = ((10 * Math.PI) / 180) * Math.sin(turnPhase + turnSpeed * t);
    const size = 1 + 0.1 * Math.sin(sizePhase + sizeSpeed * t);
    const [a, d] = [size * Math.cos(turn), size * Math.sin(turn)];
    const [u, v] = [6 * next() - 3, 6 * next() - 3];
    return [a, -d, cx - a * cx + d * cy + u, d, a, cy - d * cx - a * cy + v];
  });
}

/** A frame seen through a transform, by cubic interpolation (Catmull and Rom), which blurs less than what is to be proved. */
function warp(values, transform) {
  const weights = (t) => [
    ((-0.5 * t + 1) * t - 0.5) * t,
    (1.5 * t - 2.5) * t * t + 1,
    ((-1.5 * t + 2) * t + 0.5) * t,
    (0.5 * t - 0.5) * t * t,
  ];
  const result = new Float32Array(values.length);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += channels) {
      const [sx, sy] = apply(transform, [x, y]);
      const [x0, y0] = [Math.floor(sx), Math.floor(sy)];
      const [wx, wy] = [weights(sx - x0), weights(sy - y0)];
      for (let j = 0; j < 4; j++) {
        const py = Math.min(height - 1, Math.max(0, y0 - 1 + j));
        for (let i = 0; i < 4; i++) {
          const px = Math.min(width - 1, Math.max(0, x0 - 1 + i));
          const from = (py * width + px) * channels;
          const weight = wx[i] * wy[j];
          for (let c = 0; c < channels; c++) result[at + c] += weight * values[from + c];
        }
      }
    }
  }
  // as a camera stores it
  return result.map((value) => Math.min(255, Math.max(0, Math.round(255 * value))) / 255);
}

const detect = await createFaceDetector('face-mesh');
const marks = { onset: 0, apex: null, offset: pictures.length - 1 };
const clipOf = (frames, landmarks) => ({ frames, ...marks, ...(landmarks && { landmarks }) });

/** The clip of pictures under a track. */
function warped(from, track) {
  const area = height * width * channels;
  const all = new Float32Array(track.length * area);
  for (const [t, transform] of track.entries()) all.set(warp(from[t % from.length].dataSync(), transform), t * area);
  return tf.tensor4d(all, [track.length, height, width, channels]);
}

/** Greatest and mean distance of where two transforms lead the points. */
function apart(found, known, points) {
  let [most, sum, worst] = [0, 0, 0];
  for (const [t, transform] of found.entries()) {
    for (const point of points) {
      const [a, b] = [apply(transform, point), apply(known[t], point)];
      const length = Math.hypot(a[0] - b[0], a[1] - b[1]);
      if (length > most) [most, worst] = [length, t];
      sum += length / found.length / points.length;
    }
  }
  return { most, mean: sum, worst };
}

/** Flow from the onset on the nose of a clip that is stabilized: the greatest over frames of its median, and its mean length. */
function noseFlow(frames, points) {
  const nose = points.slice(27, 36);
  const side = (axis) => {
    const some = nose.map((point) => point[axis]);
    return [Math.round(Math.min(...some)), Math.round(Math.max(...some)) + 1];
  };
  const [[left, right], [top, bottom]] = [side(0), side(1)];
  const lengths = [];
  let most = 0;
  for (let t = 1; t < frames.shape[0]; t++) {
    const [u, v] = tf.tidy(() => {
      const at = (i) => tf.squeeze(tf.slice(frames, [i, 0, 0, 0], [1, -1, -1, -1]), [0]);
      const flow = opticalFlow(at(0), at(t), 'farneback');
      const part = tf.slice(flow, [top, left, 0], [bottom - top, right - left, 2]);
      return tf.unstack(part, 2).map((one) => one.dataSync().slice());
    });
    const middle = (some) => [...some].sort((a, b) => a - b)[some.length >> 1];
    most = Math.max(most, Math.hypot(middle(u), middle(v)));
    for (let i = 0; i < u.length; i++) lengths.push(Math.hypot(u[i], v[i]));
  }
  return { most, mean: lengths.reduce((a, b) => a + b, 0) / lengths.length };
}

/** Rows of a few frames: the clip, the stabilized clip, and the flow from the onset that is left in it, a full pixel at its strongest. */
async function sheet(path, before, after, points) {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const [left, top] = [Math.max(0, Math.min(...xs) - 50), Math.max(0, Math.min(...ys) - 70)].map(Math.round);
  const size = [
    Math.min(after.shape[1] - top, Math.round(Math.max(...ys) + 40 - top)),
    Math.min(after.shape[2] - left, Math.round(Math.max(...xs) + 50 - left)),
  ];
  const cut = (frames, t) => tf.squeeze(tf.slice(frames, [t, top, left, 0], [1, ...size, -1]), [0]);
  const some = [0, 1, 2, 3, 4, 5].map((i) => Math.round((i * (after.shape[0] - 1)) / 5));
  const rows = [
    some.map((t) => cut(before, t)),
    some.map((t) => cut(after, t)),
    await Promise.all(some.map((t) => displayImage(opticalFlow(cut(after, 0), cut(after, t), 'farneback')))),
  ];
  const picture = tf.concat(
    rows.map((row) => tf.concat(row, 1)),
    0,
  );
  await writeImage(path, picture);
}

let failed = false;
for (const seed of values.seeds.split(',').map(Number)) {
  const own = await trackFaces(clipOf(tf.stack(pictures)), detect);
  const onset = own.landmarks[0].points;
  const still = [pictures[0]];
  for (const [name, from] of [
    ['one frame held still', still],
    ['the whole clip', pictures],
  ]) {
    const known = knownTrack(pictures.length, seed, onset[30]);
    known[0] = [1, 0, 0, 0, 1, 0];
    const frames = warped(from, known);
    const { landmarks } = await trackFaces(clipOf(frames), detect);
    const plain =
      from === still
        ? known.map(() => known[0])
        : await headTrack(clipOf(tf.stack(pictures), own.landmarks), { motion: 'similarity' });
    const truth = known.map((transform, t) => compose(inverse(transform), plain[t]));
    for (const [given, clip] of [
      ['each frame', clipOf(frames, landmarks)],
      ['the onset', clipOf(frames, landmarks.slice(0, 1))],
    ]) {
      const begun = process.cpuUsage();
      const found = await headTrack(clip, { motion: 'similarity' });
      const { user, system } = process.cpuUsage(begun);
      const off = apart(found, truth, onset);
      const stable = stabilize(clip, { motion: 'similarity' });
      const nose = noseFlow(stable.frames, onset);
      const row = {
        seed,
        clip: name,
        'landmarks of': given,
        'track off, px (most)': Number(off.most.toFixed(3)),
        'in frame': off.worst,
        '(mean)': Number(off.mean.toFixed(3)),
        'flow on the nose, px (most)': Number(nose.most.toFixed(3)),
        'flow (mean)': Number(nose.mean.toFixed(3)),
        'ms a frame': Math.round((user + system) / 1000 / found.length),
      };
      console.log(JSON.stringify(row));
      if (off.most > limits.track || (from === still && Math.max(nose.most, nose.mean) > limits.nose)) failed = true;
      if (values.out)
        await sheet(
          join(values.out, `${seed}-${from.length === 1 ? 'still' : 'moving'}.png`),
          frames,
          stable.frames,
          onset,
        );
      stable.frames.dispose();
    }
    frames.dispose();
  }
}
if (failed) {
  console.error(
    'Cannot accept the tracks as they must be within 0.5 pixel, and leave less than 0.1 pixel of flow on the nose: see above',
  );
  process.exitCode = 1;
}
