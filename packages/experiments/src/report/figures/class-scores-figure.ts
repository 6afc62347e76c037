import { scaleLinear } from 'd3-scale';
import { markup } from '../markup.js';
import { at, figure, legend, percent, widthOf } from './figure.js';
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

const MEASURES = [
  ['recall', 'recall'],
  ['precision', 'precision'],
  ['f1', 'F1'],
] as const;

/**
 * Draws recall, precision and F1 of each class as bars.
 *
 * @param classes - one entry for each
 * @returns an SVG document
 *
 * @example
 * ```ts
 * import { classScoresFigure } from '@mer/experiments';
 *
 * const svg = classScoresFigure([{ name: 'surprise', recall: 0.5, precision: 1, f1: 2 / 3, support: 4 }]);
 * console.log(svg.includes('0.67')); // true
 * ```
 */
export function classScoresFigure(
  classes: readonly ClassBars[],
  { theme = paperTheme, title = 'Recall, precision and F1 of each class' }: ClassScoresFigureOptions = {},
): string {
  const bar = 15;
  const group = MEASURES.length * bar + 14;
  const left = Math.max(40, ...classes.map(({ name }) => widthOf(name))) + 14;
  const x = scaleLinear([0, 1], [left, 370]);
  const top = 46;
  const bottom = top + classes.length * group;
  return figure(
    {
      title,
      description: classes
        .map(
          ({ name, recall, precision, f1 }) =>
            `${name}: recall ${recall.toFixed(2)}, precision ${precision.toFixed(2)}, F1 ${f1.toFixed(2)}`,
        )
        .join('; '),
      width: 410,
      height: bottom + 4,
      theme,
    },
    markup`${legend(
      MEASURES.map(([, name], i) => ({ name, color: theme.series[i]! })),
      left,
      14,
    )}
${x.ticks(5).map((tick) => markup`<line x1="${at(x(tick))}" x2="${at(x(tick))}" y1="40" y2="${bottom}" stroke="${theme.grid}"/><text x="${at(x(tick))}" y="34" text-anchor="middle" fill="${theme.muted}" font-size="11">${percent(tick)}</text>`)}
${classes.map((scores, i) => {
  const y = top + i * group;
  return markup`<text x="${at(left - 8)}" y="${y + 20}" text-anchor="end">${scores.name}</text><text x="${at(left - 8)}" y="${y + 34}" text-anchor="end" fill="${theme.muted}" font-size="11">n = ${scores.support}</text>
${MEASURES.map(([key, name], m) => markup`<g><title>${scores.name}: ${name} ${scores[key].toFixed(3)}</title><rect x="${at(left)}" y="${y + m * bar + 2}" width="${at(Math.max(1, x(scores[key]) - left))}" height="${bar - 3}" fill="${theme.series[m]!}"/><text x="${at(x(scores[key]) + 5)}" y="${y + m * bar + 12}" font-size="11">${scores[key].toFixed(2)}</text></g>`)}`;
})}`,
  );
}
