import { strToU8, zipSync } from 'fflate';

/** A cell: text stays text (`006` keeps its zeros), a number is a number, null is empty. */
export type WorkbookCell = string | number | null;

/** One sheet of a workbook: its name and its rows from row 1, column A on. */
export interface WorkbookSheet {
  name: string;
  rows: readonly (readonly WorkbookCell[])[];
}

const escapeXml = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

function columnName(index: number): string {
  return (index >= 26 ? columnName(Math.floor(index / 26) - 1) : '') + String.fromCharCode(65 + (index % 26));
}

function sheetXml(rows: WorkbookSheet['rows'], strings: Map<string, number>): string {
  const lines = rows.map((cells, r) => {
    const written = cells.map((cell, c) => {
      if (cell === null) return '';
      const place = `${columnName(c)}${r + 1}`;
      if (typeof cell === 'number') return `<c r="${place}"><v>${cell}</v></c>`;
      if (!strings.has(cell)) strings.set(cell, strings.size);
      return `<c r="${place}" t="s"><v>${strings.get(cell)}</v></c>`;
    });
    // Empty rows are left out, as spreadsheet programs do.
    return written.some(Boolean) ? `<row r="${r + 1}">${written.join('')}</row>` : '';
  });
  return `<worksheet xmlns="${main}"><sheetData>${lines.join('')}</sheetData></worksheet>`;
}

const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const packaging = 'http://schemas.openxmlformats.org/package/2006';
const media = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

/**
 * Makes the bytes of an `.xlsx` workbook: plain cells, no styles, no formulas. The same sheets give the same bytes.
 *
 * Reference: ECMA-376, Office Open XML, part 1, SpreadsheetML.
 */
export function encodeWorkbook(sheets: readonly WorkbookSheet[]): Uint8Array {
  const strings = new Map<string, number>();
  const files: Record<string, string> = {};
  for (const [i, { rows }] of sheets.entries()) files[`xl/worksheets/sheet${i + 1}.xml`] = sheetXml(rows, strings);
  const relation = (id: number, type: string, target: string) =>
    `<Relationship Id="rId${id}" Type="${office}/${type}" Target="${target}"/>`;
  const relations = (inside: string) => `<Relationships xmlns="${packaging}/relationships">${inside}</Relationships>`;
  const part = (name: string, type: string) => `<Override PartName="/${name}" ContentType="${media}.${type}+xml"/>`;
  files['[Content_Types].xml'] =
    `<Types xmlns="${packaging}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
    `<Default Extension="xml" ContentType="application/xml"/>${part('xl/workbook.xml', 'sheet.main')}${part('xl/sharedStrings.xml', 'sharedStrings')}` +
    `${part('xl/styles.xml', 'styles')}${sheets.map((_, i) => part(`xl/worksheets/sheet${i + 1}.xml`, 'worksheet')).join('')}</Types>`;
  files['_rels/.rels'] = relations(relation(1, 'officeDocument', 'xl/workbook.xml'));
  files['xl/workbook.xml'] = `<workbook xmlns="${main}" xmlns:r="${office}"><sheets>${sheets
    .map(({ name }, i) => `<sheet name="${escapeXml(name)}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`)
    .join('')}</sheets></workbook>`;
  files['xl/_rels/workbook.xml.rels'] = relations(
    sheets.map((_, i) => relation(i + 1, 'worksheet', `worksheets/sheet${i + 1}.xml`)).join('') +
      relation(sheets.length + 1, 'sharedStrings', 'sharedStrings.xml') +
      relation(sheets.length + 2, 'styles', 'styles.xml'),
  );
  files['xl/styles.xml'] =
    `<styleSheet xmlns="${main}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>` +
    `<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="1"><xf xfId="0"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`;
  const items = [...strings.keys()].map((text) => `<si><t xml:space="preserve">${escapeXml(text)}</t></si>`).join('');
  files['xl/sharedStrings.xml'] = `<sst xmlns="${main}" uniqueCount="${strings.size}">${items}</sst>`;
  const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
  const bytes = Object.fromEntries(
    Object.entries(files).map(([name, xml]) => [name, strToU8(declaration + xml)] as const),
  );
  // A fixed date, so that the bytes depend on the content alone.
  return zipSync(bytes, { mtime: new Date(2000, 0, 1) });
}
