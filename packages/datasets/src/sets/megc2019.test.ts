import '@tensorflow/tfjs-backend-cpu';
import { describe, expect, it } from 'vitest';
import {
  addFrames,
  casme2Clips,
  casme2Workbook,
  sammClips,
  sammWorkbook,
  smicClips,
  smicWorkbook,
} from '../../test/releases.js';
import { memoryFolder } from '../../test/support.js';
import { composeDatasets } from '../compose.js';
import { fingerprint } from '../fingerprint.js';
import { inspectFolder } from '../inspect-folder.js';
import { openDataset } from '../open-dataset.js';
import { casme2 } from './casme2.js';
import { openComposite } from './composite.js';
import { openMegc2019 } from './megc2019.js';
import { samm } from './samm.js';
import { smic } from './smic.js';
import { createSyntheticDataset } from './synthetic.js';

type Files = Record<string, Uint8Array | string>;

const files: Files = {};
for (const { subject, clip, onset, offset } of casme2Clips()) {
  addFrames(files, `CASME2/RAW/sub${subject}/${clip}`, onset, offset, (n) => `img${n}.jpg`);
}
files['CASME2/CASME2-coding-20140508.xlsx'] = casme2Workbook(casme2Clips());
for (const { subject, clip, onset, offset } of sammClips()) {
  addFrames(files, `SAMM/${subject}/${clip}`, onset, offset, (n) => `${subject}_${n}.jpg`);
}
files['SAMM/SAMM_Micro_FACS_Codes_v2.xlsx'] = sammWorkbook(sammClips());
for (const { subject, clip, emotion, onset } of smicClips()) {
  addFrames(files, `SMIC_all_raw/HS/s${subject}/micro/${emotion}/${clip}`, onset, onset, (n) => `image${n}.bmp`);
}

const labelOf: Record<string, number> = { disgust: 0, repression: 0, happiness: 1, surprise: 2 };
/** The official list of the made clips, in the spellings of the official file. */
const truth = [
  ...casme2Clips()
    .filter(
      ({ subject, clip, emotion }) =>
        emotion in labelOf && !['04/EP12_01f', '05/EP09_05f'].includes(`${subject}/${clip}`),
    )
    .map(({ subject, clip, emotion }) => `casme2,sub${subject},${clip},${labelOf[emotion]}`),
  ...smicClips().map(({ subject, clip, emotion }) => {
    const padded = `s${String(subject).padStart(2, '0')}`;
    return `smic,${padded},${clip.replace(/^s\d+/, padded)},${['negative', 'positive', 'surprise'].indexOf(emotion)}`;
  }),
  ...sammClips()
    .filter(({ emotion }) => emotion !== 'Other')
    .map(({ subject, clip, emotion }) => {
      const label = emotion === 'Happiness' ? 1 : emotion === 'Surprise' ? 2 : 0;
      return `samm,${Number(subject)},${clip},${label}`;
    }),
];
const listed = (lines: readonly string[]) => memoryFolder({ ...files, 'combined_3class_gt.csv': lines.join('\r\n') });
const failure = (lines: readonly string[], options = {}) =>
  openMegc2019({ root: listed(lines), ...options }).then(
    () => '',
    (error: Error) => error.message,
  );

describe('openMegc2019()', () => {
  it('gives 442 clips of 68 subjects (250, 109, 83) from the adapters, and agrees with the official list', async () => {
    const dataset = await openMegc2019({ root: listed(truth) });
    const counts = dataset.classes.map((_, label) => dataset.samples.filter((one) => one.label === label).length);
    expect(counts).toEqual([250, 109, 83]);
    expect(new Set(dataset.samples.map(({ dataset: set, subject }) => `${set}/${subject}`)).size).toBe(68);
    expect(dataset.samples.at(-1)!.dataset).toBe('samm');
    const plain = await openMegc2019({ root: memoryFolder(files) });
    expect(plain.samples).toEqual(dataset.samples);
    expect(await fingerprint(plain)).toBe(await fingerprint(dataset));
  });

  it('reads the list in other spellings: s1 for s01, 006 for 6, s1_ne_01, blank lines', async () => {
    const other = truth.map((line) =>
      line
        .replace(/^smic,s0(\d),s0/, 'smic,s$1,s')
        .replace(/^samm,(\d+)/, (_, n: string) => `samm,${n.padStart(3, '0')}`),
    );
    expect((await openMegc2019({ root: listed(['', ...other, '', '']) })).samples).toHaveLength(442);
  });

  it.each([
    ['a header', ['dataset,sub,filename_o,label', ...truth]],
    [
      'a header and further columns, as copies have them',
      ['data,subject,clip,label,apex,imagename', ...truth.map((line) => `${line},,x.jpg`)],
    ],
    ['further columns alone', truth.map((line) => `${line},59,x.jpg`)],
    ['rows of commas', ['', ',,,', ...truth.flatMap((line) => [line, ',,,'])]],
    ['semicolons', truth.map((line) => line.replaceAll(',', ';'))],
    ['tabs and a header', ['data,subject,clip,label', ...truth].map((line) => line.replaceAll(',', '\t'))],
  ])('reads a list with %s', async (_, lines) => {
    expect((await openMegc2019({ root: listed(lines) })).samples).toHaveLength(442);
  });

  it('reads each data set of one folder with its own workbook', async () => {
    const root = memoryFolder({
      ...files,
      'SMIC_all_raw/SMIC-HS-E_annotation.xlsx': smicWorkbook(smicClips()),
      'combined_3class_gt.csv': truth.join('\n'),
    });
    const read = async (name: string) => {
      const { n, subjects, annotationFiles, annotations, notes } = await inspectFolder(name, { root });
      const wrong = notes.filter(({ severity }) => severity === 'error' || severity === 'dropped');
      return [n, subjects, annotations!.n, annotationFiles.map(({ file, rows }) => `${file} ${rows}`), wrong];
    };
    expect(await read('casme2')).toEqual([246, 26, 255, ['CASME2/CASME2-coding-20140508.xlsx 255'], []]);
    expect(await read('samm')).toEqual([136, 29, 159, ['SAMM/SAMM_Micro_FACS_Codes_v2.xlsx 159'], []]);
    // the short clips need none
    expect(await read('smic')).toEqual([164, 16, 164, [], []]);
    const all = await openDataset('composite', { root });
    const official = truth.map((line) => line.split(','));
    const tally = (set: string, label: number) =>
      official.filter((row) => row[0] === set && row[3] === String(label)).length;
    for (const set of ['casme2', 'smic', 'samm']) {
      for (const label of [0, 1, 2]) {
        expect(all.samples.filter((one) => one.dataset === set && one.label === label)).toHaveLength(tally(set, label));
      }
    }
  });

  it('refuses a list that differs in a label or a clip, with its row', async () => {
    const wrong = truth.map((line, i) => (i === 4 ? line.replace(/\d$/, (n) => String((Number(n) + 1) % 3)) : line));
    expect(await failure(wrong)).toMatch(
      /combined_3class_gt\.csv, row 5 \(casme2\/\w+\/\w+\): the official list says \d \(\w+\), the annotation \d/,
    );
    expect(await failure(truth.slice(1))).toContain('it is not in the official list');
    expect(await failure([...truth, 'smic,s01,s01_ne_77,0'])).toContain(
      'row 443 (smic/s01/s01_ne_77): it is in the official list but not among',
    );
    expect(await failure([...truth, 'fer,s01,s01_ne_77,0'])).toContain(
      'row 443: the row must be data set (casme2, smic, samm)',
    );
    expect(await failure([...truth, truth[7]!])).toContain('is also in row 8');
  });

  it('warns of an official clip that is left out for a stated reason', async () => {
    const dataset = await openMegc2019({ root: listed(truth), exclude: ['samm/006/006_1_1'] });
    expect(dataset.samples).toHaveLength(441);
    expect(dataset.notes.filter(({ severity, key }) => severity === 'warning' && key === 'samm/006/006_1_1')).toEqual([
      expect.objectContaining({
        message: 'it is in the official list but is left out: left out by the option exclude',
      }),
    ]);
  });

  it('names a part that is missing', async () => {
    const two = Object.fromEntries(Object.entries(files).filter(([path]) => !path.startsWith('SAMM')));
    await expect(openMegc2019({ root: memoryFolder(two) })).rejects.toThrow(
      "samm: no folder for samm is there: expected one whose name says so, such as 'samm'",
    );
    await expect(openMegc2019({ root: memoryFolder(files), samm: 'nowhere' })).rejects.toThrow(
      "the folder 'nowhere' does not",
    );
    const { notes, n } = await inspectFolder('megc2019', { root: memoryFolder(two) });
    expect(n).toBe(145 + 164);
    expect(notes.filter(({ severity }) => severity === 'error').map(({ key }) => key)).toEqual(['samm']);
  });
});

describe('openComposite()', () => {
  it('joins the data sets that are there, or those asked for, in three classes', async () => {
    const all = await openDataset('composite', { root: memoryFolder(files) });
    expect(all.samples).toHaveLength(442);
    const pair = await openComposite({
      root: memoryFolder(files),
      parts: [casme2, smic, samm],
      sets: ['samm', 'casme2'],
    });
    expect(pair.samples).toHaveLength(278);
    expect(pair.samples[0]!.dataset).toBe('samm');
    expect(pair.classes).toEqual(['negative', 'positive', 'surprise']);
    const own = await openComposite({ root: memoryFolder(files), parts: [casme2, samm] });
    expect(own.samples.map(({ id }) => id).sort()).toEqual(pair.samples.map(({ id }) => id).sort());
    await expect(openDataset('composite', { root: memoryFolder(files), sets: ['mmew'] })).rejects.toThrow(
      'no folder for mmew is there',
    );
    await expect(openDataset('composite', { root: memoryFolder(files), sets: ['casme1'] })).rejects.toThrow(
      'its name must be one of casme2, samm, smic, mmew, cas-me3, dfme: current value is "casme1"',
    );
    await expect(openDataset('composite', { root: memoryFolder({ 'a/b.txt': 'x' }) })).rejects.toThrow(
      'no folder of a data set is there',
    );
  });
});

describe('composeDatasets()', () => {
  const made = (name: string, options = {}) =>
    createSyntheticDataset({ name, subjects: 2, clipsPerSubject: 2, size: 16, ...options });

  it('joins data sets and reads each sample from its own', async () => {
    const [a, b] = [made('a'), made('b', { seed: 5 })];
    const both = composeDatasets('pair', [a, b]);
    expect(both.samples.map(({ id }) => id)).toEqual([...a.samples, ...b.samples].map(({ id }) => id));
    const [joined, own] = [await both.readClip(5), await b.readClip(1)];
    expect(await joined.frames.data()).toEqual(await own.frames.data());
    joined.frames.dispose();
    own.frames.dispose();
    await expect(both.readClip(8)).rejects.toThrow('index must be 0 to 7');
  });

  it('refuses other classes, shared samples and nothing at all', () => {
    expect(() => composeDatasets('x', [made('a'), made('b', { classes: ['disgust', 'surprise'] })])).toThrow(
      "must have the same classes: 'a' has happiness, disgust, surprise; 'b' disgust, surprise",
    );
    expect(() => composeDatasets('x', [made('a'), made('a')])).toThrow("'a/sub01/EP01_01' is there twice");
    expect(() => composeDatasets('x', [])).toThrow('it must have parts');
  });
});

describe('a composite whose part has two workbooks that fit equally', () => {
  const two = { ...files, 'CASME2/CASME2-coding-20190701.xlsx': casme2Workbook(casme2Clips('2019')) };

  it('refuses to open, and warns where it is inspected', async () => {
    await expect(openMegc2019({ root: memoryFolder(two) })).rejects.toThrow('2 workbooks fit equally and differ');
    const { notes } = await inspectFolder('megc2019', { root: memoryFolder(two) });
    expect(notes.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(notes).toContainEqual(expect.objectContaining({ severity: 'warning', key: 'casme2' }));
  });
});
