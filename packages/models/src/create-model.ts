import { checkValue, choice } from '@mer/options';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { ModelDefinition } from './declare-model.js';
import { findModel, type ModelParts } from './find-model.js';
import type { ModelName, ModelOptions } from './registry.js';

/**
 * Makes a network by its name in {@link models}, or that of an own one in `parts`.
 *
 * `preset: 'small'` takes the options of the network's small variant where none are given.
 *
 * @throws {RangeError} when there is no network of that name, with the names, or an option is outside its range
 * @throws {TypeError} when an option is unknown, with the options, or an own network has the name of another
 *
 * @example
 * ```ts
 * import { countParameters, createModel } from '@mer/models';
 *
 * const model = createModel('afn', { classes: 5, preset: 'small' });
 * console.log(model.inputNames, countParameters(model).trainable < 500_000); // [ 'temporal', 'motion' ] true
 * ```
 */
export function createModel<Name extends ModelName>(name: Name, options?: ModelOptions<Name>): tfl.LayersModel;
/** Makes a network by a name that may be that of an own one. */
export function createModel(
  name: string,
  options: Readonly<Record<string, unknown>>,
  more?: ModelParts,
): tfl.LayersModel;
export function createModel(name: string, options: unknown = {}, more: ModelParts = {}): tfl.LayersModel {
  const definition = findModel(name, more);
  const withPresets = typeof options === 'object' && options !== null && Object.keys(definition.presets).length > 0;
  // create() says what is wrong with others
  if (!withPresets) return definition.create(options as never);
  const { preset, ...given } = options as { preset?: unknown };
  const chosen = checkValue(`create ${name}`, 'preset', presetOption(definition), preset);
  return definition.create({ ...(chosen !== undefined && definition.presets[chosen]), ...given });
}

/** The option of {@link createModel} that a network's own options lack: which of its presets holds. */
export function presetOption({ presets }: ModelDefinition) {
  return choice('Variant whose options hold where none are given.', Object.keys(presets), { optional: true });
}
