/**
 * What a browser page loads for one import of our packages: bundled and minified by esbuild, in KB of gzip, tfjs left out. Fails above a budget.
 * What is loaded later, by `import()`, is told beside it.
 *
 *   node tools/bundle-sizes.mjs [--contents]      (needs a build)
 *
 * --contents: the files of ours in each bundle, with what the bundle is smaller without them and their minified bytes.
 */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
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

/** A bundle; `external` beside tfjs are packages that are left out, `without` a file that is taken for empty. */
async function bundle(code, { external = [], without } = {}) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: root },
    bundle: true,
    minify: true,
    format: 'esm',
    splitting: true,
    outdir: root,
    platform: 'browser',
    target: 'es2022',
    write: false,
    metafile: true,
    logLevel: 'silent',
    absWorkingDir: root,
    // the built packages, not their sources
    tsconfigRaw: {},
    external: ['@tensorflow/*', ...external],
    plugins: without === undefined ? [] : [leftOut(without)],
  });
  const sizes = new Map(
    outputFiles.map(({ path, contents }) => [relative(root, path), gzipSync(contents, { level: 9 }).length]),
  );
  const entry = Object.keys(metafile.outputs).find((name) => metafile.outputs[name].entryPoint === '<stdin>');
  const first = reached(metafile.outputs, entry);
  const sum = (names) => names.reduce((total, name) => total + sizes.get(name), 0) / 1024;
  const files = [...first].flatMap((name) => Object.entries(metafile.outputs[name].inputs));
  return {
    first: sum([...first]),
    later: sum([...sizes.keys()].filter((name) => !first.has(name))),
    files: files.map(([file, { bytesInOutput }]) => [file, bytesInOutput]),
  };
}

/** The outputs that are loaded with one, by static imports. */
function reached(outputs, entry, found = new Set()) {
  if (found.has(entry)) return found;
  found.add(entry);
  for (const { path, kind } of outputs[entry].imports) {
    if (kind === 'import-statement' && path in outputs) reached(outputs, path, found);
  }
  return found;
}

/** Takes a file for one whose exports come from elsewhere. */
const leftOut = (file) => ({
  name: 'left-out',
  setup(building) {
    building.onLoad({ filter: /\.js$/ }, async ({ path }) => {
      if (relative(root, path) !== file) return undefined;
      const names = [...readFileSync(path, 'utf8').matchAll(/export\s*\{([^}]*)\}/g)].flatMap(([, list]) =>
        list.split(',').map((each) => each.trim().split(' as ').at(-1)),
      );
      return {
        contents: names
          .filter(Boolean)
          .map((name) => `export const ${name} = globalThis.${name};`)
          .join('\n'),
      };
    });
  },
});

/** Packages of others that ours use in a browser. */
const OTHERS = ['@noble/*', 'd3-random', 'valibot', '@valibot/*', 'pure-rand', 'pure-rand/*'];

const withContents = process.argv.includes('--contents');
const kilobytes = (value) => value.toFixed(1);
let failed = false;
for (const { name, code, budget } of BUNDLES) {
  const own = await bundle(code, { external: OTHERS });
  const all = await bundle(code);
  const over = own.first > budget;
  failed ||= over;
  const later = own.later > 0 ? `, ${kilobytes(own.later)} KB more when asked for` : '';
  const text = `${name}: own code ${kilobytes(own.first)} KB of ${budget}${later}, with dependencies ${kilobytes(all.first)} KB`;
  console.log(over ? `${text}: above the budget` : text);
  if (!withContents) continue;
  for (const [file, bytes] of own.files.sort(([, a], [, b]) => b - a)) {
    if (bytes === 0) continue;
    const { first } = await bundle(code, { external: OTHERS, without: file });
    console.log(`  ${((own.first - first) * 1024).toFixed(0).padStart(6)} ${String(bytes).padStart(6)}  ${file}`);
  }
}
if (failed) {
  console.error('Cannot accept the bundles as own code must be within its budget');
  process.exitCode = 1;
}
