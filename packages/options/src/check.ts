import * as v from 'valibot';
import { type OptionIssue, optionIssues, show } from './issues.js';
import type { OptionEntries, Resolved } from './option.js';
import { optionsSchema } from './options-schema.js';

/**
 * Options with every default filled in.
 *
 * @param task - what cannot be done with wrong options, in words that follow "Cannot"
 * @param entries - the options that there are
 * @param given - what the caller gave
 * @throws {TypeError} for a name that is no option (listing those there are) and a value of a wrong type
 * @throws {RangeError} for a value outside its range
 *
 * @example
 * ```ts
 * import { checkOptions, integer } from '@mer/options';
 *
 * const entries = { classes: integer('Number of classes.', { min: 2, default: 3 }) };
 * try {
 *   checkOptions('create a network', entries, { clases: 5 });
 * } catch (error) {
 *   console.log((error as Error).message.slice(0, 78)); // Cannot create a network as "clases" is not an option, did you mean "classes"?:
 * }
 * ```
 */
export function checkOptions<const Entries extends OptionEntries>(
  task: string,
  entries: Entries,
  given: unknown = {},
): Resolved<Entries> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new TypeError(`Cannot ${task} as options must be an object: current value is ${show(given)}`);
  }
  return checkSchema(task, optionsSchema(entries), given) as Resolved<Entries>;
}

/**
 * A value that fits its schema, or the error that says why it does not.
 *
 * @param task - what cannot be done with a wrong value
 * @param name - what the message calls it
 * @param schema - what it must be
 * @param value - the value; the default of the schema where it is undefined
 * @throws {TypeError} for a value of a wrong type
 * @throws {RangeError} for a value outside its range
 *
 * @example
 * ```ts
 * import { checkValue, integer } from '@mer/options';
 *
 * console.log(checkValue('count', 'folds', integer('Number of folds.', { min: 2 }), 5)); // 5
 * ```
 */
export function checkValue<T>(task: string, name: string, schema: v.GenericSchema<unknown, T>, value: unknown): T {
  return checkSchema(task, schema, value, [name]);
}

function checkSchema<T>(
  task: string,
  schema: v.GenericSchema<unknown, T>,
  value: unknown,
  at: readonly string[] = [],
): T {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const issue = optionIssues(schema, value)[0]!;
  throw new (errorOf(issue))(`Cannot ${task} as ${placeOf([...at, ...issue.path], issue)} ${issue.text}`);
}

function placeOf(path: readonly (string | number)[], { fault }: OptionIssue): string {
  const place = path.join('.');
  return fault === 'unknown' ? `"${place}"` : place;
}

const errorOf = ({ fault }: OptionIssue) => (fault === 'range' ? RangeError : TypeError);
