import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of the service, and one in it for each request. Nothing is written elsewhere. */
export interface TemporaryFolder {
  readonly path: string;
  /** Makes a folder, which the caller removes. */
  make(): Promise<string>;
  remove(path: string): Promise<void>;
  /** Removes all of it. */
  close(): Promise<void>;
}

const removed = { recursive: true, force: true, maxRetries: 3, retryDelay: 100 };

/** Makes the folder of a service below that of the system, readable by its user alone. */
export async function openTemporaryFolder(): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), 'mer-serve-'));
  return {
    path,
    make: () => mkdtemp(join(path, 'request-')),
    remove: (inner) => rm(inner, removed),
    close: () => rm(path, removed),
  };
}
