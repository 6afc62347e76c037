import '@tensorflow/tfjs-backend-cpu';
import { utils, write } from '@e965/xlsx';
import { mean } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { casMe2LongRelease, casMe3PartA, casMe3PartC, sammLongRelease } from '../../test/long-videos.js';
import { addFrames, bmp } from '../../test/releases.js';
import { memoryFolder } from '../../test/support.js';
import { fingerprint } from '../fingerprint.js';
import { inspectFolder } from '../inspect-folder.js';
import { openDataset } from '../open-dataset.js';
import { openCasMe3 } from '../sets/cas-me3.js';
import { openCasMe3C } from '../sets/cas-me3-c.js';
import type { WorkbookCell } from '../tables/write-workbook.js';
import { defineRecordings } from './define-recordings.js';
import { openRecordings } from './open-recordings.js';
import type { RecordingDataset } from './recording.js';

const expressionsOf = ({ samples }: RecordingDataset) => samples.flatMap(({ expressions }) => expressions ?? []);
const count = (dataset: RecordingDataset) => {
  const kinds = expressionsOf(dataset).map(({ kind }) => kind);
  const subjects = new Set(dataset.samples.map(({ subject }) => subject));
  const quiet = dataset.samples.filter(({ expressions }) => expressions?.length === 0);
  return {
    videos: dataset.samples.length,
    subjects: subjects.size,
    micro: kinds.filter((kind) => kind === 'micro').length,
    macro: kinds.filter((kind) => kind === 'macro').length,
    quiet: quiet.length,
  };
};
const messages = ({ notes }: Pick<RecordingDataset, 'notes'>, severity: string) =>
  notes.filter((note) => note.severity === severity).map(({ key, message }) => `${key}: ${message}`);
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => '',
    (error: Error) => error.message,
  );
const xls = (rows: WorkbookCell[][]) => {
  const book = utils.book_new();
  utils.book_append_sheet(book, utils.aoa_to_sheet(rows), 'AU+Emotion');
  return new Uint8Array(write(book, { type: 'array', bookType: 'biff8' }));
};

describe('samm-long-recordings', () => {
  const files = sammLongRelease();
  const root = memoryFolder(files);

  it('reads 343 macro- and 159 micro-movements in 147 videos of 30 subjects; frames count from 0', async () => {
    const dataset = await openRecordings('samm-long-recordings', { root });
    expect(count(dataset)).toEqual({ videos: 147, subjects: 30, micro: 159, macro: 343, quiet: 0 });
    const withKind = (kind: string) =>
      dataset.samples.filter(({ expressions }) => expressions!.some((e) => e.kind === kind));
    expect([withKind('micro').length, withKind('macro').length]).toEqual([79, 130]);
    const [first] = dataset.samples;
    expect(first).toMatchObject({ id: 'samm-long/006/006_1', dataset: 'samm-long', fps: 200, count: 45, first: 1 });
    // row 11 of the workbook: 3, -1, 8
    expect(first!.expressions![0]).toMatchObject({ name: '006_1_1', kind: 'micro', onset: 2, apex: null, offset: 7 });
    expect(first!.expressions![1]).toMatchObject({ onset: 8, apex: 10, offset: 13, source: { row: 12 } });
    expect(expressionsOf(dataset).filter(({ apex }) => apex === null)).toHaveLength(6);
  });

  it('keeps movements that began before the recording from frame 0 on, or leaves them out', async () => {
    const kept = await openRecordings('samm-long-recordings', { root });
    expect(messages(kept, 'corrected')).toHaveLength(10);
    expect(messages(kept, 'corrected')[0]).toContain(
      'its frames 0 to 5 are not all in SAMM_longvideos/010_1, which has 1 to 45: it is read as 1 to 5',
    );
    const dropped = await openRecordings('samm-long-recordings', { root, began: 'drop' });
    expect(count(dropped)).toMatchObject({ videos: 147, micro: 159, macro: 331 });
    expect(messages(dropped, 'dropped')).toHaveLength(12);
  });

  it('chooses kinds and leaves recordings as they are', async () => {
    const micro = await openRecordings('samm-long-recordings', { root, expressions: 'micro' });
    expect(count(micro)).toEqual({ videos: 147, subjects: 30, micro: 159, macro: 0, quiet: 68 });
    expect(micro.classes).toEqual(['micro']);
  });

  it('is inspected like any data set, and has a fingerprint that knows its intervals', async () => {
    const report = await inspectFolder('samm-long-recordings', { root });
    expect(report).toMatchObject({
      kind: 'recordings',
      n: 147,
      subjects: 30,
      perClass: { micro: 159, macro: 343 },
      recordings: { expressive: 147, quiet: 0, unseen: 0, frames: { least: 45, greatest: 45 } },
      annotations: { n: 502, fps: { 200: 502 }, apex: { missing: 6 } },
      clips: { listed: 502, used: 502, leftOut: 0 },
    });
    expect(report.recordings!.seconds).toBeCloseTo((147 * 45) / 200, 9);
    const one = await fingerprint(await openRecordings('samm-long-recordings', { root }));
    const other = await fingerprint(await openRecordings('samm-long-recordings', { root, began: 'drop' }));
    expect(one).not.toBe(other);
  });

  it('is refused by openDataset, as clips are by openRecordings', async () => {
    expect(await failure(openDataset('samm-long-recordings', { root }))).toBe(
      "Cannot open data set 'samm-long-recordings' as its samples must be clips or images: it holds recordings, which openRecordings opens",
    );
    expect(await failure(openRecordings('samm-long', { root }))).toContain(
      "Cannot open recordings of 'samm-long' as its samples must be recordings: it holds clips, which openDataset opens; recordings are in cas-me2-recordings,",
    );
  });
});

describe('cas-me2-recordings', () => {
  const files = casMe2LongRelease();
  const root = memoryFolder(files);

  it('reads 300 macro- and 57 micro-expressions in 98 videos of 22 subjects, three without any', async () => {
    const dataset = await openRecordings('cas-me2-recordings', { root });
    expect(count(dataset)).toEqual({ videos: 98, subjects: 22, micro: 57, macro: 300, quiet: 3 });
    const micro = dataset.samples.filter(({ expressions }) => expressions!.some(({ kind }) => kind === 'micro'));
    expect([micro.length, new Set(micro.map(({ subject }) => subject)).size]).toEqual([33, 14]);
    expect(dataset.samples[0]).toMatchObject({
      id: 'cas-me2/s15/15_0101',
      clip: '15_0101',
      fps: 30,
      count: 90,
      first: 1,
    });
    const valence = expressionsOf(dataset).filter(({ kind }) => kind === 'micro');
    const tally = (word: string) => valence.filter(({ emotion }) => emotion === word).length;
    expect(['negative', 'others', 'surprise', 'positive'].map(tally)).toEqual([21, 19, 9, 8]);
  });

  it('reads an offset of 0 as the apex, as two thirds of a second behind it, or leaves the expression out', async () => {
    const dataset = await openRecordings('cas-me2-recordings', { root });
    const open = expressionsOf(dataset).filter(({ apex, offset }) => apex === offset);
    expect(open).toHaveLength(44);
    const ended = messages(dataset, 'corrected').filter((text) => text.includes('as the option noOffset says (apex)'));
    expect(ended).toHaveLength(44);
    const plus = await openRecordings('cas-me2-recordings', { root, noOffset: 'apex-plus' });
    const name = open[0]!.name;
    const twin = expressionsOf(plus).find((one) => one.name === name)!;
    expect(twin.offset - twin.apex!).toBe(20);
    expect(count(await openRecordings('cas-me2-recordings', { root, noOffset: 'drop' })).macro).toBe(256);
  });

  it('gives the frames of a recording by number, and holds the frame before where a file is missing', async () => {
    const some: typeof files = { ...files };
    const at = (n: number) => `rawpic/s15/15_0101disgustingteeth/img${String(n).padStart(3, '0')}.jpg`;
    delete some[at(5)];
    delete some[at(6)];
    some[at(4)] = bmp(4, 3, 40);
    some[at(7)] = bmp(4, 3, 70);
    const dataset = await openRecordings('cas-me2-recordings', { root: memoryFolder(some) });
    expect(messages(dataset, 'warning')).toEqual([
      's15/15_0101: 2 of 90 frames are missing in rawpic/s15/15_0101disgustingteeth, and the frame before stands in their place: 5 to 6',
    ]);
    const reader = await dataset.openRecording(0, { color: false });
    expect(reader.shape).toEqual([90, 3, 4, 1]);
    const frames = await reader.read(2, 5);
    const levels = (await mean(frames, [1, 2, 3]).array()) as number[];
    expect(levels.map((level) => Math.round(level * 255))).toEqual([100, 40, 40, 40, 70]);
    frames.dispose();
    const last = await reader.read(89, 1);
    expect(last.shape).toEqual([1, 3, 4, 1]);
    last.dispose();
  });

  it('names a recording that is annotated and not there, and one that lacks too much', async () => {
    const some: typeof files = {};
    for (const [path, bytes] of Object.entries(files)) {
      if (path.includes('15_0101') || (path.includes('15_0102') && Number(/img(\d+)/.exec(path)?.[1]) % 3 === 0))
        continue;
      some[path] = bytes;
    }
    const root = memoryFolder(some);
    const message = await failure(openRecordings('cas-me2-recordings', { root }));
    expect(message).toContain('s15/15_0101): the recording is annotated (first in row 1), and its folder is not there');
    expect(message).toContain('29 of 89 frames are missing in rawpic/s15/15_0102maggots, more than the share of 0.2');
    const rest = await openRecordings('cas-me2-recordings', { root, missing: 'drop' });
    expect(count(rest)).toMatchObject({ videos: 96, subjects: 22 });
    const without = await openRecordings('cas-me2-recordings', { root, exclude: ['s15/15_0101', 's15/15_0102'] });
    expect(count(without)).toMatchObject({ videos: 96 });
    expect(await failure(openRecordings('cas-me2-recordings', { root, exclude: ['s15/x'] }))).toContain(
      'the option exclude names a recording that is not there',
    );
  });

  it('says what is there in place of frames', async () => {
    const videos = {
      ...Object.fromEntries(Object.entries(files).filter(([path]) => !path.startsWith('rawpic'))),
      'rawvideo/s15/15_0101disgustingteeth.avi': 'x',
    };
    expect(await failure(openRecordings('cas-me2-recordings', { root: memoryFolder(videos) }))).toContain(
      'the frames of none of the 95 recordings are there: expected',
    );
    expect(await failure(openRecordings('cas-me2-recordings', { root: memoryFolder(videos) }))).toContain(
      '1 video is there (rawvideo/s15/15_0101disgustingteeth.avi)',
    );
  });
});

describe('cas-me3', () => {
  const files = casMe3PartA(xls);
  const root = memoryFolder(files);

  it('reads part A whole: 3346 macro- and 860 micro-expressions in 956 of 1300 videos, not those of part B', async () => {
    const dataset = await openRecordings('cas-me3-recordings', { root });
    expect(count(dataset)).toEqual({ videos: 1300, subjects: 100, micro: 860, macro: 3346, quiet: 344 });
    expect(dataset.annotationFiles!.map(({ file }) => file)).toEqual([
      'annotation/partA/CAS(ME)3_part_A_v2.xls',
      'annotation/partA/cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx',
    ]);
    const emotions = expressionsOf(dataset).filter(({ emotion }) => emotion === 'disgust');
    expect(emotions).toHaveLength(860);
    expect(emotions.every(({ kind }) => kind === 'micro')).toBe(true);
    const list = { ...files };
    delete list['annotation/partA/cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx'];
    const without = await openRecordings('cas-me3-recordings', { root: memoryFolder(list) });
    expect(messages(without, 'marked')).toContainEqual(expect.stringContaining('micro-expressions have no emotion'));
    expect(count(without)).toMatchObject({ micro: 860, macro: 3346 });
  });

  it('reads macro-expressions of part A as clips, from the .xls workbook', async () => {
    const macro = await openCasMe3({ root, expressions: 'macro', classes: 'type' });
    expect(macro.samples).toHaveLength(3346);
    expect(new Set(macro.samples.map(({ subject }) => subject)).size).toBe(98);
    const both = await openCasMe3({ root, expressions: 'both', classes: 'objective-7' });
    expect(both.samples).toHaveLength(4206);
    expect(both.annotationFiles[0]).toMatchObject({ file: 'annotation/partA/CAS(ME)3_part_A_v2.xls', rows: 4206 });
    expect(await failure(openCasMe3({ root, expressions: 'macro' }))).toContain(
      'macro-expressions have no emotion, which classes: emotion-7 is made of: choose classes: objective-7 or type',
    );
    expect((await openCasMe3({ root })).samples).toHaveLength(860);
  });

  const c = memoryFolder(casMe3PartC());

  it('reads part C: 165 micro-expressions of 30 subjects by their emotions, 303 macro-expressions', async () => {
    const dataset = await openCasMe3C({ root: c });
    const perClass = dataset.classes.map((_, label) => dataset.samples.filter((one) => one.label === label).length);
    expect([dataset.classes, perClass]).toEqual([
      ['negative', 'positive', 'surprise', 'others'],
      [99, 16, 30, 20],
    ]);
    expect(new Set(dataset.samples.map(({ subject }) => subject)).size).toBe(30);
    expect((await openCasMe3C({ root: c, classes: 'valence-3' })).samples).toHaveLength(145);
    const texts = dataset.records.map(({ actionUnits }) => [
      actionUnits.text,
      actionUnits.units.map(({ unit }) => unit),
    ]);
    expect(texts).toContainEqual(['14,L24,', [14, 24]]);
    expect(texts).toContainEqual(['4，11', [4, 11]]);
    expect(dataset.records.every(({ apex }) => apex === null)).toBe(true);
    const all = await openCasMe3C({ root: c, expressions: 'both', classes: 'type' });
    expect(all.samples).toHaveLength(468);
    expect((await openCasMe3C({ root: c, expressions: 'macro', classes: 'type' })).samples).toHaveLength(303);
  });

  it('reads part C whole: one recording of each subject', async () => {
    const dataset = await openRecordings('cas-me3-recordings', { root: c, part: 'C' });
    expect(count(dataset)).toEqual({ videos: 31, subjects: 31, micro: 165, macro: 303, quiet: 0 });
    expect(dataset.samples[0]).toMatchObject({ id: 'cas-me3-c/1/mockCrime', dataset: 'cas-me3-c' });
  });
});

describe('recording-folder', () => {
  const files: Record<string, Uint8Array | string> = {
    'manifest.csv':
      'subject;recording;kind;onset;apex;offset;emotion;fps\nanna;first;me;11;13;16;happy;60\nanna;first;Macro;30;;50;;60\nben;one;;;;;;25\n',
  };
  addFrames(files, 'anna/first', 10, 60, (n) => `${n}.png`);
  addFrames(files, 'ben/one', 0, 20, (n) => `img_${n}.png`);

  it('reads any long videos with a manifest: a row for each expression, or one without', async () => {
    const dataset = await openRecordings('recording-folder', { root: memoryFolder(files) });
    expect(dataset.samples.map(({ id, fps, first, count }) => [id, fps, first, count])).toEqual([
      ['recordings/anna/first', 60, 10, 51],
      ['recordings/ben/one', 25, 0, 21],
    ]);
    const [first, second] = dataset.samples[0]!.expressions!;
    expect(first).toMatchObject({ kind: 'micro', onset: 1, apex: 3, offset: 6, emotion: 'happiness' });
    expect(second).toMatchObject({ kind: 'macro', onset: 20, apex: null, offset: 40 });
    expect(dataset.samples[1]!.expressions).toEqual([]);
    expect(messages(dataset, 'warning')).toEqual([
      'anna/first: its files begin with frame 10: is the beginning of the recording missing?',
    ]);
  });

  it('names every row that is wrong', async () => {
    const wrong = {
      ...files,
      'manifest.csv':
        'subject,recording,kind,onset,apex,offset,fps\nanna,first,tiny,11,13,16,60\nanna,first,micro,11,13,16,30\nben,one,micro,5,4,3,\nben,one,micro,18,19,30,\nben,one,micro,40,41,45,\ncara,x,micro,1,2,3,\n',
    };
    const root = memoryFolder(wrong);
    const message = await failure(openRecordings('recording-folder', { root, faults: 'error' }));
    for (const part of [
      "row 2 (anna/first): kind must be micro or macro: current value is 'tiny'",
      'row 3 (anna/first): the recording is in another row with anna/first at 60 frames per second: here it is anna/first at 30',
      'row 4 (ben/one_micro_5): offset must not lie before onset',
      'row 5 (ben/one_micro_18): its frames 18 to 30 are not all in ben/one, which has 0 to 20',
      'row 6 (ben/one_micro_40): its frames 40 to 45 are not all in ben/one',
      'cara/x: the folder cara/x has no frames',
    ]) {
      expect(message).toContain(part);
    }
  });
});

describe('megc-unseen', () => {
  const files: Record<string, Uint8Array | string> = {};
  for (const video of ['006_3', '014_1']) addFrames(files, `SAMM/${video}`, 1, 9, (n) => `${video}_000${n}.jpg`);
  for (const video of ['dzw_d1', 'dzw_e1', 'lxj_a2']) addFrames(files, `CAS/${video}_aligned`, 1, 9, (n) => `${n}.jpg`);

  it('reads the folders that are there, with the frame rates of their sources; nobody knows their expressions', async () => {
    const dataset = await openRecordings('megc-unseen', { root: memoryFolder(files) });
    expect(dataset.samples.map(({ id, fps, expressions }) => [id, fps, expressions])).toEqual([
      ['cas-me3/dzw/dzw_d1', 30, null],
      ['cas-me3/dzw/dzw_e1', 30, null],
      ['cas-me3/lxj/lxj_a2', 30, null],
      ['samm/006/006_3', 200, null],
      ['samm/014/014_1', 200, null],
    ]);
    const report = await inspectFolder('megc-unseen', { root: memoryFolder(files) });
    expect(report.recordings).toMatchObject({ expressive: 0, quiet: 0, unseen: 5 });
    expect(report.annotations).toBeUndefined();
  });

  it('reads a list of the videos, and names those that are not there', async () => {
    const list = {
      ...files,
      'cas_list.csv': 'vid\ndzw_d1_aligned\nlxj_a2.avi\n',
      'samm_list.csv': 'vid,fps\n006_3,200\n',
    };
    const dataset = await openRecordings('megc-unseen', { root: memoryFolder(list) });
    expect(dataset.samples.map(({ id }) => id)).toEqual(['cas-me3/dzw/dzw_d1', 'cas-me3/lxj/lxj_a2', 'samm/006/006_3']);
    expect(dataset.annotationFiles!.map(({ file }) => file)).toEqual(['cas_list.csv', 'samm_list.csv']);
    const lacking = { ...files, 'list.csv': 'vid\ndzw_d1\nnobody_x\n' };
    expect(await failure(openRecordings('megc-unseen', { root: memoryFolder(lacking) }))).toContain(
      'nobody/nobody_x: the folder nobody_x has no frames',
    );
  });

  it('takes annotations in the form of the submissions, where somebody has them', async () => {
    const truth = {
      ...files,
      'truth.csv': 'vid,onset,offset,type\ndzw_d1,2,5,me\n006_3,1,9,mae\n014_1,3,4,odd\n',
    };
    expect(await failure(openRecordings('megc-unseen', { root: memoryFolder(truth) }))).toContain(
      "truth.csv, row 4 (014_1): type must be me or mae: current value is 'odd'",
    );
    truth['truth.csv'] = 'vid,onset,offset,type\ndzw_d1,2,5,me\n006_3,1,9,mae\n';
    const dataset = await openRecordings('megc-unseen', { root: memoryFolder(truth) });
    expect(
      dataset.samples.map(({ clip, expressions }) => [
        clip,
        expressions!.map(({ kind, onset, offset }) => [kind, onset, offset]),
      ]),
    ).toEqual([
      ['dzw_d1', [['micro', 1, 4]]],
      ['006_3', [['macro', 0, 8]]],
    ]);
  });
});

describe('defineRecordings()', () => {
  it('takes a set of one’s own, and finds a subject in two spellings', async () => {
    const files: Record<string, Uint8Array | string> = {};
    for (const folder of ['a/1', 'A/2']) addFrames(files, folder, 1, 9, (n) => `${n}.png`);
    const lab = defineRecordings({
      name: 'lab-long',
      dataset: 'lab',
      title: 'Interviews',
      fps: 60,
      layout: "'a/1/1.png'",
      options: {},
      read: async () => ({
        kind: 'raw',
        rows: [],
        recordings: [
          { subject: '1', recording: 'x', folder: 'a/1' },
          { subject: '01', recording: 'y', folder: 'A/2' },
        ],
      }),
    });
    const root = memoryFolder(files);
    expect(await failure(openRecordings('lab-long', { root, parts: [lab] }))).toContain(
      "the subjects '01', '1' are one name in 2 spellings",
    );
    const open = await openRecordings('lab-long', { root, parts: [lab], leaks: 'warning' });
    expect(open.samples).toHaveLength(2);
    await expect(open.openRecording(2)).rejects.toThrow(/index must be 0 to 1: current value is 2/);
  });
});
