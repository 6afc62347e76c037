import { texText } from '../report/latex.js';
import { ends, four } from '../summaries/score-text.js';
import type { ResultTable } from './result-table.js';
import { type Grid, type GridCell, type GridOptions, tableGrid } from './table-grid.js';
import { headRows, pathNotes } from './table-text.js';

/**
 * A table as LaTeX for the package booktabs: a `table` with notes, to be put in with `\input`. Published results are gray where xcolor is there. A table that is wider
 * than the line has deviations and intervals below their scores and breaks long names within their column; what is wider even so, or longer than a page, is made smaller where
 * graphicx is there. Notes that have no room on the page of their table go on in a float after it. The best scores are bold.
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
      const texts = cells.map((cell, column) => texCell(cell, column === 0 ? mark : '', kind === 'published'));
      return `${withWideName(texts, columns).join(' & ')} \\\\`;
    }),
  ]);
  return `${[
    '% Written by mer table. Needs \\usepackage{booktabs}; \\usepackage{xcolor} makes published results gray, \\usepackage{graphicx} what is too large for the page smaller.',
    '\\providecommand{\\mergray}[1]{\\ifdefined\\textcolor\\textcolor{gray}{#1}\\else#1\\fi}',
    '\\begin{table}',
    '\\centering',
    '\\small',
    '% names, headings, and scores with their intervals: here for a table that fits, below for one that does not',
    ...WIDE,
    '\\def\\merrows{%',
    `\\begin{tabular}{@{}${columns.map(({ type }) => (type === 'text' ? 'l' : 'r')).join('')}@{}}`,
    '\\toprule',
    ...texHead(grid),
    '\\midrule',
    ...body,
    '\\bottomrule',
    '\\end{tabular}}%',
    '\\sbox0{\\merrows}%',
    '\\ifdim\\wd0>\\linewidth',
    ...NARROW,
    '\\sbox0{\\merrows}%',
    '\\fi',
    '\\ifdim\\wd0>\\linewidth',
    NARROWER,
    '\\sbox0{\\merrows}%',
    '\\fi',
    '\\ifdim\\wd0>\\linewidth',
    '\\ifdefined\\resizebox\\sbox0{\\resizebox{\\linewidth}{!}{\\usebox0}}\\else\\sbox0{\\makebox[\\linewidth][c]{\\usebox0}}\\fi',
    '\\fi',
    '\\sbox0{\\raise\\dp0\\box0}%',
    '\\ifdim\\ht0>\\textheight\\ifdefined\\resizebox\\sbox0{\\resizebox{!}{.99\\textheight}{\\usebox0}}\\fi\\fi',
    '\\usebox0\\par',
    '\\ifdefined\\mernotes\\else\\newsavebox\\mernotes\\fi',
    '\\sbox2{\\begin{minipage}{\\linewidth}\\footnotesize\\global\\setbox\\mernotes\\vbox{%',
    ...[...table.notes, ...pathNotes(table)].map((note) => `${texText(note)}\\par`),
    ...caveats.map((caveat, i) => `\\textsuperscript{${i + 1}}\\,${texText(caveat)}\\par`),
    '}\\end{minipage}}%',
    ...NOTES,
    '\\end{table}',
    ...MORE_NOTES,
  ].join('\n')}\n`;
}

const WIDE = [
  '\\def\\mername#1{#1}',
  '\\def\\merlong#1#2{#2}',
  '\\def\\merhead#1{#1}',
  '\\def\\merscore#1#2{#1 {\\scriptsize #2}}',
  '\\def\\merspread#1{ $\\pm$ #1}',
];

/** What is wider than its share of the line goes on over several lines. */
const NARROW = [
  '\\setlength{\\tabcolsep}{4pt}%',
  '\\def\\merfit#1#2#3{\\setbox2\\hbox{#3}\\ifdim\\wd2>#1\\linewidth\\parbox[t]{#1\\linewidth}{#2\\hangindent.7em #3\\strut}\\else\\box2\\fi}%',
  '\\def\\mername#1{\\merfit{.35}\\raggedright{#1}}%',
  '\\def\\merlong#1{\\merfit{#1}\\raggedright}%',
  '\\def\\merhead#1{\\merfit{.16}\\raggedleft{#1}}%',
  '\\def\\merscore#1#2{\\begin{tabular}[t]{@{}r@{}}#1\\\\\\scriptsize#2\\rule[-.8ex]{0pt}{0pt}\\end{tabular}}%',
  '\\def\\merspread#1{\\\\\\scriptsize$\\pm$ #1}%',
];

/** If that is not enough: columns lie closer, and a name in one of them has as much as a heading; one that reaches over several keeps what it has. */
const NARROWER = '\\setlength{\\tabcolsep}{3pt}\\def\\mername#1{\\merfit{.16}\\raggedright{#1}}%';

/** As many of the notes as have room on the page of the table, if that is more than a few lines. */
const NOTES = [
  '\\dimen0=\\textheight\\advance\\dimen0-\\ht0\\advance\\dimen0-2\\baselineskip',
  '\\ifdim\\dimexpr\\ht\\mernotes+\\dp\\mernotes\\relax>\\dimen0',
  '\\ifdim\\dimen0>4\\baselineskip\\setbox2\\vsplit\\mernotes to\\dimen0\\smallskip\\vbox{\\unvbox2}\\fi',
  '\\else\\smallskip\\box\\mernotes\\fi',
];

const MORE_NOTES = [
  '\\ifvoid\\mernotes\\else',
  '\\begin{table}',
  '\\footnotesize\\textit{Notes, continued}\\par\\smallskip',
  '\\box\\mernotes',
  '\\end{table}',
  '\\fi',
];

/** The name of a row that has no settings may reach over their columns. */
function withWideName(texts: readonly string[], columns: Grid['columns']): readonly string[] {
  const [name, ...others] = texts as [string, ...string[]];
  const next = others.findIndex((text, i) => text !== '' || columns[i + 1]!.type === 'score');
  const empty = next < 0 ? others.length : next;
  if (empty === 0) return texts;
  const share = Math.max(0.35, 0.12 * (empty + 1)).toFixed(2);
  const long = name.replace(/^\\mername/, `\\merlong{${share}}`);
  return [`\\multicolumn{${empty + 1}}{@{}l}{${long}}`, ...others.slice(empty)];
}

function texHead(grid: Grid): string[] {
  const heads = headRows(grid);
  const titles = `${heads
    .at(-1)!
    .map((title, i) => `\\mer${grid.columns[i]!.type === 'text' ? 'name' : 'head'}{${breakable(title)}}`)
    .join(' & ')} \\\\`;
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

function texCell(cell: GridCell, mark: string, gray: boolean): string {
  const shown = (text: string) => (gray ? `\\mergray{${text}}` : text);
  if ('text' in cell) return cell.text === '' ? mark : `\\mername{${shown(breakable(cell.text) + mark)}}`;
  if ('number' in cell) return cell.number === undefined ? '' : shown(`$${cell.number.toFixed(cell.digits ?? 0)}$`);
  if (!cell.score) return '';
  const { value, std, interval, best } = cell.score;
  const number = best ? `\\textbf{${four(value)}}` : four(value);
  if (!interval) return shown(std === undefined ? number : `${number} $\\pm$ ${four(std)}`);
  const spread = std === undefined ? '' : `\\merspread{${four(std)}}`;
  return shown(`\\merscore{${number}${spread}}{[${ends(interval).join(', ')}]}`);
}

/** Text whose long words may go on in the next line: after marks that join their parts, and anywhere in a part that is long itself. */
function breakable(text: string): string {
  return text
    .split(/(?<=\s)/)
    .map((word) => (word.length > LONGEST ? longWord(word) : texText(word)))
    .join('');
}

function longWord(word: string): string {
  const parts = word.split(/(?<=[/_.:,=@-])(?=[^/_.:,=@-])/);
  return parts.map((part) => slices(part).map(texText).join('\\penalty999{}')).join('\\allowbreak{}');
}

function slices(part: string): string[] {
  const characters = [...part];
  const count = Math.ceil(characters.length / LONGEST);
  return Array.from({ length: count }, (_, i) => characters.slice(i * LONGEST, (i + 1) * LONGEST).join(''));
}

/** Characters of a word that fit into the narrowest column of names. */
const LONGEST = 12;
