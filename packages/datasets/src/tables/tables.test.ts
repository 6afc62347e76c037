import { utils, write } from '@e965/xlsx';
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

  it('reads an old .xls workbook as it reads the same as .xlsx', async () => {
    const rows = [[], ['Subject', 'Filename', null, 'Onset'], ['006', 'café', '', 46], [7, '表情', null, 46.5]];
    const book = utils.book_new();
    utils.book_append_sheet(book, utils.aoa_to_sheet(rows), 'Sheet1');
    utils.book_append_sheet(book, utils.aoa_to_sheet([]), 'Sheet2');
    const as = (bookType: 'biff8' | 'xlsx') => new Uint8Array(write(book, { type: 'array', bookType }));
    const folder = memoryFolder({ 'a.xls': as('biff8'), 'b.xlsx': as('xlsx') });
    const [old, today] = [await readSheets(folder, 'a.xls'), await readSheets(folder, 'b.xlsx')];
    expect(old[0]!.rows).toEqual(today[0]!.rows);
    expect(old.map(({ sheet }) => sheet)).toEqual(['Sheet1', 'Sheet2']);
    expect(old[0]!.rows[2]).toEqual({ row: 3, cells: ['006', 'café', '', '46'] });
  });

  it('names a damaged .xls, a broken workbook and what is no workbook', async () => {
    const ole = Uint8Array.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, ...new Array(600).fill(0)]);
    const whole = encodeWorkbook([{ name: 'a', rows: [['x']] }]);
    const folder = memoryFolder({ 'a.xls': ole, 'b.xlsx': whole.slice(0, 300), 'c.xlsx': new Uint8Array([1, 2, 3]) });
    await expect(readSheets(folder, 'a.xls')).rejects.toThrow(
      "'a.xls' in memory: it must be an .xls or .xlsx workbook",
    );
    await expect(readSheets(folder, 'b.xlsx')).rejects.toThrow("'b.xlsx' in memory: it must be an .xlsx workbook");
    await expect(readSheets(folder, 'c.xlsx')).rejects.toThrow("'c.xlsx' in memory: it must be an .xlsx workbook");
  });

  it.each([
    ['semicolons', 'Subject;Onset;AU\r\n006;46;"4;7"\r\n007;47,5;4,12\r\n'],
    ['tabs', 'Subject\tOnset\tAU\n006\t46\t4;7\n007\t47,5\t4,12\n'],
    ['commas', 'Subject,Onset,AU\n006,46,4;7\n007,"47,5","4,12"\n'],
  ])('reads a table with %s, in UTF-8 and UTF-16 with or without a byte-order mark', async (_separator, text) => {
    const utf16 = (mark: string, big: boolean) => {
      const bytes = new Uint8Array(Buffer.from(mark + text, 'utf16le'));
      return big ? bytes.map((_, i) => bytes[i ^ 1]!) : bytes;
    };
    const utf8 = new TextEncoder().encode(`\ufeff${text}`);
    for (const bytes of [utf8, utf16('\ufeff', false), utf16('\ufeff', true), utf16('', false), utf16('', true)]) {
      const [sheet] = await readSheets(memoryFolder({ 'a.csv': bytes }), 'a.csv');
      expect(sheet!.rows.map(({ cells }) => cells)).toEqual([
        ['Subject', 'Onset', 'AU'],
        ['006', '46', '4;7'],
        ['007', '47,5', '4,12'],
      ]);
    }
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

  it('finds a header far below prose, and reads merged subjects as those of the row above', async () => {
    const columns = { subject: { names: ['Subject'] }, clip: { names: ['Filename'] } };
    const prose = Array.from({ length: 90 }, (_, i) => [`line ${i}`]);
    const rows = [...prose, ['Subject', 'Filename'], ['01', 'a'], [null, 'b'], [], ['02', 'c'], ['end of table', null]];
    const [sheet] = await read([{ name: 'S', rows }]);
    expect(findTable(sheet!, columns)!.map(({ row, cells, subjectOf }) => [row, cells.subject, subjectOf])).toEqual([
      [92, '01', undefined],
      [93, '01', 92],
      [95, '02', undefined],
      [96, 'end of table', undefined],
    ]);
  });

  it('refuses formulas whose values are not stored, in the columns that are read', async () => {
    const sheet = utils.aoa_to_sheet([
      ['Subject', 'Onset', 'Other'],
      ['01', 5, 6],
      ['02', 7, 8],
    ]);
    sheet['B3'] = { t: 'n', f: 'B2+2' };
    sheet['C2'] = { t: 'n', f: 'B2+2' };
    const book = utils.book_new();
    utils.book_append_sheet(book, sheet, 'S');
    const bytes = new Uint8Array(write(book, { type: 'array', bookType: 'xlsx' }));
    const [read] = await readSheets(memoryFolder({ 'a.xlsx': bytes }), 'a.xlsx');
    expect(() => findTable(read!, { subject: { names: ['Subject'] }, onset: { names: ['Onset'] } })).toThrow(
      'it has formulas whose values are not stored (onset in row 3): open it in a spreadsheet program and save it',
    );
    expect(findTable(read!, { subject: { names: ['Subject'] } })).toHaveLength(2);
  });
});
