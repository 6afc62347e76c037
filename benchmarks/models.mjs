// Inference of every network at its published size beside PyTorch on one thread: one step of each in turn, so that whatever else the
// machine does falls on both; medians, and medians of the ratios of neighbouring steps. Both are warmed up for a second before.
//
//   node benchmarks/models.mjs [--backend wasm] [--rounds 9] [--models ststnet,resnet18] [--python /usr/bin/python3] [--no-csv]
//
// Packages must be built. Time is that of `model.predictOnBatch` (`predict` adds about a millisecond of its own to cut and
// join batches) and of a call of the module in evaluation mode without gradients, made-up
// inputs, weights as they start. PyTorch's networks: tools/models/bench-torch.py. Results: benchmarks/results/models.csv.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { useBackend } from '@mer/backends';
import { createModel, models } from '@mer/models';
import * as tf from '@tensorflow/tfjs-core';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { values: options } = parseArgs({
  options: {
    backend: { type: 'string', default: 'wasm' },
    rounds: { type: 'string', default: '9' },
    models: { type: 'string', default: Object.keys(models).join(',') },
    python: { type: 'string' },
    'no-csv': { type: 'boolean', default: false },
  },
});
const rounds = Number(options.rounds);
/** Batch sizes other than 1. */
const batches = {
  ststnet: [1, 32],
  'off-apexnet': [1, 32],
  'rcn-a': [1, 32],
  htnet: [1, 32],
  'small-cnn': [1, 32],
  resnet18: [1, 8],
};

async function torch() {
  const python = [options.python, 'python3', '/usr/bin/python3']
    .filter((name) => name !== undefined)
    .find((name) => spawnSync(name, ['-c', 'import torch, torchvision'], { stdio: 'ignore' }).status === 0);
  if (python === undefined) {
    console.error('No Python with torch and torchvision here: no ratios.');
    return null;
  }
  const child = spawn(python, [here('../tools/models/bench-torch.py')], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error('Cannot benchmark PyTorch as its process ended');
    return value;
  };
  const { torch: version } = JSON.parse(await next());
  return {
    version,
    async step(name, batch, repeats) {
      child.stdin.write(`${name} ${batch} ${repeats}\n`);
      const answer = await next();
      return answer === 'none' ? null : answer.split(' ').map(Number);
    },
    end: () => child.stdin.end(),
  };
}

/** Mean milliseconds of one prediction, and of the processor's time in it. */
async function step(model, inputs, repeats) {
  const cpu = process.cpuUsage();
  const start = performance.now();
  for (let repeat = 0; repeat < repeats; repeat++) {
    const output = model.predictOnBatch(inputs);
    // only a graphics card works on after the call
    if (options.backend.startsWith('web') && repeat === repeats - 1) await [output].flat()[0].data();
    tf.dispose(output);
  }
  const wall = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  return [wall / repeats, (user + system) / 1000 / repeats];
}

/** Writes the rows so far: rows of other machines, batches and backends stay. */
function save() {
  if (options['no-csv']) return;
  const file = here('results/models.csv');
  mkdirSync(here('results'), { recursive: true });
  const line = (row) =>
    Object.values(row)
      .map((value) => `"${String(value).replaceAll('"', '""')}"`)
      .join(',');
  const key = (text) => text.split('","').slice(1, 5).concat(text.split('","').slice(-1)).join();
  const lines = rows.map(line);
  const fresh = new Set(lines.map(key));
  const kept = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').slice(1) : [];
  const header = Object.keys(rows[0]).join(',');
  writeFileSync(file, `${[header, ...kept.filter((text) => !fresh.has(key(text))), ...lines].join('\n')}\n`);
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];
const info = await useBackend(options.backend);
const reference = await torch();
const hardware = `${cpus()[0].model.trim()} x ${cpus().length}`;
const rows = [];
for (const name of options.models.split(',')) {
  const model = createModel(name, { classes: models[name].parameters.classes });
  for (const batch of batches[name] ?? [1]) {
    const list = model.inputs.map(({ shape }) => tf.randomUniform([batch, ...shape.slice(1)]));
    const inputs = list.length === 1 ? list[0] : list;
    await step(model, inputs, 2);
    const [once] = await step(model, inputs, 1);
    const repeats = Math.max(1, Math.round(30 / once));
    // both for a second: the engine of JavaScript compiles what runs often
    const warm = Math.ceil(1000 / once);
    await reference?.step(name, batch, warm);
    await step(model, inputs, warm);
    const [ours, theirs, ratios] = [[], [], []];
    for (let round = 0; round < rounds; round++) {
      const other = (await reference?.step(name, batch, repeats)) ?? null;
      const own = await step(model, inputs, repeats);
      ours.push(own);
      if (other === null) continue;
      theirs.push(other);
      ratios.push(own.map((time, index) => time / other[index]));
    }
    const column = (steps, index) => steps.map((each) => each[index]);
    const text = (numbers) => (numbers.length > 0 ? median(numbers).toFixed(2) : '');
    rows.push({
      date: new Date().toISOString().slice(0, 10),
      model: name,
      input: model.inputs.map(({ shape }) => shape.slice(1).join('x')).join(' '),
      batch,
      backend: options.backend,
      median_ms: text(column(ours, 0)),
      cpu_ms: text(column(ours, 1)),
      reference: theirs.length > 0 ? `PyTorch ${reference.version}` : '',
      reference_median_ms: text(column(theirs, 0)),
      reference_cpu_ms: text(column(theirs, 1)),
      ratio: text(column(ratios, 0)),
      cpu_ratio: text(column(ratios, 1)),
      rounds,
      repeats,
      device: info.device,
      tfjs: info.version,
      node: process.version,
      hardware,
    });
    const last = rows.at(-1);
    console.log(
      `${name} x ${batch}: ${last.median_ms} ms (${last.cpu_ms} of processor time), PyTorch ${last.reference_median_ms || '-'} ms, ` +
        `${last.ratio || '-'} x (${last.cpu_ratio || '-'} x)`,
    );
    save();
    tf.dispose(list);
  }
  model.dispose();
}
reference?.end();
// Dawn keeps the process alive
process.exit(0);
