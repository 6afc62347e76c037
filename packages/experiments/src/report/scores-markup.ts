import { contextOf } from '../summaries/context.js';
import {
  headlineRows,
  type ScoreCell,
  type ScoreColumn,
  type ScoreTableRow,
  scoreColumns,
  scoreTable,
} from '../summaries/score-table.js';
import { bootstrapText, ends, four } from '../summaries/score-text.js';
import type { RunSummary } from '../summaries/summary.js';
import { type Content, type Markup, markup } from './markup.js';
import type { ReportData } from './report-data.js';
import { tableMarkup } from './table-markup.js';

/** The scores that a paper quotes, large, beside what guessing gives. */
export function headline({ summary }: ReportData): Markup {
  const { overSeeds, bootstrap, seeds } = summary;
  const table = scoreTable(summary);
  const [whole] = headlineRows(table);
  const card = (column: ScoreColumn) => {
    if (column.type !== 'score') return undefined;
    const { value, std, interval } = column.of(whole)!;
    const notes = [
      interval && `${bootstrap.level * 100} % CI ${ends(interval).join(' to ')}`,
      std !== undefined && `std over ${seeds.length} seeds ${four(std)}`,
      `guessing: ${four(column.of(table.guessing)!.value)}`,
    ];
    return markup`<div class="card"><div class="name">${column.title}</div><div class="value">${four(value)}</div>
${notes.map((note) => note && markup`<div class="note">${note}</div>`)}</div>`;
  };
  return markup`<div class="cards">${scoreColumns('print', summary).map(card)}</div>
<p class="note">${overSeeds && `Means over seeds ${seeds.join(', ')}. `}CI: ${bootstrapText(bootstrap)}. Guessing: ${table.guessing.source}.</p>`;
}

/** Scores of each seed and data set, their mean, and below them what they are to be read beside. */
export function scoresSection({ summary }: ReportData, figure: Content): Markup {
  const { measured, guessing, published } = scoreTable(summary);
  return markup`${figure}${tableOf('Scores, with confidence intervals below them', summary, [
    { rows: measured },
    { rows: [guessing] },
    ...(published.length > 0
      ? [{ title: 'Published, for comparison; none of it was measured here', rows: published }]
      : []),
  ])}`;
}

/** What epochs chosen on the test subjects gave, in a place of its own. */
export function oracleSection(summary: RunSummary): Markup | undefined {
  const { oracle } = summary;
  if (!oracle) return undefined;
  return markup`<div class="warning"><p><strong>Oracle, ${oracle.note}.</strong> ${ORACLE_WARNING}</p>
${tableOf(`Oracle scores (${oracle.note})`, { ...summary, epochChoice: 'oracle' }, [{ rows: scoreTable(summary).oracle }])}</div>`;
}

const ORACLE_WARNING = [
  'In each fold the epoch with the most right predictions on the held-out subject itself was taken.',
  'Such scores are too high by construction: even a network that has learned nothing ends above chance.',
  'They stand here only because much published code scores in this way.',
].join(' ');

const MISSING_WARNING = 'Everything below covers these alone; subjects that are missing may be easier or harder.';

/** A warning above everything else where folds are missing. */
export function missingNote({ summary: { folds } }: ReportData): Markup | undefined {
  if (folds.done >= folds.total) return undefined;
  const done = markup`<strong>INCOMPLETE:</strong> ${folds.done} of ${folds.total} folds are done.`;
  return markup`<p class="warning">${done} ${MISSING_WARNING}</p>`;
}

interface Body {
  title?: string;
  rows: readonly ScoreTableRow[];
}

function tableOf(caption: string, summary: RunSummary, bodies: readonly Body[]): Markup {
  const columns = scoreColumns('print', summary);
  const heading = (column: ScoreColumn) => markup`<th scope="col"${kindOf(column)}>${column.title}</th>`;
  const group = (title: string) =>
    markup`<tr><th scope="rowgroup" colspan="${columns.length}" class="group">${title}</th></tr>`;
  const body = ({ title, rows }: Body) =>
    markup`<tbody>${title && group(title)}${rows.map((row, i) => rowOf(columns, row, rows[i - 1]))}</tbody>\n`;
  return tableMarkup(
    caption,
    markup`<caption><span>${caption}</span><small>${contextOf(summary)}</small></caption>
<thead><tr>${columns.map(heading)}</tr></thead>
${bodies.map(body)}`,
  );
}

/** A row; what it is called stands once for the rows of one seed, and over all columns of text where it is from elsewhere. */
function rowOf(columns: readonly ScoreColumn[], row: ScoreTableRow, above: ScoreTableRow | undefined): Markup {
  const first = row.label !== above?.label;
  const texts = columns.filter(({ type }) => type === 'text');
  const head =
    row.kind === 'published'
      ? markup`<th scope="row" colspan="${texts.length}" class="source">${row.source}<small>${row.caveat ?? NO_CAVEAT}</small></th>`
      : markup`<th scope="row">${first && [row.label, row.source !== undefined && markup`<small>${row.source}</small>`]}</th>`;
  const rest = columns.slice(row.kind === 'published' ? texts.length : 1);
  return markup`<tr${first && row.source === undefined && markup` class="whole"`}>${head}${rest.map((column) => cellOf(column, row))}</tr>\n`;
}

const NO_CAVEAT = 'No caveat is given: protocol and epoch choice behind these numbers were not checked.';

function cellOf(column: ScoreColumn, row: ScoreTableRow): Markup {
  return markup`<td${kindOf(column)}>${column.type === 'score' ? scoreMarkup(column.of(row)) : column.of(row)}</td>`;
}

function kindOf({ type }: ScoreColumn): Content {
  return type !== 'text' && markup` class="number"`;
}

function scoreMarkup(cell: ScoreCell | undefined): Content {
  if (!cell) return '–';
  const { value, std, interval } = cell;
  return [
    four(value),
    interval && markup`<small>${ends(interval).join(' – ')}</small>`,
    std !== undefined && markup`<small>std ${four(std)}</small>`,
  ];
}
