import { join } from 'node:path';
import type { BackendName } from '@mer/backends';
import type { OwnParts } from '../parts/own-modules.js';
import type { RunEvent } from '../run/events.js';
import type { PlannedFold } from '../run/plan.js';
import { isUnitDone, type StageUnit } from '../run/stages.js';
import { type Processes, runTask } from '../runners/processes.js';
import type { WorkerContext } from '../runners/worker.js';
import type { Experiment } from '../schema/experiment.js';
import { ExperimentError } from '../schema/experiment-error.js';
import type { Store } from '../store/store.js';
import type { FoldJob } from './jobs.js';
import type { RunHere } from './run-here.js';
import { findSharedPlan, type SharedPlan, usedParts } from './shared-plan.js';
import { fetchResult, fetchWeights } from './shared-results.js';
import { onThisMachine, type WorkerData } from './worker-data.js';

/** This machine cannot train folds of a run, whose data or parts it lacks; another may. */
export class RefusedError extends ExperimentError {
  override readonly name = 'RefusedError';
}

/** A training that is ready to be done by a process. */
export interface ReadyTraining {
  method: 'fold' | 'stage';
  context: WorkerContext;
  training: PlannedFold | StageUnit;
}

/** What {@link openWorkerRuns} needs. */
export interface WorkerRunsOptions {
  store: Store;
  own: OwnParts;
  data: WorkerData;
  /** Folder of pictures and weights, */
  cache: string;
  /** and of what is being trained. */
  work: string;
  /** The processes of a backend. */
  processesOf: (backend: BackendName) => Processes;
  signal: AbortSignal;
}

/** Seeds and stages that are kept in mind. */
const KEPT = 64;

interface Known {
  plan: SharedPlan;
  /** The experiment with the paths of this machine. */
  experiment: Experiment;
  own: OwnParts;
}

/** The runs that a worker takes part in: each is looked at once, and its pictures are made or fetched once. */
export function openWorkerRuns({ store, own, data, cache, work, processesOf, signal }: WorkerRunsOptions): {
  /**
   * Makes a training ready.
   *
   * @throws RefusedError where this machine lacks what it needs
   */
  ready(job: FoldJob, onEvent: (event: RunEvent) => void): Promise<ReadyTraining>;
} {
  const remember = rememberer(KEPT);

  const known = (run: string) =>
    remember(`plan ${run}`, async (): Promise<Known> => {
      const plan = await findSharedPlan(store, run, own);
      if (!plan) {
        throw new ExperimentError(
          `Cannot train folds of the run ${run.slice(0, 12)} as the store ${store.url} has no plan of it: give the worker the store of the one that runs the experiment`,
        );
      }
      return { plan, experiment: onThisMachine(plan.experiment, data, cache), own: usedParts(plan, own) };
    });

  const look = ({ run, seed, stage, label }: FoldJob) =>
    remember(`look ${run} ${seed} ${stage ?? ''}`, async (): Promise<RunHere> => {
      const { plan, experiment, own: parts } = await known(run);
      const processes = processesOf(plan.backend);
      const here = await runTask<RunHere>(processes, 'look', [parts.modules, experiment, { seed, stage }], { signal });
      checkFingerprint(label, plan, here, stage);
      return here;
    });

  const pictures = (job: FoldJob, onEvent: (event: RunEvent) => void) =>
    remember(`pictures ${job.run} ${job.stage ?? ''}`, async () => {
      const { plan, experiment, own: parts } = await known(job.run);
      const processes = processesOf(plan.backend);
      const asked = { seed: job.seed, stage: job.stage, cache, store: store.url, processes: processes.count };
      const args = [parts.modules, experiment, asked];
      return runTask<WorkerContext['prepared']>(processes, 'prepare', args, { on: onEvent, signal });
    });

  const refusing = async <T>(work: Promise<T>): Promise<T> =>
    work.catch((cause: Error) => {
      // what the machine lacks, not what went wrong on it
      if (cause instanceof ExperimentError || cause.name === 'DatasetError')
        throw new RefusedError(cause.message, { cause });
      throw cause;
    });

  return {
    async ready(job, onEvent) {
      const { run, seed, stage, fold } = job;
      const { plan, own: parts } = await refusing(known(run));
      const here = await refusing(look(job));
      const training =
        stage === undefined
          ? here.folds.find(({ name }) => name === fold)
          : here.units.find((unit) => unit.stage === stage && unit.name === fold);
      if (!training) {
        throw new ExperimentError(
          `Cannot train ${stage ?? 'fold'} ${fold} (seed ${seed}) as the run ${job.label} has none of that name`,
        );
      }
      const prepared = await pictures(job, onEvent);
      const out = join(work, run.slice(0, 32));
      const { begins } = training;
      if (begins && !isUnitDone(out, { seed, stage: begins.stage, name: begins.unit })) {
        const before = { run, seed, stage: begins.stage, fold: begins.unit };
        if (!(await fetchResult(store, out, before))) {
          throw new Error(
            `Cannot begin from stage ${begins.stage} as the store has no result of its training ${begins.unit} (seed ${seed})`,
          );
        }
      }
      const memory = stage === undefined ? plan.memory : plan.stages?.find(({ name }) => name === stage)?.memory;
      return {
        method: stage === undefined ? 'fold' : 'stage',
        context: {
          modules: parts.modules,
          experiment: here.experiment,
          backend: plan.backend,
          out,
          memory,
          prepared,
          stage,
          heads: here.heads,
          ...(plan.experiment.model.weights !== undefined && {
            weights: await fetchWeights(store, initialOf(plan), cache),
          }),
        },
        training,
      };
    },
  };
}

/** The identities that the fingerprint of a run is made of: its data, that of each stage, its initial weights. */
const identities = ({ fingerprint }: SharedPlan) => fingerprint.split('+');
const initialOf = (plan: SharedPlan) => identities(plan).at(-1)!;

function checkFingerprint(label: string, plan: SharedPlan, here: RunHere, stage: string | undefined): void {
  const index = stage === undefined ? 0 : 1 + (plan.experiment.stages ?? []).findIndex(({ name }) => name === stage);
  const theirs = identities(plan)[index];
  if (here.fingerprint === theirs) return;
  const { name, root } = here.experiment.data;
  throw new ExperimentError(
    `Cannot train folds of ${label} as data set ${name}${root === undefined ? '' : ` in ${root}`} is another than that of the run: its samples, annotations or files differ ` +
      `(fingerprint ${here.fingerprint.slice(0, 12)}, that of the run is ${theirs?.slice(0, 12)}); copy the data set again`,
  );
}

/** Keeps what was made under a name, a number of them; what failed is made again when it is asked for. */
function rememberer(most: number) {
  const kept = new Map<string, Promise<unknown>>();
  return <T>(name: string, make: () => Promise<T>): Promise<T> => {
    const before = kept.get(name) as Promise<T> | undefined;
    const made = before ?? make();
    kept.delete(name);
    kept.set(name, made);
    if (!before) {
      made.catch(() => kept.delete(name));
      if (kept.size > most) kept.delete(kept.keys().next().value!);
    }
    return made;
  };
}
