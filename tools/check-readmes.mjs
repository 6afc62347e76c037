/**
 * Follows READMEs, start pages and guides as strangers do, with packed packages: installs what their install lines name and nothing else, runs every example as
 * it is printed, each in a process of its own, and type-checks all of them, with `moduleResolution` bundler and nodenext, strict. An example that prints
 * something beside what it says (a banner of tfjs, a warning) is a fault.
 *
 *   node tools/check-readmes.mjs [part of a page's path ...] [--guides] [--types]      (needs a build)
 *
 * Guides are type-checked alone, unless --guides or a part of their path asks for more; --types: all pages are.
 */
import { existsSync, lstatSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isTyped } from './doc-blocks.mjs';
import { installPacked, packPackages } from './packed.mjs';
import { chaptersOf, followPage, pages, unnamedImports } from './readmes.mjs';
import { COMPILERS, nameOf, typeFaults } from './type-faults.mjs';

const parts = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const typesAlone = process.argv.includes('--types');
const asked = pages.filter((page) => parts.length === 0 || parts.some((part) => page.includes(part)));
const folder = mkdtempSync(join(tmpdir(), 'mer-readmes-'));
const faults = asked.flatMap(unnamedImports);
try {
  const tarballs = packPackages(folder);
  await checkTypes(tarballs);
  if (!typesAlone) await follow(tarballs);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;

/** Type-checks every example of every page, in one folder with all that the pages install. */
async function checkTypes(tarballs) {
  const place = join(folder, 'types');
  mkdirSync(place);
  const names = asked.flatMap((page) => chaptersOf(page).flatMap(({ installed }) => installed));
  installPacked(place, { private: true, type: 'module', dependencies: dependenciesOf(names) }, tarballs);
  const files = new Map();
  for (const page of asked) {
    for (const example of chaptersOf(page)
      .flatMap(({ examples }) => examples)
      .filter(isTyped)) {
      const file = join(place, `${page.replaceAll(/[^a-z]+/gi, '-')}-${example.line}.ts`);
      writeFileSync(file, example.code);
      files.set(file, { page, line: example.line });
    }
  }
  for (const resolution of ['bundler', 'nodenext']) {
    for (const { file, line, text } of typeFaults([...files.keys()], { resolution, skipLibCheck: true })) {
      const at = files.get(file);
      faults.push(`${at ? `${at.page}:${at.line + line}` : file} (${resolution}): ${text}`);
    }
  }
  console.log(`${files.size} examples type-checked with ${nameOf(COMPILERS[0])}; ${process.uptime().toFixed(0)} s`);
}

/** Follows the pages, two at a time. */
async function follow(tarballs) {
  const withGuides = parts.length > 0 || process.argv.includes('--guides');
  const waiting = asked.filter((page) => withGuides || !page.startsWith('docs/guides/'));
  const installed = new Map();
  const install = (where, names) => {
    const key = [...names].sort().join(' ');
    const modules = join(where, 'node_modules');
    // what another page installed is the same
    if (installed.has(key)) {
      rmSync(modules, { recursive: true, force: true });
      symlinkSync(installed.get(key), modules, 'junction');
      return;
    }
    if (existsSync(modules) && lstatSync(modules).isSymbolicLink()) rmSync(modules);
    installPacked(where, { private: true, type: 'module', dependencies: dependenciesOf(names) }, tarballs);
    const kept = join(folder, 'installed', String(installed.size));
    mkdirSync(kept, { recursive: true });
    renameSync(modules, join(kept, 'node_modules'));
    symlinkSync(join(kept, 'node_modules'), modules, 'junction');
    installed.set(key, join(kept, 'node_modules'));
  };
  const worker = async () => {
    for (let page = waiting.shift(); page !== undefined; page = waiting.shift()) {
      const place = join(folder, page.replaceAll(/[^a-z]+/gi, '-'));
      const { ran, faults: found } = await followPage(page, { folder: place, install });
      faults.push(...found);
      if (ran > 0) console.log(`${page}: ${ran} examples; ${process.uptime().toFixed(0)} s`);
    }
  };
  await Promise.all([worker(), worker()]);
}

function dependenciesOf(names) {
  return Object.fromEntries(names.map((name) => [name, '*']));
}
