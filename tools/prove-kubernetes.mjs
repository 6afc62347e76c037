// What `mer submit --kubernetes` writes: checked against the schema of several versions of Kubernetes, its script by shellcheck, and its tasks run here by sh, two at a
// time and one of them killed, as a cluster would start them; the runs are compared to those of `mer run`, byte by byte. After `npm run build`, with Debian's shellcheck
// and python3-venv (PyPI's kubernetes-validate carries the schema):
//   npm run nightly:kubernetes
// and --out <file of the table>. Exit status 1 where anything was wrong.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { differingFiles, folderBytes } from './folder-bytes.mjs';
import { shellcheck } from './submit/shellcheck.mjs';
import { csvOf } from './submit/table.mjs';
import { tinySweep } from './submit/tiny-sweep.mjs';

const mer = fileURLToPath(new URL('../packages/cli/bin/mer.js', import.meta.url));
const { values } = parseArgs({ options: { out: { type: 'string' } } });
/** The oldest has no tries for each index in its stable schema, but knows them. */
const VERSIONS = ['1.29.0', '1.33.0', '1.37.0'];
const SETTINGS = {
  plain: [],
  gpu: ['--gpus', '2', '--gpu-resource', 'amd.com/gpu', '--cpus', '8', '--at-once', '3'],
  namespace: [
    '--namespace',
    'lab',
    '--claim',
    'more:/data set',
    '--folder',
    "/work/it's $HOME",
    '--before',
    'export A="b"',
  ],
  hostile: [
    '--set',
    `description=${JSON.stringify('it\'s "so" $HOME `x`: #1\n---\nkind: Pod')}`,
    '--retries',
    '0',
    '--final',
    '--mer',
    'npx mer',
  ],
};

const work = await mkdtemp(join(tmpdir(), 'mer-kubernetes-'));
const env = { ...process.env, MER_BACKEND_NOTE: '0', PATH: `${work}/bin:${process.env.PATH}` };
const run = (...args) =>
  execFileSync(process.execPath, [mer, ...args], {
    cwd: work,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
const submit = (...args) =>
  run(
    'submit',
    'tiny.yaml',
    '--kubernetes',
    '--image',
    'lab/mer:1',
    '--claim',
    'work:/work',
    '--time',
    '10',
    '--memory',
    '1G',
    ...args,
  );

let failed = false;
const rows = [];
try {
  await writeFile(join(work, 'tiny.yaml'), tinySweep);
  execFileSync('python3', ['-m', 'venv', join(work, 'venv')]);
  execFileSync(join(work, 'venv/bin/pip'), ['install', '--quiet', 'kubernetes-validate'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  for (const [name, options] of Object.entries(SETTINGS)) {
    submit('--out', name, ...options);
    const file = join(work, `${name}.submit/job.yaml`);
    for (const version of VERSIONS) {
      const args = ['-k', version, '--strict', file];
      const { status, stdout, stderr } = spawnSync(join(work, 'venv/bin/kubernetes-validate'), args, {
        encoding: 'utf8',
      });
      rows.push({
        what: `manifest, ${name}`,
        version,
        documents: (stdout.match(/passed/g) ?? []).length,
        faults: status,
      });
      if (status === 0) continue;
      failed = true;
      console.error(`${name}, ${version}: ${stdout}${stderr}`);
    }
  }
  rows.push(await runTasks());
} catch (error) {
  failed = true;
  console.error(error.stderr ?? error.stack);
} finally {
  await rm(work, { recursive: true, force: true, maxRetries: 5 });
}

/** Runs every index as a cluster would, in containers that all see one folder. */
async function runTasks() {
  await mkdir(join(work, 'bin'));
  await writeFile(join(work, 'bin/mer'), `#!/bin/sh\nexec '${process.execPath}' '${mer}' "$@"\n`);
  await chmod(join(work, 'bin/mer'), 0o755);
  const manifest = submit('--out', 'shared', '--dry-run');
  const [map, job] = parseAllDocuments(manifest).map((document) => document.toJS());
  const faults = shellcheck(map.data['task.sh'], 'sh');
  await writeFile(join(work, 'task.sh'), map.data['task.sh']);
  const indices = [...Array(job.spec.completions).keys()];
  let killed = 0;
  const pod = async (index) => {
    const own = { ...env, JOB_COMPLETION_INDEX: String(index), MER_JOB: 'proof' };
    const child = spawn('sh', ['task.sh'], { cwd: work, env: own, stdio: ['ignore', 'ignore', 'pipe'] });
    let text = '';
    child.stderr.on('data', (chunk) => (text += chunk));
    const ended = new Promise((resolve) => child.on('exit', (status, signal) => resolve(signal ?? status)));
    if (index === 2 && killed === 0) {
      while (!(await isWorking(index))) await pause(20);
      killed += 1;
      child.kill('SIGKILL');
    }
    const status = await ended;
    if (status === 'SIGKILL') return pod(index);
    if (status !== 0) throw new Error(`Cannot go on as task ${index} ended with ${status}: ${text}`);
  };
  const worker = async () => {
    while (indices.length > 0) await pod(indices.shift());
  };
  await Promise.all([worker(), worker()]);
  run('run', 'tiny.yaml', '--out', 'alone', '--workers', '1');
  const expected = await folderBytes(join(work, 'alone'));
  const differing = differingFiles(expected, await folderBytes(join(work, 'shared')));
  if (differing.length > 0 || faults.length > 0) {
    failed = true;
    console.error([...differing, ...faults].join('\n'));
  }
  return {
    what: 'tasks, by sh',
    version: '',
    documents: '',
    faults: faults.length,
    tasks: job.spec.completions,
    killed,
    files: expected.size,
    files_that_differ: differing.length,
  };
}

async function isWorking(index) {
  const found = await readdir(join(work, 'shared'), { recursive: true }).catch(() => []);
  return found.some((name) => name.includes(`_kubernetes-proof-${index}~`));
}

const table = csvOf(rows);
process.stdout.write(table);
if (values.out !== undefined) await writeFile(values.out, table);
process.exit(failed ? 1 : 0);
