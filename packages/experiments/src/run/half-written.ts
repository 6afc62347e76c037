import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** The temporary names of `writeFileAtomic`. */
const TEMPORARY = /(^|[\\/])\.[^\\/]+\.[0-9a-f]{12}\.tmp$/;

/** How long a file may be in the making where others write to the folder too, in milliseconds. */
const LONGEST_WRITE = 10 * 60_000;

/** Whether a name is that of a file that was not written to its end. */
export const isHalfWritten = (name: string): boolean => TEMPORARY.test(name);

/**
 * Deletes what killed processes have left half written in a folder.
 *
 * @param dir - the folder, and those in it
 * @param options - whether other processes may be writing there: their files are spared
 *
 * @example
 * ```ts
 * import { removeHalfWritten } from '@mer/experiments';
 * import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 *
 * const dir = await mkdtemp(join(tmpdir(), 'mer-'));
 * await writeFile(join(dir, '.summary.json.0123456789ab.tmp'), '{"na');
 * await removeHalfWritten(dir);
 * console.log(await readdir(dir)); // []
 * ```
 */
export async function removeHalfWritten(dir: string, { shared = false }: { shared?: boolean } = {}): Promise<void> {
  for (const name of await readdir(dir, { recursive: true })) {
    if (!isHalfWritten(name)) continue;
    const found = shared ? await stat(join(dir, name)).catch(() => undefined) : undefined;
    if (shared && (!found || Date.now() - found.mtimeMs < LONGEST_WRITE)) continue;
    await rm(join(dir, name), { force: true });
  }
}
