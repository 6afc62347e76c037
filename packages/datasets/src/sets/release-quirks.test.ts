import '@tensorflow/tfjs-backend-cpu';
import { describe, expect, it } from 'vitest';
import { pictureOf } from '../../test/releases.js';
import { memoryFolder } from '../../test/support.js';
import { countClips } from '../count-clips.js';
import type { AnnotatedDataset } from '../dataset.js';
import { encodeWorkbook, type WorkbookCell } from '../tables/write-workbook.js';
import { openCasMe3 } from './cas-me3.js';
import { casme2, openCasme2 } from './casme2.js';
import { openClipFolder } from './clip-folder.js';
import { openSamm, samm } from './samm.js';

type Files = Record<string, Uint8Array | string>;

const header = [
  'Subject',
  'Filename',
  null,
  'OnsetFrame',
  'ApexFrame',
  'OffsetFrame',
  null,
  'Action Units',
  'Estimated Emotion',
];
const emotions = ['disgust', 'happiness', 'surprise'];

/** A small CASME II in its own tree and workbook, to spoil. */
interface Release {
  rows: WorkbookCell[][];
  files: Files;
  options: Record<string, unknown>;
}

const ONSET = 46;
const COUNT = 25;
const folderOf = (key: string) => `Cropped/${key}`;
const frameOf = (key: string, number: number) => `${folderOf(key)}/reg_img${number}.bmp`;

function release(): Release {
  const rows: WorkbookCell[][] = [];
  const files: Files = {};
  for (const subject of ['01', '02', '03', '04']) {
    for (const [i, emotion] of emotions.entries()) {
      const clip = `EP0${i + 2}_01f`;
      rows.push([subject, clip, null, ONSET, ONSET + 10, ONSET + COUNT - 1, null, 4, emotion]);
      // the raw recording goes on a little
      for (let n = ONSET; n < ONSET + COUNT; n++) {
        files[frameOf(`sub${subject}/${clip}`, n)] = pictureOf(`${subject}/${clip}/${n}`);
      }
    }
  }
  return { rows, files, options: {} };
}

const rowOf = ({ rows }: Release, key: string) => rows.find(([s, c]) => `sub${s}/${c}` === key)!;
const open = ({ rows, files, options }: Release, mode: 'strict' | 'inspect' = 'inspect') => {
  const book = encodeWorkbook([{ name: 'Sheet1', rows: [header, ...rows] }]);
  return openCasme2({ root: memoryFolder({ 'CASME2-coding-20140508.xlsx': book, ...files }), mode, ...options });
};
const said = ({ notes }: AnnotatedDataset) =>
  notes.map(({ severity, key, message }) => `${severity} ${key}: ${message}`);

/** What is wrong with real folders: how it looks, and what is said of it. `lost` clips are no samples. */
const quirks: Record<string, { spoil(made: Release, key: string): void; says?: RegExp; lost?: boolean }> = {
  "copies that a file manager made, and a Mac's": {
    spoil({ files }, key) {
      for (const name of [
        'reg_img50 (1).bmp',
        'reg_img50 (2).bmp',
        'reg_img51 - Copy.bmp',
        'reg_img52 copy.bmp',
        'Copy of reg_img53.bmp',
        'reg_img54~1.bmp',
        'reg_img55 2.bmp',
        'reg_img56 - 副本.bmp',
        'reg_img57_1.bmp',
        '._reg_img58.bmp',
        'Thumbs.db',
        '.DS_Store',
      ]) {
        files[`${folderOf(key)}/${name}`] = pictureOf(name);
      }
    },
    says: /^warning KEY: by their names, 9 pictures in .* must be copies or no frames, and are passed over/,
  },
  'a frame that is missing': {
    spoil: ({ files }, key) => void delete files[frameOf(key, 60)],
    says: /^warning KEY: 1 of 25 frames are missing in .*: 60$/,
  },
  'more frames missing than a clip can lack': {
    spoil({ files }, key) {
      for (let n = 50; n < 60; n++) delete files[frameOf(key, n)];
    },
    says: /^error KEY: 10 of 25 frames are missing in .*, more than the share of 0\.2 .*: 50 to 59$/,
    lost: true,
  },
  'frames renumbered from 1': {
    spoil({ files }, key) {
      for (let n = ONSET; n < ONSET + COUNT; n++) {
        files[frameOf(key, n - ONSET + 1)] = files[frameOf(key, n)]!;
        delete files[frameOf(key, n)];
      }
    },
    says: /^error KEY: .* numbered 1 to 25, not 46 to 70: they were renumbered/,
    lost: true,
  },
  'an offset far behind the last frame': {
    spoil: (made, key) => void (rowOf(made, key)[5] = 5000),
    says: /^error KEY: a clip of this data set has at most 400 frames: onset 46 to offset 5000 are 4955/,
    lost: true,
  },
  'an apex before the onset': {
    spoil: (made, key) => void (rowOf(made, key)[4] = 3),
    says: /^error KEY: apex must lie in the clip/,
    lost: true,
  },
  'no apex': {
    spoil: (made, key) => void (rowOf(made, key)[4] = '/'),
    says: /^marked KEY: it has no apex/,
  },
  'no folder': {
    spoil({ files }, key) {
      for (const file of Object.keys(files)) if (file.startsWith(`${folderOf(key)}/`)) delete files[file];
    },
    says: /^error KEY: the folder of the clip is not there/,
    lost: true,
  },
  'a subject that is a number here, and elsewhere text': {
    spoil: (made, key) => void (rowOf(made, key)[0] = Number(key.slice(3, 5))),
  },
  "the frames of another subject's clip": {
    spoil({ files }, key) {
      const other = key.replace(/^sub0\d/, 'sub04').replace(/EP\d+/, 'EP04');
      for (let n = ONSET; n < ONSET + COUNT; n++) files[frameOf(key, n)] = files[frameOf(other, n)]!;
    },
    says: /^warning KEY: one picture stands under several subjects, KEY, sub04\/EP04_01f/,
  },
  'a list of DFME beside it': {
    spoil({ files }) {
      files['DFME/train.csv'] =
        'Subject,Filename,OnsetFrame,ApexFrame,OffsetFrame,Emotion,EmotionId,Fps,AU\nsub0008,sub0008_01,0,9,20,fear,3,200,4\n';
    },
  },
  'a lock file of an office program': {
    spoil: ({ files }) => void (files['~$CASME2-coding-20140508.xlsx'] = 'x'),
  },
};

/** Checks what is said of a quirk and whether its clip is a sample. */
function check(dataset: AnnotatedDataset, name: string, key: string): void {
  const { says, lost } = quirks[name]!;
  if (says) expect(said(dataset)).toContainEqual(expect.stringMatching(new RegExp(says.source.replaceAll('KEY', key))));
  const [subject, clip] = key.split('/');
  expect(dataset.samples.some((one) => one.subject === subject && one.clip === clip)).toBe(!lost);
  expect(dataset.annotationFiles.map(({ file }) => file)).toEqual(['CASME2-coding-20140508.xlsx']);
}

describe('openCasme2() on real folders', () => {
  for (const [name, { spoil, lost }] of Object.entries(quirks)) {
    it(`tells of ${name}`, async () => {
      const made = release();
      spoil(made, 'sub01/EP02_01f');
      const dataset = await open(made);
      check(dataset, name, 'sub01/EP02_01f');
      expect(dataset.samples).toHaveLength(lost ? 11 : 12);
      if (lost) {
        await expect(open(made, 'strict')).rejects.toThrow('sub01/EP02_01f');
        const left = await open({ ...made, options: { missing: 'drop', faults: 'drop' } }, 'strict');
        expect(countClips(left)).toEqual({ listed: 12, used: 11, leftOut: 1 });
      }
    });
  }

  it('tells of two at once, whichever they are', async () => {
    const names = Object.keys(quirks);
    let state = 20260101;
    const draw = (below: number) => {
      state = (state * 48271) % 2147483647;
      return state % below;
    };
    for (let i = 0; i < 40; i++) {
      const one = names[draw(names.length)]!;
      const two = names.filter((name) => name !== one)[draw(names.length - 1)]!;
      const made = release();
      const keys = [`sub01/EP0${2 + draw(2)}_01f`, `sub02/EP0${2 + draw(2)}_01f`] as const;
      quirks[one]!.spoil(made, keys[0]);
      quirks[two]!.spoil(made, keys[1]);
      const dataset = await open(made);
      check(dataset, one, keys[0]);
      check(dataset, two, keys[1]);
    }
  });

  it('reads every frame once, the copies aside, from the first to the last', async () => {
    const made = release();
    quirks["copies that a file manager made, and a Mac's"]!.spoil(made, 'sub01/EP02_01f');
    const { frames, onset } = await (await open(made)).readClip(0, { from: 'first', to: 'last' });
    expect([frames.shape[0], onset]).toEqual([COUNT, 0]);
    frames.dispose();
  });

  it('takes a workbook of a known name before others, and the fuller of two unknown ones', async () => {
    const { rows, files } = release();
    const book = (some: WorkbookCell[][]) => encodeWorkbook([{ name: 'x', rows: [header, ...some] }]);
    const read = async (more: Files) => {
      const dataset = await openCasme2({ root: memoryFolder({ ...files, ...more }) });
      return dataset.annotationFiles.map(({ file, rows: n, sha256 }) => `${file} ${n} ${sha256?.length}`);
    };
    const part = rows.slice(0, 6);
    expect(await read({ 'CASME2-coding-20140508.xlsx': book(rows), 'zz.xlsx': book(part) })).toEqual([
      'CASME2-coding-20140508.xlsx 12 64',
    ]);
    expect(await read({ 'aa.xlsx': book(rows), 'zz.xlsx': book(part) })).toEqual(['aa.xlsx 12 64']);
    expect(await read({ 'aa.xlsx': book(part), 'zz.xlsx': book(rows) })).toEqual(['zz.xlsx 12 64']);
    expect(await read({ 'aa.xlsx': book(rows), 'backup/aa.xlsx': book(rows) })).toEqual(['aa.xlsx 12 64']);
    const elsewhere = rows.map(([subject, ...row]) => [`2${subject}`.slice(0, 2), ...row] as WorkbookCell[]);
    // of a known name, but of clips that are not here
    expect(await read({ 'CASME2-coding-20140508.xlsx': book(elsewhere), 'zz.xlsx': book(rows) })).toEqual([
      'zz.xlsx 12 64',
    ]);
    const relabeled = rows.map((row) => [...row.slice(0, 8), 'others'] as WorkbookCell[]);
    await expect(read({ 'aa.xlsx': book(rows), 'zz.xlsx': book(relabeled) })).rejects.toThrow(
      '2 workbooks fit equally and differ (aa.xlsx, zz.xlsx): name one, such as annotations: zz.xlsx',
    );
  });

  it('refuses the lists of other data sets', async () => {
    const { files } = release();
    const dfme =
      'Subject,Filename,OnsetFrame,ApexFrame,OffsetFrame,Emotion,EmotionId,Fps,AU\nsub0001,sub0001_01,46,50,60,fear,3,200,4';
    await expect(openCasme2({ root: memoryFolder({ ...files, 'train.csv': dfme }) })).rejects.toThrow(
      "train.csv: it has the columns, but its rows name no clips of casme2: row 2 is subject 'sub0001', clip 'sub0001_01'",
    );
  });

  it('refuses a scheme of objective classes where no workbook has them', async () => {
    const made = release();
    made.options = { classes: 'objective-5' };
    await expect(open(made, 'strict')).rejects.toThrow('CASME2-ObjectiveClasses.xlsx is not there');
  });
});

describe('data sets side by side', () => {
  it('are each read with their own workbook and tree', async () => {
    const { rows, files } = release();
    const tree = Object.fromEntries(Object.entries(files).map(([path, bytes]) => [`CASME II/${path}`, bytes]));
    tree['CASME II/CASME2-coding-20140508.xlsx'] = encodeWorkbook([{ name: 'Sheet1', rows: [header, ...rows] }]);
    // CASME has the same folders, its frames other names
    for (let n = 1; n < 80; n++) tree[`CASME/Cropped/sub01/EP02_01f/EP02_01f-${n}.bmp`] = pictureOf(`casme${n}`);
    const columns = [
      'Subject',
      'Filename',
      'Onset Frame',
      'Apex Frame',
      'Offset Frame',
      'Action Units',
      'Estimated Emotion',
    ];
    tree['SAMM/SAMM_Micro_FACS_Codes_v2.xlsx'] = encodeWorkbook([
      { name: 'MICRO_ONLY', rows: [['prose'], columns, ['006', '006_1_2', 5, 8, 12, 4, 'Anger']] },
    ]);
    for (let n = 5; n <= 12; n++) tree[`SAMM/006/006_1_2/006_0000${n}.bmp`] = pictureOf(`samm${n}`);
    const root = memoryFolder(tree);
    const first = await casme2.open({ root });
    expect(first.samples).toHaveLength(12);
    expect(first.frames(0).folder).toBe('CASME II/Cropped/sub01/EP02_01f');
    const second = await samm.open({ root });
    expect(second.samples.map(({ id }) => id)).toEqual(['samm/006/006_1_2']);
    expect(second.annotationFiles[0]!.file).toBe('SAMM/SAMM_Micro_FACS_Codes_v2.xlsx');
  });
});

describe('openCasMe3() on the official repository', () => {
  const columns = ['Subject', 'Filename', 'Onset', 'Apex', 'Offset', 'AU', 'Objective class', 'emotion'];
  const rows: WorkbookCell[][] = [
    ['spNO.149', 'd', '112', '83', '358', 'T28+14', 'VII', 'fear'],
    ['spNO.214', 'c', '5', '5', '3460', '17+4', 'VII', 'disgust'],
    ['spNO.216', 'd', '3647', '2668', '2694', '38', 'VII', 'others'],
  ];
  const files: Files = {
    'annotation/partA/cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx': encodeWorkbook([
      { name: 'label', rows: [columns, ...rows] },
    ]),
    'exception/casme3_partA_error_list_ZhouJu.xlsx': encodeWorkbook([{ name: 'Sheet1', rows: [columns, rows[0]!] }]),
  };
  for (const [subject, letter, first, last] of [
    ['spNO.149', 'd', 112, 358],
    ['spNO.214', 'c', 5, 34],
    ['spNO.216', 'd', 2647, 2694],
  ] as const) {
    for (let n = first; n <= last; n++)
      files[`part_A/${subject}/${letter}/color/${n}.jpg`] = pictureOf(`${subject}${n}`);
  }

  it('reads the labels, not the list of errors, and corrects what the authors did', async () => {
    const { records, annotationFiles, notes } = await openCasMe3({ root: memoryFolder(files) });
    expect(annotationFiles.map(({ rows: n }) => n)).toEqual([3]);
    expect(records.map(({ onset, apex, offset }) => [onset, apex, offset])).toEqual([
      [112, 160, 358],
      [5, 5, 34],
      [2647, 2668, 2694],
    ]);
    expect(notes.filter(({ severity }) => severity === 'corrected')).toHaveLength(3);
    expect(notes.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(
        /the sources disagree on its apex, read as 160: 160 \(CAS\(ME\)3_part_A_v2\.xls .*123 \(tvaranka\/meb\)/,
      ),
    );
  });

  it('leaves the long clip out where corrections are off', async () => {
    const dataset = await openCasMe3({ root: memoryFolder(files), corrections: false, missing: 'drop' });
    expect(dataset.samples.map(({ clip }) => clip)).not.toContain('c_5');
    expect(dataset.notes.map(({ message }) => message)).toContainEqual(
      expect.stringContaining('at most 900 frames: onset 5 to offset 3460 are 3456'),
    );
  });
});

describe('openSamm() on contested values', () => {
  it('names all sources, whichever value a copy has', async () => {
    const columns = [
      'Subject',
      'Filename',
      'Onset Frame',
      'Apex Frame',
      'Offset Frame',
      'Action Units',
      'Estimated Emotion',
    ];
    for (const [apex, read] of [
      [1930, 4930],
      [4930, 4930],
      [4945, 4945],
    ] as const) {
      const rows = [columns, ['032', '032_3_1', 4896, apex, 4970, '4A', 'Anger']] as WorkbookCell[][];
      const files: Files = { 'SAMM_Micro_FACS_Codes_v2.xlsx': encodeWorkbook([{ name: 'MICRO_ONLY', rows }]) };
      for (let n = 4896; n <= 4970; n++) files[`032/032_3_1/032_${n}.jpg`] = pictureOf(String(n));
      const { records, notes } = await openSamm({ root: memoryFolder(files) });
      expect(records[0]!.apex).toBe(read);
      expect(notes.map(({ message }) => message)).toContainEqual(
        expect.stringMatching(
          /the sources disagree on its apex, read as \d+: 4930 .*4945 \(tvaranka\/meb.*unknown \(SAMM Long Videos\)/,
        ),
      );
    }
  });
});

describe('subjects that leak', () => {
  const files: Files = {};
  for (const clip of 'abcdef') for (let n = 1; n <= 4; n++) files[`x/${clip}/${n}.bmp`] = pictureOf(`${clip}${n}`);
  const openRows = (rows: readonly string[], options = {}) => {
    const manifest = ['subject,clip,label,folder', ...rows].join('\n');
    return openClipFolder({ root: memoryFolder({ ...files, 'manifest.csv': manifest }), ...options });
  };
  const warnings = ({ notes }: AnnotatedDataset) =>
    notes.filter(({ severity }) => severity === 'warning').map(({ message }) => message);

  it('by spelling: case, zeros and marks for certain, words likely', async () => {
    const rows = [
      'sub01,a,neg,x/a',
      'Sub01,b,neg,x/b',
      '1,c,pos,x/c',
      '01,d,pos,x/d',
      'S01,e,neg,x/e',
      'other,f,pos,x/f',
    ];
    await expect(openRows(rows)).rejects.toThrow("the subjects 'Sub01', 'sub01' are one name in 2 spellings");
    await expect(openRows(rows)).rejects.toThrow("the subjects '01', '1' are one name in 2 spellings");
    const opened = await openRows(rows, { leaks: 'warning' });
    expect(opened.samples).toHaveLength(6);
    expect(warnings(opened)).toHaveLength(3);
    const likely = await openRows(['1,a,neg,x/a', 'S01,b,pos,x/b', 'Sub01,c,pos,x/c']);
    expect(warnings(likely)).toEqual([expect.stringContaining("'1', 'S01', 'Sub01' may be one person in 3 spellings")]);
    expect((await openRows(['1-2,a,neg,x/a', '12,b,pos,x/b', 'A1,c,pos,x/c', 'B1,d,neg,x/d'])).notes).toEqual([]);
  });

  it('by one folder under two subjects', async () => {
    await expect(openRows(['s1,a,neg,x/a', 's2,a2,neg,x/a'])).rejects.toThrow(
      'manifest.csv, row 3 (s2/a2): its frames in x/a are also those of s1/a, another subject',
    );
    expect(warnings(await openRows(['s1,a,neg,x/a', 's1,a2,pos,x/a', 's2,b,neg,x/b']))).toEqual([
      'its frames in x/a are also those of s1/a',
    ]);
  });

  it('by equal pictures in two folders, but not by blank ones', async () => {
    for (let n = 1; n <= 4; n++) files[`x/a/${n}.bmp`] = files[`x/b/${n}.bmp`]!;
    const opened = await openRows(['s1,a,neg,x/a', 's2,b,neg,x/b', 's3,c,pos,x/c']);
    // the onset, and the last frame as there is no apex
    expect(warnings(opened)).toEqual(
      Array(2).fill(expect.stringContaining('one picture stands under several subjects, s1/a, s2/b')),
    );
    const blank: Files = { 'manifest.csv': 'subject,clip,label\ns1,a,neg\ns2,b,pos' };
    const gray = pictureOf('').fill(90, 54);
    for (const clip of ['s1/a', 's2/b']) for (let n = 1; n <= 3; n++) blank[`${clip}/${n}.bmp`] = gray;
    expect((await openClipFolder({ root: memoryFolder(blank) })).notes).toEqual([]);
  });
});
