/**
 * Builds the small app of tools/bundlers/ with every bundler, from packed packages and what the install line of the READMEs names, without any configuration,
 * and runs it in headless Chromium: a clip, its picture, a network, training, on wasm in the page and in a worker. The numbers must be those of Node. Graphics
 * backends are absent, and named by the error; then webgl is installed, and must run in what esbuild makes.
 *
 *   node tools/check-bundlers.mjs [esbuild rollup webpack vite next]      (needs a build and Chromium; all but next by default)
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findChromium, withBrowser, withPages } from './chromium.mjs';
import { freePort } from './free-port.mjs';
import { command, installPacked, packPackages } from './packed.mjs';

/** What the READMEs of @mer/training, models, representations and io name, for wasm. */
const INSTALLED = {
  '@mer/backends': '*',
  '@mer/io': '*',
  '@mer/models': '*',
  '@mer/representations': '*',
  '@mer/training': '*',
  '@tensorflow/tfjs-backend-wasm': '4.22.0',
  '@tensorflow/tfjs-core': '4.22.0',
  '@tensorflow/tfjs-layers': '4.22.0',
};

/** Each bundler: its packages, the script of its page, and the arguments with which it builds the page `main` into the folder `to`. */
const BUNDLERS = {
  esbuild: {
    packages: { esbuild: '0.27.7' },
    main: 'alone.mjs',
    build: (main, to) => [
      'esbuild',
      main,
      '--bundle',
      '--format=esm',
      '--log-level=warning',
      `--outfile=${to}/main.js`,
    ],
  },
  rollup: {
    packages: { rollup: '4.68.8', '@rollup/plugin-node-resolve': '16.0.3', '@rollup/plugin-commonjs': '29.0.3' },
    main: 'alone.mjs',
    // tfjs itself needs both plugins
    build: (main, to) => [
      ...['rollup', main, '--silent', '-p', 'node-resolve={browser:true}', '-p', 'commonjs'],
      ...['-d', to, '--entryFileNames', 'main.js'],
    ],
  },
  webpack: {
    packages: { webpack: '5.113.0', 'webpack-cli': '6.0.1' },
    main: 'with-worker.mjs',
    build: (main, to) => [
      'webpack',
      `./${main}`,
      '-o',
      to,
      '--mode',
      'production',
      '--no-optimization-minimize',
      '--stats',
      'errors-only',
    ],
  },
  vite: {
    packages: { vite: '7.3.8' },
    main: 'with-worker.mjs',
    build: (_main, to) => ['vite', 'build', '--base', './', '--outDir', to, '--logLevel', 'error'],
  },
};

const known = [...Object.keys(BUNDLERS), 'next'];
const asked = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(BUNDLERS);
const unknown = asked.find((name) => !known.includes(name));
if (unknown !== undefined) {
  console.error(`Cannot check ${unknown} as a bundler must be one of ${known.join(', ')}`);
  process.exit(2);
}
findChromium();
const sources = fileURLToPath(new URL('bundlers', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'mer-bundlers-'));
try {
  const tarballs = packPackages(folder);
  const bundlers = asked.filter((name) => name !== 'next');
  if (bundlers.length > 0) await checkPages(bundlers, tarballs);
  if (asked.includes('next')) await checkNext(tarballs);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function checkPages(bundlers, tarballs) {
  const app = join(folder, 'app');
  cpSync(join(sources, 'app'), app, { recursive: true });
  writeFileSync(join(app, 'index.html'), pageOf(BUNDLERS.vite.main));
  const manifest = { private: true, type: 'module', dependencies: { ...INSTALLED } };
  for (const name of bundlers) Object.assign(manifest.dependencies, BUNDLERS[name].packages);
  installPacked(app, manifest, tarballs);
  const expected = JSON.parse(command(process.execPath, ['node.mjs'], app));

  await eachPage(bundlers, app, 'absent', (name, { webgl, wasmFiles, ...outcome }) => {
    mustAgree(name, outcome, expected);
    must(wasmFiles === 0, `${name}: no .wasm file is fetched`, wasmFiles);
    const absent =
      'Cannot load @tensorflow/tfjs-backend-webgl as it must be installed: run "npm install @tensorflow/tfjs-backend-webgl"';
    must(webgl === absent, `${name}: an absent webgl is named`, webgl);
  });

  if (!bundlers.includes('esbuild')) return;
  manifest.dependencies['@tensorflow/tfjs-backend-webgl'] = '4.22.0';
  installPacked(app, manifest, tarballs);
  // the fastest alone: what is present is bundled as wasm was
  await eachPage(['esbuild'], app, 'present', (name, { webgl, wasmFiles: _none, ...outcome }) => {
    mustAgree(name, outcome, expected);
    mustAgree(`${name}, webgl`, { name: 'wasm', wasm: webgl }, expected, 1e-3);
  });
}

/** Builds the page with each bundler, and opens it. */
async function eachPage(bundlers, app, state, check) {
  for (const name of bundlers) {
    const begun = performance.now();
    const { main, build } = BUNDLERS[name];
    const to = join(app, 'out', `${name}-${state}`);
    command('npx', build(main, to), app);
    if (name !== 'vite') {
      mkdirSync(to, { recursive: true });
      writeFileSync(join(to, 'index.html'), pageOf('main.js'));
    }
    const built = performance.now();
    check(name, await withPages(to, (open) => open('')));
    const [builds, runs] = [built - begun, performance.now() - built].map((ms) => (ms / 1000).toFixed(1));
    console.log(`${name}, webgl ${state}: built in ${builds} s, ran in ${runs} s`);
  }
}

function pageOf(script) {
  return `<!doctype html><meta charset="utf-8" /><title>page</title><body></body><script type="module" src="./${script}"></script>`;
}

async function checkNext(tarballs) {
  const begun = performance.now();
  const app = join(folder, 'next');
  cpSync(join(sources, 'next'), app, { recursive: true });
  for (const name of ['numbers.mjs', 'show.mjs']) cpSync(join(sources, 'app', name), join(app, 'lib', name));
  cpSync(join(sources, 'app/node.mjs'), join(app, 'lib/node.mjs'));
  const dependencies = { ...INSTALLED, next: '15.5.29', react: '19.3.0', 'react-dom': '19.3.0' };
  installPacked(app, { private: true, dependencies }, tarballs);
  const expected = JSON.parse(command(process.execPath, ['lib/node.mjs'], app));
  const installed = performance.now();
  command('npx', ['next', 'build'], app);
  const built = performance.now();
  const port = await freePort();
  const server = spawn(process.execPath, ['node_modules/next/dist/bin/next', 'start', '-p', String(port)], {
    cwd: app,
  });
  try {
    await new Promise((resolve, reject) => {
      server.stdout.on('data', (text) => /Ready/.test(text) && resolve());
      server.on('exit', () => reject(new Error('next start has ended')));
    });
    const { route, ...outcome } = await withBrowser((open) => open(`http://127.0.0.1:${port}/`));
    mustAgree('next, client component', outcome, expected);
    mustAgree('next, route handler', route, expected);
  } finally {
    server.kill();
  }
  const times = [installed - begun, built - installed, performance.now() - built].map((ms) => (ms / 1000).toFixed(1));
  console.log(`next: installed in ${times[0]} s, built in ${times[1]} s, ran in ${times[2]} s`);
}

/** The numbers of a page and of its worker are those of Node. */
function mustAgree(where, { worker, ...outcome }, expected, tolerance = 1e-5) {
  const { name, wasm } = outcome;
  const near =
    name === 'wasm' &&
    wasm?.length === expected.wasm.length &&
    wasm.every((value, i) => Math.abs(value - expected.wasm[i]) <= tolerance * Math.abs(expected.wasm[i]));
  must(near, `${where}: the numbers are those of Node, ${expected.wasm.join(' and ')}`, JSON.stringify(outcome));
  if (worker !== undefined) mustAgree(`${where}, worker`, worker, expected, tolerance);
}

function must(holds, what, found) {
  if (!holds) throw new Error(`This does not hold: ${what}: found ${found}`);
}
