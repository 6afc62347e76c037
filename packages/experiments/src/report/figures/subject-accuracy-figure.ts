import { scaleLinear } from 'd3-scale';
import { markup } from '../markup.js';
import { at, figure, percent, widthOf } from './figure.js';
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

/**
 * Draws the accuracy on each subject as bars, the best first, data set by data set.
 *
 * @param subjects - one entry for each
 * @returns an SVG document
 * @throws RangeError where there are none
 *
 * @example
 * ```ts
 * import { subjectAccuracyFigure } from '@mer/experiments';
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
  const names = [...new Set(subjects.map(({ dataset }) => dataset))];
  const row = 15;
  const left = Math.max(...subjects.map(({ name }) => widthOf(name, 11))) + 12;
  const x = scaleLinear([0, 1], [left, 350]);
  let bottom = 30;
  const groups = names.map((dataset) => {
    const bars = subjects
      .filter((subject) => subject.dataset === dataset)
      .sort((a, b) => b.accuracy - a.accuracy || b.n - a.n || (a.name < b.name ? -1 : 1));
    const top = bottom + (names.length > 1 ? 20 : 4);
    bottom = top + bars.length * row + 4;
    return { dataset, bars, top };
  });
  return figure(
    {
      title,
      description: `${subjects.length} subjects, accuracies ${percent(Math.min(...subjects.map(({ accuracy }) => accuracy)))} to ${percent(Math.max(...subjects.map(({ accuracy }) => accuracy)))}`,
      width: 410,
      height: bottom + 6,
      theme,
    },
    markup`${x.ticks(5).map((tick) => markup`<line x1="${at(x(tick))}" x2="${at(x(tick))}" y1="26" y2="${bottom}" stroke="${theme.grid}"/><text x="${at(x(tick))}" y="18" text-anchor="middle" fill="${theme.muted}" font-size="11">${percent(tick)}</text>`)}
${groups.map(
  ({
    dataset,
    bars,
    top,
  }) => markup`${names.length > 1 && markup`<text x="4" y="${top - 5}" font-weight="700">${dataset}</text>`}
${bars.map(({ name, accuracy, n }, i) => {
  const y = top + i * row;
  return markup`<g font-size="11"><title>${name}: ${percent(accuracy)} of ${n}</title><text x="${at(left - 6)}" y="${y + 10}" text-anchor="end">${name}</text><rect x="${at(x(0))}" y="${y + 2}" width="${at(Math.max(1, x(accuracy) - x(0)))}" height="${row - 4}" fill="${theme.series[0]}"/><text x="358" y="${y + 10}" fill="${theme.muted}">n = ${n}</text></g>`;
})}`,
)}
${overall !== undefined && markup`<line x1="${at(x(overall))}" x2="${at(x(overall))}" y1="26" y2="${bottom}" stroke="${theme.series[1]}" stroke-width="1.5" stroke-dasharray="5 3"><title>all samples: ${percent(overall)}</title></line>`}`,
  );
}
