import { findPart, type Part, partsByName } from '@mer/options';
import type { AnyRepresentationDefinition } from './define-representation.js';
import type { AnyStepDefinition } from './define-step.js';
import { representations, steps } from './registry.js';

/** Parts beside ours. */
export interface WithParts {
  /** Definitions beside ours, of any kind; those of steps and representations count. Their names must differ from ours. */
  readonly parts?: readonly Part[] | undefined;
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
export function findStep(name: unknown, { parts = [] }: WithParts = {}): AnyStepDefinition {
  const own = parts.filter(({ kind }) => kind === 'step' || kind === 'representation') as AnyStepDefinition[];
  return findPart('step', all(Object.values(steps), own), name);
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
export function findRepresentation(name: unknown, { parts = [] }: WithParts = {}): AnyRepresentationDefinition {
  const own = parts.filter(({ kind }) => kind === 'representation') as AnyRepresentationDefinition[];
  return findPart('representation', all(Object.values(representations), own), name);
}

/** Ours and others', which must not have a name in common. */
function all<Definition extends Part>(ours: readonly Part[], own: readonly Definition[]): Definition[] {
  return Object.values(partsByName([...ours, ...own])) as unknown as Definition[];
}
