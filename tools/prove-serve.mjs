// A whole `mer serve` under load: many requests at a time, hostile uploads, and SIGTERM. Results: benchmarks/results/serve.csv.
//
//   npm run nightly:serve [-- --requests 1000 --mutated 10000 --at-a-time 8 --workers 2 --seed 1 --write]     needs a build; videos are tried where ffmpeg is
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { useBackend } from '@mer/backends';
import { encodeImage, encodeNpy } from '@mer/io';
import { createModel, exportWeights, modelParameters } from '@mer/models';
import { MULBERRY32_STEP, mulberry32 } from '@mer/options/random';
import { encodeWeights, modelFileText, QUALITY } from '@mer/predictor';
import * as tf from '@tensorflow/tfjs-core';
import { zipOf } from './fuzz/zip-writer.mjs';

const { values: given } = parseArgs({
  options: {
    requests: { type: 'string', default: '1000' },
    mutated: { type: 'string', default: '10000' },
    'at-a-time': { type: 'string', default: '8' },
    workers: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
    write: { type: 'boolean', default: false },
  },
});
const [requests, mutated, atATime, workers, seed] = ['requests', 'mutated', 'at-a-time', 'workers', 'seed'].map(
  (name) => Number(given[name]),
);
const table = fileURLToPath(new URL('../benchmarks/results/serve.csv', import.meta.url));
const bin = fileURLToPath(new URL('../packages/cli/bin/mer.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'mer-prove-serve-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
/** Seconds of each part of a request, and of all of it: what a client may wait. */
const LIMITS = { uploadSeconds: 10, waitSeconds: 20, predictSeconds: 10 };
const MOST_SECONDS = LIMITS.uploadSeconds + LIMITS.waitSeconds + LIMITS.predictSeconds;

/** Whole numbers below a bound, by chance, that come again. */
function randomOf(state) {
  let at = state;
  return (below) => {
    at = (at + MULBERRY32_STEP) | 0;
    return mulberry32(at) % below;
  };
}

/** A network with weights by chance, exported. */
async function writeNetwork(place) {
  await useBackend('wasm');
  const options = { classes: 3, inputShape: [28, 28, 3], seed: 1 };
  const model = createModel('ststnet', options);
  const parameters = modelParameters(model);
  const bytes = encodeWeights(await exportWeights(model), { encoding: 'float32', parameters });
  const hash = Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('hex');
  mkdirSync(place);
  writeFileSync(join(place, 'weights-1.safetensors'), bytes);
  const file = {
    ...{ format: 1, name: 'a network to be asked', classes: ['negative', 'positive', 'surprise'], samples: 'clips' },
    description: 'STSTNet with weights by chance: it shows how a service behaves, not what a face shows.',
    model: { name: 'ststnet', options: { classes: 3, inputShape: [28, 28, 3] } },
    ...{ frames: { color: false }, preprocessing: [], frameRates: [30], marks: ['onset', 'apex'] },
    inputs: [
      {
        name: 'image',
        steps: [
          { step: 'uv-strain', options: { flow: 'farneback' } },
          { step: 'resize', options: { size: 28 } },
        ],
        shape: [28, 28, 3],
      },
    ],
    ...{ face: { by: 'cut', size: 64 }, quality: QUALITY },
    data: [{ name: 'generated', samples: null, subjects: null }],
    license: { weights: 'MIT', data: 'not stated' },
    expected: { note: 'Weights by chance: no score.', evaluation: null },
    weights: [{ file: 'weights-1.safetensors', bytes: bytes.length, sha256: hash, seed: 1 }],
    ...{ encoding: 'float32', parts: [], versions: {}, created: '2026-01-01T00:00:00Z' },
  };
  writeFileSync(join(place, 'model.json'), modelFileText(file));
}

const SIDE = 64;
const COUNT = 9;

/** Bytes of frames in which a mouth opens and closes. */
function movingFrames() {
  const frames = [];
  const texture = (x, y) => 0.5 + 0.2 * Math.sin(x * 0.9) * Math.cos(y * 0.7) + 0.2 * Math.sin(x * 0.31 + y * 0.43);
  for (let t = 0; t < COUNT; t++) {
    const height = Math.sin((Math.PI * t) / (COUNT - 1)) * 4;
    const bytes = new Uint8Array(SIDE * SIDE);
    for (let i = 0; i < bytes.length; i++) {
      const [x, y] = [i % SIDE, Math.floor(i / SIDE)];
      const near = Math.exp(-((x - 32) ** 2 + (y - 48) ** 2) / 120);
      bytes[i] = Math.round(255 * texture(x, y + near * height));
    }
    frames.push(bytes);
  }
  return frames;
}

async function formOf(files, fields) {
  const form = new FormData();
  for (const [i, file] of files.entries()) form.append('clip', new Blob([file]), `img${i + 1}.png`);
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  const packed = new Response(form);
  return { type: packed.headers.get('content-type'), body: Buffer.from(await packed.arrayBuffer()) };
}

/** What is sent: name, content type, body. */
async function uploads() {
  const frames = movingFrames();
  const pngs = [];
  const jpegs = [];
  for (const bytes of frames) {
    const tensor = tf.tensor3d(Float32Array.from(bytes), [SIDE, SIDE, 1]);
    pngs.push(Buffer.from(await encodeImage(tensor, 'png', { range: 'byte' })));
    jpegs.push(Buffer.from(await encodeImage(tensor, 'jpeg', { range: 'byte', quality: 98 })));
    tensor.dispose();
  }
  const data = new Uint8Array(Buffer.concat(frames));
  const marks = { onset: '0', apex: '4', offset: '8', fps: '30' };
  const found = [
    { name: 'png', ...(await formOf(pngs, { ...marks, heatMaps: 'true' })) },
    { name: 'jpeg', ...(await formOf(jpegs, { fps: '30' })) },
    {
      name: 'zip',
      type: 'application/zip',
      body: Buffer.from(zipOf(pngs.map((bytes, i) => ({ name: `img${i + 1}.png`, bytes, stored: i % 2 === 0 })))),
    },
    {
      name: 'npy',
      type: 'application/x-npy',
      body: Buffer.from(encodeNpy({ dtype: 'uint8', shape: [COUNT, SIDE, SIDE], data })),
    },
  ];
  try {
    const raw = ['-f', 'rawvideo', '-pix_fmt', 'gray', '-s', `${SIDE}x${SIDE}`, '-r', '30', '-i', 'pipe:0'];
    for (const name of ['mp4', 'avi']) {
      const file = join(folder, `clip.${name}`);
      const codec = name === 'mp4' ? ['-c:v', 'mpeg4', '-q:v', '2'] : ['-c:v', 'mjpeg', '-q:v', '2'];
      execFileSync('ffmpeg', ['-v', 'error', ...raw, ...codec, file], { input: data });
      found.push({ name, ...(await formOf([readFileSync(file)], {})) });
    }
  } catch (error) {
    console.log(`no videos: ${error.message}`);
  }
  return found;
}

/** Starts the service as users do; its log is kept. */
async function startService(network, more = []) {
  const limits = Object.entries(LIMITS).flatMap(([name, value]) => ['--limit', `${name}=${value}`]);
  const flags = [
    '--port',
    '0',
    '--workers',
    String(workers),
    '--face',
    'fills',
    '--backend',
    'wasm',
    ...limits,
    ...more,
  ];
  const child = spawn(process.execPath, [bin, 'serve', network, ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: join(folder, 'tmp') },
  });
  // a fault of this script leaves no service behind
  process.once('exit', () => child.kill('SIGKILL'));
  const log = [];
  let rest = '';
  child.stdout.on('data', (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop();
    log.push(...lines.map((line) => JSON.parse(line)));
  });
  let said = '';
  const url = await new Promise((resolve, reject) => {
    child.stderr.on('data', (chunk) => {
      said += chunk;
      const [, found] = /at (http:\S+):/.exec(said) ?? [];
      if (found) resolve(found);
    });
    child.once('exit', (code) => reject(new Error(`mer serve ended with ${code}: ${said}`)));
  });
  const exited = new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code)));
  return { child, url, log, exited };
}

/** Sends one request; what came of it, whatever it was. */
function send(url, { type, body, path = '/predict', headers = {} }, agent) {
  const began = performance.now();
  return new Promise((resolve) => {
    const done = (outcome) => resolve({ ...outcome, seconds: (performance.now() - began) / 1000 });
    const sent = httpRequest(
      url + path,
      { method: 'POST', agent, headers: { 'content-type': type, 'content-length': body.length, ...headers } },
      (reply) => {
        const parts = [];
        reply.on('data', (part) => parts.push(part));
        reply.on('end', () =>
          done({ status: reply.statusCode, headers: reply.headers, text: Buffer.concat(parts).toString() }),
        );
        reply.on('error', (error) => done({ error: error.code }));
      },
    );
    sent.on('error', (error) => done({ error: error.code ?? error.message }));
    sent.setTimeout((MOST_SECONDS + 20) * 1000, () => sent.destroy(new Error('no answer in time')));
    sent.end(body);
  });
}

/** Calls `work(i)` for every i below `count`, so many at a time. */
async function each(count, lanes, work) {
  let next = 0;
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      while (next < count) await work(next++);
    }),
  );
}

async function memoryOf(url) {
  const text = await (await fetch(`${url}/metrics`)).text();
  const figure = (pattern) => [...text.matchAll(pattern)].reduce((sum, [, value]) => sum + Number(value), 0) / 2 ** 20;
  return {
    service: figure(/^process_resident_memory_bytes (\S+)/gm),
    workers: figure(/^mer_worker_memory_bytes\{[^}]*\} (\S+)/gm),
  };
}

const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
const rows = [];
const faults = [];
const expectThat = (holds, fault) => {
  if (!holds) faults.push(fault);
};

function addRow(part, figures) {
  const load = loadavg()[0].toFixed(1);
  const row = { part, ...figures, at_a_time: atATime, workers, load_1min: load };
  rows.push(row);
  console.log(JSON.stringify(row));
}

const isSentence = ({ text }) => {
  try {
    const { answered, code, reason } = JSON.parse(text);
    return answered === false && /^[a-z-]+$/.test(code) && /^\S[^\n]{10,}/.test(reason);
  } catch {
    return false;
  }
};

/** Memory goes up and down as it is swept: of ten looks the most of the later half may not be far above that of the first. */
function expectFlat(memory) {
  const half = memory.length >> 1;
  for (const who of ['service', 'workers']) {
    const most = (looks) => Math.max(...looks.map((one) => one[who]));
    const [early, late] = [most(memory.slice(0, half)), most(memory.slice(half))];
    expectThat(late < early * 1.1 + 15, `the memory of ${who} grew from ${early.toFixed(0)} to ${late.toFixed(0)} MiB`);
  }
}

const mibOf = (memory, who) => memory.map((one) => one[who].toFixed(0)).join(' ');

/** Whether answers to the same clip are the same, how long they take, and what memory does. */
async function load(url, clips) {
  const agent = new Agent({ keepAlive: true, maxSockets: atATime });
  const first = new Map();
  for (const clip of clips) {
    const reply = await send(url, clip, agent);
    expectThat(reply.status === 200, `${clip.name}: ${reply.status ?? reply.error} ${reply.text}`);
    first.set(clip.name, reply.text);
  }
  const seconds = [];
  const memory = [];
  let lost = 0;
  let other = 0;
  const began = performance.now();
  await each(requests, atATime, async (i) => {
    const clip = clips[i % clips.length];
    const reply = await send(url, clip, agent);
    if (reply.status !== 200) lost++;
    else if (reply.text !== first.get(clip.name)) other++;
    seconds.push(reply.seconds);
    if ((i + 1) % Math.max(1, Math.floor(requests / 10)) === 0) memory.push(await memoryOf(url));
  });
  const wall = (performance.now() - began) / 1000;
  agent.destroy();
  seconds.sort((a, b) => a - b);
  expectThat(lost === 0, `${lost} requests had no answer`);
  expectThat(other === 0, `${other} answers were others than at first`);
  expectFlat(memory);
  addRow('load', {
    requests,
    answered: requests - lost,
    lost,
    p50_s: quantile(seconds, 0.5).toFixed(3),
    p99_s: quantile(seconds, 0.99).toFixed(3),
    longest_s: seconds.at(-1).toFixed(3),
    per_second: (requests / wall).toFixed(1),
    service_mib: mibOf(memory, 'service'),
    workers_mib: mibOf(memory, 'workers'),
  });
}

/** A body that was changed by chance: its bytes, its length, its kind, its fields. */
function mutate({ type, body }, random) {
  let bytes = Buffer.from(body);
  const place = () => random(Math.max(1, bytes.length));
  for (let n = 1 + random(4); n > 0; n--) {
    const at = place();
    switch (random(9)) {
      case 0:
        bytes[at] = random(256);
        break;
      case 1:
        bytes[at] ^= 1 << random(8);
        break;
      case 2:
        bytes = bytes.subarray(0, at);
        break;
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + random(200)))]);
        break;
      case 4:
        bytes = Buffer.concat([
          bytes.subarray(0, at),
          Buffer.from(Array.from({ length: random(100) }, () => random(256))),
          bytes.subarray(at),
        ]);
        break;
      case 5: {
        const from = place();
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(from, from + random(1000)), bytes.subarray(at)]);
        break;
      }
      case 6:
        bytes.fill([0, 255][random(2)], at, Math.min(bytes.length, at + random(64)));
        break;
      case 7:
        // a number of four bytes, as sizes and counts are written
        if (at + 4 <= bytes.length) bytes.writeUInt32BE([0, 1, 0x7fffffff, 0xffffffff, 0x80000000][random(5)], at);
        break;
      case 8:
        // near the begin, where headers are
        if (bytes.length > 0) bytes[random(Math.min(bytes.length, 400))] = random(256);
        break;
    }
    bytes = Buffer.from(bytes);
  }
  const types = [
    'video/mp4',
    'application/zip',
    'application/octet-stream',
    'multipart/form-data',
    'multipart/form-data; boundary=',
    'text/plain',
    '',
  ];
  const fields = [
    '',
    '?onset=1',
    '?onset=-1',
    '?fps=1e9',
    '?heatMaps=true',
    '?onset=5&offset=3',
    '?x=%00',
    `?${'a'.repeat(3000)}`,
  ];
  return {
    type: random(12) === 0 ? types[random(types.length)] : type,
    body: bytes,
    path: `/predict${random(12) === 0 ? fields[random(fields.length)] : ''}`,
    headers: random(60) === 0 ? { 'content-encoding': 'gzip' } : {},
  };
}

async function hostile(url, clips, service) {
  const agent = new Agent({ keepAlive: true, maxSockets: atATime });
  const counts = {};
  const unanswered = {};
  const memory = [];
  let longest = 0;
  let sentences = 0;
  let errors = 0;
  await each(mutated, atATime, async (i) => {
    const random = randomOf(seed * 1_000_003 + i);
    const sent = mutate(clips[i % clips.length], random);
    const reply = await send(url, sent, agent);
    if ((i + 1) % Math.max(1, Math.floor(mutated / 10)) === 0) {
      memory.push(await memoryOf(url));
      console.log(`${i + 1} of ${mutated}: ${JSON.stringify(counts)}`);
    }
    longest = Math.max(longest, reply.seconds);
    if (reply.error) {
      unanswered[reply.error] = (unanswered[reply.error] ?? 0) + 1;
      faults.push(`upload ${i} (${clips[i % clips.length].name}) had no answer: ${reply.error}`);
      return;
    }
    counts[reply.status] = (counts[reply.status] ?? 0) + 1;
    if (reply.status === 200) return;
    errors++;
    if (isSentence(reply)) sentences++;
    else faults.push(`upload ${i}: ${reply.status} is no sentence: ${reply.text.slice(0, 200)}`);
    if (reply.status === 500) faults.push(`upload ${i} (${clips[i % clips.length].name}): ${reply.text}`);
  });
  agent.destroy();
  expectThat(service.child.exitCode === null, 'the service ended');
  expectThat(longest < MOST_SECONDS, `an answer took ${longest.toFixed(1)} s`);
  const text = await (await fetch(`${url}/metrics`)).text();
  const restarts = Number(/^mer_worker_restarts (\d+)/m.exec(text)[1]);
  expectFlat(memory);
  addRow('hostile', {
    requests: mutated,
    answered: mutated - Object.values(unanswered).reduce((sum, count) => sum + count, 0),
    lost: Object.values(unanswered).reduce((sum, count) => sum + count, 0),
    longest_s: longest.toFixed(3),
    statuses: Object.entries(counts)
      .map((pair) => pair.join(':'))
      .join(' '),
    errors_that_are_sentences: `${sentences} of ${errors}`,
    worker_restarts: restarts,
    service_mib: mibOf(memory, 'service'),
    workers_mib: mibOf(memory, 'workers'),
  });
}

/** SIGTERM while requests come: each that was accepted is answered, each that came later is told so or finds nobody. */
async function stopped(network, clips) {
  const service = await startService(network);
  const agent = new Agent({ keepAlive: true, maxSockets: atATime });
  const counts = { answered: 0, refused: 0, nobody: 0, lost: 0 };
  let over = false;
  const lanes = Array.from({ length: atATime }, async (_, lane) => {
    for (let i = lane; !over; i++) {
      const reply = await send(service.url, clips[i % clips.length], agent);
      if (reply.status === 200) counts.answered++;
      else if (reply.status === 503 && isSentence(reply)) counts.refused++;
      else if (['ECONNREFUSED', 'ECONNRESET', 'EPIPE'].includes(reply.error)) counts.nobody++;
      else counts.lost++;
      if (reply.status !== 200) await new Promise((resolve) => setTimeout(resolve, 5));
    }
  });
  while (counts.answered < 2 * atATime) await new Promise((resolve) => setTimeout(resolve, 10));
  const began = performance.now();
  service.child.kill('SIGTERM');
  const code = await service.exited;
  const seconds = (performance.now() - began) / 1000;
  over = true;
  await Promise.all(lanes);
  agent.destroy();
  const told = (status) => service.log.filter((line) => line.route === '/predict' && line.status === status).length;
  const accepted = service.log.filter((line) => line.route === '/predict' && line.status !== 503).length;
  const lost = accepted - counts.answered + counts.lost;
  expectThat(code === 0, `mer serve ended with ${code}`);
  expectThat(
    lost === 0 && told(200) === counts.answered,
    `${accepted} requests were accepted, ${told(200)} answered, and ${counts.answered} answers arrived`,
  );
  addRow('SIGTERM', {
    requests: accepted + counts.refused,
    answered: counts.answered,
    lost,
    refused: counts.refused,
    found_nobody: counts.nobody,
    seconds_to_stop: seconds.toFixed(2),
    exit: code,
  });
}

mkdirSync(join(folder, 'tmp'));
const network = join(folder, 'network');
await writeNetwork(network);
const clips = await uploads();
console.log(`clips: ${clips.map(({ name, body }) => `${name} ${body.length}`).join(', ')}`);
const service = await startService(network);
await load(service.url, clips);
if (mutated > 0) await hostile(service.url, clips, service);
service.child.kill('SIGTERM');
expectThat((await service.exited) === 0, 'the service did not end well');
for (const line of service.log.filter(({ level }) => level >= 50).slice(0, 10))
  faults.push(`logged: ${JSON.stringify(line)}`);
await stopped(network, clips);
const left = readdirSync(join(folder, 'tmp'));
expectThat(left.length === 0, `left behind: ${left.join(', ')}`);

if (given.write) {
  const about = {
    seed,
    date: new Date().toISOString().slice(0, 10),
    node_version: process.version,
    hardware: cpus()[0].model.trim(),
  };
  const all = rows.map((row) => ({ ...row, ...about }));
  const columns = [...new Set(all.flatMap(Object.keys))];
  writeFileSync(
    table,
    `${[columns, ...all.map((row) => columns.map((column) => row[column] ?? ''))].map((cells) => cells.join(',')).join('\n')}\n`,
  );
}
for (const fault of faults.slice(0, 50)) console.error(fault);
if (faults.length > 0) console.error(`${faults.length} faults`);
process.exit(faults.length > 0 ? 1 : 0);
