import '@tensorflow/tfjs-backend-cpu';
import { describe, expect, it } from 'vitest';
import {
  addFrames,
  casMe2Workbook,
  casMe3Rows,
  casMe3Workbook,
  casme1Clips,
  casme1Workbook,
  mmewClips,
  mmewWorkbook,
} from '../../test/releases.js';
import { memoryFolder } from '../../test/support.js';
import type { AnnotatedDataset } from '../dataset.js';
import { inspectFolder } from '../inspect-folder.js';
import { openCasMe2 } from './cas-me2.js';
import { openCasMe3 } from './cas-me3.js';
import { openCasme1 } from './casme1.js';
import { openClipFolder } from './clip-folder.js';
import { openMmew } from './mmew.js';

type Files = Record<string, Uint8Array | string>;
const perClass = ({ classes, samples }: AnnotatedDataset) =>
  classes.map((_, label) => samples.filter((sample) => sample.label === label).length);
const notes = ({ notes: list }: AnnotatedDataset, severity: string) =>
  list.filter((note) => note.severity === severity).map(({ key, message }) => `${key}: ${message}`);

describe('openMmew()', () => {
  const clips = mmewClips();
  const tree = (folder: (clip: (typeof clips)[number]) => string): Files => {
    const files: Files = { 'MMEW_Final/MMEW_Micro_Exp.xlsx': mmewWorkbook(clips) };
    for (const clip of clips) addFrames(files, folder(clip), 1, 10, (n) => `${n}.jpg`);
    return files;
  };
  const byEmotion = tree(({ emotion, clip }) => `MMEW_Final/Micro_Expression/${emotion}/${clip}`);
  const byEmotionRoot = memoryFolder(byEmotion);

  it('reads the tree by emotion: 7-class 300, 6-class 234, 4-class 263', async () => {
    const root = byEmotionRoot;
    expect(perClass(await openMmew({ root }))).toEqual([36, 89, 72, 66, 16, 13, 8]);
    expect((await openMmew({ root, classes: 'emotion-6' })).samples).toHaveLength(234);
    expect(perClass(await openMmew({ root, classes: 'emotion-4' }))).toEqual([36, 89, 72, 66]);
  });

  it('reads the tree by subject, whose folder for others is repression', async () => {
    const bySubject = tree(
      ({ emotion, clip }) => `${clip.slice(0, 3)}/${emotion === 'others' ? 'repression' : emotion}/${clip}`,
    );
    const dataset = await openMmew({ root: memoryFolder(bySubject) });
    expect(dataset.samples).toHaveLength(300);
    expect(dataset.samples[0]!.id).toBe('mmew/S01/S01-01-001');
    expect(dataset.frames(0).files.slice(0, 3)).toEqual(['1.jpg', '2.jpg', '3.jpg']);
  });

  it('mends rows with impossible frame numbers by rule, and lists each', async () => {
    const dataset = await openMmew({ root: byEmotionRoot });
    expect(notes(dataset, 'corrected')).toEqual([
      expect.stringMatching(/: apex 40 is read as unknown: it lies outside the clip, which is 1 to 10$/),
      expect.stringMatching(/: offset 0 is read as 9, as far behind the apex as the onset is before it$/),
    ]);
    await expect(openMmew({ root: byEmotionRoot, faults: 'error' })).rejects.toThrow(
      /MMEW_Micro_Exp\.xlsx, row 35 \(S04\/S04-01-002\): apex must lie in the clip/,
    );
  });
});

describe('openCasme1()', () => {
  const clips = casme1Clips();
  const files: Files = { 'casme.xlsx': casme1Workbook(clips) };
  for (const { subject, clip, onset, offset } of clips) {
    // Frame numbers are zero-padded for later subjects only.
    const number = (n: number) => (Number(subject) > 9 ? String(n).padStart(3, '0') : String(n));
    const folder = `CASME_raw_selected/sub${subject.padStart(2, '0')}/${clip}`;
    addFrames(files, folder, onset - 2, offset, (n) => `${clip}-${number(n)}.jpg`);
  }

  const root = memoryFolder(files);

  it('reads 189 clips: tense 68, disgust 45, repression 39, surprise 20, happiness 7, sadness 6, contempt 2, fear 2', async () => {
    const dataset = await openCasme1({ root });
    expect(perClass(dataset)).toEqual([68, 45, 39, 20, 7, 6, 2, 2]);
    expect(dataset.records[0]).toMatchObject({ dataset: 'casme1', subject: 'sub01', fps: 60 });
    expect((await openCasme1({ root, classes: 'emotion-4' })).samples).toHaveLength(172);
  });

  it('tells the two movements of sub01/EP01_12 apart by their onset', async () => {
    const dataset = await openCasme1({ root });
    const names = dataset.samples.map(({ clip }) => clip);
    const [first, second] = [names.indexOf('EP01_12_73'), names.indexOf('EP01_12_163')];
    expect(dataset.frames(first).numbers).toEqual([73, 74, 75, 76, 77, 78, 79, 80, 81, 82]);
    expect(dataset.frames(second).numbers[0]).toBe(163);
    expect(names).not.toContain('EP01_12');
  });

  it('mends an offset before the onset by rule', async () => {
    const dataset = await openCasme1({ root });
    expect(notes(dataset, 'corrected')).toEqual([
      expect.stringMatching(/offset \d+ is read as \d+, as far behind the apex/),
    ]);
  });
});

describe('openCasMe2()', () => {
  const codes: Record<string, string> = {
    disgust1: '0101disgustingteeth',
    disgust2: '0102eatingworms',
    anger1: '0401girlcrashing',
    anger2: '0402beatingpregnantwoman',
    happy1: '0502funnyerrors',
    happy2: '0503unnyfarting',
    happy3: '0505funnyinnovations',
    happy4: '0507climbingthewall',
    happy5: '0508funnydunkey',
  };
  const files: Files = { 'CAS(ME)^2code_final.xlsx': casMe2Workbook() };
  const subjects = [15, 16, 19, 20, 21, 22, 23, 24, 25, 26, 27, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 40];
  const videos = Object.keys(codes);
  for (let i = 0; i < 357; i++) {
    const subject = subjects[i < 57 ? i % 14 : i % 22]!;
    const folder = `rawpic/s${subject}/${subject}_${codes[videos[i % 9]!]}`;
    addFrames(files, folder, 10 + i * 30, 19 + i * 30, (n) => `img${String(n).padStart(3, '0')}.jpg`);
  }

  const root = memoryFolder(files);

  it('reads sheets without header rows, joins participants and videos by the naming rules: 57 micro-expressions', async () => {
    const dataset = await openCasMe2({ root });
    expect(perClass(dataset)).toEqual([21, 8, 9, 19]);
    expect(new Set(dataset.samples.map(({ subject }) => subject)).size).toBe(14);
    const index = dataset.samples.findIndex(({ subject }) => subject === 's15');
    expect(dataset.frames(index).folder).toMatch(/^rawpic\/s15\/15_0/);
    expect(dataset.frames(index).numbers).toHaveLength(9);
  });

  it('reads an offset of 0 as unknown end, and the misspelt happyiness', async () => {
    const dataset = await openCasMe2({ root });
    expect(notes(dataset, 'corrected')).toEqual([
      expect.stringMatching(/offset 0 is read as 108, as far behind the apex/),
      expect.stringMatching(/reported happyiness is read as happiness: misspelt/),
    ]);
    expect(dataset.records.filter(({ extra }) => extra['reported'] === 'happiness')).toHaveLength(1);
  });

  it('reads macro-expressions on request: 300, of them 43 with an offset of 0 here', async () => {
    const macro = await openCasMe2({ root, expressions: 'macro' });
    expect(macro.samples).toHaveLength(300);
    expect(notes(macro, 'corrected')).toHaveLength(43);
    expect((await openCasMe2({ root, expressions: 'both' })).annotated).toHaveLength(357);
  });
});

describe('openCasMe3()', () => {
  const rows = casMe3Rows();
  const label = { 'annotation/cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx': casMe3Workbook(rows) };
  const recordings: Files = { ...label };
  const clips: Files = { ...label };
  for (const [subject, letter, onset, apex] of rows as [string, string, string, string][]) {
    const [first, last] = [Math.max(1, Number(onset)), Number(apex) + 8];
    addFrames(recordings, `part_A/${subject}/${letter.toLowerCase()}/color`, first, last, (n) => `${n}.jpg`);
    // The case of the clip folders varies.
    const name = `${subject.replace('NO', Number(onset) % 2 ? 'NO' : 'No')}_${letter}_${onset}`;
    addFrames(clips, `Part_A_ME_clip/frame/${name}`, first, last, (n) => `${n}.jpg`);
    addFrames(clips, `Part_A_ME_clip/depth/${name}`, first, last, (n) => `${n}.png`);
  }

  const recordingsRoot = memoryFolder(recordings);

  it('reads 860 rows of text numbers from the sheet label; happy, sad, Others in one spelling', async () => {
    const dataset = await openCasMe3({ root: recordingsRoot });
    expect(perClass(dataset)).toEqual([250, 187, 161, 86, 64, 57, 55]);
    expect(perClass(await openCasMe3({ root: recordingsRoot, classes: 'emotion-4' }))).toEqual([457, 55, 187, 161]);
    expect(perClass(await openCasMe3({ root: recordingsRoot, classes: 'megc2019' }))).toEqual([457, 55, 187]);
    expect(dataset.samples[0]).toMatchObject({ id: 'cas-me3/spNO.1/a_355', subject: 'spNO.1' });
    expect(dataset.frames(0)).toMatchObject({ folder: 'part_A/spNO.1/a/color' });
    expect(dataset.frames(0).numbers).toHaveLength(10);
  });

  it('finds the folder of a recording named J', async () => {
    const dataset = await openCasMe3({ root: recordingsRoot });
    const index = dataset.samples.findIndex(({ subject, clip }) => subject === 'spNO.3' && clip.startsWith('J'));
    expect(dataset.frames(index).folder).toBe('part_A/spNO.3/j/color');
  });

  it('corrects the missing offsets of spNO.40/e and the onset 0 of spNO.216/e', async () => {
    const dataset = await openCasMe3({ root: recordingsRoot });
    expect(notes(dataset, 'corrected')).toEqual([
      expect.stringMatching(/^spNO\.40\/e_1838: offset 0 is read as 1845/),
      expect.stringMatching(/^spNO\.216\/e_0: onset 0 is read as 1: the frames start at 1\.jpg/),
      expect.stringMatching(/^spNO\.216\/e_0: apex 0 is read as 1/),
      expect.stringMatching(/^spNO\.40\/e_2396: offset 0 is read as 2403/),
    ]);
  });

  it('names the damaged images of spNO.3, recording J, and reads the other clips', async () => {
    const [, , onset, apex] = rows.find(([subject, letter]) => subject === 'spNO.3' && letter === 'J')!;
    const damaged = [0, 1].map((step) => `part_A/spNO.3/j/color/${Number(apex) + step}.jpg`);
    const files: Files = { ...recordings };
    for (const file of damaged) files[file] = (recordings[file] as Uint8Array).slice(0, 60);
    const dataset = await openCasMe3({ root: memoryFolder(files) });
    const index = dataset.samples.findIndex(({ subject, clip }) => subject === 'spNO.3' && clip === `J_${onset}`);
    await expect(dataset.readClip(index)).rejects.toThrow(
      new RegExp(`cas-me3/spNO\\.3/J_${onset} as '(${damaged.join('|')})' .* must be a whole picture`),
    );
    const other = await dataset.readClip(index + 1);
    expect(other.frames.shape[0]).toBe(10);
    other.frames.dispose();
    const report = await inspectFolder('cas-me3', { root: memoryFolder(files) }, { images: 'check' });
    expect(report.images?.unreadable).toBe(2);
    const listed = report.notes.filter(({ severity, file }) => severity === 'error' && file);
    expect(listed.map(({ file }) => file).sort()).toEqual(damaged.sort());
  });

  it('reads the released clips, whose folders vary in case, and not their depth', async () => {
    const dataset = await openCasMe3({ root: memoryFolder(clips) });
    expect(dataset.samples).toHaveLength(860);
    expect(dataset.frames(0).folder).toBe('Part_A_ME_clip/frame/spNO.1_a_355');
    expect(dataset.samples.every((_, i) => !dataset.frames(i).folder.includes('depth'))).toBe(true);
  });
});

describe('openClipFolder()', () => {
  const frames: Files = {};
  addFrames(frames, 'anna/one', 1, 12, (n) => `${n}.png`);
  addFrames(frames, 'takes/b', 100, 120, (n) => `frame_${n}.bmp`);

  it('reads a CSV manifest: folders by default or by name, marks by number or from the frames', async () => {
    const csv =
      'subject,clip,label,folder,onset,apex,offset,fps,au\nanna,one,sad,,,,,,\n007,two,glad,takes/b,103,108,115,60,4+12\n';
    const dataset = await openClipFolder({ root: memoryFolder({ ...frames, 'manifest.csv': csv }) });
    expect(dataset.classes).toEqual(['glad', 'sad']);
    expect(dataset.samples.map(({ id, label }) => [id, label])).toEqual([
      ['clip-folder/007/two', 0],
      ['clip-folder/anna/one', 1],
    ]);
    expect(dataset.records[0]).toMatchObject({ onset: 103, apex: 108, offset: 115, fps: 60 });
    expect(dataset.records[0]!.actionUnits.units.map(({ unit }) => unit)).toEqual([4, 12]);
    expect(dataset.records[1]).toMatchObject({ onset: 1, apex: null, offset: 12, fps: 30 });
    const ordered = await openClipFolder({
      root: memoryFolder({ ...frames, 'manifest.csv': csv }),
      classes: ['sad', 'glad'],
    });
    expect(ordered.samples[0]!.label).toBe(1);
  });

  it('reads a JSON manifest', async () => {
    const json = JSON.stringify([
      { subject: '007', clip: 'two', label: 'x', folder: 'takes/b', onset: 101, apex: 105, offset: 110 },
    ]);
    const dataset = await openClipFolder({ root: memoryFolder({ ...frames, 'manifest.json': json }) });
    expect(dataset.records[0]).toMatchObject({ subject: '007', onset: 101, source: { file: 'manifest.json', row: 1 } });
  });

  it('names every wrong row', async () => {
    const csv = [
      'subject,clip,label,folder,onset,apex,offset,fps',
      'anna,one,sad,../outside,,,,',
      'anna,two,sad,nowhere,,,,',
      'anna,three,,anna/one,,,,',
      'anna,four,sad,anna/one,1,20,12,',
      'anna,five,sad,anna/one,one,,12,',
      'anna,six,sad,anna/one,1,,12,fast',
      'anna,six,sad,anna/one,1,,12,',
      'anna,seven,sad,anna/one,50,,60,',
    ].join('\n');
    const message = await openClipFolder({ root: memoryFolder({ ...frames, 'manifest.csv': csv }) }).catch(
      (error) => error.message,
    );
    for (const part of [
      "row 2: Cannot use path as it must stay inside the data set's folder: '../outside' is one with '..'",
      "row 3: the folder 'nowhere' has no frames",
      'row 4: the label is missing',
      'row 5 (anna/four): apex must lie in the clip, from onset 1 to offset 12: current value is 20',
      "row 6 (anna/five): onset must be a frame number: current value is 'one'",
      "row 7: fps must be a positive number up to 100000: current value is 'fast'",
      'row 8 (anna/six): the clip is there twice: also in row 7',
      'row 9 (anna/seven): the folder anna/one has frames 1 to 12, none of 50 to 60',
    ]) {
      expect(message).toContain(`manifest.csv, ${part}`);
    }
  });

  it('rejects a folder without a manifest, a broken one, and classes that no clip has', async () => {
    const fails = (files: Files, options = {}) =>
      openClipFolder({ root: memoryFolder(files), ...options }).catch((error) => error.message);
    expect(await fails(frames)).toContain('there is no manifest.csv or manifest.json');
    expect(await fails({ 'manifest.json': '{' })).toContain('manifest.json: it must be JSON');
    expect(await fails({ 'manifest.json': '[{"subject":"a","clip":"b"}]' })).toContain("entry 1 must have 'label'");
    expect(await fails({ 'manifest.csv': 'subject,clip\na,b' })).toContain(
      'the columns subject, clip and label must be',
    );
    const one = { ...frames, 'manifest.csv': 'subject,clip,label\nanna,one,sad' };
    expect(await fails(one, { classes: ['glad', 'sad'] })).toContain("names 'glad', which no clip has");
  });
});
