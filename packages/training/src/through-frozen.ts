import { runFrozen } from '@mer/models';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { freezeFor } from './layer-groups.js';
import { copyRows, ONE_VIEW, type PreparedData, type PreparedInput, sizeOf } from './prepared-data.js';
import type { TrainingSettings } from './settings.js';

/** The frozen first part of a network. */
export interface FrozenPart {
  /** How many calls of the model's layers it has. */
  calls: number;
  /** Shapes of what it hands on of one row. */
  shapes: readonly (readonly number[])[];
}

/** Where rows that have passed the frozen part are kept. */
export interface FrozenRows {
  /** The part; undefined until it was found. */
  readonly part: FrozenPart | undefined;
  /** Keeps the part. */
  begin(part: FrozenPart): Promise<void> | void;
  /** The numbers of a row, or undefined where it is not there. */
  read(row: number): Float32Array | undefined;
  /** Keeps a row. */
  write(row: number, values: Float32Array): Promise<void> | void;
}

/** Options of {@link throughFrozen}. */
export interface ThroughFrozenOptions {
  /** The samples that will be trained on or tested; all by default. */
  samples?: readonly number[] | undefined;
  /** Opens what keeps the rows of this data and network, called while the layers are frozen; by default they are held in memory. */
  keep?: (() => Promise<FrozenRows> | FrozenRows) | undefined;
  /** Called after each row that had to be computed: how many are there, of how many. */
  onProgress?: ((done: number, total: number) => void) | undefined;
  /** Ends the work after the row in flight by throwing the signal's reason. */
  signal?: AbortSignal | undefined;
}

/**
 * Runs samples through the part of a network that `freeze` leaves as it is, once: training on the data given back is the same as on the data given, but for rounding, and
 * runs the rest of the network alone. Each row runs by itself, so that its numbers depend on no other.
 *
 * @param model - to be trained; its weights do not change
 * @param data - prepared data
 * @param settings - which layers are frozen, and what changes images
 * @param options - which samples, where rows are kept, progress and interruption
 * @returns data for `fit` and `predictLogits` with the same model; the data given where nothing is frozen, images are changed anew each epoch, or the network does not begin with frozen
 * layers that hand on less than they are given
 * @throws RangeError where what is frozen is not there
 *
 * @example
 * ```ts
 * import { createModel } from '@mer/models';
 * import { fit, throughFrozen } from '@mer/training';
 *
 * const model = createModel('resnet18', { classes: 2, width: 4, inputShape: [32, 32, 3], seed: 1 });
 * const data = { classes: ['a', 'b'], labels: [0, 1], inputs: [{ shape: [32, 32, 3], values: new Float32Array(2 * 32 * 32 * 3).fill(0.5) }] };
 * const settings = { freeze: ['(body)'], augmentation: { images: [] } };
 * const features = await throughFrozen(model, data, settings);
 * await fit(model, features, { epochs: 2, batchSize: 2, ...settings });
 * console.log(features.inputs.map(({ shape }) => shape)); // [ [ 32 ] ]
 * model.dispose();
 * ```
 */
export async function throughFrozen(
  model: LayersModel,
  data: PreparedData,
  settings: Pick<TrainingSettings, 'freeze' | 'augmentation'>,
  { samples = data.labels.map((_, i) => i), keep = inMemory, onProgress, signal }: ThroughFrozenOptions = {},
): Promise<PreparedData> {
  if (!passesOnce(settings) || data.from !== undefined) return data;
  const { count } = data.views ?? ONE_VIEW;
  const wanted = samples.flatMap((sample) => Array.from({ length: count }, (_, view) => sample * count + view));
  const thaw = freezeFor(model, settings);
  const run = (row: number, calls?: number) =>
    tf.tidy(() => {
      const inputs = data.inputs.map((input) => tf.tensor(copyRows(input, [row]), [1, ...input.shape]));
      return runFrozen(model, inputs, { calls });
    });
  try {
    const rows = await keep();
    for (const [i, row] of wanted.entries()) {
      // another process may have been there
      if (rows.part && rows.read(row)) continue;
      signal?.throwIfAborted();
      // the part is found by running the first row
      const found = run(row, rows.part?.calls);
      if (!found) return data;
      const { calls, values } = found;
      if (!rows.part) await rows.begin({ calls, shapes: values.map(({ shape }) => shape.slice(1)) });
      await rows.write(row, await numbersOf(values));
      onProgress?.(i + 1, wanted.length);
      await tf.nextFrame();
    }
    const { part } = rows;
    return part ? { ...data, from: part.calls, inputs: inputsOf(rows, part) } : data;
  } finally {
    thaw();
  }
}

/** Whether samples can pass the frozen part of a network once for all epochs. */
export function passesOnce({ freeze, augmentation }: Pick<TrainingSettings, 'freeze' | 'augmentation'>): boolean {
  return freeze !== undefined && augmentation.images.length === 0;
}

/** One list of numbers of several tensors, which are disposed of. */
async function numbersOf(tensors: readonly tf.Tensor[]): Promise<Float32Array> {
  const all = new Float32Array(tensors.reduce((sum, { size }) => sum + size, 0));
  let at = 0;
  for (const tensor of tensors) {
    all.set(await tensor.data(), at);
    at += tensor.size;
    tensor.dispose();
  }
  return all;
}

function inMemory(): FrozenRows {
  const rows = new Map<number, Float32Array>();
  let part: FrozenPart | undefined;
  return {
    get part() {
      return part;
    },
    begin: (found) => {
      part = found;
    },
    read: (row) => rows.get(row),
    write: (row, values) => void rows.set(row, values),
  };
}

/** One input for each value that crosses; a row's lie one after the other. */
function inputsOf(rows: FrozenRows, { shapes }: FrozenPart): PreparedInput[] {
  let begin = 0;
  return shapes.map((shape) => {
    const at = begin;
    begin += sizeOf(shape);
    return {
      shape,
      read: (row, into) => {
        const values = rows.read(row);
        if (!values) {
          throw new RangeError(
            `Cannot read row ${row} as it must have passed the frozen layers: name its sample in samples`,
          );
        }
        into.set(values.subarray(at, at + into.length));
      },
    };
  });
}
