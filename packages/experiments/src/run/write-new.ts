import { randomBytes } from 'node:crypto';
import { link, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { systemErrorCode, systemErrorText } from '@mer/io';

/**
 * Writes a value as indented JSON to a name that is still free, whole or not at all; of several processes that try, on any machine that shares the folder,
 * one succeeds.
 *
 * @param path - the file
 * @param value - anything JSON can hold
 * @returns whether it was written; false where the file is there already, which stays as it is
 */
export async function writeNewJson(path: string, value: unknown): Promise<boolean> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await writeFile(temporary, `${JSON.stringify(value, null, 1)}\n`, { flag: 'wx', flush: true });
    try {
      // a second name for the same file: refused where the name is taken, which a renaming is not
      await link(temporary, path);
    } catch (error) {
      const code = systemErrorCode(error);
      if (code === 'EEXIST') return false;
      if (!NO_LINKS.has(code ?? '')) throw error;
      await rename(temporary, path);
    }
    return true;
  } catch (cause) {
    throw new Error(`Cannot write ${path} as ${systemErrorText(cause)}`, { cause });
  } finally {
    await rm(temporary, { force: true }).catch(() => {});
  }
}

/** What file systems say that know no second names. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);
