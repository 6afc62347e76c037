import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { ExperimentError } from '../schema/experiment-error.js';
import { kubernetesManifest } from './kubernetes-manifest.js';
import { limitsOf, type TaskPlan, type TrialNeeds } from './plan-tasks.js';
import { shellWord } from './shell-text.js';
import { type SlurmScriptOptions, slurmArrays, slurmScript } from './slurm-script.js';

const hasShell = process.platform !== 'win32';
const hostile = [
  'plain/name.yaml',
  'with space',
  `it's "so" $HOME \`id\` $(id) \\ !x`,
  'two\nlines # no\n#SBATCH --nodes=9',
  '',
  '-x',
  '*?[a]{b,c}~',
  'µ 微表情',
];

const plan: TaskPlan = {
  name: 'a sweep',
  groups: [
    { cell: 'a', folds: 5, tasks: 3 },
    { cell: 'b', folds: 5, tasks: 3 },
    { cell: 'c', folds: 2, tasks: 1 },
  ],
  tasks: 7,
  folds: 12,
  workers: 2,
  seconds: 90_061,
  memory: 1.5e9,
};
const slurm: SlurmScriptOptions = { mer: 'mer', before: [], args: ['x.yaml'], folder: '/home/me', logs: 'logs' };
const cluster = { image: 'lab/mer:1', claims: { work: '/work' }, mer: 'mer', before: [], args: ['x.yaml'] };

describe('shellWord()', () => {
  it.skipIf(!hasShell)('gives a shell back what it was given', () => {
    const script = `printf '%s\\0' ${hostile.map(shellWord).join(' ')}`;
    const { stdout } = spawnSync('sh', ['-c', script], { encoding: 'utf8' });
    expect(stdout.split('\0').slice(0, -1)).toEqual(hostile);
  });
});

describe('slurmScript()', () => {
  it('asks for what the plan needs', () => {
    const script = slurmScript(plan, {
      ...slurm,
      gpus: 'a100:1',
      partition: 'gpu',
      account: 'lab',
      atOnce: 4,
      lines: ['--constraint=avx512'],
    });
    expect(script.split('\n').filter((line) => line.startsWith('#SBATCH'))).toEqual(
      [
        '--job-name=mer-a-sweep',
        '--array=0-6%4',
        '--nodes=1',
        '--ntasks=1',
        '--cpus-per-task=2',
        '--mem=1431M',
        '--time=1-01:02:00',
        '--gpus-per-node=a100:1',
        '--partition=gpu',
        '--account=lab',
        '--requeue',
        '--signal=B:USR1@60',
        '--output=/dev/null',
        '--constraint=avx512',
      ].map((line) => `#SBATCH ${line}`),
    );
  });

  it.skipIf(!hasShell)('gives each task its cell and shard, and mer the very words, whatever they are', async () => {
    const dir = await mkdtemp(join(tmpdir(), "mer it's $x-"));
    try {
      const script = slurmScript(plan, {
        ...slurm,
        mer: 'show',
        before: [`show() { printf '%s\\0' "$MER_TASK" "$@" >&3; }`],
        args: hostile,
        folder: dir,
        logs: hostile[2]!,
      });
      await writeFile(join(dir, 'job.sh'), script);
      const loop = 'for i in 0 1 2 3 4 5 6; do SLURM_ARRAY_JOB_ID=9 SLURM_ARRAY_TASK_ID=$i bash job.sh; done 3>all';
      const { stderr, status } = spawnSync('bash', ['-c', `${loop}; cat all`], { cwd: dir, encoding: 'utf8' });
      expect([stderr, status]).toEqual(['', 0]);
      const { stdout } = spawnSync('cat', ['all'], { cwd: dir, encoding: 'utf8' });
      const [words, tail] = [hostile.length, 4];
      const said = stdout.split('\0').slice(0, -1);
      const calls = Array.from({ length: 7 }, () => said.splice(0, 2 + words + tail));
      expect(said).toEqual([]);
      for (const [i, call] of calls.entries())
        expect(call.slice(0, 2 + words)).toEqual([`slurm-9-${i}`, 'run', ...hostile]);
      expect(calls.map((call) => call.slice(-tail).join(' '))).toEqual(
        ['a 1/3', 'a 2/3', 'a 3/3', 'b 1/3', 'b 2/3', 'b 3/3', 'c 1/1'].map((text) => {
          const [cell, shard] = text.split(' ');
          return `--cell ${cell} --shard ${shard}`;
        }),
      );
      // a later array, whose first task is told by the argument; a task that is none; a task that fails is put back, wrong usage is not
      const again = `export SLURM_ARRAY_JOB_ID=9; scontrol() { echo "$@" >&3; return 1; }; export -f scontrol
        SLURM_ARRAY_TASK_ID=1 bash job.sh 5; SLURM_ARRAY_TASK_ID=7 bash job.sh || echo none $?
        for status in 1 2 137; do sed "s/^show().*/show() { return $status; }/" job.sh > failing.sh
          SLURM_ARRAY_TASK_ID=0 bash failing.sh; SLURM_ARRAY_TASK_ID=0 SLURM_RESTART_COUNT=2 bash failing.sh; echo $?; done`;
      const after = spawnSync('bash', ['-c', `{ ${again}\n} 3>more; tr '\\0' ' ' < more`], {
        cwd: dir,
        encoding: 'utf8',
      });
      expect(after.stdout).toMatch(
        /^none 2\n1\n2\n137\nslurm-9-1 run .* --cell c --shard 1\/1 requeue 9_0\nrequeue 9_0\n$/s,
      );
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });

  it('divides what is longer than an array may be', () => {
    expect(slurmArrays({ tasks: 2040 }, { arraySize: 1000, atOnce: 20 })).toEqual([
      { first: 0, array: '0-999%20' },
      { first: 1000, array: '0-999%20' },
      { first: 2000, array: '0-39%20' },
    ]);
    expect(slurmArrays({ tasks: 1 })).toEqual([{ first: 0, array: '0-0' }]);
  });

  it('refuses what cannot stand on a line for sbatch', () => {
    const refused = (options: Partial<SlurmScriptOptions>) => () => slurmScript(plan, { ...slurm, ...options });
    expect(refused({ partition: 'a b' })).toThrow(
      'partition must be of letters, digits and _ . , : + @ = / -: current value is',
    );
    expect(refused({ account: 'x\n#SBATCH -N9' })).toThrow(ExperimentError);
    expect(refused({ gpus: '1;id' })).toThrow('gpus must be');
    expect(refused({ lines: ['--a\n--b'] })).toThrow('must be one option, such as --constraint=avx512');
    expect(refused({ cpus: 0 })).toThrow('cpus must be a whole number of at least 1');
  });
});

describe('kubernetesManifest()', () => {
  it('is an Indexed Job with the script that its pods run', () => {
    const manifest = kubernetesManifest(plan, {
      ...cluster,
      args: hostile,
      claims: { work: '/work', data: '/data set' },
      gpus: 2,
      atOnce: 3,
      namespace: 'lab',
    });
    const [map, job, ...more] = parseAllDocuments(manifest).map((document) => document.toJS());
    expect(more).toEqual([]);
    expect([map.kind, job.kind, job.metadata.namespace]).toEqual(['ConfigMap', 'Job', 'lab']);
    // the space is none of Kubernetes' names
    expect(map.metadata.name).toMatch(/^mer-a-sweep-[0-9a-f]{8}$/);
    const { template, ...spec } = job.spec;
    expect(spec).toMatchObject({ completionMode: 'Indexed', completions: 7, parallelism: 3, backoffLimitPerIndex: 2 });
    const [container] = template.spec.containers;
    expect(container.resources).toEqual({
      requests: { cpu: '2', memory: '1431Mi', 'nvidia.com/gpu': 2 },
      limits: { memory: '1431Mi', 'nvidia.com/gpu': 2 },
    });
    expect(template.spec).toMatchObject({ restartPolicy: 'Never', activeDeadlineSeconds: 90_061 });
    expect(container.workingDir).toBe('/work');
    const script: string = map.data['task.sh'];
    for (const word of hostile) expect(script).toContain(`\n  ${shellWord(word)} \\`);
    if (!hasShell) return;
    const env = { ...process.env, JOB_COMPLETION_INDEX: '3', MER_JOB: 'uid' };
    const shown = script.replace('exec mer', `set -- "$cell" "$shard"; printf '%s\\0' "$MER_TASK"`);
    const { stdout } = spawnSync('sh', ['-c', shown], { env, encoding: 'utf8' });
    expect(stdout.split('\0')).toEqual(['kubernetes-uid-3', 'run', ...hostile, '--cell', 'b', '--shard', '1/3', '']);
  });

  it('refuses names that Kubernetes does not know, and what no Job has room for', () => {
    const refused =
      (options: object, of = plan) =>
      () =>
        kubernetesManifest(of, { ...cluster, ...options });
    expect(refused({ claims: {} })).toThrow('there must be a claim of a volume');
    expect(refused({ claims: { Work: '/work' } })).toThrow('a claim must be of small letters');
    expect(refused({ claims: { work: 'work' } })).toThrow('absolute path');
    expect(refused({ claims: { a: '/work', b: '/work' } })).toThrow('a path of its own');
    expect(refused({ namespace: 'a\nkind: Pod' })).toThrow('the namespace must be');
    expect(refused({ image: ' ' })).toThrow('there must be an image');
    expect(refused({}, { ...plan, tasks: 100_001 })).toThrow('at most 100000 tasks');
    const names = Array.from({ length: 10_000 }, (_, i) => ({ cell: `${'n'.repeat(95)}${i}`, folds: 1, tasks: 1 }));
    expect(refused({}, { ...plan, groups: names })).toThrow('at most 1000000 bytes');
  });
});

describe('limitsOf()', () => {
  it('fits the run that needs most, each way', () => {
    const small: TrialNeeds = {
      seconds: { prepare: 500, fold: 10, total: 1 },
      memory: { prepared: 1, worker: 3e8 },
      plan: { process: 1e9 },
    };
    const long = {
      ...small,
      seconds: { prepare: 100, fold: 300, total: 1 },
      memory: { prepared: 1, worker: 2e9 },
      // each task needs two of the twenty
      stages: [{ name: 'a', text: '', trainings: 20, seconds: 4000 }],
    };
    const { seconds, memory, measured } = limitsOf([small, long], { trainings: 2, workers: 1 });
    // 60 + 2 (100 + 400 + 600) to whole minutes
    expect(seconds).toBe(2280);
    // 400 MB and 1.2 x 2 GB, to 64 MiB
    expect(memory / 2 ** 26).toBe(Math.ceil(2.8e9 / 2 ** 26));
    expect(measured).toEqual({ prepare: 500, fold: 300, worker: 2e9 });
    expect(limitsOf([small], { trainings: 2, workers: 2 }).seconds).toBe(1080);
    expect(
      limitsOf([{ ...small, seconds: { prepare: 0, fold: 1, total: 1 } }], { trainings: 1, workers: 1 }),
    ).toMatchObject({
      seconds: 600,
      memory: Math.ceil(1.6e9 / 2 ** 26) * 2 ** 26,
    });
  });
});
