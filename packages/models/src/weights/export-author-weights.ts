import type * as tfl from '@tensorflow/tfjs-layers';
import { type StoredEntry, torchNamesOf } from '../build-model.js';
import { exportWeights } from './export-weights.js';
import type { WeightArray, WeightArrays } from './load-weights.js';

/** Options of {@link exportAuthorWeights}. */
export interface ExportAuthorWeightsOptions {
  /**
   * A state dict of the authors' network, from which what this network does without is taken: entries that are stored and never used, the counters of batch norms,
   * and modules that this one was made without.
   */
  readonly rest?: WeightArrays;
}

/** An array of a state dict: `int64` for the counters of batch norms, as `@mer/io` holds them. */
export interface AuthorArray {
  /** What a file stores. */
  readonly dtype: 'float32' | 'int64';
  /** Lengths of the axes. */
  readonly shape: number[];
  /** Values in row-major order. */
  readonly data: Float32Array | Float64Array;
}

/**
 * The weights of a network as the code of its authors stores them: their names, shapes and layouts, so that `load_state_dict` of PyTorch takes them with
 * `strict=True`, or Keras by the names of its layers. It is what {@link loadWeights} does, backwards.
 *
 * Entries that the authors' network stores and never uses come out as they start (batch norms as 1 and 0, tables as that code computes them, all else 0), and
 * counters of batch norms as 0, unless `rest` holds them: with the file that was loaded as `rest`, the file comes out again. Modules that this network was made
 * without (`outputs: 'all'` makes them) must be in `rest`.
 *
 * For a file that `safetensors.torch.load_file` reads, give the arrays to `encodeSafetensors` of `@mer/io`.
 *
 * @param model - a network of this package whose authors' code is public, or a backbone of torchvision
 * @param options - what the network itself does not have
 *
 * @throws {TypeError} for a network that no public code has, and where modules of the authors' network are missing
 *
 * @example
 * ```ts
 * import { createStstNet, exportAuthorWeights } from '@mer/models';
 *
 * const weights = await exportAuthorWeights(createStstNet({ classes: 3 }));
 * console.log(weights['conv1.weight']!.shape, weights['fc.weight']!.shape); // [ 3, 3, 3, 3 ] [ 3, 400 ]
 * console.log(Object.keys(weights).length); // 23
 * ```
 */
export async function exportAuthorWeights(
  model: tfl.LayersModel,
  { rest }: ExportAuthorWeightsOptions = {},
): Promise<Record<string, AuthorArray>> {
  const names = torchNamesOf(model);
  const task = `export the weights of ${model.name} as its authors' code stores them`;
  if (names.code === undefined) {
    throw new TypeError(
      `Cannot ${task} as ${names.noCode ?? 'no public code that this package knows has this network'}: exportWeights(model, { layout: 'pytorch' }) gives names in PyTorch's manner, exportOnnx() of @mer/predictor a file for other runtimes`,
    );
  }
  const result: Record<string, AuthorArray> = Object.create(null);
  if (names.keras !== undefined) {
    const theirs = new Map(names.keras.map(([name, ours]) => [ours, name]));
    for (const [name, array] of Object.entries(await exportWeights(model))) {
      const [layer, weight] = [name.slice(0, name.indexOf('/')), name.slice(name.indexOf('/'))];
      result[(theirs.get(layer) ?? layer) + weight] = array;
    }
    return result;
  }
  Object.assign(result, await exportWeights(model, { layout: 'pytorch' }));
  const given = withoutPrefix(rest ?? {});
  for (const entry of names.stored ?? []) result[entry[0]] = copied(given[entry[0]]) ?? started(entry);
  for (const start of names.unused ?? []) {
    const found = Object.entries(given).filter(([name]) => name.startsWith(start));
    if (found.length === 0) {
      throw new TypeError(
        `Cannot ${task} as their network has ${start}… too: make it with outputs: 'all', or give a state dict that has them as rest`,
      );
    }
    for (const [name, array] of found) result[name] = copied(array)!;
  }
  for (const name of Object.keys(result)) {
    if (!name.endsWith(MEAN)) continue;
    const counter = `${name.slice(0, -MEAN.length)}.num_batches_tracked`;
    const known = given[counter];
    // files of PyTorch before 0.4.1 have none
    if (known === undefined && name in given) continue;
    result[counter] = { dtype: 'int64', shape: [], data: Float64Array.of(known ? Number(known.data[0]) : 0) };
  }
  return result;
}

const MEAN = '.running_mean';

/** Without the `module.` that all names of a network in parallel have. */
function withoutPrefix(arrays: WeightArrays): WeightArrays {
  const names = Object.keys(arrays);
  if (!names.every((name) => name.startsWith('module.'))) return arrays;
  return Object.fromEntries(names.map((name) => [name.slice('module.'.length), arrays[name]!]));
}

function copied(array: WeightArray | undefined): AuthorArray | undefined {
  if (array === undefined) return undefined;
  const { shape, data } = array;
  const whole = (array as { dtype?: string }).dtype === 'int64' || typeof data[0] === 'bigint';
  const values = Array.from(data as ArrayLike<number | bigint>, Number);
  return whole
    ? { dtype: 'int64', shape: [...shape], data: Float64Array.from(values) }
    : { dtype: 'float32', shape: [...shape], data: Float32Array.from(values) };
}

function started([, shape, value = 0]: StoredEntry): AuthorArray {
  const size = shape.reduce((product, length) => product * length, 1);
  const data = typeof value === 'number' ? new Float32Array(size).fill(value) : Float32Array.from(value);
  return { dtype: 'float32', shape: [...shape], data };
}
