import '@tensorflow/tfjs-backend-cpu';
import { describe, expect, it } from 'vitest';
import { addFrames, casme2Clips, casme2Workbook, smicClips } from '../../test/releases.js';
import { memoryFolder } from '../../test/support.js';
import type { AnnotatedDataset } from '../dataset.js';
import { fingerprint } from '../fingerprint.js';
import { inspectFolder } from '../inspect-folder.js';
import { casme2, openCasme2 } from '../sets/casme2.js';
import { openComposite } from '../sets/composite.js';
import { openSmic, smic } from '../sets/smic.js';

type Files = Record<string, Uint8Array | string>;

const clips = smicClips();
type MadeClip = (typeof clips)[number];

const frames: Files = {};
for (const { subject, clip, emotion, onset, offset } of clips) {
  addFrames(frames, `SMIC_all_raw/HS/s${subject}/micro/${emotion}/${clip}`, onset, offset, (n) => `image${n}.bmp`);
}
const header = 'data,subject,clip,label,onset_frame,apex_frame,offset_frame,onset_frame_path';
/** A row as the public lists of SMIC have them: the subject is a number, the clip is spelled as in SMIC-E. */
const rowOf = ({ subject, clip, onset, offset }: (typeof clips)[number], apex = onset + 4) =>
  `smic,${subject},${clip},0,${onset},${apex},${offset},smic/HS_long/${clip}/image${onset}.jpg`;
const listOf = (...rows: string[]) => [header, ...rows].join('\n');
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => '',
    (error: Error) => error.message,
  );
const open = (list: string, options: object = {}) =>
  openSmic({ root: memoryFolder({ ...frames, 'smic_apex.csv': list }), apexes: 'smic_apex.csv', ...options });
const marked = ({ notes }: AnnotatedDataset) => notes.filter(({ severity }) => severity === 'marked');

describe('the option apexes', () => {
  // five clips of SMIC-HS are in no public list
  const listed = clips.slice(0, -7);
  const list = listOf('casme2,sub01,EP02_01f,1,46,59,86,x', ...listed.map((clip) => rowOf(clip)));

  it('lays a public list over SMIC: other data sets are passed over, clips that it does not name are counted', async () => {
    const dataset = await open(list);
    expect(dataset.samples).toHaveLength(164);
    const apexes = dataset.records.map(({ apex, onset }) => apex !== null && apex - onset);
    expect(apexes.filter((rise) => rise === 4)).toHaveLength(157);
    expect(apexes.filter((rise) => rise === false)).toHaveLength(7);
    expect(marked(dataset)).toEqual([
      {
        severity: 'marked',
        key: '',
        file: 'smic_apex.csv',
        message: '157 apexes are those of this list; 7 of 164 clips are not in it, and have none',
      },
    ]);
    const at = dataset.records.findIndex(({ clip }) => clip === 's03_po_08');
    const clip = await dataset.readClip(at, { from: 'onset', to: 'apex' });
    expect([clip.frames.shape[0], clip.apex]).toEqual([5, 4]);
    clip.frames.dispose();
  });

  it('travels with the samples: file, rows and hash, and another fingerprint', async () => {
    const dataset = await open(list);
    expect(dataset.annotationFiles).toEqual([
      { dataset: 'smic', file: 'smic_apex.csv', rows: 0, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ]);
    const other = await open(listOf(...listed.map((clip) => rowOf(clip, clip.onset + 5))));
    expect(await fingerprint(dataset)).not.toBe(await fingerprint(other));
    expect(
      (await inspectFolder('smic', { root: memoryFolder({ ...frames, 'a.csv': list }), apexes: 'a.csv' })).annotations,
    ).toMatchObject({
      apex: { missing: 7, atOnset: 0 },
      rise: { least: 4, greatest: 4 },
    });
  });

  it('names every row that is wrong: unknown clip, apex outside, no number, twice', async () => {
    const [a, b, c, d] = clips as [MadeClip, MadeClip, MadeClip, MadeClip];
    const wrong = listOf(
      rowOf(a, a.offset + 1),
      rowOf({ ...b, clip: 's1_ne_99' }),
      rowOf(c),
      rowOf({ ...c, clip: c.clip.toUpperCase() }),
      rowOf(d).replace(`,${d.onset + 4},`, ',x,'),
    );
    const message = await failure(open(wrong));
    for (const part of [
      `smic_apex.csv, row 2 (s01/s01_ne_02): its apex must lie in the clip, from onset ${a.onset} to offset ${a.offset}: current value is ${a.offset + 1}`,
      'row 3 (1/s1_ne_99): the clip is not annotated in the data set',
      'row 5 (s02/s02_sur_05): its apex is in row 4 too',
      "row 6 (s18/s18_sur_03): its apex must be a frame number: current value is 'x'",
    ]) {
      expect(message).toContain(part);
    }
    const report = await inspectFolder('smic', { root: memoryFolder({ ...frames, 'a.csv': wrong }), apexes: 'a.csv' });
    expect(report.notes.filter(({ severity }) => severity === 'error')).toHaveLength(4);
  });

  it('says what is wrong with the file itself', async () => {
    expect(await failure(open(list, { apexes: 'none.csv' }))).toContain(
      'none.csv: the file named by the option apexes does not exist',
    );
    expect(await failure(open('subject,clip\ns1,x'))).toContain(
      'must have the columns clip (or filename) and apex (or apex_frame) in its header',
    );
    expect(await failure(open(listOf('samm,6,006_1_2,0,1,2,3,x')))).toContain(
      'none of its rows is of smic: they are of samm',
    );
    expect(await failure(open(list, { apexes: '../smic_apex.csv' }))).toContain(
      "must stay inside the data set's folder",
    );
  });

  it('takes lists with semicolons and without subjects, and marks an apex at an end', async () => {
    const [a] = clips as [MadeClip];
    const dataset = await open(`Filename;Apex\r\n${a.clip};${a.onset}\r\n`);
    expect(marked(dataset).map(({ key, message, row }) => [key, message, row])).toEqual([
      ['s01/s01_ne_02', `the apex is the onset (${a.onset}): there is no rise`, 2],
      ['', '1 apexes are those of this list; 163 of 164 clips are not in it, and have none', undefined],
    ]);
  });

  it('fills the one apex that CASME II lacks, and refuses another than that of the release', async () => {
    const all = casme2Clips();
    const files: Files = { 'CASME2-coding-20140508.xlsx': casme2Workbook(all) };
    for (const { subject, clip, onset, offset } of all) {
      addFrames(files, `sub${subject}/${clip}`, onset, offset, (n) => `img${n}.jpg`);
    }
    const at = (apexes: string) => memoryFolder({ ...files, 'apex.csv': apexes });
    const filled = await openCasme2({ root: at('subject,clip,apex\n4,EP12_01f,300\n'), apexes: 'apex.csv' });
    expect(filled.records.find(({ clip, subject }) => clip === 'EP12_01f' && subject === 'sub04')!.apex).toBe(300);
    const other = at('subject,clip,apex\nsub09,EP09f,50\n');
    expect(await failure(openCasme2({ root: other, apexes: 'apex.csv' }))).toMatch(
      /sub09\/EP09f\): the data set annotates another apex, \d+: current value is 50/,
    );
  });

  it('goes through a composite to the data sets without apexes', async () => {
    const files: Files = {
      'SMIC/smic_apex.csv': list,
      'CASME2/CASME2-coding-20140508.xlsx': casme2Workbook(casme2Clips()),
    };
    for (const [path, bytes] of Object.entries(frames)) files[`SMIC/${path}`] = bytes;
    for (const { subject, clip, onset, offset } of casme2Clips()) {
      addFrames(files, `CASME2/sub${subject}/${clip}`, onset, offset, (n) => `img${n}.jpg`);
    }
    const both = await openComposite({ root: memoryFolder(files), apexes: 'smic_apex.csv', parts: [casme2, smic] });
    expect(both.records!.filter(({ apex }) => apex === null)).toHaveLength(7);
    expect(both.annotationFiles!.map(({ file }) => file)).toEqual(['CASME2-coding-20140508.xlsx', 'smic_apex.csv']);
  });
});
