// A sweep on a real Slurm of one machine: what `mer submit --slurm` writes is submitted, tasks are killed and put back while they work, and the runs are compared to
// those of `mer run` on this machine, byte by byte. After `npm run build`, as root, with Debian's slurm-wlm, munge and shellcheck:
//   npm run nightly:slurm
// and --out <file of the table>, --keep (folder of the work stays). Exit status 1 where anything was wrong.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { differingFiles, folderBytes } from './folder-bytes.mjs';
import { freePort } from './free-port.mjs';
import { shellcheck } from './submit/shellcheck.mjs';
import { csvOf } from './submit/table.mjs';
import { tinySweep } from './submit/tiny-sweep.mjs';

const mer = fileURLToPath(new URL('../packages/cli/bin/mer.js', import.meta.url));
const { values } = parseArgs({ options: { out: { type: 'string' }, keep: { type: 'boolean', default: false } } });
for (const [program, where] of Object.entries({ slurmctld: 'slurm-wlm', slurmd: 'slurm-wlm', munged: 'munge' })) {
  if (spawnSync('which', [program]).status === 0 && process.getuid() === 0) continue;
  console.error(
    `Cannot try Slurm as this must run as root with Debian's ${where} installed (apt-get install slurm-wlm munge shellcheck)`,
  );
  process.exit(2);
}

const work = await mkdtemp(join(tmpdir(), 'mer-slurm-'));
const servers = [];
const env = { ...process.env, SLURM_CONF: join(work, 'slurm.conf'), MER_BACKEND_NOTE: '0' };
const slurm = (command, ...args) => execFileSync(command, args, { env, encoding: 'utf8' }).trim();

/** Starts a server that stays in the foreground, so that it ends with this process. */
function serve(name, command, args, options = {}) {
  const log = openSync(join(work, `${name}.log`), 'a');
  const child = spawn(command, args, { env, stdio: ['ignore', log, log], ...options });
  servers.push(child);
  return child;
}

async function until(what, seconds, condition) {
  for (const end = Date.now() + 1000 * seconds; Date.now() < end; await pause(250)) {
    const found = await condition();
    if (found) return found;
  }
  throw new Error(`Cannot go on as ${what} has not come within ${seconds} s`);
}

/** munge, controller and node, with a key and ports of their own. */
async function startSlurm() {
  const munge = join(work, 'munge');
  mkdirSync(munge, { mode: 0o755 });
  const key = join(munge, 'key');
  writeFileSync(key, Buffer.from(Array.from({ length: 1024 }, (_, i) => (i * 167 + process.pid) % 256)), {
    mode: 0o400,
  });
  const [uid, gid] = ['-u', '-g'].map((which) => Number(execFileSync('id', [which, 'munge'], { encoding: 'utf8' })));
  for (const path of [munge, key]) chownSync(path, uid, gid);
  execFileSync('chmod', ['755', work]);
  const socket = join(munge, 'socket');
  const files = ['pid', 'log', 'seed'].map((name) => `--${name === 'seed' ? 'seed' : name}-file=${join(munge, name)}`);
  serve('munged', 'munged', ['--foreground', `--key-file=${key}`, `--socket=${socket}`, ...files], { uid, gid });
  await until('munge', 20, () => existsSync(socket));
  const [controller, node] = [await freePort(), await freePort()];
  writeFileSync(
    env.SLURM_CONF,
    `${[
      'ClusterName=mer',
      `SlurmctldHost=${hostname()}(127.0.0.1)`,
      'SlurmUser=root',
      'SlurmdUser=root',
      'AuthType=auth/munge',
      'CredType=cred/munge',
      `AuthInfo=socket=${socket}`,
      `SlurmctldPort=${controller}`,
      `SlurmdPort=${node}`,
      `StateSaveLocation=${join(work, 'state')}`,
      `SlurmdSpoolDir=${join(work, 'spool')}`,
      `SlurmctldPidFile=${join(work, 'slurmctld.pid')}`,
      `SlurmdPidFile=${join(work, 'slurmd.pid')}`,
      'ProctrackType=proctrack/linuxproc',
      'TaskPlugin=task/none',
      'JobAcctGatherType=jobacct_gather/none',
      'SchedulerType=sched/backfill',
      'SelectType=select/cons_tres',
      'SelectTypeParameters=CR_Core_Memory',
      'KillWait=5',
      'ReturnToService=2',
      'MpiDefault=none',
      `NodeName=${hostname()} NodeAddr=127.0.0.1 CPUs=2 RealMemory=4000 State=UNKNOWN`,
      `PartitionName=short Nodes=${hostname()} Default=YES MaxTime=INFINITE State=UP`,
    ].join('\n')}\n`,
  );
  for (const name of ['state', 'spool']) mkdirSync(join(work, name));
  serve('slurmctld', 'slurmctld', ['-D']);
  serve('slurmd', 'slurmd', ['-D', '-N', hostname()]);
  await until('an idle node', 60, () => {
    const { stdout } = spawnSync('sinfo', ['-h', '-o', '%T'], { env, encoding: 'utf8' });
    return stdout?.trim() === 'idle';
  });
  return slurm('sinfo', '--version').replace('slurm-wlm ', '');
}

const run = (cwd, ...args) =>
  execFileSync(process.execPath, [mer, ...args], { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
/** Tasks that are not over, `<task> <state>` each. */
const tasks = (job) =>
  slurm('squeue', '-h', '-r', '-o', '%F %K %T')
    .split('\n')
    .filter((line) => line.startsWith(`${job} `))
    .map((line) => line.split(' ').slice(1));

/** Whether a task has written that its fold trains: its run has a lock of that task. */
const working = async (out, job, task) =>
  (await readdir(out, { recursive: true }).catch(() => [])).find((name) => name.includes(`_slurm-${job}-${task}~`));

/** Lets a task that was put back begin at once, instead of in two minutes. */
async function hurry(job, task) {
  await until(`task ${task} back in the queue`, 60, () =>
    tasks(job).find(([id, state]) => id === task && state === 'PENDING'),
  );
  slurm('scontrol', 'update', `JobId=${job}_${task}`, 'StartTime=now');
}

let failed = false;
const rows = [];
try {
  const version = await startSlurm();
  const begun = performance.now();
  // any name
  const home = join(work, `it's a "folder" of $HOME & (more)\nin two lines`);
  mkdirSync(home);
  await writeFile(join(home, 'tiny sweep.yaml'), tinySweep);
  const out = 'runs/a $weep';
  const description = `description=it's "so" $HOME`;
  const made = JSON.parse(
    run(
      home,
      'submit',
      'tiny sweep.yaml',
      '--slurm',
      '--out',
      out,
      '--partition',
      'short',
      '--at-once',
      '2',
      '--array-size',
      '5',
      '--set',
      description,
      '--json',
    ),
  );
  const faults = shellcheck(await readFile(join(home, made.file), 'utf8'), 'bash');
  // of the first array: one process killed as if its memory were too much, one task put back by Slurm, one whole task killed
  const [job] = made.jobs;
  const logs = join(home, `${out}.submit/logs`);
  const first = await until('a task that works', 120, async () => {
    for (const [task, state] of tasks(job))
      if (state === 'RUNNING' && (await working(join(home, out), job, task))) return task;
  });
  const lock = await working(join(home, out), job, first);
  process.kill(Number(/~(\d+)~\d*$/.exec(lock)[1]), 'SIGKILL');
  await hurry(job, first);
  const second = await until('another task that works', 120, async () => {
    for (const [task, state] of tasks(job)) {
      if (task !== first && state === 'RUNNING' && (await working(join(home, out), job, task))) return task;
    }
  });
  slurm('scontrol', 'requeue', `${job}_${second}`);
  await hurry(job, second);
  const during = run(home, 'status', out);
  await until('the end of all tasks', 600, () => made.jobs.every((id) => tasks(id).length === 0));
  const seconds = ((performance.now() - begun) / 1000).toFixed(0);
  const status = JSON.parse(run(home, 'status', out, '--json'));
  run(home, 'run', 'tiny sweep.yaml', '--out', 'alone', '--workers', '1', '--set', description);
  const expected = await folderBytes(join(home, 'alone'));
  const found = await folderBytes(join(home, out));
  const differing = differingFiles(expected, found);
  const tries = (await Promise.all((await readdir(logs)).map((name) => readFile(join(logs, name), 'utf8')))).flatMap(
    (text) => text.match(/^--- task \d+, try \d+/gm) ?? [],
  ).length;
  const row = {
    what: 'slurm',
    version,
    cells: made.plan.groups.length,
    folds: made.plan.folds,
    tasks: made.plan.tasks,
    arrays: made.jobs.length,
    killed: 1,
    requeued: 1,
    tries,
    folds_done: status.runs.filter(({ name }) => !name.endsWith('chosen')).reduce((sum, { done }) => sum + done, 0),
    files: expected.size,
    files_that_differ: differing.length,
    shellcheck: faults.length,
    seconds,
  };
  rows.push(row);
  process.stderr.write(`${during}\n`);
  if (differing.length > 0 || faults.length > 0 || tries !== made.plan.tasks + 2 || row.folds_done !== row.folds) {
    failed = true;
    console.error([...differing, ...faults].join('\n'));
    for (const name of await readdir(logs)) console.error(`${name}\n${await readFile(join(logs, name), 'utf8')}`);
  }
} catch (error) {
  failed = true;
  console.error(error.stderr ?? error.stack);
  for (const name of ['munged', 'slurmctld', 'slurmd']) {
    console.error(`${name}: ${(await readFile(join(work, `${name}.log`), 'utf8').catch(() => '')).slice(-2000)}`);
  }
} finally {
  for (const server of servers.reverse()) {
    server.kill('SIGTERM');
    await Promise.race([new Promise((resolve) => server.once('exit', resolve)), pause(5000)]);
  }
  if (!values.keep) await rm(work, { recursive: true, force: true, maxRetries: 5 });
  else console.error(work);
}
if (rows.length > 0) {
  const table = csvOf(rows);
  process.stdout.write(table);
  if (values.out !== undefined) await writeFile(values.out, table);
}
process.exit(failed ? 1 : 0);
