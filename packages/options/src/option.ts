import * as v from 'valibot';

/** What a value of an option may be: a valibot schema. */
export type Kind<T> = v.GenericSchema<T>;

/** What holds where an option is not given: a default, nothing (`optional`), or an error (neither). */
export interface Given<T> {
  /** Used where the option is not given. */
  readonly default?: T;
  /** May be left out without a default. */
  readonly optional?: boolean;
}

/** The schema of an option that has a default: `In` is what a caller gives, `Out` what comes of it. */
export interface Defaulted<In, Out = In> extends v.OptionalSchema<v.GenericSchema<In, Out>, In> {}

/** The schema of an option that may be left out. */
export interface Optional<In, Out = In> extends v.OptionalSchema<v.GenericSchema<In, Out>, undefined> {}

/** The schema of an option by what holds where it is not given. */
export type Option<In, G, Out = In> = G extends { readonly default: unknown }
  ? Defaulted<In, Out>
  : G extends { readonly optional: true }
    ? Optional<In, Out>
    : v.GenericSchema<In, Out>;

/** The options of a part: one schema for each name. */
export type OptionEntries = Readonly<Record<string, v.GenericSchema>>;

/** The options as a caller gives them. */
export type OptionsOf<Entries extends OptionEntries> = v.InferInput<v.StrictObjectSchema<Entries, string>>;

/** The options with every default filled in. */
export type Resolved<Entries extends OptionEntries> = v.InferOutput<v.StrictObjectSchema<Entries, string>>;

/**
 * An option of any valibot schema, with its words.
 *
 * @param about - one sentence for the user
 * @param kind - the schema of its values
 * @param expected - what a value must be, in words that follow "must be"
 * @param given - what holds where it is not given
 *
 * @example
 * ```ts
 * import { checkOptions, option } from '@mer/options';
 * import * as v from 'valibot';
 *
 * const entries = { even: option('An even number.', v.pipe(v.number(), v.check((n) => n % 2 === 0)), 'even', { default: 2 }) };
 * console.log(checkOptions('count', entries, {})); // { even: 2 }
 * ```
 */
// @__NO_SIDE_EFFECTS__
export function option<In, Out, const G extends Given<In>>(
  about: string,
  kind: v.GenericSchema<In, Out>,
  expected: string,
  given: G,
): Option<In, G, Out> {
  const described = v.pipe(whole(kind, expected), v.description(about), v.metadata({ expected }));
  const { default: fallback, optional = false } = given;
  const left = fallback !== undefined || optional;
  return (left ? v.optional(described, fallback as never) : described) as unknown as Option<In, G, Out>;
}

/** A schema that says of the whole value what is said of a part of it in the words for the whole, as of one side of a size. */
// @__NO_SIDE_EFFECTS__
export function whole<In, Out>(kind: v.GenericSchema<In, Out>, expected: string): v.GenericSchema<In, Out> {
  return {
    ...kind,
    '~run'(dataset, config) {
      const input = dataset.value;
      const result = kind['~run'](dataset, config);
      if (!Array.isArray(input) || !result.issues) return result;
      const told = (issue: v.BaseIssue<unknown>) => (issue.path ? issue.message === expected : issue.type === 'whole');
      const ofWhole = { kind: 'validation', type: 'whole', message: expected, input, path: undefined } as const;
      const issues = result.issues.map((issue) => (told(issue) ? { ...issue, ...ofWhole } : issue));
      return { ...result, issues } as typeof result;
    },
  };
}

/** What a value of a schema must be, in words. */
export function expectedOf(schema: v.GenericSchema): string {
  const { expected } = v.getMetadata(schema) as { expected?: string };
  if (expected !== undefined) return expected;
  const { wrapped } = schema as { wrapped?: v.GenericSchema };
  return wrapped ? expectedOf(wrapped) : schema.expects;
}

/** The sentence about a schema, or nothing. */
export function aboutOf(schema: v.GenericSchema): string {
  const { wrapped } = schema as { wrapped?: v.GenericSchema };
  return v.getDescription(schema) ?? (wrapped ? aboutOf(wrapped) : '');
}
