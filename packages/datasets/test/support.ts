import type { DataFolder } from '../src/files/data-folder.js';
import { folderFromMap } from '../src/files/folder-from-map.js';

/** A folder that exists in memory only, for tests. */
export function memoryFolder(files: Readonly<Record<string, Uint8Array | string>>): DataFolder {
  const encoder = new TextEncoder();
  return folderFromMap(
    'memory',
    new Map(
      Object.entries(files).map(([path, content]) => {
        const bytes = typeof content === 'string' ? encoder.encode(content) : content;
        return [path, { size: bytes.length, read: async () => bytes }];
      }),
    ),
  );
}
