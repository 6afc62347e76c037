/**
 * Every value that a package exports is for somebody: its name stands in the README of the package, or another package of ours imports it.
 * Prints those that are for nobody, with exit status 1: name them in the README, or take them out of the entry (`index.ts` and what else package.json exports).
 * Usage: node tools/check-surface.mjs [package ...]      (needs a build)
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

const packages = fileURLToPath(new URL('../packages/', import.meta.url));
const names = readdirSync(packages).sort();
const asked = process.argv.slice(2);

/** The sources of a package, without tests. */
function sourcesOf(name) {
  return readdirSync(`${packages}${name}/src`, { recursive: true })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => readFileSync(`${packages}${name}/src/${file}`, 'utf8'));
}

/** What a source imports by name from packages of ours, each as `package name`. Doc comments are left out: an example is no use. */
function importsOf(source) {
  const code = source.replaceAll(/\/\*[\s\S]*?\*\//g, '');
  return [...code.matchAll(/(?:import|export)\s*\{([^}]*)\}\s*from\s*'@mer\/([a-z]+)(?:\/[a-z-]+)?'/g)].flatMap(
    ([, list, from]) =>
      list
        .split(',')
        .map((each) => each.trim().split(/\s+as\s+/)[0])
        .filter((each) => each !== '' && !each.startsWith('type '))
        .map((each) => `${from} ${each}`),
  );
}

/** The values of every entry of a package that has types. */
async function exportedBy(name) {
  const folder = `${packages}${name}/`;
  const { exports } = JSON.parse(readFileSync(`${folder}package.json`, 'utf8'));
  const entries = Object.values(exports).filter(({ types }) => types !== undefined);
  const modules = await Promise.all(entries.map((entry) => import(pathToFileURL(`${folder}${entry.default}`))));
  return [...new Set(modules.flatMap((module) => Object.keys(module)))];
}

const used = new Set(
  names.flatMap((name) =>
    sourcesOf(name)
      .flatMap(importsOf)
      .filter((each) => !each.startsWith(`${name} `)),
  ),
);

let stray = 0;
for (const name of asked.length > 0 ? asked : names) {
  const readme = readFileSync(`${packages}${name}/README.md`, 'utf8');
  const code = readme.match(/^```[\s\S]*?^```|`[^`\n]+`/gm) ?? [];
  const words = new Set(code.join(' ').match(/[A-Za-z_$][\w$]*/g));
  const idle = (await exportedBy(name)).filter((each) => !words.has(each) && !used.has(`${name} ${each}`));
  if (idle.length === 0) continue;
  stray += idle.length;
  console.error(`@mer/${name} exports what neither its README names nor another package imports: ${idle.join(', ')}`);
}
if (stray > 0) process.exitCode = 1;
else console.log('every exported value is named in a README or imported by another package');
process.exit();
