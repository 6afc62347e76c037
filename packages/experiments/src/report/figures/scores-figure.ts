import { axisX, dot, gridX, ruleY, text } from '@observablehq/plot';
import { printedScores } from '../../summaries/score-names.js';
import { headlineRows, type ScoreTableRow, scoreTable } from '../../summaries/score-table.js';
import { ends, four } from '../../summaries/score-text.js';
import type { RunSummary } from '../../summaries/summary.js';
import { figure, SMALL, shortened, widestOf } from './figure.js';
import { plotMarkup } from './plot-markup.js';
import { paperTheme, type Theme } from './theme.js';

/** What {@link scoresFigure} draws with. */
export interface ScoresFigureOptions {
  /** Default: colors on white. */
  theme?: Theme;
  /** Default 'Scores with confidence intervals'. */
  title?: string;
}

/** Sides of the panel of one score. */
const PANEL = { width: 150, gap: 36, row: 20 };

/**
 * Draws every score of a run as a dot with its confidence interval, what guessing gives as a cross, and published scores as hollow diamonds.
 *
 * @param summary - as made by `summarize`
 * @returns an SVG document
 *
 * @example
 * ```ts no-run
 * import { readRunSummary } from '@mer/experiments';
 * import { scoresFigure } from '@mer/experiments/figures';
 *
 * const svg = scoresFigure(await readRunSummary('runs/quickstart'));
 * ```
 */
export function scoresFigure(
  summary: RunSummary,
  { theme = paperTheme, title = 'Scores with confidence intervals' }: ScoresFigureOptions = {},
): string {
  const rows = rowsOf(summary);
  const scores = printedScores(summary.labelKind);
  const titles = scores.map((score) => score.title);
  const labels = rows.map((row, y) => ({ y, kind: row.kind, name: labelOf(row, summary), fx: titles[0]! }));
  const points = rows.flatMap(({ kind, scores: cells }, y) =>
    scores.flatMap(({ name: score, title: panel }) => {
      const { value, interval } = cells[score] ?? {};
      if (value === undefined || !(value >= 0 && value <= 1)) return [];
      const span = interval ? ` (${ends(interval).join(' to ')})` : '';
      const name = `${labels[y]!.name}: ${four(value)}${span}`;
      return { y, kind, value, fx: panel, title: name, lower: interval?.lower, upper: interval?.upper };
    }),
  );
  const of = (...kinds: ScoreTableRow['kind'][]) => points.filter(({ kind }) => kinds.includes(kind));
  const intervals = points.filter(({ lower }) => lower !== undefined);
  const marginLeft =
    widestOf(
      labels.map(({ name }) => name),
      SMALL,
    ) + 18;
  const [marginTop, marginBottom] = [42, 28];
  const width = marginLeft + scores.length * PANEL.width + (scores.length - 1) * PANEL.gap + 12;
  const height = marginTop + rows.length * PANEL.row + marginBottom;
  const at = { x: 'value', y: 'y', fx: 'fx' } as const;
  const label = {
    y: 'y',
    fx: 'fx',
    text: 'name',
    frameAnchor: 'left',
    textAnchor: 'end',
    dx: -12,
    fontSize: SMALL,
  } as const;
  const own = theme.series[0];
  const published = summary.published.length > 0 ? '; diamonds: published' : '';
  const key = `dots: this run, with intervals; cross: guessing${published}`;
  return figure(
    {
      title,
      description: rows.map((row, y) => `${labels[y]!.name}: ${wordsOf(row, summary)}`).join('; '),
      width,
      height,
      theme,
    },
    plotMarkup({
      width,
      height,
      marginLeft,
      marginTop,
      marginRight: 12,
      marginBottom,
      x: { domain: [0, 1] },
      y: { type: 'band', domain: labels.map(({ y }) => y), axis: null, round: false },
      fx: {
        domain: titles,
        axis: null,
        paddingInner: PANEL.gap / (PANEL.width + PANEL.gap),
        paddingOuter: 0,
        round: false,
      },
      marks: [
        gridX({ ticks: [0, 0.25, 0.5, 0.75, 1], stroke: theme.grid, strokeOpacity: 1 }),
        axisX({
          anchor: 'top',
          ticks: [0, 0.5, 1],
          tickFormat: String,
          tickSize: 0,
          label: null,
          fill: theme.muted,
          fontSize: SMALL,
        }),
        text(titles, {
          fx: (panel: string) => panel,
          text: (panel: string) => panel,
          frameAnchor: 'top',
          dy: -32,
          fontWeight: 700,
        }),
        text(
          labels.filter(({ kind }) => kind === 'result'),
          label,
        ),
        text(
          labels.filter(({ kind }) => kind === 'mean of seeds'),
          { ...label, fontWeight: 700 },
        ),
        text(
          labels.filter(({ kind }) => kind === 'published' || kind.startsWith('guessing')),
          { ...label, fill: theme.muted },
        ),
        ruleY(intervals, { y: 'y', fx: 'fx', x1: 'lower', x2: 'upper', stroke: own, strokeWidth: 2, title: 'title' }),
        dot(of('result'), { ...at, r: 3.5, fill: own, stroke: own, title: 'title' }),
        dot(of('mean of seeds'), { ...at, r: 5, fill: own, stroke: own, title: 'title' }),
        dot(of('guessing the most frequent class', 'guessing every label'), {
          ...at,
          symbol: 'times',
          r: 4,
          stroke: theme.muted,
          strokeWidth: 1.5,
          title: 'title',
        }),
        dot(of('published'), {
          ...at,
          symbol: 'diamond',
          r: 4,
          stroke: theme.series[1],
          strokeWidth: 1.5,
          title: 'title',
        }),
        text([key], {
          fx: () => titles[0]!,
          frameAnchor: 'bottom-left',
          textAnchor: 'start',
          dy: 20,
          fontSize: SMALL,
          fill: theme.muted,
        }),
      ],
    }),
  );
}

/** Means of seeds first, then each seed, then what they are to be read beside. */
function rowsOf(summary: RunSummary): ScoreTableRow[] {
  const table = scoreTable(summary);
  const first = headlineRows(table);
  return [...first, ...table.measured.filter((row) => !first.includes(row)), table.guessing, ...table.published];
}

function wordsOf({ scores }: ScoreTableRow, { labelKind }: RunSummary): string {
  return printedScores(labelKind)
    .map(({ name, title }) => `${title} ${scores[name]?.value.toFixed(3) ?? 'not given'}`)
    .join(', ');
}

function labelOf({ kind, label, set, source }: ScoreTableRow, { seeds, perSeed }: RunSummary): string {
  if (kind === 'published') return shortened(source!, 44);
  if (kind.startsWith('guessing')) return label;
  const sets = perSeed.some(({ scores }) => scores.length > 1);
  return [...(seeds.length > 1 ? [label] : []), ...(sets || seeds.length === 1 ? [set] : [])].join(', ');
}
