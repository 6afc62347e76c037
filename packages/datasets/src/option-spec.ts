/** What one option of a data set may be: enough to check it, to describe it and to write a JSON Schema for it. */
export type OptionSpec = {
  /** One sentence for the user. */
  description: string;
} & (
  | { type: 'integer' | 'number'; default?: number; minimum?: number; maximum?: number }
  | { type: 'boolean'; default?: boolean }
  | { type: 'string'; default?: string; values?: readonly string[] }
  | { type: 'strings'; default?: readonly string[]; values?: readonly string[]; minimumLength?: number }
);

/** The options of one data set, by name. */
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/**
 * Checks options against their specification and fills in the defaults.
 *
 * @throws TypeError for an unknown key (listing the known ones) or a value of the wrong type.
 * @throws RangeError for a value that is not allowed (listing or bounding the allowed ones).
 *
 * @example
 * ```ts
 * import { resolveOptions } from '@mer/datasets';
 *
 * const specs = { size: { type: 'integer', default: 64, minimum: 16, description: 'Side of a frame, pixels.' } } as const;
 * console.log(resolveOptions('synthetic', specs, {})); // { size: 64 }
 * ```
 */
export function resolveOptions(
  dataset: string,
  specs: OptionSpecs,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const known = Object.keys(specs);
  for (const key of Object.keys(given)) {
    if (!known.includes(key)) {
      throw new TypeError(
        `Cannot open data set '${dataset}' as its options must be ${known.length ? `of ${known.join(', ')}` : 'empty'}: current key is '${key}'`,
      );
    }
  }
  const resolved: Record<string, unknown> = {};
  for (const [key, spec] of Object.entries(specs)) {
    const value = given[key] ?? spec.default;
    if (value === undefined) continue;
    const fault = faultOf(spec, value);
    if (fault) {
      throw new fault.error(
        `Cannot open data set '${dataset}' as option ${key} must be ${fault.must}: current value is ${JSON.stringify(value)}`,
      );
    }
    resolved[key] = value;
  }
  return resolved;
}

function faultOf(
  spec: OptionSpec,
  value: unknown,
): { error: typeof TypeError | typeof RangeError; must: string } | undefined {
  switch (spec.type) {
    case 'integer':
    case 'number': {
      const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = spec;
      const noun = spec.type === 'integer' ? 'an integer' : 'a finite number';
      const right = spec.type === 'integer' ? Number.isSafeInteger(value) : Number.isFinite(value);
      if (!right) return { error: TypeError, must: noun };
      if ((value as number) >= minimum && (value as number) <= maximum) return undefined;
      return { error: RangeError, must: `${noun} from ${minimum} to ${maximum}` };
    }
    case 'boolean':
      return typeof value === 'boolean' ? undefined : { error: TypeError, must: 'true or false' };
    case 'string':
      if (typeof value !== 'string') return { error: TypeError, must: 'a string' };
      return !spec.values || spec.values.includes(value)
        ? undefined
        : { error: RangeError, must: `one of ${spec.values.join(', ')}` };
    case 'strings': {
      const must = `a list of ${spec.minimumLength ? `at least ${spec.minimumLength} ` : ''}different ${spec.values ? `values of ${spec.values.join(', ')}` : 'strings'}`;
      if (!Array.isArray(value) || value.some((item) => typeof item !== 'string')) return { error: TypeError, must };
      const allowed = value.every((item) => !spec.values || spec.values.includes(item));
      const different = new Set(value).size === value.length;
      return allowed && different && value.length >= (spec.minimumLength ?? 0)
        ? undefined
        : { error: RangeError, must };
    }
  }
}
