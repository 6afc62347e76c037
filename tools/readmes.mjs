// Follows a page as a stranger does: installs what its install lines name, in an empty folder, and runs its examples as they are printed.
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { blocksOf, compiled, EXPECT, importedBy, installedBy, isTyped } from './doc-blocks.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

const run = (node, file, cwd) =>
  new Promise((resolve) => {
    execFile(node, [file], { cwd, timeout: 300_000 }, (error, _stdout, stderr) =>
      resolve({ failed: error !== null, stderr: error?.killed ? 'it does not end' : stderr }),
    );
  });

/** The pages that say what to install: READMEs, start pages and guides. */
export const pages = [
  'README.md',
  ...readdirSync(join(root, 'packages')).map((name) => `packages/${name}/README.md`),
  ...['start', 'guides'].flatMap((folder) =>
    readdirSync(join(root, 'docs', folder))
      .sort()
      .map((file) => `docs/${folder}/${file}`),
  ),
];

/** The chapters of a page: what has been named by install lines so far, and the examples that follow. */
export function chaptersOf(page) {
  const chapters = [];
  const installed = new Set();
  for (const block of blocksOf(join(root, page))) {
    const names = installedBy(block);
    for (const name of names) installed.add(name);
    if (names.length > 0 || chapters.length === 0) chapters.push({ installed: [...installed], examples: [] });
    if (isTyped(block)) chapters.at(-1).examples.push(block);
  }
  return chapters.filter(({ examples }) => examples.length > 0);
}

/** What a page lets its reader import without having said to install it. */
export function unnamedImports(page) {
  return chaptersOf(page).flatMap(({ installed, examples }) =>
    examples.flatMap((example) =>
      importedBy(example)
        .filter((name) => !installed.includes(name))
        .map((name) => `${page}:${example.line} imports ${name}, which no line above says to install`),
    ),
  );
}

/**
 * Follows a page in a folder.
 *
 * @param page - path from the root of the repository
 * @param options.folder - an empty folder
 * @param options.install - installs packages there: `(folder, names)`
 * @param options.first - run the first example alone
 * @param options.node - the Node to run them with
 * @returns how many examples ran, and what went wrong
 */
export async function followPage(page, { folder, install, first = false, node = process.execPath }) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'expect.mjs'), EXPECT);
  const faults = [];
  let ran = 0;
  for (const { installed, examples } of chaptersOf(page)) {
    const toRun = examples.filter(({ run }) => run).slice(0, first ? 1 : undefined);
    if (toRun.length === 0) continue;
    if (installed.length > 0) await install(folder, installed);
    for (const example of toRun) {
      const where = `${page}:${example.line}`;
      const file = `example-${example.line}.mjs`;
      writeFileSync(join(folder, file), compiled(example, where));
      const { failed, stderr } = await run(node, file, folder);
      ran += 1;
      if (failed) faults.push(`${where} fails: ${/^\w*Error.*$/m.exec(stderr)?.[0] ?? stderr}`);
      else if (stderr.trim() !== '') faults.push(`${where} prints what it does not say: ${stderr.trim()}`);
    }
    if (first) break;
  }
  return { ran, faults };
}
