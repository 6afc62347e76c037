import { checkLimit } from '@mer/io';
import { type CsvRow, parseCsv } from './csv.js';
import type { DataFolder } from './data-folder.js';

/** The text of a file, within the folder's limits. */
export async function readText(folder: DataFolder, file: string): Promise<string> {
  const check = (bytes: number) =>
    checkLimit(`Cannot read '${file}' in ${folder.name}`, 'its bytes', 'textBytes', bytes, folder.limits);
  check((await folder.size(file)) ?? 0);
  const bytes = await folder.read(file);
  check(bytes.length);
  return new TextDecoder().decode(bytes);
}

/**
 * The records of a CSV file, within the folder's limits.
 *
 * @throws Error that names the file.
 */
export async function readCsv(folder: DataFolder, file: string): Promise<CsvRow[]> {
  const text = await readText(folder, file);
  try {
    return parseCsv(text, { limits: folder.limits });
  } catch (cause) {
    throw new Error(`Cannot read '${file}' in ${folder.name}: ${(cause as Error).message}`, { cause });
  }
}
