// Every link and anchor of the built site leads somewhere inside it, and no page loads anything from elsewhere: node tools/check-links.mjs
// Prints what is broken, with exit status 1. Addresses outside are counted, not visited.
import { readdir, readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { DIST } from './paths.mjs';

const base = (await readFile(join(DIST, 'base.txt'), 'utf8').catch(() => '')).trim();
if (base === '') {
  console.error('Cannot check the links as the site must be built first: npm run docs:build');
  process.exit(2);
}
const files = (await readdir(DIST, { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile())
  .map((entry) =>
    join(entry.parentPath ?? entry.path, entry.name)
      .slice(DIST.length)
      .replaceAll('\\', '/'),
  );
const known = new Set(files);
const pages = new Map();
for (const file of files.filter((each) => each.endsWith('.html'))) {
  const html = await readFile(join(DIST, file), 'utf8');
  const tags = html.match(/<[a-z][^>]*>/gi) ?? [];
  const values = (name, of = tags) => of.flatMap((tag) => new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? []);
  pages.set(file, {
    anchors: new Set(values('id').map(decode)),
    links: values(
      'href',
      tags.filter((tag) => /^<a\s/i.test(tag)),
    ).map(decode),
    loads: [
      ...values('src'),
      ...values(
        'href',
        tags.filter((tag) => /^<link\s/i.test(tag)),
      ),
    ].map(decode),
  });
}

function decode(text) {
  const plain = text.replaceAll('&amp;', '&').replaceAll('&#39;', "'").replaceAll('&quot;', '"');
  try {
    return decodeURIComponent(plain);
  } catch {
    return plain;
  }
}

/** The file of an address of the site; undefined outside its base. */
function fileOf(path) {
  if (!path.startsWith(base)) return undefined;
  const inside = path.slice(base.length);
  return inside === '' || inside.endsWith('/') ? `${inside}index.html` : inside;
}

const faults = [];
let [links, outside] = [0, 0];
for (const [file, { links: hrefs, loads }] of pages) {
  const here = `${base}${file}`;
  for (const address of loads) {
    if (/^(data|blob):/.test(address)) continue;
    if (/^(https?:)?\/\//.test(address)) faults.push(`${file} loads ${address} from elsewhere`);
    else if (!known.has(fileOf(posix.resolve(posix.dirname(here), address))))
      faults.push(`${file} loads ${address}, which is not there`);
  }
  for (const href of hrefs) {
    links += 1;
    if (/^[a-z]+:/i.test(href)) {
      outside += 1;
      continue;
    }
    const [path, anchor] = href.split('#');
    const address = path === '' ? here : posix.join(path.startsWith('/') ? '' : posix.dirname(here), path);
    const target = fileOf(address);
    if (target === undefined || !known.has(target)) faults.push(`${file}: ${href} is not there`);
    else if (anchor && pages.has(target) && !pages.get(target).anchors.has(anchor))
      faults.push(`${file}: ${href} has no such anchor`);
  }
}
for (const needed of ['404.html', 'sitemap.xml', 'llms.txt', 'llms-full.txt', 'everything.md']) {
  if (!known.has(needed)) faults.push(`${needed} is not there`);
}
for (const fault of faults.slice(0, 50)) console.error(fault);
if (faults.length > 50) console.error(`and ${faults.length - 50} more`);
console.log(
  `${pages.size} pages below ${base}, ${links} links (${outside} to elsewhere, not visited), ${faults.length} broken (${process.uptime().toFixed(1)} s)`,
);
process.exitCode = faults.length > 0 ? 1 : 0;
