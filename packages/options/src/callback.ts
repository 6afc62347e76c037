import * as v from 'valibot';
import { type Option, option } from './option.js';

/**
 * A function of a type that the caller may give; files cannot.
 *
 * @param about - one sentence for the user
 * @param expected - what it must be, such as "a function of a name"
 *
 * @example
 * ```ts
 * import { callback, checkOptions } from '@mer/options';
 *
 * const entries = { rename: callback<(name: string) => string>('Gives a name.', 'a function of a name') };
 * console.log(checkOptions('read', entries, { rename: (name) => name.toLowerCase() }).rename('A')); // a
 * ```
 */
// @__NO_SIDE_EFFECTS__
export function callback<F extends (...given: never[]) => unknown>(
  about: string,
  expected: string,
): Option<F, { readonly optional: true }> {
  const kind = v.custom<F>((value) => typeof value === 'function', expected);
  return option<F, F, { optional: true }>(about, kind as v.GenericSchema<F>, expected, { optional: true });
}
