// Builds the site into dist/: node tools/build.mjs [--base /mer/] [--keep]    (--keep: pages as assembled before)
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'vitepress';
import { DIST, HOMEPAGE, inRepository, REPOSITORY, SITE } from './paths.mjs';

const { values } = parseArgs({
  options: { base: { type: 'string', default: '/' }, keep: { type: 'boolean', default: false } },
});
if (!values.keep || !existsSync(SITE)) {
  const { status } = spawnSync(process.execPath, [inRepository('apps/docs/tools/assemble.mjs')], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
await build(inRepository('apps/docs'), { base: values.base, outDir: DIST });
await writeFile(join(DIST, 'base.txt'), values.base);
if (!REPOSITORY)
  console.log('no links to sources and to edit pages: package.json names no repository (nor does MER_REPOSITORY)');
console.log(`dist for ${values.base}, its sitemap for ${HOMEPAGE} (${process.uptime().toFixed(1)} s)`);
process.exit();
