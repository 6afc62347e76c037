import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
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
    return await make(resolve(path));
  } catch (cause) {
    const text = cause instanceof NowhereError ? cause.message : systemErrorText(cause);
    throw new Error(`Cannot make the folder ${path} as ${text}`, { cause });
  }
}

class NowhereError extends Error {
  override readonly name = 'NowhereError';
}

/** One folder after the other: `mkdir` with `recursive` never comes back where a system says of a place that is there (/proc) that it is not. */
async function make(path: string): Promise<string | undefined> {
  try {
    await mkdir(path);
    return path;
  } catch (cause) {
    if (await isFolder(path)) return undefined;
    if (systemErrorCode(cause) === 'EEXIST') throw Object.assign(new Error('', { cause }), { code: 'ENOTDIR' });
    const above = dirname(path);
    if (systemErrorCode(cause) !== 'ENOENT' || above === path) throw cause;
    const made = await make(above);
    return (await makeIn(path)) ? (made ?? path) : made;
  }
}

/** Makes a folder in one that is there; false where another process was faster. */
async function makeIn(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (cause) {
    if (await isFolder(path)) return false;
    if (systemErrorCode(cause) !== 'ENOENT') throw cause;
    throw new NowhereError('nothing can be made there (is the file system read-only?): choose another folder', {
      cause,
    });
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
