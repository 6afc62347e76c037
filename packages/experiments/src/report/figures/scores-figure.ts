import { scaleLinear } from 'd3-scale';
import { SCORE_NAMES, SCORE_TITLES, type ScoreName } from '../../summaries/score-names.js';
import type { Interval } from '../../summaries/subject-intervals.js';
import type { RunSummary } from '../../summaries/summary.js';
import { type Markup, markup } from '../markup.js';
import { at, figure, widthOf } from './figure.js';
import { paperTheme, type Theme } from './theme.js';

/** What {@link scoresFigure} draws with. */
export interface ScoresFigureOptions {
  /** Default: colors on white. */
  theme?: Theme;
  /** Default 'Scores with confidence intervals'. */
  title?: string;
}

interface Row {
  name: string;
  kind: 'result' | 'mean' | 'published';
  values: { [score in ScoreName]?: number | undefined };
  intervals?: Partial<Record<ScoreName, Interval | undefined>>;
}

/**
 * Draws every score of a run as a dot with its confidence interval, and published scores as hollow diamonds.
 *
 * @param summary - as made by {@link summarize}
 * @returns an SVG document
 *
 * @example
 * ```ts no-run
 * import { readRunSummary, scoresFigure } from '@mer/experiments';
 *
 * const svg = scoresFigure(await readRunSummary('runs/quickstart'));
 * ```
 */
export function scoresFigure(
  summary: RunSummary,
  { theme = paperTheme, title = 'Scores with confidence intervals' }: ScoresFigureOptions = {},
): string {
  const rows = rowsOf(summary);
  const left = Math.max(...rows.map(({ name }) => widthOf(name, 11))) + 14;
  const panel = 150;
  const gap = 18;
  const top = 44;
  const line = 20;
  const bottom = top + rows.length * line;
  const note = summary.published.length > 0 ? 20 : 0;
  const panels = SCORE_NAMES.map((score, i) => {
    const x = scaleLinear([0, 1], [left + i * (panel + gap), left + i * (panel + gap) + panel]);
    return markup`<text x="${at(x(0.5))}" y="14" text-anchor="middle" font-weight="700">${SCORE_TITLES[score]}</text>
${[0, 0.25, 0.5, 0.75, 1].map((tick) => markup`<line x1="${at(x(tick))}" x2="${at(x(tick))}" y1="34" y2="${bottom}" stroke="${theme.grid}"/>${tick !== 0.25 && tick !== 0.75 && markup`<text x="${at(x(tick))}" y="29" text-anchor="middle" font-size="11" fill="${theme.muted}">${tick}</text>`}`)}
${rows.map((row, r) => mark(row, score, { x, y: top + (r + 0.5) * line, theme }))}`;
  });
  return figure(
    {
      title,
      description: rows
        .map(
          ({ name, values }) =>
            `${name}: ${SCORE_NAMES.map((score) => `${SCORE_TITLES[score]} ${values[score]?.toFixed(3) ?? 'not given'}`).join(', ')}`,
        )
        .join('; '),
      width: left + 3 * panel + 2 * gap + 12,
      height: bottom + 6 + note,
      theme,
    },
    markup`${rows.map(({ name, kind }, r) => markup`<text x="${at(left - 10)}" y="${at(top + (r + 0.5) * line + 4)}" text-anchor="end" font-size="11" fill="${kind === 'published' ? theme.muted : theme.ink}" font-weight="${kind === 'mean' ? 700 : 400}">${name}</text>`)}${panels}${note > 0 && markup`<text x="${at(left)}" y="${bottom + 18}" font-size="11" fill="${theme.muted}">dots: this run, with intervals; diamonds: published</text>`}`,
  );
}

interface Place {
  x: (value: number) => number;
  y: number;
  theme: Theme;
}

function mark({ name, kind, values, intervals }: Row, score: ScoreName, { x, y, theme }: Place): Markup | undefined {
  const value = values[score];
  if (value === undefined || !(value >= 0 && value <= 1)) return undefined;
  const interval = intervals?.[score];
  const title = `${name}: ${value.toFixed(4)}${interval ? ` (${interval.lower.toFixed(3)} to ${interval.upper.toFixed(3)})` : ''}`;
  if (kind === 'published') {
    return markup`<path d="M${at(x(value))} ${y - 5}l5 5l-5 5l-5 -5z" fill="none" stroke="${theme.series[1]}" stroke-width="1.5"><title>${title}</title></path>`;
  }
  return markup`<g stroke="${theme.series[0]}" stroke-width="2"><title>${title}</title>${interval && markup`<line x1="${at(x(interval.lower))}" x2="${at(x(interval.upper))}" y1="${y}" y2="${y}"/>`}<circle cx="${at(x(value))}" cy="${y}" r="${kind === 'mean' ? 5 : 3.5}" fill="${theme.series[0]}"/></g>`;
}

function rowsOf({ perSeed, overSeeds, published }: RunSummary): Row[] {
  const several = perSeed.length > 1;
  return [
    ...(overSeeds
      ? [
          {
            name: 'mean of seeds',
            kind: 'mean' as const,
            values: Object.fromEntries(SCORE_NAMES.map((score) => [score, overSeeds[score].mean])),
            intervals: Object.fromEntries(SCORE_NAMES.map((score) => [score, overSeeds[score].interval])),
          },
        ]
      : []),
    ...perSeed.flatMap(({ seed, scores }) =>
      scores.map((row) => ({
        name: several ? `seed ${seed}${scores.length > 1 ? `, ${row.name}` : ''}` : row.name,
        kind: 'result' as const,
        values: row,
        ...(row.intervals && { intervals: row.intervals }),
      })),
    ),
    ...published.map(({ source, ...values }) => ({
      name: shortened(source),
      kind: 'published' as const,
      values,
    })),
  ];
}

function shortened(text: string): string {
  return text.length > 44 ? `${text.slice(0, 43)}…` : text;
}
