// Has networks in their small preset tell 16 samples apart, on each backend that starts, by the tests of packages/models. For a nightly run, after `npm run build`:
//   npm run nightly:learning                              goes on where it stopped; what failed is tried again
//   npm run nightly:learning -- --only 'mol|slstt' --backend wasm
// One row for each network and backend in benchmarks/results/learning.csv, written when it ends; exit status 1 where one failed.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { models } from '@mer/models';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '.' },
    backend: { type: 'string', multiple: true, default: ['wasm', 'cpu', 'webgpu'] },
    out: { type: 'string', default: here('../benchmarks/results/learning.csv') },
  },
});
const files = { cpu: 'learning.test.ts', wasm: 'learning.test.ts', webgpu: 'networks.webgpu.test.ts' };
const columns = ['network', 'backend', 'learned', 'seconds', 'date'];

/** Networks that score moments of long recordings are not among the models that a recipe names. */
const names = [...Object.keys(models), 'mtsn', 'sfamnet', 'softnet'];

const rows = new Map();
if (existsSync(values.out)) {
  for (const line of readFileSync(values.out, 'utf8').trim().split('\n').slice(1)) {
    const cells = line.split(',');
    rows.set(`${cells[0]} ${cells[1]}`, cells);
  }
}

function write() {
  const lines = [columns, ...[...rows.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)];
  writeFileSync(`${values.out}.part`, `${lines.map((row) => row.join(',')).join('\n')}\n`);
  renameSync(`${values.out}.part`, values.out);
}

/** What became of a network: the outcome of its one test. */
function learned(network, backend) {
  const folder = mkdtempSync(join(tmpdir(), 'mer-learning-'));
  try {
    const report = join(folder, 'report.json');
    const name = `on ${backend} ${network} learns 16 samples by heart`;
    const test = backend === 'webgpu' ? `${network} learns 16 samples` : `${name}$`;
    const args = ['vitest', 'run', `packages/models/src/${files[backend]}`, '-t', test, '--maxWorkers=1'];
    const env = { ...process.env, MER_SLOW_TESTS: '1' };
    spawnSync('npx', [...args, '--reporter=json', `--outputFile=${report}`, '--testTimeout=3600000'], {
      cwd: here('..'),
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const { testResults = [] } = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : {};
    return testResults
      .flatMap(({ assertionResults }) => assertionResults)
      .find(({ status }) => status !== 'skipped' && status !== 'pending');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const only = new RegExp(`^(?:${values.only})$`.replace('(?:.)', '(?:.*)'));
for (const backend of values.backend) {
  for (const network of names.filter((name) => only.test(name))) {
    if (rows.get(`${network} ${backend}`)?.[2] === 'yes') continue;
    const result = learned(network, backend);
    // webgpu does not start everywhere: nothing is said of it then
    if (!result) continue;
    const seconds = Math.round(result.duration / 1000);
    const date = new Date().toISOString().slice(0, 10);
    rows.set(`${network} ${backend}`, [network, backend, result.status === 'passed' ? 'yes' : 'no', seconds, date]);
    console.log(rows.get(`${network} ${backend}`).join(' '));
    write();
  }
}
process.exitCode = [...rows.values()].some((row) => row[2] !== 'yes') ? 1 : 0;
