import { visible } from '@mer/options';
import { cellText } from '../summaries/score-text.js';
import type { ResultTable } from './result-table.js';
import { type Grid, type GridCell, type GridOptions, tableGrid } from './table-grid.js';

/**
 * Prints a table of many runs as plain text; the best scores bear an asterisk.
 *
 * @param table - as made by {@link resultTable}
 * @param options - scores, and whether the data sets within a composite set are shown too
 * @returns lines joined by newlines, no newline at the end
 *
 * @example
 * ```ts no-run
 * import { readRuns, resultTable, resultTableText } from '@mer/experiments';
 *
 * console.log(resultTableText(resultTable(await readRuns(['runs/my-sweep'])), { scores: ['uf1'] }));
 * ```
 */
export function resultTableText(table: ResultTable, options: GridOptions = {}): string {
  const grid = tableGrid(table, options);
  const heads = headRows(grid);
  const sections = grid.sections.map(({ title, rows }) => ({
    title,
    rows: rows.map(({ cells, caveat }) => ({ texts: cells.map((cell) => visible(plainText(cell))), caveat })),
  }));
  const lines = [...heads, ...sections.flatMap(({ rows }) => rows.map(({ texts }) => texts))];
  // what is long stands before everything else without making the column wider for all
  const widths = grid.columns.map((_, i) =>
    Math.max(
      ...[...heads, ...sections[0]!.rows.map(({ texts }) => texts), ...(i > 0 ? lines : [])].map(
        (line) => line[i]!.length,
      ),
    ),
  );
  const line = (texts: readonly string[]) =>
    `  ${texts.map((text, i) => (grid.columns[i]!.type === 'text' ? text.padEnd(widths[i]!) : text.padStart(widths[i]!))).join('  ')}`.trimEnd();
  return [
    ...heads.map(line),
    ...sections.flatMap(({ title, rows }, i) => [
      ...(i > 0 ? [''] : []),
      ...(title === undefined ? [] : [`  ${title}`]),
      ...rows.flatMap(({ texts, caveat }) => [
        ...(texts[0]!.length > widths[0]! ? [`  ${texts[0]}`, line(['', ...texts.slice(1)])] : [line(texts)]),
        ...(caveat === undefined ? [] : [`      ${visible(caveat)}`]),
      ]),
    ]),
    '',
    ...table.notes.map((note) => `  ${visible(note)}`),
    ...pathNotes(table).map((note) => `  ${visible(note)}`),
  ].join('\n');
}

/** The heading: the groups where there are several, and the titles. */
export function headRows({ columns }: Grid): string[][] {
  const groups = new Set(columns.map(({ group }) => group).filter((group) => group !== ''));
  const titles = columns.map(({ title }) => title);
  if (groups.size <= 1) return [titles];
  return [columns.map(({ group }, i) => (group === columns[i - 1]?.group ? '' : group)), titles];
}

/** A cell in plain text; the best with an asterisk. */
export function plainText(cell: GridCell): string {
  if ('text' in cell) return cell.text;
  if ('number' in cell) return cell.number === undefined ? '' : cell.number.toFixed(cell.digits ?? 0);
  return cell.score ? `${cellText(cell.score)}${cell.score.best ? ' *' : ''}` : '';
}

/** Where the settings in the heading stand in an experiment. */
export function pathNotes({ settings }: ResultTable): string[] {
  const long = settings.filter((path) => path.includes('.'));
  return long.length > 0 ? [`Settings that tell the rows apart: ${long.join(', ')}.`] : [];
}
