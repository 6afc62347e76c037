import { hashOf } from '@mer/options';
import type { OwnParts } from '../parts/own-modules.js';
import { openExperimentData } from '../prepare/prepare.js';
import { type DryRun, dryRun } from '../run/dry-run.js';
import { planFolds } from '../run/plan.js';
import { substance } from '../run/run-store.js';
import type { Experiment } from '../schema/experiment.js';
import { ExperimentError } from '../schema/experiment-error.js';
import type { Sweep } from '../sweep/open-sweep.js';

/** The tasks of one run: task i of `tasks` runs shard i. */
export interface TaskGroup {
  /** The cell of a sweep; absent where there is one run. */
  cell?: string;
  /** Folds of all seeds. */
  folds: number;
  /** Tasks that share them. */
  tasks: number;
}

/** What a scheduler is asked for, in tasks that all ask for the same. */
export interface TaskPlan {
  /** Name of the run or the sweep. */
  name: string;
  /** Runs and their tasks, in the order of their numbers. */
  groups: TaskGroup[];
  /** All tasks, and all folds. */
  tasks: number;
  folds: number;
  /** Processes that train folds at the same time in a task. */
  workers: number;
  /** Limit of a task, in seconds. */
  seconds: number;
  /** Memory of a task, in bytes. */
  memory: number;
  /** Estimates behind the limits, of the run that needs most; absent where both were given. */
  measured?: { prepare: number; fold: number; worker: number };
}

/** Options of {@link planTasks}. */
export interface PlanTasksOptions {
  /** Folds that a task runs at most. */
  foldsPerTask?: number;
  /** Processes that train folds at the same time in a task. */
  workers?: number;
  /** Also the training on all samples of each seed. */
  final?: boolean;
  /** Limit of a task in seconds; estimated by default. */
  seconds?: number | undefined;
  /** Memory of a task in bytes; estimated by default. */
  memory?: number | undefined;
  /** Called before each run that is looked at. */
  onRun?: (index: number, of: number) => void;
  /** Ends the work before the next run by throwing the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** How much longer than estimated a task may take, and what it takes to start, in seconds. */
const PATIENCE = 2;
const START = 60;
/** Shortest limit, in seconds. */
const LEAST = 600;
/** How much more than estimated a worker may hold, and what the process that leads them holds, in bytes. */
const ROOM = 1.2;
const LEADER = 400e6;

/**
 * Divides the folds of a run, or of every cell of a sweep, into tasks for a scheduler, and says what a task needs. Time and memory follow from a trial: the memory
 * plan, and a training step on this machine; runs that differ in name and seeds alone are tried once. Where both are given, folds are counted only.
 *
 * @param target - a sweep, or an experiment and the parts that it names
 * @param options - folds of a task, limits that are known
 * @returns tasks of a run divide its folds as shards; the limits are twice the time, a fifth more than the memory of what needs most
 * @throws {@link ExperimentError} for whatever would keep a run from starting
 *
 * @example
 * ```ts
 * import { openSweep, planTasks } from '@mer/experiments';
 *
 * const sweep = await openSweep('first-steps', { grid: ['training.batchSize=8,16'], set: ['data.options.subjects=5'] });
 * const plan = await planTasks(sweep!, { foldsPerTask: 2, seconds: 600, memory: 2e9 });
 * console.log(plan.groups[1]); // { cell: 'batchSize-16', folds: 5, tasks: 3 }
 * ```
 */
export async function planTasks(
  target: Sweep | { experiment: Experiment; own: OwnParts },
  { foldsPerTask = 1, workers = 1, final = false, seconds, memory, onRun = () => {}, signal }: PlanTasksOptions = {},
): Promise<TaskPlan> {
  for (const [name, value] of Object.entries({ 'folds of a task': foldsPerTask, workers })) {
    if (Number.isInteger(value) && value > 0) continue;
    throw new ExperimentError(
      `Cannot plan tasks as ${name} must be a whole number of at least 1: current value is ${value}`,
    );
  }
  const { own } = target;
  const runs: { cell?: string; experiment: Experiment }[] =
    'cells' in target ? target.cells.map(({ name, experiment }) => ({ cell: name, experiment })) : [target];
  const counts = new Map<string, number>();
  const trials = new Map<string, DryRun>();
  const groups: TaskGroup[] = [];
  for (const [i, { cell, experiment }] of runs.entries()) {
    signal?.throwIfAborted();
    onRun(i + 1, runs.length);
    try {
      const folds = await countFolds(experiment, own, counts);
      groups.push({ ...(cell !== undefined && { cell }), folds, tasks: Math.ceil(folds / foldsPerTask) });
      const key = hashOf([substance(experiment), experiment.data, experiment.backend]);
      if ((seconds === undefined || memory === undefined) && !trials.has(key)) {
        trials.set(key, await dryRun(experiment, { own }));
      }
    } catch (error) {
      if (cell === undefined) throw error;
      throw new ExperimentError(`Cannot plan the cell ${cell}: ${(error as Error).message}`, { cause: error });
    }
  }
  const tried = [...trials.values()];
  const limits = tried.length > 0 ? limitsOf(tried, { trainings: foldsPerTask + (final ? 1 : 0), workers }) : undefined;
  return {
    name: 'cells' in target ? target.name : target.experiment.name,
    groups,
    tasks: groups.reduce((sum, { tasks }) => sum + tasks, 0),
    folds: groups.reduce((sum, { folds }) => sum + folds, 0),
    workers,
    seconds: (seconds ?? limits?.seconds)!,
    memory: (memory ?? limits?.memory)!,
    ...(limits && { measured: limits.measured }),
  };
}

/** What a trial tells of the needs of a run. */
export type TrialNeeds = Pick<DryRun, 'seconds' | 'stages' | 'memory'> & { plan: Pick<DryRun['plan'], 'process'> };

/** Limits of a task that fit whatever run needs most. */
export function limitsOf(
  tried: readonly TrialNeeds[],
  { trainings, workers }: { trainings: number; workers: number },
): Required<Pick<TaskPlan, 'seconds' | 'memory' | 'measured'>> {
  const most = (of: (trial: TrialNeeds) => number) => Math.max(...tried.map(of));
  const whole = (value: number, step: number) => Math.ceil(value / step) * step;
  const seconds = most(({ seconds: each, stages = [] }) => {
    // of a stage that trains once for each fold a task needs its own part
    const before = stages.reduce((sum, one) => sum + one.seconds * Math.min(1, trainings / one.trainings), 0);
    return each.prepare + before + Math.ceil(trainings / workers) * each.fold;
  });
  const worker = most(({ plan, memory }) => Math.max(plan.process, memory.worker));
  return {
    seconds: Math.max(LEAST, whole(START + PATIENCE * seconds, 60)),
    memory: whole(LEADER + workers * ROOM * worker, 2 ** 26),
    measured: {
      prepare: most((trial) => trial.seconds.prepare),
      fold: most((trial) => trial.seconds.fold),
      worker,
    },
  };
}

/** Folds of all seeds; runs of the same samples and protocol are counted once. */
async function countFolds(experiment: Experiment, own: OwnParts, known: Map<string, number>): Promise<number> {
  const { data, protocol, seeds, preprocessing, inputs, targets, training } = experiment;
  const key = hashOf([data, protocol, seeds, preprocessing, inputs, targets, training.loss]);
  const before = known.get(key);
  if (before !== undefined) return before;
  const dataset = await openExperimentData(experiment, own);
  const folds = planFolds(experiment, dataset.samples, own.parts).length;
  known.set(key, folds);
  return folds;
}
