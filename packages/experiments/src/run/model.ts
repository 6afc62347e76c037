import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  isKeras,
  makeFolder,
  type NamedArrays,
  parseKerasWeights,
  parseWeights,
  systemErrorText,
  writeSafetensors,
} from '@mer/io';
import { createModel, findPretrained, type LoadWeightsReport, loadBackbone, loadWeights } from '@mer/models';
import type { Part } from '@mer/options';
import type { PreparedData } from '@mer/training';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Experiment } from '../schema/experiment.js';
import { ExperimentError } from '../schema/experiment-error.js';
import { findKeptWeights, KEPT } from '../weights/kept-weights.js';

/**
 * Makes the model of an experiment for some prepared data.
 *
 * The number of classes and the shape of the images come from the data, the seed from the fold; everything else from `model.options`.
 *
 * @param experiment - its `model`
 * @param data - classes and input shapes
 * @param seed - for initial weights and dropout
 * @param parts - anybody's own parts, which the experiment may name
 * @returns a model that the caller disposes of
 * @throws {@link ExperimentError} where the options are not the model's, or its inputs do not fit the data
 *
 * @example
 * ```ts
 * import { makeModel, readExperiment } from '@mer/experiments';
 *
 * const experiment = await readExperiment('ststnet-megc2019');
 * const data = { classes: ['a', 'b', 'c'], labels: [], inputs: [{ shape: [28, 28, 3], values: new Float32Array(0) }] };
 * const model = makeModel(experiment, data, 1);
 * console.log(model.name); // 'ststnet'
 * model.dispose();
 * ```
 */
export function makeModel(
  { model }: Pick<Experiment, 'model'>,
  data: PreparedData,
  seed: number,
  parts?: readonly Part[],
): LayersModel {
  const shapes = data.inputs.map(({ shape }) => shape);
  const given = {
    classes: data.classes.length,
    seed,
    ...(new Set(shapes.map(String)).size === 1 && { inputShape: shapes[0] }),
  };
  const created = create(model, given, parts);
  const expected = created.inputs.map(({ shape }) => shape.slice(1));
  const fits =
    expected.length === shapes.length &&
    expected.every((shape, i) => shape.every((side, axis) => side === null || side === shapes[i]![axis]));
  if (!fits) {
    created.dispose();
    throw new ExperimentError(
      `Cannot use model ${model.name} as its inputs must be ${list(expected)}: the experiment's are ${list(shapes)}; change inputs or model.options`,
    );
  }
  return created;
}

/**
 * Checks the model options of an experiment before any work, by making the model once.
 *
 * @throws {@link ExperimentError} that names the option
 */
export function checkModel({ model }: Pick<Experiment, 'model'>, classes: number, parts?: readonly Part[]): void {
  create(model, { classes, seed: 0 }, parts).dispose();
}

function create(
  { name, preset, options }: Experiment['model'],
  given: Record<string, unknown>,
  parts: readonly Part[] | undefined,
): LayersModel {
  try {
    return createModel(name, { ...(preset !== undefined && { preset }), ...options, ...given }, { parts });
  } catch (cause) {
    throw new ExperimentError(`Cannot use model ${name}: ${(cause as Error).message}`, { cause });
  }
}

function list(shapes: readonly (readonly (number | null)[])[]): string {
  return shapes.map((shape) => `[${shape.join(', ')}]`).join(' and ');
}

/** Weights to begin with, as an experiment names them. */
export interface InitialWeights {
  /** Arrays by name. */
  arrays: NamedArrays;
  /** SHA-256 of the file. */
  digest: string;
}

/**
 * Reads the weights that an experiment begins with, from its file or URL.
 *
 * @param experiment - names the file, or none
 * @param copy - a copy of it on this machine, to be read in its place
 * @returns the arrays, or undefined where the experiment names none
 * @throws {@link ExperimentError} where they cannot be read
 */
export async function readInitialWeights(
  { model }: Pick<Experiment, 'model'>,
  copy?: string,
): Promise<InitialWeights | undefined> {
  if (model.weights === undefined) return undefined;
  const file = copy ?? (await pathOf(fileOf(model.weights)));
  try {
    const bytes = isUrl(file) ? await download(file) : new Uint8Array(await readFile(file));
    const arrays = isKeras(bytes) ? await parseKerasWeights(bytes) : parseWeights(bytes);
    return { arrays, digest: createHash('sha256').update(bytes).digest('hex') };
  } catch (cause) {
    throw new ExperimentError(`Cannot read model.weights ${file}: ${systemErrorText(cause)}`, { cause });
  }
}

/**
 * Keeps weights that came from a URL as a file, so that other processes begin with the very same and download nothing.
 *
 * @param experiment - names the URL, or a file, or no weights
 * @param initial - what {@link readInitialWeights} gave for it
 * @param dir - folder for the file, which is named by the weights' hash
 * @returns the experiment with the file in place of the URL; the same experiment where it names none
 */
export async function keepInitialWeights(
  experiment: Experiment,
  initial: InitialWeights | undefined,
  dir: string,
): Promise<Experiment> {
  const { model } = experiment;
  if (!initial || model.weights === undefined || !isUrl(fileOf(model.weights))) return experiment;
  const file = join(dir, `${initial.digest}.safetensors`);
  await makeFolder(dir);
  if (!existsSync(file)) await writeSafetensors(file, initial.arrays);
  return {
    ...experiment,
    model: { ...model, weights: typeof model.weights === 'string' ? file : { ...model.weights, file } },
  };
}

/** The file that weights kept by name lie in. */
async function pathOf(file: string): Promise<string> {
  if (!file.startsWith(KEPT)) return file;
  const name = file.slice(KEPT.length);
  const kept = await findKeptWeights(name).catch((cause) => {
    throw new ExperimentError(`Cannot use model.weights: ${(cause as Error).message}`, { cause });
  });
  if (kept) return kept.path;
  throw new ExperimentError(
    `Cannot use model.weights ${file} as there is no such file here yet: mer weights ${name} says where it comes from and keeps yours`,
  );
}

const isUrl = (file: string) => /^https?:\/\//.test(file);
const fileOf = (weights: NonNullable<Experiment['model']['weights']>) =>
  typeof weights === 'string' ? weights : weights.file;

async function download(url: string): Promise<Uint8Array> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the server answers ${response.status} ${response.statusText}`);
  return new Uint8Array(await response.arrayBuffer());
}

/**
 * Puts the weights to begin with into a model.
 *
 * @throws {@link ExperimentError} where they do not fit it
 */
export function startFrom(
  model: LayersModel,
  { model: settings }: Pick<Experiment, 'model'>,
  { arrays }: InitialWeights,
): LoadWeightsReport {
  const into = typeof settings.weights === 'object' ? settings.weights.into : undefined;
  const file = settings.weights === undefined ? '' : fileOf(settings.weights);
  // what is kept by name is known to be a backbone or a network
  const known = file.startsWith(KEPT) && !into ? findPretrained(file.slice(KEPT.length)).into : undefined;
  let report: LoadWeightsReport;
  try {
    if (known === 'backbone') return loadBackbone(model, arrays);
    report = loadWeights(model, arrays, {
      head: 'reinitialize',
      ...(into && { strict: false, mapping: (name: string) => into.map((prefix) => prefix + name) }),
    });
  } catch (cause) {
    throw new ExperimentError(`Cannot use model.weights: ${(cause as Error).message}`, { cause });
  }
  const bare = into?.filter((prefix) => !report.loaded.some((name) => name.startsWith(prefix))) ?? [];
  if (bare.length > 0) {
    throw new ExperimentError(
      `Cannot use model.weights as no weight of the file is one of ${bare.map((prefix) => `${prefix}*`).join(', ')} of the model`,
    );
  }
  return report;
}
