import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { encodeNpy, makeFolder, parseNpy, writeFileAtomic } from '@mer/io';
import { modelParameters } from '@mer/models';
import { hashOf } from '@mer/options';
import type { FrozenPart, FrozenRows } from '@mer/training';
import { type PreparedData, sizeOf, throughFrozen } from '@mer/training';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { hashOfModules, type OwnParts } from '../parts/own-modules.js';
import type { PreparedDataset } from '../prepare/prepare.js';
import type { Experiment } from '../schema/experiment.js';
import { preparationCodeHash } from './code-hash.js';
import { fitSettings } from './fit-settings.js';

/** What {@link passFrozen} is told. */
interface PassFrozenOptions {
  own: OwnParts;
  /** The samples that are trained on or tested. */
  samples: readonly number[];
  /** Whether other folds have the same frozen weights: what passed them is then kept beside the prepared images. */
  shared: boolean;
  onProgress?: ((done: number, total: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Runs samples through the layers that an experiment freezes, once for all epochs; where other folds have the same frozen weights once for all of these, whatever process trains
 * them, and whether or not the run was interrupted.
 */
export async function passFrozen(
  model: LayersModel,
  data: PreparedDataset,
  experiment: Experiment,
  { own, samples, shared, onProgress, signal }: PassFrozenOptions,
): Promise<PreparedData> {
  const [file] = data.files?.inputs ?? [];
  const keep =
    shared && file !== undefined
      ? async () => keptRows(join(dirname(file.path), `${await keyOf(model, data, experiment, own)}.frozen`))
      : undefined;
  const order = keep ? fromElsewhere(samples) : samples;
  return throughFrozen(model, data, fitSettings(experiment.training), { samples: order, keep, onProgress, signal });
}

/** Samples from a place on that is another in each process, so that those that train at the same time share the work. */
function fromElsewhere(samples: readonly number[]): number[] {
  const sorted = [...samples].sort((a, b) => a - b);
  const golden = (Math.sqrt(5) - 1) / 2;
  const start = Math.floor(((process.pid * golden) % 1) * sorted.length);
  return [...sorted.slice(start), ...sorted.slice(0, start)];
}

/** What the numbers depend on: images, code, backend, network, which of its layers are frozen, as they are now, and their weights. */
async function keyOf(
  model: LayersModel,
  { files }: PreparedDataset,
  { model: { name, preset, options }, training: { freeze } }: Experiment,
  { modules }: OwnParts,
): Promise<string> {
  const weights = createHash('sha256');
  const trained = new Set(model.trainableWeights);
  const fixed = modelParameters(model).filter(({ variable }) => !trained.has(variable));
  for (const { variable, torchName } of fixed) weights.update(`${torchName}\n`).update(await variable.read().data());
  return hashOf({
    format: 1,
    code: await preparationCodeHash(['@mer/models', '@mer/training']),
    own: hashOfModules(modules),
    backend: tf.getBackend(),
    images: files!.inputs.map(({ path }) => basename(path)),
    model: { name, preset, options },
    freeze,
    weights: weights.digest('hex'),
  }).slice(0, 32);
}

/** Rows in files of their own, which processes write at the same time: whoever comes first makes a row, the others find it. */
async function keptRows(folder: string): Promise<FrozenRows> {
  await makeFolder(folder);
  const place = join(folder, 'part.json');
  const pathOf = (row: number) => join(folder, `${row}.npy`);
  let part = partIn(bytesOf(place));
  return {
    get part() {
      return part;
    },
    async begin(found) {
      part = found;
      await writeFileAtomic(place, JSON.stringify(found));
    },
    read: (row) => part && numbersIn(bytesOf(pathOf(row)), part),
    write: (row, data) => writeFileAtomic(pathOf(row), encodeNpy({ dtype: 'float32', shape: [data.length], data })),
  };
}

function bytesOf(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The part that a file tells; of a damaged file none, so that it is found anew. */
function partIn(bytes: Buffer | undefined): FrozenPart | undefined {
  try {
    const { calls, shapes } = JSON.parse(String(bytes)) as Partial<FrozenPart>;
    const whole = (value: unknown) => Number.isInteger(value) && (value as number) > 0;
    return whole(calls) && Array.isArray(shapes) && shapes.flat().every(whole) ? { calls: calls!, shapes } : undefined;
  } catch {
    return undefined;
  }
}

/** The numbers of a row's file; of a damaged one none. */
function numbersIn(bytes: Buffer | undefined, { shapes }: FrozenPart): Float32Array | undefined {
  if (!bytes) return undefined;
  const size = shapes.reduce((sum, shape) => sum + sizeOf(shape), 0);
  try {
    const { data } = parseNpy(bytes);
    return data instanceof Float32Array && data.length === size ? data : undefined;
  } catch {
    return undefined;
  }
}
