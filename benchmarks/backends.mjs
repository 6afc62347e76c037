// Training steps and inference on each backend, beside PyTorch on one thread where there is one: one step of each in turn, so
// that whatever else the machine does falls on all of them; medians of the time that passed and of the time that
// processors worked, which other programs disturb less.
//
//   node benchmarks/backends.mjs [--backends wasm,webgpu] [--workloads ststnet,cnn,resnet18,afn,vit-b16] [--phases train,infer]
//                                [--rounds 15] [--batch 8] [--torch cpu] [--python /usr/bin/python3] [--no-csv]
//
// Packages must be built. Each workload and phase runs in processes of its own. PyTorch runs twice, with the instructions that it
// chooses and held to AVX2. Columns: docs/benchmarks.md. Results: benchmarks/results/backends.csv.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { listBackends } from '@mer/backends';
import { lineProcess } from './parts/line-process.mjs';
import { AVX2, findPython } from './parts/python.mjs';
import { hardware, median, saveRows } from './parts/results.mjs';
import { simdPeak } from './parts/simd-peak.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
/** Batch size and number of rounds; see backends-worker.mjs. */
const workloads = {
  ststnet: { batch: 256, rounds: 15 },
  cnn: { batch: 16, rounds: 15 },
  resnet18: { batch: 8, rounds: 9 },
  afn: { batch: 32, rounds: 3 },
  'vit-b16': { batch: 8, rounds: 5 },
};
const { values: options } = parseArgs({
  options: {
    backends: { type: 'string' },
    workloads: { type: 'string', default: Object.keys(workloads).join(',') },
    phases: { type: 'string', default: 'train,infer' },
    rounds: { type: 'string' },
    batch: { type: 'string' },
    python: { type: 'string' },
    torch: { type: 'string', default: 'cpu' },
    'no-csv': { type: 'boolean', default: false },
  },
});

const available = (await listBackends()).filter((report) => report.available).map((report) => report.name);
// Plain JavaScript, and graphics emulated on the processor, would take hours.
const wanted = options.backends?.split(',') ?? available.filter((name) => name !== 'cpu' && name !== 'webgpu');
const python = options.torch === 'none' ? undefined : findPython(['torch'], options.python);
if (python === undefined) console.error('No PyTorch here: no ratios.');

/** Processes for one workload and phase, tfjs's backends first. */
function commands(workload, phase, batch) {
  const script = [here('../tools/backends-torch-bench.py'), workload, phase, batch, options.torch];
  const torch = [
    { label: 'torch', command: python, args: script },
    // a graphics card has other instructions
    ...(options.torch === 'cpu' ? [{ label: 'torch-avx2', command: python, args: script, env: AVX2 }] : []),
  ];
  return [
    ...wanted.map((label) => {
      // "wasm:plain-simd" is wasm without fused multiply-add
      const args = [here('backends-worker.mjs'), workload, phase, batch, ...label.split(':')];
      return { label, command: process.execPath, args };
    }),
    ...(python === undefined ? [] : torch),
  ];
}

/** A process that takes a step when asked; where it cannot, that is its `error` and it takes no more. */
async function startRunner({ label, command, args, env }) {
  const runner = { label, info: {}, steps: [], error: '', last: {} };
  const guarded = async (work) => {
    if (runner.error) return undefined;
    try {
      const answer = await work();
      runner.last = answer;
      if (!answer.error) return answer;
      runner.error = answer.error;
    } catch (error) {
      runner.error = error.message;
    }
    console.error(`${label}: ${runner.error}`);
    return undefined;
  };
  const worker = await guarded(() => lineProcess(label, command, args, env));
  runner.info = worker?.info ?? {};
  if (runner.info.error) await guarded(() => runner.info);
  runner.step = () => guarded(async () => JSON.parse(await worker.ask('')));
  runner.end = () => worker?.end();
  return runner;
}

/** Milliseconds of warming up, and two rounds at least. */
const warmUp = 5000;
const machine = hardware();
const peak = simdPeak();
for (const workload of options.workloads.split(',')) {
  const batch = options.batch ?? String(workloads[workload].batch);
  const rounds = Number(options.rounds ?? workloads[workload].rounds);
  for (const phase of options.phases.split(',')) {
    const runners = [];
    for (const command of commands(workload, phase, batch)) runners.push(await startRunner(command));
    // Engines compile the hot code meanwhile.
    const started = performance.now();
    for (let round = 0; round < 2 || performance.now() - started < warmUp; round++) {
      for (const runner of runners) await runner.step();
    }
    const peaks = [];
    for (let round = 0; round < rounds; round++) {
      for (const runner of runners) runner.steps.push(await runner.step());
      peaks.push(peak.measure());
    }
    const stepsOf = (label) => runners.find((runner) => runner.label === label && !runner.error)?.steps;
    const rows = runners.map((runner) => row({ workload, phase, batch, rounds }, runner, { runners, stepsOf, peaks }));
    for (const each of rows) console.log(`${workload} ${phase} x ${batch}, ${each.backend}: ${summary(each)}`);
    if (!options['no-csv']) saveRows('backends', rows, ['workload', 'phase', 'batch', 'backend', 'node', 'hardware']);
    for (const runner of runners) runner.end();
  }
}

function summary(each) {
  if (each.error) return each.error;
  return (
    `${each.median_ms} ms, ${each.ratio_to_torch || '-'} x torch; processor time ${each.cpu_median_ms} ms, ` +
    `${each.cpu_ratio_to_torch || '-'} x torch, ${each.cpu_ratio_to_avx2 || '-'} x torch with AVX2; ` +
    `${each.gflop_per_s || '-'} GFLOP/s; ${each.peak_memory_mb} MB`
  );
}

function row({ workload, phase, batch, rounds }, { label, info, steps, error, last }, { runners, stepsOf, peaks }) {
  const onProcessor = (info.device ?? '').toLowerCase() === 'cpu';
  const times = (kind) => steps.map((step) => step[kind]);
  const milliseconds = (kind) => (error ? '' : median(times(kind)).toFixed(2));
  const ratio = (kind, reference) => {
    const others = stepsOf(reference);
    return error || !others ? '' : median(steps.map((step, i) => step[kind] / others[i][kind])).toFixed(3);
  };
  const { operations } = runners.find((runner) => runner.info.operations)?.info ?? {};
  // other programs lengthen the one time, helpers of the engine the other
  const speed =
    error || !operations ? Number.NaN : operations / Math.min(median(times('wall')), median(times('cpu'))) / 1e6;
  const megabytes = (bytes) => (bytes ? (bytes / 2 ** 20).toFixed(0) : '');
  return {
    date: new Date().toISOString().slice(0, 10),
    workload,
    phase,
    batch,
    backend: label,
    median_ms: milliseconds('wall'),
    best_ms: error ? '' : Math.min(...times('wall')).toFixed(2),
    ratio_to_torch: ratio('wall', 'torch'),
    ratio_to_avx2: ratio('wall', 'torch-avx2'),
    cpu_median_ms: milliseconds('cpu'),
    cpu_ratio_to_torch: onProcessor ? ratio('cpu', 'torch') : '',
    cpu_ratio_to_avx2: onProcessor ? ratio('cpu', 'torch-avx2') : '',
    gflop: operations ? (operations / 1e9).toPrecision(4) : '',
    gflop_per_s: onProcessor && speed ? speed.toFixed(2) : '',
    simd_peak: onProcessor ? median(peaks).toFixed(2) : '',
    share_of_peak: onProcessor && speed ? (speed / median(peaks)).toFixed(3) : '',
    peak_memory_mb: megabytes(last.memory),
    wasm_heap_mb: megabytes(last.heap),
    rounds,
    error,
    device: info.device ?? '',
    threads: info.threads ?? '',
    relaxed_simd: info.relaxedSimd ?? '',
    isa: info.isa ?? '',
    version: info.version ?? '',
    node: process.version,
    hardware: machine,
  };
}
