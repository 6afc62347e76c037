// Everything that runs on a graphics card, on webgpu in Node: the contract of the backends, full-size training steps and inference,
// optical flow and dynamic images, beside PyTorch on the same card where python3 has it with CUDA (TF32 off).
//
//   node benchmarks/gpu.mjs [--items contract,contract-on-card,train,infer,tvl1,dynamic-image] [--models afn,tsfmicro,resnet18,vit-b16] [--batch 32]
//                           [--rounds 7] [--limit 240] [--tiny] [--torch auto] [--python /usr/bin/python3] [--no-csv]
//   node benchmarks/gpu.mjs --check-gradients [--models afn] [--batch 2] [--tiny] [--no-csv]
//
// Packages must be built. Each item runs in a process of its own, for `limit` seconds at most: what fails is an error in its row and
// the others go on. `--tiny`: small networks and images, on SwiftShader where no driver is named. `--check-gradients`: one
// training step on webgpu and on wasm, from the same weights and images, compared. Columns: docs/benchmarks.md.
// Results: benchmarks/results/gpu.csv and gpu-gradients.csv.
import { fork, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findPython } from './parts/python.mjs';
import { hardware, median, saveRows } from './parts/results.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { values: options } = parseArgs({
  options: {
    items: { type: 'string', default: 'contract,contract-on-card,train,infer,tvl1,dynamic-image' },
    models: { type: 'string' },
    batch: { type: 'string' },
    rounds: { type: 'string' },
    limit: { type: 'string', default: '240' },
    tiny: { type: 'boolean', default: false },
    torch: { type: 'string', default: 'auto' },
    python: { type: 'string' },
    'check-gradients': { type: 'boolean', default: false },
    'no-csv': { type: 'boolean', default: false },
  },
});
const { tiny } = options;
const sizes = tiny ? 'tiny' : 'full';
const rounds = Number(options.rounds ?? (tiny ? 2 : 7));
/** Shaders are compiled in the first, memory is found in the second. */
const warmUp = 2;
const swiftShader = '/usr/lib/chromium/vk_swiftshader_icd.json';
const drivers = ['VK_ICD_FILENAMES', 'VK_DRIVER_FILES', 'VK_ADD_DRIVER_FILES'];
if (tiny && existsSync(swiftShader) && !drivers.some((name) => process.env[name])) {
  process.env.VK_ICD_FILENAMES = swiftShader;
}

const smi = (...query) => ['nvidia-smi', [...query, '--format=csv,noheader,nounits']];

/** Follows how much of the card's memory is used, by all processes together; undefined where nvidia-smi is not there. */
function watchCard() {
  const [command, args] = smi('--query-gpu=memory.used');
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) return undefined;
  const before = Number.parseFloat(stdout);
  let most = before;
  const child = spawn(command, [...args, '-lms', '200'], { stdio: ['ignore', 'pipe', 'ignore'] });
  child.stdout.on('data', (text) => {
    for (const line of String(text).split('\n')) most = Math.max(most, Number.parseFloat(line) || 0);
  });
  return () => {
    child.kill();
    return most - before;
  };
}

/** Waits for a process for `limit` seconds; why it failed, or ''. */
async function outcome(child, finished) {
  let last = '';
  child.stderr.on('data', (text) => {
    process.stderr.write(text);
    const lines = String(text)
      .split('\n')
      .filter((line) => /error|cannot|failed|memory/i.test(line));
    last = lines.at(-1)?.trim() ?? last;
  });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, Number(options.limit) * 1000);
  const [code, signal] = await new Promise((resolve) => child.on('close', (...ended) => resolve(ended)));
  clearTimeout(timer);
  if (finished()) return '';
  if (late) return `no end after ${options.limit} s`;
  return [`ended with ${signal ?? `status ${code}`}`, last].filter(Boolean).join(': ');
}

/** What an item on a backend of tfjs gives. */
async function runItem(job) {
  const card = watchCard();
  const found = { times: [] };
  const child = fork(here('gpu-worker.mjs'), [JSON.stringify({ ...job, tiny })], {
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  child.on('message', (message) => Object.assign(found, message));
  found.error = await outcome(child, () => found.done);
  // an error of the device does not stop tfjs: what it computes after that means nothing
  if (found.errors) found.error ||= `${found.errors} errors of the device, the first: ${found.firstError}`;
  found.card = card?.();
  return found;
}

/** What PyTorch gives for an item; undefined where it has no counterpart. */
async function runTorch(job) {
  if (python === undefined || !['train', 'infer', 'dynamic-image'].includes(job.phase)) return undefined;
  const card = watchCard();
  const script = here('../tools/gpu-torch-bench.py');
  const child = spawn(python, [script, device, JSON.stringify({ ...job, tiny })], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (text) => {
    output += text;
  });
  const found = { times: [] };
  const error = await outcome(child, () => output.includes('}'));
  if (!error) Object.assign(found, JSON.parse(output));
  return { ...found, error, card: card?.() };
}

const megabytes = (bytes) => (bytes === undefined ? '' : (bytes / 2 ** 20).toFixed(1));

function row(job, runner, found, torch) {
  const steps = found.times.slice(found.counts ? 0 : warmUp);
  const own = steps.length > 0 && !found.error ? median(steps) : undefined;
  const theirs = torch && !torch.error ? median(torch.times.slice(warmUp)) : undefined;
  const { counts } = found;
  return {
    date: new Date().toISOString().slice(0, 10),
    item: job.phase,
    model: job.model ?? '',
    batch: job.batch ?? '',
    sizes,
    runner,
    adapter: found.adapter ?? '',
    median_ms: own?.toFixed(2) ?? '',
    best_ms: own === undefined ? '' : Math.min(...steps).toFixed(2),
    first_ms: found.times[0]?.toFixed(0) ?? '',
    ratio_to_torch: own && theirs ? (own / theirs).toFixed(3) : '',
    rounds: steps.length,
    used_peak_mb: megabytes(found.used),
    allocated_peak_mb: megabytes(found.allocated),
    largest_buffer_mb: megabytes(found.largest),
    buffer_limit_mb: megabytes(found.bufferLimit),
    card_peak_mb: found.card ?? '',
    process_peak_mb: megabytes(found.memory),
    on_processor: Object.entries(found.forwarded ?? {})
      .map(([kernel, times]) => `${kernel} ${times}`)
      .join('; '),
    cases: counts
      ? [
          `${counts.passed} passed`,
          `${counts.skipped} skipped`,
          `${counts.failed.length} failed`,
          ...counts.failed,
        ].join('; ')
      : '',
    error: found.error,
    version: found.version ?? '',
    node: process.version,
    hardware: machine,
  };
}

function report(rows) {
  for (const { item, model, batch, runner, median_ms, first_ms, used_peak_mb, ratio_to_torch, cases, error } of rows) {
    const what = [item, model, batch && `x ${batch}`].filter(Boolean).join(' ');
    const text = error || `${median_ms} ms (first ${first_ms}), ${used_peak_mb} MB${cases && `, ${cases}`}`;
    console.log(`${what}, ${runner}: ${text}${ratio_to_torch && `, ${ratio_to_torch} x torch`}`);
  }
  const key = ['item', 'model', 'batch', 'sizes', 'runner', 'hardware'];
  if (!options['no-csv']) saveRows('gpu', rows, key);
}

async function bench() {
  const models = (options.models ?? 'afn,tsfmicro,resnet18,vit-b16').split(',');
  const batch = Number(options.batch ?? (tiny ? 4 : 32));
  const steps = rounds + warmUp;
  for (const phase of options.items.split(',')) {
    const trained = phase === 'train' || phase === 'infer';
    const jobs = trained ? models.map((model) => ({ phase, model, batch, steps })) : [{ phase, steps }];
    for (const job of jobs) {
      const own = await runItem(job);
      const torch = await runTorch(job);
      report([row(job, 'webgpu', own, torch), ...(torch ? [row(job, 'torch', torch, torch)] : [])]);
    }
  }
}

const norm = (values) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));

/** Norm of the difference of two lists, by that of the second. */
function difference(values, reference) {
  const apart = norm(values.map((value, place) => value - reference[place]));
  return apart === 0 ? 0 : apart / norm(reference);
}

/** How far the gradients of one run are from those of another, in all and layer by layer. */
function compareGradients(own, reference) {
  const layers = [];
  let start = 0;
  for (const { name, size, trained } of reference.layers) {
    const [ours, theirs] = [own, reference].map(({ values }) => values.subarray(start, start + size));
    layers.push({
      name,
      trained,
      difference: difference(ours, theirs),
      norms: norm(ours) / norm(theirs),
      ours,
      theirs,
    });
    start += size;
  }
  const joined = (which, trained) =>
    Float64Array.from(layers.filter((layer) => layer.trained === trained).flatMap((layer) => [...layer[which]]));
  const [gradient, statistics] = [true, false].map((kind) => difference(joined('ours', kind), joined('theirs', kind)));
  const trained = layers.filter((layer) => layer.trained).sort((a, b) => b.difference - a.difference);
  return { gradient, statistics, trained };
}

async function checkGradients() {
  const batch = Number(options.batch ?? 2);
  const folder = mkdtempSync(join(tmpdir(), 'mer-gradients-'));
  const runners = [
    { label: 'wasm', backend: 'wasm' },
    // what rounding alone does
    { label: 'wasm without fused multiply-add', backend: 'wasm', relaxedSimd: false },
    { label: 'webgpu', backend: 'webgpu' },
  ];
  const rows = [];
  for (const model of (options.models ?? 'afn').split(',')) {
    let reference;
    for (const { label, ...how } of runners) {
      const file = join(folder, 'gradients.raw');
      const found = await runItem({ phase: 'gradients', model, batch, file, ...how });
      if (!found.error) found.values = new Float32Array(new Uint8Array(readFileSync(file)).buffer);
      reference ??= found;
      const compared = found.error || reference.error ? undefined : compareGradients(found, reference);
      const worst = compared?.trained[0];
      rows.push({
        date: new Date().toISOString().slice(0, 10),
        model,
        batch,
        sizes,
        runner: label,
        adapter: found.adapter ?? '',
        loss: found.loss ?? '',
        loss_difference: compared ? (Math.abs(found.loss - reference.loss) / reference.loss).toExponential(2) : '',
        gradient_difference: compared?.gradient.toExponential(2) ?? '',
        median_layer_difference: compared ? median(compared.trained.map((one) => one.difference)).toExponential(2) : '',
        worst_layer: worst?.name ?? '',
        worst_layer_difference: worst?.difference.toExponential(2) ?? '',
        norm_ratio_lowest: compared ? Math.min(...compared.trained.map(({ norms }) => norms)).toFixed(5) : '',
        norm_ratio_highest: compared ? Math.max(...compared.trained.map(({ norms }) => norms)).toFixed(5) : '',
        statistics_difference: compared?.statistics.toExponential(2) ?? '',
        step_ms: found.times[0]?.toFixed(0) ?? '',
        used_peak_mb: megabytes(found.used),
        largest_buffer_mb: megabytes(found.largest),
        error: found.error,
        version: found.version ?? '',
        node: process.version,
        hardware: machine,
      });
      const last = rows.at(-1);
      console.log(
        `${model} x ${batch}, ${label}: ${last.error || `loss ${last.loss} (${last.loss_difference}), gradients ${last.gradient_difference}`}`,
      );
      if (compared && found !== reference) {
        for (const layer of compared.trained.slice(0, 8)) {
          console.log(`  ${layer.difference.toExponential(2)}  norms ${layer.norms.toFixed(5)}  ${layer.name}`);
        }
      }
    }
  }
  rmSync(folder, { recursive: true });
  if (!options['no-csv']) saveRows('gpu-gradients', rows, ['model', 'batch', 'sizes', 'runner', 'hardware']);
}

/** A Python whose PyTorch has the device asked for; `auto` is CUDA. */
function findTorch() {
  const name = options.torch === 'auto' ? 'cuda' : options.torch;
  const found = name === 'none' ? undefined : findPython(['torch'], options.python);
  const probe = name === 'cuda' ? 'import torch; assert torch.cuda.is_available()' : '';
  const usable = found !== undefined && spawnSync(found, ['-c', probe]).status === 0;
  if (!usable) console.error('No PyTorch for this: no ratios.');
  return { python: usable ? found : undefined, device: name };
}

const { stdout } = spawnSync(...smi('--query-gpu=name,driver_version'), { encoding: 'utf8' });
const card = stdout?.trim().replaceAll('\n', '; ');
console.log(card ? `Card and driver: ${card}` : 'No nvidia-smi here.');
const machine = [hardware(), card].filter(Boolean).join(', ');
const { python, device } = options['check-gradients'] ? {} : findTorch();
if (options['check-gradients']) await checkGradients();
else await bench();
