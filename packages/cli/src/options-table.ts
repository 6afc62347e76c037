import { describeOptions, type OptionEntries } from '@mer/options';
import { table } from './table.js';

/** The options of a part as lines: name, what it must be, what holds where it is not given, and its words. */
export function optionsTable(entries: OptionEntries): string[] {
  const rows = describeOptions(entries);
  if (rows.length === 0) return ['no options'];
  return table([
    ['option', 'must be', 'default', ''],
    ...rows.map(({ name, of, expected, default: fallback, required, about }) => [
      of === undefined ? name : `${name} (${of})`,
      expected,
      required ? '(needed)' : fallback === undefined ? '' : JSON.stringify(fallback),
      about,
    ]),
  ]);
}
