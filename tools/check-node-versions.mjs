/**
 * What runs on which Node, with which TypeScript settings and beside which other copies of tfjs: packed packages, installed once, tried on Node 20, 22, 24 and 26
 * as npm has them. For a nightly run, after `npm run build`; needs the npm registry.
 *
 *   npm run nightly:node-versions               writes benchmarks/results/node-versions.csv and the tables of docs/compatibility.md
 *   npm run nightly:node-versions -- --check    writes nothing
 *   npm run nightly:node-versions -- 22 26      these alone; --types: TypeScript alone
 */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { between, tableText } from './markdown-table.mjs';
import { command, installPacked, packPackages } from './packed.mjs';
import { chaptersOf, followPage, pages } from './readmes.mjs';
import { COMPILERS, nameOf, typeFaults } from './type-faults.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const words = process.argv.slice(2);
const check = words.includes('--check');
const typesAlone = words.includes('--types');
const majors = words.filter((word) => /^\d+$/.test(word));
const NODES = typesAlone ? [] : majors.length > 0 ? majors : ['20', '22', '24', '26'];
const TFJS = '4.22.0';
const ALL = {
  ...Object.fromEntries(
    pages.flatMap((page) => chaptersOf(page).flatMap(({ installed }) => installed)).map((name) => [name, '*']),
  ),
  '@tensorflow/tfjs-core': TFJS,
  '@tensorflow/tfjs-layers': TFJS,
  '@tensorflow/tfjs-backend-wasm': TFJS,
};

const folder = mkdtempSync(join(tmpdir(), 'mer-node-versions-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));

const rows = [];
/** Does one check: what it gives is said, what it throws is a failure. */
async function tried(node, what, work) {
  let result = 'passed';
  let detail = '';
  try {
    detail = (await work()) ?? '';
  } catch (error) {
    result = 'failed';
    detail = error.message.trim().split('\n').slice(0, 3).join(' ');
  }
  rows.push({ node, what, result, detail });
  console.log(`${node}, ${what}: ${result}${detail ? `: ${detail}` : ''} (${process.uptime().toFixed(0)} s)`);
}

const tarballs = packPackages(folder);
const app = made('app', ALL);
const places = typesAlone
  ? {}
  : {
      'the umbrella @tensorflow/tfjs beside the parts': made('umbrella', { ...ALL, '@tensorflow/tfjs': TFJS }),
      'the umbrella of another version, with its own copies': made('other-umbrella', {
        ...ALL,
        '@tensorflow/tfjs': '4.20.0',
      }),
    };
const copies = typesAlone ? undefined : made('copies', ALL);
for (const name of copies ? ['@tensorflow/tfjs-layers', '@mer/backends'] : []) {
  const place = join(copies, 'node_modules', name, 'node_modules/@tensorflow/tfjs-core');
  cpSync(join(copies, 'node_modules/@tensorflow/tfjs-core'), place, { recursive: true });
}

for (const major of NODES) {
  const { node, version } = nodeOf(major);
  await tried(version, 'first example of every README', () => firstExamples(node, version));
  await tried(version, 'mer run first-steps, mer report', () => useCommand(node));
  for (const [what, place] of Object.entries(places)) await tried(version, what, () => beside(node, place, 'umbrella'));
  await tried(version, 'two copies of tfjs-core', () => beside(node, copies, 'copies'));
}
for (const compiler of COMPILERS) {
  for (const resolution of ['bundler', 'nodenext']) {
    for (const skipLibCheck of [false, true]) {
      const what = `moduleResolution ${resolution}, strict, ${skipLibCheck ? 'with' : 'without'} skipLibCheck`;
      await tried(nameOf(compiler), what, () => checkTypes({ resolution, skipLibCheck, compiler }));
    }
  }
}
if (!check && majors.length === 0 && !typesAlone) write();
process.exit(rows.some(({ result }) => result === 'failed') ? 1 : 0);

/** A folder with packages installed. */
function made(name, dependencies) {
  const place = join(folder, name);
  mkdirSync(place);
  installPacked(place, { private: true, type: 'module', dependencies }, tarballs);
  return place;
}

/** A Node of the npm registry. */
function nodeOf(major) {
  const place = join(folder, `node-${major}`);
  mkdirSync(place);
  writeFileSync(join(place, 'package.json'), '{ "private": true }');
  command('npm', ['install', `node@${major}`, '--no-audit', '--no-fund', '--loglevel=error'], place);
  const node = join(place, 'node_modules/node/bin/node');
  return { node: realpathSync(node), version: `Node ${command(node, ['--version'], place).trim().slice(1)}` };
}

async function firstExamples(node, version) {
  let examples = 0;
  for (const page of pages.filter((each) => each.startsWith('packages/'))) {
    const place = join(folder, 'pages', version, page.replaceAll('/', '-'));
    mkdirSync(place, { recursive: true });
    symlinkSync(join(app, 'node_modules'), join(place, 'node_modules'), 'junction');
    const { ran, faults } = await followPage(page, { folder: place, install: () => {}, first: true, node });
    if (faults.length > 0) throw new Error(faults.join(' '));
    examples += ran;
  }
  return `${examples} examples`;
}

function useCommand(node) {
  rmSync(join(app, 'runs'), { recursive: true, force: true });
  const mer = (...args) => run(node, ['node_modules/@mer/cli/bin/mer.js', ...args], app);
  mer('run', 'first-steps', '--set', 'training.epochs=1', '--set', 'data.options.subjects=3');
  mer('report', 'runs/first-steps');
  if (!existsSync(join(app, 'runs/first-steps/report.html'))) throw new Error('no report is written');
}

/** A picture, a network, training and a stored network, while another copy of tfjs is loaded. */
function beside(node, place, how) {
  cpSync(join(root, 'tools/node-versions/beside.mjs'), join(place, 'beside.mjs'));
  return run(node, ['beside.mjs', how], place).trim().split('\n').at(-1);
}

function run(node, args, cwd) {
  const env = { ...process.env, MER_BACKEND_NOTE: '0' };
  const { status, stdout, stderr } = spawnSync(node, args, { cwd, encoding: 'utf8', env, timeout: 600_000 });
  if (status !== 0) throw new Error(/^\w*Error.*$/m.exec(stderr)?.[0] ?? (stderr.trim() || `it ends with ${status}`));
  return stdout;
}

/** Every example of every page, and every entry of every package. */
function checkTypes(settings) {
  const place = join(app, `types-${Object.values(settings).join('-').replaceAll(/\W+/g, '-')}`);
  mkdirSync(place);
  const files = [];
  for (const page of pages) {
    for (const example of chaptersOf(page).flatMap(({ examples }) => examples)) {
      files.push(join(place, `${page.replaceAll(/[^a-z]+/gi, '-')}-${example.line}.ts`));
      writeFileSync(files.at(-1), example.code);
    }
  }
  const entries = Object.keys(tarballs).flatMap((name) => {
    const { exports } = JSON.parse(readFileSync(join(app, 'node_modules', name, 'package.json'), 'utf8'));
    return Object.entries(exports)
      .filter(([, target]) => target.types)
      .map(([entry]) => join(name, entry).replaceAll('\\', '/'));
  });
  files.push(join(place, 'entries.ts'));
  writeFileSync(
    files.at(-1),
    entries.map((entry, i) => `import * as entry${i} from '${entry}';\nvoid entry${i};\n`).join(''),
  );
  const faults = typeFaults(files, settings);
  // what tfjs declares of WebGPU (@webgpu/types) conflicts with TypeScript's own declarations, and is reported in these
  const theirs = faults.filter(({ file }) =>
    /node_modules\/@(tensorflow|webgpu)\/|\/typescript[-\w]*\/lib\/lib\.dom\./.test(file),
  );
  const ours = faults.filter((fault) => !theirs.includes(fault));
  if (ours.length > 0) {
    const first = ours.slice(0, 3).map(({ file, line, text }) => `${file.replace(app, '')}:${line + 1} ${text}`);
    throw new Error(`${ours.length} errors: ${first.join(' | ')}`);
  }
  const text = `${files.length} files, ${entries.length} entries: no error`;
  return theirs.length > 0 ? `${text} but ${theirs.length} inside the declarations of tfjs` : text;
}

function write() {
  const quoted = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const date = new Date().toISOString().slice(0, 10);
  const place = `${process.platform} ${process.arch}`;
  const lines = rows.map(({ node, what, result, detail }) =>
    [date, place, node, what, result, detail].map(quoted).join(','),
  );
  writeFileSync(
    join(root, 'benchmarks/results/node-versions.csv'),
    `date,platform,version,what,result,detail\n${lines.join('\n')}\n`,
  );
  const page = join(root, 'docs/compatibility.md');
  const begin = '<!-- versions:begin (written by tools/check-node-versions.mjs) -->';
  const end = '<!-- versions:end -->';
  const text = readFileSync(page, 'utf8');
  const table = tableText(
    ['version', 'what', 'result', ''],
    rows.map(({ node, what, result, detail }) => [node, what, result, detail]),
  );
  writeFileSync(page, between(text, { begin, end }, `${date}, ${place}:\n\n${table}`));
}
