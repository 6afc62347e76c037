import { visible } from '@mer/options';
import { csvText } from '../report/csv.js';
import { texText } from '../report/latex.js';
import { scoreTitles } from '../summaries/score-names.js';
import { cellText, ends, four } from '../summaries/score-text.js';
import type { ResultTable, TableScore } from './result-table.js';
import { type Grid, type GridCell, type GridOptions, tableGrid } from './table-grid.js';
import { headRows, pathNotes } from './table-text.js';

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

/**
 * A table as LaTeX for the package booktabs: a `table` with notes, to be put in with `\input`; published results are gray where xcolor is there, and a table that is
 * wider than the line is made to fit where graphicx is. The best scores are bold.
 *
 * @param table - as made by {@link resultTable}
 * @param options - scores, and whether the data sets within a composite set are shown too
 *
 * @example
 * ```ts no-run
 * import { readRuns, resultTable, resultTableLatex } from '@mer/experiments';
 *
 * console.log(resultTableLatex(resultTable(await readRuns(['runs/my-sweep'])), { scores: ['uf1', 'uar'] }));
 * ```
 */
export function resultTableLatex(table: ResultTable, options: GridOptions = {}): string {
  const grid = tableGrid(table, options);
  const { columns, sections } = grid;
  const caveats: string[] = [];
  const body = sections.flatMap(({ kind, title, rows }, i) => [
    ...(i > 0 ? ['\\midrule'] : []),
    ...(title === undefined ? [] : [`\\multicolumn{${columns.length}}{@{}l}{\\textit{${texText(title)}}} \\\\`]),
    ...rows.map(({ cells, caveat }) => {
      if (caveat !== undefined) caveats.push(caveat);
      const mark = caveat === undefined ? '' : `\\textsuperscript{${caveats.length}}`;
      const texts = cells.map((cell, column) => `${texCell(cell)}${column === 0 ? mark : ''}`);
      const shown = kind === 'published' ? texts.map((text) => (text === '' ? '' : `\\mergray{${text}}`)) : texts;
      return `${withWideName(shown, columns).join(' & ')} \\\\`;
    }),
  ]);
  return `${[
    '% Written by mer table. Needs \\usepackage{booktabs}; \\usepackage{xcolor} makes published results gray, \\usepackage{graphicx} a wide table as narrow as the line.',
    '\\providecommand{\\mergray}[1]{\\ifdefined\\textcolor\\textcolor{gray}{#1}\\else#1\\fi}',
    '\\begin{table}',
    '\\centering',
    '\\small',
    '\\sbox0{%',
    `\\begin{tabular}{@{}${columns.map(({ type }) => (type === 'text' ? 'l' : 'r')).join('')}@{}}`,
    '\\toprule',
    ...texHead(grid),
    '\\midrule',
    ...body,
    '\\bottomrule',
    '\\end{tabular}}%',
    '\\ifdim\\wd0>\\linewidth',
    '\\ifdefined\\resizebox\\resizebox{\\linewidth}{!}{\\usebox0}\\else\\makebox[\\linewidth][c]{\\usebox0}\\fi',
    '\\else\\usebox0\\fi',
    '\\par\\smallskip',
    '\\begin{minipage}{\\linewidth}',
    '\\footnotesize',
    ...[...table.notes, ...pathNotes(table)].map((note) => `${texText(note)}\\par`),
    ...caveats.map((caveat, i) => `\\textsuperscript{${i + 1}}\\,${texText(caveat)}\\par`),
    '\\end{minipage}',
    '\\end{table}',
  ].join('\n')}\n`;
}

/** The name of a row that has no settings may reach over their columns. */
function withWideName(texts: readonly string[], columns: Grid['columns']): readonly string[] {
  const [name, ...others] = texts as [string, ...string[]];
  const next = others.findIndex((text, i) => text !== '' || columns[i + 1]!.type === 'score');
  const empty = next < 0 ? others.length : next;
  return empty === 0 ? texts : [`\\multicolumn{${empty + 1}}{@{}l}{${name}}`, ...others.slice(empty)];
}

function texHead(grid: Grid): string[] {
  const heads = headRows(grid);
  const titles = `${heads.at(-1)!.map(texText).join(' & ')} \\\\`;
  if (heads.length === 1) return [titles];
  const spans: { group: string; from: number; count: number }[] = [];
  for (const [i, { group }] of grid.columns.entries()) {
    const last = spans.at(-1);
    if (last && last.group === group) last.count += 1;
    else spans.push({ group, from: i + 1, count: 1 });
  }
  const over = spans.map(({ group, count }) =>
    group === '' ? `\\multicolumn{${count}}{l}{}` : `\\multicolumn{${count}}{c}{${texText(group)}}`,
  );
  const rules = spans
    .filter(({ group }) => group !== '')
    .map(({ from, count }) => `\\cmidrule(lr){${from}-${from + count - 1}}`);
  return [`${over.join(' & ')} \\\\`, rules.join(''), titles];
}

function texCell(cell: GridCell): string {
  if ('text' in cell) return texText(cell.text);
  if ('number' in cell) {
    return cell.number === undefined ? '' : `$${cell.number.toFixed(cell.digits ?? 0)}$`;
  }
  if (!cell.score) return '';
  const { value, std, interval, best } = cell.score;
  const number = best ? `\\textbf{${four(value)}}` : four(value);
  return `${number}${std === undefined ? '' : ` $\\pm$ ${four(std)}`}${interval ? ` {\\scriptsize [${ends(interval).join(', ')}]}` : ''}`;
}
