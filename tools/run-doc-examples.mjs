/**
 * Runs the examples of the documentation: every ```ts block of an `@example` tag in packages/*\/src and of packages/*\/README.md and README.md.
 * A line `console.log(value); // expected` is compared with what it prints. A block fenced ```ts no-run is only checked for syntax.
 * Usage: node tools/run-doc-examples.mjs [package or file name part ...]      (needs a build)
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
const filters = process.argv.slice(2);
const files = [
  ...[...pagesOf('docs/start'), ...pagesOf('docs/guides')],
  ...readdirSync('packages').flatMap((name) => [...sourcesOf(`packages/${name}/src`), `packages/${name}/README.md`]),
  'README.md',
]
  .filter((file) => existsSync(file))
  .filter((file) => filters.length === 0 || filters.some((part) => file.includes(part)));

function pagesOf(folder) {
  return readdirSync(folder)
    .map((file) => `${folder}/${file}`)
    .sort();
}

function sourcesOf(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => `${folder}/${file}`)
    .sort();
}

const folder = join(root, '.cache', 'doc-examples');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

const examples = files.flatMap((file) =>
  blocksOf(file).map((block, i) => ({ ...block, file, name: `${file.replaceAll(/[^a-z0-9]+/gi, '-')}-${i}.mjs` })),
);
let failed = 0;
let skipped = 0;
const modules = [];
for (const { code, file, line, run, name } of examples) {
  try {
    const compiled = transformSync(withChecks(code, `${file}:${line}`), {
      loader: 'ts',
      format: 'esm',
      target: 'es2022',
    }).code;
    writeFileSync(join(folder, name), compiled);
    if (run) modules.push({ name, where: `${file}:${line}` });
    else skipped += 1;
  } catch (error) {
    failed += 1;
    console.error(`${file}:${line}: ${error.message}`);
  }
}
writeFileSync(join(folder, 'all.mjs'), runner(modules));
const { status } = spawnSync(process.execPath, ['--enable-source-maps', join(folder, 'all.mjs')], {
  stdio: 'inherit',
  cwd: root,
});
if (failed > 0) console.error(`${failed} examples do not parse`);
console.log(`${skipped} examples only parsed`);
process.exitCode = failed > 0 ? 1 : (status ?? 1);

/** The ```ts blocks of a Markdown file, or of the doc comments of a TypeScript file. */
function blocksOf(file) {
  const text = readFileSync(file, 'utf8').split('\n');
  const comment = file.endsWith('.ts');
  const blocks = [];
  let block;
  for (const [i, raw] of text.entries()) {
    if (comment && !/^\s*\*/.test(raw)) continue;
    const line = comment ? raw.replace(/^\s*\* ?/, '') : raw;
    const fence = /^\s*```(.*)$/.exec(line);
    if (block && fence) {
      blocks.push(block);
      block = undefined;
    } else if (block) {
      block.code += `${line}\n`;
    } else if (fence && fence[1].trim() !== '') {
      const [language, ...words] = fence[1].trim().split(/\s+/);
      block = { code: '', line: i + 1, run: !words.includes('no-run') };
      if (!['ts', 'typescript', 'js'].includes(language)) block.other = true;
    } else if (fence) {
      block = { code: '', line: i + 1, run: false, other: true };
    }
  }
  return blocks.filter(({ other }) => !other);
}

/** Turns `console.log(value); // expected` into a comparison, and lets examples import our packages from where they are built. */
function withChecks(code, where) {
  return `import { expectPrinted } from './expect.mjs';\n${code.replaceAll(
    /^([ \t]*)console\.log\((.+)\);[ \t]*\/\/[ \t]*(.+)$/gm,
    (_all, indent, value, expected) =>
      `${indent}expectPrinted([${value}], ${JSON.stringify(expected.trim())}, ${JSON.stringify(where)});`,
  )}`;
}

function runner(list) {
  writeFileSync(
    join(folder, 'expect.mjs'),
    `import { format, inspect } from 'node:util';
export function expectPrinted(values, expected, where) {
  const printed = format(...values);
  const inspected = values.map((value) => inspect(value)).join(' ');
  const same = (text) => text.replaceAll(/\\s+/g, ' ').replaceAll(/\\[ | \\]/g, (bracket) => bracket.trim());
  if (![printed, inspected].map(same).includes(same(expected))) throw new Error(\`prints \${printed} (or \${inspected}), but its comment says \${expected}\`);
}
`,
  );
  return `import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
tf.enableProdMode();
const modules = ${JSON.stringify(list, null, 1)};
let failed = 0;
const log = console.log;
for (const { name, where } of modules) {
  console.log = () => {};
  await tf.setBackend('cpu');
  // examples of the guides may write files
  process.chdir(where.startsWith('docs/') ? ${JSON.stringify(folder)} : ${JSON.stringify(root)});
  try {
    await import('./' + name);
  } catch (error) {
    failed += 1;
    console.error(where + ': ' + (process.env.MER_DEBUG ? error.stack : error.message));
  }
  console.log = log;
}
console.log((modules.length - failed) + ' examples ran, ' + failed + ' failed');
process.exit(failed > 0 ? 1 : 0);
`;
}
