import { checkLimit, type FileLimits } from '@mer/io';
import { naturalOrder } from '../natural-order.js';
import type { DataFolder, FolderEntry } from './data-folder.js';
import { safePath } from './safe-path.js';

/** Options of {@link openFolder}. */
export interface OpenFolderOptions {
  /** Folders outside into which links inside may lead. */
  readonly followLinks?: readonly string[];
}

/**
 * Opens a folder on disk for reading (Node only; in a browser the user hands over the folder).
 *
 * A symbolic link inside is followed as long as its target lies inside the folder as well, or in one of the folders that `followLinks` names.
 *
 * @throws Error where the folder does not exist or is none.
 * @throws RangeError, from the folder's functions, for a path or link that leaves it.
 *
 * @example
 * ```ts
 * import { openFolder } from '@mer/datasets';
 *
 * const folder = await openFolder('docs');
 * console.log((await folder.list(''))?.some(({ name }) => name === 'decisions')); // true
 * ```
 */
export async function openFolder(path: string, { followLinks = [] }: OpenFolderOptions = {}): Promise<DataFolder> {
  // Asked for at run time, so that bundlers for browsers find no Node module to resolve.
  const fs = globalThis.process?.getBuiltinModule?.('node:fs/promises');
  const callbacks = globalThis.process?.getBuiltinModule?.('node:fs');
  const nodePath = globalThis.process?.getBuiltinModule?.('node:path');
  if (!fs || !callbacks || !nodePath) {
    throw new TypeError(
      `Cannot open '${path}' as a path can be opened in Node only: in a browser give a folder that the user picked`,
    );
  }
  const name = nodePath.resolve(path);
  const root = await fs.realpath(name).catch((cause: unknown) => {
    throw new Error(`Cannot open data folder as it must exist: '${name}' does not`, { cause });
  });
  if (!(await fs.stat(root)).isDirectory()) {
    throw new Error(`Cannot open data folder as it must be a folder: '${name}' is a file`);
  }

  const allowed = [root];
  for (const other of followLinks) {
    const real = await fs.realpath(nodePath.resolve(other)).catch((cause: unknown) => {
      throw new Error(`Cannot open data folder as each folder of followLinks must exist: '${other}' does not`, {
        cause,
      });
    });
    allowed.push(real);
  }

  /** Where a path really lies; undefined where there is nothing. */
  async function locate(relative: string): Promise<string | undefined> {
    const safe = safePath(relative);
    let real: string;
    try {
      real = await fs!.realpath(nodePath!.join(root, safe));
    } catch (error) {
      // a name that is too long for the system is that of no file
      if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes(codeOf(error))) return undefined;
      throw unusable(relative, error);
    }
    if (allowed.some((one) => holds(one, real))) return real;
    throw new RangeError(
      `Cannot use path as it must stay inside the data set's folder: '${relative}' in ${name} is a link to '${real}' (where that is meant, allow it by the option followLinks: ['${nodePath!.dirname(real)}'])`,
    );
  }

  /** Whether a path lies in a folder. */
  function holds(one: string, real: string): boolean {
    const inside = nodePath!.relative(one, real);
    return !(inside === '..' || inside.startsWith(`..${nodePath!.sep}`) || nodePath!.isAbsolute(inside));
  }

  /** What the system refuses, in words. */
  function unusable(relative: string, cause: unknown): Error {
    const code = codeOf(cause);
    const reason =
      { EACCES: 'as it must be readable: it is not', ELOOP: 'as its links must not lead in a circle: they do' }[code] ??
      { EISDIR: 'as it must be a file: it is a folder' }[code] ??
      `as the system must read it: it says ${code || (cause as Error).message}`;
    return new Error(`Cannot read '${relative}' in ${name} ${reason}`, { cause });
  }

  /** Folders that were found to lie inside, so that not every file of a clip asks again. */
  const inside = new Map<string, Promise<string | undefined>>();
  const { O_RDONLY, O_NOFOLLOW } = fs.constants;
  const readWhole = wholeFileReader(callbacks);

  /** Where a file lies whose folder was found to lie inside; undefined where there is no such folder. */
  async function place(relative: string): Promise<string | undefined> {
    const safe = safePath(relative);
    const slash = safe.lastIndexOf('/');
    const parent = safe.slice(0, Math.max(0, slash));
    const folder = inside.get(parent) ?? locate(parent);
    inside.set(parent, folder);
    const real = await folder;
    return real === undefined ? undefined : nodePath!.join(real, safe.slice(slash + 1));
  }

  /** The bytes of a file that is no link, without looking at each part of its path; undefined where that is not possible. */
  async function readPlain(relative: string, limits?: Partial<FileLimits>): Promise<Uint8Array | undefined> {
    if (O_NOFOLLOW === undefined) return undefined;
    const file = await place(relative);
    if (file === undefined) return undefined;
    return readWhole(file, O_RDONLY | O_NOFOLLOW, check(relative, limits)).catch((error: unknown) => {
      if (error instanceof RangeError) throw error;
      return undefined;
    });
  }

  /** Throws where a file has more bytes than may be. */
  const check = (relative: string, limits?: Partial<FileLimits>) => (size: number) =>
    checkLimit(`Cannot read '${relative}' in ${name}`, 'its bytes', 'fileBytes', size, limits);

  return {
    name,
    async list(relative) {
      const real = await locate(relative);
      if (real === undefined || !(await fs.stat(real)).isDirectory()) return undefined;
      const entries: FolderEntry[] = [];
      const found = await fs.readdir(real, { withFileTypes: true }).catch((error: unknown) => {
        throw unusable(relative, error);
      });
      for (const entry of found) {
        let kind: { isFile(): boolean; isDirectory(): boolean } = entry;
        if (entry.isSymbolicLink()) {
          // Listed whatever it leads to; `locate` refuses to follow it outside once somebody uses it.
          const target = await fs.stat(nodePath.join(real, entry.name)).catch(() => undefined);
          if (!target) continue;
          kind = target;
        }
        if (kind.isFile()) entries.push({ name: entry.name, kind: 'file' });
        else if (kind.isDirectory()) entries.push({ name: entry.name, kind: 'folder' });
      }
      return entries.sort((a, b) => naturalOrder(a.name, b.name));
    },
    async size(relative) {
      const real = await locate(relative);
      const stat = real === undefined ? undefined : await fs.stat(real);
      return stat?.isFile() ? stat.size : undefined;
    },
    async info(relative) {
      const file = await place(relative);
      const plain = file === undefined ? undefined : await fs.lstat(file).catch(() => undefined);
      if (plain?.isFile()) return { size: plain.size, modified: plain.mtimeMs };
      const real = await locate(relative);
      const stat = real === undefined ? undefined : await fs.stat(real);
      return stat?.isFile() ? { size: stat.size, modified: stat.mtimeMs } : undefined;
    },
    file: (relative) => locate(relative),
    async read(relative, { limits } = {}) {
      const plain = await readPlain(relative, limits);
      if (plain) return plain;
      const real = await locate(relative);
      if (real === undefined) throw new Error(`Cannot read '${relative}' in ${name} as it must exist: it does not`);
      return readWhole(real, O_RDONLY, check(relative, limits)).catch((error: unknown) => {
        throw error instanceof RangeError ? error : unusable(relative, error);
      });
    },
  };
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? '';

/**
 * Reads a whole file with two tasks for Node's threads, opening and reading, where `readFile` of `node:fs/promises` has four: the
 * threads are busy with decoding. What an open file says of itself, and closing it, do not wait for the disk.
 */
function wholeFileReader(
  fs: typeof import('node:fs'),
): (path: string, flags: number, check: (size: number) => void) => Promise<Uint8Array> {
  const open = (path: string, flags: number) =>
    new Promise<number>((resolve, reject) =>
      fs.open(path, flags, (error, file) => (error ? reject(error) : resolve(file))),
    );
  const read = (file: number, bytes: Uint8Array, at: number) =>
    new Promise<number>((resolve, reject) =>
      fs.read(file, bytes, at, bytes.length - at, null, (error, count) => (error ? reject(error) : resolve(count))),
    );
  return async (path, flags, check) => {
    const file = await open(path, flags);
    try {
      const { size } = fs.fstatSync(file);
      check(size);
      const bytes = new Uint8Array(size);
      let at = 0;
      while (at < size) {
        const count = await read(file, bytes, at);
        // it became shorter meanwhile
        if (count === 0) break;
        at += count;
      }
      return bytes.subarray(0, at);
    } finally {
      fs.closeSync(file);
    }
  };
}
