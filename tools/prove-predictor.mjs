/**
 * Exported networks in a page and in Node: a page that Vite builds of packed packages, in headless Chromium under a content security policy that allows `wasm-unsafe-eval` and nothing else, and a
 * Node script load the same folders and look at the same video (VP9, which every decoder gives alike; brightness and color become R, G, B by our code on both sides). Decoded pixels must be
 * the same byte for byte, answers, pictures and heat maps equal to 1e-5, on wasm; nothing may be fetched but the folder. Times and bytes: benchmarks/results/predictor.csv.
 *
 *   npm run nightly:predictor [-- <folder of img1.jpg, img2.jpg, …, a face that fills them>]      (needs a build, Chromium and ffmpeg; a generated face where no folder is given)
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { cpus, tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findChromium, withPage } from './chromium.mjs';
import { command, installPacked, packPackages } from './packed.mjs';

findChromium();
const pictures = process.argv[2];
const root = mkdtempSync(join(tmpdir(), 'mer-prove-predictor-'));
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const CSP =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self'; media-src 'self'; base-uri 'none'; form-action 'none'";
const INSTALLED = {
  '@mer/backends': '*',
  '@mer/datasets': '*',
  '@mer/io': '*',
  '@mer/models': '*',
  '@mer/predictor': '*',
  '@napi-rs/webcodecs': versionOf('io', '@napi-rs/webcodecs'),
  '@tensorflow/tfjs-backend-wasm': '4.22.0',
  '@tensorflow/tfjs-core': '4.22.0',
  '@tensorflow/tfjs-layers': '4.22.0',
  mediabunny: versionOf('io', 'mediabunny'),
  vite: '7.3.8',
};

function versionOf(name, dependency) {
  return JSON.parse(readFileSync(here(`../packages/${name}/node_modules/${dependency}/package.json`), 'utf8')).version;
}

let failed = false;
const check = (fine, text) => {
  failed ||= !fine;
  console.log(`${fine ? 'ok' : 'FAILED'}: ${text}`);
};
try {
  const app = join(root, 'app');
  mkdirSync(join(app, 'public'), { recursive: true });
  installPacked(app, { name: 'app', private: true, type: 'module', dependencies: INSTALLED }, packPackages(root));
  cpSync(here('predictor-page/ask.mjs'), join(app, 'ask.mjs'));
  for (const file of ['export.mjs', 'networks.mjs', 'sources.mjs'])
    cpSync(here(`predictor-page/${file}`), join(app, file));
  const { networks, marks } = JSON.parse(command('node', ['export.mjs', 'public', pictures ?? ''], app));
  writeFileSync(
    join(app, 'page.mjs'),
    `import { ask } from './ask.mjs';
import { askOfSources } from './sources.mjs';
const folders = ${JSON.stringify(networks)}.map((name) => ({ name, folder: './' + name + '/' }));
const video = await (await fetch('./clip.webm')).blob();
const marks = ${JSON.stringify(marks)};
const outcome = async () => ({ ...(await ask(folders, video, marks)), sources: await askOfSources(folders[0].folder, video, './clip.webm', marks) });
window.outcome = await outcome().catch((error) => ({ error: error.stack }));
`,
  );
  writeFileSync(
    join(app, 'index.html'),
    '<!doctype html><meta charset="utf-8"><title>predictor</title><link rel="icon" href="data:,"><script type="module" src="./page.mjs"></script>',
  );
  writeFileSync(
    join(app, 'node.mjs'),
    `import { openAsBlob } from 'node:fs';
import { ask } from './ask.mjs';
const folders = ${JSON.stringify(networks)}.map((name) => ({ name, folder: 'public/' + name }));
console.log(JSON.stringify(await ask(folders, await openAsBlob('public/clip.webm'), ${JSON.stringify(marks)})));
`,
  );
  command(
    'npx',
    ['vite', 'build', '--base', './', '--outDir', 'dist', '--target', 'es2022', '--logLevel', 'error'],
    app,
  );
  const node = JSON.parse(command('node', ['node.mjs'], app).trim().split('\n').at(-1));
  const { outcome: page, served, violations } = await inPage(join(app, 'dist'));
  if (page.error) throw new Error(`The page failed: ${page.error}`);
  compare(node, page, networks);
  compareSources(page.sources);
  check(violations.length === 0, `nothing was blocked by the policy${violations.map((one) => `; ${one}`).join('')}`);
  const others = served.filter(({ path }) => !/^\/(index\.html|clip\.webm|assets\/|[a-z0-9-]+\/)/.test(path));
  check(others.length === 0, `nothing else was fetched: ${others.map(({ path }) => path).join(', ') || 'nothing'}`);
  writeTable(node, page, served);
} finally {
  rmSync(root, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);

/** Opens the page; what was fetched, and what the policy blocked. */
async function inPage(dir) {
  const types = {
    '.html': 'text/html',
    '.js': 'text/javascript',
    '.wasm': 'application/wasm',
    '.json': 'application/json',
  };
  const served = [];
  const violations = [];
  const server = createServer(async (request, response) => {
    const { pathname, search } = new URL(request.url, 'http://localhost');
    const path = pathname.replace(/\/$/, '/index.html');
    const ranges = search !== '?whole';
    const body = await readFile(join(dir, path)).catch(() => undefined);
    if (ranges) served.push({ path, bytes: body?.length ?? 0 });
    if (!body) return response.writeHead(404).end();
    const headers = {
      'content-type': types[extname(path)] ?? 'application/octet-stream',
      'content-security-policy': CSP,
    };
    // without answers to ranges of bytes a browser does not go to the times that a <video> is set to
    const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec((ranges && request.headers.range) || '') ?? [];
    if (from === undefined) return response.writeHead(200, headers).end(body);
    const part = body.subarray(Number(from), to ? Number(to) + 1 : body.length);
    const range = `bytes ${from}-${Number(from) + part.length - 1}/${body.length}`;
    return response.writeHead(206, { ...headers, 'accept-ranges': 'bytes', 'content-range': range }).end(part);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const outcome = await withPage(`http://127.0.0.1:${server.address().port}/`, async (page) => {
      page.on('console', (message) => {
        if (/Content Security Policy/i.test(message.text())) violations.push(message.text());
      });
      const found = await page.waitForFunction(() => window.outcome, undefined, { timeout: 600_000, polling: 250 });
      return found.jsonValue();
    });
    return { outcome, served, violations };
  } finally {
    server.close();
  }
}

function compare(node, page, networks) {
  check(
    node.pixels === page.pixels,
    `decoded pixels are the same byte for byte (SHA-256 ${node.pixels.slice(0, 12)}…)`,
  );
  for (const [i, name] of networks.entries()) {
    const [a, b] = [node.found[i], page.found[i]];
    const off = {
      probabilities: largest(a.probabilities.flat(), b.probabilities.flat()),
      'what the network saw': largest(a.seen.flat(), b.seen.flat()),
      'heat maps': largest(a.heat.flat(), b.heat.flat()),
    };
    a.off = off;
    const shown = Object.entries(off).map(([what, value]) => `${what} ${value.toExponential(1)}`);
    check(
      a.apex === b.apex && off.probabilities <= 1e-5,
      `${name}: apex ${a.apex}; largest differences: ${shown.join(', ')}`,
    );
    check(
      b.firstMs <= 2000,
      `${name}: first answer ${Math.round(b.firstMs)} ms after loading in the page, ${Math.round(a.firstMs)} ms in Node`,
    );
  }
}

/** The same pixels give the same answer, whatever holds them; a `<video>` that cannot go to a time is refused. */
function compareSources({ off, refused, frames }) {
  for (const [kind, value] of Object.entries(off)) {
    check(value <= 1e-5, `${frames} frames as ${kind}: probabilities ${value.toExponential(1)} from those of the file`);
  }
  check(/Accept-Ranges/.test(refused), `a <video> of a server without ranges is refused: ${refused}`);
}

function largest(a, b) {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
}

/** One row for each network; scripts of the page are loaded once. */
function writeTable(node, page, served) {
  const sum = (pattern) => served.filter(({ path }) => pattern.test(path)).reduce((all, { bytes }) => all + bytes, 0);
  const head =
    'network,clip,page_load_ms,page_first_answer_ms,node_load_ms,node_first_answer_ms,largest_difference,folder_bytes,scripts_bytes,wasm_bytes,video_bytes,hardware,node,chromium_policy';
  const lines = page.found.map(({ name, loadMs, firstMs }, i) => {
    const other = node.found[i];
    const values = [
      ...[
        name,
        pictures ? 'face' : 'generated',
        Math.round(loadMs),
        Math.round(firstMs),
        Math.round(other.loadMs),
        Math.round(other.firstMs),
      ],
      ...[
        other.off.probabilities.toExponential(1),
        sum(new RegExp(`^/${name}/`)),
        sum(/\.js$/),
        sum(/\.wasm$/),
        sum(/\.webm$/),
      ],
      ...[`"${cpus()[0].model}, ${cpus().length} cores"`, process.version, 'wasm-unsafe-eval'],
    ];
    return values.join(',');
  });
  const table = here('../benchmarks/results/predictor.csv');
  // rows of the other clip stay
  const others = readFileSync(table, 'utf8').trim().split('\n').slice(1);
  const kept = others.filter((line) => (line.split(',')[1] === 'face') !== (pictures !== undefined));
  writeFileSync(table, `${[head, ...kept, ...lines].join('\n')}\n`);
  console.log([head, ...lines].join('\n'));
}
