import { openFolderStore } from './folder-store.js';
import type { Store, StoreOptions } from './store-interface.js';
import { storePlace } from './store-place.js';

export type { Store, StoreOptions };

/** Options of {@link openStore}. */
export interface OpenStoreOptions {
  /**
   * Whether a folder that is not there is made (the default); the folder above it must be there. A machine that joins others says `false`: where a shared folder is not mounted,
   * it is told so and writes nothing.
   */
  create?: boolean;
}

/**
 * Opens a store of results and prepared pictures that several machines share.
 *
 * @param url - a folder (a path or `file:` address), or a bucket: `s3://bucket/prefix?endpoint=https://host:port&region=name`, with keys from the variables
 * `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`, and endpoint and region from `AWS_ENDPOINT_URL` and `AWS_REGION` where the address has none
 * @param options - whether a new folder is made
 * @returns the store; there is nothing to close
 * @throws {@link ExperimentError} where there is no such place, the keys are refused, or it lacks what it needs (a bucket the package `aws4fetch`), with what to do
 * @throws Error where a bucket's server cannot be reached
 *
 * @example
 * ```ts
 * import { openStore } from '@mer/experiments';
 * import { mkdtemp } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 *
 * const store = await openStore(join(await mkdtemp(join(tmpdir(), 'mer-')), 'store'));
 * const text = new TextEncoder();
 * console.log(await store.put('notes/first', text.encode('one'))); // written
 * console.log(await store.put('notes/first', text.encode('two'))); // there
 * console.log(new TextDecoder().decode(await store.get('notes/first'))); // one
 * ```
 */
export async function openStore(url: string, { create = true }: OpenStoreOptions = {}): Promise<Store> {
  const place = storePlace(url);
  if (place.kind === 'folder') return openFolderStore(url, place.path, { create });
  const { openS3Store } = await import('./s3-store.js');
  return openS3Store(url, place);
}
