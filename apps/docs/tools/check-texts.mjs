// Links between the pages as they were written, before they are built: quick enough for every change. The built site is crawled by check-links.mjs.
import { slugify } from './slugify.mjs';

const withoutCode = (text) => text.replaceAll(/^(`{3,})[\s\S]*?^\1/gm, '').replaceAll(/`[^`\n]*`/g, 'x');

/** Anchors of a page: its headings, and ids in its text. */
function anchorsOf(text) {
  const body = text.replaceAll(/^(`{3,})[\s\S]*?^\1/gm, '');
  const headings = [...body.matchAll(/^#{1,6} (.*)$/gm)].map(([, words]) =>
    slugify(
      words
        .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
        .replaceAll(/<[^>]*>|[`*\\]/g, '')
        .replaceAll('&lt;', '<'),
    ),
  );
  const seen = new Map();
  const numbered = headings.map((slug) => {
    const before = seen.get(slug) ?? 0;
    seen.set(slug, before + 1);
    return before === 0 ? slug : `${slug}-${before}`;
  });
  return new Set([...numbered, ...[...body.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id)]);
}

/** Links that lead nowhere, as sentences. */
export function brokenLinks(pages) {
  const byPath = new Map(pages.map((page) => [page.path, page]));
  const anchors = new Map();
  const faults = [];
  let links = 0;
  for (const { path, text } of pages) {
    for (const [, target] of withoutCode(text).matchAll(/\]\(((?:\/|#)[^)\s]*)\)/g)) {
      if (/^\/(pictures|data)\//.test(target)) continue;
      links += 1;
      const [address, anchor] = target.split('#');
      const name =
        address === ''
          ? path
          : address
              .slice(1)
              .replace(/\.md$/, '')
              .replace(/(^|\/)$/, '$1index');
      const page = byPath.get(name);
      if (!page) faults.push(`${path}: ${target} is not there`);
      else if (anchor) {
        if (!anchors.has(name)) anchors.set(name, anchorsOf(page.text));
        if (!anchors.get(name).has(decodeURIComponent(anchor))) faults.push(`${path}: ${target} has no such anchor`);
      }
    }
  }
  return { links, faults };
}

/** Elements that pages begin lines with. */
const ELEMENTS = /^<\/?(?:a|br|details|div|figure|img|p|picture|script|source|style|summary|table|video|svg)\b/;

/** Lines that begin with `<something>`, as sentences: Vue takes it for an element, even within code that began on the line before. */
export function strayElements(pages) {
  return pages.flatMap(({ path, text }) =>
    text
      .replaceAll(/^(`{3,})[\s\S]*?^\1/gm, '')
      .split('\n')
      .filter((line) => /^<\/?[a-z]/.test(line) && !ELEMENTS.test(line))
      .map((line) => `${path}: a line begins with ${line.slice(0, 30)}, which is no element: begin it elsewhere`),
  );
}
