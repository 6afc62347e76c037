/**
 * What a browser page loads for one import of our packages: bundled and minified by esbuild, in KB of gzip, tfjs left out. Fails above a budget.
 * Usage: node tools/bundle-sizes.mjs      (needs a build)
 */
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** What is measured: its code, and the most that our own code may come to, in KB. */
const BUNDLES = [
  { name: 'createStstNet', code: "export { createStstNet } from '@mer/models';", budget: 12 },
  { name: 'one layer (Conv2d)', code: "export { Conv2d } from '@mer/models';", budget: 7 },
  { name: 'createAfn', code: "export { createAfn } from '@mer/models';", budget: 15 },
  { name: 'fit', code: "export { fit } from '@mer/training';", budget: 18 },
  {
    name: 'frame (a representation without kernels)',
    code: "export { frame } from '@mer/representations';",
    budget: 5,
  },
  { name: 'trdi (with its kernels)', code: "export { trdi } from '@mer/representations';", budget: 14.5 },
  { name: 'createModel, all networks', code: "export { createModel } from '@mer/models';", budget: 38 },
];

const root = fileURLToPath(new URL('..', import.meta.url));

/** KB of gzip of a bundle; `external` beside tfjs are packages that are left out. */
async function measured(code, external = []) {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: root },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    write: false,
    // the built packages, not their sources
    tsconfigRaw: {},
    external: ['@tensorflow/*', ...external],
  });
  return gzipSync(outputFiles[0].contents, { level: 9 }).length / 1024;
}

/** Packages of others that ours use in a browser. */
const OTHERS = ['@noble/*', 'd3-random', 'valibot', '@valibot/*', 'pure-rand', 'pure-rand/*'];

let failed = false;
for (const { name, code, budget } of BUNDLES) {
  const own = await measured(code, OTHERS);
  const all = await measured(code);
  const over = own > budget;
  failed ||= over;
  const text = `${name}: own code ${own.toFixed(1)} KB of ${budget}, with dependencies ${all.toFixed(1)} KB`;
  console.log(over ? `${text}: above the budget` : text);
}
if (failed) {
  console.error('Cannot accept the bundles as own code must be within its budget');
  process.exitCode = 1;
}
