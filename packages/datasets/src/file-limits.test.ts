import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { addFrames, bmp } from '../test/releases.js';
import { memoryFolder } from '../test/support.js';
import { parseActionUnits } from './annotations/action-units.js';
import { parseCsv } from './files/csv.js';
import { inspectFolder } from './inspect-folder.js';
import { openCasme2 } from './sets/casme2.js';
import { openClipFolder } from './sets/clip-folder.js';
import { readSheets } from './tables/read-table.js';
import { encodeWorkbook } from './tables/write-workbook.js';

/** A workbook with these cells instead of its own, and further entries. */
function workbook(row: string, more: Record<string, Uint8Array> = {}, sheets = 1): Uint8Array {
  const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const files: Record<string, string> = {
    'xl/workbook.xml': `<workbook xmlns:r="${office}"><sheets>${`<sheet name="a" sheetId="1" r:id="rId1"/>`.repeat(sheets)}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships><Relationship Id="rId1" Type="${office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
    'xl/worksheets/sheet1.xml': `<worksheet><sheetData>${row}</sheetData></worksheet>`,
  };
  const encoder = new TextEncoder();
  const texts = Object.fromEntries(Object.entries(files).map(([name, text]) => [name, encoder.encode(text)]));
  return zipSync({ ...texts, ...more });
}
const read = (bytes: Uint8Array, limits = {}) => readSheets({ ...memoryFolder({ 'a.xlsx': bytes }), limits }, 'a.xlsx');

/** Clips of five frames in `s1/c1`, and this manifest. */
function clips(...rows: string[]) {
  const files: Record<string, Uint8Array | string> = {
    'manifest.csv': ['subject,clip,label,onset,offset', ...rows].join('\n'),
  };
  addFrames(files, 's1/c1', 1, 5, (n) => `img${n}.bmp`);
  return files;
}
const message = (promise: Promise<unknown>) =>
  promise.then(
    () => '',
    (error: Error) => error.message,
  );

describe('a number in a table', () => {
  it('sizes nothing: frames from 1 to a billion are an error that names file and row', async () => {
    for (const last of ['999999999', '9007199254740990']) {
      const files = clips(`s1,c1,a,1,${last}`, 's1,c1b,b,1,5');
      expect(await message(openClipFolder({ root: memoryFolder(files) }))).toContain(
        `manifest.csv, row 2 (s1/c1): it cannot be read as its frames from onset 1 to offset ${last} must be at most 100000: current value is ${last}. ` +
          'Where that is right, raise the limit: limits.frames',
      );
    }
    const files = clips('s1,c1,a,1,999999999');
    const raised = await openClipFolder({ root: memoryFolder(files), limits: { frames: 1e9 }, gaps: 1 });
    expect(raised.notes[0]!.message).toBe(
      '999999994 of 999999999 frames are missing in s1/c1: 6 to 999999999; for the offset the nearest frame is taken',
    );
    const report = await inspectFolder('clip-folder', { root: memoryFolder(files) });
    expect(report.notes[0]).toMatchObject({ severity: 'error', file: 'manifest.csv', row: 2 });
    const few = openClipFolder({ root: memoryFolder(clips('s1,c1,a,1,5')), limits: { frames: 4 } });
    expect(await message(few)).toContain('must be at most 4: current value is 5');
  });

  it('sizes nothing: cell references of a workbook', async () => {
    for (const place of ['ZZZZZZ3', 'XFD1048576', 'B4000000', 'A1'.padEnd(16, '0')]) {
      const found = await message(read(workbook(`<row><c r="${place}"><v>1</v></c></row>`)));
      expect(found).toContain(
        `Cannot read 'a.xlsx' in memory: it cannot be read as the cells of xl/worksheets/sheet1.xml up to ${place} must be at most 1048576`,
      );
    }
    expect(await message(read(workbook('<row r="99999999"><c r="A99999999"><v>1</v></c></row>')))).toContain(
      'limits.cells',
    );
    expect(await message(read(workbook('<row r="9"><c r="&#90;ZZZZZ3"><v>1</v></c></row>')))).toContain('limits.cells');
    expect(await message(read(workbook('<row r="9"><c><v>1</v></c></row>')))).toContain(
      'its cells must have references such as AB12',
    );
    // a far cell that holds nothing is no cell of the table
    const [sheet] = await read(workbook('<row r="2"><c r="A2"><v>7</v></c><c r="XFD2" s="1"/></row>'));
    expect(sheet!.rows[1]!.cells).toEqual(['7']);
    const wide = workbook('<row r="300"><c r="KNN300"><v>7</v></c></row>');
    expect(await message(read(wide, { cells: 3e6 }))).toBe('');
    const many = workbook('<row r="1"><c r="ZZ1"><v>7</v></c></row>', {}, 2000);
    expect(await message(read(many))).toContain('the cells of all its sheets must be at most 1048576');
  });

  it('never becomes a frame rate or a class without end', async () => {
    const files = {
      ...clips('s1,c1,a,1,5'),
      'manifest.json': JSON.stringify([{ subject: 's1', clip: 'c1', label: 'a', fps: 1e300 }]),
    };
    expect(await message(openClipFolder({ root: memoryFolder(files), annotations: 'manifest.json' }))).toContain(
      'fps must be a positive number up to',
    );
    const labels = clips(...Array.from({ length: 101 }, (_, i) => `s1,c${i},l${i},1,5`));
    expect(await message(openClipFolder({ root: memoryFolder(labels) }))).toContain(
      'the different labels of its manifest must be at most 100: current value is 101',
    );
  });
});

describe('a text', () => {
  it('is unpacked and split within its limits', async () => {
    const unused = workbook('<row r="1"><c r="A1"><v>7</v></c></row>', {
      'xl/media/zeros.xml': new Uint8Array(90_000_000),
    });
    expect((await read(unused))[0]!.rows[0]!.cells).toEqual(['7']);
    const used = workbook('', { 'xl/worksheets/sheet1.xml': new Uint8Array(90_000_000) });
    expect(await message(read(used))).toContain(
      'what is unpacked, "xl/worksheets/sheet1.xml" included, must be at most 67108864',
    );
    const long = encodeWorkbook([{ name: 'a', rows: [['x'.repeat(40_000)]] }]);
    expect(await message(read(long))).toContain("the characters of column 1 of row 1 of 'a' must be at most 32767");
    expect(() => parseCsv(`a,"${'x'.repeat(40_000)}"`)).toThrow(
      'the characters of field 2 of row 1 must be at most 32767',
    );
    expect(() => parseCsv(','.repeat(2_000_000))).toThrow('limits.cells');
    expect(() => parseCsv(`"${'""'.repeat(5_000_000)}`)).toThrow('row 1 has a quote that is not closed');
    const csv = { ...memoryFolder({ 'a.csv': 'a,b\n1,2\n' }), limits: { textBytes: 7 } };
    expect(await message(readSheets(csv, 'a.csv'))).toBe(
      "Cannot read 'a.csv' in memory as its bytes must be at most 7: current value is 8. Where that is right, raise the limit: limits.textBytes",
    );
  });

  it('is one message where the parts of a workbook are damaged', async () => {
    for (const part of [
      '<row r="1"><c r="A1" t="s"><v>9</v></c></row>',
      '<row r="x"/>',
      '</row>',
      '<row r="2"/><row r="1"/>',
    ]) {
      const found = await message(read(workbook(part)));
      expect(found).not.toMatch(/undefined|Cannot read prop|not iterable/);
    }
  });

  it('of action units may be nested without end', () => {
    const start = Date.now();
    expect(parseActionUnits('('.repeat(30_000)).remarks).toHaveLength(1);
    expect(parseActionUnits(`${'ref('.repeat(8_000)}4`).units).toEqual([]);
    expect(parseActionUnits('((((L4))))').units).toMatchObject([{ unit: 4, side: 'left' }]);
    expect(Date.now() - start).toBeLessThan(2000);
  });
});

describe('a picture', () => {
  it('has as many pixels as the option limits allows', async () => {
    const rows = [
      ['Subject', 'Filename', 'OnsetFrame', 'ApexFrame', 'OffsetFrame', 'Action Units', 'Estimated Emotion'],
      ['01', 'EP02_01f', 1, 2, 3, '4', 'disgust'],
    ];
    const files: Record<string, Uint8Array | string> = { 'coding.xlsx': encodeWorkbook([{ name: 'Sheet1', rows }]) };
    for (let n = 1; n <= 3; n++) files[`raw/sub01/EP02_01f/img${n}.bmp`] = bmp(20, 20);
    const dataset = await openCasme2({ root: memoryFolder(files), limits: { pixels: 399 } });
    await expect(dataset.readClip(0)).rejects.toThrow(
      "'raw/sub01/EP02_01f/img1.bmp' in memory must be a whole picture: Cannot read BMP as the pixels of 20 x 20 must be at most 399",
    );
    const report = await inspectFolder(
      'casme2',
      { root: memoryFolder(files), limits: { pixels: 399 } },
      { images: 'decode' },
    );
    expect(report.images!.unreadable).toBe(3);
  });
});
