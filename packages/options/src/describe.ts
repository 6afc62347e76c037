import * as v from 'valibot';
import { aboutOf, expectedOf, type OptionEntries } from './option.js';

/** One option, for people. */
export interface OptionRow {
  /** Its name; those of options inside an option with a dot: `flow.method`. */
  readonly name: string;
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
    const inner = entriesOf(schema);
    const required = schema.type !== 'optional';
    const row = {
      name,
      expected: expectedOf(schema),
      default: inner && !required ? undefined : v.getDefault(schema as never),
      required,
      about: aboutOf(schema),
    };
    return [row, ...(inner ? describeOptions(inner).map((each) => ({ ...each, name: `${name}.${each.name}` })) : [])];
  });
}

/** The options inside an option. */
function entriesOf(schema: v.GenericSchema): OptionEntries | undefined {
  const { wrapped, entries } = schema as { wrapped?: v.GenericSchema; entries?: OptionEntries };
  return wrapped ? entriesOf(wrapped) : entries;
}
