import type { DatasetNote } from './dataset.js';
import type { DatasetDefinition } from './define-dataset.js';
import type { DataFolder } from './files/data-folder.js';
import { lookAt } from './folder-look.js';

/**
 * What is said of a folder that could not be opened as one data set and looks like another; undefined where it looks like the
 * one that was asked for, or like none.
 */
export async function likenessNote(
  root: DataFolder,
  asked: DatasetDefinition,
  all: readonly DatasetDefinition[],
): Promise<DatasetNote | undefined> {
  const look = await lookAt(root);
  if (await asked.recognize(look, all)) return undefined;
  const likely: string[] = [];
  // clips and recordings of one release lie in the same folder
  const recordings = asked.samples === 'recordings';
  for (const one of all) {
    if (one.name === asked.name || (one.samples === 'recordings') !== recordings) continue;
    if (await one.recognize(look, all)) likely.push(one.name);
  }
  if (likely.length === 0) return undefined;
  const advice = likely.length === 1 ? 'that name' : 'one of those names';
  return { severity: 'error', key: '', message: `this looks like ${likely.join(' or ')}: use ${advice}` };
}
