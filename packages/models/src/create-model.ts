import type * as tfl from '@tensorflow/tfjs-layers';
import { checkOneOf, checkOptions } from './checks.js';
import type { ModelEntry } from './model-entry.js';
import { type ModelName, type ModelOptions, type ModelSize, models } from './registry.js';

/**
 * Makes a network by its name in {@link models}.
 *
 * `size: 'small'` takes the options of the registry's small variant where none are given.
 *
 * @throws {RangeError} when there is no network of that name, with the names, or an option is outside its range.
 * @throws {TypeError} when an option is unknown, with the options.
 *
 * @example
 * ```ts
 * import { countParameters, createModel } from '@mer/models';
 *
 * const model = createModel('afn', { classes: 5, size: 'small' });
 * console.log(model.inputNames, countParameters(model).trainable < 500_000); // [ 'temporal', 'motion' ] true
 * ```
 */
export function createModel<Name extends ModelName>(name: Name, options: ModelOptions<Name>): tfl.LayersModel {
  const entry = modelEntry(name);
  checkOptions(`create ${name}`, options);
  const { size = 'published', ...given } = options as { size?: ModelSize };
  checkOneOf(`create ${name}`, 'size', size, ['published', 'small']);
  return entry.create((size === 'small' ? { ...entry.small, ...given } : given) as never);
}

/**
 * What {@link models} says about a network.
 *
 * @throws {RangeError} when there is no network of that name, with the names and the nearest.
 *
 * @example
 * ```ts
 * import { modelEntry } from '@mer/models';
 *
 * console.log(modelEntry('ststnet').parameters.trainable); // 1683
 * ```
 */
export function modelEntry(name: string): ModelEntry {
  checkOneOf('find a model', 'name', name, Object.keys(models) as ModelName[]);
  return models[name];
}
