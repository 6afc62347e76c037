import { suggestion } from '@mer/options';

/** Throws unless `value` is an integer of at least `least`. */
export function checkInteger(task: string, name: string, value: unknown, least = 1): asserts value is number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least) {
    throw new RangeError(
      `Cannot ${task} as ${name} must be an integer of at least ${least}: current value is ${describe(value)}`,
    );
  }
}

/** Throws unless `value` is a number with `low <= value < high`. */
export function checkRate(task: string, name: string, value: unknown): asserts value is number {
  if (typeof value !== 'number' || !(value >= 0 && value < 1)) {
    throw new RangeError(
      `Cannot ${task} as ${name} must be a number from 0 to below 1: current value is ${describe(value)}`,
    );
  }
}

/** Throws unless `value` is a list of `rank` positive integers. */
export function checkShape(
  task: string,
  name: string,
  value: unknown,
  form: string,
): asserts value is readonly number[] {
  const rank = form.split(',').length;
  if (
    !Array.isArray(value) ||
    value.length !== rank ||
    !value.every((size) => typeof size === 'number' && Number.isInteger(size) && size > 0)
  ) {
    throw new TypeError(
      `Cannot ${task} as ${name} must be ${form}, positive integers: current value is ${describe(value)}`,
    );
  }
}

/** Throws unless `options` is an object. */
export function checkOptions(task: string, options: unknown): asserts options is object {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(`Cannot ${task} as options must be an object: current value is ${describe(options)}`);
  }
}

/** Throws unless every key of `options` is in `known`. */
export function checkKeys(task: string, options: object, known: readonly string[]): void {
  checkOptions(task, options);
  const unknown = Object.keys(options).filter((key) => !known.includes(key));
  if (unknown.length > 0) {
    const hints = unknown.map((key) => suggestion(key, known).slice(2)).filter((hint) => hint !== '');
    const hint = hints.length > 0 ? ` (${hints.join(' ')})` : '';
    throw new TypeError(
      `Cannot ${task} as ${unknown.map((key) => `"${key}"`).join(', ')} ${unknown.length > 1 ? 'are not options' : 'is not an option'}${hint}: the options are ${known.join(', ')}`,
    );
  }
}

/** Throws unless `value` is one of `allowed`. */
export function checkOneOf<T extends string>(
  task: string,
  name: string,
  value: unknown,
  allowed: readonly T[],
): asserts value is T {
  if (!allowed.includes(value as T)) {
    throw new RangeError(
      `Cannot ${task} as ${name} must be one of ${allowed.join(', ')}: current value is ${describe(value)}${suggestion(value, allowed)}`,
    );
  }
}

/** A short text for a value in an error message. */
export function describe(value: unknown): string {
  if (typeof value === 'number' || value === undefined) return String(value);
  if (typeof value === 'function') return `function ${value.name}`;
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}

/** The options that every network has. */
export interface CommonOptions {
  /** Number of classes. */
  classes: number;
  /** Height, width and channels of an image. */
  inputShape: readonly number[];
  /** Seed of the initial weights and of the dropout masks. */
  seed: number;
}

/** Throws unless the options that every network has are as they must be. */
export function checkCommonOptions(task: string, { classes, inputShape, seed }: CommonOptions): void {
  checkInteger(task, 'classes', classes, 2);
  checkShape(task, 'inputShape', inputShape, '[height, width, channels]');
  checkInteger(task, 'seed', seed, 0);
}
