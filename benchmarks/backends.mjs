// Training step and inference of three networks on each backend, beside PyTorch on one thread where there is one: one
// step of each in turn, so that whatever else the machine does falls on all of them; medians of the time that passed and
// of the time that processors worked, which other programs disturb less.
//
//   node benchmarks/backends.mjs [--backends wasm,webgpu] [--rounds 15] [--workloads ststnet,cnn,resnet18]
//                                [--phases train,infer] [--torch cpu] [--python /usr/bin/python3] [--no-csv]
//
// Packages must be built. Results: benchmarks/results/backends.csv.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { listBackends } from '@mer/backends';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { values: options } = parseArgs({
  options: {
    backends: { type: 'string' },
    rounds: { type: 'string', default: '15' },
    workloads: { type: 'string', default: 'ststnet,cnn,resnet18' },
    phases: { type: 'string', default: 'train,infer' },
    python: { type: 'string' },
    torch: { type: 'string', default: 'cpu' },
    'no-csv': { type: 'boolean', default: false },
  },
});

/** A process that answers each line with one; see backends-worker.mjs. */
async function start(label, command, args) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`Cannot benchmark ${label} as its process ended`);
    return value;
  };
  return {
    label,
    info: JSON.parse(await next()),
    async step(workload, phase) {
      child.stdin.write(`${workload} ${phase}\n`);
      const [wall, cpu] = (await next()).split(' ').map(Number);
      return { wall, cpu };
    },
    end: () => child.stdin.end(),
  };
}

/** A Python that has PyTorch. */
function findPython() {
  return [options.python, 'python3', '/usr/bin/python3']
    .filter((name) => name !== undefined)
    .find((name) => spawnSync(name, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0);
}

const available = (await listBackends()).filter((report) => report.available).map((report) => report.name);
// Plain JavaScript, and graphics emulated on the processor, would take hours.
const wanted = options.backends?.split(',') ?? available.filter((name) => name !== 'cpu' && name !== 'webgpu');
const runners = [];
for (const name of wanted) {
  // "wasm:plain-simd" is wasm without fused multiply-add.
  runners.push(await start(name, process.execPath, [here('backends-worker.mjs'), ...name.split(':')]));
}
const python = options.torch === 'none' ? undefined : findPython();
if (python) runners.push(await start('torch', python, [here('../tools/backends-torch-bench.py'), options.torch]));
else console.error('No PyTorch here: no ratios.');

const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];
const rounds = Number(options.rounds);
/** Milliseconds, and two rounds at least. */
const warmUp = 5000;
const hardware = `${cpus()[0].model.trim()} x ${cpus().length}`;
const rows = [];
for (const workload of options.workloads.split(',')) {
  for (const phase of options.phases.split(',')) {
    const steps = new Map(runners.map((runner) => [runner, []]));
    // Engines compile the hot code meanwhile.
    const started = performance.now();
    for (let round = 0; round < 2 || performance.now() - started < warmUp; round++) {
      for (const runner of runners) await runner.step(workload, phase);
    }
    for (let round = 0; round < rounds; round++) {
      for (const runner of runners) steps.get(runner).push(await runner.step(workload, phase));
    }
    const torch = steps.get(runners.find(({ label }) => label === 'torch'));
    for (const runner of runners) {
      const own = steps.get(runner);
      const { info } = runner;
      const times = (kind) => own.map((step) => step[kind]);
      const ratio = (kind) => (torch ? median(own.map((step, i) => step[kind] / torch[i][kind])).toFixed(3) : '');
      const onProcessor = info.device.toLowerCase() === 'cpu';
      rows.push({
        date: new Date().toISOString().slice(0, 10),
        workload,
        phase,
        backend: runner.label,
        median_ms: median(times('wall')).toFixed(2),
        best_ms: Math.min(...times('wall')).toFixed(2),
        ratio_to_torch: ratio('wall'),
        cpu_median_ms: median(times('cpu')).toFixed(2),
        cpu_ratio_to_torch: onProcessor ? ratio('cpu') : '',
        rounds,
        device: info.device,
        threads: info.threads,
        relaxed_simd: info.relaxedSimd ?? '',
        version: info.version,
        node: process.version,
        hardware,
      });
      const { median_ms, ratio_to_torch, cpu_median_ms, cpu_ratio_to_torch } = rows.at(-1);
      console.log(
        `${workload} ${phase} ${runner.label}: ${median_ms} ms, ${ratio_to_torch || '-'} x torch; ` +
          `processor time ${cpu_median_ms} ms, ${cpu_ratio_to_torch || '-'} x torch`,
      );
    }
  }
}
for (const runner of runners) runner.end();

if (!options['no-csv']) {
  const file = here('results/backends.csv');
  mkdirSync(here('results'), { recursive: true });
  const columns = Object.keys(rows[0]);
  const lines = rows.map((row) => columns.map((column) => `"${String(row[column]).replaceAll('"', '""')}"`).join(','));
  const header = columns.join(',');
  // Rows of other machines and backends stay.
  const key = (line) => line.split('","').slice(1, 4).concat(line.split('","').slice(-2)).join();
  const kept = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').slice(1) : [];
  const fresh = new Set(lines.map(key));
  writeFileSync(file, `${[header, ...kept.filter((line) => !fresh.has(key(line))), ...lines].join('\n')}\n`);
}
