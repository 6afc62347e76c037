// Makes the pictures of packages/representations/README.md from generated faces: node tools/representations/make-pictures.mjs
// Packages must be built.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { useBackend } from '@mer/backends';
import { openCasme2, writeSyntheticDataset } from '@mer/datasets';
import { writeImage } from '@mer/io';
import { contactSheet, createRepresentation, frame, resize } from '@mer/representations';

const target = fileURLToPath(new URL('../../packages/representations/docs/pictures/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'mer-pictures-'));
const side = 112;
const small = (image) => resize(image, { size: side, method: 'area' });

try {
  await useBackend('wasm');
  await writeSyntheticDataset(join(folder, 'set'), {
    subjects: 5,
    clips: 25,
    difficulty: 'easy',
    height: 224,
    width: 224,
  });
  const dataset = await openCasme2({ root: join(folder, 'set') });
  const clips = [];
  for (const [label, name] of dataset.classes.entries()) {
    const index = dataset.samples.findIndex((sample) => sample.label === label);
    clips.push({ name, clip: await dataset.readClip(index) });
  }
  const show = (clip, name, options) => small(createRepresentation(name, options)(clip));

  // one row for each emotion
  const columns = [
    ['apex', (clip) => small(frame(clip))],
    ['trdi', (clip) => show(clip, 'trdi')],
    ['midi', (clip) => show(clip, 'midi')],
    ['flow-color', (clip) => show(clip, 'flow-color')],
    ['mm-cof', (clip) => show(clip, 'mm-cof')],
    ['mesti', (clip) => show(clip, 'mesti')],
  ];
  const rows = clips.flatMap(({ name, clip }) =>
    columns.map(([caption, make], i) => ({ image: make(clip), caption: i === 0 ? name : caption })),
  );
  await writeImage(
    join(target, 'emotions.png'),
    await contactSheet(rows, { columns: columns.length, tile: 72, margin: 4 }),
  );

  // every representation that is a picture, of one clip
  const { clip } = clips.find(({ name }) => name === 'happiness') ?? clips[0];
  const one = [
    ['onset', small(frame(clip, { at: 'onset' }))],
    ['apex', small(frame(clip))],
    ['offset', small(frame(clip, { at: 'offset' }))],
    ['frame-difference', show(clip, 'frame-difference', { scaling: 'symmetric' })],
    ['dynamic-image', show(clip, 'dynamic-image')],
    ['trdi', show(clip, 'trdi')],
    ['midi', show(clip, 'midi')],
    ['rank-pooling', show(clip, 'rank-pooling')],
    ['mesti', show(clip, 'mesti')],
    ['flow-color', show(clip, 'flow-color')],
    ['middlebury', show(clip, 'flow-color', { style: 'middlebury' })],
    ['uv-strain', small(createRepresentation('uv-strain', { size: side })(clip))],
    ['cof', show(clip, 'cof')],
    ['mm-cof', show(clip, 'mm-cof')],
  ].map(([caption, image]) => ({ caption, image }));
  await writeImage(join(target, 'representations.png'), await contactSheet(one, { columns: 7, tile: 96, margin: 4 }));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);
