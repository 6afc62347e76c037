import '@tensorflow/tfjs-backend-cpu';
import { describe, expect, it } from 'vitest';
import { addFrames, bmp, dfmeRows, dfmeWorkbook, fourDmeWorkbook, sammLongWorkbook } from '../../test/releases.js';
import { memoryFolder } from '../../test/support.js';
import type { AnnotatedDataset } from '../dataset.js';
import type { DatasetError } from '../dataset-error.js';
import { openDataset } from '../open-dataset.js';
import { openFourDme } from './4dme.js';
import { openDfme } from './dfme.js';
import { openImageFolder } from './image-folder.js';
import { openSammLong } from './samm-long.js';

type Files = Record<string, Uint8Array | string>;
const perClass = ({ classes, samples }: Pick<AnnotatedDataset, 'classes' | 'samples'>) =>
  classes.map((_, label) => samples.filter((sample) => sample.label === label).length);
const subjects = ({ samples }: Pick<AnnotatedDataset, 'samples'>) =>
  new Set(samples.map(({ subject }) => subject)).size;

describe('openDfme()', () => {
  const lists = { training: dfmeRows(1856, 176), testA: dfmeRows(474, 42, 201), testB: dfmeRows(299, 41, 301) };
  const files: Files = {};
  for (const [name, rows] of Object.entries(lists)) {
    files[`DFME/annotation/DFME_${name}.xlsx`] = dfmeWorkbook(rows);
    for (const [subject, clip] of rows) addFrames(files, `DFME/${name}/${subject}/${clip}`, 0, 9, (n) => `${n}.png`);
  }
  const root = memoryFolder(files);

  it('reads the training list by default: 1856 clips, 176 subjects, seven classes', async () => {
    const dataset = await openDfme({ root });
    expect([dataset.samples.length, subjects(dataset), dataset.classes.length]).toEqual([1856, 176, 7]);
    expect(perClass(dataset)).toEqual([266, 265, 265, 265, 265, 265, 265]);
    expect(dataset.notes.filter(({ severity }) => severity === 'error' || severity === 'dropped')).toEqual([]);
  });

  it('reads the test lists, and all together', async () => {
    expect((await openDfme({ root, list: 'test-a' })).samples).toHaveLength(474);
    expect((await openDfme({ root, list: 'test-b' })).samples).toHaveLength(299);
    const all = await openDfme({ root, list: 'all' });
    expect([all.samples.length, subjects(all)]).toEqual([2629, 259]);
    expect(all.settings).toMatchObject({ list: 'all' });
  });

  it('takes an onset of 0 as a frame, and the frame rate of each row', async () => {
    const { records } = await openDfme({ root });
    expect(records[0]).toMatchObject({
      subject: 'sub0001',
      clip: 'sub0001_01',
      onset: 0,
      apex: 2,
      offset: 5,
      fps: 200,
    });
    expect(new Set(records.map(({ fps }) => fps))).toEqual(new Set([200, 300, 500]));
  });

  it('takes the number of a label where the list has no words, and refuses a rate that is none', async () => {
    const rows = dfmeRows(7, 7).map((row, i) => row.with(5, null).with(7, i === 6 ? 0 : 500));
    const made: Files = { 'DFME_training.xlsx': dfmeWorkbook(rows) };
    for (const [, clip] of rows) addFrames(made, `frames/${clip}`, 0, 9, (n) => `${n}.png`);
    await expect(openDfme({ root: memoryFolder(made) })).rejects.toThrow(
      /DFME_training\.xlsx, row 8 \(sub0007\/sub0007_01\): Fps must be the frames per second of the recording, such as 500: current value is '0'/,
    );
    made['DFME_training.xlsx'] = dfmeWorkbook(rows.slice(0, 6));
    expect(perClass(await openDfme({ root: memoryFolder(made) }))).toEqual([1, 1, 1, 1, 1, 1, 0]);
  });

  it('says which list is not there', async () => {
    const one = memoryFolder({ 'DFME_training.xlsx': dfmeWorkbook(lists.training) });
    await expect(openDfme({ root: one, list: 'test-a' })).rejects.toThrow(/DFME_testA\.xlsx/);
  });
});

describe('openFourDme()', () => {
  const emotions = [
    'Positive',
    'Negative',
    'Surprise',
    'Repression',
    'Others',
    'Surprise+Positive',
    'Negative+Repression',
  ];
  const rows = Array.from({ length: 267 }, (_, i) => {
    const twice = i === 1;
    const folder = `fold_${String(twice ? 0 : i).padStart(3, '0')}`;
    return [
      1 + ((twice ? 0 : i) % 41),
      folder,
      emotions[twice ? 0 : i % 7]!,
      3 + (twice ? 10 : 0),
      5 + (twice ? 10 : 0),
      8 + (twice ? 10 : 0),
      '4(k)+7',
    ];
  });
  const files: Files = { '4DME/4DME_Labelling_Micro_release v1.xlsx': fourDmeWorkbook(rows) };
  for (const [subject, clip] of rows) addFrames(files, `4DME/gray_micro/${subject}/${clip}`, 1, 20, (n) => `${n}.jpg`);
  const root = memoryFolder(files);

  it('takes the clips with one label, and counts those with several', async () => {
    const dataset = await openFourDme({ root });
    expect(dataset.annotated).toHaveLength(267);
    expect(dataset.outside).toEqual({ 'positive+surprise': 38, 'negative+repression': 38 });
    expect(dataset.samples).toHaveLength(267 - 76);
    expect((await openFourDme({ root, classes: 'single-3' })).classes).toEqual(['negative', 'positive', 'surprise']);
  });

  it('keeps all labels of a clip, leaves out static units, and tells two movements of one folder apart', async () => {
    const { annotated, records, frames } = await openFourDme({ root });
    const two = annotated.find(({ extra }) => extra['label'] === 'positive+surprise')!;
    expect(two.emotion).toBe(null);
    expect(two.actionUnits.units.map(({ unit }) => unit)).toEqual([7]);
    expect(two.actionUnits.remarks).toEqual(['4(k)']);
    const names = records.filter(({ extra }) => extra['folder'] === 'fold_000').map(({ clip }) => clip);
    expect(names).toEqual(['fold_000_3', 'fold_000_13']);
    expect(frames(records.findIndex(({ clip }) => clip === 'fold_000_13')).numbers).toEqual([13, 14, 15, 16, 17, 18]);
  });

  it('names the row of an unknown label', async () => {
    const strange = memoryFolder({ '4DME.xlsx': fourDmeWorkbook([[1, 'a', 'Surprise+Odd', 1, 2, 3, '4']]) });
    await expect(openFourDme({ root: strange })).rejects.toThrow(/4DME\.xlsx, row 2 \(1\/a\): label 'Odd' is unknown/);
  });
});

describe('openSammLong()', () => {
  const files: Files = { 'SAMM_LongVideos_V2_Release.xlsx': sammLongWorkbook() };
  for (let subject = 6; subject < 36; subject++) {
    for (let video = 1; video <= 5; video++) {
      const name = `${String(subject).padStart(3, '0')}_${video}`;
      addFrames(files, `SAMM_longvideos/${name}`, 1, 260, (n) => `${name}_${String(n).padStart(4, '0')}.jpg`);
    }
  }
  const root = memoryFolder(files);

  it('reads 159 micro- and 343 macro-movements of 30 subjects, but for one that began before the recording', async () => {
    const dataset = await openSammLong({ root });
    expect(perClass(dataset)).toEqual([159, 342]);
    expect(subjects(dataset)).toBe(30);
    const dropped = dataset.notes.filter(({ severity }) => severity === 'dropped').map(({ message }) => message);
    expect(dropped).toEqual(['the movement began before the recording (onset 1): the release says to leave it out']);
    expect(perClass(await openSammLong({ root, expressions: 'micro' }))).toEqual([159, 0]);
  });

  it('cuts a movement out of its video; an apex of -1 is unknown', async () => {
    const dataset = await openSammLong({ root });
    const at = dataset.records.findIndex(({ apex }) => apex === null);
    const record = dataset.records[at]!;
    expect(record.extra['video']).toMatch(/^\d{3}_1$/);
    const { folder, numbers } = dataset.frames(at);
    expect(folder).toBe(`SAMM_longvideos/${record.extra['video']}`);
    expect([numbers[0], numbers.at(-1)]).toEqual([record.onset, record.offset]);
  });
});

describe('openImageFolder()', () => {
  const image = bmp();

  it('reads folders by subject and class, or by class and subject', async () => {
    const bySubject = memoryFolder({ 's2/happy/1.bmp': image, 's10/sad/1.bmp': image, 's10/happy/2.bmp': image });
    const dataset = await openImageFolder({ root: bySubject, dataset: 'lab' });
    expect(dataset.classes).toEqual(['happy', 'sad']);
    expect(dataset.samples.map(({ id, label }) => [id, label])).toEqual([
      ['lab/s2/1', 0],
      ['lab/s10/1', 1],
      ['lab/s10/2', 0],
    ]);
    const byClass = memoryFolder({ 'happy/s2/1.bmp': image, 'sad/s10/1.bmp': image });
    const turned = await openImageFolder({ root: byClass, layout: 'class/subject', classes: ['sad', 'happy'] });
    expect(turned.samples.map(({ subject, label }) => [subject, label])).toEqual([
      ['s2', 1],
      ['s10', 0],
    ]);
    expect((await dataset.readImage(0)).shape).toEqual([3, 4, 3]);
  });

  it('reads a manifest with any labels and data-set names, and leaves out what classes does not name, listed', async () => {
    const root = memoryFolder({
      'manifest.csv': 'dataset,subject,label,file\ncasme2,01,calm,a.bmp\nsamm,006,tense,b/c.bmp\nsamm,006,odd,d.bmp\n',
      'a.bmp': image,
      'b/c.bmp': image,
      'd.bmp': image,
    });
    const dataset = await openDataset('image-folder', { root, classes: ['calm', 'tense'] });
    expect(dataset.samples.map(({ id }) => id)).toEqual(['casme2/01/a', 'samm/006/c']);
    expect(dataset.notes).toEqual([
      {
        severity: 'dropped',
        key: '006/d',
        message: "its label 'odd' is not among the option classes",
        file: 'manifest.csv',
        row: 4,
      },
    ]);
  });

  it('lists every row and file that is wrong', async () => {
    const root = memoryFolder({
      'manifest.csv': 'subject,label,file\na,x,../out.bmp\nb/c,x,1.bmp\nc,,2.bmp\nd,x,3.bmp\n',
    });
    const error = (await openImageFolder({ root }).catch((one: unknown) => one)) as DatasetError;
    expect(error.notes.map(({ row, message }) => `${row}: ${message}`)).toEqual([
      expect.stringMatching(/^2: .*\.\.\/out\.bmp/),
      "3: subject 'b/c' must be a name without slashes",
      '4: the label is missing',
      "5: image '3.bmp' does not exist",
    ]);
    await expect(openImageFolder({ root: memoryFolder({}) })).rejects.toThrow(
      /there are no images: expected manifest\.csv/,
    );
  });
});
