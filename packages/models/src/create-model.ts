import type * as tfl from '@tensorflow/tfjs-layers';
import { type ModelEntry, type ModelName, type ModelOptions, models } from './registry.js';

/**
 * Makes a network by its name in {@link models}.
 *
 * @throws {RangeError} when there is no network of that name; the message lists the names.
 *
 * @example
 * ```ts
 * import { createModel } from '@mer/models';
 *
 * console.log(createModel('ststnet', { classes: 3 }).outputs[0]!.shape); // [ null, 3 ]
 * ```
 */
export function createModel<Name extends ModelName>(name: Name, options: ModelOptions<Name>): tfl.LayersModel {
  if (!Object.hasOwn(models, name)) {
    throw new RangeError(
      `Cannot create a model as name must be one of ${Object.keys(models).join(', ')}: current value is "${name}"`,
    );
  }
  const entry: ModelEntry = models[name];
  return entry.create(options as never);
}
