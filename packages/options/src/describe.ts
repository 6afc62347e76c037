import * as v from 'valibot';
import { aboutOf, expectedOf, type OptionEntries } from './option.js';

/** One option, for people. */
export interface OptionRow {
  /** Its name; those of options inside an option with a dot: `flow.levels`. */
  readonly name: string;
  /** Of options that differ by a name: the name that it belongs to, such as `farneback`. */
  readonly of?: string;
  /** What it must be. */
  readonly expected: string;
  /** What holds where it is not given; `undefined` where nothing does. */
  readonly default: unknown;
  /** Whether it must be given. */
  readonly required: boolean;
  /** One sentence about it. */
  readonly about: string;
}

/**
 * Options as rows for listings and tables.
 *
 * @example
 * ```ts
 * import { describeOptions, integer } from '@mer/options';
 *
 * const [row] = describeOptions({ classes: integer('Number of classes.', { min: 2, default: 3 }) });
 * console.log(row.name, row.expected, row.default); // classes an integer of at least 2 3
 * ```
 */
export function describeOptions(entries: OptionEntries): OptionRow[] {
  return Object.entries(entries).flatMap(([name, schema]) => {
    const forms = formsOf(schema);
    const required = schema.type !== 'optional';
    const isGroup = forms.length === 1 && forms[0]!.alone;
    const row = {
      name,
      expected: expectedOf(schema),
      default: isGroup && !required ? undefined : v.getDefault(schema as never),
      required,
      about: aboutOf(schema),
    };
    const inner = forms.flatMap(({ of, entries: own }) =>
      describeOptions(own).map((each) => ({ ...each, ...(of !== undefined && { of }), name: `${name}.${each.name}` })),
    );
    return [row, ...inner];
  });
}

/** Options inside an option: those of a name where they differ by one, and whether nothing else may stand in their place. */
interface Form {
  readonly entries: OptionEntries;
  readonly of?: string;
  readonly alone: boolean;
}

function formsOf(schema: v.GenericSchema): Form[] {
  const { wrapped, entries, options, key } = schema as {
    wrapped?: v.GenericSchema;
    entries?: OptionEntries;
    options?: readonly (v.GenericSchema | string | number)[];
    key?: string;
  };
  if (wrapped) return formsOf(wrapped);
  if (entries) return [{ entries, alone: true }];
  const schemas = (options ?? []).filter((each) => typeof each === 'object');
  return schemas.flatMap(formsOf).map((form) => {
    if (key === undefined) return { ...form, alone: false };
    const { [key]: of, ...rest } = form.entries;
    return { entries: rest, of: String((of as { literal?: unknown }).literal), alone: false };
  });
}
