import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Dataset, fingerprint } from '@mer/datasets';
import { encodeSafetensors, makeFolder, type NamedArrays, readWeights, writeFileAtomic } from '@mer/io';
import { loadWeights, modelParameters } from '@mer/models';
import type { EpochRecord } from '@mer/training';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { OwnParts } from '../parts/own-modules.js';
import { experimentParts } from '../parts/part-kinds.js';
import { openExperimentData } from '../prepare/prepare.js';
import type { Experiment, ExperimentStage } from '../schema/experiment.js';
import { ExperimentError } from '../schema/experiment-error.js';
import { type FoldSample, holdOutValidation, subjectsOf } from './folds.js';
import type { PlannedFold } from './plan.js';
import { describeData } from './run-data.js';
import { fileNameOf, type RunStage, writeJson } from './run-store.js';

/** One training of a stage: what folds share that leave the same subjects out of it. */
export interface StageUnit {
  seed: number;
  stage: string;
  /** `all`, or `without` and the subjects that are left out of it and of the stages before. */
  name: string;
  /** Samples to train on: indices into those of the stage's data set. */
  train: readonly number[];
  /** The training of the stage before from which it begins. */
  begins?: { stage: string; unit: string } | undefined;
}

/** A stage with everything that is known of it before any image is made. */
export interface PlannedStage {
  name: string;
  settings: ExperimentStage;
  /** What is trained: the experiment with the data, inputs and training of the stage. */
  experiment: Experiment;
  dataset: Dataset;
  /** Its trainings, of all seeds. */
  units: StageUnit[];
  /** What its manifest says. */
  about: RunStage;
  /** Identity of the samples. */
  fingerprint: string;
}

/**
 * The experiment that a stage is by itself.
 *
 * @param experiment - complete experiment
 * @param stage - one of its stages
 */
function stageExperiment(experiment: Experiment, stage: ExperimentStage): Experiment {
  const { stages: _, threshold: _t, ...rest } = experiment;
  const { data, preprocessing, inputs, targets, training } = stage;
  return {
    ...rest,
    ...(data && { data }),
    ...(preprocessing && { preprocessing }),
    ...(inputs && { inputs }),
    ...(targets && { targets }),
    training: { ...training, oracle: false },
  };
}

/** Opens the data of every stage. */
export async function openStages(
  experiment: Experiment,
  own: OwnParts,
): Promise<Omit<PlannedStage, 'units' | 'about'>[]> {
  const opened: Omit<PlannedStage, 'units' | 'about'>[] = [];
  for (const settings of experiment.stages ?? []) {
    const { name } = settings;
    const alone = stageExperiment(experiment, settings);
    const dataset = await openExperimentData(alone, own);
    opened.push({ name, settings, experiment: alone, dataset, fingerprint: await fingerprint(dataset) });
  }
  return opened;
}

/**
 * Plans the trainings of stages: each fold begins from stages that saw none of the subjects that it tests or chooses its epoch on. Folds that leave the same
 * subjects out of a stage share its training.
 *
 * @param experiment - complete experiment
 * @param options - samples of the experiment, its folds, and the stages with their data; the folds are told where they begin
 * @throws {@link ExperimentError} where nothing would be left to train on
 */
export function planStages(
  experiment: Experiment,
  {
    samples,
    folds,
    opened,
    own,
  }: {
    samples: readonly FoldSample[];
    folds: readonly PlannedFold[];
    opened: Awaited<ReturnType<typeof openStages>>;
    own: OwnParts;
  },
): PlannedStage[] {
  const units = opened.map(() => new Map<string, StageUnit>());
  for (const fold of folds) {
    const { seed, name } = fold;
    const { epochChoice, validationFraction: fraction } = experiment.training;
    const train =
      epochChoice === 'validation'
        ? holdOutValidation(samples, fold.train, { fraction, key: [seed, name] }).train
        : fold.train;
    const left = new Set<string>();
    let begins: StageUnit['begins'];
    opened.forEach(({ settings, dataset }, i) => {
      const people = peopleBy(settings.subjects, own);
      const known = new Set(train.map((index) => people(samples[index]!)));
      const others = new Set(samples.map(people).filter((person) => !known.has(person)));
      const rows = dataset.samples.map((_, row) => row);
      for (const row of rows) {
        const person = people(dataset.samples[row]!);
        if (others.has(person)) left.add(person);
      }
      const unit: StageUnit = {
        seed,
        stage: settings.name,
        name: left.size === 0 ? 'all' : `without ${[...left].sort().join(', ')}`,
        train: rows.filter((row) => !others.has(people(dataset.samples[row]!))),
        begins,
      };
      if (unit.train.length === 0) {
        throw new ExperimentError(
          `Cannot train stage ${settings.name} as every sample is of a subject that fold ${name} tests, or chooses its epoch on`,
        );
      }
      if (!units[i]!.has(`${seed}/${unit.name}`)) units[i]!.set(`${seed}/${unit.name}`, unit);
      begins = { stage: unit.stage, unit: unit.name };
    });
    if (begins) fold.begins = begins;
  }
  return opened.map((stage, i) => {
    const { settings, dataset } = stage;
    const people = peopleBy(settings.subjects, own);
    const there = new Set(samples.map(people));
    const theirs = new Set(dataset.samples.map(people));
    const about: RunStage = {
      name: stage.name,
      dataset: dataset.name,
      samples: dataset.samples.length,
      subjects: subjectsOf(dataset.samples).length,
      shared: [...theirs].filter((person) => there.has(person)).length,
      data: describeData(dataset, stage.experiment, own),
    };
    return { ...stage, units: [...units[i]!.values()], about };
  });
}

/** The trainings of a stage from which folds begin, at once or by the stages after. */
export function neededUnits(stages: readonly PlannedStage[], i: number, folds: readonly PlannedFold[]): StageUnit[] {
  const asked = i === stages.length - 1 ? folds : neededUnits(stages, i + 1, folds);
  const keys = new Set(asked.map(({ seed, begins }) => `${seed}/${begins?.unit}`));
  return stages[i]!.units.filter(({ seed, name }) => keys.has(`${seed}/${name}`));
}

/** Of each stage the classes that its head knows, where it hands that on. */
export function headsOf(stages: readonly PlannedStage[]): Record<string, readonly string[] | undefined> {
  return Object.fromEntries(
    stages.map(({ name, settings, dataset }) => [name, settings.head === 'auto' ? dataset.classes : undefined]),
  );
}

/** Who a sample is of: data sets may say that their people are those of another. */
function peopleBy(subjects: ExperimentStage['subjects'], { parts }: OwnParts): (sample: FoldSample) => string {
  if (subjects === 'name') return ({ subject }) => subject;
  const { datasets } = experimentParts(parts);
  const known = new Map(datasets.map(({ name, traits }) => [name, traits.people ?? name]));
  return ({ dataset, subject }) => `${known.get(dataset) ?? dataset}/${subject}`;
}

/** The weights that a stage hands on, and whose they are. */
export interface StageWeights {
  /** Arrays by the model's own names. */
  arrays: NamedArrays;
  /** The classes that the head knows; none where it is not handed on. */
  classes?: readonly string[] | undefined;
}

/**
 * Puts the weights of a stage into a model. The head is left as it is where its classes are others.
 *
 * @param model - of the same network
 * @param begun - what the stage hands on
 * @param classes - the classes of the model, in the order of its logits
 */
export function beginFrom(
  model: LayersModel,
  { arrays, classes: before }: StageWeights,
  classes: readonly string[],
): void {
  const same = before?.length === classes.length && before.every((name, i) => name === classes[i]);
  const heads = new Set(modelParameters(model).flatMap(({ name, head }) => (head ? [name] : [])));
  const given = same ? arrays : Object.fromEntries(Object.entries(arrays).filter(([name]) => !heads.has(name)));
  const { missing } = loadWeights(model, given, { strict: false });
  const bare = missing.filter((name) => !heads.has(name) || same);
  if (bare.length > 0) {
    throw new ExperimentError(
      `Cannot begin from the stage before as its weights must be those of ${model.name} with the same inputs: ${bare.slice(0, 3).join(', ')} ${bare.length > 1 ? 'are' : 'is'} missing`,
    );
  }
}

/** A finished training of a stage. */
export interface StageRecord {
  unit: StageUnit;
  /** Epoch whose weights these are. */
  epoch: number;
  history: EpochRecord[];
  seconds: number;
  weights: NamedArrays;
}

/** Folder of one training of a stage: `<run>/stages/<seed>/<stage>/<unit>`. */
export function unitFolder(dir: string, seed: number, { stage, unit }: { stage: string; unit: string }): string {
  return join(dir, 'stages', String(seed), fileNameOf(stage), fileNameOf(unit));
}

const fileOf = (dir: string, seed: number, begins: { stage: string; unit: string }) =>
  join(unitFolder(dir, seed, begins), 'weights.safetensors');

/** Whether a training of a stage is done: its weights, which are written last, are there. */
export function isUnitDone(dir: string, { seed, stage, name }: Pick<StageUnit, 'seed' | 'stage' | 'name'>): boolean {
  return existsSync(fileOf(dir, seed, { stage, unit: name }));
}

/** Writes a finished training of a stage: the history first, the weights, which mark it as done, last. */
export async function writeUnit(dir: string, { unit, epoch, history, seconds, weights }: StageRecord): Promise<void> {
  const { seed, stage, name } = unit;
  const folder = unitFolder(dir, seed, { stage, unit: name });
  await makeFolder(folder);
  await writeJson(join(folder, 'history.json'), { seconds, epochs: history, epoch, unit: name });
  await writeFileAtomic(join(folder, 'weights.safetensors'), encodeSafetensors(weights));
}

/**
 * Reads the weights from which a fold, or a training of a stage, begins.
 *
 * @throws {@link ExperimentError} that names the file
 */
export async function readUnit(
  dir: string,
  seed: number,
  begins: { stage: string; unit: string },
): Promise<NamedArrays> {
  const file = fileOf(dir, seed, begins);
  try {
    return await readWeights(file);
  } catch (cause) {
    throw new ExperimentError(
      `Cannot begin from stage ${begins.stage}: ${(cause as Error).message}; delete ${file} to train it again`,
      { cause },
    );
  }
}
