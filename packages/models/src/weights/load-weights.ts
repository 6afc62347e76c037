import { callback, checkOptions, choice, flag, type OptionsOf, type Resolved, text } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { torchNamesOf } from '../build-model.js';
import { entriesOf, withoutTwins } from './entries.js';
import { kerasNames } from './keras-names.js';
import { fromTorch, torchShape } from './layouts.js';
import { type ModelParameter, modelParameters } from './model-parameters.js';
import { stateDictNames } from './state-dict-names.js';

/** An array as a weight file holds it. */
export interface WeightArray {
  /** Lengths of the axes. */
  readonly shape: readonly number[];
  /** Values in row-major order. */
  readonly data: ArrayLike<number> | ArrayLike<bigint>;
}

/** Arrays by name: what the readers of `@mer/io` give and what {@link loadWeights} takes. */
export type WeightArrays = Readonly<Record<string, WeightArray>>;

/** Gives the name (or the several names) under which an array of a file is looked up in the model, or null to leave it out. */
export type NameMapping = (name: string) => string | readonly string[] | null;

const loadWeightsOptions = {
  mapping: callback<NameMapping>(
    "Gives the name (or the several names) under which an array of the file is looked up in the model, or null to leave it out. By default a leading `module.` that all names have is dropped, names of older files are brought up to date, and entries that the network's authors store without using them are left out.",
    'a function of a name',
  ),
  entry: text(
    'Where the state dict lies in a file that holds more (`state_dict`, `net.generator`); names are then relative to it. Found by itself where one fits.',
    { optional: true },
  ),
  strict: flag('Whether missing and extra arrays are errors; wrong shapes always are.', { default: true }),
  head: choice(
    "What happens to the last layer where the file has another number of classes: `load` makes it an error, `reinitialize` keeps the model's own start and reports it.",
    ['load', 'reinitialize'],
    { default: 'load' },
  ),
};

/** Options of {@link loadWeights}. */
export type LoadWeightsOptions = OptionsOf<typeof loadWeightsOptions>;

/** What {@link loadWeights} did, by the model's own weight names. */
export interface LoadWeightsReport {
  /** Weights that now hold the file's values. */
  readonly loaded: readonly string[];
  /** Weights for which the file has nothing (only with `strict: false`). */
  readonly missing: readonly string[];
  /** Arrays of the file for which the model has no weight (only with `strict: false`). */
  readonly extra: readonly string[];
  /** Weights of the head that keep their own start because the number of classes differs. */
  readonly reinitialized: readonly string[];
  /** Where in the file the state dict lay; empty where the file was one. */
  readonly entry: string;
}

/**
 * Puts named arrays into a model: either ours (`conv1/kernel`, from {@link exportWeights}) or a PyTorch state dict
 * (`conv1.weight`), whose layouts are transposed.
 *
 * A state dict that lies beside others in a checkpoint (`state_dict.conv1.weight`, `epoch`, `optimizer.state.0.exp_avg`) is found by itself where one of them fits.
 * Names of Keras (`conv2d_7/kernel:0`) are matched by their order.
 *
 * Nothing is changed unless everything fits. `num_batches_tracked` of PyTorch's batch norm is ignored.
 *
 * @throws {TypeError} listing every missing, extra and mis-shaped array, or naming the state dicts of which several fit; RangeError where the file has no such `entry`.
 *
 * @example
 * ```ts
 * import { createStstNet, exportWeights, loadWeights } from '@mer/models';
 *
 * const weights = await exportWeights(createStstNet({ classes: 3, seed: 1 }), { layout: 'pytorch' });
 * const report = loadWeights(createStstNet({ classes: 3, seed: 2 }), weights);
 * console.log(report.loaded.length, report.missing.length); // 20 0
 * ```
 */
export function loadWeights(
  model: tfl.LayersModel,
  arrays: WeightArrays,
  options: LoadWeightsOptions = {},
): LoadWeightsReport {
  const task = `load the weights into ${model.name}`;
  const settings = checkOptions(task, loadWeightsOptions, options);
  const parameters = modelParameters(model);
  const fitted = (own: WeightArrays) => fitOf(model, parameters, own, settings);
  const { fit, entry: place } = chosenFit(task, arrays, settings, parameters, fitted);
  const { found, missing, extra, reinitialized, problems } = fit;
  if (problems.length > 0) {
    throw new TypeError(
      `Cannot ${task} as the arrays${place === '' ? '' : ` of ${place}`} must fit its weights: ${problems.length} of them do not\n${problems.join('\n')}`,
    );
  }
  for (const [entry, { array, torch }] of found) {
    const values = plainNumbers(array.data);
    const data = torch ? fromTorch(values, entry.shape, entry.layout) : values;
    const tensor = tf.tensor(asFloats(data), [...entry.shape], 'float32');
    entry.variable.write(tensor);
    tensor.dispose();
  }
  return {
    loaded: [...found.keys()].map((entry) => entry.name),
    missing: missing.map((entry) => entry.name),
    extra,
    reinitialized,
    entry: place,
  };
}

type Settings = Resolved<typeof loadWeightsOptions>;

/** Which arrays go where. */
interface Fit {
  found: Map<ModelParameter, { array: WeightArray; torch: boolean }>;
  missing: ModelParameter[];
  extra: string[];
  reinitialized: string[];
  /** Why they cannot; one line each. */
  problems: string[];
}

/** The state dict of a file that fits: the file itself, the entry that is named, or the only one of its entries that does. */
function chosenFit(
  task: string,
  arrays: WeightArrays,
  { entry, mapping, strict }: Settings,
  parameters: readonly ModelParameter[],
  fitted: (arrays: WeightArrays) => Fit,
): { fit: Fit; entry: string } {
  const least = parameters.filter(({ computed }) => !computed).length;
  if (entry !== undefined) {
    const all = entriesOf(arrays, 1);
    const given = all.get(entry);
    if (!given) {
      const names = [...all.keys()].filter((name) => !name.includes('.'));
      throw new RangeError(
        `Cannot ${task} as entry must be a dict of arrays in the file (${names.slice(0, 10).join(', ') || 'it has none'}): current value is ${entry}`,
      );
    }
    return { fit: fitted(given), entry };
  }
  const whole = fitted(arrays);
  if (mapping || whole.problems.length === 0 || (!strict && whole.found.size > 0)) return { fit: whole, entry: '' };
  const fits = [...entriesOf(arrays, Math.ceil(least / 2))].map(([name, own]) => ({ entry: name, fit: fitted(own) }));
  const good = withoutTwins(
    fits.filter(({ fit }) => fit.problems.length === 0),
    ({ fit }) => [...fit.found.values()].map(({ array }) => array.data),
  );
  if (good.length > 1) {
    throw new TypeError(
      `Cannot ${task} as one state dict of the file must fit: ${good.map(({ entry: name }) => name).join(' and ')} do; say which with entry`,
    );
  }
  if (good[0]) return good[0];
  const [best] = fits.sort((a, b) => b.fit.found.size - a.fit.found.size);
  return best && best.fit.found.size > whole.found.size ? best : { fit: whole, entry: '' };
}

function fitOf(
  model: tfl.LayersModel,
  parameters: readonly ModelParameter[],
  arrays: WeightArrays,
  { strict, head, mapping: given }: Settings,
): Fit {
  const byName = new Map(
    parameters.flatMap((entry) => [[entry.name, entry] as const, [entry.torchName, entry] as const]),
  );
  const mapping = given ?? ownNames(Object.keys(arrays), byName, model);

  const found = new Map<ModelParameter, { array: WeightArray; torch: boolean }>();
  const extra: string[] = [];
  const problems: string[] = [];
  const reinitialized: string[] = [];
  const refused = new Set<ModelParameter>();
  for (const [name, array] of Object.entries(arrays)) {
    if (name.endsWith('num_batches_tracked')) continue;
    const mapped = mapping(name);
    if (mapped === null) continue;
    for (const target of typeof mapped === 'string' ? [mapped] : mapped) {
      const entry = byName.get(target);
      if (entry === undefined) {
        extra.push(name);
        continue;
      }
      if (found.has(entry)) {
        problems.push(`  twice: ${name} names ${entry.name}, which another array names already`);
        continue;
      }
      const torch = target !== entry.name;
      const needed = torch ? torchShape(entry.shape, entry.layout) : entry.shape;
      if (!sameShape(array.shape, needed)) {
        const otherClasses = entry.head && differsInClasses(array.shape, needed, torch);
        if (head === 'reinitialize' && otherClasses) {
          reinitialized.push(entry.name);
          continue;
        }
        const hint = otherClasses ? " (head: 'reinitialize' keeps the model's own)" : '';
        refused.add(entry);
        problems.push(
          `  wrong shape: ${name} must be [${needed.join(', ')}] and is [${array.shape.join(', ')}]${hint}`,
        );
      } else if (array.data.length !== needed.reduce((product, size) => product * size, 1)) {
        refused.add(entry);
        problems.push(`  wrong length: ${name} is [${needed.join(', ')}] and holds ${array.data.length} values`);
      } else {
        found.set(entry, { array, torch });
      }
    }
  }
  const missing = parameters.filter(
    (entry) => !found.has(entry) && !entry.computed && !refused.has(entry) && !reinitialized.includes(entry.name),
  );
  const names = (entry: ModelParameter) => (usesTorchNames(found) ? entry.torchName : entry.name);
  if (strict) {
    for (const entry of missing) {
      const shape = usesTorchNames(found) ? torchShape(entry.shape, entry.layout) : entry.shape;
      problems.push(`  missing: ${names(entry)} [${shape.join(', ')}]`);
    }
    for (const name of extra) problems.push(`  extra: ${name} [${arrays[name]!.shape.join(', ')}]`);
  } else if (found.size === 0) {
    problems.push(
      `  nothing fits: the file has ${short(Object.keys(arrays))}, the model ${short(parameters.map(names))}`,
    );
  }
  return { found, missing, extra, reinitialized, problems };
}

/** The model's names for those of a file: as PyTorch spells them, or else Keras. */
function ownNames(names: readonly string[], known: ReadonlyMap<string, ModelParameter>, model: tfl.LayersModel) {
  const torch = stateDictNames(names, torchNamesOf(model));
  if (names.every((name) => known.has(name) || torch(name) === null || known.has(torch(name)!))) return torch;
  const keras = kerasNames(names);
  return (name: string) => {
    const fresh = torch(keras(name));
    return fresh === null || known.has(fresh) ? fresh : torch(name);
  };
}

function usesTorchNames(found: Map<ModelParameter, { torch: boolean }>): boolean {
  const first = found.values().next().value;
  return first === undefined || first.torch;
}

function sameShape(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((size, axis) => size === right[axis]);
}

/** The values as float32, without a copy where they are that already. */
function asFloats(data: ArrayLike<number>): Float32Array {
  return data instanceof Float32Array ? data : new Float32Array(data);
}

/** Whether two shapes of a head differ in nothing but the number of classes: the first axis in PyTorch, the last in ours. */
function differsInClasses(given: readonly number[], needed: readonly number[], torch: boolean): boolean {
  const rest = (shape: readonly number[]) => (torch ? shape.slice(1) : shape.slice(0, -1));
  return given.length === needed.length && sameShape(rest(given), rest(needed));
}

function plainNumbers(data: ArrayLike<number> | ArrayLike<bigint>): ArrayLike<number> {
  return typeof data[0] === 'bigint' ? Array.from(data as ArrayLike<bigint>, Number) : (data as ArrayLike<number>);
}

function short(names: readonly string[]): string {
  return names.length === 0 ? 'no arrays' : `${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''}`;
}
