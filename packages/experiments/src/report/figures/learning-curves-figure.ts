import type { EpochRecord } from '@mer/training';
import { extent, max, median, quantile } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import { type Markup, markup } from '../markup.js';
import { at, figure, legend } from './figure.js';
import { paperTheme, type Theme } from './theme.js';

/** What {@link learningCurvesFigure} draws. */
export interface LearningCurvesFigureOptions {
  /** What is on the vertical axis. */
  measure: 'loss' | 'accuracy';
  /** Default: colors on white. */
  theme?: Theme;
  /** Default 'Learning curves: loss' or '… accuracy'. */
  title?: string;
}

interface Point {
  epoch: number;
  value: number;
}

/** Points that the thin lines of a figure have together, so that a run of many folds and epochs stays a small file. */
const POINTS = 12_000;

/**
 * Draws the learning curves of folds: each thin, their median (epoch by epoch) thick; training, and where there is one, validation (dashed). The test
 * subjects' curves are not drawn. A loss above the 99.5th percentile is drawn at the upper edge.
 *
 * @param histories - one for each fold; folds may have trained for different numbers of epochs
 * @returns an SVG document
 * @throws RangeError where no fold has a history
 *
 * @example
 * ```ts
 * import { learningCurvesFigure } from '@mer/experiments';
 *
 * const history = [0.9, 0.6, 0.5].map((loss, i) => ({ epoch: i + 1, loss, accuracy: 1 - loss / 2, learningRate: 0.001 }));
 * console.log(learningCurvesFigure([history], { measure: 'loss' }).startsWith('<svg')); // true
 * ```
 */
export function learningCurvesFigure(
  histories: readonly (readonly EpochRecord[])[],
  { measure, theme = paperTheme, title = `Learning curves: ${measure}` }: LearningCurvesFigureOptions,
): string {
  const training = curvesOf(histories, measure);
  const validation = curvesOf(histories, measure === 'loss' ? 'validationLoss' : 'validationAccuracy');
  if (training.length === 0)
    throw new RangeError('Cannot draw learning curves as at least one fold must have a history: none has');
  const [width, height] = [420, 270];
  const area = { left: 52, right: width - 12, top: 34, bottom: height - 40 };
  const points = [...training, ...validation].flat();
  const [first, last] = extent(points, ({ epoch }) => epoch) as [number, number];
  const x = scaleLinear([first, Math.max(last, first + 1)], [area.left, area.right]);
  const y = verticalScale(points, measure).range([area.bottom, area.top]).clamp(true);
  const path = line<Point>(
    ({ epoch }) => x(epoch),
    ({ value }) => y(value),
  ).digits(1);
  const kinds = [
    { name: 'training', curves: training, color: theme.series[0], dash: undefined },
    { name: 'validation', curves: validation, color: theme.series[1], dash: '6 3' },
  ].filter(({ curves }) => curves.length > 0);
  const thin = Math.max(20, Math.floor(POINTS / (training.length + validation.length)));
  const opacity = Math.max(0.2, Math.min(0.5, 5 / training.length));
  return figure(
    {
      title,
      description: kinds
        .map(({ name, curves }) => {
          const middle = medianCurve(curves);
          return `median ${name} ${measure} of ${curves.length} folds: ${middle[0]!.value.toFixed(3)} at epoch ${first}, ${middle.at(-1)!.value.toFixed(3)} at epoch ${middle.at(-1)!.epoch}`;
        })
        .join('; '),
      width,
      height,
      theme,
    },
    markup`${axes({ x, y, area, theme, measure, last })}
${kinds.map(
  ({ curves, color }) =>
    curves.length > 1 &&
    markup`<g fill="none" stroke="${color}" stroke-width="0.7" stroke-opacity="${at(opacity * 10) / 10}">${curves.map((curve) => markup`<path d="${path(thinned(curve, thin)) ?? ''}"/>`)}</g>`,
)}
${kinds.map(({ curves, color, dash }) => markup`<path d="${path(thinned(medianCurve(curves), 400)) ?? ''}" fill="none" stroke="${color}" stroke-width="2.5" stroke-linejoin="round"${dash !== undefined && markup` stroke-dasharray="${dash}"`}/>`)}
${legend(kinds, area.left, 16)}
<text x="${area.right}" y="16" text-anchor="end" fill="${theme.muted}" font-size="11">${training.length > 1 ? `thick: median of ${training.length} folds` : '1 fold'}</text>`,
  );
}

function curvesOf(
  histories: readonly (readonly EpochRecord[])[],
  key: 'loss' | 'accuracy' | 'validationLoss' | 'validationAccuracy',
): Point[][] {
  return histories
    .map((history) =>
      history.flatMap((record) => {
        const value = record[key];
        return typeof value === 'number' && Number.isFinite(value) ? [{ epoch: record.epoch, value }] : [];
      }),
    )
    .filter((curve) => curve.length > 0);
}

/** The median over the folds that have trained so long, epoch by epoch. */
export function medianCurve(curves: readonly (readonly Point[])[]): Point[] {
  const byEpoch = new Map<number, number[]>();
  for (const { epoch, value } of curves.flat()) {
    const values = byEpoch.get(epoch);
    if (values) values.push(value);
    else byEpoch.set(epoch, [value]);
  }
  return [...byEpoch].sort(([a], [b]) => a - b).map(([epoch, values]) => ({ epoch, value: median(values)! }));
}

function thinned(curve: readonly Point[], most: number): Point[] {
  const step = Math.ceil(curve.length / most);
  return curve.filter((_, i) => i % step === 0 || i === curve.length - 1);
}

function verticalScale(points: readonly Point[], measure: 'loss' | 'accuracy') {
  if (measure === 'accuracy') return scaleLinear([0, 1], [0, 1]);
  const values = points.map(({ value }) => value);
  return scaleLinear([0, quantile(values, 0.995) || max(values) || 1], [0, 1]).nice();
}

interface AxesOptions {
  x: ReturnType<typeof scaleLinear<number>>;
  y: ReturnType<typeof scaleLinear<number>>;
  area: { left: number; right: number; top: number; bottom: number };
  theme: Theme;
  measure: string;
  last: number;
}

function axes({ x, y, area, theme, measure, last }: AxesOptions): Markup {
  const format = y.tickFormat(5);
  const epochs = x.ticks(6).filter((epoch) => Number.isInteger(epoch) && epoch <= last);
  return markup`${y.ticks(5).map((tick) => markup`<line x1="${area.left}" x2="${area.right}" y1="${at(y(tick))}" y2="${at(y(tick))}" stroke="${theme.grid}"/><text x="${area.left - 6}" y="${at(y(tick) + 4)}" text-anchor="end" fill="${theme.muted}">${format(tick)}</text>`)}
${epochs.map((tick) => markup`<text x="${at(x(tick))}" y="${area.bottom + 16}" text-anchor="middle" fill="${theme.muted}">${tick}</text>`)}
<text x="${at((area.left + area.right) / 2)}" y="${area.bottom + 34}" text-anchor="middle">epoch</text>
<text transform="translate(12 ${at((area.top + area.bottom) / 2)}) rotate(-90)" text-anchor="middle">${measure}</text>`;
}
