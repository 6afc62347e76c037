import { type Dataset, hasLabel } from '@mer/datasets';
import { sizeOf, viewPlan } from '@mer/training';
import { NO_PARTS, type OwnParts } from '../parts/own-modules.js';
import { imageMakers } from '../prepare/image-makers.js';
import { imagesOfSample } from '../prepare/sample-images.js';
import { crashCure, crashText } from '../runners/crash.js';
import { CrashError, openProcesses, type Processes, runTask } from '../runners/processes.js';
import type { Experiment } from '../schema/experiment.js';
import { stageText } from '../summaries/start-text.js';
import { epochsOf } from './fit-settings.js';
import { holdOutValidation, subjectsOf } from './folds.js';
import type { PlannedFold } from './plan.js';
import { ofStage, planInProcess, planRun } from './run.js';
import type { RunData } from './run-data.js';
import type { RunMemory } from './run-memory.js';
import type { Trial, TrialSamples } from './trial.js';
import { untrainedNote } from './untrained.js';

/** What a run would do, as {@link dryRun} finds out. */
export interface DryRun {
  /** Name of the experiment. */
  name: string;
  /** Backend that would run. */
  backend: string;
  /** What the samples would be read from. */
  data: RunData;
  /** Samples, subjects, and the samples of each class. */
  samples: number;
  subjects: number;
  classes: { name: string; n: number }[];
  /** Which classes no training sample of some folds has, in words; absent where each is there. */
  untrained?: string;
  /** Folds of one seed, and the seeds. */
  folds: number;
  seeds: number[];
  /** Smallest and largest training and test part. */
  train: [number, number];
  test: [number, number];
  /** Model, trainable parameters, and the shape of each input. */
  model: string;
  parameters: number;
  inputs: number[][];
  /** Training steps of a fold of middle size. */
  stepsPerFold: number;
  /** Samples of a batch. */
  batchSize: number;
  /** Samples of the training step that was tried: a batch, or fewer where that would take minutes. */
  tried: number;
  /** The stages before the folds: data set, trainings and their time; absent where there are none. */
  stages?: { name: string; text: string; trainings: number; seconds: number }[];
  /** Estimated from a few samples and that step: seconds to prepare, seconds of one fold, seconds in all, on one worker. */
  seconds: { prepare: number; fold: number; total: number };
  /** Bytes: prepared images on disk, estimated, and the most that the worker held that tried the step. */
  memory: { prepared: number; worker: number };
  /** How a training step will keep to the memory there is, found from shapes alone. */
  plan: RunMemory;
}

/** Samples that are prepared: their time stands for that of all, and a training step is tried on them. */
const SAMPLES = 4;

/**
 * Checks an experiment as a whole and estimates its cost, without writing anything: opens the data set, plans the folds, prepares a few
 * samples, and trains a step on them in a process of its own, as a fold would.
 *
 * @param experiment - complete experiment
 * @param options - anybody's own parts
 * @returns what a run would do; times are estimates for one worker on this machine
 * @throws {@link ExperimentError} for whatever would keep the run from starting
 * @throws Error where the training step fails, such as for memory
 *
 * @example
 * ```ts
 * import { dryRun, readExperiment } from '@mer/experiments';
 *
 * const experiment = await readExperiment('first-steps', { set: ['data.options={ subjects: 3, clipsPerSubject: 3 }'] });
 * const { folds, samples } = await dryRun(experiment);
 * console.log(folds, samples); // 3 9
 * ```
 */
export async function dryRun(experiment: Experiment, { own = NO_PARTS }: { own?: OwnParts } = {}): Promise<DryRun> {
  const plan = await planRun(experiment, own);
  const { dataset, backend } = plan;
  const folds = plan.folds.length > 0 ? plan.folds : plan.finals;
  const processes = openProcesses(1, undefined);
  const tryIt = async (one: Experiment, samples: Dataset, of: Parameters<typeof planInProcess>[1]): Promise<Tried> => {
    const memory = await planInProcess(one, of, { workers: 1, own, processes });
    const prepared = await prepareSome(one, samples, own);
    const trial = await tryInProcess(processes, { ...one, backend: backend.name }, prepared.samples, { memory, own });
    return { memory, prepared, trial };
  };
  let tried: Tried;
  const stages: NonNullable<DryRun['stages']> = [];
  let before = 0;
  try {
    for (const stage of plan.stages) {
      const { experiment: alone, dataset: samples, units, name, about } = stage;
      const of = await tryIt(alone, samples, ofStage(plan, stage));
      const views = viewPlan(alone.training.augmentation.clips, alone.training.augmentation.test, own.parts);
      const items = units.reduce((sum, { train }) => sum + train.length * views.train.length, 0);
      const seconds = (of.trial.secondsPerSample * epochsOf(alone.training) + of.trial.secondsFrozen) * items;
      stages.push({ name, text: stageText(about), trainings: units.length, seconds });
      before += of.prepared.seconds * samples.samples.length + seconds;
    }
    tried = await tryIt(experiment, dataset, plan);
  } finally {
    await processes.close();
  }
  const { memory, prepared, trial } = tried;
  const { training } = experiment;
  const sizes = folds.map((fold) => trainingSize(experiment, dataset.samples, fold));
  const middle = [...sizes].sort((a, b) => a - b)[Math.floor(sizes.length / 2)]!;
  const views = viewPlan(training.augmentation.clips, training.augmentation.test, own.parts);
  const items = middle * views.train.length;
  const shapes = prepared.samples.images[0]!.slice(0, experiment.inputs.length).map(({ shape }) => shape.slice(1));
  const frozen = trial.secondsFrozen * dataset.samples.length * views.count;
  // of weights that all folds begin with, once for all of them
  const shared = experiment.model.weights !== undefined && plan.stages.length === 0;
  const fold = trial.secondsPerSample * items * epochsOf(training) + (shared ? 0 : frozen);
  const prepare = prepared.seconds * dataset.samples.length + (shared ? frozen : 0);
  const perSeed = folds.length / experiment.seeds.length;
  const untrained = untrainedNote(folds, dataset);
  return {
    name: experiment.name,
    backend: backend.name,
    data: plan.data,
    samples: dataset.samples.length,
    subjects: subjectsOf(dataset.samples).length,
    classes: dataset.classes.map((name, label) => ({
      name,
      n: dataset.samples.filter((sample) => hasLabel(sample.label, label)).length,
    })),
    ...(untrained !== undefined && { untrained }),
    folds: perSeed,
    seeds: [...experiment.seeds],
    train: [Math.min(...sizes), Math.max(...sizes)],
    test: [Math.min(...folds.map(({ test }) => test.length)), Math.max(...folds.map(({ test }) => test.length))],
    model: experiment.model.name,
    parameters: trial.parameters,
    inputs: shapes,
    stepsPerFold: Math.ceil(items / training.batchSize) * epochsOf(training),
    batchSize: training.batchSize,
    tried: trial.batch,
    ...(stages.length > 0 && { stages }),
    seconds: { prepare, fold, total: before + prepare + fold * folds.length },
    memory: {
      prepared: dataset.samples.length * views.count * shapes.reduce((sum, shape) => sum + sizeOf(shape), 0) * 4,
      worker: trial.memory,
    },
    plan: memory,
  };
}

function trainingSize(experiment: Experiment, samples: Parameters<typeof holdOutValidation>[0], fold: PlannedFold) {
  const { epochChoice, validationFraction: fraction } = experiment.training;
  if (epochChoice !== 'validation') return fold.train.length;
  return holdOutValidation(samples, fold.train, { fraction, key: [fold.seed, fold.name] }).train.length;
}

interface Tried {
  memory: RunMemory;
  prepared: Prepared;
  trial: Trial;
}

interface Prepared {
  samples: TrialSamples;
  /** Seconds that one sample took. */
  seconds: number;
}

/** Prepares a few samples, of as many classes as there are among so few. */
async function prepareSome(experiment: Experiment, dataset: Dataset, { parts }: OwnParts): Promise<Prepared> {
  const labels = dataset.samples.map(({ label }) => label);
  const firsts = [...labels.keys()].filter((index) => labels.indexOf(labels[index]!) === index);
  const chosen = [...new Set([...firsts, ...labels.keys()])].slice(0, SAMPLES);
  const makers = imageMakers(experiment, dataset.kind, parts);
  const wanted = makers.images.map((_, i) => i);
  const images: TrialSamples['images'][number][] = [];
  const begun = performance.now();
  for (const index of chosen) images.push(await imagesOfSample(dataset, experiment, { makers, index, wanted, parts }));
  const seconds = (performance.now() - begun) / 1000 / chosen.length;
  const { classes, labelKind } = dataset;
  return {
    samples: { classes, ...(labelKind && { labelKind }), labels: chosen.map((index) => labels[index]!), images },
    seconds,
  };
}

/** Tries a training step as a fold would make it. */
async function tryInProcess(
  processes: Processes,
  experiment: Experiment,
  samples: TrialSamples,
  { memory, own }: { memory: RunMemory; own: OwnParts },
): Promise<Trial> {
  try {
    return await runTask<Trial>(processes, 'trial', [own.modules, experiment, samples, memory], { retry: false });
  } catch (error) {
    if (!(error instanceof CrashError)) throw error;
    const { crash } = error;
    throw new Error(
      `Cannot train on ${experiment.training.batchSize} samples at a time as ${crashText(crash, experiment.backend)}. ` +
        `To train, ${crashCure(crash, experiment)}`,
      { cause: error },
    );
  }
}
