import { visible } from '@mer/options';
import { csvText } from '../report/csv.js';
import { scoreTitles } from '../summaries/score-names.js';
import { cellText } from '../summaries/score-text.js';
import type { ResultTable, TableScore } from './result-table.js';
import { type GridCell, type GridOptions, tableGrid } from './table-grid.js';
import { pathNotes } from './table-text.js';

/**
 * A table as CSV for programs: a row for each run, data set and part of it, numbers in full; then guessing, published results and those that are not
 * comparable, told apart by `kind`.
 *
 * @param table - as made by {@link resultTable}
 *
 * @example
 * ```ts no-run
 * import { readRuns, resultTable, resultTableCsv } from '@mer/experiments';
 *
 * process.stdout.write(resultTableCsv(resultTable(await readRuns(['runs/my-sweep']))));
 * ```
 */
export function resultTableCsv(table: ResultTable): string {
  const { data, rows, settings, labelKind } = table;
  const titles = scoreTitles(labelKind).filter(({ fileOnly }) => !fileOnly);
  const parts = ['', '_lower', '_upper', '_std', '_best', '_difference', '_p', '_p_holm'];
  const about = ['seeds', 'folds', 'folds_planned', 'epoch', 'n', 'subjects', 'seconds', 'source', 'caveat'];
  type Cells = (string | number | undefined)[];
  const scoresOf = (of: (name: (typeof titles)[number]['name']) => TableScore | undefined): Cells =>
    titles.flatMap(({ name }) => {
      const { value, interval, std, best, difference, p, pCorrected } = of(name) ?? {};
      return [value, interval?.lower, interval?.upper, std, best ? 1 : undefined, difference, p, pCorrected];
    });
  const noSettings = settings.map(() => undefined);
  const lines = data.flatMap(({ key, title, guessing, published, n, subjects }): Cells[] => [
    ...rows.flatMap((row) => {
      const cell = row.cells[key];
      return (cell?.sets ?? []).map(
        (set): Cells => [
          ...['result', row.name, ...settings.map((path) => row.settings[path]), title, set.name],
          ...scoresOf((name) => set.scores[name]),
          ...[
            cell!.seeds.join(' '),
            cell!.folds.done,
            cell!.folds.total,
            cell!.epoch,
            set.n,
            set.subjects,
            cell!.seconds,
          ],
        ],
      );
    }),
    [
      ...['guessing', undefined, ...noSettings, title, 'all'],
      ...scoresOf((name) => (guessing.scores[name] === undefined ? undefined : { value: guessing.scores[name] })),
      ...[undefined, undefined, undefined, undefined, n, subjects, undefined, guessing.what],
    ],
    ...published.map(
      ({ source, caveat, rows: of, ...values }): Cells => [
        ...['published', of.join(' '), ...noSettings, title, 'all'],
        ...scoresOf((name) => {
          const value = (values as Record<string, number | undefined>)[name];
          return value === undefined ? undefined : { value };
        }),
        ...[undefined, undefined, undefined, undefined, undefined, undefined, undefined, source, caveat],
      ],
    ),
    ...rows.flatMap((row): Cells[] => {
      const oracle = row.cells[key]?.oracle;
      if (!oracle) return [];
      return [
        [
          ...['not comparable', row.name, ...settings.map((path) => row.settings[path]), title, 'all'],
          ...scoresOf((name) => (oracle[name] === undefined ? undefined : { value: oracle[name] })),
          ...[undefined, undefined, undefined, 'oracle'],
        ],
      ];
    }),
  ]);
  return csvText([
    [
      'kind',
      'run',
      ...settings,
      'data',
      'set',
      ...titles.flatMap(({ key }) => parts.map((part) => key + part)),
      ...about,
    ],
    ...lines,
  ]);
}

/**
 * A table as Markdown; the best scores are bold, published results in italics with their caveats below.
 *
 * @param table - as made by {@link resultTable}
 * @param options - scores, and whether the data sets within a composite set are shown too
 *
 * @example
 * ```ts no-run
 * import { readRuns, resultTable, resultTableMarkdown } from '@mer/experiments';
 *
 * console.log(resultTableMarkdown(resultTable(await readRuns(['runs/my-sweep']))));
 * ```
 */
export function resultTableMarkdown(table: ResultTable, options: GridOptions = {}): string {
  const { columns, sections } = tableGrid(table, options);
  const several = new Set(columns.map(({ group }) => group)).size > 2;
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const head = columns.map(({ group, title }) => markdownText(several && group !== '' ? `${group} ${title}` : title));
  const caveats: string[] = [];
  const body = sections.flatMap(({ kind, title, rows }) => [
    ...(title === undefined ? [] : [row([`**${markdownText(title)}**`, ...columns.slice(1).map(() => '')])]),
    ...rows.map(({ cells, caveat }) => {
      if (caveat !== undefined) caveats.push(caveat);
      return row(
        cells.map((cell, i) => {
          const text = markdownCell(cell);
          if (kind !== 'published' || text === '') return text;
          return `_${text}_${i === 0 ? ` (${caveats.length})` : ''}`;
        }),
      );
    }),
  ]);
  return [
    row(head),
    row(columns.map(({ type }) => (type === 'text' ? '---' : '---:'))),
    ...body,
    '',
    ...[...table.notes, ...pathNotes(table)].map((note) => `- ${markdownText(note)}`),
    ...(caveats.length > 0 ? ['', 'Published results, measured elsewhere:', ''] : []),
    ...caveats.map((caveat, i) => `${i + 1}. ${markdownText(caveat)}`),
    '',
  ].join('\n');
}

function markdownCell(cell: GridCell): string {
  if ('text' in cell) return markdownText(cell.text);
  if ('number' in cell) return cell.number === undefined ? '' : cell.number.toFixed(cell.digits ?? 0);
  if (!cell.score) return '';
  return cell.score.best ? `**${cellText(cell.score)}**` : cellText(cell.score);
}

/** Text in which nothing is a mark of Markdown or HTML. */
function markdownText(text: string): string {
  return visible(text.replaceAll(/\s+/g, ' ')).replaceAll(/[\\`*_[\]<>|#~&]/g, (mark) => `\\${mark}`);
}
