import { checkLimit, type FileLimits, openZip } from '@mer/io';
import { zipSync } from 'fflate';
import { Parser } from 'saxen';

type Attributes = Readonly<Record<string, string>>;

const decoder = new TextDecoder();

/** Calls back with every element of an XML text: its name and attributes without the prefixes of namespaces, entities decoded. */
function eachElement(xml: string, visit: (name: string, attributes: () => Attributes) => void): void {
  const parser = new Parser();
  const local = (name: string) => name.slice(name.indexOf(':') + 1);
  parser.on('error', (error: Error) => {
    throw new Error(`its XML must be well-formed: ${error.message}`);
  });
  parser.on('openTag', (name, attributesOf, decode) => {
    visit(local(name), () =>
      Object.fromEntries(Object.entries(attributesOf() || {}).map(([key, value]) => [local(key), decode(value)])),
    );
  });
  parser.parse(xml);
}

/** Row and column of a reference such as `AB12`. */
function placeOf(reference: string | undefined): Place {
  const [, letters, digits] = /^([A-Z]{1,8})(\d{1,15})$/.exec(reference ?? '') ?? [];
  if (letters === undefined) {
    throw new Error(
      `its cells must have references such as AB12: one has ${JSON.stringify(reference?.slice(0, 40) ?? '')}`,
    );
  }
  let column = 0;
  for (const letter of letters) column = 26 * column + letter.charCodeAt(0) - 64;
  return { row: Number(digits), column };
}

/** Where a cell is, counted from 1. */
interface Place {
  row: number;
  column: number;
}

/**
 * Rows times columns that a sheet spans, by the references of its rows and of those of its cells that hold something; and the cells
 * whose formula has no stored value.
 */
function cellsOf(xml: string, name: string, limits?: Partial<FileLimits>): { cells: number; formulas: Place[] } {
  let rows = 0;
  let columns = 1;
  let cell = { row: 0, column: 0 };
  let reference = '';
  const formulas = new Map<string, Place>();
  const check = (place: string) =>
    checkLimit('it cannot be read', `the cells of ${name} up to ${place}`, 'cells', rows * columns, limits);
  eachElement(xml, (element, attributes) => {
    if (element === 'row') {
      const { r = '0' } = attributes();
      if (!/^\d{1,15}$/.test(r))
        throw new Error(`the numbers of its rows must be numbers: one is ${JSON.stringify(r.slice(0, 40))}`);
      rows = Math.max(rows + 1, Number(r));
      check(`row ${r}`);
    } else if (element === 'c') {
      reference = attributes()['r'] ?? '';
      cell = placeOf(reference);
      rows = Math.max(rows, cell.row);
      check(reference);
    } else if (element === 'f') {
      formulas.set(reference, cell);
    } else if (element === 'v' || element === 'is') {
      formulas.delete(reference);
      columns = Math.max(columns, cell.column);
      check(reference);
    } else if (element === 'dimension') {
      for (const part of (attributes()['ref'] ?? '').split(':')) placeOf(part);
    }
  });
  return { cells: rows * columns, formulas: [...formulas.values()] };
}

/**
 * The parts of a workbook that are read, checked against their limits, as a workbook without compression: what a reader allocates by cell references is
 * known to be small, and no other entry of the file is unpacked. `formulas` are the cells of each sheet, by its name, whose formula has no stored value (a program that computes
 * nothing wrote it).
 *
 * @throws Error for a part that is damaged; RangeError for one that asks for more than its limit.
 */
export function safeWorkbook(
  bytes: Uint8Array,
  limits?: Partial<FileLimits>,
): { workbook: ArrayBuffer; formulas: ReadonlyMap<string, readonly Place[]> } {
  const zip = openZip(bytes, { limits });
  const parts: Record<string, Uint8Array> = {};
  const texts = new Map<string, string>();
  const take = (name: string): string | undefined => {
    const known = texts.get(name) ?? (zip.has(name) ? decoder.decode((parts[name] = zip.get(name)!())) : undefined);
    if (known !== undefined) texts.set(name, known);
    return known;
  };
  const [list, relations] = ['xl/workbook.xml', 'xl/_rels/workbook.xml.rels'].map((name) => {
    const text = take(name);
    if (text === undefined) throw new Error(`it must have the part ${name}: it has not`);
    return text;
  }) as [string, string];

  /** What is in each part with a sheet, by the identifier that the list of sheets calls it by. */
  const found = new Map<string, ReturnType<typeof cellsOf>>();
  eachElement(relations, (name, attributes) => {
    if (name !== 'Relationship') return;
    const { Id = '', Type = '', Target = '' } = attributes();
    if (!/\/(?:worksheet|sharedStrings|styles)$/.test(Type)) return;
    const part = Target.startsWith('/') ? Target.slice(1) : `xl/${Target}`;
    const text = take(part);
    if (text !== undefined && Type.endsWith('/worksheet')) found.set(Id, cellsOf(text, part, limits));
  });
  let total = 0;
  const formulas = new Map<string, readonly Place[]>();
  eachElement(list, (name, attributes) => {
    if (name !== 'sheet') return;
    const { id = '', name: title = '' } = attributes();
    const sheet = found.get(id);
    total += sheet?.cells ?? 0;
    if (sheet) formulas.set(title, sheet.formulas);
    checkLimit('it cannot be read', 'the cells of all its sheets', 'cells', total, limits);
  });
  const plain = zipSync(parts, { level: 0 });
  const workbook = plain.buffer.slice(plain.byteOffset, plain.byteOffset + plain.byteLength) as ArrayBuffer;
  return { workbook, formulas };
}
