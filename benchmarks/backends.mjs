// Training step and inference of three networks on each backend, beside PyTorch on one thread where there is one: one
// step of each in turn, so that whatever else the machine does falls on all of them; medians.
//
//   node benchmarks/backends.mjs [--backends wasm,webgpu] [--rounds 15] [--workloads ststnet,cnn,resnet18] [--torch cpu]
//                                [--python /usr/bin/python3] [--no-csv]
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
      return Number(await next());
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
const hardware = `${cpus()[0].model.trim()} x ${cpus().length}`;
const rows = [];
for (const workload of options.workloads.split(',')) {
  for (const phase of ['train', 'infer']) {
    const times = new Map(runners.map((runner) => [runner, []]));
    const ratios = new Map(runners.map((runner) => [runner, []]));
    for (let round = -2; round < rounds; round++) {
      const now = new Map();
      for (const runner of runners) now.set(runner, await runner.step(workload, phase));
      // Two rounds to warm up.
      if (round < 0) continue;
      const torch = now.get(runners.find(({ label }) => label === 'torch'));
      for (const [runner, time] of now) {
        times.get(runner).push(time);
        if (torch !== undefined) ratios.get(runner).push(time / torch);
      }
    }
    for (const runner of runners) {
      const ratio = ratios.get(runner).length > 0 ? median(ratios.get(runner)).toFixed(3) : '';
      const { info } = runner;
      rows.push({
        date: new Date().toISOString().slice(0, 10),
        workload,
        phase,
        backend: runner.label,
        median_ms: median(times.get(runner)).toFixed(2),
        best_ms: Math.min(...times.get(runner)).toFixed(2),
        ratio_to_torch: runner.label === 'torch' ? '1' : ratio,
        rounds,
        device: info.device,
        threads: info.threads,
        relaxed_simd: info.relaxedSimd ?? '',
        version: info.version,
        node: process.version,
        hardware,
      });
      console.log(`${workload} ${phase} ${runner.label}: ${rows.at(-1).median_ms} ms, ${ratio || '-'} x torch`);
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
