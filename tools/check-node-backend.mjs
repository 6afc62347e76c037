// The backend `node` as a user has it: packages from tarballs beside a tfjs-node whose native part is compiled here (build-tfjs-node.mjs). For a nightly run, after
// `npm run build`:
//   npm run nightly:node                  the table goes into benchmarks/results/node-backend.csv; exit status 1 where a check failed
// and --times (predictions and a run by the instructions that oneDNN may use, in the same table), --work <folder, a temporary one>, --out <file>.
// Where tfjs-node cannot be compiled it says why, writes nothing and ends with status 0.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildTfjsNode, fetchLibrary, obstacle, packages } from './build-tfjs-node.mjs';
import { installPacked, packPackages } from './packed.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { values } = parseArgs({
  options: {
    times: { type: 'boolean', default: false },
    work: { type: 'string' },
    out: { type: 'string', default: here('../benchmarks/results/node-backend.csv') },
  },
});
const why = obstacle() ?? wheelObstacle();
if (why !== undefined) {
  console.log(`skipped: ${why}`);
  process.exit(0);
}

function wheelObstacle() {
  try {
    fetchLibrary();
    return undefined;
  } catch (error) {
    return `TensorFlow's wheel cannot be had: ${error.message.trim().split('\n').at(-1)}`;
  }
}

const app = values.work === undefined ? mkdtempSync(join(tmpdir(), 'mer-node-')) : resolve(values.work);
const rows = [];
let libpython;

/** Does one check: what it gives is said, what it throws is a failure. */
async function check(name, work) {
  const begun = performance.now();
  let result = 'passed';
  let detail;
  try {
    detail = (await work()) ?? '';
  } catch (error) {
    result = 'failed';
    detail = error.message;
  }
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  rows.push({ check: name, result, detail: detail.replaceAll(/\s*\n\s*/g, ' | ').slice(0, 600), seconds });
  console.log(`${name.padEnd(34)} ${result}  ${seconds} s  ${rows.at(-1).detail}`);
}

function must(holds, what) {
  if (!holds) throw new Error(what);
}

const environment = (env) => ({
  ...process.env,
  LD_PRELOAD: libpython,
  MER_BACKEND_NOTE: '0',
  TF_CPP_MIN_LOG_LEVEL: '2',
  ...env,
});

/** Runs a program in the folder; gives status, signal and what it printed. */
function node(args, env = {}) {
  return spawnSync(process.execPath, args, { cwd: app, encoding: 'utf8', maxBuffer: 2 ** 26, env: environment(env) });
}

/** The last line that a program of node-backend/ printed, read. */
function told(program, args = [], env = {}) {
  const { status, signal, stdout, stderr } = node([`${program}.mjs`, ...args], env);
  must(status === 0, `${program}.mjs ended with ${signal ?? status}: ${stderr.slice(-400)}`);
  return JSON.parse(stdout.trim().split('\n').at(-1));
}

const mer = join('node_modules', '@mer/cli/bin/mer.js');
const runOf = (out, workers, backend = 'node') => [
  ...[mer, 'run', 'recipe.yaml', '--data', 'faces', '--backend', backend, '--workers', String(workers), '--out', out],
  ...['--set', 'training.epochs=4'],
];

/** Predictions and weights of the folds that are done, by name. */
function foldsOf(out) {
  if (!existsSync(join(app, out))) return {};
  const names = readdirSync(join(app, out), { recursive: true });
  const files = names.filter((name) => /(predictions\.json|weights\.safetensors)$/.test(name)).sort();
  const done = files.filter((name) => existsSync(join(app, out, name, '..', 'predictions.json')));
  return Object.fromEntries(done.map((name) => [name, readFileSync(join(app, out, name), 'base64')]));
}

function run(out, workers, env = {}, backend = 'node') {
  const begun = performance.now();
  const { status, signal, stderr } = node(runOf(out, workers, backend), env);
  must(status === 0, `mer run ended with ${signal ?? status}: ${stderr.slice(-400)}`);
  must(Object.keys(foldsOf(out)).length === 12, `six folds have predictions and weights: ${Object.keys(foldsOf(out))}`);
  return `${((performance.now() - begun) / 1000).toFixed(1)} s`;
}

const same = (a, b) => must(JSON.stringify(foldsOf(a)) === JSON.stringify(foldsOf(b)), `${a} and ${b} differ`);

/** Starts a run and kills it, workers and all, when the first fold is done. */
async function killedOnce(out) {
  const child = spawn(process.execPath, runOf(out, 2), {
    cwd: app,
    stdio: 'ignore',
    detached: true,
    env: environment(),
  });
  const ended = new Promise((done) => child.on('close', done));
  while (Object.keys(foldsOf(out)).length === 0 && child.exitCode === null) {
    await new Promise((later) => setTimeout(later, 20));
  }
  must(child.exitCode === null, 'the run must be killed before it ends');
  process.kill(-child.pid, 'SIGKILL');
  await ended;
  return Object.keys(foldsOf(out)).length / 2;
}

const hasAvx512 = /\bavx512f\b/.test(readFileSync('/proc/cpuinfo', 'utf8'));
const choices = {
  'AVX2 (as shipped)': {},
  'without oneDNN': { TF_ENABLE_ONEDNN_OPTS: '0' },
  'whatever the processor has': { DNNL_MAX_CPU_ISA: 'DEFAULT' },
};

try {
  mkdirSync(app, { recursive: true });
  await check('packages and tfjs-node', () => {
    // tfjs-node's own script would look for a prebuilt library
    writeFileSync(join(app, '.npmrc'), 'ignore-scripts=true\n');
    const dependencies = { '@mer/cli': '*', '@mer/backends': '*', '@mer/models': '*', ...packages };
    const versions = JSON.parse(
      readFileSync(here('../node_modules/@tensorflow/tfjs-core/package.json'), 'utf8'),
    ).version;
    for (const name of ['core', 'layers', 'backend-wasm', 'backend-cpu'])
      dependencies[`@tensorflow/tfjs-${name}`] = versions;
    installPacked(app, { name: 'node-backend', private: true, type: 'module', dependencies }, packPackages(app));
    libpython = buildTfjsNode(app);
    for (const name of readdirSync(here('node-backend'))) cpSync(here(`node-backend/${name}`), join(app, name));
    cpSync(here('../packages/experiments/recipes/quickstart.yaml'), join(app, 'recipe.yaml'));
    const sizes = ['subjects=6', 'clips=48', 'height=64', 'width=64', 'leastFrames=10', 'mostFrames=14'];
    const { status, stderr } = node([mer, 'synth', 'faces', ...sizes.flatMap((size) => ['--set', size])]);
    must(status === 0, `mer synth failed: ${stderr}`);
    return `tfjs-node ${packages['@tensorflow/tfjs-node']}`;
  });
  if (rows[0].result === 'passed') {
    await check('mer backends names the instructions', () => {
      const { stdout } = node([mer, 'backends']);
      must(/node .*oneDNN up to AVX2/.test(stdout) && /corrupts memory/.test(stdout), stdout);
    });
    await check('contract', () => {
      const { passed, skipped, failed, worst, device } = told('contract');
      must(failed.length === 0, failed.join('; '));
      return `${passed} passed, ${skipped} skipped, largest error ${worst.toExponential(1)}; ${device}`;
    });
    await check('networks as on wasm', () => {
      const { passed, failed, worst, worstOf } = told('models');
      must(failed.length === 0, failed.join('; '));
      return `${passed} networks, largest difference ${worst.toExponential(1)} of the largest output (${worstOf})`;
    });
    await check('a run with one worker', () => run('one', 1));
    await check('a run with two workers: equal bytes', () => {
      const time = run('two', 2);
      same('one', 'two');
      return time;
    });
    await check('killed and gone on with: equal bytes', async () => {
      const done = await killedOnce('killed');
      run('killed', 2);
      same('one', 'killed');
      return `killed after ${done} of 6 folds`;
    });
    await check('without oneDNN, one and two workers', () => {
      const env = choices['without oneDNN'];
      const times = [run('plain-one', 1, env), run('plain-two', 2, env)];
      same('plain-one', 'plain-two');
      return times.join(', ');
    });
    await check('with AVX-512 it still crashes', () => {
      if (!hasAvx512) return 'not tried: this processor has none';
      const { status } = node(runOf('crash', 2), choices['whatever the processor has']);
      return status === 0 ? 'no: the limit to AVX2 may go' : `yes, status ${status}: the limit to AVX2 is needed`;
    });
    if (values.times) {
      for (const [name, env] of Object.entries(choices)) {
        for (const threads of ['1', '2']) {
          await check(`times, ${name}, ${threads} threads`, () => {
            const { device, ...times } = told('times', ['node'], { ...env, TF_NUM_INTRAOP_THREADS: threads });
            return `${JSON.stringify(times)} ms; ${device}`;
          });
        }
      }
      await check('times, wasm', () => JSON.stringify(told('times', ['wasm'])));
      await check('a run with two workers on wasm', () => run('wasm', 2, {}, 'wasm'));
    }
  }
} finally {
  if (values.work === undefined) rmSync(app, { recursive: true, force: true });
}

const common = {
  date: new Date().toISOString().slice(0, 10),
  node: process.version,
  hardware: `${cpus()[0]?.model ?? 'unknown'} x ${cpus().length}${hasAvx512 ? ', AVX-512' : ''}`,
};
const lines = rows.map((row) =>
  Object.values({ ...row, ...common })
    .map((cell) => `"${cell.replaceAll('"', '""')}"`)
    .join(','),
);
writeFileSync(values.out, `${[Object.keys({ ...rows[0], ...common }).join(','), ...lines].join('\n')}\n`);
process.exit(rows.some(({ result }) => result === 'failed') ? 1 : 0);
