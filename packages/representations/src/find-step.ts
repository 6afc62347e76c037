import { findPart, type Part, withParts } from '@mer/options';
import type { AnyRepresentationDefinition, AnyStepDefinition } from './declare-step.js';
import { representations, steps } from './registry.js';

/** Parts beside ours. */
export interface WithParts {
  /** Definitions beside ours, of any kind; those of steps and representations count. Their names must differ from ours. */
  readonly parts?: readonly Part[] | undefined;
}

/**
 * Every step and representation: ours, and those of a list.
 *
 * @param parts - anybody's own
 * @throws {TypeError} where two have one name
 *
 * @example
 * ```ts
 * import { allSteps } from '@mer/representations';
 *
 * console.log(allSteps().some(({ name }) => name === 'trdi')); // true
 * ```
 */
export function allSteps(parts?: readonly Part[]): readonly AnyStepDefinition[] {
  const ours = Object.values(steps) as readonly unknown[] as readonly AnyStepDefinition[];
  return withParts(['step', 'representation'], ours, parts);
}

/**
 * The definition of a step or representation whose name may come from a file.
 *
 * @throws {RangeError} where there is none, listing the names that there are
 * @throws {TypeError} where a part has the name of one of ours
 *
 * @example
 * ```ts
 * import { findStep } from '@mer/representations';
 *
 * console.log(findStep('spot-apex').title); // An apex where none is annotated
 * ```
 */
export function findStep(name: unknown, { parts }: WithParts = {}): AnyStepDefinition {
  return findPart('step', allSteps(parts), name);
}

/**
 * The definition of a representation whose name may come from a file.
 *
 * @throws {RangeError} where there is none, listing the names that there are
 * @throws {TypeError} where a part has the name of one of ours
 *
 * @example
 * ```ts
 * import { findRepresentation } from '@mer/representations';
 *
 * console.log(findRepresentation('uv-strain').traits.directed); // true
 * ```
 */
export function findRepresentation(name: unknown, { parts }: WithParts = {}): AnyRepresentationDefinition {
  const ours = Object.values(representations) as readonly unknown[] as readonly AnyRepresentationDefinition[];
  return findPart('representation', withParts(['representation'], ours, parts), name);
}
