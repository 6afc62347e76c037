import { describe, expect, it } from 'vitest';
import { memoryFolder } from '../../test/support.js';
import { findTable, readSheets } from './read-table.js';
import { encodeWorkbook, type WorkbookSheet } from './write-workbook.js';

const read = async (sheets: WorkbookSheet[]) =>
  readSheets(memoryFolder({ 'a.xlsx': encodeWorkbook(sheets) }), 'a.xlsx');

describe('readSheets()', () => {
  it('keeps identifiers as text, numbers as shown, and every row at its number', async () => {
    const sheets = await read([
      { name: 'Sheet1', rows: [[], ['x'], [], ['006', 46, '4+L10', 4, '?'], [null, null, '12+15 ', '4，11', '<&">']] },
      { name: 'Sheet2', rows: [] },
    ]);
    expect(sheets.map(({ sheet }) => sheet)).toEqual(['Sheet1', 'Sheet2']);
    const rows = sheets[0]!.rows;
    expect(rows[3]).toEqual({ row: 4, cells: ['006', '46', '4+L10', '4', '?'] });
    expect(rows[4]).toEqual({ row: 5, cells: ['', '', '12+15', '4，11', '<&">'] });
  });

  it('names an old .xls file, a broken one and what is no workbook', async () => {
    const ole = Uint8Array.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, ...new Array(600).fill(0)]);
    const whole = encodeWorkbook([{ name: 'a', rows: [['x']] }]);
    const folder = memoryFolder({ 'a.xls': ole, 'b.xlsx': whole.slice(0, 300), 'c.xlsx': new Uint8Array([1, 2, 3]) });
    await expect(readSheets(folder, 'a.xls')).rejects.toThrow(
      /'a\.xls' in memory: it is an old \.xls file.*save it as/,
    );
    await expect(readSheets(folder, 'b.xlsx')).rejects.toThrow("'b.xlsx' in memory: it must be an .xlsx workbook");
    await expect(readSheets(folder, 'c.xlsx')).rejects.toThrow("'c.xlsx' in memory: it must be an .xlsx workbook");
  });
});

describe('findTable()', () => {
  it('finds the header by its content below prose, whatever its spelling, and skips empty rows', async () => {
    const columns = {
      subject: { names: ['Subject'] },
      onset: { names: ['Onset Frame', 'OnsetF'] },
      notes: { names: ['Notes'], optional: true },
    };
    const rows = [['Master codes'], [], ['Subject', null, 'ONSETF'], ['006', 'x', 5], [null, 'y'], ['007', null, 6]];
    const [sheet] = await read([{ name: 'MICRO', rows }]);
    expect(findTable(sheet!, columns)).toEqual([
      { file: 'a.xlsx', row: 4, cells: { subject: '006', onset: '5', notes: '' } },
      { file: 'a.xlsx', row: 6, cells: { subject: '007', onset: '6', notes: '' } },
    ]);
    expect(findTable(sheet!, { ...columns, apex: { names: ['Apex'] } })).toBeUndefined();
  });
});
