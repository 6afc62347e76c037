import { fit } from '../fit.js';
import { holdOutValidation, subjectsOf } from '../folds.js';
import { ONE_VIEW, type PreparedData, sizeOf } from '../prepared-data.js';
import { makeModel } from './model.js';
import type { PlannedFold } from './plan.js';
import { prepareSource } from './prepare.js';
import { planRun } from './run.js';
import type { Experiment } from './schema.js';
import { disposeSource, readSource } from './source.js';

/** What a run would do, as {@link dryRun} finds out. */
export interface DryRun {
  /** Name of the experiment. */
  name: string;
  /** Backend that would run. */
  backend: string;
  /** Samples, subjects, and the samples of each class. */
  samples: number;
  subjects: number;
  classes: { name: string; n: number }[];
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
  /** Estimated from two samples and a training step: seconds to prepare, seconds of one fold, seconds in all, on one worker. */
  seconds: { prepare: number; fold: number; total: number };
  /** Estimated bytes: prepared images on disk, and what this process held after a training step. */
  memory: { prepared: number; worker: number };
}

/** Samples of the trial step; a whole batch is taken where this few take less than {@link PATIENCE}. */
const TRIAL = 2;

/** Seconds of a trial step from which on a whole batch would take too long: its time is then proportional to the samples, or nearly so. */
const PATIENCE = 5;

/**
 * Checks an experiment as a whole and estimates its cost, without writing anything: opens the data set, plans the folds, prepares two samples, and
 * trains one small step.
 *
 * @param experiment - complete experiment
 * @returns what a run would do; times are estimates for one worker on this machine
 * @throws {@link ExperimentError} for whatever would keep the run from starting
 *
 * @example
 * ```ts
 * import { dryRun, readExperiment } from '@mer/training';
 *
 * const experiment = await readExperiment('recipes/first-steps.yaml', { set: ['data.options={ subjects: 3, clipsPerSubject: 3 }'] });
 * const { folds, samples } = await dryRun(experiment);
 * console.log(folds, samples); // 3 9
 * ```
 */
export async function dryRun(experiment: Experiment): Promise<DryRun> {
  const { dataset, folds, backend } = await planRun(experiment);
  const begun = performance.now();
  const tried = Math.min(TRIAL, dataset.samples.length);
  const prepared: Awaited<ReturnType<typeof prepareSource>>[] = [];
  for (let index = 0; index < tried; index++) {
    const source = await readSource(dataset, experiment, index);
    try {
      prepared.push(await prepareSource(experiment, source));
    } finally {
      disposeSource(source);
    }
  }
  const perSample = (performance.now() - begun) / 1000 / tried;
  const views = prepared[0]!.views ?? ONE_VIEW;
  const { training } = experiment;
  const sizes = folds.map((fold) => trainingSize(experiment, dataset.samples, fold));
  const middle = [...sizes].sort((a, b) => a - b)[Math.floor(sizes.length / 2)]!;
  const items = middle * views.train.length;
  const shapes = prepared[0]!.inputs.map(({ shape }) => [...shape]);
  const { secondsPerItem, parameters } = await timeTraining(experiment, dataset.classes, shapes);
  const fold = secondsPerItem * items * training.epochs;
  const prepare = perSample * dataset.samples.length;
  const perSeed = folds.length / experiment.seeds.length;
  return {
    name: experiment.name,
    backend: backend.name,
    samples: dataset.samples.length,
    subjects: subjectsOf(dataset.samples).length,
    classes: dataset.classes.map((name, label) => ({
      name,
      n: dataset.samples.filter((sample) => sample.label === label).length,
    })),
    folds: perSeed,
    seeds: experiment.seeds,
    train: [Math.min(...sizes), Math.max(...sizes)],
    test: [Math.min(...folds.map(({ test }) => test.length)), Math.max(...folds.map(({ test }) => test.length))],
    model: experiment.model.name,
    parameters,
    inputs: shapes,
    stepsPerFold: Math.ceil(items / training.batchSize) * training.epochs,
    seconds: { prepare, fold, total: prepare + fold * folds.length },
    memory: {
      prepared: dataset.samples.length * views.count * shapes.reduce((sum, shape) => sum + sizeOf(shape), 0) * 4,
      worker: process.resourceUsage().maxRSS * 1024,
    },
  };
}

function trainingSize(experiment: Experiment, samples: Parameters<typeof holdOutValidation>[0], fold: PlannedFold) {
  const { epochChoice, validationFraction: fraction } = experiment.training;
  if (epochChoice !== 'validation') return fold.train.length;
  return holdOutValidation(samples, fold.train, { fraction, key: [fold.seed, fold.name] }).train.length;
}

/** Seconds that one training sample takes, from a step after a step that warms up. */
async function timeTraining(experiment: Experiment, classes: readonly string[], shapes: readonly number[][]) {
  const { training } = experiment;
  const most = Math.max(TRIAL, training.batchSize);
  const blank = (shape: readonly number[]) => ({ shape, values: new Float32Array(most * sizeOf(shape)) });
  const data: PreparedData = {
    classes,
    labels: Array.from({ length: most }, (_, i) => i % classes.length),
    inputs: shapes.map(blank),
    ...(experiment.targets.length > 0 && { targets: [blank([...shapes[0]!.slice(-3, -1), 1])] }),
  };
  const model = makeModel(experiment, data, 0);
  const settings = {
    ...training,
    epochs: 1,
    epochChoice: 'last' as const,
    earlyStopping: undefined,
    oracle: false,
    augmentation: { ...training.augmentation, clips: [] },
  };
  const time = async (samples: number) => {
    const begun = performance.now();
    await fit(model, data, { train: data.labels.slice(0, samples).map((_, i) => i), settings, key: ['trial'] });
    return (performance.now() - begun) / 1000;
  };
  try {
    const parameters = model.trainableWeights.reduce((sum, { shape }) => sum + sizeOf(shape as number[]), 0);
    await time(TRIAL);
    const small = await time(TRIAL);
    const samples = small < PATIENCE ? training.batchSize : TRIAL;
    const seconds = samples > TRIAL ? await time(samples) : small;
    return { secondsPerItem: seconds / samples, parameters };
  } finally {
    model.dispose();
  }
}
