import type { OptionEntries } from '@mer/options';
import { defineSpotter, type SpotterDefinition } from '../define-spotter.js';
import type { SpotterLearning } from './spotter-learning.js';

/** A spotter whose scores come from networks that must learn first; see {@link defineLearningSpotter}. */
export type LearningSpotter<
  Name extends string = string,
  // biome-ignore lint/suspicious/noExplicitAny: a list of definitions holds spotters of any options
  Entries extends OptionEntries = any,
  // biome-ignore lint/suspicious/noExplicitAny: and of any measurements
  Measured = any,
> = SpotterDefinition<Name, Entries, Measured> & { readonly learning: SpotterLearning<Entries, Measured> };

/**
 * Defines a spotter whose scores come from networks: what they see in a recording and should answer, and which intervals follow from their answers.
 *
 * Studies train its networks on other subjects, and {@link withNetworks} takes those that have learned; until then it cannot spot.
 *
 * @throws TypeError where the declaration lacks something
 *
 * @example
 * ```ts
 * import { defineLearningSpotter, softnet } from '@mer/spotting';
 *
 * const mine = defineLearningSpotter({ ...softnet, name: 'mine', title: 'SOFTNet without its copies', learning: {
 *   ...softnet.learning,
 *   training: (network, options) => ({ ...softnet.learning.training(network, options), copies: [] }),
 * } });
 * console.log(Object.keys(mine.learning.networks).join()); // micro,macro
 * ```
 */
export function defineLearningSpotter<const Name extends string, const Entries extends OptionEntries, Measured>(
  declaration: Omit<SpotterDefinition<Name, Entries, Measured>, 'kind' | 'measure' | 'learning'> & {
    readonly learning: SpotterLearning<Entries, Measured>;
  },
): LearningSpotter<Name, Entries, Measured> {
  const { name, options, learning } = declaration;
  const defined = defineSpotter<Name, Entries, Measured>({
    ...declaration,
    measure() {
      throw new TypeError(
        `Cannot spot expressions by ${name} as its networks must have learned: train them in a study (mer spot <study>), or give weights (withNetworks, mer spot --weights)`,
      );
    },
  });
  for (const part of ['look', 'create', 'targets', 'training', 'measured'] as const) {
    if (typeof learning?.[part] !== 'function') {
      throw new TypeError(`Cannot define the spotter "${name}" as learning.${part} must be a function`);
    }
  }
  const unknown = learning.trains?.find((one) => !Object.hasOwn(options, one));
  if (unknown !== undefined) {
    throw new TypeError(
      `Cannot define the spotter "${name}" as learning.trains must be a list of its options: current value is ${unknown}`,
    );
  }
  return defined as LearningSpotter<Name, Entries, Measured>;
}
