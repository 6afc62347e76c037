/**
 * A stranger's path: does what the Start page for app developers prints, its commands and files and nothing else, each chapter in an empty folder, up to a picture
 * of one's own clip, in Node and in a page built by Vite. `@mer/…` comes from a registry on this machine with the packed packages; everything else as usual. Counts commands and
 * minutes, and writes docs/stranger.md. Needs a build, and Chromium.
 *
 *   node tools/stranger.mjs [--check]      (--check: writes nothing)
 */

import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { useBackend } from '@mer/backends';
import { createSyntheticDataset } from '@mer/datasets';
import { writeImage } from '@mer/io';
import * as tf from '@tensorflow/tfjs-core';
import { doSteps, stepsOf } from './markdown-commands.mjs';
import { tableText } from './markdown-table.mjs';
import { packPackages } from './packed.mjs';
import { servePacked } from './packed-registry.mjs';
import { seePage } from './try-examples.mjs';

const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const PAGE = 'docs/start/app-developer.md';
const text = readFileSync(here(PAGE), 'utf8');
const work = mkdtempSync(join(tmpdir(), 'mer-stranger-'));

/** The stranger's own clip: a folder of pictures, which no page can print. */
async function drawClip(folder) {
  mkdirSync(folder, { recursive: true });
  await useBackend('wasm');
  const faces = createSyntheticDataset({ subjects: 2, clipsPerSubject: 3, size: 96, frames: 16, seed: 5 });
  const { frames } = await faces.readClip(0, { from: 'first', to: 'last' });
  for (const [i, image] of tf.unstack(frames).entries()) await writeImage(join(folder, `img${i + 1}.png`), image);
}

const clip = join(work, 'clip');
const registry = await servePacked(packPackages(work));
const paths = [];
try {
  await drawClip(clip);
  const chapter = async (name, headings, settings) => {
    const folder = join(work, name);
    mkdirSync(folder);
    const steps = stepsOf(text, { headings });
    if (steps.length < 3)
      throw new Error(`Cannot go the way of ${name} as ${PAGE} must have its chapters, ${headings.join(' and ')}`);
    const done = await doSteps(steps, folder, { npmrc: registry.npmrc, ...settings });
    paths.push({ name, ...done });
    console.log(`${name}: ${done.commands} commands, ${done.files} files, ${(done.seconds / 60).toFixed(1)} minutes`);
    return { folder, ...done };
  };

  const node = await chapter('Node', ['Node: the first picture', 'Node: your own clip'], {
    doBefore: ({ command }, cwd) => {
      if (command?.includes('my-clip')) drawn(cwd);
    },
  });
  for (const name of ['picture.png', 'own.png']) {
    const path = join(node.folder, 'my-app', name);
    if (!existsSync(path)) throw new Error(`The page must lead to ${name}: it is not in my-app`);
  }

  const pictures = readdirSync(clip).map((name) => join(clip, name));
  await chapter('A page built by Vite', ['A page: your own clip'], {
    whenServed: (address) =>
      seePage(address, {
        act: (page) => page.locator('input[type=file]').setInputFiles(pictures),
        status: /^A picture of 96 x 96$/,
        canvas: true,
      }),
  });
} finally {
  await registry.close();
  rmSync(work, { recursive: true, force: true });
}

function drawn(cwd) {
  const target = join(cwd, 'my-clip');
  mkdirSync(target, { recursive: true });
  for (const name of readdirSync(clip)) writeFileSync(join(target, name), readFileSync(join(clip, name)));
}

if (!process.argv.includes('--check')) {
  const rows = paths.map(({ name, commands, files, seconds }) => [
    name,
    String(commands),
    String(files),
    (seconds / 60).toFixed(1),
  ]);
  const lines = [
    "# A stranger's path",
    `From the first line of [the Start page for app developers](start/app-developer.md) to a picture of one's own clip, in an empty folder: \`npm run nightly:stranger\` does what the page prints, its commands and files and nothing else, and wrote this page.`,
    tableText(['way', 'commands', 'files', 'minutes'], rows, { right: [1, 2, 3] }),
    `Packed packages from a registry on the same machine, everything else from npm's cache; nobody's reading and typing is counted. ${new Date().toISOString().slice(0, 10)}, ${cpus()[0]?.model ?? 'unknown'} x ${cpus().length}, Node ${process.version}.`,
  ];
  writeFileSync(here('docs/stranger.md'), `${lines.join('\n\n')}\n`);
}
