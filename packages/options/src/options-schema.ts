import * as v from 'valibot';
import { expectedOf, type OptionEntries } from './option.js';
import { suggestion } from './suggestion.js';

/** The schema of an object with some options and no others. */
export type OptionsSchema<Entries extends OptionEntries> = v.StrictObjectSchema<
  Entries,
  v.ErrorMessage<v.StrictObjectIssue>
>;

/**
 * The schema of an object with some options and no others.
 *
 * @example
 * ```ts
 * import { integer, optionsSchema } from '@mer/options';
 * import * as v from 'valibot';
 *
 * console.log(v.parse(optionsSchema({ classes: integer('Number of classes.', { default: 3 }) }), {})); // { classes: 3 }
 * ```
 */
// @__NO_SIDE_EFFECTS__
export function optionsSchema<const Entries extends OptionEntries>(entries: Entries): OptionsSchema<Entries> {
  return v.strictObject(entries, ({ expected, input, path }) => {
    if (expected === 'never') return otherNames(input, Object.keys(entries));
    return path ? expectedOf(entries[path[0].key as string]!) : 'an object';
  });
}

/** What there is in the place of a name that is no option, in words that follow "is not an option". */
function otherNames(name: unknown, names: readonly string[]): string {
  return `${suggestion(name, names)}: ${names.length > 0 ? `the options are ${names.join(', ')}` : 'there are none'}`;
}
