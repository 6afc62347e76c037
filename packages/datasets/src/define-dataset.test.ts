import '@tensorflow/tfjs-backend-cpu';
import * as options from '@mer/options';
import { memory } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { addFrames } from '../test/releases.js';
import { memoryFolder } from '../test/support.js';
import * as mer from './index.js';

/** A data set as one writes it outside of the package, of nothing but what it exports. */
const lab = mer.defineAnnotatedDataset({
  name: 'lab',
  title: 'Clips of our own',
  paper: 'Nobody 2025',
  fps: 120,
  apex: false,
  layout: "'anna/one/0001.bmp'",
  schemes: {
    valence: {
      title: 'three classes',
      field: 'emotion',
      classes: { negative: ['negative'], positive: ['positive'], surprise: ['surprise'] },
    },
    two: { title: 'two classes', field: 'emotion', classes: { negative: ['negative'], positive: ['positive'] } },
  },
  megc2019: { scheme: 'valence', folder: /^lab/ },
  corrections: [
    { key: 'anna/one', field: 'offset', wrong: '50', right: '5', reason: 'a typing error', source: 'the lab' },
  ],
  options: { codes: options.text('Its table.', { default: 'codes.csv' }) },
  recognize: ({ files }) => files.includes('codes.csv'),
  async readRows({ folder, options: { codes } }) {
    const [, ...rows] = mer.parseCsv(new TextDecoder().decode(await folder.read(codes)));
    return rows.map(({ row, fields: [subject, clip, emotion, onset, offset] }) => ({
      subject: subject!,
      clip: clip!,
      emotion: emotion!,
      onset: onset!,
      offset: offset!,
      source: { file: codes, row },
    }));
  },
  findClips: async () => ({
    kind: 'raw',
    find: async ({ subject, clip }) => ({ folder: `${subject}/${clip}` }),
  }),
});

const files: Record<string, Uint8Array | string> = {
  'codes.csv': 'who,clip,label,from,to\nanna,one,positive,2,50\nben,two,negative,1,4\nben,three,surprise,1,4\n',
};
for (const folder of ['anna/one', 'ben/two', 'ben/three']) addFrames(files, folder, 1, 6, (n) => `000${n}.bmp`);

describe('a data set of one’s own', () => {
  it('is opened by name beside those of the package, with checks, corrections and clips as theirs', async () => {
    const dataset = await mer.openDataset('lab', { root: memoryFolder(files), parts: [lab], classes: 'two' });
    expect(dataset.samples.map(({ id, label }) => [id, label])).toEqual([
      ['lab/anna/one', 1],
      ['lab/ben/two', 0],
    ]);
    expect(dataset.notes.map(({ message }) => message)).toEqual(['offset 50 is read as 5: a typing error']);
    const before = memory().numTensors;
    const { frames, onset, apex, offset } = await (dataset as mer.ClipDataset).readClip(0, { size: 2, color: false });
    expect([frames.shape, onset, apex, offset]).toEqual([[4, 2, 2, 1], 0, null, 3]);
    frames.dispose();
    expect(memory().numTensors).toBe(before);
    const { annotations } = await mer.inspectFolder('lab', { root: memoryFolder(files), parts: [lab] });
    expect(annotations!.schemes.map(({ name, n }) => [name, n])).toEqual([
      ['valence', 3],
      ['two', 2],
    ]);
  });

  it('has its options checked, and its folder recognized', async () => {
    const fails = (given: object) => mer.openDataset('lab', { root: memoryFolder(files), parts: [lab], ...given });
    await expect(fails({ classes: 'three' })).rejects.toThrow(
      `Cannot open data set 'lab' as classes must be one of valence, two: current value is "three"`,
    );
    await expect(fails({ code: 'x' })).rejects.toThrow('"code" is not an option, did you mean "codes"?');
    await expect(mer.openDataset('lab', { parts: [lab] })).rejects.toThrow('root must be the folder that it lies in');
    await expect(mer.openDataset('samm', { root: memoryFolder(files), parts: [lab] })).rejects.toThrow(
      'this looks like lab: use that name',
    );
  });

  it('joins composites by its trait', async () => {
    const inside = Object.fromEntries(Object.entries(files).map(([path, content]) => [`lab-2025/${path}`, content]));
    const root = memoryFolder(inside);
    const dataset = await mer.openDataset('composite', { root, parts: [lab] });
    expect(dataset.classes).toEqual(['negative', 'positive', 'surprise']);
    expect(dataset.samples).toHaveLength(3);
    const less = await mer.openComposite({ root, parts: [lab], exclude: ['lab/ben/two'] });
    expect(less.samples).toHaveLength(2);
  });

  it('may not take a name of the package, nor be no definition', async () => {
    const twin = mer.defineDataset({ ...bare, name: 'casme2' });
    await expect(mer.openDataset('casme2', { parts: [twin] })).rejects.toThrow(
      `Cannot add dataset 'casme2' as there is one of that name already ("CASME II: 255 clips`,
    );
    expect(() => mer.findDataset('lab', { parts: ['lab' as never] })).toThrow(
      'parts must be definitions, such as what defineModel or defineStep gives: current value is "lab"',
    );
    expect(mer.findDataset('lab', { parts: [lab] })).toBe(lab);
    expect(() => mer.findDataset('lab')).toThrow('Cannot find a data set as its name must be one of casme2, samm,');
  });
});

const bare = {
  name: 'bare',
  title: 'Nothing',
  samples: 'clips' as const,
  needsRoot: false,
  options: {},
  open: () => mer.createSyntheticDataset({ name: 'bare', subjects: 2, clipsPerSubject: 3 }),
};

describe('defineDataset()', () => {
  it('gives a frozen part', () => {
    const made = mer.defineDataset(bare);
    expect(options.isPart(made, 'dataset')).toBe(true);
    expect(Object.isFrozen(made)).toBe(true);
    expect(made).toMatchObject({ kind: 'dataset', name: 'bare', samples: 'clips', needsRoot: false, traits: {} });
  });

  it.each([
    [
      { name: 'My Set' },
      'Cannot define the dataset "My Set" as name must be lower case letters, digits and single dashes',
    ],
    [{ samples: 'videos' }, 'as samples must be one of clips, images, recordings: current value is "videos"'],
    [{ open: undefined }, 'as open must be a function: current value is undefined'],
    [{ options: { root: options.text('Root.', {}) } }, 'as no option may be named root, mode, parts: one is "root"'],
    [
      { traits: { megc2019: { scheme: 'x', folder: /x/ }, schemes: {} } },
      'as traits.megc2019.scheme must be one of traits.schemes',
    ],
  ])('refuses %j', (change, message) => {
    expect(() => mer.defineDataset({ ...bare, ...change } as never)).toThrow(message);
  });

  it.each([
    [() => undefined, 'its open must give a data set: current value is undefined'],
    [(set: object) => ({ ...set, kind: 'images' }), 'must have the kind clips: current value is "images"'],
    [(set: object) => ({ ...set, name: '' }), 'must have a name: current value is ""'],
    [(set: object) => ({ ...set, settings: undefined }), 'must have settings, an object: current value is undefined'],
    [(set: object) => ({ ...set, classes: 3 }), 'must have a list of classes: current value is 3'],
    [(set: object) => ({ ...set, readClip: null }), 'must have the function readClip: current value is null'],
    [(set: object) => ({ ...set, classes: ['one'] }), 'samples.1.label must be an index into its 1 classes'],
    [
      (set: mer.Dataset) => ({ ...set, samples: [set.samples[0], set.samples[0]] }),
      'samples.1.id must be of one sample: current value is "bare/sub01/EP01_01"',
    ],
    [
      (set: mer.Dataset) => ({ ...set, samples: [{ ...set.samples[0], subject: 6 }] }),
      'samples.0.subject must be a text: current value is 6',
    ],
  ])('looks at what was opened: %s', async (change, message) => {
    const made = mer.defineDataset({ ...bare, open: () => change(bare.open() as never) as mer.ClipDataset });
    await expect(made.open()).rejects.toThrow(message);
  });
});
