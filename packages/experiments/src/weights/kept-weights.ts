import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { rehearse, useBackend } from '@mer/backends';
import { makeFolder, parseWeights, systemErrorCode, systemErrorText, writeFileAtomic } from '@mer/io';
import { createModel, findPretrained, loadBackbone, loadWeights, type PretrainedWeights } from '@mer/models';
import { text } from '@mer/options';
import * as v from 'valibot';
import { loose } from '../run/loose.js';
import { readJsonFile } from '../run/read-json-file.js';

/** A file of weights that is kept. */
export interface KeptWeights {
  /** Name among `PRETRAINED_WEIGHTS`. */
  name: string;
  /** The file. */
  path: string;
  /** SHA-256 of its bytes. */
  sha256: string;
  /** Whether that is the one that its makers name; `unknown` where they name none. */
  checked: 'yes' | 'no' | 'unknown';
  /** The file or address that it was taken from. */
  from: string;
  /** When, ISO 8601. */
  kept: string;
}

/** How experiments name weights that are kept: `weights:resnet18-imagenet`. */
export const KEPT = 'weights:';

/**
 * The folder in which weights are kept: `MER_WEIGHTS` of the environment, or the user's cache.
 */
export function weightsFolder(): string {
  const { MER_WEIGHTS, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (MER_WEIGHTS) return MER_WEIGHTS;
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'mer', 'weights');
  if (process.platform === 'win32' && LOCALAPPDATA) return join(LOCALAPPDATA, 'mer', 'weights');
  return join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'mer', 'weights');
}

const keptSchema = loose({
  sha256: text('SHA-256.', { pattern: /^[0-9a-f]{64}$/, expected: 'a SHA-256 in hex' }),
  checked: v.picklist(['yes', 'no', 'unknown'], 'yes, no or unknown'),
  from: v.string('a text'),
  kept: v.string('a text'),
});

/**
 * Looks for weights that are kept.
 *
 * @param name - name among `PRETRAINED_WEIGHTS`
 * @param folder - where weights are kept
 * @returns what is known of the file, or undefined where there is none
 * @throws RangeError for a name that is none
 */
export async function findKeptWeights(name: string, folder = weightsFolder()): Promise<KeptWeights | undefined> {
  const { file } = findPretrained(name);
  const about = await readJsonFile<Omit<KeptWeights, 'name' | 'path'>>(join(folder, name, 'weights.json'), keptSchema, {
    kind: 'the description of weights that are kept',
    cure: `Delete the folder and keep the file again with mer weights ${name}.`,
  });
  return about && { ...about, name, path: join(folder, name, file) };
}

/** Options of {@link keepWeights}. */
export interface KeepWeightsOptions {
  /** A file of the user's to take. */
  file?: string | undefined;
  /** Fetch it from its makers (`true`) or from another address; nothing is fetched where this is not given. */
  download?: boolean | string | undefined;
  /** Whether to keep a file whose hash is not the one that its makers name. */
  anyHash?: boolean | undefined;
  /** Where weights are kept; {@link weightsFolder} by default. */
  folder?: string | undefined;
  /** Ends a download by throwing the signal's reason. */
  signal?: AbortSignal | undefined;
}

/**
 * Keeps a file of weights for experiments to name (`model.weights: weights:<name>`): checks its hash and that every array fits the network, then copies it, whole or not at
 * all.
 *
 * @param name - name among `PRETRAINED_WEIGHTS`
 * @param options - the file, or leave to fetch it
 * @returns what is kept now
 * @throws RangeError for a name that is none; Error where the file cannot be had, is not the one named, or does not fit the network
 *
 * @example
 * ```ts no-run
 * import { keepWeights } from '@mer/experiments';
 *
 * const { path, sha256 } = await keepWeights('resnet18-imagenet', { file: 'resnet18-f37072fd.pth' });
 * ```
 */
export async function keepWeights(
  name: string,
  { file, download, anyHash = false, folder = weightsFolder(), signal }: KeepWeightsOptions,
): Promise<KeptWeights> {
  const entry = findPretrained(name);
  if ((file === undefined) === (download === undefined || download === false)) {
    throw new Error(`Cannot keep ${name} as either a file must be given, or leave to download it`);
  }
  const from = file ?? (typeof download === 'string' ? download : entry.url);
  const bytes = file === undefined ? await fetched(entry, from, signal) : await read(file);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const known = entry.sha256.some((start) => sha256.startsWith(start));
  if (!known && entry.sha256.length > 0 && !anyHash) {
    throw new Error(
      `Cannot keep ${from} as ${name} as its SHA-256 must begin with ${entry.sha256.join(' or ')} (${entry.file}): it is ${sha256}. Is it another file, or cut short? To keep weights of your own under this name, say so (--any-hash)`,
    );
  }
  await checkFit(entry, bytes, from);
  const about = {
    sha256,
    checked: entry.sha256.length === 0 ? 'unknown' : known ? 'yes' : 'no',
    from,
    kept: new Date().toISOString(),
  } as const;
  const place = join(folder, name);
  await makeFolder(place);
  const path = join(place, entry.file);
  await writeFileAtomic(path, bytes);
  const described = `${JSON.stringify(about, null, 2)}\n`;
  await writeFileAtomic(join(place, 'weights.json'), new TextEncoder().encode(described));
  return { ...about, name, path };
}

async function read(file: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(file));
  } catch (cause) {
    throw new Error(`Cannot read ${file} as ${systemErrorText(cause)}`, { cause });
  }
}

/** The bytes at an address; no more than half as many again as the file should have. */
async function fetched({ bytes, file }: PretrainedWeights, url: string, signal?: AbortSignal): Promise<Uint8Array> {
  const most = 1.5 * bytes + 1e6;
  const tooMany = () =>
    new Error(`it has more than ${(most / 1e6).toFixed(0)} MB, and ${file} has about ${(bytes / 1e6).toFixed(0)}`);
  try {
    const response = await fetch(url, signal ? { signal } : {});
    if (!response.ok) throw new Error(`the server answers ${response.status} ${response.statusText}`.trim());
    if (Number(response.headers.get('content-length') ?? 0) > most) throw tooMany();
    const parts: Uint8Array[] = [];
    let length = 0;
    for await (const part of response.body ?? []) {
      parts.push(part);
      length += part.length;
      if (length > most) throw tooMany();
    }
    return new Uint8Array(Buffer.concat(parts));
  } catch (cause) {
    signal?.throwIfAborted();
    const why = (cause as { cause?: Error }).cause ?? (cause as Error);
    throw new Error(
      `Cannot download ${url} as ${systemErrorCode(why) ? systemErrorText(why) : why.message}; fetch it elsewhere and give the file`,
      { cause },
    );
  }
}

/** Throws unless every array of a file fits the network; nothing is computed for that. */
async function checkFit({ network, into }: PretrainedWeights, bytes: Uint8Array, from: string): Promise<void> {
  await useBackend('wasm');
  try {
    const arrays = parseWeights(bytes);
    rehearse(() => {
      const model = createModel(network as 'resnet18', network === 'slstt' ? { classes: 3 } : { classes: 1000 });
      if (into === 'backbone') loadBackbone(model, arrays);
      else loadWeights(model, arrays, { head: 'reinitialize' });
      model.dispose();
    });
  } catch (cause) {
    throw new Error(`Cannot keep ${from} as it must hold weights of ${network}: ${(cause as Error).message}`, {
      cause,
    });
  }
}
