import type { FileLimits, LimitOptions } from '@mer/io';

/** One name in a folder. */
export interface FolderEntry {
  /** Name without the path. */
  name: string;
  /** `file` or `folder`; anything else is not listed. */
  kind: 'file' | 'folder';
}

/** What is known of a file without reading it. */
export interface FileInfo {
  /** Bytes. */
  size: number;
  /** When it was last changed, milliseconds since 1970, where the platform tells. */
  modified?: number;
}

/**
 * A folder to read a data set from: on disk in Node ({@link openFolder}), or given by the user in a browser.
 *
 * Paths are relative to the folder, with forward slashes; the empty path is the folder itself. No path leads outside.
 */
export interface DataFolder {
  /** What to call the folder in messages: its path on disk, or the name that the user picked. */
  readonly name: string;
  /** The most that a file of it may ask for, where that is not what `fileLimits` of `@mer/io` says. */
  readonly limits?: Partial<FileLimits> | undefined;
  /** The entries of a folder inside, in natural order; undefined where there is no such folder. */
  list(path: string): Promise<readonly FolderEntry[] | undefined>;
  /** Size of a file in bytes; undefined where there is no such file. */
  size(path: string): Promise<number | undefined>;
  /** Size and time of a file; undefined where there is no such file. A folder without this function knows sizes only. */
  info?(path: string): Promise<FileInfo | undefined>;
  /** What opens a file without reading it whole: its path on disk, or a `Blob`; undefined where there is no such file. A folder without this function gives bytes only. */
  file?(path: string): Promise<string | Blob | undefined>;
  /** The bytes of a file; an error, before memory is asked for, where there are more than `limits.fileBytes`. */
  read(path: string, options?: LimitOptions): Promise<Uint8Array>;
}

/** Size and, where the folder knows it, time of a file; undefined where there is no such file. */
export async function fileInfo(folder: DataFolder, path: string): Promise<FileInfo | undefined> {
  if (folder.info) return folder.info(path);
  const size = await folder.size(path);
  return size === undefined ? undefined : { size };
}
