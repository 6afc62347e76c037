import { checkLimit } from '@mer/io';
import { type CsvRow, parseCsv, separatorOf } from './csv.js';
import type { DataFolder } from './data-folder.js';

/**
 * The text of a file, within the folder's limits: UTF-8, or UTF-16 as spreadsheet programs save "Unicode text", told by its byte-order mark or
 * by every other byte being zero.
 */
export async function readText(folder: DataFolder, file: string): Promise<string> {
  const check = (bytes: number) =>
    checkLimit(`Cannot read '${file}' in ${folder.name}`, 'its bytes', 'textBytes', bytes, folder.limits);
  check((await folder.size(file)) ?? 0);
  const bytes = await folder.read(file);
  check(bytes.length);
  return new TextDecoder(encodingOf(bytes)).decode(bytes);
}

function encodingOf(bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  const [a, b] = bytes;
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  const start = bytes.subarray(0, 64 & -2);
  const zeros = (offset: number) => start.filter((byte, i) => i % 2 === offset && byte === 0).length;
  if (start.length >= 4 && zeros(1) >= start.length / 4 && zeros(0) === 0) return 'utf-16le';
  if (start.length >= 4 && zeros(0) >= start.length / 4 && zeros(1) === 0) return 'utf-16be';
  return 'utf-8';
}

/**
 * The records of a CSV file, within the folder's limits; fields may be separated by commas, semicolons or tabs, the text may be UTF-8 or UTF-16.
 *
 * @throws Error that names the file where it cannot be read or is no such table; see {@link parseCsv}.
 *
 * @example
 * ```ts no-run
 * import { openFolder, readCsv } from '@mer/datasets';
 *
 * const [header, ...rows] = await readCsv(await openFolder('tables'), 'predictions.csv');
 * ```
 */
export async function readCsv(folder: DataFolder, file: string): Promise<CsvRow[]> {
  const text = await readText(folder, file);
  try {
    return parseCsv(text, { limits: folder.limits, separator: separatorOf(text) });
  } catch (cause) {
    throw new Error(`Cannot read '${file}' in ${folder.name}: ${(cause as Error).message}`, { cause });
  }
}
