import '@tensorflow/tfjs-backend-cpu';
import { describe, expect, it } from 'vitest';
import {
  addFrames,
  casme2Clips,
  casme2ObjectiveWorkbook,
  casme2Workbook,
  type MadeClip,
  sammClips,
  sammWorkbook,
  smicClips,
  smicWorkbook,
} from '../../test/releases.js';
import { memoryFolder } from '../../test/support.js';
import type { AnnotatedDataset } from '../dataset.js';
import { inspectFolder } from '../inspect-folder.js';
import { openCasme2 } from './casme2.js';
import { openSamm } from './samm.js';
import { openSmic } from './smic.js';

type Files = Record<string, Uint8Array | string>;

const perClass = ({ classes, samples }: AnnotatedDataset) =>
  classes.map((_, label) => samples.filter((sample) => sample.label === label).length);
const notes = ({ notes: list }: AnnotatedDataset, severity: string) =>
  list.filter((note) => note.severity === severity).map(({ key, message }) => `${key}: ${message}`);

function casme2Tree(clips: readonly MadeClip[], base: string, prefix = ''): Files {
  const files: Files = {};
  for (const { subject, clip, onset, offset } of clips) {
    addFrames(files, `${base}/sub${subject}/${clip}`, onset, offset, (n) => `${prefix}img${n}.jpg`);
  }
  return files;
}

const raw = 'CASME2_RAW_selected/CASME2_RAW_selected';

describe('openCasme2()', () => {
  const clips = casme2Clips();
  const files = casme2Tree(clips, raw);
  const coded = { ...files, 'CASME2-coding-20140508.xlsx': casme2Workbook(clips) };
  const root = memoryFolder(coded);

  it('reads the 2014 workbook (blank columns C and G) and a nested raw tree: 255 clips, 246 in five classes', async () => {
    const dataset = await openCasme2({ root });
    expect(dataset.annotated).toHaveLength(255);
    expect(dataset.classes).toEqual(['disgust', 'happiness', 'repression', 'surprise', 'others']);
    expect(perClass(dataset)).toEqual([63, 32, 27, 25, 99]);
    expect(dataset.outside).toEqual({ sadness: 7, fear: 2 });
    expect(new Set(dataset.annotated.map(({ subject }) => subject)).size).toBe(26);
    expect(dataset.notes.filter(({ severity }) => !['marked'].includes(severity))).toEqual([]);
  });

  it('keeps subjects as text with their zero, and keys clips by subject and name: names repeat across subjects', async () => {
    const dataset = await openCasme2({ root, classes: 'emotion-7' });
    expect(perClass(dataset)).toEqual([63, 32, 27, 25, 99, 7, 2]);
    expect(dataset.samples[0]).toMatchObject({ id: expect.stringMatching(/^casme2\/sub01\//), subject: 'sub01' });
    expect(new Set(dataset.samples.map(({ clip }) => clip)).size).toBeLessThan(255);
    expect(new Set(dataset.samples.map(({ id }) => id)).size).toBe(255);
  });

  it('reads odd file names: EP01_2, EP08_1, EP06_02_01, EP06_02_02, EP09f', async () => {
    const { samples } = await openCasme2({ root, classes: 'emotion-7' });
    const names = samples.map(({ subject, clip }) => `${subject}/${clip}`);
    for (const odd of ['sub03/EP01_2', 'sub03/EP08_1', 'sub07/EP06_02_01', 'sub07/EP06_02_02', 'sub09/EP09f']) {
      expect(names).toContain(odd);
    }
  });

  it('marks sub04/EP12_01f, whose apex is "/", and the degenerate apexes', async () => {
    const dataset = await openCasme2({ root });
    const index = dataset.samples.findIndex(({ id }) => id === 'casme2/sub04/EP12_01f');
    expect(dataset.records[index]).toMatchObject({ onset: 261, apex: null, offset: 321, emotion: 'disgust' });
    expect(notes(dataset, 'marked')).toEqual([
      'sub04/EP12_01f: it has no apex',
      'sub05/EP09_05f: the apex is the onset (69): there is no rise',
      expect.stringMatching(/^sub05\/EP16_04f: the apex is the offset \(\d+\): there is no fall$/),
      expect.stringMatching(/^sub12\/EP09_06: the apex is the offset/),
      expect.stringMatching(/^sub20\/EP16_01: the apex is the offset/),
      expect.stringMatching(/^sub25\/EP18_04f: the apex is the offset/),
    ]);
  });

  it('reads action units that are numbers, text or "?"', async () => {
    const { annotated } = await openCasme2({ root });
    const texts = new Map(annotated.map(({ actionUnits }) => [actionUnits.text, actionUnits]));
    expect(texts.get('4')!.units).toEqual([{ unit: 4, side: null, intensity: null, doubtful: false }]);
    expect(texts.get('4+L10')!.units[1]).toMatchObject({ unit: 10, side: 'left' });
    expect(texts.get('?')).toMatchObject({ units: [], remarks: ['?'] });
  });

  it('reads the 2019 workbook: sadness of three clips of sub24 became surprise, objective classes in a column', async () => {
    const newer = { ...files, 'CASME2-coding-20190701.xlsx': casme2Workbook(casme2Clips('2019'), '2019') };
    const emotions = await openCasme2({ root: memoryFolder(newer), classes: 'emotion-7' });
    expect(perClass(emotions)).toEqual([63, 32, 27, 28, 99, 4, 2]);
    const objective = await openCasme2({ root: memoryFolder(newer), classes: 'objective-7' });
    expect(perClass(objective)).toEqual([30, 18, 93, 15, 18, 2, 79]);
  });

  it('takes objective classes from their own workbook beside the 2014 one: 185 in I to V', async () => {
    const both = { ...coded, 'CASME2-ObjectiveClasses.xlsx': casme2ObjectiveWorkbook(clips) };
    const dataset = await openCasme2({ root: memoryFolder(both), classes: 'objective-5' });
    expect(perClass(dataset)).toEqual([25, 15, 99, 26, 20]);
    expect(dataset.samples).toHaveLength(185);
  });

  it('reads an edited copy without blank columns, and refuses to choose between two workbooks', async () => {
    const edited = { ...files, 'coding/CASME2-coding-edited.xlsx': casme2Workbook(clips, 'edited') };
    expect((await openCasme2({ root: memoryFolder(edited) })).samples).toHaveLength(246);
    const two = memoryFolder({ ...coded, 'CASME2-coding-20190701.xlsx': casme2Workbook(casme2Clips('2019')) });
    await expect(openCasme2({ root: two })).rejects.toThrow(
      /2 workbooks fit equally and differ \(CASME2-coding-20140508\.xlsx, CASME2-coding-20190701\.xlsx\): name one, such as annotations: /,
    );
    const dataset = await openCasme2({ root: two, mode: 'inspect' });
    expect(dataset.samples).toHaveLength(249);
    expect(notes(dataset, 'warning')[0]).toMatch(/2 workbooks fit equally/);
    expect(dataset.annotationFiles.map(({ file, rows }) => [file, rows])).toEqual([
      ['CASME2-coding-20190701.xlsx', 255],
    ]);
    const older = await openCasme2({ root: two, annotations: 'CASME2-coding-20140508.xlsx' });
    expect(older.samples).toHaveLength(246);
  });

  it('gives the 145 clips of MEGC2019 from either release: 88, 32, 25 of 24 subjects', async () => {
    for (const release of ['2014', '2019'] as const) {
      const name = 'CASME2-coding.xlsx';
      const root = memoryFolder({ ...files, [name]: casme2Workbook(casme2Clips(release)) });
      const dataset = await openCasme2({ root, classes: 'megc2019' });
      expect(perClass(dataset)).toEqual([88, 32, 25]);
      expect(new Set(dataset.samples.map(({ subject }) => subject)).size).toBe(24);
      expect(notes(dataset, 'dropped')).toHaveLength(release === '2014' ? 2 : 5);
    }
  });

  it('prefers the cropped tree (reg_img…) where both are there, and says so; raw on request', async () => {
    const both = memoryFolder({ ...coded, ...casme2Tree(clips, 'Cropped', 'reg_') });
    const cropped = await openCasme2({ root: both });
    expect(cropped.frames(0).folder).toMatch(/^Cropped\/sub01\//);
    expect(cropped.settings).toMatchObject({ frames: 'cropped' });
    expect(notes(cropped, 'marked')).toContainEqual(expect.stringContaining('raw and cropped frames are there'));
    const uncropped = await openCasme2({ root: both, frames: 'raw' });
    expect(uncropped.frames(0).folder).toContain('RAW_selected/sub01/');
    await expect(openCasme2({ root, frames: 'cropped' })).rejects.toThrow(
      "there are no cropped frames in memory: choose frames: 'raw'",
    );
  });

  it('sorts unpadded frame numbers by value', async () => {
    const dataset = await openCasme2({ root });
    const { numbers, files: names } = dataset.frames(0);
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    expect(names[0]).toBe(`img${dataset.records[0]!.onset}.jpg`);
  });

  it('reads a clip with missing frames (Cropped sub16/EP01_08) and lists them', async () => {
    const holes: Files = { ...coded };
    const clip = clips.find((one) => one.subject === '16' && one.clip === 'EP01_08')!;
    for (const n of [clip.onset, clip.onset + 3, clip.onset + 4]) delete holes[`${raw}/sub16/EP01_08/img${n}.jpg`];
    const dataset = await openCasme2({ root: memoryFolder(holes) });
    const total = clip.offset - clip.onset + 1;
    expect(notes(dataset, 'warning')).toEqual([
      `sub16/EP01_08: 3 of ${total} frames are missing in ${raw}/sub16/EP01_08: ${clip.onset}, ${clip.onset + 3} to ${clip.onset + 4}; for the onset the nearest frame is taken`,
    ]);
  });
});

describe('openSamm()', () => {
  const clips = sammClips();
  const frames: Files = {};
  for (const { subject, clip, onset, offset } of clips) {
    const digits = (n: number) => String(n).padStart(5, '0');
    addFrames(frames, `SAMM/${subject}/${clip}`, onset, offset, (n) => `${subject}_${digits(n)}.jpg`);
  }
  const coded = { ...frames, 'SAMM_Micro_FACS_Codes_v2.xlsx': sammWorkbook(clips) };
  const root = memoryFolder(coded);

  it('finds the header in row 14 below the prose: 159 clips of 29 subjects, 136 in five classes', async () => {
    const dataset = await openSamm({ root });
    expect(dataset.annotated).toHaveLength(159);
    expect(dataset.annotated[0]!.source).toEqual({ file: 'SAMM_Micro_FACS_Codes_v2.xlsx', row: 15 });
    expect(dataset.classes).toEqual(['anger', 'contempt', 'happiness', 'surprise', 'others']);
    expect(perClass(dataset)).toEqual([57, 12, 26, 15, 26]);
    const all = await openSamm({ root, classes: 'emotion-8' });
    expect(perClass(all)).toEqual([57, 26, 26, 15, 12, 9, 8, 6]);
    expect(new Set(all.samples.map(({ subject }) => subject)).size).toBe(29);
  });

  it('finds the header of an edited copy in row 1', async () => {
    const edited = { ...frames, 'SAMM_20181215_Micro_FACS_Codes_v2.xlsx': sammWorkbook(clips, true) };
    expect((await openSamm({ root: memoryFolder(edited) })).samples).toHaveLength(136);
  });

  it('gives the 133 clips of MEGC2019: 92, 26, 15 of 28 subjects (025 drops out), and 68 objective ones', async () => {
    const dataset = await openSamm({ root, classes: 'megc2019' });
    expect(perClass(dataset)).toEqual([92, 26, 15]);
    const subjects = new Set(dataset.samples.map(({ subject }) => subject));
    expect(subjects.size).toBe(28);
    expect(subjects.has('025')).toBe(false);
    expect(subjects.has('006')).toBe(true);
    expect((await openSamm({ root, classes: 'objective-5' })).samples).toHaveLength(68);
  });

  it('corrects the apex of 028_4_1 (behind the offset) and 032_3_1 (1930 for 4930), with row, values and reason', async () => {
    const dataset = await openSamm({ root, classes: 'emotion-8' });
    const of = (clip: string) => dataset.records[dataset.samples.findIndex((sample) => sample.clip === clip)]!;
    expect(of('028_4_1')).toMatchObject({ apex: null, source: { row: 140 } });
    expect(of('032_3_1')).toMatchObject({ onset: 4896, apex: 4930, source: { row: 147 } });
    expect(of('032_3_2').apex).toBe(5127);
    expect(notes(dataset, 'corrected')).toEqual([
      expect.stringMatching(/^028\/028_4_1: apex 1143 is read as unknown: the apex lies after the offset/),
      expect.stringMatching(/^032\/032_3_1: apex 1930 is read as 4930: .* a wrong first digit$/),
    ]);
  });

  it('refuses those rows when the corrections are switched off, and can leave them out or mend them', async () => {
    await expect(openSamm({ root, corrections: false })).rejects.toThrow(
      /SAMM_Micro_FACS_Codes_v2\.xlsx, row 140 \(028\/028_4_1\): apex must lie in the clip, from onset 1100 to offset 1134: current value is 1143\n.*row 147 \(032\/032_3_1\): apex must/,
    );
    const dropped = await openSamm({ root, corrections: false, faults: 'drop', classes: 'emotion-8' });
    expect(dropped.samples).toHaveLength(157);
    const mended = await openSamm({ root, corrections: false, faults: 'repair', classes: 'emotion-8' });
    expect(mended.samples).toHaveLength(159);
    expect(notes(mended, 'corrected')[1]).toContain('apex 1930 is read as unknown: it lies outside the clip');
  });

  it('reads a subject stored as a number as three digits', async () => {
    const short = clips.map((clip) => ({ ...clip, subject: String(Number(clip.subject)) }));
    const dataset = await openSamm({ root: memoryFolder({ ...frames, 'codes.xlsx': sammWorkbook(short) }) });
    expect(dataset.samples[0]!.id).toBe('samm/006/006_1_1');
  });
});

describe('openSmic()', () => {
  const clips = smicClips();
  const tree = (base: string, prefix: string, without: readonly string[] = []): Files => {
    const files: Files = {};
    for (const { subject, clip, emotion, onset, offset } of clips) {
      if (without.includes(clip)) continue;
      const folder = `${base}/HS/s${subject}/micro/${emotion}/${clip}`;
      addFrames(files, folder, onset, offset, (n) => `${prefix}image${String(n).padStart(6, '0')}.bmp`);
    }
    addFrames(files, `${base}/HS/s1/non_micro/s1_ne_90`, 1, 5, (n) => `${prefix}image${n}.bmp`);
    return files;
  };

  it('reads the clip tree without a workbook: 164 clips of 16 subjects (70, 51, 43), no non_micro, no apex', async () => {
    const dataset = await openSmic({ root: memoryFolder(tree('SMIC_all_raw', '')) });
    expect(perClass(dataset)).toEqual([70, 51, 43]);
    expect(new Set(dataset.samples.map(({ subject }) => subject)).size).toBe(16);
    expect(dataset.samples[0]!.id).toBe('smic/s01/s01_ne_02');
    expect(dataset.records.every(({ apex, fps }) => apex === null && fps === 100)).toBe(true);
    expect(notes(dataset, 'marked')).toEqual([expect.stringContaining('no apex is annotated in SMIC')]);
  });

  it('leaves out s18_sur_03, whose folder is empty in SMIC_all_cropped, with the reason', async () => {
    const files = tree('SMIC_all_cropped', 'reg_', ['s18_sur_03']);
    files['SMIC_all_cropped/HS/s18/micro/surprise/s18_sur_03/Thumbs.db'] = 'x';
    const dataset = await openSmic({ root: memoryFolder(files) });
    expect(dataset.samples).toHaveLength(163);
    expect(notes(dataset, 'dropped')).toEqual([expect.stringMatching(/^s18\/s18_sur_03: .*as in SMIC_all_cropped/)]);
    files['SMIC_all_cropped/HS/s18/micro/surprise/s18_sur_04/Thumbs.db'] = 'x';
    await expect(openSmic({ root: memoryFolder(files) })).rejects.toThrow(
      's18_sur_04: the folder of the clip has no frames',
    );
  });

  it('reads s3_po_08, s3_sur_01, s3_sur_05 and s3_ne_16 of SMIC_all_cropped, which lack frames, and lists those', async () => {
    const files = tree('SMIC_all_cropped', 'reg_');
    const gaps = { s3_po_08: [4, 5], s3_sur_01: [3], s3_sur_05: [7], s3_ne_16: [2] };
    const expected: string[] = [];
    for (const { clip, emotion, onset, offset } of clips.filter((one) => one.clip in gaps)) {
      const folder = `SMIC_all_cropped/HS/s3/micro/${emotion}/${clip}`;
      const missing = gaps[clip as keyof typeof gaps].map((step) => onset + step);
      for (const number of missing) delete files[`${folder}/reg_image${number}.bmp`];
      const span = missing.length > 1 ? `${missing[0]} to ${missing.at(-1)}` : String(missing[0]);
      const padded = `s03/${clip.replace('s3', 's03')}`;
      expected.push(`${padded}: ${missing.length} of ${offset - onset + 1} frames are missing in ${folder}: ${span}`);
    }
    expect(expected).toHaveLength(4);
    const dataset = await openSmic({ root: memoryFolder(files) });
    expect(dataset.samples).toHaveLength(164);
    expect(notes(dataset, 'warning').sort()).toEqual(expected.sort());
    const index = dataset.samples.findIndex(({ clip }) => clip === 's03_po_08');
    const { frames } = await dataset.readClip(index);
    const { onset, offset } = dataset.records[index]!;
    expect(frames.shape[0]).toBe(offset - onset + 1 - 2);
    frames.dispose();
    const report = await inspectFolder('smic', { root: memoryFolder(files) });
    const listed = report.notes.filter(({ severity }) => severity === 'warning');
    expect(listed.map(({ key, message }) => `${key}: ${message}`).sort()).toEqual(expected);
  });

  it('reads one camera of several', async () => {
    const files = tree('SMIC_all_raw', '');
    for (const part of ['VIS', 'NIR']) {
      addFrames(files, `SMIC_all_raw/${part}/s11/micro/positive/s11_po_01`, 100, 110, (n) => `image${n}.bmp`);
    }
    const vis = await openSmic({ root: memoryFolder(files), part: 'VIS' });
    expect(vis.samples.map(({ id }) => id)).toEqual(['smic/s11/s11_po_01']);
    expect(vis.records[0]!.fps).toBe(25);
    expect((await openSmic({ root: memoryFolder(files) })).samples).toHaveLength(164);
  });

  const long = (folder: (clip: (typeof clips)[number]) => string): Files => {
    const files: Files = { 'SMIC-HS-E_annotation.xlsx': smicWorkbook(clips) };
    const absent = ['s3_ne_03', 's3_ne_20', 's4_ne_05', 's4_ne_06', 's9_sur_02'];
    for (const clip of clips) {
      if (absent.includes(clip.clip)) continue;
      addFrames(files, folder(clip), clip.onset - 5, clip.offset + 5, (n) => `image${n}.jpg`);
    }
    return files;
  };

  it('reads SMIC-E: padded folders with unpadded clips, text at the end, 162 rows, 157 clips with frames', async () => {
    const padded = long(({ subject, clip }) => `smic/HS_long/SMIC_HS_E/s${String(subject).padStart(2, '0')}/${clip}`);
    const dataset = await openSmic({ root: memoryFolder(padded) });
    expect(dataset.annotated).toHaveLength(162);
    expect(dataset.samples).toHaveLength(157);
    expect(notes(dataset, 'dropped').filter((text) => text.includes('not in the SMIC-E release'))).toHaveLength(5);
    expect(notes(dataset, 'dropped').filter((text) => text.includes('no row for the clip'))).toEqual([
      expect.stringMatching(/^s01\/s01_ne_02/),
      expect.stringMatching(/^s02\/s02_sur_05/),
    ]);
    expect(dataset.settings).toMatchObject({ frames: 'extended raw' });
    const { numbers } = dataset.frames(0);
    expect(numbers[0]).toBe(dataset.records[0]!.onset - 5);
  });

  it('corrects the label of s18_sur_03, and reads FirstF "MISSING <-426679" and second expressions without a fall', async () => {
    const files = long(({ subject, clip }) => `SMIC-E_raw image/HS_long/SMIC-HS-E/HS/s${subject}/${clip}`);
    const dataset = await openSmic({ root: memoryFolder(files) });
    expect(notes(dataset, 'corrected')).toEqual([
      expect.stringMatching(/^s18\/s18_sur_03: emotion negative is read as surprise: the clip is named "sur"/),
    ]);
    expect(perClass(dataset)).toEqual([65, 51, 41]);
    expect(notes(dataset, 'marked').filter((text) => text.includes('another expression'))).toHaveLength(5);
    expect(notes(dataset, 'marked')).toContainEqual(expect.stringMatching(/^s01\/s01_ne_03: onset .* is not inside/));
    const asWritten = await openSmic({ root: memoryFolder(files), corrections: false, missing: 'drop' });
    expect(perClass(asWritten)).toEqual([66, 51, 40]);
  });
});

describe('inspectFolder() on a workbook alone', () => {
  it('counts what is annotated, per class scheme beside the known releases, and says that the frames are missing', async () => {
    const casme2 = await inspectFolder('casme2', {
      root: memoryFolder({ 'CASME2-coding-20140508.xlsx': casme2Workbook(casme2Clips()) }),
    });
    expect(casme2).toMatchObject({
      n: 0,
      annotations: { n: 255, subjects: 26, apex: { missing: 1, atOnset: 1, atOffset: 4 } },
    });
    expect(casme2.annotations!.perEmotion).toEqual({
      others: 99,
      disgust: 63,
      happiness: 32,
      repression: 27,
      surprise: 25,
      sadness: 7,
      fear: 2,
    });
    const five = casme2.annotations!.schemes.find(({ name }) => name === 'emotion-5')!;
    expect([five.n, five.expected.map(({ n }) => n)]).toEqual([246, [246, 249]]);
    expect(casme2.notes.filter(({ severity }) => severity === 'error').map(({ message }) => message)).toEqual([
      expect.stringContaining('the frames of none of the 255 annotated clips are there'),
    ]);
    const smic = await inspectFolder('smic', {
      root: memoryFolder({ 'SMIC-HS-E_annotation.xlsx': smicWorkbook(smicClips()) }),
    });
    expect(smic.annotations).toMatchObject({ n: 162, fps: { 100: 162 }, rise: null });
    const length = smic.annotations!.length!;
    expect(length.least).toBeLessThanOrEqual(length.median);
    expect(length.mean).toBeLessThanOrEqual(length.greatest);
  });
});
