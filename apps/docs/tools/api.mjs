// The API of each package: TypeDoc's Markdown pages, and what other pages take from them.
import { spawnSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { inRepository, SITE } from './paths.mjs';
import { sourceLink, writePage } from './site.mjs';

const raw = join(SITE, 'typedoc');

/** Runs TypeDoc; its pages are taken up by readApi. */
export function runTypedoc() {
  const { status } = spawnSync(
    process.execPath,
    [inRepository('node_modules/typedoc/bin/typedoc'), '--options', 'typedoc.json', '--out', raw, '--logLevel', 'Warn'],
    { cwd: inRepository('apps/docs'), stdio: 'inherit' },
  );
  if (status !== 0) process.exit(status ?? 1);
}

/** TypeDoc's pages by path below /api/: `models/functions/gradCam`. */
export async function readApi() {
  const files = (await readdir(raw, { recursive: true })).filter((file) => file.endsWith('.md')).sort();
  const entries = await Promise.all(
    files.map(async (file) => {
      const path = file.replaceAll('\\', '/');
      const text = await readFile(join(raw, file), 'utf8');
      return [path.replace(/^@mer\//, '').replace(/\.md$/, ''), absolute(text, dirname(path))];
    }),
  );
  return new Map(entries);
}

/** The same text with links from the root of the site, and sources by their address. */
function absolute(text, folder) {
  return text
    .replaceAll(/\[([^\]]+)\]\(source:[^)]*\)/g, (_all, place) => {
      const [path, line] = place.split(':');
      return sourceLink(path, line);
    })
    .replaceAll(/\]\((?!https?:|#|\/)([^)\s]+)\)/g, (_all, target) => {
      const path = posix.normalize(posix.join(folder, target)).replace(/^(\.\/)?@mer\//, '');
      return `](/api/${path})`;
    });
}

/** What a doc comment says, of an entry of the API: text before its tags, what it returns, throws, an example, the source file. */
export function commentOf(api, path) {
  const text = api.get(path);
  if (text === undefined) return undefined;
  const [, body = ''] = text.split(/^Defined in: .*$/m);
  const sections = new Map(
    body
      .split(/^## /m)
      .map((part, i) => (i === 0 ? ['', part] : [part.split('\n', 1)[0], part.slice(part.indexOf('\n'))])),
  );
  const example = sections.get('Example') ?? '';
  const [block] = /```[\s\S]*?```/.exec(example) ?? [''];
  const rest = [...sections.values()].join('\n');
  const [reference] = /^Reference: (?:.+\n?)+/m.exec(rest) ?? [''];
  return {
    words: sections.get('').replace(reference, '').trim(),
    returns: sections.get('Returns')?.replace(reference, '').trim() ?? '',
    throws: sections.get('Throws')?.replace(reference, '').trim() ?? '',
    example: block,
    reference,
    source: /^Defined in: \[?`([^`]+)`/m.exec(text)?.[1],
    link: `/api/${path}.md`,
  };
}

const KINDS = { functions: 'Functions', classes: 'Classes', variables: 'Values' };
const LISTED = Object.keys(KINDS);
const nameOf = (path) => path.split('/').at(-1);

/** Writes the pages; gives sidebars for each package. */
export async function writeApi(api) {
  const sidebars = {};
  for (const [path, text] of api) {
    if (path === 'index') continue;
    const title = /^# (.*)$/m
      .exec(text)[1]
      .replace(/^(\w+( \w+)?): /, '')
      .replaceAll('\\', '');
    const [packageName] = path.split('/');
    const source = /^Defined in: \[?`([^`]+)`/m.exec(text)?.[1];
    await writePage(
      `api/${path}`,
      { title: `${title} · ${packageName}`, source: source ?? `packages/${packageName}/src/index.ts`, outline: [2, 3] },
      text,
    );
  }
  const packages = [...new Set([...api.keys()].filter((path) => path !== 'index').map((path) => path.split('/')[0]))];
  for (const packageName of packages) {
    const own = [...api.keys()].filter((path) => path.startsWith(`${packageName}/`));
    const head = [
      { text: 'All packages', link: '/packages/' },
      {
        text: `@mer/${packageName}`,
        items: [
          { text: 'README', link: `/packages/${packageName}` },
          ...own
            .filter((path) => path.endsWith('/index'))
            .map((path) => ({
              text: path === `${packageName}/index` ? 'Everything' : `@mer/${dirname(path)}`,
              link: `/api/${dirname(path)}/`,
            })),
        ],
      },
    ];
    sidebars[`/api/${packageName}/`] = head;
    // a page lists its own kind alone: with everything in it, the list would be most of each page
    for (const kind of LISTED) {
      const folder = `${packageName}/${kind}/`;
      const items = own
        .filter((path) => path.startsWith(folder))
        .sort(byName)
        .map((path) => ({ text: nameOf(path), link: `/api/${path}` }));
      if (items.length > 0) sidebars[`/api/${folder}`] = [...head, { text: KINDS[kind], items }];
    }
  }
  return sidebars;
}

const byName = (a, b) => nameOf(a).localeCompare(nameOf(b), 'en');
