import { mkdir } from 'node:fs/promises';
import { systemErrorCode, systemErrorText } from './system-error-text.js';

/**
 * Makes a folder with those that it lies in, where they are not there yet (Node only).
 *
 * @returns the first folder that was made; undefined where all were there
 * @throws Error that names the folder and says what to do
 *
 * @example
 * ```ts
 * import { mkdtemp } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { makeFolder } from '@mer/io';
 *
 * const root = await mkdtemp(join(tmpdir(), 'mer-'));
 * console.log((await makeFolder(join(root, 'a', 'b'))) === join(root, 'a')); // true
 * ```
 */
export async function makeFolder(path: string): Promise<string | undefined> {
  try {
    return await mkdir(path, { recursive: true });
  } catch (cause) {
    // a system that lets nothing be made in a place (such as /proc) may say that the place is not there
    const text =
      systemErrorCode(cause) === 'ENOENT'
        ? 'nothing can be made there (the file system may be read-only): choose another folder'
        : systemErrorText(cause);
    throw new Error(`Cannot make the folder ${path} as ${text}`, { cause });
  }
}
