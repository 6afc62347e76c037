// Optical flow and dynamic images on each backend beside OpenCV and numpy on one thread: one step of each in turn, so that
// whatever else the machine does falls on all of them; medians, and medians of the ratios of neighbouring steps.
//
//   node benchmarks/representations.mjs [--backends cpu,wasm] [--rounds 11] [--warmup 1] [--workloads tvl1,farneback,dynamic-image]
//                                      [--sizes 64x64,224x224,640x480,64x224x224x3] [--data ../shared/data] [--python /usr/bin/python3] [--no-csv]
//
// A graphics adapter in software (SwiftShader) takes over ten minutes for TV-L1 on 224x224: it gets 64x64, which nothing else gets.
// Packages must be built. Frames are those of <data>/face-clip where there is one, made-up ones elsewhere.
// Results: benchmarks/results/representations.csv.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { backendTraits, useBackend } from '@mer/backends';
import { readImage } from '@mer/io';
import { dynamicImage, gray, opticalFlow, resize } from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { values: options } = parseArgs({
  options: {
    backends: { type: 'string', default: 'cpu,wasm' },
    rounds: { type: 'string', default: '11' },
    warmup: { type: 'string', default: '1' },
    workloads: { type: 'string', default: 'tvl1,farneback,dynamic-image' },
    sizes: { type: 'string', default: '64x64,224x224,640x480,64x224x224x3' },
    data: { type: 'string', default: here('../../shared/data') },
    python: { type: 'string' },
    'no-csv': { type: 'boolean', default: false },
  },
});
const [rounds, warmup] = [Number(options.rounds), Number(options.warmup)];
const backends = options.backends.split(',');
const sizes = { '64x64': [64, 64], '224x224': [224, 224], '640x480': [480, 640] };
const workloads = [
  ['tvl1', '64x64'],
  ['tvl1', '224x224'],
  ['tvl1', '640x480'],
  ['farneback', '224x224'],
  ['farneback', '640x480'],
  ['dynamic-image', '64x224x224x3'],
];
const chosen = workloads.filter(
  ([name, size]) => options.workloads.split(',').includes(name) && options.sizes.split(',').includes(size),
);
const folder = mkdtempSync(join(tmpdir(), 'mer-bench-'));

/** Grey bytes of two neighbouring frames in each size, and 64 frames of random floats, for both sides alike. */
async function inputs() {
  await useBackend('cpu');
  const clip = join(options.data, 'face-clip');
  const real = existsSync(clip);
  const pairs = {};
  for (const [name, [height, width]] of Object.entries(sizes)) {
    pairs[name] = [];
    for (const i of [0, 1]) {
      let grey;
      if (real) {
        const image = await readImage(join(clip, `img${[1, 6][i]}.jpg`));
        // a part with the shape of the target
        const side = Math.min(image.shape[0], Math.round((image.shape[1] * height) / width));
        const across = Math.round((side * width) / height);
        const part = tf.slice(image, [0, Math.round((image.shape[1] - across) / 2), 0], [side, across, 3]);
        grey = gray(resize(part, { size: [height, width], antialias: false })).dataSync();
      } else {
        grey = Float32Array.from({ length: height * width }, (_, p) => {
          const [x, y] = [p % width, Math.floor(p / width)];
          const bump = i * Math.exp(-((x - 0.4 * width) ** 2 + (y - 0.6 * height) ** 2) / (0.02 * width * height));
          const [u, v] = [x - 1.4 * bump, y + 0.8 * bump];
          return (
            0.5 +
            0.15 * Math.sin(0.21 * u + 0.13 * v) +
            0.15 * Math.cos(0.31 * v - 0.07 * u) +
            0.1 * Math.sin(0.9 * u * Math.sin(0.02 * v))
          );
        });
      }
      const bytes = Uint8Array.from(grey, (value) => Math.round(255 * Math.min(1, Math.max(0, value))));
      writeFileSync(join(folder, `${name}-${i}.raw`), bytes);
      pairs[name].push(bytes);
    }
  }
  const frames = new Float32Array(64 * 224 * 224 * 3);
  let state = 1;
  for (let p = 0; p < frames.length; p++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    frames[p] = state / 2 ** 32;
  }
  writeFileSync(join(folder, 'frames.raw'), frames);
  return { pairs, frames, source: real ? 'face-clip' : 'made up' };
}

/** This package on one backend. */
async function merRunner(name, { pairs, frames }) {
  const info = await useBackend(name);
  const tensors = {};
  for (const [size, shape] of Object.entries(sizes)) {
    tensors[size] = pairs[size].map((bytes) =>
      tf.tensor2d(
        Float32Array.from(bytes, (value) => value / 255),
        shape,
      ),
    );
  }
  const clip = tf.tensor4d(frames, [64, 224, 224, 3]);
  return {
    label: name,
    info,
    takes: (workload, size) =>
      workload !== 'tvl1' || (size === '64x64') === /swiftshader|llvmpipe|software/i.test(info.device),
    async step(workload, size) {
      await tf.setBackend(info.name);
      const start = performance.now();
      const result =
        workload === 'dynamic-image'
          ? dynamicImage(clip, { scaling: 'none' })
          : opticalFlow(...tensors[size], workload);
      // only a graphics card works on after the call
      if (backendTraits(info.name).onDevice) await result.data();
      const time = performance.now() - start;
      result.dispose();
      return time;
    },
    end: () => {},
  };
}

function findPython() {
  return [options.python, 'python3', '/usr/bin/python3']
    .filter((name) => name !== undefined)
    .find((name) => spawnSync(name, ['-c', 'import cv2; cv2.optflow'], { stdio: 'ignore' }).status === 0);
}

/** OpenCV and numpy, in a process of their own. */
async function pythonRunner(python) {
  const child = spawn(python, [here('../tools/representations/bench-opencv.py'), folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error('Cannot benchmark OpenCV as its process ended');
    return value;
  };
  return {
    label: 'opencv',
    info: JSON.parse(await next()),
    takes: () => true,
    async step(workload, size) {
      child.stdin.write(`${workload} ${size}\n`);
      return Number(await next());
    },
    end: () => child.stdin.end(),
  };
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];
try {
  const data = await inputs();
  const runners = [];
  const python = findPython();
  if (python) runners.push(await pythonRunner(python));
  else console.error('No Python with OpenCV and its contributed modules here: no ratios.');
  for (const name of backends) runners.push(await merRunner(name, data));
  const hardware = `${cpus()[0].model.trim()} x ${cpus().length}`;
  const rows = [];
  for (const [workload, size] of chosen) {
    const present = runners.filter(({ takes }) => takes(workload, size));
    if (present.every(({ label }) => label === 'opencv')) continue;
    const times = new Map(present.map((runner) => [runner, []]));
    const ratios = new Map(present.map((runner) => [runner, []]));
    for (let round = -warmup; round < rounds; round++) {
      const now = new Map();
      for (const runner of present) now.set(runner, await runner.step(workload, size));
      if (round < 0) continue;
      const other = now.get(present.find(({ label }) => label === 'opencv'));
      for (const [runner, time] of now) {
        times.get(runner).push(time);
        if (other !== undefined) ratios.get(runner).push(time / other);
      }
    }
    const reference = present.find(({ label }) => label === 'opencv');
    for (const runner of present) {
      if (runner === reference) continue;
      const ratio = reference ? median(ratios.get(runner)).toFixed(3) : '';
      const { info } = runner;
      const other = reference?.info;
      rows.push({
        date: new Date().toISOString().slice(0, 10),
        workload,
        size,
        backend: runner.label,
        median_ms: median(times.get(runner)).toFixed(2),
        best_ms: Math.min(...times.get(runner)).toFixed(2),
        reference: other ? (workload === 'dynamic-image' ? `numpy ${other.numpy}` : `OpenCV ${other.opencv}`) : '',
        reference_median_ms: reference ? median(times.get(reference)).toFixed(2) : '',
        ratio,
        rounds,
        frames: workload === 'dynamic-image' ? 'random' : data.source,
        device: info.device,
        tfjs: info.version,
        node: process.version,
        hardware,
      });
      const { median_ms: time, reference: name, reference_median_ms: theirs } = rows.at(-1);
      console.log(
        `${workload} ${size} ${runner.label}: ${time} ms, ${name || '-'} ${theirs || '-'} ms, ${ratio || '-'} x`,
      );
    }
  }
  for (const runner of runners) runner.end();
  if (!options['no-csv']) {
    const file = here('results/representations.csv');
    mkdirSync(here('results'), { recursive: true });
    const line = (row) =>
      Object.values(row)
        .map((value) => `"${String(value).replaceAll('"', '""')}"`)
        .join(',');
    // rows of other machines and runners stay
    const key = (text) => text.split('","').slice(1, 4).concat(text.split('","').slice(-1)).join();
    const lines = rows.map(line);
    const fresh = new Set(lines.map(key));
    const kept = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').slice(1) : [];
    const header = Object.keys(rows[0]).join(',');
    writeFileSync(file, `${[header, ...kept.filter((text) => !fresh.has(key(text))), ...lines].join('\n')}\n`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
// Dawn keeps the process alive
process.exit(0);
