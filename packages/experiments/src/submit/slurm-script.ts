import { show } from '@mer/options';
import { ExperimentError } from '../schema/experiment-error.js';
import type { TaskPlan } from './plan-tasks.js';
import { shellComment, shellWord } from './shell-text.js';
import { type TaskCommand, taskCommand, taskLines } from './task-script.js';

/** Options of {@link slurmScript}. */
export interface SlurmScriptOptions extends TaskCommand {
  /** Folder in which the tasks start, which every node sees. */
  folder: string;
  /** Folder of the log of each task, within it or absolute. */
  logs: string;
  /** Processors of a task; one for each worker by default. */
  cpus?: number | undefined;
  /** GPUs of a task: how many, or kind and how many (`a100:1`). */
  gpus?: string | undefined;
  partition?: string | undefined;
  account?: string | undefined;
  /** Further options of sbatch, such as `--constraint=avx512`. */
  lines?: readonly string[];
  /** Most tasks at the same time. */
  atOnce?: number | undefined;
  /** Most tasks of an array; the cluster's MaxArraySize less one. */
  arraySize?: number;
  /** How often a task is tried again that failed or ran out of time. */
  retries?: number;
}

/** Arrays of sbatch: of which tasks, and the arguments that start each after the last. */
export interface SlurmArray {
  /** Number of the first task, which the script is given. */
  first: number;
  /** Value of `--array`. */
  array: string;
}

/**
 * Writes a batch script for Slurm, one task of its array for each part of the plan. A task that is killed and queued again goes on with the folds that are not
 * done, as does one that is submitted again.
 *
 * @param plan - as made by {@link planTasks}
 * @param options - how a task starts mer, what the cluster is to give it
 * @returns a script for bash; no name in it is ever a command
 * @throws {@link ExperimentError} where an option cannot stand on a line of `#SBATCH`
 *
 * @example
 * ```ts
 * import { slurmScript } from '@mer/experiments';
 *
 * const plan = { name: 'first', groups: [{ folds: 4, tasks: 4 }], tasks: 4, folds: 4, workers: 1, seconds: 600, memory: 2e9 };
 * const script = slurmScript(plan, { mer: 'npx mer', before: [], args: ['first.yaml'], folder: '/home/me', logs: 'logs' });
 * console.log(script.split('\n').filter((line) => line.includes('--time') || line.includes('--mem')).join()); // #SBATCH --mem=1908M,#SBATCH --time=0-00:10:00
 * ```
 */
export function slurmScript(plan: TaskPlan, options: SlurmScriptOptions): string {
  const { folder, logs, before, cpus = plan.workers, gpus, partition, account, lines = [], retries = 2 } = options;
  const [{ array }] = slurmArrays(plan, options) as [SlurmArray];
  const header = [
    `--job-name=mer-${plan.name.replaceAll(/[^A-Za-z0-9._-]/g, '-')}`,
    `--array=${array}`,
    '--nodes=1',
    '--ntasks=1',
    `--cpus-per-task=${atLeastOne('cpus', cpus)}`,
    `--mem=${Math.ceil(plan.memory / 2 ** 20)}M`,
    `--time=${slurmTime(plan.seconds)}`,
    ...(gpus === undefined ? [] : [`--gpus-per-node=${headerWord('gpus', gpus)}`]),
    ...(partition === undefined ? [] : [`--partition=${headerWord('partition', partition)}`]),
    ...(account === undefined ? [] : [`--account=${headerWord('account', account)}`]),
    '--requeue',
    // so that what is being done can be given up in order before the time is over
    '--signal=B:USR1@60',
    // a task writes its own log, whose name may be any
    '--output=/dev/null',
    ...lines.map(headerLine),
  ];
  return `${[
    '#!/bin/bash',
    ...shellComment(
      `Written by mer submit: ${plan.folds} folds of ${plan.name} in ${plan.tasks} tasks. A task runs what is not done yet, so that the script may be submitted again.`,
    ),
    ...header.map((line) => `#SBATCH ${line}`),
    '',
    ...shellComment('The argument is the number of the first task, where there are more than an array may have.'),
    // biome-ignore lint/suspicious/noTemplateCurlyInString: of the shell
    'task=$((${1:-0} + SLURM_ARRAY_TASK_ID))',
    ...taskLines(plan.groups),
    '',
    `cd -- ${shellWord(folder)} || exit 2`,
    `logs=${shellWord(logs)}`,
    'mkdir -p -- "$logs" && exec >>"$logs/$task.log" 2>&1 || exit 1',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: of the shell
    'echo "--- task $task, try $((${SLURM_RESTART_COUNT:-0} + 1)), on $(hostname), $(date)"',
    // the lock of a task that was killed on another node is in nobody's way
    'export MER_TASK="slurm-$SLURM_ARRAY_JOB_ID-$SLURM_ARRAY_TASK_ID"',
    ...(before.length > 0 ? ['', ...before] : []),
    '',
    ...RUN,
    ...taskCommand(plan.groups, options).map((line, i, all) => (i === all.length - 1 ? `${line} &` : line)),
    ...waitAndTryAgain(retries),
  ].join('\n')}\n`;
}

const RUN = [`trap 'late=1; kill -TERM "$process"' USR1`, `trap 'ended=1; kill -TERM "$process"' TERM INT`];

function waitAndTryAgain(retries: number): string[] {
  return [
    'process=$!',
    // a signal ends a wait before the process has ended
    'while :; do',
    '  wait "$process"',
    '  status=$?',
    '  kill -0 "$process" 2>/dev/null || break',
    'done',
    `if [ "\${SLURM_RESTART_COUNT:-0}" -lt ${retries} ] && [ -z "$ended" ] && [ "$status" -ne 0 ] && [ "$status" -ne 2 ]; then`,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: of the shell
    '  echo "--- ${late:+the time is over; }tried again, as the status was $status"',
    // Slurm ends this process when it has put the task back
    // biome-ignore lint/suspicious/noTemplateCurlyInString: of the shell
    '  scontrol requeue "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID" && sleep 120',
    'fi',
    'exit "$status"',
  ];
}

/**
 * The arrays that all tasks of a plan need, as a cluster has a longest one (`MaxArraySize`); the limit of tasks at the same time is that of each array.
 *
 * @param plan - tasks
 * @param options - longest array (1000) and most tasks at the same time
 */
export function slurmArrays(
  { tasks }: Pick<TaskPlan, 'tasks'>,
  { arraySize = 1000, atOnce }: Pick<SlurmScriptOptions, 'arraySize' | 'atOnce'> = {},
): SlurmArray[] {
  atLeastOne('the size of an array', arraySize);
  const most = atOnce === undefined ? '' : `%${atLeastOne('tasks at once', atOnce)}`;
  return Array.from({ length: Math.ceil(tasks / arraySize) }, (_, i) => {
    const first = i * arraySize;
    return { first, array: `0-${Math.min(arraySize, tasks - first) - 1}${most}` };
  });
}

function slurmTime(seconds: number): string {
  const minutes = Math.ceil(seconds / 60);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${Math.floor(minutes / 1440)}-${two(Math.floor(minutes / 60) % 24)}:${two(minutes % 60)}:00`;
}

function atLeastOne(name: string, value: number): number {
  if (Number.isInteger(value) && value > 0) return value;
  throw new ExperimentError(
    `Cannot write a script as ${name} must be a whole number of at least 1: current value is ${value}`,
  );
}

/** A value on a line of `#SBATCH`, which has rules of quoting of its own: nothing that needs any. */
function headerWord(name: string, value: string): string {
  if (/^[A-Za-z0-9_.,:+@=/-]+$/.test(value)) return value;
  throw new ExperimentError(
    `Cannot write a script as ${name} must be of letters, digits and _ . , : + @ = / -: current value is ${show(value)}`,
  );
}

function headerLine(line: string): string {
  if (/^-[^\r\n]*$/.test(line)) return line;
  throw new ExperimentError(
    `Cannot write a script as a line for sbatch must be one option, such as --constraint=avx512: current value is ${show(line)}`,
  );
}
