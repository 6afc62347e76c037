import { openVideo, type Video } from '@mer/io';
import { isVideoName } from '../video-name.js';
import type { DataFolder } from './data-folder.js';
import { safePath } from './safe-path.js';

/** Videos that were opened of each folder: looking through one takes a while. */
const opened = new WeakMap<DataFolder, Map<string, Promise<Video>>>();

/** The video at a path of a folder, opened once. */
export function folderVideo(folder: DataFolder, path: string): Promise<Video> {
  const known = opened.get(folder) ?? new Map<string, Promise<Video>>();
  opened.set(folder, known);
  const found = known.get(path) ?? open(folder, path);
  known.set(path, found);
  return found;
}

async function open(folder: DataFolder, path: string): Promise<Video> {
  // a folder that knows no place for its files gives their bytes
  const source = (await folder.file?.(path)) ?? new Blob([(await folder.read(path)) as Uint8Array<ArrayBuffer>]);
  return openVideo(source, folder.limits ? { limits: folder.limits } : {});
}

/**
 * The video that a path names: with its ending, or without where no folder has that name (`anna/one` for `anna/one.mp4`). Undefined where
 * there is none; of several with different endings the first in natural order.
 */
export async function videoAt(folder: DataFolder, given: string): Promise<string | undefined> {
  const path = safePath(given);
  if (isVideoName(path)) return (await folder.size(path)) === undefined ? undefined : path;
  if (path === '' || (await folder.list(path))) return undefined;
  const slash = path.lastIndexOf('/');
  const name = path.slice(slash + 1);
  const entries = (await folder.list(path.slice(0, Math.max(0, slash)))) ?? [];
  const found = entries.find((entry) => {
    return entry.kind === 'file' && isVideoName(entry.name) && entry.name.replace(/\.[^.]*$/, '') === name;
  });
  return found && path.slice(0, slash + 1) + found.name;
}
