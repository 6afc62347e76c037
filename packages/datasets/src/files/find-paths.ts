import { type DataFolder, type FolderEntry, fileInfo } from './data-folder.js';

const join = (path: string, name: string) => (path ? `${path}/${name}` : name);

/** The same folder, asked for each listing once, with limits that hold for its files. */
export function withListCache(folder: DataFolder, limits = folder.limits): DataFolder {
  const known = new Map<string, Promise<readonly FolderEntry[] | undefined>>();
  return {
    name: folder.name,
    limits,
    size: (path) => folder.size(path),
    info: (path) => fileInfo(folder, path),
    ...(folder.file && { file: (path: string) => folder.file!(path) }),
    read: (path, options) => folder.read(path, { limits, ...options }),
    list(path) {
      const listing = known.get(path) ?? folder.list(path);
      known.set(path, listing);
      return listing;
    },
  };
}

/**
 * Walks down from the root, level by level in natural order, and gives the folders that are accepted; below an accepted
 * folder it does not look. Hidden folders and those of archive tools (`__MACOSX`) are passed over.
 */
export async function findFolders(
  folder: DataFolder,
  accept: (path: string, entries: readonly FolderEntry[]) => boolean,
  { depth = 4, from = '' }: { depth?: number; from?: string } = {},
): Promise<string[]> {
  const found: string[] = [];
  let level = [from];
  for (let down = 0; down <= depth && level.length; down++) {
    const next: string[] = [];
    for (const path of level) {
      const entries = (await folder.list(path)) ?? [];
      if (accept(path, entries)) found.push(path);
      else next.push(...entries.filter(isOpenFolder).map(({ name }) => join(path, name)));
    }
    level = next;
  }
  return found;
}

function isOpenFolder({ kind, name }: FolderEntry): boolean {
  return kind === 'folder' && !name.startsWith('.') && name !== '__MACOSX';
}

/** Files near the root (the root and two levels down) whose name is accepted; lock files of office programs are not. */
export async function findFiles(folder: DataFolder, accept: (name: string) => boolean, depth = 2): Promise<string[]> {
  const found: string[] = [];
  await findFolders(
    folder,
    (path, entries) => {
      for (const { kind, name } of entries) {
        if (kind === 'file' && !/^[.~]/.test(name) && accept(name)) found.push(join(path, name));
      }
      return false;
    },
    { depth },
  );
  return found;
}

/** The first folder inside `path` whose name is accepted. */
export async function findChild(
  folder: DataFolder,
  path: string,
  accept: (name: string) => boolean,
): Promise<string | undefined> {
  const entries = (await folder.list(path)) ?? [];
  const child = entries.find(({ kind, name }) => kind === 'folder' && accept(name));
  return child && join(path, child.name);
}

/** Whether two names are the same but for case. */
export function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
