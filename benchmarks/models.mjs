// Inference of every network at its published size beside PyTorch and onnxruntime-web on one thread: one step of each in turn, so
// that whatever else the machine does falls on all; medians, and medians of the ratios of neighbouring steps. All are warmed up for
// a second before.
//
//   node benchmarks/models.mjs [--backend wasm] [--rounds 9] [--models ststnet,resnet18] [--python /usr/bin/python3] [--no-csv]
//
// Packages must be built. Time is that of `model.predictOnBatch` (`predict` adds about a millisecond of its own to cut and
// join batches), of a call of the module in evaluation mode without gradients, and of `session.run`; made-up inputs, weights as
// they start. PyTorch runs twice, with the instructions that it chooses and held to AVX2; its networks: tools/models/bench_networks.py,
// which onnxruntime-web gets as ONNX (tools/models/export-onnx.py). Columns: docs/benchmarks.md. Results: benchmarks/results/models.csv.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { backendTraits, useBackend } from '@mer/backends';
import { createModel, models } from '@mer/models';
import * as tf from '@tensorflow/tfjs-core';
import { lineProcess } from './parts/line-process.mjs';
import { nominalOperations } from './parts/nominal-operations.mjs';
import { AVX2, findPython } from './parts/python.mjs';
import { hardware, median, saveRows } from './parts/results.mjs';
import { simdPeak } from './parts/simd-peak.mjs';

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

/** PyTorch as it is and held to AVX2, and onnxruntime-web: what each is called in the columns. */
async function startReferences() {
  const python = findPython(['torch', 'torchvision'], options.python);
  if (python === undefined) {
    console.error('No Python with torch and torchvision here: no ratios.');
    return new Map();
  }
  const torch = [here('../tools/models/bench-torch.py')];
  return new Map([
    ['torch', await lineProcess('PyTorch', python, torch)],
    ['avx2', await lineProcess('PyTorch with AVX2', python, torch, AVX2)],
    ['onnx', await lineProcess('onnxruntime-web', process.execPath, [here('onnx-worker.mjs'), python])],
  ]);
}

/** Mean milliseconds of one prediction, and of the processor's time in it. */
async function step(model, inputs, repeats) {
  const cpu = process.cpuUsage();
  const start = performance.now();
  for (let repeat = 0; repeat < repeats; repeat++) {
    const output = model.predictOnBatch(inputs);
    // only a graphics card works on after the call
    if (backendTraits(options.backend).onDevice && repeat === repeats - 1) await [output].flat()[0].data();
    tf.dispose(output);
  }
  const wall = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  return [wall / repeats, (user + system) / 1000 / repeats];
}

const text = (numbers) => (numbers.length > 0 ? median(numbers).toFixed(2) : '');

/** Medians of the times of a reference, and of ours by them. */
function compared(own, theirs) {
  const ratios = (index) => theirs.map((times, round) => own[round][index] / times[index]);
  const times = (index) => theirs.map((each) => each[index]);
  return { ms: text(times(0)), cpu_ms: text(times(1)), ratio: text(ratios(0)), cpu_ratio: text(ratios(1)) };
}

const info = await useBackend(options.backend);
const references = await startReferences();
const torch = references.get('torch')?.info;
const peak = simdPeak();
const onProcessor = options.backend === 'wasm';
const machine = hardware();
for (const name of options.models.split(',')) {
  const model = createModel(name, { classes: models[name].parameters.classes });
  for (const batch of batches[name] ?? [1]) {
    const list = model.inputs.map(({ shape }) => tf.randomUniform([batch, ...shape.slice(1)]));
    const inputs = list.length === 1 ? list[0] : list;
    const operations = await nominalOperations(() => model.predictOnBatch(inputs));
    await step(model, inputs, 2);
    const [once] = await step(model, inputs, 1);
    const repeats = Math.max(1, Math.round(30 / once));
    // all for a second: the engine of JavaScript compiles what runs often
    const warm = Math.ceil(1000 / once);
    const running = [];
    for (const [reference, worker] of references) {
      if ((await worker.ask(`${name} ${batch} ${warm}`)) !== 'none') running.push([reference, worker]);
    }
    await step(model, inputs, warm);
    const ours = [];
    const peaks = [];
    const theirs = new Map([...references.keys()].map((reference) => [reference, []]));
    for (let round = 0; round < rounds; round++) {
      for (const [reference, worker] of running) {
        theirs.get(reference).push((await worker.ask(`${name} ${batch} ${repeats}`)).split(' ').map(Number));
      }
      ours.push(await step(model, inputs, repeats));
      peaks.push(peak.measure());
    }
    const [wall, cpu] = [0, 1].map((index) => median(ours.map((times) => times[index])));
    // other programs lengthen the one, helpers of the engine the other
    const speed = operations / Math.min(wall, cpu) / 1e6;
    const [usual, avx2, onnx] = ['torch', 'avx2', 'onnx'].map((each) => compared(ours, theirs.get(each) ?? []));
    const row = {
      date: new Date().toISOString().slice(0, 10),
      model: name,
      input: model.inputs.map(({ shape }) => shape.slice(1).join('x')).join(' '),
      batch,
      backend: options.backend,
      median_ms: wall.toFixed(2),
      cpu_ms: cpu.toFixed(2),
      reference: usual.ms === '' ? '' : `PyTorch ${torch.version}`,
      reference_median_ms: usual.ms,
      reference_cpu_ms: usual.cpu_ms,
      ratio: usual.ratio,
      cpu_ratio: usual.cpu_ratio,
      reference_isa: torch?.isa ?? '',
      avx2_median_ms: avx2.ms,
      avx2_cpu_ms: avx2.cpu_ms,
      avx2_ratio: avx2.ratio,
      avx2_cpu_ratio: avx2.cpu_ratio,
      avx2_isa: references.get('avx2')?.info.isa ?? '',
      onnxruntime_web: references.get('onnx')?.info.version ?? '',
      onnx_median_ms: onnx.ms,
      onnx_cpu_ms: onnx.cpu_ms,
      onnx_ratio: onnx.ratio,
      onnx_cpu_ratio: onnx.cpu_ratio,
      gflop: (operations / 1e9).toPrecision(4),
      gflop_per_s: onProcessor ? speed.toFixed(2) : '',
      simd_peak: onProcessor ? median(peaks).toFixed(2) : '',
      share_of_peak: onProcessor ? (speed / median(peaks)).toFixed(3) : '',
      rounds,
      repeats,
      device: info.device,
      tfjs: info.version,
      node: process.version,
      hardware: machine,
    };
    console.log(
      `${name} x ${batch}: ${row.median_ms} ms (${row.cpu_ms} of processor time; ${row.gflop_per_s} GFLOP/s, ` +
        `${row.share_of_peak} of the peak). Processor time by that of PyTorch ${row.cpu_ratio || '-'}, with AVX2 ` +
        `${row.avx2_cpu_ratio || '-'}, onnxruntime-web ${row.onnx_cpu_ratio || '-'}`,
    );
    if (!options['no-csv']) saveRows('models', [row], ['model', 'input', 'batch', 'backend', 'hardware']);
    tf.dispose(list);
  }
  model.dispose();
}
for (const worker of references.values()) worker.end();
// Dawn keeps the process alive
process.exit(0);
