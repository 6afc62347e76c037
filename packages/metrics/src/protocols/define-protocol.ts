import { checkPart, type OptionEntries, type Part, type Resolved } from '@mer/options';
import type { Fold, LabeledSample } from './samples.js';

/** How samples are split into training and test; see {@link defineProtocol}. */
export interface ProtocolDefinition<
  Name extends string = string,
  // biome-ignore lint/suspicious/noExplicitAny: a list of definitions holds protocols of any options
  Entries extends OptionEntries = any,
> extends Part {
  readonly kind: 'protocol';
  readonly name: Name;
  /** Authors, year and identifier; null for one of this project. */
  readonly paper: string | null;
  readonly options: Entries;
  /** `false` where nobody is tested: its folds train on everybody, their test parts are empty, and no score comes of them. */
  readonly tests?: false;
  /** The folds; no subject may be on both sides of one. */
  split(samples: readonly LabeledSample[], settings: Resolved<Entries>, draw: { seed: number }): Fold[];
}

/**
 * Defines a protocol.
 *
 * @throws TypeError where the declaration lacks something
 *
 * @example
 * ```ts
 * import { defineProtocol, leaveOneSubjectOut } from '@mer/metrics';
 *
 * const firstOnly = defineProtocol({
 *   name: 'first-subject',
 *   title: 'The first subject is tested',
 *   paper: null,
 *   options: {},
 *   split: (samples) => leaveOneSubjectOut(samples).slice(0, 1),
 * });
 * console.log(firstOnly.split([{ subject: 'a' }, { subject: 'b' }], {}, { seed: 0 }).length); // 1
 * ```
 */
export function defineProtocol<const Name extends string, const Entries extends OptionEntries>(
  declaration: Omit<ProtocolDefinition<Name, Entries>, 'kind'>,
): ProtocolDefinition<Name, Entries> {
  const definition: ProtocolDefinition<Name, Entries> = { kind: 'protocol', ...declaration };
  checkPart(definition);
  if (typeof definition.split !== 'function') {
    throw new TypeError(`Cannot define the protocol "${definition.name}" as split must be a function`);
  }
  return Object.freeze(definition);
}
