import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { type BackendInfo, backendTraits, useBackend } from '@mer/backends';
import { type Dataset, fingerprint } from '@mer/datasets';
import { memoryPlanText, sameLabel, viewPlan } from '@mer/training';
import { NO_PARTS, type OwnParts } from '../parts/own-modules.js';
import { openExperimentData, type PreparedDataset, prepareData, shareable } from '../prepare/prepare.js';
import { crashText } from '../runners/crash.js';
import { runInPool } from '../runners/pool.js';
import { CrashError, openProcesses, type Processes, runTask } from '../runners/processes.js';
import type { FoldReport, PlanReport, StageReport, WorkerContext } from '../runners/worker.js';
import type { Experiment } from '../schema/experiment.js';
import { ExperimentError } from '../schema/experiment-error.js';
import { dataText, saysSomething } from '../summaries/data-text.js';
import { decisionsOf } from '../summaries/decisions.js';
import { stageText, startOf } from '../summaries/start-text.js';
import { type RunSummary, summarize } from '../summaries/summary.js';
import { checkPredictions } from './check-predictions.js';
import type { RunEvent } from './events.js';
import { lockFolder } from './folder-lock.js';
import { subjectsOf, testsSubjects } from './folds.js';
import { removeHalfWritten } from './half-written.js';
import { describeRun } from './manifest.js';
import { type InitialWeights, keepInitialWeights, readInitialWeights } from './model.js';
import { finalFolds, type PlannedFold, planFolds } from './plan.js';
import { describeData, type RunData } from './run-data.js';
import { freeMemory, noRoomText, type RunMemory } from './run-memory.js';
import {
  type FoldPredictions,
  findRun,
  openRun,
  type RunManifest,
  type RunStage,
  readFold,
  readManifest,
  writeJson,
} from './run-store.js';
import {
  headsOf,
  isUnitDone,
  neededUnits,
  openStages,
  type PlannedStage,
  planStages,
  type StageUnit,
} from './stages.js';
import { untrainedNote } from './untrained.js';
import { packageVersion } from './version.js';

/** Options of {@link runExperiment}. */
export interface RunExperimentOptions extends RunFoldsOptions {
  /** Also train on all samples, as {@link trainNetwork} does: one more training for each seed, tested on nothing. */
  final?: boolean;
}

/** Where and how folds are trained. */
export interface RunFoldsOptions {
  /** Folder of the run; begun if it is new, gone on with if it holds this experiment's run. */
  out: string;
  /** Processes that train folds at the same time; `auto` (default) is as many as cores and free memory allow on cpu and wasm, and one elsewhere. */
  workers?: number | 'auto';
  /** Run a part of the folds only: part `index` of `of`, from 1. Parts are put together by {@link mergeRuns}, or share a folder. */
  shard?: { index: number; of: number } | undefined;
  /** Folder of prepared images, shared by the runs that use them; `.cache` beside the run's folder by default. */
  cache?: string | undefined;
  /** Anybody's own parts, which the experiment may name; see {@link loadParts}. */
  own?: OwnParts | undefined;
  /** Called as the work goes on. */
  onEvent?: (event: RunEvent) => void;
  /** Ends the work by throwing the signal's reason; folds that are done stay. */
  signal?: AbortSignal | undefined;
}

/**
 * Prepares, trains and tests every fold of an experiment and writes the run; folds that the folder already has are not run again.
 *
 * Folds run in processes of their own, each with a backend, so that one that fails for memory takes nothing else with it; the images lie in the cache's
 * files and are read from there, not copied to each. What a fold gives depends on the experiment, its seed, its samples and the backend alone, so that a run that was killed and started again
 * ends with the predictions of one that was not.
 *
 * @param experiment - complete experiment, as read by {@link readExperiment}
 * @param options - folder, progress, interruption
 * @returns scores of the pooled predictions, also written to `summary.json`
 * @throws {@link ExperimentError} where the experiment cannot be run as given, or another process works in the folder, before any work
 * @throws Error where a sample cannot be read or a file cannot be written
 *
 * @example
 * ```ts no-run
 * import { readExperiment, runExperiment, summaryText } from '@mer/experiments';
 *
 * const experiment = await readExperiment('first-steps');
 * console.log(summaryText(await runExperiment(experiment, { out: 'runs/quickstart' })));
 * ```
 */
export async function runExperiment(
  experiment: Experiment,
  { final = false, ...options }: RunExperimentOptions,
): Promise<RunSummary> {
  if (!testsSubjects(experiment, options.own?.parts)) {
    throw new ExperimentError(
      `Cannot score ${experiment.name} as its protocol, ${experiment.protocol.name}, tests nobody: mer train trains it`,
    );
  }
  return runFolds(experiment, options, {
    final,
    summarize: (plan, done, stages) => {
      const predictions = plan.folds.flatMap((fold) => done.get(fold) ?? []);
      checkPredictions(`score the run in ${options.out}`, predictions);
      return scoreFolds(predictions, { experiment, plan, stages });
    },
  });
}

/** What {@link runFolds} makes of a run. */
interface FoldsOf<S> {
  /** Whether to train on all samples too. */
  final: boolean;
  /** What the manifest says beside the usual; throws where the run must not begin. */
  describe?: (described: RunManifest) => RunManifest;
  /** What `summary.json` is to hold. */
  summarize: (plan: RunPlan, done: ReadonlyMap<PlannedFold, FoldPredictions>, stages: readonly RunStage[]) => S;
}

/** Prepares and trains what is left of a run, tests it where there is somebody to test, and writes the summary. */
export async function runFolds<S>(
  experiment: Experiment,
  { out, own = NO_PARTS, workers = 'auto', shard, cache, onEvent = () => {}, signal }: RunFoldsOptions,
  { final, describe = (described) => described, summarize: summaryOf }: FoldsOf<S>,
): Promise<S> {
  checkShard(shard);
  const plan = await planRun(experiment, own, { final });
  const { dataset, folds, finals, backend } = plan;
  const described = describe(describeRun(experiment, { ...plan, own }));
  const most = workerCount(workers, backend, folds.length + experiment.seeds.length);
  const lock = await lockFolder(out, { shard });
  const processes = openProcesses(most, signal);
  try {
    const { planned, existing, memory, stages, ...begun } = await beginRun(experiment, plan, {
      out,
      own,
      workers,
      described,
      onEvent,
      signal,
      processes,
    });
    let manifest = begun.manifest;
    await removeHalfWritten(out, { shared: shard !== undefined });

    const done = new Map<PlannedFold, FoldPredictions>();
    const ours = [...ofShard(folds, shard), ...ofShard(finals, shard)];
    for (const fold of [...folds, ...ours]) {
      const before = done.get(fold) ?? (await readFold(out, fold.seed, fold.name, described));
      if (before) done.set(fold, before);
    }
    /** Reads the folds that others have done meanwhile; whether there was one. */
    const readOthers = async () => {
      const before = done.size;
      for (const fold of folds) {
        const theirs = done.has(fold) ? undefined : await readFold(out, fold.seed, fold.name, described);
        if (theirs) done.set(fold, theirs);
      }
      return done.size > before;
    };
    // of processes that begin it at once, one does: its plan is that of all
    const begin = async () => {
      if (!existing) manifest = await openRun(out, planned);
    };
    const todo = ours.filter((fold) => !done.has(fold));
    const count = Math.max(1, Math.min(most, todo.length, workers === 'auto' ? roomFor(memory) : most));
    const ready = (inputs?: PreparedDataset['inputs']) =>
      onEvent({
        type: 'ready',
        samples: dataset.samples.length,
        subjects: subjectsOf(dataset.samples).length,
        classes: dataset.classes,
        folds: ours.length,
        foldsDone: ours.length - todo.length,
        backend: backend.name,
        workers: count,
        ...(inputs && { inputs: inputs.map(({ shape }) => shape) }),
      });
    if (todo.length === 0) {
      await begin();
      ready();
    } else {
      const kept = cache ?? join(dirname(out), '.cache');
      const given = await keepInitialWeights(experiment, plan.initial, kept);
      // from here on the weights are the workers' business
      plan.initial = undefined;
      const common = { out, backend: backend.name, modules: own.modules, heads: headsOf(plan.stages) };
      for (const [i, stage] of plan.stages.entries()) {
        const units = neededUnits(plan.stages, i, todo).filter((unit) => !isUnitDone(out, unit));
        if (units.length === 0) continue;
        if (!(await readManifest(out))) await begin();
        await trainStage(
          processes,
          { ...stage, units, experiment: { ...stage.experiment, model: given.model } },
          {
            ...common,
            memory: manifest.stages![i]!.memory,
            cache: kept,
            own,
            workers: Math.min(count, units.length),
            preparing: workerCount(workers, backend, stage.dataset.samples.length),
            onEvent,
            signal,
          },
        );
      }
      const prepared = await prepareData(dataset, experiment, {
        cache: kept,
        own,
        onProgress: (count, total) => onEvent({ type: 'prepare', done: count, total }),
        signal,
        processes: {
          count: workerCount(workers, backend, dataset.samples.length),
          backend: backend.name,
          onCrash: ({ reason }) =>
            onEvent({ type: 'note', text: `a process that prepares samples ${reason}; its sample is tried once more` }),
        },
      });
      const inputs = prepared.inputs.map(({ shape }) => [...shape]);
      if (!existing?.inputs) manifest = await openRun(out, { ...planned, inputs });
      ready(prepared.inputs);
      try {
        const context = contextOf(given, prepared, { ...common, memory: manifest.memory });
        await runInPool<PlannedFold, FoldReport>(processes, context, todo, {
          method: 'fold',
          workers: count,
          onEvent,
          onDone: (fold, report) => {
            done.set(fold, report.predictions);
            onEvent(foldEvent(fold, report, dataset));
          },
          signal,
        });
      } finally {
        prepared.close();
      }
    }
    if (shard) await readOthers();
    for (;;) {
      const summary = summaryOf(plan, done, stages);
      await writeJson(join(out, 'summary.json'), summary);
      // whoever writes last has seen what all others had done by then
      if (!shard || !(await readOthers())) return summary;
    }
  } finally {
    await processes.close();
    await lock.release();
  }
}

/** Scores what folds have predicted. */
export function scoreFolds(
  predictions: readonly FoldPredictions[],
  {
    experiment,
    plan: { data, dataset, backend, folds },
    stages,
  }: { experiment: Experiment; plan: RunPlan; stages: readonly RunStage[] },
): RunSummary {
  return summarize(predictions, {
    experiment,
    data,
    classes: dataset.classes,
    labelKind: dataset.labelKind,
    backend: backend.name,
    totalFolds: folds.length,
    stages,
  });
}

/** A run that may begin in its folder, or go on. */
export interface BegunRun {
  /** What its manifest is to be. */
  planned: RunManifest;
  /** The manifest that the folder holds; none where the run is new: it has its folder once every sample is known to be usable. */
  existing: RunManifest | undefined;
  /** The one that counts: of a run that is there its own. */
  manifest: RunManifest;
  /** How folds keep to the memory there is. */
  memory: RunMemory | undefined;
  stages: RunStage[];
}

/** Looks how a run begins in a folder or goes on there, plans its memory, and tells what a reader should know. */
export async function beginRun(
  experiment: Experiment,
  plan: RunPlan,
  {
    out,
    own,
    workers,
    described,
    onEvent,
    signal,
    processes,
  }: {
    out: string;
    described: RunManifest;
    onEvent: (event: RunEvent) => void;
  } & PlanningOptions,
): Promise<BegunRun> {
  const { dataset, data, folds } = plan;
  // a run that was begun goes on as it was planned: its numbers are to be the same
  const begun = await readManifest(out);
  const planning = { workers, signal, own, processes };
  const memory = begun?.hash === described.hash ? begun.memory : await planInProcess(experiment, plan, planning);
  const stages: RunStage[] = [];
  for (const [i, stage] of plan.stages.entries()) {
    const before = begun?.hash === described.hash ? begun.stages?.[i] : undefined;
    stages.push({
      ...stage.about,
      memory: before?.memory ?? (await planInProcess(stage.experiment, ofStage(plan, stage), planning)),
    });
  }
  const planned = { ...described, ...(memory && { memory }), ...(stages.length > 0 && { stages }) };
  const existing = await findRun(out, planned);
  const manifest = existing ? await openRun(out, planned) : planned;
  if (saysSomething(data)) onEvent({ type: 'note', text: `${dataText(data)}; see ${join(out, 'run.json')}` });
  const lacking = untrainedNote(folds, dataset);
  if (lacking) onEvent({ type: 'note', text: lacking });
  for (const stage of stages) onEvent({ type: 'note', text: stageText(stage) });
  const start = startOf(experiment, stages);
  if (start?.lacks) onEvent({ type: 'note', text: start.text });
  if (memory) onEvent({ type: 'note', text: `a training step: ${memoryPlanText(memory).join('; ')}` });
  if (manifest.versions['mer'] !== packageVersion()) {
    onEvent({
      type: 'note',
      text: `the run was begun with version ${manifest.versions['mer']}, this is ${packageVersion()}`,
    });
  }
  return { planned, existing, manifest, memory, stages };
}

/** Everything that is known of a run before any image is made. */
export interface RunPlan {
  /** The data set, open. */
  dataset: Dataset;
  /** What it was read from. */
  data: RunData;
  /** Every fold of every seed. */
  folds: PlannedFold[];
  /** With `final`: for each seed the training on all samples. */
  finals: PlannedFold[];
  /** The stages before them. */
  stages: PlannedStage[];
  /** The backend, in use. */
  backend: BackendInfo;
  /** Weights to begin with; large, so given up as soon as nobody here needs them. */
  initial: InitialWeights | undefined;
  /** Identity of samples and initial weights. */
  fingerprint: string;
}

/** Opens what an experiment names and checks it as a whole, before any work. */
export async function planRun(
  experiment: Experiment,
  own: OwnParts,
  { final = false }: { final?: boolean } = {},
): Promise<RunPlan> {
  if (experiment.sweep) {
    throw new ExperimentError(
      `Cannot run ${experiment.name} as one run as it is a sweep of many: open it with openSweep, or leave sweep out`,
    );
  }
  const dataset = await openExperimentData(experiment, own);
  const { samples } = dataset;
  const planned = planFolds(experiment, samples, own.parts);
  const tests = testsSubjects(experiment, own.parts);
  const folds = tests ? planned : [];
  const finals = tests ? (final ? finalFolds(experiment, dataset) : []) : planned;
  if (finals.length > 0) checkBudget(experiment);
  const opened = await openStages(experiment, own);
  const stages = planStages(experiment, { samples, folds: [...folds, ...finals], opened, own });
  const backend = await useBackend(experiment.backend);
  const initial = await readInitialWeights(experiment);
  const data = describeData(dataset, experiment, own);
  const identity = [await fingerprint(dataset), ...stages.map((stage) => stage.fingerprint)];
  if (initial) identity.push(initial.digest);
  return { dataset, data, folds, finals, stages, backend, initial, fingerprint: identity.join('+') };
}

/** The plan of a stage by itself, as far as its memory is concerned. */
export function ofStage({ backend }: Pick<RunPlan, 'backend'>, { units }: PlannedStage): MemoryOf {
  return { backend, folds: units };
}

type MemoryOf = Pick<RunPlan, 'backend'> &
  Partial<Pick<RunPlan, 'finals'>> & { folds: readonly { train: readonly number[] }[] };

/** Prepares and trains what is left of a stage. */
async function trainStage(
  processes: Processes,
  { name, dataset, experiment, units }: PlannedStage,
  run: Pick<WorkerContext, 'out' | 'backend' | 'memory' | 'modules' | 'heads'> & {
    cache: string;
    own: OwnParts;
    workers: number;
    preparing: number;
    onEvent: (event: RunEvent) => void;
    signal: AbortSignal | undefined;
  },
): Promise<void> {
  const { cache, own, workers, preparing, onEvent, signal, ...shared } = run;
  const prepared = await prepareData(dataset, experiment, {
    cache,
    own,
    onProgress: (done, total) => onEvent({ type: 'prepare', done, total }),
    signal,
    processes: {
      count: preparing,
      backend: run.backend,
      onCrash: ({ reason }) =>
        onEvent({ type: 'note', text: `a process that prepares samples ${reason}; its sample is tried once more` }),
    },
  });
  let done = 0;
  try {
    const context = { ...contextOf(experiment, prepared, shared), stage: name };
    await runInPool<StageUnit, StageReport>(processes, context, units, {
      method: 'stage',
      workers,
      onEvent,
      onDone: ({ seed, name: unit }, { seconds, samples }) => {
        done += 1;
        onEvent({
          type: 'note',
          text: `stage ${name}: training ${done} of ${units.length} is done (seed ${seed}, ${unit === 'all' ? 'all subjects' : unit}): ${samples} samples, ${seconds.toFixed(1)} s`,
        });
      },
      signal,
    });
  } finally {
    prepared.close();
  }
}

/** Where the memory of a training is planned. */
interface PlanningOptions {
  own: OwnParts;
  workers: number | 'auto';
  signal?: AbortSignal | undefined;
  /** Where to plan: their next tasks find the heap free, as planning leaves it or in a new process. By default a process of its own. */
  processes?: Processes | undefined;
}

/**
 * Checks the model's options and plans the memory of its training, where making it takes no memory of this process.
 *
 * @throws Error where nothing has room, with what would help
 */
export async function planInProcess(
  experiment: Experiment,
  { backend, folds, finals = [] }: MemoryOf,
  { workers, signal, own, processes }: PlanningOptions,
): Promise<RunMemory> {
  const trainings = [...folds, ...finals];
  const most = workers === 'auto' ? 1 : Math.min(workers, trainings.length);
  const { clips, test } = experiment.training.augmentation;
  const views = viewPlan(clips, test, own.parts).train.length;
  const train = views * Math.max(...trainings.map(({ train: one }) => one.length));
  const args = [own.modules, { ...experiment, backend: backend.name }, { train, room: freeMemory() / most }];
  const used = processes ?? openProcesses(1, signal);
  try {
    const { planned, spent } = await runTask<PlanReport>(used, 'plan', args, { signal });
    if (spent && processes) await processes.renew();
    if (!planned.fits) throw new ExperimentError(noRoomText(experiment, planned, most));
    return planned.memory;
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof CrashError)) throw error;
    throw new Error(`Cannot make model ${experiment.model.name} as ${crashText(error.crash, backend.name)}`, {
      cause: error,
    });
  } finally {
    if (!processes) await used.close();
  }
}

/** How many processes have room. */
function roomFor(memory: RunMemory | undefined): number {
  return Math.max(1, Math.floor(freeMemory() / (memory?.process ?? WORKER_MEMORY)));
}

/** What the workers need: of the images the files, which they read themselves. */
function contextOf(
  experiment: Experiment,
  prepared: PreparedDataset,
  run: Pick<WorkerContext, 'out' | 'backend' | 'memory' | 'modules' | 'heads'>,
): WorkerContext {
  return { experiment, ...run, prepared: shareable(prepared) };
}

/** What is told of a fold that is done. */
export function foldEvent(
  { seed, name }: PlannedFold,
  { predictions, seconds, memory }: FoldReport,
  { classes, labelKind }: Dataset,
): RunEvent {
  const tested = predictions.predictions;
  return {
    type: 'fold',
    seed,
    fold: name,
    seconds,
    tested: tested.length,
    correct: tested.filter(({ truth, predicted }) => sameLabel(truth, predicted)).length,
    ...(labelKind === 'multiple' && {
      decisions: {
        correct: tested.reduce((sum, one) => sum + decisionsOf(one, { labelKind, classes }).correct, 0),
        of: tested.length * classes.length,
      },
    }),
    memory,
  };
}

function ofShard(folds: PlannedFold[], shard: RunExperimentOptions['shard']): PlannedFold[] {
  if (!shard) return folds;
  return folds.filter((_, i) => i % shard.of === shard.index - 1);
}

function checkShard(shard: RunExperimentOptions['shard']): void {
  if (!shard) return;
  const { index, of } = shard;
  if (!Number.isInteger(of) || of < 1 || !Number.isInteger(index) || index < 1 || index > of) {
    throw new ExperimentError(`Cannot run shard ${index}/${of} as it must be 1/n to n/n`);
  }
}

/** Throws where nothing says for how long to train on everybody: nobody is left to choose the epoch on. */
function checkBudget({ training }: Experiment): void {
  if (training.epochChoice === 'last') return;
  throw new ExperimentError(
    `Cannot train on all subjects as training.epochChoice is ${training.epochChoice}, and nobody is left to choose the epoch on: ` +
      'run the folds, then mer train --evaluated-by <run>, which takes the middle one of the epochs that they chose; or set training.epochChoice=last and training.epochs',
  );
}

/** Memory that a worker should find free, in bytes, where its need is not known. */
const WORKER_MEMORY = 1.5e9;

function workerCount(workers: number | 'auto', backend: BackendInfo, tasks: number): number {
  if (workers !== 'auto') {
    if (!Number.isInteger(workers) || workers < 1) {
      throw new ExperimentError(
        `Cannot run as workers must be a whole number of at least 1, or auto: current value is ${workers}`,
      );
    }
    return Math.max(1, Math.min(workers, tasks));
  }
  if (!backendTraits(backend.name).oneThread) return 1;
  return Math.max(1, Math.min(availableParallelism(), tasks, Math.floor(freeMemory() / WORKER_MEMORY)));
}
