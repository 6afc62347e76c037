// The files of a drop or of a file field, with their paths.
import type { FilePath } from './clip-source.ts';

/** The most files that are looked at, so that a whole disk is not read. */
const MOST_FILES = 2000;

/** Of a file field: the files that were picked, with their folder where one was. */
export const filesOfField = (files: FileList): FilePath[] =>
  Array.from(files, (file) => ({ path: file.webkitRelativePath || file.name, file }));

/** Of a drop: files, and those of folders. The entries must be taken before the event ends, so this begins at once. */
export function filesOfDrop(data: DataTransfer): Promise<FilePath[]> {
  const items = Array.from(data.items, (item) => item.webkitGetAsEntry() ?? item.getAsFile());
  return collect(items.filter((item) => item !== null));
}

async function collect(items: (FileSystemEntry | File)[]): Promise<FilePath[]> {
  const found: FilePath[] = [];
  const left = [...items];
  while (left.length > 0) {
    const entry = left.shift()!;
    if (entry instanceof File) found.push({ path: entry.name, file: entry });
    else if (entry.isDirectory) left.push(...(await listed(entry as FileSystemDirectoryEntry)));
    else {
      const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
      found.push({ path: entry.fullPath.replace(/^\//, ''), file });
    }
    if (found.length > MOST_FILES) {
      throw new Error(`Cannot open these files as there may be ${MOST_FILES} at a time: drop the folder of one clip`);
    }
  }
  return found;
}

/** Everything in a folder: the browser gives it in parts, and an empty part at the end. */
async function listed(directory: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = directory.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (part.length === 0) return all;
    all.push(...part);
  }
}
