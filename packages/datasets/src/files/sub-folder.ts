import { type DataFolder, fileInfo } from './data-folder.js';
import { safePath } from './safe-path.js';

/** A folder inside a folder, as a data folder of its own. */
export function subFolder(folder: DataFolder, path: string): DataFolder {
  const base = safePath(path);
  if (base === '') return folder;
  const inside = (relative: string) => (relative ? `${base}/${safePath(relative)}` : base);
  return {
    name: `${folder.name}/${base}`,
    limits: folder.limits,
    list: (relative) => folder.list(inside(relative)),
    size: (relative) => folder.size(inside(relative)),
    info: (relative) => fileInfo(folder, inside(relative)),
    ...(folder.file && { file: (relative: string) => folder.file!(inside(relative)) }),
    read: (relative, options) => folder.read(inside(relative), options),
  };
}
