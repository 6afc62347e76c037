const TEXTS: Readonly<Record<string, string>> = {
  EACCES: 'this user lacks the permission: change the rights of the file or its folder, or choose another',
  EPERM: 'this user lacks the permission: change the rights of the file or its folder, or choose another',
  EROFS: 'the file system is read-only: choose another folder',
  ENOSPC: 'the disk is full: free some space, or choose a folder on another disk',
  EDQUOT: 'the quota of this user is used up: free some space, or choose a folder on another disk',
  ENAMETOOLONG: 'the name is too long: use names of at most 255 bytes, and paths of at most 4096',
  ENOENT: 'there is no such file or folder: check the path',
  ENOTDIR: 'a part of the path is a file where a folder must be: check the path',
  EISDIR: 'it is a folder where a file must be: check the path',
  EEXIST: 'there is a file of that name: choose another',
  ENOTEMPTY: 'the folder is not empty: choose another',
  ELOOP: 'its symbolic links go in a circle: mend them',
  EMFILE: 'too many files are open: use fewer processes, or raise the limit (ulimit -n)',
  ENFILE: 'too many files are open: use fewer processes, or raise the limit (ulimit -n)',
  EBUSY: 'another program is using it: close that program',
  ETXTBSY: 'another program is using it: close that program',
  EFBIG: 'the file system allows no file of that size: choose a folder on another disk',
  EIO: 'the disk failed: check it, or choose another',
  EXDEV: 'it would have to move from one disk to another: choose a folder on the same disk',
  ESTALE: 'the file server has lost it: try again',
  ENXIO: 'the device is not there: check the path',
  ENODEV: 'the device is not there: check the path',
  EINVAL: 'the system does not allow it: choose another path',
  EPIPE: 'its reader has gone away',
  ENOMEM: 'memory ran short: close other programs, or use fewer processes',
  EAGAIN: 'the system has no room for another process or file: use fewer processes',
  ERR_FS_FILE_TOO_LARGE: 'the file is larger than 2 GiB: is it the right one?',
  ERR_STRING_TOO_LONG: 'the file is larger than a text can be (512 MiB): is it the right one?',
  ERR_INVALID_ARG_VALUE: 'the path must not hold the character of code 0: check it',
};

/**
 * The code of an error of the system (`ENOSPC`), its own or that of what caused it; undefined where there is none.
 *
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { systemErrorCode } from '@mer/io';
 *
 * console.log(await readFile('none').catch(systemErrorCode)); // ENOENT
 * ```
 */
export function systemErrorCode(error: unknown): string | undefined {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const { code } = at as NodeJS.ErrnoException;
    if (typeof code === 'string' && Object.hasOwn(TEXTS, code)) return code;
  }
  return undefined;
}

/**
 * What an error of the file system means and what to do, in words that follow "Cannot read <path> as": `the disk is full: free some space, …`.
 *
 * @param error - as thrown by `node:fs`, or a code such as `ENOSPC`
 * @returns of any other error its message
 *
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { systemErrorText } from '@mer/io';
 *
 * console.log(await readFile('none').catch(systemErrorText)); // there is no such file or folder: check the path
 * ```
 */
export function systemErrorText(error: unknown): string {
  const code = typeof error === 'string' ? error : systemErrorCode(error);
  if (code !== undefined && Object.hasOwn(TEXTS, code)) return TEXTS[code]!;
  return error instanceof Error ? error.message : String(error);
}
