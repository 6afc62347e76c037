// Pages that are written by hand: docs/, the README of each package, and what lies at the root of the repository.
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, posix } from 'node:path';
import { models } from '@mer/models';
import { fileLink, plain } from '../markdown.mjs';
import { inRepository, REPOSITORY } from '../paths.mjs';
import { sourceLink, writePage, writePublic } from '../site.mjs';

/** Files of the repository that are pages: path of the file, path of the page. */
async function pagesByFile() {
  const docs = (await readdir(inRepository('docs'), { recursive: true })).map((path) => path.replaceAll('\\', '/'));
  const packages = await readdir(inRepository('packages'));
  return new Map([
    // the options of every part have pages of their own
    ...docs
      .filter((path) => path.endsWith('.md') && path !== 'options.md')
      .map((path) => [`docs/${path}`, path.replace(/\.md$/, '').replace(/^datasets\//, 'reference/datasets/')]),
    ...packages.map((name) => [`packages/${name}/README.md`, `packages/${name}`]),
    ['CONTRIBUTING.md', 'contributing'],
    ['SECURITY.md', 'security'],
    ['CODE_OF_CONDUCT.md', 'code-of-conduct'],
  ]);
}

/** Pages that stand for files that are none themselves. */
const INSTEAD = {
  'docs/options.md': '/reference/',
  'README.md': '/',
  'packages/experiments/recipes': '/recipes.md',
  'apps/docs/playground': '/playground.md',
  'packages/representations/src/registry.ts': '/reference/representations/',
  'packages/experiments/src/schema/schema.ts': '/reference/experiment/',
  'benchmarks/results/runs.csv': '/results.md',
};
/** Chapters of docs/options.md. */
const OPTIONS = { 'data-sets': '/reference/datasets/', models: '/reference/models/' };
const SHOWN = /\.(png|svg|gif)$/;
const OFFERED = /^benchmarks\/results\/.*\.csv$/;

/** The text with every link leading to a page, a file of the site, or the repository. */
async function linked(text, file, byFile) {
  const found = [...text.matchAll(/(!?)\[((?:[^[\]]|\[[^\]]*\])*)\]\((?!https?:|mailto:|#|\/)([^)\s]+)\)/g)];
  let result = text;
  for (const [all, picture, words, target] of found) {
    const [path, anchor] = target.split('#');
    const inRoot = posix.normalize(posix.join(dirname(file), path)).replace(/\/$/, '');
    const hash = anchor ? `#${anchor}` : '';
    const network = /^packages\/models\/src\/([a-z0-9-]+)\.ts$/.exec(inRoot);
    const recipe = /^packages\/experiments\/recipes\/(.+)\.yaml$/.exec(inRoot);
    let link;
    if (byFile.has(inRoot)) link = `/${byFile.get(inRoot)}.md${hash}`;
    else if (inRoot === 'docs/options.md' && anchor) link = OPTIONS[anchor] ?? '/reference/';
    else if (INSTEAD[inRoot]) link = INSTEAD[inRoot];
    else if (recipe) link = `/reference/recipes/${recipe[1]}.md`;
    else if (network && Object.hasOwn(models, network[1])) link = `/reference/models/${network[1]}.md`;
    else if (SHOWN.test(inRoot) || OFFERED.test(inRoot)) {
      const folder = SHOWN.test(inRoot)
        ? `/pictures/${inRoot.replaceAll('/', '-')}`
        : `/data/${posix.basename(inRoot)}`;
      await writePublic(folder, await readFile(inRepository(inRoot)));
      link = folder;
    }
    const put = link ? `${picture}[${words}](${link})` : existsSync(inRepository(inRoot)) ? sourceLink(inRoot) : all;
    result = result.replace(all, () => (link?.startsWith('/data/') ? fileLink(words, link) : put));
  }
  return result;
}

/** Text outside fences with `<name>` of prose escaped. */
const safe = (text) =>
  text
    .split(/(^```[\s\S]*?^```|^<!--[\s\S]*?-->)/m)
    .map((part, i) => (i % 2 === 1 ? part : plain(part)))
    .join('');

/** A text of the repository that is part of a page: its title, its first paragraph, and the rest with links of the site. */
export async function readProse(file) {
  const text = await readFile(inRepository(file), 'utf8');
  const body = safe(await linked(text, file, await pagesByFile()))
    .replace(/^# .*\n+/, '')
    .trimEnd();
  return { title: /^# (.*)$/m.exec(text)[1], description: plainWords(body.split(/\n{2,}/)[0]), body };
}

/** `insertions`: what stands for `<!-- site:name -->`. */
export async function writeProse(insertions) {
  const byFile = await pagesByFile();
  for (const [file, path] of byFile) {
    // texts of data sets are part of their pages in the reference
    if (!existsSync(inRepository(file)) || file.startsWith('docs/datasets/')) continue;
    const written = await readFile(inRepository(file), 'utf8');
    const text = REPOSITORY ? written.replaceAll('<this repository>', REPOSITORY) : written;
    const title = /^# (.*)$/m.exec(text)?.[1] ?? path;
    const [, name] = /^packages\/(.+)$/.exec(path) ?? [];
    // indented trees of folders are code
    const body = safe(await linked(text, file, byFile)).replaceAll(
      /^<!-- site:(\w+) -->$/gm,
      (_all, key) => insertions[key],
    );
    await writePage(
      path,
      { title, description: descriptionOf(text), source: file, edit: true },
      body,
      name && `## API\n\n[Every function, class and type of @mer/${name}](/api/${name}/index.md)`,
    );
  }
  return byFile;
}

/** The first paragraph, in plain words. */
function descriptionOf(text) {
  const paragraph = text.split(/\n{2,}/).find((part) => /^[A-Z`]/.test(part)) ?? '';
  return plainWords(paragraph);
}

/** Text without marks, as long as a description may be. */
const plainWords = (text) =>
  text
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/[`*_]/g, '')
    .replaceAll(/\s+/g, ' ')
    .slice(0, 200);
