import { naturalOrder } from '../natural-order.js';
import type { DataFolder, FolderEntry } from './data-folder.js';
import { safePath } from './safe-path.js';

/** A file whose bytes are asked for later. */
export interface LazyFile {
  size: number;
  modified?: number | undefined;
  read(): Promise<Uint8Array>;
  /** The same file as a `Blob`, where it is one. */
  blob?: Blob;
}

/** A folder over files given by path; the folders follow from the paths. */
export function folderFromMap(name: string, files: ReadonlyMap<string, LazyFile>): DataFolder {
  const paths = new Map<string, LazyFile>();
  const folders = new Map<string, Map<string, FolderEntry>>([['', new Map()]]);
  for (const [given, file] of files) {
    const path = safePath(given);
    paths.set(path, file);
    const parts = path.split('/');
    for (let depth = 0; depth < parts.length; depth++) {
      const parent = parts.slice(0, depth).join('/');
      const child = parts[depth]!;
      const entries = folders.get(parent) ?? new Map<string, FolderEntry>();
      folders.set(parent, entries);
      entries.set(child, { name: child, kind: depth === parts.length - 1 ? 'file' : 'folder' });
    }
  }
  const listed = new Map<string, readonly FolderEntry[]>();
  return {
    name,
    async list(path) {
      const safe = safePath(path);
      const entries = folders.get(safe);
      if (!entries) return undefined;
      const sorted = listed.get(safe) ?? [...entries.values()].sort((a, b) => naturalOrder(a.name, b.name));
      listed.set(safe, sorted);
      return sorted;
    },
    async size(path) {
      return paths.get(safePath(path))?.size;
    },
    async info(path) {
      const file = paths.get(safePath(path));
      return file && { size: file.size, ...(file.modified !== undefined && { modified: file.modified }) };
    },
    async file(path) {
      const file = paths.get(safePath(path));
      return file && (file.blob ?? new Blob([(await file.read()) as Uint8Array<ArrayBuffer>]));
    },
    async read(path) {
      const file = paths.get(safePath(path));
      if (!file) throw new Error(`Cannot read '${path}' in ${name} as it must exist: it does not`);
      return file.read();
    },
  };
}
