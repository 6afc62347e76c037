import type { MotionExplanation, RegionExplanation } from './explain-motion.js';

/** Options of {@link explanationPicture}. */
export interface ExplanationPictureOptions {
  /** The first frame as a whole: its address (a data URI, or a file beside the picture), and its size in pixels. */
  readonly frame: { readonly href: string; readonly width: number; readonly height: number };
  /** How much longer arrows are than motions; by default the longest is as long as a sixth of the face. */
  readonly enlarge?: number;
}

/**
 * Draws an explanation over the face (SVG): a box for each region, an arrow for where it moves, the action units beside it.
 *
 * @param explanation - as {@link explainMotion} gives it
 * @param options - the frame it is drawn over
 * @returns an SVG document
 *
 * @example
 * ```ts no-run
 * import { explainMotion, explanationPicture } from '@mer/spotting';
 *
 * const explanation = await explainMotion(recording, { onset: 0, apex: 12 });
 * const svg = explanationPicture(explanation, { frame: { href: 'onset.png', width: 640, height: 480 } });
 * ```
 */
export function explanationPicture(
  { regions, square: { size, scale, left, top } }: MotionExplanation,
  { frame, enlarge }: ExplanationPictureOptions,
): string {
  const side = 512;
  const zoom = side / size;
  const longest = Math.max(...regions.map(({ magnitude }) => magnitude), 1e-9);
  // motions are in pixels of 256
  const times = (enlarge ?? 256 / 6 / longest) * (side / 256);
  const marks = regions.map((region) => mark(region, { zoom, times }));
  const [x, y] = [(-left / scale) * zoom, (-top / scale) * zoom];
  const [width, height] = [(frame.width / scale) * zoom, (frame.height / scale) * zoom];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side} ${side}" width="${side}" height="${side}" font-family="sans-serif" font-size="12">`,
    '<title>Motion of the face, the head taken off</title>',
    '<defs><marker id="tip" viewBox="0 0 6 6" refX="4" refY="3" markerWidth="5" markerHeight="5" orient="auto"><path d="M0 0 6 3 0 6z" fill="#ff5a1f"/></marker></defs>',
    `<rect width="${side}" height="${side}" fill="#222"/>`,
    `<image href="${escaped(frame.href)}" x="${fixed(x)}" y="${fixed(y)}" width="${fixed(width)}" height="${fixed(height)}" preserveAspectRatio="none"/>`,
    ...marks,
    `<text x="8" y="${side - 8}" fill="#fff" stroke="#000" stroke-width="3" paint-order="stroke">arrows ${fixed(times / (side / 256))} times as long as the motion</text>`,
    '</svg>',
    '',
  ].join('\n');
}

function mark(
  { box, u, v, direction, units }: RegionExplanation,
  { zoom, times }: { zoom: number; times: number },
): string {
  const moves = direction !== 'still';
  const [x, y] = [(zoom * (box.left + box.right)) / 2, (zoom * (box.top + box.bottom)) / 2];
  const frame = `<rect x="${fixed(zoom * box.left)}" y="${fixed(zoom * box.top)}" width="${fixed(zoom * (box.right - box.left))}" height="${fixed(zoom * (box.bottom - box.top))}" fill="none" stroke="${moves ? '#ff5a1f' : '#fff'}" stroke-opacity="${moves ? 1 : 0.5}"/>`;
  if (!moves) return frame;
  const arrow = `<line x1="${fixed(x)}" y1="${fixed(y)}" x2="${fixed(x + times * u)}" y2="${fixed(y + times * v)}" stroke="#ff5a1f" stroke-width="3" marker-end="url(#tip)"/>`;
  const name = units.map((unit) => `AU ${unit}`).join(' ');
  const label = `<text x="${fixed(zoom * box.left)}" y="${fixed(zoom * box.top - 4)}" fill="#fff" stroke="#000" stroke-width="3" paint-order="stroke">${name}</text>`;
  return [frame, arrow, ...(name === '' ? [] : [label])].join('\n');
}

const fixed = (value: number) => String(Number(value.toFixed(1)));

const escaped = (text: string) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
