import type { ExpressionKind, Interval } from '@mer/metrics';
import type { SignalTrace } from '@mer/spotting';
import { axisX, axisY, gridX, line, ruleY, text } from '@observablehq/plot';
import { type Markup, markup } from '../markup.js';
import { figure, legend, SMALL } from './figure.js';
import { plotMarkup } from './plot-markup.js';
import { paperTheme, type Theme } from './theme.js';

/** What {@link timelineFigure} draws. */
export interface Timeline {
  /** Frames a second of the recording. */
  readonly fps: number;
  /** How many frames it has. */
  readonly frames: number;
  /** What was spotted; frames from 0. */
  readonly found: readonly (Interval & { readonly kind?: ExpressionKind | undefined })[];
  /** What is annotated, where it is known. */
  readonly truth?: readonly (Interval & { readonly kind?: ExpressionKind | undefined })[] | undefined;
  /** Signals that a spotter decides by, one below the other; see `trace` of its definition. */
  readonly traces?: readonly SignalTrace[];
}

/** Options of {@link timelineFigure}. */
export interface TimelineFigureOptions {
  /** Default: colors on white. */
  theme?: Theme;
  /** Default 'Timeline'. */
  title?: string;
}

/** A signal has at most so many points in a drawing: of more, the greatest of each few. */
const POINTS = 1600;

const [WIDTH, LEFT, RIGHT, ROW, PANEL] = [960, 60, 16, 18, 130];

/**
 * Draws what happens in a recording: a row of the spotted intervals, a row of the annotated ones, and the signals that the spotter decided by with their
 * thresholds, over seconds. Micro-expressions are filled, macro-expressions are outlined.
 *
 * @returns an SVG document
 * @throws RangeError where fps or frames is not above 0
 *
 * @example
 * ```ts
 * import { timelineFigure } from '@mer/experiments/figures';
 *
 * const values = Float32Array.from({ length: 90 }, (_, i) => Math.exp(-(((i - 40) / 4) ** 2)));
 * const traces = [{ name: 'motion', first: 0, step: 1, values, threshold: 0.5 }];
 * const found = [{ onset: 35, offset: 45, kind: 'micro' as const }];
 * console.log(timelineFigure({ fps: 30, frames: 90, found, traces }).startsWith('<svg')); // true
 * ```
 */
export function timelineFigure(
  { fps, frames, found, truth, traces = [] }: Timeline,
  { theme = paperTheme, title = 'Timeline' }: TimelineFigureOptions = {},
): string {
  for (const [name, value] of Object.entries({ fps, frames })) {
    if (!(value > 0 && Number.isFinite(value))) {
      throw new RangeError(`Cannot draw a timeline as ${name} must be above 0: current value is ${value}`);
    }
  }
  const seconds = frames / fps;
  const across = (frame: number) => LEFT + (frame / frames) * (WIDTH - LEFT - RIGHT);
  const rows = [
    { name: 'spotted', intervals: found, color: theme.series[1] },
    ...(truth === undefined ? [] : [{ name: 'truth', intervals: truth, color: theme.series[2] }]),
  ];
  const top = 34;
  const bar = (y: number, color: string, { onset, offset, kind }: Timeline['found'][number]): Markup => {
    const [x, end] = [across(onset), across(offset + 1)];
    const box = markup`x="${x.toFixed(1)}" y="${y + 3}" width="${Math.max(1.5, end - x).toFixed(1)}" height="${ROW - 6}"`;
    const fill = kind === 'macro' ? 0.25 : 1;
    const what = `${kind ?? 'expression'}, ${(onset / fps).toFixed(2)} to ${(offset / fps).toFixed(2)} s`;
    return markup`<rect ${box} fill="${color}" fill-opacity="${fill}" stroke="${color}"><title>${what}</title></rect>`;
  };
  const bars = rows.map(({ name, intervals, color }, i) => {
    const y = top + i * ROW;
    const label = markup`<text x="${LEFT - 6}" y="${y + 13}" text-anchor="end" font-size="${SMALL}">${name}</text>`;
    return markup`${label}${intervals.map((one) => bar(y, color, one))}`;
  });
  const below = top + rows.length * ROW + 6;
  const shade = (height: number) =>
    found.map(({ onset, offset }) => {
      const x = across(onset);
      const box = markup`x="${x.toFixed(1)}" y="${below}" width="${Math.max(1.5, across(offset + 1) - x).toFixed(1)}" height="${height}"`;
      return markup`<rect ${box} fill="${theme.series[1]}" fill-opacity="0.13"/>`;
    });
  const panels = traces.length > 0 ? traces : [{ name: '', first: 0, step: 1, values: [], threshold: null }];
  const each = traces.length > 0 ? PANEL : 40;
  const drawn = panels.map(({ name, threshold, ...trace }, i) => {
    const points = pointsOf(trace, fps);
    const highest = Math.max(threshold ?? 0, ...points.map(({ value }) => value), 1e-9);
    const lowest = Math.min(0, ...points.map(({ value }) => value));
    const last = i === panels.length - 1;
    const axis = { tickSize: 0, label: null, fill: theme.muted } as const;
    const plot = plotMarkup({
      width: WIDTH,
      height: each,
      ...{ marginLeft: LEFT, marginRight: RIGHT, marginTop: 16, marginBottom: last ? 30 : 6 },
      x: { domain: [0, seconds] },
      y: { domain: [lowest, highest], nice: true },
      marks: [
        gridX({ stroke: theme.grid, strokeOpacity: 1 }),
        ...(points.length > 0 ? [axisY({ ...axis, ticks: 3 })] : []),
        ...(last ? [axisX({ ...axis, ticks: 12 })] : []),
        line(points, { x: 'second', y: 'value', stroke: theme.series[0], strokeWidth: 1 }),
        ...(threshold === null ? [] : [ruleY([threshold], { stroke: theme.ink, strokeDasharray: '4 3' })]),
        text([name], { frameAnchor: 'top-left', dy: -14, fontSize: SMALL, fill: theme.muted }),
        ...(last
          ? [text(['seconds'], { frameAnchor: 'bottom-right', dy: 26, fontSize: SMALL, fill: theme.muted })]
          : []),
      ],
    });
    return markup`<g transform="translate(0 ${below + i * each})">${plot}</g>`;
  });
  const height = below + panels.length * each;
  const kinds = [
    { name: 'micro', stroke: theme.muted, fill: theme.muted },
    { name: 'macro', stroke: theme.muted, fill: theme.muted, fillOpacity: 0.25 },
  ];
  const count = (intervals: Timeline['found'], what: string) => `${intervals.length} intervals ${what}`;
  const description = [
    `${seconds.toFixed(1)} seconds`,
    count(found, 'spotted'),
    ...(truth === undefined ? [] : [count(truth, 'annotated')]),
  ].join(', ');
  const heading = markup`<text x="${WIDTH - RIGHT}" y="16" text-anchor="end">${title}</text>`;
  return figure(
    { title, description, width: WIDTH, height, theme },
    markup`${legend(kinds, LEFT, 16)}${heading}${shade(panels.length * each - 30)}${bars}${drawn}`,
  );
}

function pointsOf({ first, step, values }: Pick<SignalTrace, 'first' | 'step' | 'values'>, fps: number) {
  const few = Math.max(1, Math.ceil(values.length / POINTS));
  const points: { second: number; value: number }[] = [];
  for (let i = 0; i < values.length; i += few) {
    let at = i;
    for (let k = i; k < Math.min(values.length, i + few); k++) if (values[k]! > values[at]!) at = k;
    points.push({ second: (first + at * step) / fps, value: values[at]! });
  }
  return points;
}
