import { type PlotOptions, plot } from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { escapeText, Markup } from '../markup.js';

/** What Plot draws, as SVG for within a figure: every text escaped, lengths to a tenth of a pixel, no styles, no identifiers, no references. */
export function plotMarkup(options: PlotOptions): Markup {
  const { document } = parseHTML('<html></html>');
  const drawing = plot({ ...options, document });
  return new Markup(`<g text-anchor="middle">${[...drawing.children].map(serialize).join('\n')}</g>`);
}

/** Attributes that hold lengths and nothing else. */
const LENGTHS = /^(d|x|y|x1|x2|y1|y2|cx|cy|r|width|height|transform)$/;
/** Attributes that say nothing within a picture, or name what the page may name too. */
const DROPPED = /^(class|style|id|aria-.*|xmlns.*)$/;

function serialize(element: Element): string {
  const name = element.localName;
  if (name === 'style') return '';
  const attributes = [...element.attributes]
    .filter((attribute) => !DROPPED.test(attribute.name))
    .map(({ name: key, value }) => ` ${key}="${escapeText(LENGTHS.test(key) ? rounded(value) : value)}"`)
    .join('');
  const content = [...element.childNodes]
    .map((child) => (child.nodeType === 1 ? serialize(child as Element) : escapeText(child.textContent ?? '')))
    .join('');
  return content === '' ? `<${name}${attributes}/>` : `<${name}${attributes}>${content}</${name}>`;
}

function rounded(lengths: string): string {
  return lengths.replace(/-?\d*\.\d{2,}(?!\d|em|%)/g, (number) => String(Math.round(Number(number) * 10) / 10));
}
