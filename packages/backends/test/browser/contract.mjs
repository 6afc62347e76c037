// The contract suite in headless Chromium: webgl, webgpu, and wasm with and without threads. The page is bundled by Vite
// from the built package, so that this is also the test of finding the .wasm files in a bundle.
//
//   npm run test:browser [-- list webgl webgpu wasm wasm-threads]        (in packages/backends, after a build)
//
// The browser is that of the variable CHROMIUM, or one in the usual places; without one the run ends with status 0 and
// says so, but with status 1 where CHROMIUM names none.
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { build } from 'vite';

const usual = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];
const places = process.env.CHROMIUM ? [process.env.CHROMIUM] : usual;
const executablePath = places.find((path) => existsSync(path));
if (executablePath === undefined) {
  console.log(`skipped: no Chromium at ${places.join(', ')}: install one, or set CHROMIUM to its path`);
  process.exit(process.env.CHROMIUM ? 1 : 0);
}

const known = ['list', 'wasm', 'wasm-threads', 'webgl', 'webgpu'];
const runs = process.argv.length > 2 ? process.argv.slice(2) : known;
const unknown = runs.find((name) => !known.includes(name));
if (unknown !== undefined) {
  console.error(`Cannot run ${unknown} as a run must be one of ${known.join(', ')}`);
  process.exit(2);
}
const outDir = await mkdtemp(join(tmpdir(), 'mer-backends-'));
const types = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm', '.css': 'text/css' };

/** Serves the bundle; below /isolated/ with the headers that let a page have threads. */
function serve() {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const isolated = pathname.startsWith('/isolated/');
    const path = isolated ? pathname.slice('/isolated'.length) : pathname;
    try {
      const body = await readFile(join(outDir, path === '/' ? 'index.html' : path));
      response.writeHead(200, {
        'content-type': types[extname(path) || '.html'] ?? 'application/octet-stream',
        ...(isolated && {
          'cross-origin-opener-policy': 'same-origin',
          'cross-origin-embedder-policy': 'require-corp',
        }),
      });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

/** Opens the page for one backend and waits for what it found; what goes wrong is a failure among the others. */
async function runPage(browser, port, name) {
  const started = performance.now();
  const page = await browser.newPage();
  const broken = new Promise((_resolve, reject) => {
    page.on('pageerror', reject);
    page.on('crash', () => reject(new Error('the page crashed')));
  });
  const finished = async () => {
    const address = name === 'wasm-threads' ? 'isolated/?backend=wasm&threads=2' : `?backend=${name}`;
    await page.goto(`http://127.0.0.1:${port}/${address}`);
    const found = await page.waitForFunction(() => window.outcome, undefined, { timeout: 600_000, polling: 250 });
    return found.jsonValue();
  };
  let outcome;
  try {
    outcome = await Promise.race([finished(), broken]);
  } catch (error) {
    outcome = { failures: [error.message] };
  }
  await page.close();
  return { ...outcome, seconds: ((performance.now() - started) / 1000).toFixed(1) };
}

/** Prints what one page found; returns whether something failed. */
function report(name, outcome) {
  const { info, reports, cases = 0, skipped = [], worst, warnings = [], seconds } = outcome;
  const failures = [...(outcome.failures ?? [])];
  if (warnings.length > 0) failures.push(`printed: ${warnings.join(' | ')}`);
  if (reports !== undefined) {
    if (outcome.registered.length > 0) failures.push(`listing registered ${outcome.registered.join()}`);
    const available = reports.filter((entry) => entry.available).map((entry) => entry.name);
    if (available.join() !== 'cpu,wasm,webgl,webgpu') failures.push(`available: ${available.join()}`);
    console.log(`${name}: available ${available.join(', ')}; ${failures.length} failed; ${seconds} s`);
    for (const { name: backend, reason } of reports) {
      if (reason !== undefined) console.log(`  not available: ${backend}: ${reason}`);
    }
  } else if (info !== undefined) {
    const failedCases = failures.length;
    // tfjs 4.22.0 has one thread whatever it is told (tfjs issue 8513); its memory is shared all the same.
    if (name.startsWith('wasm') && info.threads !== 1) failures.push('the number of threads is not 1 any more');
    if (outcome.shared !== (name === 'wasm-threads')) {
      failures.push(`memory ${outcome.shared ? 'is shared' : 'is not shared'} in this page`);
    }
    console.log(
      `${name}: ${cases} cases, ${cases - skipped.length - failedCases} passed, ${skipped.length} skipped, ` +
        `${failures.length} failed; worst ${worst.error.toExponential(1)} (${worst.name}); ${seconds} s; ${info.device}`,
    );
  } else {
    console.log(`${name}: did not run; ${seconds} s`);
  }
  for (const line of skipped) console.log(`  skipped ${line}`);
  for (const line of failures) console.log(`  FAILED ${line}`);
  if (process.env.SLOWEST) console.log(outcome.slowest);
  return failures.length > 0;
}

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
  server = await serve();
  browser = await chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--enable-unsafe-webgpu',
      '--use-webgpu-adapter=swiftshader',
      '--enable-unsafe-swiftshader',
    ],
  });
  // All pages at once: compiling shaders waits for the graphics process most of the time.
  const outcomes = await Promise.all(runs.map((name) => runPage(browser, server.address().port, name)));
  for (const [i, outcome] of outcomes.entries()) failed = report(runs[i], outcome) || failed;
} finally {
  await browser?.close();
  server?.close();
  await rm(outDir, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);
