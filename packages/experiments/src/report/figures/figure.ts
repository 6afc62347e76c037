import { type Content, type Markup, markup } from '../markup.js';
import type { Theme } from './theme.js';

/** Size of the type of figures in pixels. */
export const FONT_SIZE = 12;

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
  const w = Math.ceil(width);
  const h = Math.ceil(height);
  return markup`<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}" role="img" aria-label="${title}" font-family="${theme.font}" font-size="${FONT_SIZE}" fill="${theme.ink}">
<title>${title}</title>
<desc>${description}</desc>
${theme.background !== 'none' && markup`<rect width="${w}" height="${h}" fill="${theme.background}"/>`}
${drawing}
</svg>
`.text;
}

/** A coordinate, to a tenth of a pixel. */
export function at(value: number): number {
  return Math.round(value * 10) / 10;
}

/** About how wide a text is, in pixels. */
export function widthOf(text: string, size = FONT_SIZE): number {
  return text.length * size * 0.6;
}

/** Squares with names, in a row. */
export function legend(entries: readonly { name: string; color: string }[], x: number, y: number): Markup {
  let left = x;
  return markup`${entries.map(({ name, color }) => {
    const entry = markup`<rect x="${at(left)}" y="${at(y - 9)}" width="10" height="10" fill="${color}"/><text x="${at(left + 15)}" y="${at(y)}">${name}</text>`;
    left += 15 + widthOf(name) + 16;
    return entry;
  })}`;
}

/** A share as a percentage. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}
