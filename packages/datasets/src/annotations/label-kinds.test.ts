import '@tensorflow/tfjs-backend-cpu';
import { describe, expect, it } from 'vitest';
import { addFrames, fourDmeWorkbook } from '../../test/releases.js';
import { memoryFolder } from '../../test/support.js';
import { defineAnnotatedDataset } from '../adapters/define-annotated-dataset.js';
import { composeDatasets } from '../compose.js';
import { countClips } from '../count-clips.js';
import type { Dataset } from '../dataset.js';
import { defineDataset } from '../define-dataset.js';
import { fingerprint } from '../fingerprint.js';
import { inspectDataset } from '../inspect.js';
import { findDataset } from '../open-dataset.js';
import { openFourDme } from '../sets/4dme.js';
import { openClipFolder } from '../sets/clip-folder.js';
import { composite } from '../sets/composite.js';
import { openImageFolder } from '../sets/image-folder.js';
import { createSyntheticDataset } from '../sets/synthetic.js';

type Files = Record<string, Uint8Array | string>;
const labels = ({ samples }: Pick<Dataset, 'samples'>) => samples.map(({ label }) => label);

/** Clips whose cells of action units are written as the releases write them. */
const cells = ['4+L10', 'R4', '7B', '(R6 or R12)+R15', 'ref(7B)+43', '12?', '4(k)', '0', '4+7', '?', ''];
const lab = defineAnnotatedDataset({
  name: 'lab',
  title: 'Clips with action units',
  fps: 100,
  layout: "'a/c0/1.png'",
  schemes: { all: { title: 'one class', field: 'emotion', classes: { others: ['others'] } } },
  actionUnits: true,
  options: {},
  readRows: async () =>
    cells.map((actionUnits, i) => {
      const source = { file: 'codes.csv', row: i + 2 };
      return { subject: 'a', clip: `c${i}`, emotion: 'others', actionUnits, onset: '1', offset: '3', source };
    }),
  findClips: async () => ({ kind: 'raw', find: async ({ subject, clip }) => ({ folder: `${subject}/${clip}` }) }),
});
const files: Files = {};
for (const i of cells.keys()) addFrames(files, `a/c${i}`, 1, 3, (n) => `${n}.png`);
const root = memoryFolder(files);
type Classes = NonNullable<Parameters<typeof lab.open>[0]>['classes'];
const open = (classes: Classes) => lab.open({ root, classes, leaks: 'warning' });

describe('action units as labels', () => {
  it('are there whatever side and intensity, and where the coder left them open, but not as static ones', async () => {
    const dataset = await open({ name: 'action-units', units: [4, 6, 7, 10, 12] });
    expect(dataset.classes).toEqual(['AU4', 'AU6', 'AU7', 'AU10', 'AU12']);
    expect(dataset.labelKind).toBe('multiple');
    expect(labels(dataset)).toEqual([[0, 3], [0], [2], [1, 4], [2], [4], [], [], [0, 2]]);
  });

  it('leave out the clips of which nobody says them, listed and counted', async () => {
    const dataset = await open({ name: 'action-units', units: [4] });
    expect(
      dataset.notes.filter(({ message }) => message.includes('action units')).map(({ key, message }) => [key, message]),
    ).toEqual([
      ['a/c9', 'it has not action units, and is left out'],
      ['a/c10', 'it has not action units, and is left out'],
    ]);
    expect(countClips(dataset)).toEqual({ listed: 11, used: 9, leftOut: 2 });
  });

  it('are those that enough clips have where none are listed, and one that no clip has is told', async () => {
    expect((await open({ name: 'action-units', least: 2 })).classes).toEqual(['AU4', 'AU7', 'AU12']);
    expect((await open({ name: 'action-units', least: 3 })).classes).toEqual(['AU4', 'AU7']);
    await expect(open('action-units')).rejects.toThrow(/no action unit is in at least 10 clips \(the most is 3\)/);
    const { notes } = await open({ name: 'action-units', units: [4, 45] });
    expect(notes.map(({ message }) => message)).toContain('no clip has AU45, which the option classes.units lists');
    await expect(open({ name: 'action-units', units: [0] })).rejects.toThrow(/classes/);
  });

  it('are counted by inspectDataset(), a clip for each of its labels', async () => {
    const inspection = await inspectDataset(await open({ name: 'action-units', units: [4, 7] }));
    expect(inspection.perClass).toEqual({ AU4: 3, AU7: 3 });
    expect(inspection.annotations!.perActionUnit.slice(0, 3)).toEqual([
      { unit: 4, n: 3 },
      { unit: 7, n: 3 },
      { unit: 12, n: 2 },
    ]);
  });

  it('make another fingerprint than other units, and say their label kind before anything is opened', async () => {
    const [one, other] = await Promise.all(
      [
        [4, 7],
        [4, 12],
      ].map((units) => open({ name: 'action-units', units })),
    );
    expect(await fingerprint(one!)).not.toBe(await fingerprint(other!));
    const { labelKind } = lab.traits;
    expect(
      [{ classes: 'all' }, {}, { classes: 'action-units' }, { classes: { name: 'action-units' } }].map(labelKind!),
    ).toEqual(['single', 'single', 'multiple', 'multiple']);
    for (const name of ['casme1', 'casme2', 'samm', 'mmew', 'cas-me2', 'cas-me3', 'dfme', '4dme', 'samm-long']) {
      expect(findDataset(name).traits.labelKind!({ classes: 'action-units' }), name).toBe('multiple');
    }
    expect(findDataset('4dme').traits.labelKind!({ classes: 'multi-5' })).toBe('multiple');
    expect(findDataset('4dme').traits.labelKind!({})).toBe('single');
  });
});

describe('several emotions of a clip', () => {
  it('are all labels of 4DME in multi-5, of every clip', async () => {
    const rows = ['Positive', 'Surprise+Positive', 'Negative+Repression', 'Others'].map((emotion, i) => {
      return [1 + i, `fold_${i}`, emotion, 3, 5, 8, i === 0 ? '4(k)+7' : '12'];
    });
    const made: Files = { '4DME_Labelling_Micro_release v1.xlsx': fourDmeWorkbook(rows) };
    for (const [subject, clip] of rows) addFrames(made, `gray_micro/${subject}/${clip}`, 1, 10, (n) => `${n}.jpg`);
    const folder = memoryFolder(made);
    const dataset = await openFourDme({ root: folder, classes: 'multi-5' });
    expect(dataset.classes).toEqual(['positive', 'negative', 'surprise', 'repression', 'others']);
    expect(labels(dataset)).toEqual([[0], [0, 2], [1, 3], [4]]);
    expect((await openFourDme({ root: folder })).samples).toHaveLength(2);
    const units = await openFourDme({ root: folder, classes: { name: 'action-units', units: [4, 7, 12] } });
    expect(labels(units)).toEqual([[1], [2], [2], [2]]);
  });

  it('stand in a manifest of clips or images, joined by +', async () => {
    const made: Files = { 'manifest.csv': 'subject,clip,label\na,one,sad + calm\na,two,calm\nb,three,\n' };
    for (const path of ['a/one', 'a/two', 'b/three']) addFrames(made, path, 1, 3, (n) => `${n}.png`);
    const clips = await openClipFolder({ root: memoryFolder(made), labelKind: 'multiple', leaks: 'warning' });
    expect([clips.classes, clips.labelKind, labels(clips)]).toEqual([['calm', 'sad'], 'multiple', [[0, 1], [0], []]]);
    await expect(openClipFolder({ root: memoryFolder(made), leaks: 'warning' })).rejects.toThrow(
      'the label is missing',
    );
    const [picture] = Object.entries(made).find(([path]) => path.endsWith('.png'))!;
    const pictures: Files = {
      'manifest.csv': 'subject,label,file\na,sad+calm,1.png\nb,,2.png\n',
      '1.png': made[picture]!,
      '2.png': made[picture]!,
    };
    const images = await openImageFolder({ root: memoryFolder(pictures), labelKind: 'multiple' });
    expect([images.classes, images.labelKind, labels(images)]).toEqual([['calm', 'sad'], 'multiple', [[0, 1], []]]);
  });

  it('are the action units of generated faces', async () => {
    const options = { subjects: 3, clipsPerSubject: 6, size: 16, frames: 5 };
    const made = createSyntheticDataset({ ...options, labels: 'action-units' });
    expect(made.classes).toEqual(['AU1', 'AU2', 'AU4', 'AU6', 'AU7', 'AU9', 'AU10', 'AU12', 'AU14', 'AU25']);
    expect(made.samples.every(({ label }) => Array.isArray(label) && label.length > 0)).toBe(true);
    const single = createSyntheticDataset(options);
    expect(made.samples.map(({ id }) => id)).toEqual(single.samples.map(({ id }) => id));
    expect('labels' in single.settings).toBe(false);
    const clips = await Promise.all([made, single].map((each) => each.readClip(4)));
    expect(clips[0]!.frames.dataSync()).toEqual(clips[1]!.frames.dataSync());
    for (const { frames } of clips) frames.dispose();
  });
});

describe('action units of several data sets', () => {
  const made: Files = {};
  const named = (name: string, written: readonly string[]) => {
    for (const i of written.keys()) addFrames(made, `${name}/a/c${i}`, 1, 3, (n) => `${n}.png`);
    return defineAnnotatedDataset({
      name,
      title: name,
      fps: 100,
      layout: "'a/c0/1.png'",
      schemes: { all: { title: 'one class', field: 'emotion', classes: { others: ['others'] } } },
      actionUnits: true,
      options: {},
      readRows: async () =>
        written.map((actionUnits, i) => {
          const source = { file: 'codes.csv', row: i + 2 };
          return { subject: 'a', clip: `c${i}`, actionUnits, onset: '1', offset: '3', source };
        }),
      findClips: async () => ({ kind: 'raw', find: async ({ subject, clip }) => ({ folder: `${subject}/${clip}` }) }),
    });
  };
  const parts = [named('north', ['4', '4+7']), named('south', ['7', '12'])];
  const open = (units: readonly number[]) =>
    composite.open({
      root: memoryFolder(made),
      parts,
      classes: { name: 'action-units', units },
      leaks: 'warning',
    });

  it('are joined where they are listed', async () => {
    const joined = await open([4, 7]);
    expect([joined.classes, joined.labelKind, labels(joined)]).toEqual([
      ['AU4', 'AU7'],
      'multiple',
      [[0], [0, 1], [1], []],
    ]);
    expect(joined.samples.map(({ dataset }) => dataset)).toEqual(['north', 'north', 'south', 'south']);
    expect(composite.traits.labelKind!({ classes: 'action-units' })).toBe('multiple');
    expect(composite.traits.labelKind!({})).toBe('single');
    await expect(open([])).rejects.toThrow('classes.units must list the action units');
  });
});

describe('data sets of both label kinds', () => {
  const single = createSyntheticDataset({ subjects: 2, clipsPerSubject: 3, name: 'a' });
  const multiple = createSyntheticDataset({ subjects: 2, clipsPerSubject: 3, name: 'b', labels: 'action-units' });

  it('are not joined', () => {
    expect(() => composeDatasets('x', [single, multiple])).toThrow("all any number: 'b' differs from 'a'");
    expect(composeDatasets('x', [multiple]).labelKind).toBe('multiple');
  });

  it('must have labels of their kind', async () => {
    const opened = (dataset: Partial<Dataset>) =>
      defineDataset({
        name: 'own',
        title: 'own',
        samples: 'clips',
        needsRoot: false,
        options: {},
        open: () => ({ ...multiple, ...dataset }) as typeof multiple,
      }).open({});
    await expect(opened({})).resolves.toMatchObject({ labelKind: 'multiple' });
    await expect(opened({ samples: single.samples })).rejects.toThrow(
      'samples.0.label must be a list of indices into its 10 classes, ascending: current value is 0',
    );
    const [first, ...rest] = multiple.samples;
    await expect(opened({ samples: [{ ...first!, label: [2, 1] }, ...rest] })).rejects.toThrow('ascending');
    await expect(opened({ labelKind: 'single' })).rejects.toThrow('must be an index into its 10 classes');
  });
});
