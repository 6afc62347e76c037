import { checkLimit, fileLimits } from '@mer/io';

/** The files of a folder by their names, such as a page was given: `Blob`s (a `File` is one) or bytes; a list of `File`s will do. */
export type FolderFiles =
  | Readonly<Record<string, Blob | Uint8Array>>
  | ReadonlyMap<string, Blob | Uint8Array>
  | Iterable<File>;

/** Where an exported network lies. */
export interface ModelFolder {
  /** What messages call it. */
  readonly name: string;
  /** A file of it, of so many bytes at most. */
  read(file: string, mostBytes?: number): Promise<Uint8Array>;
}

/** How a folder is opened. */
export interface OpenModelFolderOptions {
  signal?: AbortSignal | undefined;
  /** Told of the bytes of each file as they come. */
  onBytes?: ((file: string, bytes: number) => void) | undefined;
}

/**
 * Opens the folder of an exported network: a path in Node, an address, or files that are there. Only files that are asked for are read, and nothing but them.
 *
 * @param folder - see above; an address may end with `/` or not
 * @param options - signal, progress
 * @throws TypeError where it is none of them
 */
export function openModelFolder(
  folder: string | URL | FolderFiles,
  { signal, onBytes }: OpenModelFolderOptions = {},
): ModelFolder {
  if (typeof folder === 'string' || folder instanceof URL) {
    const path = pathOf(folder);
    if (path !== undefined) return onDisk(path, signal, onBytes);
    return atAddress(addressOf(folder), signal, onBytes);
  }
  const files = given(folder);
  const names = [...files.keys()];
  return {
    name: 'the files given',
    async read(file, most = fileLimits.fileBytes) {
      signal?.throwIfAborted();
      const found = files.get(file);
      if (!found) {
        throw new Error(
          `Cannot load the network as ${file} must be among the files given: they are ${names.slice(0, 8).join(', ') || 'none'}`,
        );
      }
      checkLimit(`Cannot read ${file}`, 'its bytes', 'fileBytes', found instanceof Blob ? found.size : found.length, {
        fileBytes: most,
      });
      const bytes = found instanceof Blob ? new Uint8Array(await found.arrayBuffer()) : found;
      onBytes?.(file, bytes.length);
      return bytes;
    },
  };
}

/** Files by their last names: a page gives them with the folder that they were in. */
function given(folder: FolderFiles): Map<string, Blob | Uint8Array> {
  if (typeof folder !== 'object' || folder === null) {
    throw new TypeError(
      `Cannot load the network as the folder must be a path, an address or its files: current value is ${String(folder)}`,
    );
  }
  const entries: [string, Blob | Uint8Array][] =
    folder instanceof Map
      ? [...folder]
      : Symbol.iterator in folder
        ? Array.from(folder as Iterable<File>, (file) => [file.name, file])
        : Object.entries(folder as Record<string, Blob | Uint8Array>);
  return new Map(entries.map(([name, file]) => [name.split('/').at(-1)!, file]));
}

const fs = () => globalThis.process?.getBuiltinModule?.('node:fs/promises');

/** A path of Node; undefined for an address, and in a page. */
function pathOf(folder: string | URL): string | undefined {
  if (!fs()) return undefined;
  if (folder instanceof URL || /^[a-z][a-z\d+.-]+:\/\//i.test(folder)) {
    const url = new URL(folder);
    return url.protocol === 'file:' ? process.getBuiltinModule('node:url').fileURLToPath(url) : undefined;
  }
  return folder;
}

function addressOf(folder: string | URL): URL {
  const base = typeof location === 'undefined' ? undefined : location.href;
  const url = new URL(folder, base);
  if (url.pathname.endsWith('/model.json')) url.pathname = url.pathname.slice(0, -'model.json'.length);
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

function onDisk(
  path: string,
  signal: AbortSignal | undefined,
  onBytes: OpenModelFolderOptions['onBytes'],
): ModelFolder {
  const { join } = process.getBuiltinModule('node:path');
  return {
    name: path,
    async read(file, most = fileLimits.fileBytes) {
      signal?.throwIfAborted();
      const full = join(path, file);
      const { stat, readFile } = fs()!;
      const info = await stat(full).catch((cause: NodeJS.ErrnoException) => {
        const why = cause.code === 'ENOENT' ? 'there is no such file' : cause.message;
        throw new Error(`Cannot load the network as ${full} must be there: ${why}. mer export writes such folders`, {
          cause,
        });
      });
      checkLimit(`Cannot read ${full}`, 'its bytes', 'fileBytes', info.size, { fileBytes: most });
      const bytes = new Uint8Array(await readFile(full, { signal }));
      onBytes?.(file, bytes.length);
      return bytes;
    },
  };
}

function atAddress(
  base: URL,
  signal: AbortSignal | undefined,
  onBytes: OpenModelFolderOptions['onBytes'],
): ModelFolder {
  return {
    name: base.href,
    async read(file, most = fileLimits.fileBytes) {
      const url = new URL(encodeURIComponent(file), base);
      url.search = base.search;
      const response = await fetch(url, { signal: signal ?? null }).catch((cause: Error) => {
        signal?.throwIfAborted();
        throw new Error(`Cannot load the network as ${url} must be there: ${cause.message}`, { cause });
      });
      if (!response.ok || !response.body) {
        throw new Error(`Cannot load the network as ${url} must be there: the server answers ${response.status}`);
      }
      const parts: Uint8Array[] = [];
      let length = 0;
      const reader = response.body.getReader();
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        length += value.length;
        if (length > most) {
          await reader.cancel();
          checkLimit(`Cannot read ${url}`, 'its bytes', 'fileBytes', length, { fileBytes: most });
        }
        parts.push(value);
        onBytes?.(file, length);
      }
      const bytes = new Uint8Array(length);
      let at = 0;
      for (const part of parts) {
        bytes.set(part, at);
        at += part.length;
      }
      return bytes;
    },
  };
}
