import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  encodeSafetensors,
  makeFolder,
  type NamedArrays,
  systemErrorCode,
  systemErrorText,
  writeFileAtomic,
} from '@mer/io';
import { hashOf, stableJson } from '@mer/options';
import type { ModelFile } from '@mer/predictor';
import { classesOf, type EpochRecord, type LabelKind, type SampleLabel } from '@mer/training';
import { hashOfModules, type OwnModule } from '../parts/own-modules.js';
import type { Experiment } from '../schema/experiment.js';
import { ExperimentError } from '../schema/experiment-error.js';
import { predictionsSchema } from './fold-schemas.js';
import { isLock } from './folder-lock.js';
import { isHalfWritten } from './half-written.js';
import { manifestSchema } from './manifest-schema.js';
import { fitting, readJson, readJsonFile } from './read-json-file.js';
import type { RunData } from './run-data.js';
import type { RunMemory } from './run-memory.js';
import { writeNewJson } from './write-new.js';

/** What a run was made of and with: `run.json`. */
export interface RunManifest {
  /** Version of the layout of the run folder. */
  format: 1;
  /** The experiment, complete. */
  experiment: Experiment;
  /** SHA-256 of everything that the predictions depend on, whatever the name, the seeds and the folder of the data are. */
  hash: string;
  /** Identity of the samples read. */
  fingerprint: string;
  /** What the samples were read from; absent from a run that was made without a data set. */
  data?: RunData;
  /** The backend that ran. */
  backend: { name: string; device: string };
  /** Versions of Node, tfjs and this package. */
  versions: Record<string, string>;
  /** Processor, cores and platform. */
  hardware: { cpu: string; cores: number; platform: string };
  /** How the folds keep to the memory there was when the run was begun. */
  memory?: RunMemory;
  /** Modules of somebody's own parts that the run was made with. */
  parts?: readonly OwnModule[];
  /** Class names, in the order of the logits. */
  classes: string[];
  /** `multiple` where samples have any number of labels; else absent. */
  labelKind?: LabelKind;
  /** Every fold planned that is tested; none where the run trains on all subjects alone. */
  folds: { seed: number; name: string }[];
  /** The stages before the folds, in their order; absent where there are none. */
  stages?: readonly RunStage[];
  /** Shape of each input of the network; absent until the samples are prepared. */
  inputs?: readonly (readonly number[])[];
  /** Of a training on all subjects: what to expect of the network, which has no score of its own. */
  expected?: Expected;
  /** When the run was begun, ISO 8601. */
  created: string;
}

/** What to expect of a network on new people, and what kind of number that is, or why there is none. */
export type Expected = ModelFile['expected'];

/** A stage of a run, as its manifest describes it. */
export interface RunStage {
  /** Its name. */
  name: string;
  /** Its data set. */
  dataset: string;
  /** Samples of its data set, and their subjects. */
  samples: number;
  subjects: number;
  /** How many of these subjects are in the data of the experiment too: a fold that tests one leaves it out of the stage. */
  shared: number;
  /** What its samples were read from. */
  data: RunData;
  /** How its trainings keep to the memory there was. */
  memory?: RunMemory;
}

/** A tested sample: who it is, the truth, and what the model said. */
export interface Prediction {
  /** data set / subject / clip */
  id: string;
  /** Data set of the sample. */
  dataset: string;
  /** Subject of the sample. */
  subject: string;
  /** Clip of the sample. */
  clip: string;
  /** Class index annotated; where samples have any number of labels, those of all, ascending. */
  truth: SampleLabel;
  /** Class index with the largest logit; of any number of labels those whose probability is above the threshold, ascending. */
  predicted: SampleLabel;
  /** The model's output, one number for each class. */
  logits: number[];
  /** How like its target the image is that the network drew of it; absent where it draws none, and from folds that an earlier version ran. */
  drawn?: ImageQuality;
  /** The annotation of the clip; absent where the data set has none, and from folds that an earlier version ran. */
  marks?: ClipMarks;
}

/** How like another an image is. */
export interface ImageQuality {
  /** Peak signal-to-noise ratio, decibels; 100 where no pixel differs. */
  psnr: number;
  /** Structural similarity, 1 at most. */
  ssim: number;
}

/** Where a clip lies in its recording: frame numbers as annotated. */
export interface ClipMarks {
  /** First frame of the movement. */
  onset: number;
  /** Strongest frame; null where nobody annotated one. */
  apex: number | null;
  /** Last frame of the movement. */
  offset: number;
  /** Frames a second of the recording. */
  fps: number;
}

/** The predictions of one fold: `predictions.json`. */
export interface FoldPredictions {
  /** Name of the fold: the held-out subject, as a rule. */
  fold: string;
  /** Seed of the experiment that the fold ran with. */
  seed: number;
  /** How the epoch was chosen. */
  epochChoice: string;
  /** The epoch tested. */
  epoch: number;
  /** Training samples, the validation subjects' not counted. */
  trained: number;
  /** Subjects held out of the training part to choose the epoch. */
  validationSubjects: string[];
  /** Classes that no training sample has; absent where each is there. */
  untrained?: number[];
  /** The held-out samples. */
  predictions: Prediction[];
  /** With `training.oracle`: the epoch that was best on the held-out samples themselves, and what it said. Not comparable with anything clean. */
  oracle?: { epoch: number; predictions: Prediction[] };
}

/** A finished fold, ready to be written. */
export interface FoldRecord {
  /** Predictions of the held-out samples. */
  predictions: FoldPredictions;
  /** Learning curve. */
  history: EpochRecord[];
  /** Wall-clock time of the fold. */
  seconds: number;
  /** Time of all cores that its process used meanwhile; does not depend on what else the machine does. */
  processorSeconds?: number;
  /** Weights of the tested model, by name. */
  weights: NamedArrays;
}

/**
 * Hashes everything that an experiment's predictions depend on: not its name, description, published results or the folder of the data, but
 * the identity of the samples and the backend.
 *
 * @param experiment - complete experiment
 * @param fingerprint - identity of the samples
 * @param backend - name of the backend that runs
 * @param modules - modules of anybody's own parts
 * @returns 64 hexadecimal digits
 */
export function experimentHash(
  experiment: Experiment,
  fingerprint: string,
  backend: string,
  modules: readonly OwnModule[] = [],
): string {
  const own = hashOfModules(modules);
  return hashOf([substance(experiment), fingerprint, backend, ...(own === undefined ? [] : [own])]);
}

/** What of an experiment its predictions depend on, beside the samples and the backend. */
export function substance({
  name: _name,
  description: _d,
  $schema: _s,
  extends: _e,
  use: _u,
  published: _p,
  sweep: _w,
  seeds: _seeds,
  backend: _b,
  data,
  model: { weights, start: _start, ...model },
  stages,
  ...rest
}: Experiment) {
  // where weights and landmarks lie does not matter: what they are is part of the identity of the samples
  const into = typeof weights === 'object' ? weights.into : undefined;
  const wherever = ({ root: _r, landmarks: _l, ...own }: Experiment['data']) => own;
  const trained = stages?.map((stage) => ({ ...stage, ...(stage.data && { data: wherever(stage.data) }) }));
  return {
    ...rest,
    data: wherever(data),
    model: { ...model, ...(into && { weights: { into } }) },
    ...(trained && { stages: trained }),
  };
}

/**
 * Opens the folder of a run: a new one is begun with its manifest, one that was begun with the same experiment goes on, with the memory plan that it was
 * begun with. Name, description, published results and the list of seeds may change; the manifest is then written anew. Of several processes that begin a run in
 * one folder at the same time the first one does, and the others go on with it.
 *
 * @param dir - folder of the run
 * @param manifest - what is to run now
 * @returns the manifest that the folder holds
 * @throws {@link ExperimentError} where the folder holds another experiment's run, with the settings that differ, or things that are no run
 *
 * @example
 * ```ts no-run
 * import { openRun } from '@mer/experiments';
 *
 * await openRun('runs/quickstart', manifest);
 * ```
 */
export async function openRun(dir: string, manifest: RunManifest): Promise<RunManifest> {
  const existing = await findRun(dir, manifest);
  if (existing) {
    const { created, versions, hardware, inputs = manifest.inputs, memory = manifest.memory } = existing;
    const stages = manifest.stages?.map((stage, i) => ({
      ...stage,
      memory: existing.stages?.[i]?.memory ?? stage.memory,
    }));
    const resumed = {
      ...manifest,
      created,
      versions,
      hardware,
      ...(inputs && { inputs }),
      ...(memory && { memory }),
      ...(stages && { stages }),
    };
    if (stableJson(resumed) !== stableJson(existing)) await writeJson(join(dir, 'run.json'), resumed);
    return resumed;
  }
  await makeFolder(dir);
  return (await writeNewJson(join(dir, 'run.json'), manifest)) ? manifest : openRun(dir, manifest);
}

/**
 * Looks whether a run can be begun in a folder, or gone on with; writes nothing.
 *
 * @returns the manifest that the folder holds; undefined where the run is a new one
 * @throws {@link ExperimentError} as {@link openRun} does
 */
export async function findRun(dir: string, manifest: RunManifest): Promise<RunManifest | undefined> {
  const resumable = (existing: RunManifest) => {
    if (existing.hash === manifest.hash) return existing;
    throw new ExperimentError(
      `Cannot resume the run in ${dir} as it was begun with other settings:\n${differences(existing, manifest).join('\n')}\n` +
        'Choose another folder with --out, or delete this one to begin again.',
    );
  };
  const existing = await readManifest(dir);
  if (existing) return resumable(existing);
  const found = await readdir(dir).catch((cause: unknown) => {
    if (systemErrorCode(cause) === 'ENOENT') return [] as string[];
    throw new ExperimentError(`Cannot write a run to ${dir} as ${systemErrorText(cause)}`, { cause });
  });
  // a lock, and what a killed process had not written to its end, are no contents
  // another process may have begun the run since it was looked for
  const since = found.includes('run.json') ? await readManifest(dir) : undefined;
  if (since) return resumable(since);
  if (found.some((name) => !isLock(name) && !isHalfWritten(name))) {
    throw new ExperimentError(
      `Cannot write a run to ${dir} as it is not empty and holds no run.json: choose another folder with --out`,
    );
  }
  return undefined;
}

/**
 * Reads the manifest of a run. Of its experiment is checked only what tables count on: {@link experimentOfRun} checks the whole.
 *
 * @param dir - folder of the run
 * @returns the manifest, or undefined where the folder holds none
 * @throws {@link ExperimentError} where `run.json` is not what this version writes
 *
 * @example
 * ```ts
 * import { readManifest } from '@mer/experiments';
 *
 * console.log(await readManifest('docs')); // undefined
 * ```
 */
export async function readManifest(dir: string): Promise<RunManifest | undefined> {
  const path = join(dir, 'run.json');
  const value = await readJson(path, MANIFEST);
  if (value === undefined) return undefined;
  if ((value as { format?: unknown } | null)?.format !== 1) {
    throw new ExperimentError(
      `Cannot use the run in ${dir} as its run.json is not of format 1: was it written by another version of mer?`,
    );
  }
  return fitting<RunManifest>(path, value, manifestSchema, MANIFEST);
}

const MANIFEST = {
  kind: 'the manifest of a run',
  cure: 'Bring the file back from a copy, or delete the folder and run the experiment again.',
};

/**
 * Reads the predictions of a fold that is done.
 *
 * @param dir - folder of the run
 * @param seed - seed of the fold
 * @param fold - name of the fold
 * @param run - classes and label kind of the run, which its predictions must fit; any by default
 * @returns the predictions, or undefined where the fold is not done
 * @throws {@link ExperimentError} where the file is there but is not what `mer run` writes
 *
 * @example
 * ```ts
 * import { readFold } from '@mer/experiments';
 *
 * console.log(await readFold('runs/none', 0, 'sub01')); // undefined
 * ```
 */
export async function readFold(
  dir: string,
  seed: number,
  fold: string,
  run?: Pick<RunManifest, 'classes' | 'labelKind'>,
): Promise<FoldPredictions | undefined> {
  const path = join(foldFolder(dir, seed, fold), 'predictions.json');
  const value = await readJsonFile<FoldPredictions>(path, predictionsSchema, {
    kind: 'the predictions of a fold',
    cure: 'Delete the file to run the fold again.',
  });
  if (!value) return undefined;
  if (value.fold !== fold || value.seed !== seed) {
    throw new ExperimentError(
      `Cannot use ${path} as it does not hold the predictions of fold ${fold}, seed ${seed}: delete the file to run the fold again`,
    );
  }
  if (run) checkClasses(value, run, path);
  return value;
}

function checkClasses(
  { predictions, oracle }: FoldPredictions,
  { classes: names, labelKind = 'single' }: Pick<RunManifest, 'classes' | 'labelKind'>,
  path: string,
): void {
  const classes = names.length;
  const known = (label: SampleLabel) =>
    (typeof label === 'number') === (labelKind === 'single') && classesOf(label).every((c) => c < classes);
  const fits = ({ truth, predicted, logits }: Prediction) =>
    known(truth) && known(predicted) && logits.length === classes;
  const wrong = [...predictions, ...(oracle?.predictions ?? [])].findIndex((prediction) => !fits(prediction));
  if (wrong < 0) return;
  throw new ExperimentError(
    `Cannot use ${path} as each prediction must have id, dataset, subject, and truth, predicted and logits for ${classes} ${labelKind === 'single' ? 'classes' : 'labels, any number of a sample'}: ` +
      `number ${wrong + 1} has not; delete the file to run the fold again`,
  );
}

/**
 * Writes a finished fold: weights and history first, the predictions, which mark it as done, last; each file whole or not at all.
 *
 * @param dir - folder of the run
 * @param record - the fold
 *
 * @example
 * ```ts no-run
 * import { writeFold } from '@mer/experiments';
 *
 * await writeFold('runs/quickstart', { predictions, history, seconds, weights });
 * ```
 */
export async function writeFold(
  dir: string,
  { predictions, history, seconds, processorSeconds, weights }: FoldRecord,
): Promise<void> {
  const folder = foldFolder(dir, predictions.seed, predictions.fold);
  await makeFolder(folder);
  await writeFileAtomic(join(folder, 'weights.safetensors'), encodeSafetensors(weights));
  await writeJson(join(folder, 'history.json'), { seconds, processorSeconds, epochs: history });
  await writeJson(join(folder, 'predictions.json'), predictions);
}

/**
 * Names the folder of a fold: `<run>/folds/<seed>/<fold>`, with every character of the fold's name that is not a letter, digit, dot, dash or
 * underscore written as %XX, so that no name leaves the run's folder.
 *
 * @param dir - folder of the run
 * @param seed - seed of the fold
 * @param fold - name of the fold
 */
export function foldFolder(dir: string, seed: number, fold: string): string {
  if (fold === finalFold) return join(dir, 'final', String(seed));
  return join(dir, 'folds', String(seed), fileNameOf(fold));
}

/** Name of the fold that trains on all samples and tests none; its folder is `<run>/final/<seed>`. */
export const finalFold = '(all)';

/** Longest name of a file; systems have room for 255 bytes, endings included. */
const LONGEST_NAME = 200;

/**
 * Turns any name into a file name: letters, digits, dashes, underscores and inner dots stay, everything else becomes %XX (UTF-8). A name that would be longer
 * than 200 characters is cut, and its hash tells it from others.
 *
 * @param name - such as the name of a fold
 */
export function fileNameOf(name: string): string {
  const kept = /^\.+/.test(name) ? /[A-Za-z0-9_-]/ : /[A-Za-z0-9._-]/;
  const encoded = [...name]
    .map((character) =>
      kept.test(character)
        ? character
        : [...Buffer.from(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
    )
    .join('');
  if (encoded === '') return '%';
  return encoded.length > LONGEST_NAME
    ? `${encoded.slice(0, LONGEST_NAME - 33)}~${hashOf(name).slice(0, 32)}`
    : encoded;
}

/**
 * Writes a value as indented JSON, whole or not at all.
 *
 * @param path - the file
 * @param value - anything JSON can hold
 */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFileAtomic(path, new TextEncoder().encode(`${JSON.stringify(value, null, 1)}\n`));
}

/** Every training that a run plans: its folds, or those on all subjects where it has none. */
export function trainingsOf({ folds, experiment }: Pick<RunManifest, 'folds' | 'experiment'>): RunManifest['folds'] {
  return folds.length > 0 ? folds : experiment.seeds.map((seed) => ({ seed, name: finalFold }));
}

function differences(before: RunManifest, now: RunManifest): string[] {
  const lines = settingDifferences(before.experiment, now.experiment);
  if (before.backend.name !== now.backend.name)
    lines.push(`  backend: ${before.backend.name} then, ${now.backend.name} now`);
  if (hashOfModules(before.parts ?? []) !== hashOfModules(now.parts ?? [])) {
    const names = (modules: readonly OwnModule[] = []) => modules.map(({ use }) => use).join(', ') || 'none';
    const [then, current] = [names(before.parts), names(now.parts)];
    lines.push(
      then === current
        ? `  own parts: the contents of ${then} have changed`
        : `  own parts: ${then} then, ${current} now`,
    );
  }
  if (before.fingerprint !== now.fingerprint) lines.push('  the data set: its samples or files have changed');
  return lines;
}

/**
 * The settings of two experiments that differ and matter for predictions, a line each.
 *
 * @param before - what is called `then`
 * @param now - what is called `now`
 * @param except - beginnings of keys that may differ
 */
export function settingDifferences(before: Experiment, now: Experiment, except: readonly string[] = []): string[] {
  const old = flatten(substance(before));
  const current = flatten(substance(now));
  return [...new Set([...Object.keys(old), ...Object.keys(current)])]
    .filter((key) => old[key] !== current[key] && !except.some((start) => key.startsWith(start)))
    .map((key) => `  ${key}: ${old[key] ?? 'absent'} then, ${current[key] ?? 'absent'} now`);
}

/** The plain values of data by their paths, as JSON. */
export function flatten(value: unknown, path = ''): Record<string, string> {
  if (value === null || typeof value !== 'object') return { [path]: JSON.stringify(value) };
  return Object.assign(
    {},
    ...Object.entries(value).map(([key, inner]) => flatten(inner, path ? `${path}.${key}` : key)),
  );
}
