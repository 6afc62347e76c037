import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, link, mkdir, open, opendir, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolder, syncFolder, systemErrorCode, systemErrorText } from '@mer/io';
import { ExperimentError } from '../schema/experiment-error.js';
import { fileChunks } from './file-chunks.js';
import { receiveFile } from './receive-file.js';
import type { Store, StoreOptions } from './store-interface.js';
import { keySegments, prefixSegments } from './store-key.js';
import { encodeHead, HEAD_BYTES, sealed, unsealed } from './stored-object.js';

/** Folder of what is being written; no key begins with a dot. */
const TEMPORARY = '.tmp';

/** How long something may be in the writing, in milliseconds. */
const LONGEST_WRITE = 24 * 3600_000;

/**
 * Opens a store in a folder, which machines may share over a network: an object is a file, in folders as its key has segments.
 *
 * An object is written under a temporary name, flushed to the disk, and then linked to its own: of several links of one name the system lets one be made, so the first wins.
 */
export async function openFolderStore(url: string, root: string, { create }: { create: boolean }): Promise<Store> {
  await checkRoot(root, create);
  const pathOf = (key: string) => join(root, ...keySegments(key));
  let swept = false;

  /** Lets `fill` write a new file, and gives it the name of the object unless that is taken. */
  async function writeFirst(
    path: string,
    fill: (file: FileHandle) => Promise<void>,
    { signal }: StoreOptions,
  ): Promise<'written' | 'there'> {
    signal?.throwIfAborted();
    if (await isThere(path)) return 'there';
    const temporary = join(root, TEMPORARY, randomBytes(12).toString('hex'));
    try {
      await makeFolder(dirname(temporary));
      const file = await open(temporary, 'wx');
      try {
        await fill(file);
        await file.sync();
      } finally {
        await file.close();
      }
      signal?.throwIfAborted();
      await makeFolder(dirname(path));
      if (!(await linked(temporary, path))) return 'there';
    } catch (cause) {
      signal?.throwIfAborted();
      throw cause instanceof ExperimentError ? cause : cannot('write', path, cause);
    } finally {
      await rm(temporary, { force: true }).catch(() => {});
      if (!swept) await sweep(join(root, TEMPORARY));
      swept = true;
    }
    await syncFolder(dirname(path));
    return 'written';
  }

  return {
    url,
    async get(key, { signal } = {}) {
      const path = pathOf(key);
      signal?.throwIfAborted();
      const file = await openThere(path);
      if (!file) return undefined;
      try {
        return unsealed(await file.readFile({ signal }), path);
      } catch (cause) {
        signal?.throwIfAborted();
        throw cause instanceof ExperimentError ? cause : cannot('read', path, cause);
      } finally {
        await file.close();
      }
    },
    put: async (key, bytes, options = {}) =>
      writeFirst(pathOf(key), (file) => file.writeFile(sealed(bytes), { signal: options.signal }), options),
    async getFile(key, target, { signal } = {}) {
      const path = pathOf(key);
      signal?.throwIfAborted();
      const file = await openThere(path);
      if (!file) return false;
      try {
        await receiveFile(fileChunks(file, signal), target, path);
        return true;
      } catch (cause) {
        signal?.throwIfAborted();
        throw cause instanceof ExperimentError ? cause : cannot('read', path, cause);
      } finally {
        await file.close();
      }
    },
    async putFile(key, source, options = {}) {
      const fill = async (file: FileHandle) => {
        const from = await open(source).catch((cause) => {
          throw cannot('read', source, cause);
        });
        try {
          await copySealed(from, file, options.signal);
        } finally {
          await from.close();
        }
      };
      return writeFirst(pathOf(key), fill, options);
    },
    async has(key, { signal } = {}) {
      const path = pathOf(key);
      signal?.throwIfAborted();
      return isThere(path);
    },
    async *list(prefix, { signal } = {}) {
      const { segments, rest } = prefixSegments(prefix);
      const within = segments.length > 0 ? `${segments.join('/')}/` : '';
      yield* keysIn(join(root, ...segments), within, rest, signal);
    },
    async remove(key, { signal } = {}) {
      const path = pathOf(key);
      signal?.throwIfAborted();
      await rm(path, { force: true }).catch((cause) => {
        throw cannot('delete', path, cause);
      });
    },
  };
}

async function checkRoot(root: string, create: boolean): Promise<void> {
  const found = await stat(root).catch((cause) => {
    if (systemErrorCode(cause) === 'ENOENT') return undefined;
    throw cannot('use the store in', root, cause);
  });
  if (found?.isDirectory()) return;
  if (found) throw new ExperimentError(`Cannot use the store in ${root} as it must be a folder: it is a file`);
  if (!create) {
    throw new ExperimentError(
      `Cannot use the store in ${root} as there is no such folder on this machine: is it mounted here, and under this name?`,
    );
  }
  await mkdir(root).catch((cause) => {
    if (systemErrorCode(cause) === 'EEXIST') return;
    if (systemErrorCode(cause) === 'ENOENT') {
      throw new ExperimentError(
        `Cannot make the store ${root} as the folder ${dirname(root)} must be there: check the path, or make that folder`,
        { cause },
      );
    }
    throw cannot('make the store', root, cause);
  });
}

function cannot(what: string, path: string, cause: unknown): ExperimentError {
  return new ExperimentError(`Cannot ${what} ${path} as ${systemErrorText(cause)}`, { cause });
}

async function isThere(path: string): Promise<boolean> {
  const found = await stat(path).catch((cause) => {
    if (isAbsent(cause)) return undefined;
    throw cannot('look for', path, cause);
  });
  return found?.isFile() ?? false;
}

async function openThere(path: string): Promise<FileHandle | undefined> {
  return open(path, constants.O_RDONLY).catch((cause) => {
    if (isAbsent(cause)) return undefined;
    throw cannot('read', path, cause);
  });
}

/** Where a segment of a key is an object itself, nothing lies below it. */
const isAbsent = (cause: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(systemErrorCode(cause) ?? '');

/** Codes of file systems that know no hard links. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

/** Gives a file a second name; false where another has that name. */
async function linked(temporary: string, path: string): Promise<boolean> {
  try {
    await link(temporary, path);
    return true;
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    // over a network the first answer may be lost, and the link be refused when it is asked for once more
    if (code === 'EEXIST') return (await stat(temporary)).nlink > 1;
    if (!NO_LINKS.includes(code)) throw cause;
    throw new ExperimentError(
      `Cannot write ${path} as its file system must have hard links, by which the first of several writers is told: choose a folder on another, or a bucket`,
      { cause },
    );
  }
}

/** Deletes what killed processes have left half written. */
async function sweep(dir: string): Promise<void> {
  for (const name of await readdir(dir).catch(() => [])) {
    const path = join(dir, name);
    const found = await stat(path).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > LONGEST_WRITE) await rm(path, { force: true }).catch(() => {});
  }
}

async function* keysIn(
  dir: string,
  within: string,
  beginning: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<string> {
  const entries = await opendir(dir).catch((cause) => {
    if (isAbsent(cause)) return [];
    throw cannot('list', dir, cause);
  });
  for await (const entry of entries) {
    signal?.throwIfAborted();
    if (!entry.name.startsWith(beginning) || entry.name.startsWith('.')) continue;
    if (entry.isDirectory()) yield* keysIn(join(dir, entry.name), `${within}${entry.name}/`, '', signal);
    else if (entry.isFile()) yield `${within}${entry.name}`;
  }
}

/** Copies a file behind a line that says what it is, which is known at the end. */
async function copySealed(from: FileHandle, to: FileHandle, signal: AbortSignal | undefined): Promise<void> {
  const digest = createHash('sha256');
  let bytes = 0;
  for await (const chunk of fileChunks(from, signal)) {
    digest.update(chunk);
    for (let sent = 0; sent < chunk.length; ) {
      sent += (await to.write(chunk, sent, chunk.length - sent, HEAD_BYTES + bytes + sent)).bytesWritten;
    }
    bytes += chunk.length;
  }
  await to.write(encodeHead({ sha256: digest.digest('hex'), bytes }), 0, HEAD_BYTES, 0);
}
