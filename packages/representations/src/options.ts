import { spanNames } from './clip.js';

/** What one option may be: its default, whether a value is acceptable, and the words for what it must be. */
export interface OptionRule<T = unknown> {
  /** Used where the option is not given. */
  readonly default: T;
  /** What the value must be, in words, for messages and documentation. */
  readonly expected: string;
  /** Whether a value is acceptable. */
  readonly accepts: (value: unknown) => boolean;
  /** The value in its full form, with the defaults of nested options; may throw about them. */
  complete?(value: T, task: string): T;
}

/** One rule per option of `T`. */
export type OptionRules<T extends object> = { readonly [K in keyof T]-?: OptionRule<T[K]> };

/** The options `T` with every one given; only a span may stay open, for the source to decide. */
export type Resolved<T extends object> = {
  [K in keyof T]-?: K extends 'span' ? T[K] : Exclude<T[K], undefined>;
};

/** A value as a message shows it. */
export const show = (value: unknown): string => {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'function') return `function ${value.name}`;
  return JSON.stringify(value) ?? String(value);
};

/** A rule: one of the given values. */
export function oneOf<const T extends string | number | boolean | null>(
  values: readonly T[],
  fallback: NoInfer<T>,
): OptionRule<T> {
  return {
    default: fallback,
    expected: `one of ${values.map(show).join(', ')}`,
    accepts: (value) => (values as readonly unknown[]).includes(value),
  };
}

/** A rule: a finite number in `min..max`, an integer where `integer` is set. */
export function numeric(
  fallback: number,
  {
    min = -Infinity,
    max = Infinity,
    above = -Infinity,
    integer = false,
  }: { min?: number; max?: number; above?: number; integer?: boolean } = {},
): OptionRule<number> {
  const bounds = [
    above > -Infinity ? `> ${above}` : '',
    min > -Infinity ? `>= ${min}` : '',
    max < Infinity ? `<= ${max}` : '',
  ].filter(Boolean);
  return {
    default: fallback,
    expected: `${integer ? 'an integer' : 'a finite number'}${bounds.length ? ` ${bounds.join(' and ')}` : ''}`,
    accepts: (value) =>
      typeof value === 'number' &&
      Number.isFinite(value) &&
      value >= min &&
      value <= max &&
      value > above &&
      (!integer || Number.isInteger(value)),
  };
}

/** A rule: true or false. */
export const flag = (fallback: boolean): OptionRule<boolean> => oneOf([true, false], fallback);

/** A rule: a span of frames, or nothing for the source's own default. */
export const span: OptionRule<import('./clip.js').Span | undefined> = {
  default: undefined,
  expected: `one of ${spanNames.map(show).join(', ')} or a pair [first, last] of frame indices`,
  accepts: (value) =>
    value === undefined ||
    (spanNames as readonly unknown[]).includes(value) ||
    (Array.isArray(value) && value.length === 2 && value.every((index) => Number.isInteger(index))),
};

/** The given options with every default filled in; throws a `RangeError` on an unknown name or an unacceptable value. */
export function resolveOptions<T extends object>(task: string, rules: OptionRules<T>, given: T = {} as T): Resolved<T> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new TypeError(`Cannot ${task} as options must be an object: current value is ${show(given)}`);
  }
  const names = Object.keys(rules) as (keyof T & string)[];
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(rules, name)) {
      throw new RangeError(
        `Cannot ${task} as there is no option '${name}': the options are ${names.join(', ') || '(none)'}`,
      );
    }
  }
  const resolved = {} as T;
  for (const name of names) {
    const rule = rules[name];
    const value = given[name];
    if (value === undefined || rule.accepts(value)) {
      const chosen = (value === undefined ? rule.default : value) as T[typeof name];
      resolved[name] = rule.complete ? rule.complete(chosen, task) : chosen;
    } else
      throw new RangeError(
        `Cannot ${task} as option '${name}' must be ${rule.expected}: current value is ${show(value)}`,
      );
  }
  return resolved as Resolved<T>;
}
