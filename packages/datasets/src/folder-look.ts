import type { DataFolder } from './files/data-folder.js';
import { readCsv } from './files/read-text.js';

/** What is seen of a folder at a glance: some of its file names. */
export interface FolderLook {
  /** Paths of some files, relative to the folder: of each folder the first few. */
  readonly files: readonly string[];
  /** Names of the folders directly inside. */
  readonly folders: readonly string[];
  /** The first row of a CSV file directly inside; undefined where there is no such file. */
  header(file: string): Promise<readonly string[] | undefined>;
}

/** Levels below the root, folders entered in the root, and folders entered and files taken in each one. */
const reach = { depth: 7, top: 12, folders: 2, files: 20 };

/** Looks at a folder: names alone, and of a big tree a small part. */
export async function lookAt(folder: DataFolder): Promise<FolderLook> {
  const files: string[] = [];
  let level = [''];
  let folders: string[] = [];
  for (let depth = 0; depth <= reach.depth && level.length > 0; depth++) {
    const next: string[] = [];
    for (const path of level) {
      const entries = ((await folder.list(path)) ?? []).filter(({ name }) => !/^[.~]|^__MACOSX$/.test(name));
      const of = (kind: 'file' | 'folder') => entries.filter((entry) => entry.kind === kind).map(({ name }) => name);
      const inside = (name: string) => (path ? `${path}/${name}` : name);
      if (depth === 0) folders = of('folder');
      files.push(...of('file').slice(0, reach.files).map(inside));
      next.push(
        ...of('folder')
          .slice(0, depth === 0 ? reach.top : reach.folders)
          .map(inside),
      );
    }
    level = next;
  }
  return {
    files,
    folders,
    async header(file) {
      if ((await folder.size(file)) === undefined) return undefined;
      // what cannot be read looks like nothing; whoever opens it says why
      const rows = await readCsv(folder, file).catch(() => []);
      return rows[0]?.fields.map((field) => field.trim());
    },
  };
}
