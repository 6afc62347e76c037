import { type Markup, markup } from '../markup.js';
import { at, figure, percent, widthOf } from './figure.js';
import { paperTheme, type Theme } from './theme.js';

/** What {@link confusionMatrixFigure} draws. */
export interface ConfusionMatrixFigureOptions {
  /** Names of rows and columns. */
  classes: readonly string[];
  /** Default: colors on white. */
  theme?: Theme;
  /** Default 'Confusion matrix'. */
  title?: string;
}

/**
 * Draws a confusion matrix: rows are the truth; each cell has its count and its share of the row, and is the darker the larger the share.
 *
 * @param confusion - `confusion[truth][predicted]`
 * @returns an SVG document
 * @throws RangeError where the matrix is not as large as the list of classes
 *
 * @example
 * ```ts
 * import { confusionMatrixFigure } from '@mer/experiments';
 *
 * const svg = confusionMatrixFigure([[8, 2], [1, 9]], { classes: ['negative', 'positive'] });
 * console.log(svg.includes('80 %')); // true
 * ```
 */
export function confusionMatrixFigure(
  confusion: readonly (readonly number[])[],
  { classes, theme = paperTheme, title = 'Confusion matrix' }: ConfusionMatrixFigureOptions,
): string {
  const size = classes.length;
  if (confusion.length !== size || confusion.some((row) => row.length !== size)) {
    throw new RangeError(
      `Cannot draw a confusion matrix as it must be ${size} by ${size}, as there are ${size} classes: current number of rows is ${confusion.length}`,
    );
  }
  const longest = Math.max(...classes.map((name) => widthOf(name)));
  const cell = { width: Math.max(66, longest + 12), height: 48 };
  const left = longest + 36;
  const top = 44;
  const sums = confusion.map((row) => row.reduce((sum, count) => sum + count, 0));
  const middle = (column: number) => at(left + (column + 0.5) * cell.width);
  const line = (row: number) => at(top + (row + 0.5) * cell.height);
  const cellOf = (count: number, row: number, column: number): Markup => {
    const share = sums[row]! > 0 ? count / sums[row]! : 0;
    const ink = share > 0.7 ? theme.onFill : theme.ink;
    const [x, y] = [at(left + column * cell.width), at(top + row * cell.height)];
    return markup`<g fill="${ink}"><title>${classes[row]!} predicted as ${classes[column]!}: ${count} of ${sums[row]!}</title><rect x="${x}" y="${y}" width="${at(cell.width)}" height="${cell.height}" fill="${theme.series[0]}" fill-opacity="${Math.round(share * 1000) / 1000}" stroke="${theme.grid}"/>
<text x="${middle(column)}" y="${line(row) - 2}" text-anchor="middle" font-weight="${row === column ? 700 : 400}" font-size="14">${count}</text>
<text x="${middle(column)}" y="${line(row) + 14}" text-anchor="middle" font-size="11">${sums[row]! > 0 ? percent(share) : '–'}</text></g>`;
  };
  return figure(
    {
      title,
      description: classes
        .map((name, row) => `${name}: ${confusion[row]!.map((count, i) => `${count} as ${classes[i]}`).join(', ')}`)
        .join('; '),
      width: left + size * cell.width + 62,
      height: top + size * cell.height + 8,
      theme,
    },
    markup`<text x="${at(left + (size * cell.width) / 2)}" y="14" text-anchor="middle" fill="${theme.muted}">predicted</text>
<text transform="translate(14 ${at(top + (size * cell.height) / 2)}) rotate(-90)" text-anchor="middle" fill="${theme.muted}">truth</text>
${classes.map(
  (name, i) => markup`<text x="${middle(i)}" y="${top - 8}" text-anchor="middle">${name}</text>
<text x="${at(left - 8)}" y="${line(i) + 4}" text-anchor="end">${name}</text>
<text x="${at(left + size * cell.width + 8)}" y="${line(i) + 4}" fill="${theme.muted}" font-size="11">n = ${sums[i]!}</text>`,
)}
${confusion.map((row, r) => row.map((count, c) => cellOf(count, r, c)))}`,
  );
}
