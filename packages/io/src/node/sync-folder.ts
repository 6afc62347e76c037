import { open } from 'node:fs/promises';

/**
 * Makes the names in a folder durable, after files were renamed into it or linked there (Node only). Where the system does not let a folder be flushed (Windows does not), nothing
 * is done: what the files hold is on the disk already, and the moment of the new name is the system's.
 *
 * @param folder - the folder
 *
 * @example
 * ```ts
 * import { syncFolder } from '@mer/io';
 *
 * await syncFolder('.');
 * ```
 */
export async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // as above
  }
}
