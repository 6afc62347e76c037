import { type Content, Markup, markup } from './markup.js';

/** A table of {@link dataTable}. */
export interface DataTable {
  caption: string;
  /** What the numbers are of: protocol, epoch choice, n, classes, seeds. */
  context?: string;
  /** None: the first cell of each row is its header. */
  header: readonly string[];
  /** How many columns, from the left, are text; the others are numbers. Default 1. */
  text?: number;
  rows: readonly (readonly Content[])[];
}

/** A table that scrolls by itself where the page is narrow. */
export function dataTable({ caption, context, header, text = 1, rows }: DataTable): Markup {
  const kind = (column: number) => markup`${column >= text && markup` class="number"`}`;
  return tableMarkup(
    caption,
    markup`<caption><span>${caption}</span>${context !== undefined && markup`<small>${context}</small>`}</caption>
${header.length > 0 && markup`<thead><tr>${header.map((name, i) => markup`<th scope="col"${kind(i)}>${name}</th>`)}</tr></thead>`}
<tbody>${rows.map((row) => markup`<tr>${row.map((cell, i) => (i === 0 ? markup`<th scope="row">${cell}</th>` : markup`<td${kind(i)}>${cell}</td>`))}</tr>\n`)}</tbody>`,
  );
}

/** Any table within its frame. */
export function tableMarkup(name: string, content: Markup): Markup {
  return markup`<div class="scroll" role="region" aria-label="${name}" tabindex="0"><table>${content}</table></div>\n`;
}

/** A figure on the page. */
export function figureMarkup(name: string, svg: string, caption?: string): Markup {
  return markup`<figure class="${name}"><div class="scroll">${new Markup(svg)}</div>${caption !== undefined && markup`<figcaption>${caption}</figcaption>`}</figure>\n`;
}

/** A share with one digit after the point. */
export function percentage(share: number): string {
  return `${(share * 100).toFixed(1)}\u00a0%`;
}
