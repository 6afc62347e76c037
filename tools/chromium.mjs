// Headless Chromium for tests of pages: where it is, how it starts, a server of a folder, and what the pages found.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { chromium } from 'playwright-core';

const usual = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** Path of the browser: the variable CHROMIUM, or one of the usual places. Without one the process says so and ends, as a failure where CHROMIUM names none. */
export function findChromium() {
  const places = process.env.CHROMIUM ? [process.env.CHROMIUM] : usual;
  const found = places.find((path) => existsSync(path));
  if (found !== undefined) return found;
  console.log(`skipped: no Chromium at ${places.join(', ')}: install one, or set CHROMIUM to its path`);
  process.exit(process.env.CHROMIUM ? 1 : 0);
}

/** Arguments with which graphics are computed on the processor, and nothing is fetched from elsewhere. */
export const CHROMIUM_ARGUMENTS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-unsafe-swiftshader',
];

const types = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm', '.css': 'text/css' };

/** Serves a folder on a free port of this machine; below /isolated/ with the headers that let a page have threads. */
function serveFolder(dir) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const isolated = pathname.startsWith('/isolated/');
    const path = isolated ? pathname.slice('/isolated'.length) : pathname;
    try {
      const body = await readFile(join(dir, path === '/' ? 'index.html' : path));
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

/** Opens a page and waits until it sets `window.outcome`; what goes wrong on the way is thrown. */
async function outcomeOf(browser, url) {
  const page = await browser.newPage();
  const broken = new Promise((_resolve, reject) => {
    page.on('pageerror', reject);
    page.on('crash', () => reject(new Error('the page crashed')));
  });
  const finished = async () => {
    await page.goto(url);
    const found = await page.waitForFunction(() => window.outcome, undefined, { timeout: 600_000, polling: 250 });
    return found.jsonValue();
  };
  try {
    return await Promise.race([finished(), broken]);
  } finally {
    await page.close();
  }
}

/** Opens an address in the browser and calls `use` with the page; an error of the page is thrown. */
export async function withPage(address, use) {
  const browser = await chromium.launch({ executablePath: findChromium(), args: CHROMIUM_ARGUMENTS });
  try {
    const page = await browser.newPage();
    const broken = new Promise((_resolve, reject) => page.on('pageerror', reject));
    await page.goto(address);
    return await Promise.race([use(page), broken]);
  } finally {
    await browser.close();
  }
}

/** A camera that shows a moving pattern, and that pages may use without asking. */
export const FAKE_CAMERA = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];

/** Starts the browser, with more arguments where there are some, and calls `use` with a function that opens an address and gives what the page sets as `window.outcome`. */
export async function withBrowser(use, args = []) {
  const browser = await chromium.launch({ executablePath: findChromium(), args: [...CHROMIUM_ARGUMENTS, ...args] });
  try {
    return await use((url) => outcomeOf(browser, url));
  } finally {
    await browser.close();
  }
}

/** The same for the pages of a folder: addresses are relative to it; below isolated/ a page may have threads. */
export async function withPages(dir, use, args) {
  const server = await serveFolder(dir);
  try {
    const origin = `http://127.0.0.1:${server.address().port}/`;
    return await withBrowser((open) => use((address) => open(new URL(address, origin).href)), args);
  } finally {
    server.close();
  }
}
