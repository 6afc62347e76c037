import type { JsonFileKind } from '../run/read-json-file.js';
import { ExperimentError } from '../schema/experiment-error.js';
import { plainCopy } from '../schema/plain-data.js';
import type { Store, StoreOptions } from './store-interface.js';

/**
 * The plain data of an object of a store, as far as JSON goes: whoever wrote it, its form is still to be checked.
 *
 * @param store - where it is
 * @param key - its name
 * @param options - what it is in words, and bytes that it may have
 * @returns undefined where there is no such object
 * @throws {@link ExperimentError} where it is too long, or no JSON
 */
export async function readSharedJson(
  store: Store,
  key: string,
  { kind, cure, longest, signal }: JsonFileKind & StoreOptions & { longest: number },
): Promise<unknown> {
  const bytes = await store.get(key, { signal });
  if (!bytes) return undefined;
  try {
    if (bytes.length > longest) throw new Error(`it may have ${longest} bytes`);
    return plainCopy(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch (cause) {
    throw new ExperimentError(
      `Cannot read ${key} of the store as it must be JSON, ${kind}: ${(cause as Error).message}. ${cure}`,
      { cause },
    );
  }
}
