import { axisX, barX, gridX, ruleX, text } from '@observablehq/plot';
import { figure, percent, SMALL, shortened, widestOf } from './figure.js';
import { plotMarkup } from './plot-markup.js';
import { paperTheme, type Theme } from './theme.js';

/** One bar of {@link subjectAccuracyFigure}. */
export interface SubjectBar {
  /** Name of the subject. */
  name: string;
  /** Data set; subjects of one stand together. */
  dataset: string;
  /** Share of the subject's samples that are right. */
  accuracy: number;
  /** Samples of the subject. */
  n: number;
}

/** What {@link subjectAccuracyFigure} draws. */
export interface SubjectAccuracyFigureOptions {
  /** Accuracy over all samples: a line through all bars. */
  overall?: number;
  /** Default: colors on white. */
  theme?: Theme;
  /** Default 'Accuracy of each subject'. */
  title?: string;
}

/** Height of a bar with the space around it. */
const ROW = 15;

/**
 * Draws the accuracy on each subject as bars, the best first, data set by data set.
 *
 * @param subjects - one entry for each
 * @returns an SVG document
 * @throws RangeError where there are none
 *
 * @example
 * ```ts
 * import { subjectAccuracyFigure } from '@mer/experiments/figures';
 *
 * const svg = subjectAccuracyFigure([{ name: 'sub01', dataset: 'casme2', accuracy: 0.5, n: 4 }]);
 * console.log(svg.includes('sub01')); // true
 * ```
 */
export function subjectAccuracyFigure(
  subjects: readonly SubjectBar[],
  { overall, theme = paperTheme, title = 'Accuracy of each subject' }: SubjectAccuracyFigureOptions = {},
): string {
  if (subjects.length === 0)
    throw new RangeError('Cannot draw subjects as there must be at least one: current number is 0');
  const rows = rowsOf(subjects);
  const bars = rows.flatMap(({ row, bar }) => (bar ? [{ row, ...bar, name: shortened(bar.name, 30) }] : []));
  const headings = rows.filter(({ heading }) => heading !== undefined);
  const accuracies = subjects.map(({ accuracy }) => accuracy);
  const marginLeft =
    widestOf(
      bars.map(({ name }) => name),
      SMALL,
    ) + 14;
  const marginTop = 28;
  const width = marginLeft + 370;
  const height = marginTop + rows.length * ROW + 8;
  return figure(
    {
      title,
      description: `${subjects.length} subjects, accuracies ${percent(Math.min(...accuracies))} to ${percent(Math.max(...accuracies))}`,
      width,
      height,
      theme,
    },
    plotMarkup({
      width,
      height,
      marginLeft,
      marginTop,
      marginRight: 60,
      marginBottom: 8,
      x: { domain: [0, 1] },
      y: { domain: rows.map(({ row }) => row), axis: null, padding: 0.25, round: false },
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
          x: 'accuracy',
          y: 'row',
          fill: theme.series[0],
          fillOpacity: 0.55,
          stroke: theme.series[0],
          title: ({ name, accuracy, n }) => `${name}: ${percent(accuracy)} of ${n}`,
        }),
        text(bars, { y: 'row', text: 'name', frameAnchor: 'left', textAnchor: 'end', dx: -7, fontSize: SMALL }),
        text(bars, {
          y: 'row',
          text: ({ n }) => `n = ${n}`,
          frameAnchor: 'right',
          textAnchor: 'start',
          dx: 8,
          fontSize: SMALL,
          fill: theme.muted,
        }),
        text(headings, {
          y: 'row',
          text: 'heading',
          frameAnchor: 'left',
          textAnchor: 'start',
          dx: 4 - marginLeft,
          fontWeight: 700,
        }),
        ruleX([0], { stroke: theme.muted }),
        ...(overall === undefined
          ? []
          : [
              ruleX([overall], {
                stroke: theme.ink,
                strokeWidth: 1.5,
                strokeDasharray: '5 3',
                title: () => `all samples: ${percent(overall)}`,
              }),
            ]),
      ],
    }),
  );
}

interface Row {
  row: number;
  bar?: SubjectBar;
  heading?: string;
}

/** Every bar in its row, the best of a data set first; where there are several data sets, each has a row for its name and an
 * empty one above it. */
function rowsOf(subjects: readonly SubjectBar[]): Row[] {
  const datasets = [...new Set(subjects.map(({ dataset }) => dataset))];
  return datasets
    .flatMap((dataset, i): Omit<Row, 'row'>[] => [
      ...(i > 0 ? [{}] : []),
      ...(datasets.length > 1 ? [{ heading: dataset }] : []),
      ...subjects
        .filter((subject) => subject.dataset === dataset)
        .sort((a, b) => b.accuracy - a.accuracy || b.n - a.n || (a.name < b.name ? -1 : 1))
        .map((bar) => ({ bar })),
    ])
    .map((content, row) => ({ row, ...content }));
}
