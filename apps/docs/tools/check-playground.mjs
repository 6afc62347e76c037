// Builds the playground alone, opens it below /mer/ in headless Chromium, and does what a visitor does.
// node tools/check-playground.mjs [--all] [--as-built] [--keep] [--screenshots <folder>]
//   without --all: from the example clip to picture, class and heat map on wasm, dropped pictures, an unreadable file, a video, the camera that Chromium makes up, axe, what is
//   taken away (half a minute)
//   --all: every representation, webgl and webgpu where this machine emulates them, a GIF, an mp4, a camera that shows a face for half a minute, one that is refused, looks at several widths, and the
//   experiment is run
//   --as-built: the whole site in dist/ instead; --keep: what this built before
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values: asked } = parseArgs({
  options: {
    all: { type: 'boolean', default: false },
    'as-built': { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    screenshots: { type: 'string' },
  },
});
process.env.MER_SITE_PART = asked['as-built'] ? '' : 'playground';

const { chromium } = await import('playwright-core');
const { default: axe } = await import('axe-core');
const { CHROMIUM_ARGUMENTS, FAKE_CAMERA, findChromium } = await import('../../../tools/chromium.mjs');
const { inRepository, DIST, SITE } = await import('./paths.mjs');
const { serve } = await import('./serve.mjs');
const { writeNetworks } = await import('../../../tools/predictor-page/networks.mjs');

const LOOKS = {
  light: { colorScheme: 'light' },
  dark: { colorScheme: 'dark' },
  phone: { colorScheme: 'light', viewport: { width: 390, height: 844 } },
};

const executablePath = findChromium();
const work = mkdtempSync(join(tmpdir(), 'mer-playground-'));
const said = (text) => console.log(`${text} (${process.uptime().toFixed(1)} s)`);
let server;
let browser;
try {
  if (!asked['as-built'] && !(asked.keep && existsSync(DIST))) await buildAlone();
  const base = asked['as-built'] ? readFileSync(join(DIST, 'base.txt'), 'utf8') : '/mer/';
  server = await serve(base);
  const root = `http://127.0.0.1:${server.address().port}${base}`;
  browser = await chromium.launch({ executablePath, args: [...CHROMIUM_ARGUMENTS, ...FAKE_CAMERA] });
  await visit(root);
  if (asked.all) await faceInCamera(root);
  if (asked.screenshots) await takeScreenshots(root, asked.screenshots);
} finally {
  await browser?.close();
  server?.close();
  rmSync(work, { recursive: true, force: true });
}
process.exit();

async function buildAlone() {
  const { writePlayground } = await import('./pages/playground.mjs');
  const { build } = await import('vitepress');
  rmSync(SITE, { recursive: true, force: true });
  await mkdir(SITE, { recursive: true });
  await writePlayground();
  writeFileSync(join(SITE, 'index.md'), '# One page\n');
  writeFileSync(join(SITE, 'sidebar.json'), '{}');
  await build(inRepository('apps/docs'), { base: '/mer/', outDir: DIST, logLevel: 'warn' });
  said('built');
}

/** Opens the page and waits until it has computed. */
async function openPage(root, look = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, acceptDownloads: true, ...look });
  const page = await context.newPage();
  const faults = [];
  const fetched = [];
  page.on('request', (request) => {
    const url = request.url();
    fetched.push(url);
    if (!url.startsWith(root) && !/^(data|blob):/.test(url)) faults.push(`asks ${url}`);
  });
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('response', (response) => {
    if (response.status() >= 400) faults.push(`${response.status()} for ${response.url()}`);
  });
  await page.addInitScript(() => {
    window.longTasks = [];
    new PerformanceObserver((list) => {
      for (const { duration, startTime } of list.getEntries())
        window.longTasks.push([startTime, duration].map(Math.round));
    }).observe({ type: 'longtask', buffered: true });
  });
  await page.goto(`${root}playground.html`);
  const at = (name) => page.locator(`[data-test="${name}"]`);
  const settled = () => page.waitForSelector('.playground[data-ready="true"]', { timeout: 120_000 });
  /** Does something, and waits until what follows is computed. */
  const after = async (action) => {
    await action();
    // the state is busy in the same turn in which the page hears of it
    await settled();
  };
  await settled();
  return { page, at, settled, after, faults, fetched, context };
}

/** Pixels of a canvas: how many different values, and a few of them. */
function looked(locator) {
  return locator.evaluate((canvas) => {
    const { width, height } = canvas;
    const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
    return { width, height, values: new Set(data).size, data: Array.from(data) };
  });
}

async function visit(root) {
  const { page, at, after, settled, faults, fetched, context } = await openPage(root);
  said('the page is ready');
  const noErrors = async () => assert.deepEqual(await page.locator('[role=alert]').allTextContents(), []);
  // from the example clip to picture, class and heat map
  await noErrors();
  const classOf = async () => {
    const shares = await page
      .locator('[data-test^=class-]')
      .evaluateAll((all) => all.map((one) => [one.dataset.test.slice(6), Number.parseInt(one.textContent, 10)]));
    return shares.sort((a, b) => b[1] - a[1])[0][0];
  };
  const first = await looked(at('picture'));
  assert(first.values > 50 && first.width === 128, `the picture shows something: ${first.values} values`);
  for (const emotion of ['disgust', 'surprise', 'happiness']) {
    await after(() => at('emotion').selectOption(emotion));
    assert.equal(await classOf(), emotion, `a generated ${emotion} is one for the network`);
  }
  const heat = await looked(at('heat-map'));
  assert(heat.values > 50, 'the heat map shows something');
  for (const name of ['arrows', 'colors', 'frame']) assert((await looked(at(name))).values > 20, `${name} are drawn`);
  await page.locator('input[name=pg-explain]').nth(1).check();
  await settled();
  assert.notDeepEqual((await looked(at('heat-map'))).data, heat.data, 'another class has another heat map');
  said('picture, class and heat map on wasm');

  // keyboard, marks, options
  await at('scrubber').focus();
  const frame = await looked(at('frame'));
  for (let i = 0; i < 5; i++) await page.keyboard.press('ArrowLeft');
  assert.notDeepEqual((await looked(at('frame'))).data, frame.data, 'arrow keys show other frames');
  await after(() =>
    at('apex')
      .fill('9')
      .then(() => at('apex').press('Enter')),
  );
  assert.equal(await at('apex').inputValue(), '9');
  assert.notDeepEqual((await looked(at('colors'))).data, [], 'the flow is that of the new apex');
  await after(() =>
    page
      .getByLabel('percentile')
      .fill('0')
      .then(() => page.keyboard.press('Enter')),
  );
  assert.match(
    await page.locator('.pg-issue').textContent(),
    /percentile must be a number above 0 and at most 100: current value is 0\./,
  );
  await after(() =>
    page
      .getByLabel('percentile')
      .fill('90')
      .then(() => page.keyboard.press('Enter')),
  );
  await after(() => page.getByLabel('gray').check());
  await noErrors();
  assert.notDeepEqual((await looked(at('picture'))).data, first.data, 'options change the picture');
  said('keyboard, marks and options');

  await takeAway({ page, at, name: 'example' });
  await ownFiles({ page, at, after, noErrors });
  await otherNetworks({ page, at, after, noErrors });
  await videos({ page, at, after, noErrors, fetched });
  if (asked.all) await everyRepresentation({ at, after, noErrors });
  await otherBackends({ at, after, noErrors, classOf });
  await stopped({ page, at, after, noErrors });

  assert.deepEqual(faults, []);
  await context.close();
  await quick(root);
  await accessible(root);
  await withoutWorker(root);
}

/**
 * No task of the page's own thread takes more than 50 ms while its worker works. The observer of long tasks goes by the clock, and so counts the time that other
 * programs take; what must hold is the processor time of each task, of which the browser keeps a record.
 */
async function quick(root) {
  const { page, at, after, context } = await openPage(root);
  await page.evaluate(() => {
    window.longTasks.length = 0;
  });
  await browser.startTracing(page, { categories: ['toplevel', '__metadata'] });
  for (const emotion of ['disgust', 'happiness']) await after(() => at('emotion').selectOption(emotion));
  await after(() => at('flow').selectOption('tvl1'));
  for (const name of ['rank-pooling', 'mm-cof', 'lbp-top', 'midi']) {
    await after(() => at('representation').selectOption(name));
  }
  await after(() => page.getByLabel('apex here, at the frame shown').click());
  // the pattern of Chromium's own camera
  await after(() => at('camera').click());
  await page.waitForFunction(() => /no face/.test(document.querySelector('[data-test=live-words]').textContent));
  await after(() => at('stop-camera').click());
  said('a camera without a face');
  const { traceEvents } = JSON.parse(await browser.stopTracing());
  const byClock = await page.evaluate(() => window.longTasks.map(([, duration]) => duration));
  await context.close();
  const mains = traceEvents.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain');
  const tasks = traceEvents.filter(
    ({ name, pid, tid, tdur }) =>
      /RunTask$/.test(name) && tdur !== undefined && mains.some((main) => main.pid === pid && main.tid === tid),
  );
  assert(tasks.length > 100, `the browser keeps a record of its tasks: there are ${tasks.length}`);
  const longest = Math.max(...tasks.map(({ tdur }) => tdur / 1000));
  const words = byClock.length === 0 ? 'none' : byClock.map((duration) => `${duration} ms`).join(', ');
  said(
    `the longest of ${tasks.length} tasks of the page took ${longest.toFixed(0)} ms of its processor; over 50 ms by the clock: ${words}`,
  );
  assert(
    longest <= 50,
    `no task of the page takes over 50 ms while its worker works: one took ${longest.toFixed(0)} ms`,
  );
}

/** The three files, and what they make. */
async function takeAway({ page, at, name }) {
  const folder = join(work, name);
  mkdirSync(folder, { recursive: true });
  const download = async (test) => {
    const [file] = await Promise.all([page.waitForEvent('download'), at(test).click()]);
    const path = join(folder, file.suggestedFilename());
    await file.saveAs(path);
    return path;
  };
  const png = await download('save-png');
  const program = await download('save-typescript');
  const experiment = await download('save-yaml');
  await download('save-weights');
  runProgram(folder, program);
  const { decodeImage } = await import('@mer/io');
  const [ours, theirs] = await Promise.all(
    [png, join(folder, 'picture.png')].map(async (path) => decodeImage(await readFile(path))),
  );
  const worst = ours.data.reduce((most, value, i) => Math.max(most, Math.abs(value - theirs.data[i])), 0);
  assert.equal(ours.data.length, theirs.data.length);
  assert(worst <= 1, `the program makes the picture of the page: levels differ by up to ${worst}`);
  mer(folder, ['run', experiment, '--dry-run']);
  if (asked.all && name === 'example') mer(folder, ['run', experiment]);
  said(`${name}: the program's picture is that of the page (levels differ by ${worst}); mer takes the experiment`);
}

function run(command, args, cwd) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  assert.equal(status, 0, `${command} ${args.join(' ')}\n${stdout}\n${stderr}`);
  return stdout;
}
function mer(cwd, args) {
  return run(process.execPath, [inRepository('packages/cli/bin/mer.js'), ...args], cwd);
}

/** Type-checks the program, strictly, and runs it with the packages of this repository. */
function runProgram(folder, program) {
  if (!existsSync(join(folder, 'node_modules')))
    symlinkSync(inRepository('node_modules'), join(folder, 'node_modules'), 'dir');
  const require = createRequire(inRepository('package.json'));
  const settings = [
    '--strict',
    '--skipLibCheck',
    '--target',
    'es2022',
    '--module',
    'nodenext',
    '--types',
    'node',
    '--outDir',
    folder,
  ];
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  run(process.execPath, [join(require.resolve('typescript'), '../tsc.js'), ...settings, program], folder);
  const printed = run(process.execPath, [program.replace(/\.ts$/, '.js')], folder);
  assert.match(printed, /^happiness [01]\.\d{3}\ndisgust [01]\.\d{3}\nsurprise [01]\.\d{3}\n$/);
}

/** An exported folder instead of the page's own network; one whose weights are not those of its hash is refused. */
async function otherNetworks({ page, at, after, noErrors }) {
  const folder = join(work, 'networks');
  mkdirSync(folder);
  const [name] = await writeNetworks(folder, ['ststnet-int8']);
  await page.getByText('Another network').click();
  await after(() => at('network-folder').setInputFiles(join(folder, name)));
  await noErrors();
  const facts = await at('network').textContent();
  assert.match(facts, /ststnet-int8: 3 classes, 5 kB of weights \(int8\)\..*License of the weights: not stated/s);
  const told = () => page.locator('[data-test^=class-]').allTextContents();
  const classes = await page.locator('[data-test^=class-]').evaluateAll((all) => all.map((one) => one.dataset.test));
  assert.deepEqual(classes, ['class-negative', 'class-positive', 'class-surprise']);
  const shares = await told();
  if (asked.screenshots) {
    mkdirSync(asked.screenshots, { recursive: true });
    await page.screenshot({ path: join(asked.screenshots, 'playground-network.png'), fullPage: true });
  }

  const damaged = join(work, 'damaged');
  cpSync(join(folder, name), damaged, { recursive: true });
  const weights = readFileSync(join(damaged, 'weights.safetensors'));
  weights[weights.length - 1] ^= 1;
  writeFileSync(join(damaged, 'weights.safetensors'), weights);
  await after(() => at('network-folder').setInputFiles(damaged));
  assert.match(
    await at('network-error').textContent(),
    /weights\.safetensors as its SHA-256 must be .*copy the folder again/,
  );
  assert.deepEqual(await told(), shares, 'the network before it stays');
  await after(() => page.getByText("The page's own").click());
  await noErrors();
  said('a folder that mer export wrote, and a damaged one');
}

/** Pictures of a folder, a GIF, and files that are none. */
async function ownFiles({ page, at, after, noErrors }) {
  const { createSyntheticDataset } = await import('@mer/datasets');
  const { writeImage } = await import('@mer/io');
  const tf = await import('@tensorflow/tfjs-core');
  await import('@mer/backends').then(({ useBackend }) => useBackend('wasm'));
  const folder = join(work, 'pictures/my-clip');
  mkdirSync(folder, { recursive: true });
  const faces = createSyntheticDataset({ subjects: 2, clipsPerSubject: 3, size: 150, frames: 12, seed: 9 });
  const { frames } = await faces.readClip(1, { from: 'first', to: 'last' });
  const images = tf.unstack(frames);
  for (const [i, image] of images.entries()) await writeImage(join(folder, `img${i + 1}.png`), image);
  writeFileSync(join(folder, 'notes.txt'), 'no picture');

  await after(() => at('folder').setInputFiles(folder));
  await noErrors();
  assert.match(
    await at('frames').textContent(),
    /my-clip: 12 frames of 128 x 128\..*Made smaller, from 150 x 150\..*Left out: notes\.txt\./s,
  );
  if (asked.all) {
    clipsOfSubjects(join(work, 'pictures/my-clips'), folder);
    await takeAway({ page, at, name: 'pictures' });
  }

  const dropped = await page.evaluateHandle(
    async (list) => {
      const data = new DataTransfer();
      for (const [name, bytes] of list) data.items.add(new File([new Uint8Array(bytes)], name));
      return data;
    },
    await Promise.all(
      [1, 2, 3, 10].map(async (n) => [`img${n}.png`, [...(await readFile(join(folder, `img${n}.png`)))]]),
    ),
  );
  await after(() => at('drop').dispatchEvent('drop', { dataTransfer: dropped }));
  await noErrors();
  assert.match(await at('frames').textContent(), /4 frames of 128 x 128/);
  said('pictures of a folder, and dropped ones');

  // what cannot be read is one sentence, and the clip before it stays
  const broken = join(work, 'broken');
  mkdirSync(broken);
  for (const n of [1, 2, 3])
    writeFileSync(
      join(broken, `img${n}.png`),
      readFileSync(join(folder, `img${n}.png`)).subarray(0, n === 2 ? 200 : undefined),
    );
  writeFileSync(join(work, 'clip.mp4'), 'no video');
  writeFileSync(join(work, 'broken.gif'), 'GIF89a, but not for long');
  const refused = [
    [
      'folder',
      broken,
      /^Cannot read clip in broken as 'img2\.png' in broken must be a whole picture: the PNG file is cut short\.$/,
    ],
    ['files', join(work, 'broken.gif'), /^Cannot open broken\.gif as it must be an intact GIF: .*\.$/],
    ['files', join(folder, 'notes.txt'), /^Cannot open these files as a clip must have at least 3 pictures .*\.$/],
  ];
  for (const [field, files, expected] of refused) {
    await after(() => at(field).setInputFiles(files));
    assert.match(await at('open-error').textContent(), expected);
    assert.match(await at('frames').textContent(), /4 frames of 128 x 128/);
  }
  await after(() => at('files').setInputFiles(join(work, 'clip.mp4')));
  assert.match(
    await at('video-error').textContent(),
    /^Cannot open video clip\.mp4 as it must be an intact video .*\.$/,
  );
  said('files that cannot be read are sentences');

  const gif = join(work, 'face.gif');
  await writeGif(gif, images);
  await after(() => at('files').setInputFiles(gif));
  await noErrors();
  assert.match(await at('frames').textContent(), /face\.gif: 12 frames of 128 x 128/);
  mkdirSync(join(work, 'gif'));
  writeFileSync(join(work, 'gif/face.gif'), readFileSync(gif));
  if (asked.all) {
    clipsOfSubjects(join(work, 'gif/my-clips'), folder);
    await takeAway({ page, at, name: 'gif' });
  }
  said('a GIF');
}

/** A video: its expression is spotted, and becomes the clip; what has no face says so. What videos need is loaded with the first of them. */
async function videos({ page, at, after, noErrors, fetched }) {
  const heavy = () => fetched.filter((url) => /\/videos-|\/face\//.test(url)).map((url) => url.split('/').at(-1));
  const spot = () => after(() => at('spot').click());
  await after(() => at('video').setInputFiles(inRepository('packages/io/test/video/face.webm')));
  await noErrors();
  assert.match(await at('video-facts').textContent(), /^face\.webm: 120 frames of 128 × 128, 30 a second, 4\.0 s\.$/);
  assert(!heavy().some((name) => name.endsWith('.bin')), 'weights are loaded when a face is looked for');
  await spot();
  await noErrors();
  assert.deepEqual(
    heavy()
      .filter((name) => name.endsWith('.bin'))
      .sort(),
    ['blazeface.bin', 'facemesh.bin'],
    'the weights are those of this site',
  );
  const [, onset, offset] = /micro, ([\d.]+) to ([\d.]+) s/.exec(await at('expression').textContent());
  // it lies from 0.73 to 1.13 s
  assert(onset > 0.6 && onset < 0.9 && offset > 1 && offset < 1.3, `it was spotted from ${onset} to ${offset} s`);
  await at('expression').focus();
  await after(() => page.keyboard.press('Enter'));
  await noErrors();
  assert.match(await at('frames').textContent(), /face\.webm, .*frames of 128 x 128\..*held still by the bridge/s);
  assert((await looked(at('picture'))).values > 50, 'the expression has a picture');
  await after(() =>
    at('height')
      .fill('9')
      .then(() => page.keyboard.press('Enter')),
  );
  assert.match(await at('refusal').textContent(), /^Nothing in the face moves by 9 pixels of 256: [\d.]+ at most\.$/);
  if (asked.all) {
    await framesAsFiles({ page, at, name: 'video' });
    await after(() =>
      at('height')
        .fill('0.5')
        .then(() => page.keyboard.press('Enter')),
    );
    await after(() => at('generated').click());
    await spot();
    assert((await at('expression').count()) > 0, 'expressions of the generated recording');
    await after(() => at('video').setInputFiles(inRepository('packages/io/test/video/turned.mp4')));
    assert.match(await at('video-facts').textContent(), /turned\.mp4: 16 frames of 48 × 64, 25 a second/);
    await spot();
    assert.match(await at('refusal').textContent(), /^There is no face: none was found in \d+ frames/);
    await at('face-search').selectOption('whole');
    await after(() => at('take').click());
    await noErrors();
    await at('face-search').selectOption('find');
  }
  await page.getByRole('button', { name: 'Close the video' }).click();
  said('a video, what was spotted in it, and that as the clip');
}

/** The frames of the clip in a zip, and the program that makes the page's picture of them. */
async function framesAsFiles({ page, at, name }) {
  const { unzipSync } = await import('fflate');
  const [file] = await Promise.all([page.waitForEvent('download'), at('save-frames').click()]);
  await file.saveAs(join(work, 'frames.zip'));
  const files = Object.entries(unzipSync(await readFile(join(work, 'frames.zip'))));
  mkdirSync(join(work, name, 'my-clip'), { recursive: true });
  for (const [path, bytes] of files) writeFileSync(join(work, name, path), bytes);
  clipsOfSubjects(join(work, name, 'my-clips'), join(work, name, 'my-clip'));
  await takeAway({ page, at, name });
}

/** A camera that shows a generated face for half a minute: expressions while it goes on, the same memory, and its last seconds as the clip; and one that is refused. */
async function faceInCamera(root) {
  const y4m = join(work, 'face.y4m');
  await writeFaceVideo(y4m);
  await browser.close();
  const camera = [...FAKE_CAMERA, `--use-file-for-fake-video-capture=${y4m}`];
  browser = await chromium.launch({ executablePath, args: [...CHROMIUM_ARGUMENTS, ...camera] });
  const { page, at, after, faults, context } = await openPage(root);
  const held = () =>
    at('live-panel').evaluate((panel) => [Number(panel.dataset.tensors), performance.memory.usedJSHeapSize / 2 ** 20]);
  await after(() => at('camera').click());
  await page.waitForFunction(() => document.querySelector('[data-test=live-words]').textContent === 'A face is there.');
  await page.waitForTimeout(8000);
  const before = await held();
  await page.waitForTimeout(25_000);
  const later = await held();
  const numbers = await at('live-numbers').textContent();
  assert(Math.abs(later[0] - before[0]) <= 80, `tensors stay: ${before[0]}, then ${later[0]}`);
  assert((await at('expression').count()) > 0, 'expressions end while the camera goes on');
  await after(() => at('expression').first().click());
  assert.match(await at('frames').textContent(), /The camera, around/);
  await after(() => at('take-moment').click());
  assert.match(await at('frames').textContent(), /The camera, the last two seconds: \d+ frames of 160 x 160/);
  assert((await looked(at('live-dynamic'))).values > 20 && (await looked(at('live-flow'))).values > 20);
  if (asked.screenshots)
    await page.screenshot({ path: join(asked.screenshots, 'playground-camera.png'), fullPage: true });
  await framesAsFiles({ page, at, name: 'camera' });
  await after(() => at('stop-camera').click());
  assert.deepEqual(faults, []);
  await context.close();
  said(
    `a face in the camera: ${numbers}; ${before[0]} and ${later[0]} tensors, ${before[1].toFixed(0)} and ${later[1].toFixed(0)} MB of the page's heap 25 s apart`,
  );
  await browser.close();
  const denied = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream=deny'];
  browser = await chromium.launch({ executablePath, args: [...CHROMIUM_ARGUMENTS, ...denied] });
  const other = await openPage(root);
  await other.after(() => other.at('camera').click());
  assert.match(await other.at('camera-error').textContent(), /^Cannot open the camera as it must be allowed: .*\.$/);
  await other.context.close();
  said('a camera that is refused is a sentence');
}

/** Pictures of a generated recording as a camera of Chromium takes them: 4:2:0, not compressed. */
async function writeFaceVideo(path) {
  const { syntheticRecording } = await import('@mer/datasets');
  await import('@mer/backends').then(({ useBackend }) => useBackend('wasm'));
  const [side, width, height] = [240, 320, 240];
  const calm = { blinks: 4, turns: 0, talks: 0, gazes: 4, drift: 0.3, noise: 0.004 };
  const expressions = { micros: 1, macros: 1, amplitude: 4, macroAmplitude: 5, seed: 4 };
  const { frames } = syntheticRecording({ seconds: 8, size: side, ...expressions, ...calm });
  const parts = [Buffer.from(`YUV4MPEG2 W${width} H${height} F30:1 Ip A1:1 C420jpeg\n`)];
  for (let t = 0; t < frames.shape[0]; t++) {
    const frame = await frames.read(t, 1);
    const values = await frame.data();
    frame.dispose();
    const planes = Buffer.alloc((width * height * 3) / 2, 128);
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        const [r, g, b] = values.subarray(3 * (y * side + x));
        const luma = 0.299 * r + 0.587 * g + 0.114 * b;
        const across = x + (width - side) / 2;
        planes[y * width + across] = 16 + 219 * luma;
        if (y % 2 > 0 || across % 2 > 0) continue;
        const at = width * height + (y / 2) * (width / 2) + across / 2;
        planes[at] = 128 + (224 * (b - luma)) / 1.772;
        planes[at + (width * height) / 4] = 128 + (224 * (r - luma)) / 1.402;
      }
    }
    parts.push(Buffer.from('FRAME\n'), planes);
  }
  writeFileSync(path, Buffer.concat(parts));
}

/** The layout that the experiment's comment asks for. */
function clipsOfSubjects(root, clip) {
  const rows = ['subject,clip,label,onset,apex,offset'];
  for (const subject of ['ann', 'ben', 'eve']) {
    for (const [i, label] of ['up', 'down'].entries()) {
      cpSync(clip, join(root, subject, `clip${i}`), { recursive: true });
      rows.push(`${subject},clip${i},${label},1,6,12`);
    }
  }
  writeFileSync(join(root, 'manifest.csv'), rows.join('\n'));
}

async function writeGif(path, images) {
  const { default: sharp } = await import('sharp');
  const [height, width] = images[0].shape;
  const pages = await Promise.all(
    images.map(async (image) => Uint8Array.from(await image.data(), (value) => Math.round(255 * value))),
  );
  const raw = { width, height: height * images.length, channels: 3, pageHeight: height };
  await sharp(Buffer.concat(pages), { raw })
    .gif({ delay: images.map(() => 80) })
    .toFile(path);
}

async function everyRepresentation({ at, after, noErrors }) {
  await after(() => at('emotion').selectOption('surprise'));
  const names = await at('representation').locator('option').allTextContents();
  for (const name of names) {
    await after(() => at('representation').selectOption(name));
    await noErrors();
    assert((await looked(at('picture'))).values > 1, `${name} is drawn`);
  }
  await after(() => at('representation').selectOption('trdi'));
  said(`${names.length} representations`);
}

async function otherBackends({ at, after, noErrors, classOf }) {
  await after(() => at('emotion').selectOption('happiness'));
  const picture = await looked(at('picture'));
  const offered = await at('backend')
    .locator('option:not([disabled])')
    .evaluateAll((all) => all.map(({ value }) => value));
  console.log(`backends that this browser has: ${offered.join(', ')}`);
  for (const name of asked.all ? offered.filter((one) => one !== 'wasm') : offered.filter((one) => one === 'webgl')) {
    await after(() => at('backend').selectOption(name));
    await noErrors();
    assert.equal(await classOf(), 'happiness', `${name} gives the class`);
    const { data } = await looked(at('picture'));
    const worst = data.reduce((most, value, i) => Math.max(most, Math.abs(value - picture.data[i])), 0);
    assert(worst <= 2, `${name} makes the picture of wasm: levels differ by up to ${worst}`);
    said(`${name}: picture (levels differ by ${worst}), class and heat map`);
  }
  await after(() => at('backend').selectOption('wasm'));
}

/** Work that takes long can be stopped. */
async function stopped({ page, at, after, noErrors }) {
  await at('representation').selectOption('rank-pooling');
  const button = page.getByRole('button', { name: 'Stop' });
  if (await button.isVisible()) await button.click({ timeout: 2000 }).catch(() => undefined);
  await page.waitForSelector('.playground[data-ready="true"]');
  await after(() => at('representation').selectOption('trdi'));
  await noErrors();
}

/** What axe finds, with everything that the page shows. */
async function accessible(root) {
  for (const [name, look] of Object.entries(asked.all ? LOOKS : { dark: LOOKS.dark })) {
    const { page, at, after, context } = await openPage(root, look);
    await after(() => at('generated').click());
    for (const summary of await page.locator('.playground summary').all())
      if (await summary.isVisible()) await summary.click();
    assert.equal(
      await page.evaluate(() => document.documentElement.scrollWidth > innerWidth + 1),
      false,
      `${name}: not wider than the window`,
    );
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate(() => window.axe.run());
    const serious = violations.filter(({ impact }) => ['serious', 'critical'].includes(impact));
    assert.deepEqual(
      serious.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 200)}`),
      [],
      `axe, ${name}`,
    );
    await context.close();
    said(`axe finds nothing serious, ${name} (${violations.length} smaller things)`);
  }
}

/** A worker that cannot be loaded is told, too. */
async function withoutWorker(root) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.route(/worker-.*\.js/, (route) => route.abort());
  await page.goto(`${root}playground.html`);
  await page.waitForSelector('[data-test=start-error]');
  assert.match(await page.locator('[data-test=start-error]').textContent(), /The worker of this page has ended: .*\./);
  await context.close();
  said('a worker that cannot be loaded is told');
}

async function takeScreenshots(root, folder) {
  mkdirSync(folder, { recursive: true });
  for (const [name, look] of Object.entries(LOOKS)) {
    const { page, at, after, context } = await openPage(root, look);
    await page.screenshot({ path: join(folder, `playground-${name}.png`), fullPage: true });
    await after(() => at('video').setInputFiles(inRepository('packages/io/test/video/face.webm')));
    await after(() => at('spot').click());
    await after(() => at('expression').click());
    await page.screenshot({ path: join(folder, `playground-video-${name}.png`), fullPage: true });
    await context.close();
  }
  said(`screenshots: ${folder}`);
}
