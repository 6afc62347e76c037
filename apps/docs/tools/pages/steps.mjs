// A page for each representation, with a picture of one generated clip, and for each other step; a gallery of all.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useBackend } from '@mer/backends';
import { createSyntheticDataset } from '@mer/datasets';
import { writeImage } from '@mer/io';
import { createRepresentation, displayImage, frame, representations, resize, steps } from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';
import { commentOf } from '../api.mjs';
import { code, optionsTable, plain, table } from '../markdown.mjs';
import { measuredOn, readResults } from '../results.mjs';
import { sourceLink, writePage, writePublic } from '../site.mjs';

const SIDE = 160;
/** Options with which a representation is drawn, where its own default is no picture of this size. */
const DRAWN = { 'frame-difference': { scaling: 'symmetric' }, 'uv-strain': { size: SIDE } };
const TRAITS = {
  needsLandmarks: 'needs landmarks',
  needsApex: 'needs an apex',
  marksApex: 'gives the clip an apex where it has none',
  directed: 'its values say where things move to: a mirrored picture of it is the picture of no movement',
  histogram: 'gives histograms of blocks, not a picture',
  values: 'changes what the numbers mean, not what a picture shows',
};
const THINGS = { clip: 'a clip', image: 'an image', any: 'a clip or an image' };
const camel = (name) => name.replaceAll(/-(\w)/g, (_all, letter) => letter.toUpperCase());

/** The clip of the gallery: a generated smile. */
async function readGalleryClip() {
  const faces = createSyntheticDataset({
    subjects: 2,
    clipsPerSubject: 3,
    size: SIDE,
    frames: 24,
    amplitude: 2,
    noise: 0.002,
    drift: 0,
    seed: 4,
  });
  const label = faces.classes.indexOf('happiness');
  return faces.readClip(faces.samples.findIndex((sample) => sample.label === label));
}

/** PNG files of the clip's marked frames and of every representation of it. */
async function drawGallery() {
  await useBackend('wasm');
  const folder = await mkdtemp(join(tmpdir(), 'mer-docs-'));
  try {
    const clip = await readGalleryClip();
    const draw = async (name, image, { histogram = false } = {}) => {
      const picture = await displayImage(image);
      const [height, width] = picture.shape;
      const scale = SIDE / Math.max(height, width);
      const shown = histogram
        ? picture
        : resize(picture, { size: [Math.round(height * scale), Math.round(width * scale)], method: 'area' });
      const file = join(folder, `${name}.png`);
      await writeImage(file, shown);
      await writePublic(`/pictures/representations/${name}.png`, await readFile(file));
      tf.dispose([picture, shown, image]);
    };
    for (const at of ['onset', 'apex', 'offset']) await draw(`${at}-frame`, frame(clip, { at }));
    for (const { name, traits } of Object.values(representations)) {
      await draw(name, createRepresentation(name, DRAWN[name])(clip), traits);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const picture = (name, words) => `<img src="/pictures/representations/${name}.png" alt="${words}" loading="lazy">`;

function gallery() {
  const frames = ['onset', 'apex', 'offset'].map(
    (at) =>
      `<figure>${picture(`${at}-frame`, `The ${at} frame of the generated clip`)}<figcaption>${at} frame</figcaption></figure>`,
  );
  const tiles = Object.values(representations).map(
    ({ name, title, traits }) =>
      `<a href="./${name}.html"${traits.histogram ? ' class="wide"' : ''}>${picture(name, title)}<span>${name}</span></a>`,
  );
  return `<div class="gallery">\n${[...frames, ...tiles].join('\n')}\n</div>`;
}

function speedOf(name, results) {
  const rows = results.filter(({ workload }) => workload === name);
  if (rows.length === 0) return [];
  return [
    '## Speed',
    `Medians beside another implementation (${measuredOn(rows)}).`,
    table(
      ['size', 'backend', 'ms', 'beside', 'ms', 'ratio'],
      rows.map((row) => [row.size, row.backend, row.median_ms, row.reference, row.reference_median_ms, row.ratio]),
      { right: [2, 4, 5] },
    ),
  ];
}

async function writeStep(definition, api, folder, results) {
  const { name, title, paper, ours, takes, gives, traits, options, kind } = definition;
  const comment =
    commentOf(api, `representations/variables/${camel(name)}`) ??
    commentOf(api, `representations/functions/${camel(name)}`);
  const facts = Object.entries(TRAITS).filter(([trait]) => traits[trait]);
  const entry = Object.keys(options).length > 0 ? `{ step: ${name}, options: { … } }` : name;
  await writePage(
    `reference/${folder}/${name}`,
    { title: name, description: title, source: comment?.source?.split(':')[0] },
    `# ${plain(title)}`,
    `${paper ? `${plain(paper)}.` : 'From no paper.'}${ours ? ` **Ours:** ${plain(ours)}.` : ''}`,
    kind === 'representation' && picture(name, `A generated clip as ${title}`),
    kind === 'representation' &&
      '_The clip of the [gallery](/reference/representations/index.md): generated, nobody is shown._',
    `Takes ${THINGS[takes]}, gives ${gives === 'any' ? 'what it is given' : THINGS[gives]}.${facts.map(([, words]) => ` It ${words.replace(/^its values/, 'is directed: its values')}.`).join('')}`,
    comment && '## Definition',
    comment?.words,
    comment?.returns && `**Gives** ${comment.returns.replace(/^as /, 'what is said at ')}`,
    comment?.reference,
    '## Options',
    optionsTable(options),
    '## Use',
    comment?.example,
    `In an experiment, among the \`steps\` of an input${kind === 'step' ? ', or under `preprocessing`' : ''}:\n\n\`\`\`yaml\n- ${entry.replace('{ … }', `{ ${Object.keys(options)[0]}: … }`)}\n\`\`\``,
    comment &&
      `[\`${camel(name)}\`](${comment.link}) in the API${comment.source ? `; source: ${sourceLink(comment.source.split(':')[0])}` : ''}.`,
    ...speedOf(name, results),
  );
}

const shortPaper = (paper) => paper?.match(/arXiv [\d.]+\d/)?.[0] ?? paper ?? '';

export async function writeSteps(api) {
  await drawGallery();
  const results = await readResults('representations');
  const pictures = Object.values(representations);
  const others = Object.values(steps).filter(({ kind }) => kind === 'step');
  for (const definition of pictures) await writeStep(definition, api, 'representations', results);
  for (const definition of others) await writeStep(definition, api, 'steps', []);
  const rowsOf = (list, folder) =>
    list.map(({ name, takes, gives, title, paper }) => [
      `[${code(name)}](/reference/${folder}/${name}.md)`,
      title,
      takes,
      gives,
      shortPaper(paper),
    ]);
  await writePage(
    'reference/representations/index',
    { title: 'Representations', description: 'One generated clip through every representation' },
    '# Representations',
    'One generated clip (a smile; nobody is shown) through every representation, with its default options. Gray, or (0.5, 0.5, 0) in MM-COF, is no motion. Each picture leads to its page; [Choosing a representation](/guides/representations.md) says which to take.',
    gallery(),
    table(['name', 'what', 'takes', 'gives', 'paper'], rowsOf(pictures, 'representations')),
  );
  await writePage(
    'reference/steps/index',
    { title: 'Steps', description: 'What can stand before and after a representation' },
    '# Steps',
    'What can stand before and after a [representation](/reference/representations/index.md): in an experiment among the `steps` of an input or under `preprocessing`, in code as a function.',
    table(['name', 'what', 'takes', 'gives', 'paper'], rowsOf(others, 'steps')),
  );
  return { representations: pictures.map(({ name }) => name), steps: others.map(({ name }) => name) };
}
