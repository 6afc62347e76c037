import { findPart, type Part, withParts } from '@mer/options';
import type { ModelDefinition } from './declare-model.js';
import { models } from './registry.js';

/** Networks that are found beside those of {@link models}. */
export interface ModelParts {
  /** Own parts, of which those that {@link defineModel} made count; none by default. */
  readonly parts?: readonly Part[] | undefined;
}

/**
 * The definition of a network by its name, of {@link models} or of own ones.
 *
 * @throws {RangeError} when there is no network of that name, with the names and the nearest
 * @throws {TypeError} when an own network has the name of another, or is no definition
 *
 * @example
 * ```ts
 * import { findModel } from '@mer/models';
 *
 * console.log(findModel('ststnet').parameters.trainable); // 1683
 * ```
 */
export function findModel(name: string, { parts }: ModelParts = {}): ModelDefinition {
  return findPart('model', withParts<ModelDefinition>(['model'], Object.values(models), parts), name);
}
