import { type Columns, plainName, type TextSheet } from './read-table.js';

/**
 * The sheets of a table whose headers are others than the adapter knows, with those that it knows: `columns` says which header text means
 * which column.
 *
 * @throws TypeError for a column that the adapter does not read.
 */
export function renameColumns(
  sheets: readonly TextSheet[],
  known: Columns,
  columns: Readonly<Record<string, string | undefined>>,
): readonly TextSheet[] {
  const given = Object.entries(columns).filter((entry): entry is [string, string] => entry[1] !== undefined);
  for (const [name] of given) {
    if (!Object.hasOwn(known, name)) {
      throw new TypeError(
        `the option columns must name columns that this data set reads, ${Object.keys(known).join(', ')}: it names ${name}`,
      );
    }
  }
  if (given.length === 0) return sheets;
  return sheets.map((sheet) => {
    const at = sheet.rows.findIndex(({ cells }) => {
      const names = cells.map(plainName);
      return given.every(([, header]) => cells.includes(header.trim()) || names.includes(nonEmpty(header)));
    });
    if (at < 0) return sheet;
    const rows = sheet.rows.map(({ row, cells }, i) =>
      i === at ? { row, cells: renamed(cells, known, given) } : { row, cells },
    );
    return { ...sheet, rows };
  });
}

/** A header with other letters than a to z is compared as it is. */
const nonEmpty = (header: string) => plainName(header) || '\0';

function renamed(cells: readonly string[], known: Columns, given: readonly (readonly [string, string])[]): string[] {
  const meant = given.map(([name, header]) => ({ names: known[name]!.names, header: header.trim() }));
  return cells.map((cell) => {
    const own = meant.find(({ header }) => cell === header || plainName(cell) === nonEmpty(header));
    if (own) return own.names[0]!;
    // a column that bears the usual name of one that is found elsewhere is not meant
    return meant.some(({ names }) => names.map(plainName).includes(plainName(cell))) ? '' : cell;
  });
}

/** What the row that comes nearest to a header lacks, for a message; undefined where no row names two of the columns. */
export function nearestHeader(sheets: readonly TextSheet[], columns: Columns): string | undefined {
  const wanted = Object.entries(columns).filter(([, { optional }]) => !optional);
  const candidates = sheets.flatMap(({ sheet, rows }) =>
    rows.map(({ row, cells }) => {
      const names = cells.map(plainName);
      const lacking = wanted.filter(([, one]) => !one.names.some((name) => names.includes(plainName(name))));
      return { sheet, row, lacking, found: cells.filter((cell) => cell !== '') };
    }),
  );
  const best = candidates.reduce<(typeof candidates)[number] | undefined>(
    (one, other) => (one && one.lacking.length <= other.lacking.length ? one : other),
    undefined,
  );
  if (!best || wanted.length - best.lacking.length < 2) return undefined;
  const where = best.sheet ? ` of sheet ${best.sheet}` : '';
  const lacking = best.lacking.map(([name, { names }]) => `${names[0]} (${name})`).join(', ');
  return `row ${best.row}${where} is nearest: it has ${best.found.join(', ')} and lacks ${lacking}; the option columns says what is called otherwise`;
}
