// Builds the site for / and for /mer/, crawls both, and opens some pages in Chromium: nothing is loaded from elsewhere, no error, nothing serious by axe.
// node tools/check-built.mjs [--as-built]     (minutes; with --as-built only what lies in dist/ is looked at)
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import axe from 'axe-core';
import { chromium } from 'playwright-core';
import { CHROMIUM_ARGUMENTS, findChromium } from '../../../tools/chromium.mjs';
import { DIST, inRepository } from './paths.mjs';
import { serve } from './serve.mjs';

const opened = [
  'index.html',
  'start/researcher.html',
  'guides/evaluating.html',
  'reference/models/afn.html',
  'reference/representations/index.html',
  'reference/commands/run.html',
  'api/models/functions/gradCam.html',
  'playground.html',
  'results.html',
  'measurements.html',
];
function run(script, ...args) {
  const { status } = spawnSync(process.execPath, [inRepository(`apps/docs/tools/${script}`), ...args], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}

/** What is wrong with a page, in one color scheme and width. */
async function faultsOf(browser, root, path, { colorScheme, width }) {
  const page = await browser.newPage({ colorScheme, viewport: { width, height: 900 } });
  const faults = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(root) && !request.url().startsWith('data:')) faults.push(`asks ${request.url()}`);
  });
  page.on('requestfailed', (request) => faults.push(`cannot load ${request.url()}`));
  page.on(
    'response',
    (response) => response.status() >= 400 && faults.push(`${response.status()} for ${response.url()}`),
  );
  page.on('pageerror', (error) => faults.push(error.message));
  await page.goto(root + path, { waitUntil: 'networkidle' });
  if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth + 1))
    faults.push('is wider than the window');
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => window.axe.run());
  for (const { id, impact, nodes } of violations) {
    if (['serious', 'critical'].includes(impact)) faults.push(`axe: ${id} (${impact}) ${nodes[0].html.slice(0, 160)}`);
  }
  await page.close();
  return faults;
}

const executablePath = findChromium();
let broken = 0;
const asBuilt = process.argv.includes('--as-built');
const bases = asBuilt ? [await readFile(join(DIST, 'base.txt'), 'utf8')] : ['/', '/mer/'];
for (const base of bases) {
  if (!asBuilt) run('build.mjs', '--base', base, ...(base === '/' ? [] : ['--keep']));
  run('check-links.mjs');
  const server = await serve(base);
  const root = `http://127.0.0.1:${server.address().port}${base}`;
  const browser = await chromium.launch({ executablePath, args: CHROMIUM_ARGUMENTS });
  for (const path of opened) {
    for (const look of [
      { colorScheme: 'light', width: 1280 },
      { colorScheme: 'dark', width: 1280 },
      { colorScheme: 'light', width: 390 },
    ]) {
      const faults = await faultsOf(browser, root, path, look);
      broken += faults.length;
      for (const fault of faults) console.error(`${base}${path} (${look.colorScheme}, ${look.width} pixels): ${fault}`);
    }
  }
  await browser.close();
  server.close();
  // as a visitor uses it, at the last address
  if (base === bases.at(-1)) run('check-playground.mjs', '--as-built');
  console.log(
    `${opened.length} pages opened below ${base}, each light, dark and narrow; ${broken} faults (${process.uptime().toFixed(0)} s)`,
  );
}
process.exit(broken > 0 ? 1 : 0);
