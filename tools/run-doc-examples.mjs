/**
 * Runs the examples of the API: every ```ts block of an `@example` tag in packages/*\/src, on the backend cpu, with tfjs-layers loaded. A line
 * `console.log(value); // expected` is compared with what it prints. A block fenced ```ts no-run is only checked for syntax. The examples of READMEs and guides
 * are tried by check-readmes.mjs, as a reader has them.
 * Usage: node tools/run-doc-examples.mjs [package or file name part ...]      (needs a build)
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { blocksOf, compiled, EXPECT, isTyped } from './doc-blocks.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
const filters = process.argv.slice(2);
const files = readdirSync('packages')
  .flatMap((name) => sourcesOf(`packages/${name}/src`))
  .filter((file) => filters.length === 0 || filters.some((part) => file.includes(part)));

function sourcesOf(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => `${folder}/${file}`)
    .sort();
}

const folder = join(root, '.cache', 'doc-examples');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

let failed = 0;
let skipped = 0;
const modules = [];
for (const file of files) {
  for (const [i, block] of blocksOf(file).filter(isTyped).entries()) {
    const name = `${file.replaceAll(/[^a-z0-9]+/gi, '-')}-${i}.mjs`;
    const where = `${file}:${block.line}`;
    try {
      writeFileSync(join(folder, name), compiled(block, where));
      if (block.run) modules.push({ name, where });
      else skipped += 1;
    } catch (error) {
      failed += 1;
      console.error(`${where}: ${error.message}`);
    }
  }
}
writeFileSync(join(folder, 'expect.mjs'), EXPECT);
writeFileSync(join(folder, 'all.mjs'), runner(modules));
const { status } = spawnSync(process.execPath, ['--enable-source-maps', join(folder, 'all.mjs')], {
  stdio: 'inherit',
  cwd: root,
});
if (failed > 0) console.error(`${failed} examples do not parse`);
console.log(`${skipped} examples only parsed`);
process.exitCode = failed > 0 ? 1 : (status ?? 1);

function runner(list) {
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
