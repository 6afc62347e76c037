// Charts by Observable Plot, as SVG documents.
import { plot } from '@observablehq/plot';
import { parseHTML } from 'linkedom';

const escaped = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** What Plot draws with these options, in the colors of a theme. */
export function chart(options, title, { ink, page }) {
  const { document } = parseHTML('<html></html>');
  const drawing = plot({ ...options, document, style: { color: ink } });
  const svg = drawing.localName === 'svg' ? drawing : drawing.querySelector('svg');
  const { width, height } = options;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="12" color="${ink}" fill="${ink}" text-anchor="middle">
<title>${escaped(title)}</title>
${[...svg.children].map((child) => serialize(child, page)).join('\n')}
</svg>
`;
}

function serialize(element, paper) {
  const name = element.localName;
  if (name === 'style') return '';
  const attributes = [...element.attributes]
    .filter(({ name: key }) => !/^(class|style|id|aria-.*|xmlns.*)$/.test(key))
    .map(({ name: key, value }) => ` ${key}="${escaped(value === 'var(--plot-background)' ? paper : value)}"`)
    .join('');
  const content = [...element.childNodes]
    .map((child) => (child.nodeType === 1 ? serialize(child, paper) : escaped(child.textContent ?? '')))
    .join('');
  return content === '' ? `<${name}${attributes}/>` : `<${name}${attributes}>${content}</${name}>`;
}
