import { type Content, type Markup, markup } from '../markup.js';
import type { Theme } from './theme.js';

/** Size of the type of figures in pixels, and of type of less weight. */
export const FONT_SIZE = 12;
export const SMALL = 11;

/** What is around the drawing of a figure. */
export interface FigureFrame {
  /** Read out by screen readers, and shown under the pointer. */
  title: string;
  /** What is to be seen, for those who do not see it. */
  description: string;
  width: number;
  height: number;
  theme: Theme;
}

/** A whole SVG document. */
export function figure({ title, description, width, height, theme }: FigureFrame, drawing: Content): string {
  const frame = markup`width="${width}" height="${height}"`;
  const label = markup`viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}"`;
  const type = markup`font-family="${theme.font}" font-size="${FONT_SIZE}" fill="${theme.ink}"`;
  return markup`<svg xmlns="http://www.w3.org/2000/svg" ${frame} ${label} ${type}>
<title>${title}</title>
<desc>${description}</desc>
${theme.background !== 'none' && markup`<rect ${frame} fill="${theme.background}"/>`}
${drawing}
</svg>
`.text;
}

/** About how wide a text is, in whole pixels; never too small for letters of usual width. */
export function widthOf(text: string, size = FONT_SIZE): number {
  return Math.ceil(text.length * size * 0.6);
}

/** How wide the longest of some texts is. */
export function widestOf(texts: readonly string[], size = FONT_SIZE): number {
  return Math.max(0, ...texts.map((text) => widthOf(text, size)));
}

/** The beginning of a text that is too long for a label. */
export function shortened(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1).trimEnd()}…` : text;
}

/** How something is drawn: SVG paint, and what tells it apart without color. */
export interface LegendEntry {
  name: string;
  stroke: string;
  /** A square with this fill; a line without. */
  fill?: string;
  fillOpacity?: number;
  dash?: string | undefined;
}

/** Samples with their names, in a row. */
export function legend(entries: readonly LegendEntry[], x: number, y: number): Markup {
  let left = x;
  return markup`${entries.map((entry) => {
    const width = entry.fill === undefined ? 26 : 11;
    const drawn = markup`${sampleOf(entry, left, y, width)}<text x="${left + width + 5}" y="${y}">${entry.name}</text>`;
    left += width + 5 + widthOf(entry.name) + 16;
    return drawn;
  })}`;
}

function sampleOf({ stroke, fill, fillOpacity = 1, dash }: LegendEntry, x: number, y: number, width: number): Markup {
  if (fill === undefined) {
    const line = markup`x1="${x}" x2="${x + width}" y1="${y - 4}" y2="${y - 4}"`;
    return markup`<line ${line} stroke="${stroke}" stroke-width="2.5"${dash !== undefined && markup` stroke-dasharray="${dash}"`}/>`;
  }
  const square = markup`x="${x}" y="${y - 10}" width="${width}" height="${width}"`;
  return markup`<rect ${square} fill="${fill}" fill-opacity="${fillOpacity}" stroke="${stroke}"/>`;
}

/** A share as a percentage. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}
