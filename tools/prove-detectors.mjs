// Finds the faces of a photograph (it comes with @vladmandic/face-api) with every detector on every backend that starts here: cpu, wasm, webgpu and tfjs-node in Node, each in a
// process of its own, which must not crash; wasm, webgl and webgpu in headless Chromium. Says how far their points and scores are from those of wasm in Node.
//
//   node tools/prove-detectors.mjs [--only 'chromium.*mesh'] [--no-csv]      results: benchmarks/results/detectors.csv
//
// Packages must be built. Graphics run on the processor (SwiftShader) where there is no other. Exit status 1 where points are more than 0.5 pixel away or a score more than 0.01, in
// a picture of 320 x 240, or a process crashes.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import sharp from 'sharp';
import { saveRows } from '../benchmarks/parts/results.mjs';
import { withPages } from './chromium.mjs';

const limits = { points: 0.5, score: 0.01 };
const here = fileURLToPath(import.meta.url);
const representations = join(dirname(here), '../packages/representations');
const { values } = parseArgs({
  options: { only: { type: 'string', default: '' }, 'no-csv': { type: 'boolean', default: false } },
});

const detectors = ['face-mesh', 'face-api tiny', 'face-api ssd'];
const [width, height] = [320, 240];

/** Two people of the photograph. */
const photograph = async () => {
  const picture = sharp(join(representations, 'node_modules/@vladmandic/face-api/demo/sample4.jpg'));
  return picture.resize(640).extract({ left: 100, top: 0, width, height }).removeAlpha().raw().toBuffer();
};

// what a process of its own, or a page, does
const work = `
import * as tf from '@tensorflow/tfjs-core';
import { useBackend } from '@mer/backends';
import { createFaceApiDetector, createFaceMeshDetector } from '@mer/representations';

export async function look(backend, detector, bytes, browser) {
  const begun = performance.now();
  const { name } = await useBackend(backend);
  const detect = detector === 'face-mesh'
    ? await createFaceMeshDetector(browser && { models: browser.mesh, loadGraphModel: browser.loadGraphModel })
    : await createFaceApiDetector({ detector: detector.split(' ')[1], ...(browser && { faceapi: browser.faceapi, models: browser.faces }) });
  const image = tf.tensor3d(Float32Array.from(bytes, (value) => value / 255), [${height}, ${width}, 3]);
  const before = tf.memory().numTensors;
  const faces = await detect(image);
  const left = tf.memory().numTensors - before;
  const active = tf.getBackend();
  const seconds = (performance.now() - begun) / 1000;
  return { name, active, left, seconds, faces: faces.map(({ score, points }) => ({ score, points })) };
}
`;

/** Runs one detector on one backend in a process of its own. */
function inNode(backend, detector, folder) {
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    [join(folder, 'node.mjs'), backend, detector, join(folder, 'image.bin')],
    {
      encoding: 'utf8',
      timeout: 600_000,
      env: { VK_ICD_FILENAMES: '/usr/lib/chromium/vk_swiftshader_icd.json', ...process.env },
    },
  );
  const line = stdout.split('\n').find((text) => text.startsWith('{'));
  const ended = status === 0 ? '' : `its process ended with ${signal ?? `status ${status}`}`;
  if (line !== undefined) return { ...JSON.parse(line), ...(ended && { crashed: ended }) };
  return { crashed: `${ended}: ${stderr.trim().split('\n').at(-1)}` };
}

const bundle = (contents, outfile, platform) =>
  build({
    stdin: { contents, resolveDir: representations, loader: 'js' },
    ...{ outfile, platform, bundle: true, format: 'esm', logLevel: 'error', target: 'es2022' },
    nodePaths: [join(representations, 'node_modules')],
    ...(platform === 'node'
      ? { packages: 'external' }
      : { external: ['node:*', 'fs', 'path', 'util', 'os', 'module'] }),
  });

// beside the packages, so that Node finds them
const folder = mkdtempSync(join(representations, 'node_modules', '.prove-detectors-'));
const site = mkdtempSync(join(tmpdir(), 'mer-prove-detectors-'));
const pattern = new RegExp(values.only);
const rows = [];
let failed = false;
let reference = {};

function furthest(faces, known) {
  const byPlace = (some) => [...some].sort((a, b) => a.points[30][0] - b.points[30][0]);
  const [a, b] = [byPlace(faces), byPlace(known)];
  let [points, score] = [0, 0];
  for (const [i, face] of a.entries()) {
    score = Math.max(score, Math.abs(face.score - b[i].score));
    for (const [k, [x, y]] of face.points.entries()) {
      points = Math.max(points, Math.hypot(x - b[i].points[k][0], y - b[i].points[k][1]));
    }
  }
  return { points, score };
}

function note(where, backend, detector, found) {
  const known = reference[detector];
  const row = { where, backend, detector, faces: '', points_px: '', score: '', leaked: '', seconds: '', ended: '' };
  if (found.absent) row.ended = `not here: ${found.absent}`;
  else if (found.error) row.ended = `refused: ${found.error.split('\n')[0]}`;
  else if (found.faces) {
    const { faces, active, left, seconds } = found;
    const off = known && known.length === faces.length ? furthest(faces, known) : undefined;
    Object.assign(row, {
      faces: String(faces.length),
      ...(off && { points_px: off.points.toFixed(4), score: off.score.toFixed(5) }),
      leaked: String(left),
      seconds: seconds.toFixed(1),
      ended: found.crashed ?? (active === backend || backend === 'node' ? 'well' : `well, ${active} active after it`),
    });
    if (!off || off.points > limits.points || off.score > limits.score) failed = true;
  } else row.ended = found.crashed;
  if (found.crashed) failed = true;
  rows.push(row);
  console.log(Object.values(row).join(' | '));
}

try {
  writeFileSync(join(folder, 'image.bin'), await photograph());
  const absent = `Cannot use the backend|not installed|must be installed|no adapter`;
  await bundle(
    `${work}
import { readFileSync } from 'node:fs';
const [backend, detector, file] = process.argv.slice(2);
try {
  console.log(JSON.stringify(await look(backend, detector, readFileSync(file))));
} catch (error) {
  console.log(JSON.stringify(/${absent}/.test(error.message) ? { absent: error.message } : { error: error.message }));
}
process.exit(0);`,
    join(folder, 'node.mjs'),
    'node',
  );
  for (const detector of detectors) {
    const found = inNode('wasm', detector, folder);
    reference = { ...reference, [detector]: found.faces };
    if (pattern.test(`node wasm ${detector}`)) note('node', 'wasm', detector, found);
  }
  for (const backend of ['cpu', 'webgpu', 'node']) {
    for (const detector of detectors) {
      if (pattern.test(`node ${backend} ${detector}`))
        note('node', backend, detector, inNode(backend, detector, folder));
    }
  }
  await bundle(
    `${work}
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import * as faceapi from '@vladmandic/face-api/dist/face-api.esm-nobundle.js';
const asked = new URLSearchParams(location.search);
try {
  // face-api reads values at once, which webgpu cannot
  if (asked.get('backend') === 'webgpu') await useBackend('wasm');
  const bytes = new Uint8Array(await (await fetch('image.bin')).arrayBuffer());
  const addresses = { mesh: new URL('mesh', location.href).href, faces: new URL('faces', location.href).href };
  window.outcome = await look(asked.get('backend'), asked.get('detector'), bytes, { ...addresses, loadGraphModel, faceapi });
} catch (error) {
  window.outcome = { error: String(error.message ?? error) };
}`,
    join(site, 'page.js'),
    'browser',
  );
  writeFileSync(join(site, 'index.html'), '<!doctype html><script type="module" src="page.js"></script>');
  cpSync(join(folder, 'image.bin'), join(site, 'image.bin'));
  cpSync(join(representations, 'node_modules/@vladmandic/human/models'), join(site, 'mesh'), { recursive: true });
  cpSync(join(representations, 'node_modules/@vladmandic/face-api/model'), join(site, 'faces'), { recursive: true });
  await withPages(site, async (open) => {
    for (const backend of ['wasm', 'webgl', 'webgpu']) {
      for (const detector of detectors) {
        if (!pattern.test(`chromium ${backend} ${detector}`)) continue;
        const address = `index.html?backend=${backend}&detector=${encodeURIComponent(detector)}`;
        note('chromium', backend, detector, await open(address).catch((error) => ({ crashed: error.message })));
      }
    }
  });
  if (!values['no-csv'] && values.only === '') saveRows('detectors', rows, ['where', 'backend', 'detector']);
} finally {
  rmSync(folder, { recursive: true, force: true });
  if (existsSync(site)) rmSync(site, { recursive: true, force: true });
}
if (failed) {
  console.error(
    `Cannot accept the detectors as every backend must find what wasm finds, within ${limits.points} pixel and ${limits.score} of the score, and no process may crash: see above`,
  );
  process.exitCode = 1;
}
