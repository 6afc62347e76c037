/**
 * Does what the README of each example says, in a copy of its folder, with packed packages from a registry on this machine: `npm install` is npm's own. Needs a
 * build, and Chromium for the pages.
 *
 *   node tools/try-examples.mjs [node-app own-parts …]      (all of examples/ by default)
 */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withPage } from './chromium.mjs';
import { freePort } from './free-port.mjs';
import { doSteps, stepsOf } from './markdown-commands.mjs';
import { packPackages } from './packed.mjs';
import { servePacked } from './packed-registry.mjs';

const examples = fileURLToPath(new URL('../examples', import.meta.url));

/** What must be seen of each: in what its commands print, in a file, or in its page. */
const SEEN = {
  'node-app': { printed: /UAR of an untrained network: 0\.\d{3}/ },
  'own-parts': { printed: /travel[\s\S]*blocks[\s\S]*own-parts/, file: 'runs/own-parts/report.html' },
  'custom-pipeline': { printed: /hoof: UF1 0\.\d{3}, UAR 0\.\d{3}[\s\S]*lbp-top: UF1 0\.\d{3}/ },
  'node-server': {
    printed:
      /^(negative|positive|surprise) \{[\s\S]*data:image\/png;base64,[\s\S]*while eight are read: 503; the eight: 200 200 200 200 200 200 200 200\n400 .*width must be[\s\S]*413 .*may have 8000000 bytes[\s\S]*400 .*there are 147455/,
  },
  deno: { printed: /Deno 2\.\d+\.\d+, wasm: picture\.png of \d{3,} bytes/, file: 'picture.png' },
  'browser-vite': { page: { status: /^128 x 128 in \d+ ms$/, canvas: true } },
  next: { page: { status: /^An untrained network of the server says 0\.\d\d, 0\.\d\d, 0\.\d\d$/, canvas: true } },
};

/** Does what the README of an example says; throws where it does not lead to what it promises. */
export async function tryExample(name, folder, npmrc) {
  const target = join(folder, name);
  cpSync(join(examples, name), target, { recursive: true });
  const { printed: expected, file, page } = SEEN[name] ?? {};
  if (SEEN[name] === undefined)
    throw new Error(`Cannot try examples/${name} as tools/try-examples.mjs must say what is to be seen of it`);
  const steps = stepsOf(readFileSync(join(target, 'README.md'), 'utf8'));
  const { printed, seconds } = await doSteps(steps, target, {
    npmrc,
    env: { PORT: String(await freePort()), NEXT_TELEMETRY_DISABLED: '1', MER_BACKEND_NOTE: '0' },
    whenServed: page ? (address) => seePage(address, page) : undefined,
  });
  const text = printed.slice(1).join('');
  if (expected && !expected.test(text)) throw new Error(`examples/${name} must print ${expected}: it printed\n${text}`);
  if (file && !existsSync(join(target, file))) throw new Error(`examples/${name} must write ${file}: it is not there`);
  console.log(`examples/${name} works as its README says: ${steps.length} commands, ${seconds.toFixed(0)} s`);
}

/** Waits until the page says what it must, and looks whether its canvas shows something. */
export function seePage(address, { status, canvas, act }) {
  return withPage(address, async (page) => {
    const text = () => page.locator('[role=status]').textContent();
    await act?.(page);
    for (let waited = 0; !status.test(await text()); waited += 200) {
      if (waited > 60_000) throw new Error(`${address} must say ${status}: it says "${await text()}"`);
      await page.waitForTimeout(200);
    }
    if (!canvas) return;
    const values = await page.locator('canvas').evaluate((element) => {
      const { data } = element.getContext('2d').getImageData(0, 0, element.width, element.height);
      return new Set(data).size;
    });
    if (values < 20) throw new Error(`${address} must show a picture: it has ${values} different values`);
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const all = readdirSync(examples);
  const asked = process.argv.length > 2 ? process.argv.slice(2) : all;
  const unknown = asked.find((name) => !all.includes(name));
  if (unknown !== undefined) {
    console.error(`Cannot try ${unknown} as it must be one of ${all.join(', ')}`);
    process.exit(2);
  }
  const folder = mkdtempSync(join(tmpdir(), 'mer-examples-'));
  const registry = await servePacked(packPackages(folder));
  try {
    for (const name of asked) await tryExample(name, folder, registry.npmrc);
  } finally {
    await registry.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
