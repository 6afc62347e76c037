import { randomBytes } from 'node:crypto';
import { open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { syncFolder } from './sync-folder.js';
import { systemErrorText } from './system-error-text.js';

/**
 * Writes a file so that it is there whole or not at all (Node only).
 *
 * The bytes go to a temporary name in the same folder, are flushed to the disk (fsync), and the name is changed in one step. A reader
 * sees the old file or the new one, and a killed process leaves at worst a file `.<name>.<random>.tmp` (of a long name the first 60 characters). An existing file keeps its mode.
 * The folder must exist.
 *
 * @throws Error that names the path and says what to do; the temporary file is removed.
 *
 * @example
 * ```ts
 * import { mkdtemp, readFile } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { writeFileAtomic } from '@mer/io';
 *
 * const path = join(await mkdtemp(join(tmpdir(), 'mer-')), 'scores.json');
 * await writeFileAtomic(path, '{"uf1": 0.72}');
 * console.log(await readFile(path, 'utf8')); // '{"uf1": 0.72}'
 * ```
 */
export async function writeFileAtomic(path: string, content: Uint8Array | string): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path).slice(0, 60)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const mode = await stat(path).then(
      (found) => found.mode & 0o777,
      () => undefined,
    );
    const file = await open(temporary, 'wx', mode);
    try {
      if (mode !== undefined) await file.chmod(mode);
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    throw new Error(`Cannot write ${path} as ${systemErrorText(cause)}`, { cause });
  }
  await syncFolder(folder);
}
