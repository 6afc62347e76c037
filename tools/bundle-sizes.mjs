/**
 * What a browser page loads for one import of our packages: bundled and minified by Vite as it comes, in KB of gzip, tfjs left out. Fails above a budget.
 * Fails also where own code has grown by more than a tenth of what benchmarks/results/bundles.csv says, so that growth is seen before the budget is spent.
 * What is loaded later, by `import()`, is told beside it. (esbuild keeps whatever a package's index names in the first chunk: there all is loaded at first.)
 *
 *   node tools/bundle-sizes.mjs [--contents] [--update]      (needs a build)
 *
 * --update: writes the table.
 * --contents: the files of ours in each bundle, with their KB.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, transformWithEsbuild } from 'vite';

/** What is measured: its code, and the most that our own code may come to, in KB. */
const BUNDLES = [
  { name: 'createStstNet', code: "export { createStstNet } from '@mer/models';", budget: 11.5 },
  { name: 'one layer (Conv2d)', code: "export { Conv2d } from '@mer/models';", budget: 6.5 },
  { name: 'createAfn', code: "export { createAfn } from '@mer/models';", budget: 13.5 },
  { name: 'fit', code: "export { fit } from '@mer/training';", budget: 15 },
  {
    name: 'frame (a representation without kernels)',
    code: "export { frame } from '@mer/representations';",
    budget: 6.5,
  },
  { name: 'trdi (with its kernels)', code: "export { trdi } from '@mer/representations';", budget: 13 },
  {
    name: 'loadPredictor, all networks and steps',
    code: "export { loadPredictor } from '@mer/predictor';",
    budget: 230,
  },
  { name: 'createModel, all networks', code: "export { createModel } from '@mer/models';", budget: 54 },
];

const root = fileURLToPath(new URL('..', import.meta.url));

/** A bundle, in KB of gzip: what is loaded at first, and what is loaded when it is asked for; `external` beside tfjs are packages left out. */
async function bundle(code, external = []) {
  const entry = 'virtual:entry';
  const { output } = await build({
    root,
    configFile: false,
    logLevel: 'error',
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === entry ? join(root, 'entry.js') : undefined),
        load: (id) => (id === join(root, 'entry.js') ? code : undefined),
      },
    ],
    build: {
      write: false,
      minify: 'esbuild',
      target: 'es2022',
      modulePreload: false,
      rollupOptions: {
        input: entry,
        preserveEntrySignatures: 'strict',
        external: [/^@tensorflow\//, ...external],
        output: { format: 'es' },
      },
    },
  });
  const chunks = new Map(output.filter(({ type }) => type === 'chunk').map((chunk) => [chunk.fileName, chunk]));
  const first = reached(chunks, output.find(({ isEntry }) => isEntry).fileName);
  const sum = (names) => names.reduce((total, name) => total + zipped(chunks.get(name).code), 0);
  return {
    first: sum([...first]),
    later: sum([...chunks.keys()].filter((name) => !first.has(name))),
    modules: [...first].flatMap((name) => Object.entries(chunks.get(name).modules)),
  };
}

/** The chunks that are loaded with one, by static imports. */
function reached(chunks, name, found = new Set()) {
  if (found.has(name) || !chunks.has(name)) return found;
  found.add(name);
  for (const other of chunks.get(name).imports) reached(chunks, other, found);
  return found;
}

const zipped = (code) => gzipSync(code, { level: 9 }).length / 1024;

/** Packages of others that ours use in a browser. */
const OTHERS = [/^@noble\//, /^d3-random/, /^@?valibot/, /^pure-rand/];

const withContents = process.argv.includes('--contents');
const update = process.argv.includes('--update');
const table = join(root, 'benchmarks/results/bundles.csv');
/** KB of own code by name, as committed. */
const before = new Map(
  (existsSync(table) ? readFileSync(table, 'utf8').trim().split('\n').slice(1) : []).map((line) => {
    const [, name, own] = /^"(.*)",([\d.]+),/.exec(line);
    return [name, Number(own)];
  }),
);
const rows = [];
let failed = false;
for (const { name, code, budget } of BUNDLES) {
  const own = await bundle(code, OTHERS);
  const all = await bundle(code);
  const over = own.first > budget;
  const grown = !update && own.first > 1.1 * (before.get(name) ?? 0);
  failed ||= over || grown;
  rows.push(`"${name}",${own.first.toFixed(2)},${own.later.toFixed(2)},${all.first.toFixed(2)},${budget}`);
  const later = own.later > 0 ? `, ${own.later.toFixed(1)} KB more when asked for` : '';
  const text = `${name}: own code ${own.first.toFixed(1)} KB of ${budget}${later}, with dependencies ${all.first.toFixed(1)} KB`;
  const was = before.has(name) ? `from ${before.get(name)} KB` : 'and is not in the table';
  console.log(over ? `${text}: above the budget` : grown ? `${text}: grown by more than a tenth, ${was}` : text);
  if (withContents)
    for (const [file, size] of await contents(own.modules)) console.log(`  ${size.toFixed(2)}  ${file}`);
}

/** What each file of a bundle comes to by itself, largest first: together more than the bundle, whose parts are zipped as one. */
async function contents(modules) {
  const sizes = modules
    .filter(([, { code }]) => code)
    .map(async ([file, { code }]) => {
      const { code: small } = await transformWithEsbuild(code, 'part.js', { minify: true, target: 'es2022' });
      return [relative(root, file.replace('\0', '')), zipped(small)];
    });
  return (await Promise.all(sizes)).sort(([, a], [, b]) => b - a);
}

if (failed) {
  console.error(
    'Cannot accept the bundles as own code must be within its budget, and within a tenth of benchmarks/results/bundles.csv (--update writes it)',
  );
  process.exitCode = 1;
} else if (update) {
  const head = 'bundle,own_kb,later_kb,with_dependencies_kb,budget_kb';
  writeFileSync(table, `${head}\n${rows.join('\n')}\n`);
}
