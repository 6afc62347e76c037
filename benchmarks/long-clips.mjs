// Long clips through every representation: memory and seconds for 2,000 JPEG frames of 640x480 and for 8 of 3840x2160. Frames are read
// when they are needed, each representation in a process of its own; tensors that lie there before must be the same afterwards.
//
//   node benchmarks/long-clips.mjs [--frames 2000] [--only 'long|midi'] [--backend wasm] [--no-csv]
//
// Packages must be built. `--only` chooses among '<clip> <representation>'. A representation that needs all frames at once and has no room
// for them is a row too: refused, with nothing overwritten. Results: benchmarks/results/long-clips.csv.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { link, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { useBackend } from '@mer/backends';
import { openFolder, openFrames } from '@mer/datasets';
import { createRepresentation, representations } from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';
import { hardware, saveRows } from './parts/results.mjs';

const { values: options } = parseArgs({
  options: {
    frames: { type: 'string', default: '2000' },
    only: { type: 'string', default: '' },
    backend: { type: 'string', default: 'wasm' },
    'no-csv': { type: 'boolean', default: false },
    // of a process of one row: folder, representation
    one: { type: 'string', multiple: true },
  },
});

const MIB = 2 ** 20;

/** Makes one representation of the frames of a folder; what is told goes to standard output as JSON. */
async function makeOne(folder, name) {
  await useBackend(options.backend);
  const sentinels = [1000, 1_000_000, 1_000_000].map((size) => tf.range(0, size));
  const files = readdirSync(folder).sort();
  const opened = await openFrames(await openFolder(folder), files);
  let read = 0;
  const frames = {
    shape: opened.shape,
    async read(first, count) {
      const part = await opened.read(first, count);
      read += count;
      return part;
    },
  };
  const last = files.length - 1;
  const clip = { frames, onset: 0, apex: Math.round(0.45 * last), offset: last };
  const step = createRepresentation(name);
  const began = [performance.now(), process.cpuUsage()];
  let result = 'made';
  try {
    const image = await step.applyAsync(clip);
    const finite = tf.tidy(() => tf.all(tf.isFinite(image)).dataSync()[0]);
    if (!finite) result = 'not finite';
    image.dispose();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    result = 'refused';
    console.error(error.message);
  }
  const { user, system } = process.cpuUsage(began[1]);
  const seconds = (performance.now() - began[0]) / 1000;
  const same = sentinels.every((tensor) => tensor.dataSync().every((value, i) => value === i));
  const sound = tf.tidy(() => tf.sum(tf.ones([1000])).dataSync()[0]) === 1000;
  const bytes = 4 * frames.shape.reduce((product, size) => product * size);
  console.log(
    JSON.stringify({
      result,
      streams: step.streams,
      frames_read: read,
      seconds: seconds.toFixed(1),
      cpu_seconds: ((user + system) / 1e6).toFixed(1),
      peak_rss_mib: Math.round(process.resourceUsage().maxRSS / 1024),
      heap_mib: options.backend === 'wasm' ? Math.round(tf.backend().wasm.HEAPU8.length / MIB) : '',
      all_frames_mib: Math.round(bytes / MIB),
      sentinels: same && sound && tf.memory().numTensors === sentinels.length ? 'unchanged' : 'CHANGED',
    }),
  );
}

/** Writes JPEG frames of a texture that moves there and back; 64 pictures, of which frames are links. */
async function writeFrames(folder, count, width, height) {
  const sharp = createRequire(new URL('../packages/io/package.json', import.meta.url))('sharp');
  mkdirSync(folder, { recursive: true });
  const pictures = Math.min(count, 64);
  for (let p = 0; p < pictures; p++) {
    const shift = 4 * Math.sin((Math.PI * p) / (pictures - 1));
    const data = new Uint8Array(width * height * 3);
    for (let y = 0, i = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const value =
          128 + 45 * Math.sin((x - shift) / 9) + 35 * Math.cos(y / 7) + 20 * Math.sin(((x - shift) * y) / 3e3);
        for (const part of [1, 0.9, 0.8]) data[i++] = value * part;
      }
    }
    const raw = { width, height, channels: 3 };
    await writeFile(join(folder, `picture${p}`), await sharp(data, { raw }).jpeg({ quality: 92 }).toBuffer());
  }
  for (let frame = 0; frame < count; frame++) {
    const picture = join(folder, `picture${Math.round((frame / (count - 1)) * (pictures - 1))}`);
    await link(picture, join(folder, `img${String(frame).padStart(5, '0')}.jpg`));
  }
  for (let p = 0; p < pictures; p++) rmSync(join(folder, `picture${p}`));
}

if (options.one) await makeOne(...options.one);
else {
  const home = mkdtempSync(join(tmpdir(), 'mer-long-clips-'));
  const clips = { long: [Number(options.frames), 640, 480], large: [8, 3840, 2160] };
  const rows = [];
  const key = ['frames', 'size', 'representation', 'backend', 'hardware'];
  try {
    for (const [clip, [count, width, height]] of Object.entries(clips)) {
      const names = Object.keys(representations).filter((name) => new RegExp(options.only).test(`${clip} ${name}`));
      if (names.length > 0) await writeFrames(join(home, clip), count, width, height);
      for (const representation of names) {
        const args = ['--one', join(home, clip), '--one', representation, '--backend', options.backend];
        const child = spawnSync(process.execPath, [fileURLToPath(import.meta.url), ...args], {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        if (child.status !== 0)
          throw new Error(`Cannot measure ${representation} as its process ended: ${child.status}`);
        const row = {
          date: new Date().toISOString().slice(0, 10),
          frames: count,
          size: `${width}x${height}`,
          representation,
          backend: options.backend,
          ...JSON.parse(child.stdout),
          tfjs: tf.version_core,
          node: process.version,
          hardware: hardware(),
        };
        rows.push(row);
        if (!options['no-csv']) saveRows('long-clips', [row], key);
        console.log(Object.values(row).slice(1, 14).join('  '));
      }
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
  process.exitCode = rows.every(({ sentinels }) => sentinels === 'unchanged') ? 0 : 1;
}
