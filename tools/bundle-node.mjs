// Bundles what a package exports for Node, as its package.json says under `node`: a process that loads a few files in place of hundreds starts in half the time. Bundlers take the other
// files, one for each source, of which they leave out what nobody imports. In the folder of the package, once its files are built: node ../../tools/bundle-node.mjs
import { readFileSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { build } from 'esbuild';

const { exports } = JSON.parse(readFileSync('package.json', 'utf8'));
const entries = Object.values(exports).filter((entry) => entry.node !== undefined);
rmSync('dist/bundled', { recursive: true, force: true });
await build({
  entryPoints: entries.map(({ node, default: file }) => ({ in: file, out: basename(node, '.js') })),
  outdir: 'dist/bundled',
  bundle: true,
  splitting: true,
  chunkNames: '[name]-[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  logLevel: 'warning',
});
