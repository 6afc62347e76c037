import { axisX, barX, gridX, ruleX, text } from '@observablehq/plot';
import { markup } from '../markup.js';
import { figure, legend, percent, SMALL, shortened, widestOf } from './figure.js';
import { plotMarkup } from './plot-markup.js';
import { paperTheme, type Theme } from './theme.js';

/** The bars of one class in {@link classScoresFigure}. */
export interface ClassBars {
  /** Name of the class. */
  name: string;
  /** Share of the class's samples that were found. */
  recall: number;
  /** Share of what was called this class that is. */
  precision: number;
  /** Harmonic mean of the two. */
  f1: number;
  /** Samples of the class. */
  support: number;
}

/** What {@link classScoresFigure} draws with. */
export interface ClassScoresFigureOptions {
  /** Default: colors on white. */
  theme?: Theme;
  /** Default 'Recall, precision and F1 of each class'. */
  title?: string;
}

/** The bars of a class: in print without color, one is dark, one is light and one is hollow. */
const MEASURES = [
  { key: 'recall', name: 'recall', fillOpacity: 1 },
  { key: 'precision', name: 'precision', fillOpacity: 0.45 },
  { key: 'f1', name: 'F1', fillOpacity: 0 },
] as const;

/** Height of a bar with the space around it. */
const ROW = 15;

/**
 * Draws recall, precision and F1 of each class as bars.
 *
 * @param classes - one entry for each
 * @returns an SVG document
 *
 * @example
 * ```ts
 * import { classScoresFigure } from '@mer/experiments/figures';
 *
 * const svg = classScoresFigure([{ name: 'surprise', recall: 0.5, precision: 1, f1: 2 / 3, support: 4 }]);
 * console.log(svg.includes('0.67')); // true
 * ```
 */
export function classScoresFigure(
  classes: readonly ClassBars[],
  { theme = paperTheme, title = 'Recall, precision and F1 of each class' }: ClassScoresFigureOptions = {},
): string {
  const kinds = MEASURES.map((measure, i) => ({ ...measure, fill: theme.series[i]!, stroke: theme.series[i]! }));
  const groups = classes.map(({ name, support, ...scores }, i) => ({
    name: shortened(name, 40),
    support,
    rows: kinds.map(({ key, ...kind }) => ({
      ...kind,
      row: `${i} ${key}`,
      value: scores[key],
      title: `${name}: ${kind.name} ${scores[key].toFixed(3)}`,
    })),
  }));
  const bars = groups.flatMap(({ rows }) => rows);
  const names = groups.map(({ name, support, rows }) => ({ name, n: `n = ${support}`, row: rows[1]!.row }));
  const [marginLeft, marginTop] = [widestOf(names.map(({ name }) => name)) + 14, 44];
  const width = marginLeft + 320;
  // an empty row stands between two classes
  const rows = groups.flatMap((group, i) => [`${i}`, ...group.rows.map(({ row }) => row)]);
  const height = marginTop + rows.length * ROW + 8;
  const label = { y: 'row', frameAnchor: 'left', textAnchor: 'end', dx: -8 } as const;
  const drawing = plotMarkup({
    width,
    height,
    marginLeft,
    marginTop,
    marginRight: 44,
    marginBottom: 8,
    x: { domain: [0, 1] },
    y: { domain: rows, axis: null, padding: 0.2, round: false },
    marks: [
      gridX({ ticks: 5, stroke: theme.grid, strokeOpacity: 1 }),
      axisX({
        anchor: 'top',
        ticks: 5,
        tickFormat: percent,
        tickSize: 0,
        label: null,
        fill: theme.muted,
        fontSize: SMALL,
      }),
      barX(bars, {
        x: 'value',
        y: 'row',
        fill: { value: 'fill', scale: null },
        fillOpacity: { value: 'fillOpacity', scale: null },
        stroke: { value: 'stroke', scale: null },
        title: 'title',
      }),
      ruleX([0], { stroke: theme.muted }),
      text(bars, {
        x: 'value',
        y: 'row',
        text: ({ value }) => value.toFixed(2),
        textAnchor: 'start',
        dx: 5,
        fontSize: SMALL,
      }),
      text(names, { ...label, text: 'name', dy: -7 }),
      text(names, { ...label, text: 'n', dy: 7, fill: theme.muted, fontSize: SMALL }),
    ],
  });
  return figure(
    {
      title,
      description: classes
        .map(
          ({ name, recall, precision, f1 }) =>
            `${name}: recall ${recall.toFixed(2)}, precision ${precision.toFixed(2)}, F1 ${f1.toFixed(2)}`,
        )
        .join('; '),
      width,
      height,
      theme,
    },
    markup`${legend(kinds, marginLeft, 14)}\n${drawing}`,
  );
}
