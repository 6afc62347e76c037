import { cell, text } from '@observablehq/plot';
import { figure, percent, SMALL, shortened, widestOf } from './figure.js';
import { plotMarkup } from './plot-markup.js';
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

/** Sides of a cell; where names are wider than a cell can be, they stand aslant above their columns. */
const CELL = { height: 48, least: 66, most: 104 };
const SLANT = 35;

/**
 * Draws a confusion matrix: rows are the truth; each cell has its count and its share of the row, and is the darker the larger the share.
 *
 * @param confusion - `confusion[truth][predicted]`
 * @returns an SVG document
 * @throws RangeError where the matrix is not as large as the list of classes
 *
 * @example
 * ```ts
 * import { confusionMatrixFigure } from '@mer/experiments/figures';
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
  const rows = confusion.map((counts, truth) => {
    const n = counts.reduce((sum, count) => sum + count, 0);
    return { truth, name: shortened(classes[truth]!, 40), n: `n = ${n}`, counts, total: n };
  });
  const cells = rows.flatMap(({ truth, counts, total }) =>
    counts.map((count, predicted) => {
      const share = total > 0 ? count / total : 0;
      return {
        truth,
        predicted,
        count,
        share,
        label: total > 0 ? percent(share) : '–',
        ink: share > 0.7 ? theme.onFill : theme.ink,
        title: `${classes[truth]} predicted as ${classes[predicted]}: ${count} of ${total}`,
      };
    }),
  );
  const longest = widestOf(rows.map(({ name }) => name));
  const slanted = longest + 8 > CELL.most;
  const column = slanted ? CELL.least : Math.max(CELL.least, longest + 8);
  const turned = { across: Math.cos((SLANT * Math.PI) / 180), up: Math.sin((SLANT * Math.PI) / 180) };
  const marginLeft = longest + 38;
  const marginTop = slanted ? Math.ceil(longest * turned.up) + 34 : 46;
  const marginRight = Math.max(64, slanted ? Math.ceil(longest * turned.across - column / 2) + 4 : 0);
  const width = marginLeft + size * column + marginRight;
  const height = marginTop + size * CELL.height + 8;
  const band = { domain: rows.map(({ truth }) => truth), axis: null, padding: 0 } as const;
  const at = { x: 'predicted', y: 'truth' } as const;
  const ink = { value: 'ink', scale: null } as const;
  const quiet = { fill: theme.muted } as const;
  const above = slanted
    ? ({ rotate: -SLANT, textAnchor: 'start', lineAnchor: 'middle', dx: -4, dy: -10 } as const)
    : ({ lineAnchor: 'bottom', dy: -7 } as const);
  return figure(
    {
      title,
      description: classes
        .map((name, row) => `${name}: ${confusion[row]!.map((count, i) => `${count} as ${classes[i]}`).join(', ')}`)
        .join('; '),
      width,
      height,
      theme,
    },
    plotMarkup({
      width,
      height,
      marginLeft,
      marginRight,
      marginTop,
      marginBottom: 8,
      x: { ...band, type: 'band' },
      y: { ...band, type: 'band' },
      marks: [
        cell(cells, {
          ...at,
          fill: theme.series[0],
          fillOpacity: { value: 'share', scale: null },
          stroke: theme.muted,
          strokeOpacity: 0.5,
          title: 'title',
        }),
        text(
          cells.filter(({ truth, predicted }) => truth !== predicted),
          { ...at, text: 'count', dy: -7, fontSize: 14, fill: ink },
        ),
        text(
          cells.filter(({ truth, predicted }) => truth === predicted),
          { ...at, text: 'count', dy: -7, fontSize: 14, fontWeight: 700, fill: ink },
        ),
        text(cells, { ...at, text: 'label', dy: 10, fontSize: SMALL, fill: ink }),
        text(rows, { y: 'truth', text: 'name', frameAnchor: 'left', textAnchor: 'end', dx: -8 }),
        text(rows, {
          y: 'truth',
          text: 'n',
          frameAnchor: 'right',
          textAnchor: 'start',
          dx: 8,
          fontSize: SMALL,
          ...quiet,
        }),
        text(rows, { x: 'truth', text: 'name', frameAnchor: 'top', ...above }),
        text(['predicted'], { frameAnchor: 'top', dy: 12 - marginTop, ...quiet }),
        text(['truth'], { frameAnchor: 'left', rotate: -90, textAnchor: 'middle', dx: 14 - marginLeft, ...quiet }),
      ],
    }),
  );
}
