// Lighthouse on Start, a reference page and the playground's shell, as the site lies in dist/ (built where it is not): each score must reach 95.
// node tools/check-lighthouse.mjs     (a minute; on a quiet machine: performance is measured)
import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CHROMIUM_ARGUMENTS, findChromium } from '../../../tools/chromium.mjs';
import { DIST, inRepository } from './paths.mjs';
import { serve } from './serve.mjs';

/** The last line of releases that runs on Node 20; taken by npx, so that its 200 packages are nobody's dependency. */
const LIGHTHOUSE = 'lighthouse@12.8.2';
const LEAST = 95;
const pages = ['start/researcher.html', 'reference/models/afn.html', 'playground.html'];
const categories = ['performance', 'accessibility', 'best-practices'];

async function scoresOf(url) {
  const { stdout } = await promisify(execFile)(
    'npx',
    [
      '--yes',
      LIGHTHOUSE,
      url,
      `--only-categories=${categories}`,
      '--output=json',
      '--quiet',
      `--chrome-flags=--headless=new ${CHROMIUM_ARGUMENTS.join(' ')}`,
    ],
    { env: { ...process.env, CHROME_PATH: findChromium() }, maxBuffer: 1 << 28 },
  );
  return JSON.parse(stdout);
}

if (!existsSync(join(DIST, 'base.txt')))
  spawnSync(process.execPath, [inRepository('apps/docs/tools/build.mjs')], { stdio: 'inherit' });
const base = await readFile(join(DIST, 'base.txt'), 'utf8');
const server = await serve(base);
const root = `http://127.0.0.1:${server.address().port}${base}`;
let below = 0;
for (const page of pages) {
  const { categories: found, audits } = await scoresOf(root + page);
  const scores = categories.map((category) => Math.round(found[category].score * 100));
  console.log(`${page}: ${categories.map((category, at) => `${category} ${scores[at]}`).join(', ')}`);
  if (scores.every((score) => score >= LEAST)) continue;
  below += 1;
  for (const category of categories) {
    for (const { id, weight } of found[category].auditRefs) {
      const { score, title, displayValue } = audits[id];
      if (weight > 0 && score !== null && score < 0.9) console.log(`  ${id}: ${title} ${displayValue ?? ''}`);
    }
  }
}
server.close();
process.exitCode = below === 0 ? 0 : 1;
