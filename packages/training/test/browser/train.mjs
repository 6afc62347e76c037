// Training in headless Chromium, on wasm and webgl: `fit` in a page that Vite bundles from the built packages, with a network and a representation that are
// nobody's but the page's.
//
//   npm run test:browser [-- wasm webgl]        (in packages/training, after a build)
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { build } from 'vite';
import { CHROMIUM_ARGUMENTS, findChromium, outcomeOf, serveFolder } from '../../../../tools/chromium.mjs';

const executablePath = findChromium();
const backends = process.argv.length > 2 ? process.argv.slice(2) : ['wasm', 'webgl'];
const outDir = await mkdtemp(join(tmpdir(), 'mer-training-'));
let failed = false;
let server;
let browser;
try {
  await build({
    root: fileURLToPath(new URL('.', import.meta.url)),
    configFile: false,
    logLevel: 'error',
    base: './',
    build: { outDir, emptyOutDir: true, target: 'es2022', minify: false, chunkSizeWarningLimit: 1e6 },
  });
  server = await serveFolder(outDir);
  browser = await chromium.launch({ executablePath, args: CHROMIUM_ARGUMENTS });
  for (const backend of backends) {
    const begun = performance.now();
    const outcome = await outcomeOf(browser, `http://127.0.0.1:${server.address().port}/?backend=${backend}`).catch(
      (error) => ({ error: error.message }),
    );
    const { error, losses = [], right, tested, leaked } = outcome;
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    const fine = error === undefined && outcome.backend === backend && right === tested && leaked === 0;
    failed ||= !fine;
    console.log(
      `${backend}: ${fine ? 'trained' : 'FAILED'}${error ? `: ${error}` : `, loss ${losses.map((loss) => loss.toFixed(4)).join(' to ')}, ${right} of ${tested} right, ${leaked} tensors left`}; ${seconds} s`,
    );
  }
} finally {
  await browser?.close();
  server?.close();
  await rm(outDir, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);
