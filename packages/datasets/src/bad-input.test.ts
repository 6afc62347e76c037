import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memory } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addFrames, bmp } from '../test/releases.js';
import { memoryFolder } from '../test/support.js';
import { folderFromFiles, folderFromHandle } from './files/folder-from-browser.js';
import { openFolder } from './files/open-folder.js';
import { inspectFolder } from './inspect-folder.js';
import { openCasme2 } from './sets/casme2.js';
import { encodeWorkbook, type WorkbookCell } from './tables/write-workbook.js';

type Files = Record<string, Uint8Array | string>;
const header = ['Subject', 'Filename', 'OnsetFrame', 'ApexFrame', 'OffsetFrame', 'Action Units', 'Estimated Emotion'];
const good: WorkbookCell[] = ['01', 'EP02_01f', 3, 5, 9, '4', 'disgust'];

/** A CASME II of one good clip and these further rows. */
function set(...rows: WorkbookCell[][]): Files {
  const files: Files = { 'coding.xlsx': encodeWorkbook([{ name: 'Sheet1', rows: [header, good, ...rows] }]) };
  addFrames(files, 'raw/sub01/EP02_01f', 1, 12, (n) => `img${n}.bmp`);
  return files;
}
const failure = (files: Files, options = {}) =>
  openCasme2({ root: memoryFolder(files), ...options }).then(
    () => '',
    (error: Error) => error.message,
  );

describe('bad input', () => {
  it('wrong root: no workbook, a workbook without the header, clips that are nowhere', async () => {
    expect(await failure({ 'readme.txt': 'x' })).toContain(
      'no workbook found: CASME2-coding-20140508.xlsx must lie in',
    );
    const other = {
      'other.xlsx': encodeWorkbook([
        { name: 'Sheet1', rows: [['a', 'b']] },
        { name: 'S2', rows: [] },
      ]),
    };
    const message = await failure(other);
    expect(message).toContain('other.xlsx: no header row with the columns Subject, Filename, OnsetFrame, ApexFrame,');
    expect(message).toContain('found in its sheets Sheet1, S2');
    expect(message).toContain('none of the workbooks found is that of casme2');
    const elsewhere = set();
    for (const path of Object.keys(elsewhere)) if (path.startsWith('raw')) delete elsewhere[path];
    expect(await failure(elsewhere)).toContain(
      "the frames of none of the 1 annotated clips are there: expected 'sub01/EP02_01f/img46.jpg' or",
    );
    await expect(openCasme2({ root: '/no/such/folder' })).rejects.toThrow("it must exist: '/no/such/folder' does not");
    expect(await failure(set(), { annotations: 'none.xlsx' })).toContain(
      'none.xlsx: the file named by the option annotation',
    );
    expect(await failure(set(), { annotations: '../none.xlsx' })).toContain("must stay inside the data set's folder");
  });

  it('a damaged workbook, new or old, is named', async () => {
    const files = { ...set(), 'coding.xlsx': set()['coding.xlsx']!.slice(0, 200) };
    expect(await failure(files)).toContain('coding.xlsx: it must be an .xlsx workbook');
    const old = Uint8Array.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, ...new Array(600).fill(0)]);
    expect(await failure({ 'coding.xls': old })).toContain('coding.xls: it must be an .xls or .xlsx workbook');
  });

  it('every wrong row at once, with file and row', async () => {
    const message = await failure(
      set(
        ['01', 'EP02_01f', 3, 5, 9, '4', 'disgust'],
        ['01', 'EP03', 'three', 5, 9, '4', 'disgust'],
        ['01', 'EP04', 3, 20, 9, '4', 'disgust'],
        ['01', 'EP05', 9, null, 3, '4', 'disgust'],
        ['01', 'EP06', 3, 5, 9, '4', 'joy'],
        ['01', '../../etc', 3, 5, 9, '4', 'disgust'],
        ['01', 'EP08', 3, 5, null, '4', 'disgust'],
        ['01', 'EP09', 3, 5, 9, '4', 'disgust'],
      ),
    );
    for (const part of [
      'row 3 (sub01/EP02_01f): the clip is there twice: also in row 2',
      "row 4 (sub01/EP03): onset must be a frame number: current value is 'three'",
      'row 5 (sub01/EP04): apex must lie in the clip, from onset 3 to offset 9: current value is 20',
      'row 6 (sub01/EP05): offset must not lie before onset: onset is 9, offset 3',
      "row 7 (sub01/EP06): emotion 'joy' is unknown: the emotions are happiness, surprise,",
      "row 8 (sub01/../../etc): clip '../../etc' must be a name that stays inside the data set's folder",
      'row 9 (sub01/EP08): offset must be a frame number: it is missing',
      'row 10 (sub01/EP09): the folder of the clip is not there',
    ]) {
      expect(message).toContain(`coding.xlsx, ${part}`);
    }
  });

  it('leaves out what cannot be used on request, each with its reason', async () => {
    const files = set(['01', 'EP04', 3, 20, 9, '4', 'disgust'], ['01', 'EP09', 3, 5, 9, '4', 'disgust']);
    const dataset = await openCasme2({ root: memoryFolder(files), faults: 'drop', missing: 'drop' });
    expect(dataset.samples).toHaveLength(1);
    expect(dataset.notes.map(({ severity, row }) => [severity, row])).toEqual([
      ['dropped', 3],
      ['dropped', 4],
    ]);
    expect(await failure(set(), { exclude: ['sub01/EP77'] })).toContain('names a clip that is not annotated');
  });

  it('rejects unknown options and class schemes with the allowed ones', async () => {
    expect(await failure(set(), { clases: 'x' })).toContain('"clases" is not an option, did you mean "classes"?');
    expect(await failure(set(), { classes: '5' })).toContain(
      'one of emotion-5, emotion-3, emotion-7, megc2019, objective-5, objective-7',
    );
    expect(await failure(set(), { decoders: 0 })).toContain('an integer from 1 to 64');
  });

  it('inspect lists everything at once: wrong rows, missing frames, unreadable and odd-sized pictures', async () => {
    const files = set(['01', 'EP04', 3, 20, 9, '4', 'disgust'], ['02', 'EP09', 3, 5, 9, '4', 'happiness']);
    files['raw/sub01/EP02_01f/img4.bmp'] = bmp().slice(0, 60);
    files['raw/sub01/EP02_01f/img5.bmp'] = 'no picture';
    files['raw/sub01/EP02_01f/img6.bmp'] = bmp(5, 5);
    delete files['raw/sub01/EP02_01f/img7.bmp'];
    const report = await inspectFolder('casme2', { root: memoryFolder(files) }, { images: 'check' });
    expect(report).toMatchObject({ n: 1, annotations: { n: 2, perEmotion: { disgust: 1, happiness: 1 } } });
    expect(report.images).toMatchObject({
      files: 11,
      unreadable: 2,
      sizes: { '4x3': 1, '5x5': 1 },
      formats: { bmp: 1 },
    });
    expect(report.notes.map(({ severity, message }) => `${severity}: ${message}`)).toEqual([
      'error: apex must lie in the clip, from onset 3 to offset 9: current value is 20',
      'warning: 1 of 7 frames are missing in raw/sub01/EP02_01f: 7',
      'error: the folder of the clip is not there',
      'error: the BMP file is cut short',
      'error: the file is neither JPEG nor PNG nor BMP',
      'error: its pictures have different sizes: 4x3, 5x5',
    ]);
    const nothing = await inspectFolder('casme2', { root: memoryFolder({ 'readme.txt': 'x' }) });
    expect(nothing.n).toBe(0);
    expect(nothing.notes[0]!.message).toContain('no workbook found');
    const flow = await inspectFolder('megc2019-flow', { root: memoryFolder({ 'readme.txt': 'x' }) });
    expect(flow.notes[0]!.message).toContain('there is neither a manifest.csv');
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });
});

describe('readClip()', () => {
  it('reads the annotated frames, or all, or up to the apex; resized, gray or color; leaks nothing', async () => {
    const files = set();
    for (let n = 1; n <= 12; n++) files[`raw/sub01/EP02_01f/img${n}.bmp`] = bmp(4, 3, n * 10);
    const dataset = await openCasme2({ root: memoryFolder(files) });
    const before = memory().numTensors;
    const clip = await dataset.readClip(0);
    expect(clip).toMatchObject({ onset: 0, apex: 2, offset: 6 });
    expect(clip.frames.shape).toEqual([7, 3, 4, 3]);
    const values = await clip.frames.data();
    expect(values[0]).toBeCloseTo(30 / 255, 6);
    expect(values.at(-1)).toBeCloseTo(90 / 255, 6);
    const all = await dataset.readClip(0, { from: 'first', to: 'last', color: false, size: [6, 8] });
    expect(all).toMatchObject({ onset: 2, apex: 4, offset: 8 });
    expect(all.frames.shape).toEqual([12, 6, 8, 1]);
    const rise = await dataset.readClip(0, { to: 'apex' });
    expect(rise).toMatchObject({ onset: 0, apex: 2, offset: 2 });
    expect(memory().numTensors).toBe(before + 3);
    for (const { frames } of [clip, all, rise]) frames.dispose();
  });

  it('names a broken frame, and two sizes in one clip', async () => {
    const files = set();
    files['raw/sub01/EP02_01f/img5.bmp'] = bmp().slice(0, 60);
    const before = memory().numTensors;
    await expect((await openCasme2({ root: memoryFolder(files) })).readClip(0)).rejects.toThrow(
      /Cannot read clip casme2\/sub01\/EP02_01f as 'raw\/sub01\/EP02_01f\/img5\.bmp' in memory must be a whole picture/,
    );
    files['raw/sub01/EP02_01f/img5.bmp'] = bmp(5, 5);
    await expect((await openCasme2({ root: memoryFolder(files) })).readClip(0)).rejects.toThrow(
      'frames must all have one size',
    );
    expect(memory().numTensors).toBe(before);
  });

  it('needs an apex for to: apex', async () => {
    const files = set(['04', 'EP12_01f', 2, '/', 6, 4, 'disgust']);
    addFrames(files, 'raw/sub04/EP12_01f', 1, 8, (n) => `img${n}.bmp`);
    const dataset = await openCasme2({ root: memoryFolder(files) });
    await expect(dataset.readClip(1, { to: 'apex' })).rejects.toThrow('its apex must be known');
    await expect(dataset.readClip(2)).rejects.toThrow('index must be 0 to 1: current value is 2');
  });
});

describe('folders', () => {
  let home = '';
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'mer-folder-'));
    for (const [path, content] of Object.entries(set())) {
      await mkdir(join(home, 'set', path, '..'), { recursive: true });
      await writeFile(join(home, 'set', path), content);
    }
  });
  afterAll(() => rm(home, { recursive: true, force: true }));

  it('reads the same from a path, from picked files and from a directory handle', async () => {
    const files = set();
    const picked = Object.entries(files).map(([path, content]) => ({
      name: path.split('/').at(-1)!,
      size: content.length,
      webkitRelativePath: `picked/${path}`,
      arrayBuffer: async () => new Uint8Array(content as Uint8Array).buffer,
    }));
    const onDisk = await openCasme2({ root: join(home, 'set') });
    const fromFiles = await openCasme2({ root: folderFromFiles(picked) });
    const fromHandle = await openCasme2({ root: folderFromHandle(handleOf(files)) });
    for (const dataset of [fromFiles, fromHandle]) {
      expect(dataset.samples).toEqual(onDisk.samples);
      const known = await onDisk.sources(0);
      expect(known.every(({ modified }) => typeof modified === 'number')).toBe(true);
      expect(await dataset.sources(0)).toEqual(known.map(({ path, size }) => ({ path, size })));
      const clip = await dataset.readClip(0, { size: 8 });
      expect(clip.frames.shape).toEqual([7, 8, 8, 3]);
      clip.frames.dispose();
    }
  });

  it('does not follow a link out of the folder', async () => {
    await writeFile(join(home, 'outside.bmp'), bmp());
    await symlink(join(home, 'outside.bmp'), join(home, 'set', 'link.bmp'));
    const folder = await openFolder(join(home, 'set'));
    await expect(folder.read('link.bmp')).rejects.toThrow(/'link\.bmp' in .* is a link to '.*outside\.bmp'/);
    await expect(folder.info!('link.bmp')).rejects.toThrow(RangeError);
    await expect(folder.size('../outside.bmp')).rejects.toThrow(RangeError);
    expect(await folder.info!('link2.bmp')).toBeUndefined();
    expect(await folder.list('nowhere')).toBeUndefined();
    await expect(folder.read('nowhere')).rejects.toThrow('it must exist');
  });
});

/** A stand-in for a browser's directory handle. */
function handleOf(files: Files, name = 'picked'): Parameters<typeof folderFromHandle>[0] {
  const missing = (what: string) => Object.assign(new Error(what), { name: 'NotFoundError' });
  const names = [...new Set(Object.keys(files).map((path) => path.split('/')[0]!))];
  const inside = (folder: string): Files =>
    Object.fromEntries(
      Object.entries(files).flatMap(([path, content]) =>
        path.startsWith(`${folder}/`) ? [[path.slice(folder.length + 1), content]] : [],
      ),
    );
  const child = (one: string) => {
    const content = files[one];
    if (content === undefined) return handleOf(inside(one), one);
    const file = {
      name: one,
      size: content.length,
      arrayBuffer: async () => new Uint8Array(content as Uint8Array).buffer,
    };
    return { kind: 'file' as const, name: one, getFile: async () => file };
  };
  return {
    kind: 'directory',
    name,
    async *entries() {
      for (const one of names) yield [one, child(one)];
    },
    async getDirectoryHandle(one) {
      const found = names.includes(one) ? child(one) : undefined;
      if (found?.kind !== 'directory') throw missing(one);
      return found;
    },
    async getFileHandle(one) {
      const found = names.includes(one) ? child(one) : undefined;
      if (found?.kind !== 'file') throw missing(one);
      return found;
    },
  };
}
