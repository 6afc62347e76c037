import { naturalOrder } from '../natural-order.js';
import type { DataFolder, FolderEntry } from './data-folder.js';
import { folderFromMap } from './folder-from-map.js';
import { safePath } from './safe-path.js';

/** The part of a browser's `File` that is needed. */
export interface BrowserFile {
  readonly name: string;
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly lastModified?: number;
  /** Path below the folder that the user picked, with that folder's name first. */
  readonly webkitRelativePath?: string;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/**
 * A data folder from the files of `<input type="file" webkitdirectory>` or of a drop.
 *
 * @example
 * ```ts
 * import { folderFromFiles } from '@mer/datasets';
 *
 * const file = new File(['dataset,subject'], 'manifest.csv');
 * const folder = folderFromFiles([file]);
 * console.log(await folder.size('manifest.csv')); // 15
 * ```
 */
export function folderFromFiles(files: Iterable<BrowserFile>): DataFolder {
  const list = [...files];
  const first = list.find((file) => file.webkitRelativePath)?.webkitRelativePath?.split('/')[0];
  const below = (file: BrowserFile) =>
    file.webkitRelativePath ? file.webkitRelativePath.split('/').slice(1).join('/') : file.name;
  return folderFromMap(
    first ?? 'the files given',
    new Map(
      list.map((file) => [
        below(file),
        {
          size: file.size,
          modified: file.lastModified,
          read: async () => new Uint8Array(await file.arrayBuffer()),
          ...(file instanceof Blob && { blob: file }),
        },
      ]),
    ),
  );
}

/** The part of a browser's `FileSystemDirectoryHandle` that is needed. */
export interface BrowserDirectory {
  readonly kind: 'directory';
  readonly name: string;
  entries(): AsyncIterable<[string, BrowserDirectory | BrowserFileHandle]>;
  getDirectoryHandle(name: string): Promise<BrowserDirectory>;
  getFileHandle(name: string): Promise<BrowserFileHandle>;
}

/** The part of a browser's `FileSystemFileHandle` that is needed. */
export interface BrowserFileHandle {
  readonly kind: 'file';
  readonly name: string;
  getFile(): Promise<BrowserFile>;
}

/**
 * A data folder from the directory that `showDirectoryPicker()` gave, or from the origin's private file system. Nothing is
 * read before it is asked for.
 *
 * @example
 * ```ts no-run
 * import { folderFromHandle, openCasme2 } from '@mer/datasets';
 *
 * const dataset = await openCasme2(folderFromHandle(await showDirectoryPicker()));
 * ```
 */
export function folderFromHandle(root: BrowserDirectory): DataFolder {
  const absent = (error: unknown): undefined => {
    if (['NotFoundError', 'TypeMismatchError'].includes((error as Error).name)) return undefined;
    throw error;
  };
  const directory = async (parts: readonly string[]): Promise<BrowserDirectory | undefined> => {
    let at: BrowserDirectory | undefined = root;
    for (const part of parts) at = await at?.getDirectoryHandle(part).catch(absent);
    return at;
  };
  const file = async (path: string): Promise<BrowserFile | undefined> => {
    const parts = safePath(path).split('/');
    const parent = await directory(parts.slice(0, -1));
    const handle = await parent?.getFileHandle(parts.at(-1)!).catch(absent);
    return handle?.getFile();
  };
  return {
    name: root.name,
    async list(path) {
      const at = await directory(safePath(path).split('/').filter(Boolean));
      if (!at) return undefined;
      const found: FolderEntry[] = [];
      for await (const [name, { kind }] of at.entries()) {
        found.push({ name, kind: kind === 'directory' ? 'folder' : 'file' });
      }
      return found.sort((a, b) => naturalOrder(a.name, b.name));
    },
    size: async (path) => (await file(path))?.size,
    async info(path) {
      const found = await file(path);
      return found && { size: found.size, ...(found.lastModified !== undefined && { modified: found.lastModified }) };
    },
    async file(path) {
      const found = await file(path);
      return found instanceof Blob ? found : undefined;
    },
    async read(path) {
      const found = await file(path);
      if (!found) throw new Error(`Cannot read '${path}' in ${root.name} as it must exist: it does not`);
      return new Uint8Array(await found.arrayBuffer());
    },
  };
}
