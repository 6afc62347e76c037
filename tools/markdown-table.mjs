/** A Markdown table; cells are padded to the width of their column, as the formatter leaves them. Columns of `right` are set to the right. */
export function tableText(head, rows, { right = [] } = {}) {
  const all = [head, ...rows].map((cells) => cells.map(String));
  const widths = head.map((_, i) => Math.max(3, ...all.map((cells) => cells[i].length)));
  const pad = (cell, i) => (right.includes(i) ? cell.padStart(widths[i]) : cell.padEnd(widths[i]));
  const line = (cells) => `| ${cells.map(pad).join(' | ')} |`;
  const rule = widths.map((width, i) => (right.includes(i) ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)));
  return [line(all[0]), line(rule), ...all.slice(1).map(line)].join('\n');
}

/** A page with something else between two markers; undefined where it has not both. */
export function between(page, { begin, end }, text) {
  const [before, rest] = page.split(begin);
  const after = rest?.split(end)[1];
  return after === undefined ? undefined : `${before}${begin}\n\n${text}\n\n${end}${after}`;
}
