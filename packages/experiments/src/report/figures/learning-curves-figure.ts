import type { EpochRecord } from '@mer/training';
import { axisX, axisY, dot, gridY, line, text } from '@observablehq/plot';
import { max, median, min, quantile } from 'd3-array';
import { markup } from '../markup.js';
import { figure, legend, SMALL } from './figure.js';
import { plotMarkup } from './plot-markup.js';
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
 * import { learningCurvesFigure } from '@mer/experiments/figures';
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
  const kinds = [
    { name: 'training', curves: training, stroke: theme.series[0], dash: undefined },
    { name: 'validation', curves: validation, stroke: theme.series[1], dash: '6 4' },
  ]
    .filter(({ curves }) => curves.length > 0)
    .map((kind) => ({ ...kind, middle: medianCurve(kind.curves) }));
  const points = kinds.flatMap(({ curves }) => curves.flat());
  const first = min(points, ({ epoch }) => epoch)!;
  const last = max(points, ({ epoch }) => epoch)!;
  const most = Math.max(2, Math.floor(POINTS / kinds.reduce((sum, { curves }) => sum + curves.length, 0)));
  const strokeOpacity = Math.max(0.15, Math.min(0.6, 6 / training.length));
  const [width, height] = [430, 270];
  const margins = { marginLeft: 54, marginTop: 34, marginRight: 22, marginBottom: 42 };
  const axis = { tickSize: 0, label: null, fill: theme.muted } as const;
  const at = { x: 'epoch', y: 'value' } as const;
  return figure(
    {
      title,
      description: kinds
        .map(({ name, curves, middle }) => {
          const [start, end] = [middle[0]!, middle.at(-1)!];
          const ends = [start, end].map(({ value, epoch }) => `${value.toFixed(3)} at epoch ${epoch}`);
          return `median ${name} ${measure} of ${curves.length} folds: ${ends.join(', ')}`;
        })
        .join('; '),
      width,
      height,
      theme,
    },
    markup`${legend(kinds, margins.marginLeft, 16)}
${plotMarkup({
  width,
  height,
  ...margins,
  x: { domain: [first, Math.max(last, first + 1)] },
  y: { domain: [0, topOf(points, measure)], nice: measure === 'loss', clamp: true },
  marks: [
    gridY({ ticks: 5, stroke: theme.grid, strokeOpacity: 1 }),
    axisY({ ...axis, ticks: 5 }),
    axisX({
      ...axis,
      ticks: 6,
      tickFormat: (epoch: number) => (Number.isInteger(epoch) && epoch <= last ? String(epoch) : ''),
    }),
    text(['epoch'], { frameAnchor: 'bottom', dy: 36 }),
    text([measure], { frameAnchor: 'left', rotate: -90, textAnchor: 'middle', dx: 12 - margins.marginLeft }),
    text([training.length > 1 ? `thick: median of ${training.length} folds` : '1 fold'], {
      frameAnchor: 'top-right',
      textAnchor: 'end',
      dy: 10 - margins.marginTop,
      fontSize: SMALL,
      fill: theme.muted,
    }),
    ...kinds.map(({ curves, stroke }) =>
      line(
        curves.length > 1
          ? curves.flatMap((curve, fold) => thinned(curve, most).map((point) => ({ ...point, fold })))
          : [],
        { ...at, z: 'fold', stroke, strokeWidth: 0.7, strokeOpacity },
      ),
    ),
    ...kinds.map(({ middle, stroke, dash }) =>
      line(thinned(middle, 400), {
        ...at,
        stroke,
        strokeWidth: 2.5,
        ...(dash !== undefined && { strokeDasharray: dash }),
      }),
    ),
    // a single epoch makes no line
    ...kinds.map(({ curves, middle, stroke }) => {
      const single = first === last;
      return [
        dot(single && curves.length > 1 ? curves.flat() : [], { ...at, r: 2, stroke, strokeOpacity }),
        dot(single ? middle : [], { ...at, r: 4, fill: stroke }),
      ];
    }),
  ],
})}`,
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

/** The upper end of the vertical axis; a few losses that are far above all others do not count. */
function topOf(points: readonly Point[], measure: 'loss' | 'accuracy'): number {
  if (measure === 'accuracy') return 1;
  const values = points.map(({ value }) => value);
  return quantile(values, 0.995) || max(values) || 1;
}
