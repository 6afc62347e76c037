// Markdown from data.
import { describeOptions } from '@mer/options';
import { tableText } from '../../../tools/markdown-table.mjs';

const TAGS = /^<\/?(a|b|br|code|details|img|sub|summary|sup)\b|^<https?:/;

/** Text whose `<name>` and braces are no elements and expressions of a page, except in code. */
export function plain(text) {
  return String(text)
    .split(/(`+[^`]*`+)/)
    .map((part, i) =>
      i % 2 === 1
        ? part
        : part
            .replaceAll(/<\/?[a-z!][^>\n]*>?/gi, (tag) => (TAGS.test(tag) ? tag : tag.replaceAll('<', '&lt;')))
            .replaceAll('{{', '&#123;&#123;'),
    )
    .join('');
}

const cell = (text) =>
  plain(text ?? '')
    .replaceAll(/(?<!\\)\|/g, '\\|')
    .replaceAll(/\s+/g, ' ');

/** A table; columns of `right` are numbers. */
export function table(head, rows, settings) {
  if (rows.length === 0) return '';
  return tableText(
    head,
    rows.map((row) => row.map(cell)),
    settings,
  );
}

/** Code in a line. */
export const code = (value) => `\`${String(value).replaceAll('`', "'")}\``;

/** The options of a part as a table. */
export function optionsTable(entries) {
  const rows = describeOptions(entries);
  if (rows.length === 0) return 'No options.';
  return table(
    ['option', 'must be', 'default', 'meaning'],
    rows.map(({ name, expected, default: fallback, required, about }) => [
      code(name),
      expected,
      required ? 'must be given' : fallback === undefined ? '' : code(JSON.stringify(fallback)),
      about,
    ]),
  );
}

/** A link to a file that is no page. */
export const fileLink = (words, path) => `[${words}](${path})`;

/** Pieces of a page, without those that are empty. */
export const page = (...pieces) => `${pieces.flat().filter(Boolean).join('\n\n')}\n`;

/** Front matter. */
export const matter = (values) =>
  `---\n${Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
    .join('\n')}\n---`;

/** A picture that has one file for light pages and one for dark ones. */
export const figure = (path, words, { width } = {}) => {
  const size = width ? ` width="${width}"` : '';
  const text = words.replaceAll('"', '&quot;');
  return ['light', 'dark']
    .map((mode) => `<img class="${mode}-only" src="${path}.${mode}.svg" alt="${text}"${size} loading="lazy">`)
    .join('\n');
};

export const number = (value, digits = 0) =>
  Number(value).toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
