import type { AnnotationFile } from '../dataset.js';
import type { DataFolder } from '../files/data-folder.js';
import { sha256 } from '../files/sha256.js';

/** The files that were read, with what tells whether one has changed. */
export async function describeFiles(
  dataset: string,
  folder: DataFolder,
  rows: ReadonlyMap<string, number>,
): Promise<AnnotationFile[]> {
  const files: AnnotationFile[] = [];
  for (const [file, count] of rows) {
    if ((await folder.size(file)) === undefined) continue;
    const hash = await sha256(await folder.read(file));
    files.push({ dataset, file, rows: count, ...(hash !== undefined && { sha256: hash }) });
  }
  // the list of clips first, then what was read beside it
  return files.sort((a, b) => Number(b.rows > 0) - Number(a.rows > 0));
}
