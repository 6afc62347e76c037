import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Dataset, fingerprint } from '@mer/datasets';
import { makeFolder, systemErrorCode, writeFileAtomic } from '@mer/io';
import { hashOf } from '@mer/options';

/** When each sample's files were last changed: an edit that keeps the size is seen by this alone. */
export async function lastChanges(dataset: Dataset): Promise<(number | null)[][]> {
  const times: (number | null)[][] = [];
  for (const index of dataset.samples.keys()) {
    times.push((await dataset.sources(index)).map(({ modified = null }) => modified));
  }
  return times;
}

/**
 * Identity of the samples by the contents of their files: the same for every copy of them, whenever it was made. All files are read for it; what came of that is kept in the cache until one
 * of them is changed.
 *
 * @param dataset - the data set
 * @param cache - folder of this machine
 */
export async function contentDigest(dataset: Dataset, cache: string | undefined): Promise<string> {
  const digest = () => fingerprint(dataset, { content: 'bytes' });
  if (cache === undefined) return digest();
  const state = hashOf([await fingerprint(dataset), await lastChanges(dataset)]).slice(0, 32);
  const path = join(cache, `${state}.content`);
  const kept = await readFile(path, 'latin1').catch((cause) => {
    if (systemErrorCode(cause) === 'ENOENT') return '';
    throw cause;
  });
  if (/^[0-9a-f]{64}$/.test(kept)) return kept;
  const made = await digest();
  await makeFolder(cache);
  await writeFileAtomic(path, made);
  return made;
}
