import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import { utils, write } from '@e965/xlsx';
import { afterAll, describe, expect, it } from 'vitest';
import { addFrames } from '../../test/releases.js';
import { memoryFolder } from '../../test/support.js';
import { openCasme2 } from '../sets/casme2.js';
import { openClipFolder } from '../sets/clip-folder.js';
import { encodeWorkbook, type WorkbookCell } from '../tables/write-workbook.js';
import { writeSyntheticDataset } from '../write-synthetic.js';

type Files = Record<string, Uint8Array | string>;

const usual = ['Subject', 'Filename', 'OnsetFrame', 'ApexFrame', 'OffsetFrame', 'Action Units', 'Estimated Emotion'];
const clips: WorkbookCell[][] = [
  ['01', 'EP02_01f', 46, 49, 52, '4', 'disgust'],
  ['01', 'EP03_02', 10, 13, 16, '12', 'happiness'],
  ['02', 'EP02_01f', 20, 22, 26, '1+2', 'surprise'],
];
const workbook = (rows: WorkbookCell[][] = clips, header: string[] = usual) =>
  encodeWorkbook([{ name: 'Sheet1', rows: [header, ...rows] }]);
const set = (folderOf: (subject: string, clip: string, emotion: string) => string, more: Files = {}): Files => {
  const files: Files = { 'CASME2-coding-20140508.xlsx': workbook(), ...more };
  for (const [subject, clip, onset, , offset, , emotion] of clips) {
    const folder = folderOf(String(subject), String(clip), String(emotion));
    addFrames(files, folder, Number(onset), Number(offset), (n) => `img${n}.jpg`);
  }
  return files;
};
const foldersOf = async (files: Files, options: object = {}) => {
  const dataset = await openCasme2({ root: memoryFolder(files), ...options });
  return [
    dataset.samples.map((_, i) => dataset.frames(i).folder),
    dataset.notes.map(({ message }) => message),
  ] as const;
};
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => '',
    (error: Error) => error.message,
  );

describe('trees of other forms', () => {
  it.each([
    ['01/EP02_01f', (s: string, c: string) => `${s}/${c}`],
    ['s1/EP02_01f', (s: string, c: string) => `s${Number(s)}/${c}`],
    ['frames/sub01_EP02_01f', (s: string, c: string) => `frames/sub${s}_${c}`],
    ['disgust/sub01_EP02_01f', (s: string, c: string, e: string) => `${e}/sub${s}_${c}`],
    ['disgust/sub01/EP02_01f', (s: string, c: string, e: string) => `${e}/sub${s}/${c}`],
    ['Person 1/EP02_01f', (s: string, c: string) => `Person ${Number(s)}/${c}`],
  ])('%s is found, with a word about it', async (first, folderOf) => {
    const [folders, notes] = await foldersOf(set(folderOf));
    expect(folders).toEqual(clips.map(([s, c, , , , , e]) => folderOf(String(s), String(c), String(e))));
    if (!first.startsWith('disgust/sub01/')) {
      expect(notes.join('\n')).toContain(`clips are found by their names, such as ${first} for sub01/EP02_01f`);
    }
  });

  it('two folders that could be a clip are none', async () => {
    const twice = set((s, c) => `a/${s}/${c}`);
    Object.assign(
      twice,
      set((s, c) => `b/${s}/${c}`),
    );
    expect(await failure(openCasme2({ root: memoryFolder(twice) }))).toContain('expected');
  });

  it("a clip is not found in another subject's folder, though no other has a clip of its name", async () => {
    const turned = set((s, c) => `frames/s${s === '01' ? 7 : 8}/${c}`);
    expect(await failure(openCasme2({ root: memoryFolder(turned) }))).toContain(
      'the frames of none of the 3 annotated',
    );
    const manifest: Files = { 'manifest.csv': 'subject,clip,label,onset,offset\ns2,c1,x,1,4\n' };
    addFrames(manifest, 's1/c1', 1, 4, (n) => `${n}.jpg`);
    expect(await failure(openClipFolder({ root: memoryFolder(manifest) }))).toContain(
      'the frames of none of the 1 annotated',
    );
  });

  it('the option layout states the tree', async () => {
    const files = set((s, c, e) => `take_${Number(s)}/x_${e}/${c}_crop`);
    const [folders, notes] = await foldersOf(files, { layout: 'take_{subject}/*_{emotion}/{clip}_crop' });
    expect(folders[0]).toBe('take_1/x_disgust/EP02_01f_crop');
    expect(notes).toEqual([]);
    const shared = await foldersOf(
      set((s) => `all/${s}`),
      { layout: 'all/{subject}' },
    );
    expect(shared[0]).toEqual(['all/01', 'all/01', 'all/02']);
    const wrong = (layout: string) => failure(openCasme2({ root: memoryFolder(files), layout }));
    expect(await wrong('{person}/{clip}')).toContain('layout must name {subject}, {clip}, {emotion}, {onset} only');
    expect(await wrong('all/*')).toContain('layout must have {subject} or {clip} in it');
    expect(await wrong('../{clip}')).toContain("must stay inside the data set's folder");
  });

  it('videos in place of frames are named', async () => {
    const videos: Files = { 'CASME2-coding-20140508.xlsx': workbook(), 'sub01/EP02_01f.avi': 'x', 'sub02/a.mp4': 'x' };
    expect(await failure(openCasme2({ root: memoryFolder(videos) }))).toContain(
      '2 videos are there (sub01/EP02_01f.avi, …): take the frames out of the videos first',
    );
  });
});

describe('tables of other forms', () => {
  const tree = (name: string, table: Uint8Array | string) => {
    const files = set((s, c) => `sub${s}/${c}`);
    delete files['CASME2-coding-20140508.xlsx'];
    return { ...files, [name]: table };
  };
  const csv = (separator: string) => [usual, ...clips].map((cells) => cells.join(separator)).join('\r\n');

  it.each([
    ['a.csv', csv(';')],
    ['a.tsv', csv('\t')],
    ['a.csv', new Uint8Array(Buffer.from(`\ufeff${csv('\t')}`, 'utf16le'))],
    [
      'prose.xlsx',
      encodeWorkbook([
        { name: 'x', rows: [...Array.from({ length: 70 }, (): WorkbookCell[] => ['prose']), usual, ...clips] },
      ]),
    ],
    ['blank.csv', `,,,\n\n${csv(',').replaceAll('\r\n', '\r\n,,,,,,\r\n')}`],
  ])('%s is read', async (name, table) => {
    expect((await openCasme2({ root: memoryFolder(tree(name, table)) })).samples).toHaveLength(3);
  });

  it('merged cells of subjects are filled, each remarked', async () => {
    const merged = clips.map((row, i) => (i === 1 ? row.with(0, null) : row));
    const dataset = await openCasme2({ root: memoryFolder(tree('a.xlsx', workbook(merged))) });
    expect(dataset.samples.map(({ subject }) => subject)).toEqual(['sub01', 'sub01', 'sub02']);
    expect(dataset.notes.map(({ row, message }) => [row, message])).toEqual([
      [3, 'it has no subject of its own, and takes that of row 2 (merged cells)'],
    ]);
  });

  it('the option columns maps any headers, and the message says what is lacking', async () => {
    const header = ['Person', 'Filename', 'Start', 'ApexFrame', 'OffsetFrame', 'Action Units', '情绪'];
    const root = memoryFolder(tree('mine.xlsx', workbook(clips, header)));
    expect(await failure(openCasme2({ root }))).toContain(
      'row 1 of sheet Sheet1 is nearest: it has Person, Filename, Start, ApexFrame, OffsetFrame, Action Units, 情绪 and lacks Subject (subject), OnsetFrame (onset), Estimated Emotion (emotion)',
    );
    const columns = { subject: 'Person', onset: 'Start', emotion: '情绪' };
    expect((await openCasme2({ root, columns })).samples).toHaveLength(3);
    expect(await failure(openCasme2({ root, columns: { ...columns, fps: 'x' } }))).toContain(
      'the option columns must name columns that this data set reads',
    );
  });

  it('a formula without a value is named with its row', async () => {
    const sheet = utils.aoa_to_sheet([usual, ...clips]);
    sheet['C3'] = { t: 'n', f: 'C2+1' };
    const book = utils.book_new();
    utils.book_append_sheet(book, sheet, 'S');
    const bytes = new Uint8Array(write(book, { type: 'array', bookType: 'xlsx' }));
    expect(await failure(openCasme2({ root: memoryFolder(tree('f.xlsx', bytes)) }))).toContain(
      'f.xlsx: it has formulas whose values are not stored (onset in row 3): open it in a spreadsheet program and save it',
    );
  });
});

describe('followLinks', () => {
  const made: string[] = [];
  afterAll(() => Promise.all(made.map((path) => rm(path, { recursive: true, force: true }))));

  it('links may lead into folders that the user allows, and into no others', async () => {
    const [storage, root] = [await mkdtemp(join(tmpdir(), 'mer-a-')), await mkdtemp(join(tmpdir(), 'mer-b-'))];
    made.push(storage, root);
    await writeSyntheticDataset(join(storage, 'set'), {
      subjects: 2,
      clips: 4,
      height: 32,
      width: 32,
      leastFrames: 6,
      mostFrames: 8,
    });
    await symlink(join(storage, 'set'), join(root, 'casme2'));
    const refused = await failure(openCasme2({ root }));
    expect(refused).toMatch(/'casme2' in .* is a link to .*allow it by the option followLinks: \['/);
    expect((await openCasme2({ root, followLinks: [storage] })).samples.length).toBeGreaterThan(0);
    expect(await failure(openCasme2({ root, followLinks: [join(storage, 'none')] }))).toContain(
      'each folder of followLinks must exist',
    );
  });
});
