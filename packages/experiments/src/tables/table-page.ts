import { createHash } from 'node:crypto';
import { Markup, markup } from '../report/markup.js';
import { pageHead } from '../report/page-head.js';
import { tableMarkup } from '../report/table-markup.js';
import { ends, four } from '../summaries/score-text.js';
import type { ResultTable } from './result-table.js';
import { type GridCell, type GridColumn, type GridOptions, type GridSection, tableGrid } from './table-grid.js';
import { pathNotes, plainText } from './table-text.js';

/** Options of {@link resultTableHtml}. */
export interface TablePageOptions extends GridOptions {
  /** Heading of the page. */
  title?: string | undefined;
}

/**
 * A table as one HTML page: nothing is loaded from elsewhere, light and dark as the reader's system is, and a click on a heading sorts the measured rows by that
 * column.
 *
 * @param table - as made by {@link resultTable}
 * @param options - heading, scores, and whether the data sets within a composite set are shown too
 *
 * @example
 * ```ts no-run
 * import { writeFile } from 'node:fs/promises';
 * import { readRuns, resultTable, resultTableHtml } from '@mer/experiments';
 *
 * await writeFile('table.html', resultTableHtml(resultTable(await readRuns(['runs/my-sweep']))));
 * ```
 */
export function resultTableHtml(table: ResultTable, { title = 'Results', ...options }: TablePageOptions = {}): string {
  const { columns, sections } = tableGrid(table, options);
  const hash = createHash('sha256').update(SCRIPT).digest('base64');
  return markup`${pageHead(title, `script-src 'sha256-${hash}'`, STYLE)}
<body>
<main class="wide">
<h1>${title}</h1>
${tableMarkup(
  title,
  markup`<caption class="quiet">${title}</caption><thead>${headMarkup(columns)}</thead>
${sections.map((section) => sectionMarkup(section, columns))}`,
)}
<ul class="note">${[...table.notes, ...pathNotes(table)].map((note) => markup`<li>${note}</li>`)}</ul>
</main>
<script>${new Markup(SCRIPT)}</script>
</body>
</html>
`.text;
}

function headMarkup(columns: readonly GridColumn[]): Markup {
  const titles = columns.map(
    ({ title, type }) =>
      markup`<th scope="col"${type !== 'text' && markup` class="number"`}><button type="button">${title}</button></th>`,
  );
  const groups: { group: string; count: number }[] = [];
  for (const { group } of columns) {
    const last = groups.at(-1);
    if (last && last.group === group) last.count += 1;
    else groups.push({ group, count: 1 });
  }
  const over = groups.map(({ group, count }) =>
    group === ''
      ? markup`<td colspan="${count}"></td>`
      : markup`<th scope="colgroup" colspan="${count}" class="over">${group}</th>`,
  );
  return markup`<tr class="groups">${over}</tr>
<tr>${titles}</tr>`;
}

function sectionMarkup({ kind, title, rows }: GridSection, columns: readonly GridColumn[]): Markup {
  const heading =
    title !== undefined &&
    markup`<tr><th scope="rowgroup" colspan="${columns.length}" class="group">${title}</th></tr>\n`;
  return markup`<tbody class="${kind}">${heading}${rows.map(
    ({ cells, caveat }) =>
      markup`<tr>${cells.map((cell, i) =>
        i === 0
          ? markup`<th scope="row">${plainText(cell)}${caveat !== undefined && markup`<small>${caveat}</small>`}</th>`
          : cellMarkup(cell, columns[i]!),
      )}</tr>\n`,
  )}</tbody>\n`;
}

function cellMarkup(cell: GridCell, { type }: GridColumn): Markup {
  if ('text' in cell) return markup`<td>${cell.text}</td>`;
  const value = 'number' in cell ? cell.number : cell.score?.value;
  const number = type !== 'text' && markup` class="number"`;
  const sort = value !== undefined && markup` data-value="${value}"`;
  if ('number' in cell) return markup`<td${number}${sort}>${plainText(cell)}</td>`;
  const { std, interval, best } = cell.score ?? {};
  const text = value === undefined ? '–' : four(value);
  return markup`<td${number}${sort}>${best ? markup`<strong>${text}</strong>` : text}${
    std !== undefined && markup`<span class="std"> ± ${four(std)}</span>`
  }${interval && markup`<small>${ends(interval).join(' – ')}</small>`}</td>`;
}

const STYLE = `
main.wide { max-width: 1400px; }
caption.quiet { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
thead button { all: unset; cursor: pointer; font: inherit; }
thead button:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
thead button::after { content: ' \\2195'; color: var(--muted); }
th[aria-sort=ascending] button::after { content: ' \\2191'; color: var(--ink); }
th[aria-sort=descending] button::after { content: ' \\2193'; color: var(--ink); }
tr.groups > * { border-bottom: 0; }
th.over { text-align: center; font-weight: 600; border-bottom: 1px solid var(--grid) !important; }
tbody.published *, tbody.guessing * { color: var(--muted); }
tbody.published th { max-width: 60ch; min-width: 220px; }
tbody.oracle { background: var(--warn-panel); }
.std { color: var(--muted); }
strong { font-weight: 700; }
ul.note { padding-left: 1.2em; max-width: 100ch; }`;

const SCRIPT = `
const table = document.querySelector('table');
const body = table.querySelector('tbody.measured');
const heads = [...table.querySelectorAll('thead tr:last-child th')];
for (const [column, head] of heads.entries()) {
  head.querySelector('button').addEventListener('click', () => {
    const down = head.getAttribute('aria-sort') !== 'descending' && head.classList.contains('number');
    const up = !down && head.getAttribute('aria-sort') !== 'ascending';
    for (const other of heads) other.removeAttribute('aria-sort');
    const descending = down || !up;
    head.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
    const key = (row) => {
      const cell = row.cells[column];
      if (!head.classList.contains('number')) return cell.textContent;
      return cell.dataset.value === undefined ? -Infinity : Number(cell.dataset.value);
    };
    const rows = [...body.rows].sort((a, b) => {
      const [x, y] = [key(a), key(b)];
      const order = typeof x === 'string' ? x.localeCompare(y, 'en', { numeric: true }) : x === y ? 0 : x - y;
      return descending ? -order : order;
    });
    body.append(...rows);
  });
}
`;
