import { join, resolve } from 'node:path';
import {
  hasSlurm,
  kubernetesManifest,
  openExperiment,
  openSweep,
  planTasks,
  shellWord,
  slurmArrays,
  slurmScript,
  submitFolder,
  submitToSlurm,
  type TaskPlan,
} from '@mer/experiments';
import { makeFolder, writeFileAtomic } from '@mer/io';
import { UsageError } from '../errors.js';
import { type ExperimentOptions, settingsOf } from '../experiment-options.js';
import { interruptible } from '../interrupt.js';
import { print, printJson, say, terminal } from '../output.js';
import { createCounter, duration } from '../progress.js';

interface Options extends ExperimentOptions {
  slurm?: boolean;
  kubernetes?: boolean;
  dryRun?: boolean;
  out?: string;
  grid: string[];
  final?: boolean;
  cache?: string;
  foldsPerTask: number;
  workers: number;
  time?: number;
  memory?: number;
  cpus?: number;
  gpus?: string;
  atOnce?: number;
  retries: number;
  mer?: string;
  with?: string;
  before: string[];
  partition?: string;
  account?: string;
  sbatch: string[];
  arraySize: number;
  image?: string;
  claim: string[];
  folder?: string;
  namespace?: string;
  gpuResource?: string;
}

/** `mer submit <experiment> --slurm | --kubernetes` */
export async function submit(file: string, options: Options): Promise<void> {
  if (Boolean(options.slurm) === Boolean(options.kubernetes)) {
    throw new UsageError('Cannot submit as one of --slurm and --kubernetes must be given');
  }
  const request = options.kubernetes ? kubernetesRequest(options) : undefined;
  const how = { set: settingsOf(options), use: options.use, onNote: (text: string) => say(`${text}\n`) };
  const target = (await openSweep(file, { ...how, grid: options.grid })) ?? (await openExperiment(file, how));
  const out = options.out ?? join('runs', 'cells' in target ? target.name : target.experiment.name);
  const counter = createCounter(terminal, 'planned', 'runs');
  const { foldsPerTask, workers, final, time: seconds, memory } = options;
  const plan = await interruptible('stopped', (signal) =>
    planTasks(target, {
      ...{ foldsPerTask, workers, final, seconds, memory, signal },
      onRun: (index, of) => counter.show(index - 1, of),
    }),
  ).finally(() => counter.end());
  const common = { args: runArguments(file, out, options), before: options.before, with: options.with };
  if (request) return toKubernetes(plan, kubernetesManifest(plan, { ...request, ...common }), out, options);
  const { cpus, gpus, partition, account, sbatch: lines, atOnce, arraySize, retries } = options;
  const folder = process.cwd();
  const script = slurmScript(plan, {
    ...common,
    mer: options.mer ?? `${shellWord(process.execPath)} ${shellWord(resolve(process.argv[1]!))}`,
    folder,
    logs: join(submitFolder(out), 'logs'),
    ...{ cpus, gpus, partition, account, lines, atOnce, arraySize, retries },
  });
  if (options.dryRun) return printJob(plan, script, options.json);
  const there = await hasSlurm();
  const arrays = slurmArrays(plan, { arraySize, atOnce });
  const {
    file: written,
    commands,
    jobs,
  } = await submitToSlurm(out, script, {
    arrays,
    submit: there,
    chain: atOnce !== undefined,
  });
  if (options.json) return printJson({ plan, file: written, commands, jobs }, 0);
  print(`${planText(plan)}\nscript: ${written}\n`);
  if (jobs.length > 0) print(`submitted: ${jobs.map((id, i) => `job ${id} (${arrays[i]!.array})`).join(', ')}\n`);
  else
    print(
      `there is no sbatch here; where there is:\n${commands.map((words) => `  ${words.map(shellWord).join(' ')}\n`).join('')}`,
    );
  print(`mer status ${shellWord(out)} tells how far it is; logs are in ${join(submitFolder(out), 'logs')}\n`);
}

async function toKubernetes(plan: TaskPlan, manifest: string, out: string, { dryRun, json }: Options): Promise<void> {
  if (dryRun) return printJob(plan, manifest, json);
  const file = join(submitFolder(out), 'job.yaml');
  await makeFolder(submitFolder(out));
  await writeFileAtomic(file, manifest);
  if (json) return printJson({ plan, file }, 0);
  print(`${planText(plan)}\nmanifest: ${file}\nto submit it: kubectl apply -f ${shellWord(file)}\n`);
}

function printJob(plan: TaskPlan, text: string, json: boolean | undefined): void {
  if (json) printJson({ plan, text }, 0);
  else print(text);
}

/** What `mer run` is told in every task: what `mer submit` was told. */
function runArguments(file: string, out: string, options: Options): string[] {
  const { data, set, grid, use, backend, final, cache, workers } = options;
  const named = (name: string, value: string | undefined) => (value === undefined ? [] : [`${name}=${value}`]);
  return [
    ...(file.startsWith('-') ? [`./${file}`] : [file]),
    ...named('--data', data),
    ...set.map((each) => `--set=${each}`),
    ...grid.map((each) => `--grid=${each}`),
    ...use.map((each) => `--use=${each}`),
    ...named('--backend', backend),
    ...(final ? ['--final'] : []),
    ...named('--cache', cache),
    `--out=${out}`,
    `--workers=${workers}`,
  ];
}

function kubernetesRequest({ image, claim, mer = 'mer', gpus, ...rest }: Options) {
  if (image === undefined)
    throw new UsageError('Cannot submit to Kubernetes as --image must name one that has Node and mer');
  const claims: Record<string, string> = {};
  for (const each of claim) {
    const [, name, path] = /^([^:]+):(\/.*)$/.exec(each) ?? [];
    if (name === undefined || path === undefined) {
      throw new UsageError(`Cannot submit to Kubernetes as --claim must be name:/path: current value is '${each}'`);
    }
    claims[name] = path;
  }
  if (gpus !== undefined && !/^[1-9]\d{0,3}$/.test(gpus)) {
    throw new UsageError(
      `Cannot submit to Kubernetes as --gpus must be a whole number: current value is '${gpus}'; --gpu-resource names their kind`,
    );
  }
  const { folder, namespace, cpus, gpuResource, atOnce, retries } = rest;
  return {
    ...{ image, claims, mer, folder, namespace, cpus, gpuResource, atOnce, retries },
    gpus: gpus === undefined ? undefined : Number(gpus),
  };
}

function planText({ name, groups, folds, tasks, seconds, memory, measured }: TaskPlan): string {
  const cells = groups[0]?.cell === undefined ? '' : ` of ${groups.length} cells`;
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
  const why = measured
    ? ` (here a fold takes about ${duration(measured.fold)}, preparing ${duration(measured.prepare)}, a worker ${megabytes(measured.worker)})`
    : '';
  return `${name}: ${folds} folds${cells} in ${tasks} tasks, each ${duration(seconds)} at most and ${megabytes(memory)}${why}`;
}
