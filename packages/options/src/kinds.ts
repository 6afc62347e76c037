import * as v from 'valibot';
import {
  expectedOf,
  type Given,
  type Kind,
  type Option,
  type OptionEntries,
  type OptionsOf,
  option,
  type Resolved,
  whole,
} from './option.js';
import { optionsSchema } from './options-schema.js';

/** Bounds of a {@link number} or an {@link integer}. */
export interface Bounds {
  /** Smallest value. */
  readonly min?: number;
  /** Largest value. */
  readonly max?: number;
  /** The value must be larger. */
  readonly above?: number;
  /** The value must be smaller. */
  readonly below?: number;
}

function bounded(noun: string, { min, max, above, below }: Bounds): string {
  const bounds = [
    above !== undefined && `above ${above}`,
    min !== undefined && (max !== undefined || below !== undefined ? `from ${min}` : `of at least ${min}`),
    max !== undefined && (min !== undefined ? `to ${max}` : `at most ${max}`),
    below !== undefined && (min !== undefined ? `to below ${below}` : `below ${below}`),
  ].filter((part) => part !== false);
  const joined = above !== undefined && bounds.length > 1 ? bounds.join(' and ') : bounds.join(' ');
  return joined ? `${noun} ${joined}` : noun;
}

function numeric(integer: boolean, { min, max, above, below }: Bounds, text: string): Kind<number> {
  return v.pipe(
    v.number(text),
    v.finite(text),
    ...([
      integer && v.integer(text),
      min !== undefined && v.minValue(min, text),
      max !== undefined && v.maxValue(max, text),
      above !== undefined && v.gtValue(above, text),
      below !== undefined && v.ltValue(below, text),
    ].filter(Boolean) as unknown as [v.PipeAction<number, number, v.BaseIssue<number>>]),
  );
}

/**
 * A finite number.
 *
 * @example
 * ```ts
 * import { checkValue, number } from '@mer/options';
 *
 * const rate = number('Share that is dropped.', { min: 0, below: 1, default: 0.5 });
 * console.log(checkValue('train', 'dropout', rate, undefined)); // 0.5
 * ```
 */
// @__NO_SIDE_EFFECTS__
export function number<const G extends Bounds & Given<number>>(about: string, given: G): Option<number, G> {
  const expected = bounded('a number', given);
  return option(about, numeric(false, given, expected), expected, given);
}

/**
 * An integer.
 *
 * @example
 * ```ts
 * import { checkOptions, integer } from '@mer/options';
 *
 * const entries = { classes: integer('Number of classes.', { min: 2, default: 3 }) };
 * console.log(checkOptions('create a network', entries, { classes: 5 }).classes); // 5
 * ```
 */
// @__NO_SIDE_EFFECTS__
export function integer<const G extends Bounds & Given<number>>(about: string, given: G): Option<number, G> {
  const expected = bounded('an integer', given);
  return option(about, numeric(true, given, expected), expected, given);
}

/**
 * True or false.
 *
 * @example
 * ```ts
 * import { checkValue, flag } from '@mer/options';
 *
 * console.log(checkValue('shuffle', 'shuffle', flag('A new order.', { default: true }), false)); // false
 * ```
 */
// @__NO_SIDE_EFFECTS__
export function flag<const G extends Given<boolean>>(about: string, given: G): Option<boolean, G> {
  const expected = 'true or false';
  return option(about, v.boolean(expected), expected, given);
}

/**
 * One of some values.
 *
 * @example
 * ```ts
 * import { checkValue, choice } from '@mer/options';
 *
 * const phase = choice('Which phase.', ['rise', 'fall'], { default: 'rise' });
 * console.log(checkValue('pool', 'phase', phase, 'fall')); // fall
 * ```
 */
// @__NO_SIDE_EFFECTS__
export function choice<const T extends string | number | boolean | null, const G extends Given<NoInfer<T>>>(
  about: string,
  values: readonly T[],
  given: G,
): Option<T, G> {
  const expected = `${values.length === 1 ? '' : 'one of '}${values.map(String).join(', ')}`;
  const kind = values.every((value) => typeof value === 'string' || typeof value === 'number')
    ? v.picklist(values as readonly (string | number)[], expected)
    : v.union(
        values.map((value) => (value === null ? v.null(expected) : v.literal(value, expected))),
        expected,
      );
  return option(about, kind as unknown as Kind<T>, expected, given);
}

/** Rules of {@link text}. */
export interface TextRules {
  /** What the text must match. */
  readonly pattern?: RegExp;
  /** What it must be, in words; "a text that is not empty" by default. */
  readonly expected?: string;
}

/**
 * A text that is not empty.
 *
 * @example
 * ```ts
 * import { checkValue, text } from '@mer/options';
 *
 * console.log(checkValue('open', 'name', text('A name.', {}), 'casme2')); // casme2
 * ```
 */
// @__NO_SIDE_EFFECTS__
export function text<const G extends TextRules & Given<string>>(about: string, given: G): Option<string, G> {
  const { pattern, expected = 'a text that is not empty' } = given;
  const kind: Kind<string> = pattern
    ? v.pipe(v.string(expected), v.regex(pattern, expected))
    : v.pipe(v.string(expected), v.minLength(1, expected));
  return option(about, kind, expected, given);
}

/** How many items a {@link list} has, and whether they differ. */
export interface ListRules {
  /** Least number of items; 0 by default. */
  readonly min?: number;
  /** Largest number of items. */
  readonly max?: number;
  /** Whether no two may be the same. */
  readonly different?: boolean;
}

/**
 * A list of values of one kind.
 *
 * @example
 * ```ts
 * import { checkValue, integer, list } from '@mer/options';
 *
 * const depths = list('Blocks of each stage.', integer('Blocks.', { min: 1 }), { min: 1, default: [2, 2] });
 * console.log(checkValue('create', 'depths', depths, [1, 3])); // [ 1, 3 ]
 * ```
 */
// @__NO_SIDE_EFFECTS__
export function list<
  const Item extends v.GenericSchema,
  const G extends ListRules & Given<readonly v.InferInput<Item>[]>,
>(about: string, item: Item, given: G): Option<readonly v.InferInput<Item>[], G, readonly v.InferOutput<Item>[]> {
  const { min = 0, max, different = false } = given;
  const count = max === undefined ? (min > 0 ? `at least ${min} ` : '') : min === max ? `${min} ` : `${min} to ${max} `;
  const noun = (max ?? min) === 1 ? 'value' : 'values';
  const expected = `a list of ${count}${different ? 'different ' : ''}${noun}, each ${expectedOf(item)}`;
  const kind = v.pipe(
    v.array(item, expected),
    v.minLength(min, expected),
    ...((max === undefined ? [] : [v.maxLength(max, expected)]) as [v.MaxLengthAction<unknown[], number, string>]),
    ...((different
      ? [
          v.check((items: unknown[]) => new Set(items).size === items.length, expected),
          v.metadata({ uniqueItems: true }),
        ]
      : []) as unknown as [v.CheckAction<unknown[], string>]),
  );
  return option(about, kind as never, expected, given as never) as never;
}

/**
 * A list of a fixed number of numbers, each with its own name in the words: `[height, width, channels]`.
 *
 * @example
 * ```ts
 * import { checkValue, tuple } from '@mer/options';
 *
 * const shape = tuple('Shape of an image.', ['height', 'width', 'channels'], { default: [28, 28, 3] });
 * console.log(checkValue('create', 'inputShape', shape, [64, 64, 1])); // [ 64, 64, 1 ]
 * ```
 */
// @__NO_SIDE_EFFECTS__
export function tuple<const Names extends readonly string[], const G extends Given<Numbers<Names>> & TupleRules>(
  about: string,
  names: Names,
  given: G,
): Option<Numbers<Names>, G> {
  const { of = 'positive integers' } = given;
  const expected = `[${names.join(', ')}], ${of}`;
  const each: Kind<number> =
    of === 'numbers'
      ? v.pipe(v.number(expected), v.finite(expected))
      : numeric(true, { min: of === 'integers' ? undefined : 1 }, expected);
  const kind = v.strictTuple(names.map(() => each) as [typeof each], expected);
  return option(about, kind as unknown as Kind<Numbers<Names>>, expected, given);
}

/** What the items of a {@link tuple} are. */
export interface TupleRules {
  /** Positive integers by default. */
  readonly of?: 'positive integers' | 'integers' | 'numbers';
}

/** A number for each name. */
export type Numbers<Names extends readonly string[]> = { readonly [I in keyof Names]: number };

/** One side of a square, or height and width. */
export type Size = number | readonly [height: number, width: number];

/**
 * A size in pixels: one side, or `[height, width]`.
 *
 * @example
 * ```ts
 * import { checkValue, size } from '@mer/options';
 *
 * console.log(checkValue('resize', 'size', size('The new size.', { default: 224 }), [60, 80])); // [ 60, 80 ]
 * ```
 */
// @__NO_SIDE_EFFECTS__
export function size<const G extends Given<Size> & Pick<Bounds, 'max'>>(about: string, given: G): Option<Size, G> {
  const { max } = given;
  const expected = `${max === undefined ? 'a positive integer' : bounded('an integer', { min: 1, max })} or [height, width]`;
  const side = numeric(true, { min: 1, max }, expected);
  const kind = v.union([side, whole(v.strictTuple([side, side], expected), expected)], expected);
  return option(about, kind as unknown as Kind<Size>, expected, given);
}

/**
 * A value of one of several kinds.
 *
 * @example
 * ```ts
 * import { checkValue, choice, either, number } from '@mer/options';
 *
 * const absent = either('Share of an absent class.', [number('Its share.', { min: 0 }), choice('Left out.', ['skip'], {})], {});
 * console.log(checkValue('score', 'absent', absent, 'skip')); // skip
 * ```
 */
// @__NO_SIDE_EFFECTS__
export function either<
  const Kinds extends readonly v.GenericSchema[],
  const G extends Given<v.InferInput<Kinds[number]>>,
>(about: string, kinds: Kinds, given: G): Option<v.InferInput<Kinds[number]>, G, v.InferOutput<Kinds[number]>> {
  const expected = kinds.map(expectedOf).join(', or ');
  return option(about, v.union(kinds, expected) as never, expected, given as never) as never;
}

/**
 * Options inside an option; without further rules, those not given take their own defaults.
 *
 * @example
 * ```ts
 * import { checkValue, group, integer } from '@mer/options';
 *
 * const frames = group('How frames are read.', { size: integer('Side.', { min: 1, default: 224 }) });
 * console.log(checkValue('read', 'frames', frames, undefined)); // { size: 224 }
 * ```
 */
export function group<const Entries extends OptionEntries>(
  about: string,
  entries: Entries,
): v.OptionalSchema<Group<Entries>, OptionsOf<Entries>>;
/** Options inside an option that must be given, or may be left out. */
export function group<const Entries extends OptionEntries, const Optional extends boolean>(
  about: string,
  entries: Entries,
  given: { readonly optional: Optional },
): Optional extends true ? v.OptionalSchema<Group<Entries>, undefined> : Group<Entries>;
// @__NO_SIDE_EFFECTS__
export function group(about: string, entries: OptionEntries, given: { optional?: boolean } = { default: {} } as never) {
  return option(about, optionsSchema(entries) as never, 'an object', given);
}

/**
 * Options inside an option that differ by a name: `{ name: 'adam', learningRate: 0.001 }`.
 *
 * @param about - one sentence for the user
 * @param forms - the options of each name
 *
 * @example
 * ```ts
 * import { checkValue, named, number } from '@mer/options';
 *
 * const forms = { sgd: { momentum: number('Momentum.', { min: 0, default: 0 }) }, none: {} };
 * console.log(checkValue('train', 'optimizer', named('What moves the weights.', forms, {}), { name: 'sgd' }).momentum); // 0
 * ```
 */
// @__NO_SIDE_EFFECTS__
export function named<const Forms extends NamedForms, const G extends Given<NamedOptions<Forms>>>(
  about: string,
  forms: Forms,
  given: G,
): Option<NamedOptions<Forms>, G, ResolvedNamed<Forms>> {
  const names = Object.keys(forms);
  const expected = oneOf(names);
  const words = names.length === 1 ? `an object with the name ${expected}` : `an object with a name, ${expected}`;
  const objects = names.map((name) => optionsSchema({ name: v.literal(name, expected), ...forms[name] }));
  return option(about, v.variant('name', objects as never, words) as never, words, given) as never;
}

/**
 * The same, where a name alone will do for an object with this name and the defaults: `adam` for `{ name: 'adam' }`.
 *
 * @example
 * ```ts
 * import { checkValue, nameOrOptions, number } from '@mer/options';
 *
 * const forms = { adam: { rate: number('Rate.', { above: 0, default: 0.001 }) } };
 * console.log(checkValue('train', 'optimizer', nameOrOptions('What moves the weights.', forms, {}), 'adam')); // { name: 'adam', rate: 0.001 }
 * ```
 */
// @__NO_SIDE_EFFECTS__
export function nameOrOptions<const Forms extends NamedForms, const G extends Given<keyof Forms | NamedOptions<Forms>>>(
  about: string,
  forms: Forms,
  given: G,
): Option<(keyof Forms & string) | NamedOptions<Forms>, G, ResolvedNamed<Forms>> {
  const names = Object.keys(forms);
  const object = named(about, forms, {}) as unknown as v.GenericSchema<{ name: string }>;
  const expected = `${oneOf(names)}, or ${expectedOf(object)}`;
  const name = v.pipe(
    v.picklist(names, oneOf(names)),
    v.transform((chosen) => ({ name: chosen })),
    object,
  );
  const kind = v.union([name, object], expected);
  return option(about, kind as never, expected, given as never) as never;
}

/** The names that are there, in words. */
const oneOf = (names: readonly string[]) => (names.length === 1 ? names[0]! : `one of ${names.join(', ')}`);

/** The options of each of several names. */
export type NamedForms = Readonly<Record<string, OptionEntries>>;

/** The options of one of several names, as a caller gives them. */
export type NamedOptions<Forms extends NamedForms> = {
  [Name in keyof Forms & string]: { name: Name } & OptionsOf<Forms[Name]>;
}[keyof Forms & string];

/** The options of one of several names, with every default filled in. */
export type ResolvedNamed<Forms extends NamedForms> = {
  [Name in keyof Forms & string]: { name: Name } & Resolved<Forms[Name]>;
}[keyof Forms & string];

/** The schema of an object with these options. */
export type Group<Entries extends OptionEntries> = v.GenericSchema<OptionsOf<Entries>, Resolved<Entries>>;
