import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { makeFolder } from '@mer/io';
import { integer, list, number, text } from '@mer/options';
import * as v from 'valibot';
import { loose } from '../run/loose.js';
import { fitting } from '../run/read-json-file.js';
import { fileNameOf, foldFolder } from '../run/run-store.js';
import { unitFolder } from '../run/stages.js';
import { ExperimentError } from '../schema/experiment-error.js';
import { readSharedJson } from '../store/read-shared-json.js';
import type { Store } from '../store/store.js';
import type { FoldJob } from './jobs.js';

/** The files of a fold, those of a stage's training, in the order in which they are written: the last one marks it as done. */
const FILES = {
  fold: ['weights.safetensors', 'history.json', 'predictions.json'],
  stage: ['history.json', 'weights.safetensors'],
} as const;

/** Longest description of a result, in bytes. */
const LONGEST = 64 << 10;

/** What a finished training has left in the store: which files, and who made them. */
export interface SharedResult {
  format: 1;
  seconds: number;
  /** Most memory that the process held, in bytes. */
  memory: number;
  /** Who trained it. */
  worker: string;
  /** Shape of each input of the network, of a fold. */
  inputs?: readonly (readonly number[])[] | undefined;
  files: readonly { name: string; bytes: number; sha256: string }[];
}

const resultSchema = loose({
  format: v.literal(1, '1'),
  seconds: number('Seconds.', { min: 0 }),
  memory: number('Bytes.', { min: 0 }),
  worker: text('Who trained it.', { pattern: /^.{1,200}$/s, expected: 'a text of 1 to 200 characters' }),
  inputs: v.optional(
    list('Shapes of the inputs.', list('Shape.', integer('A side.', { min: 1 }), { min: 1, max: 5 }), { max: 100 }),
  ),
  files: list(
    'Files.',
    loose({
      name: text('Name.', { pattern: /^[a-z]{1,40}\.[a-z]{1,20}$/, expected: 'the name of a file' }),
      bytes: integer('Bytes.', { min: 0, max: 2 ** 40 }),
      sha256: text('SHA-256.', { pattern: /^[0-9a-f]{64}$/, expected: 'a SHA-256 in hex' }),
    }),
    { min: 1, max: 10 },
  ),
});

type Training = Pick<FoldJob, 'run' | 'seed' | 'fold' | 'stage'>;

/** Where the results of a run lie in the store: of its folds, or of a stage. */
export function resultsPrefix(run: string, stage: string | undefined): string {
  return stage === undefined ? `runs/${run}/folds/` : `runs/${run}/stages/${fileNameOf(stage)}/`;
}

/** Names the result of a training: it is done when there is such an object. */
export function resultKey({ run, seed, fold, stage }: Training): string {
  return `${resultsPrefix(run, stage)}${seed}/${fileNameOf(fold)}`;
}

const blobKey = (sha256: string) => `blobs/${sha256.slice(0, 2)}/${sha256}`;

async function sha256OfFile(path: string): Promise<string> {
  const digest = createHash('sha256');
  await pipeline(createReadStream(path), digest);
  return digest.digest('hex');
}

/** Folder of a training within that of its run. */
const folderOf = (dir: string, { seed, fold, stage }: Training) =>
  stage === undefined ? foldFolder(dir, seed, fold) : unitFolder(dir, seed, { stage, unit: fold });

/**
 * Puts what a training has written to a run's folder into the store: its files by their hashes first, then the result, which names them. Of a training that two
 * workers did, one result is there, whole.
 *
 * @returns whether this one counts, or another was there
 */
export async function shareResult(
  store: Store,
  dir: string,
  training: Training,
  { seconds, memory, worker, inputs }: Omit<SharedResult, 'format' | 'files'>,
): Promise<'written' | 'there'> {
  const folder = folderOf(dir, training);
  // side by side: each waits for the disk, or for the network
  const files = await Promise.all(
    FILES[training.stage === undefined ? 'fold' : 'stage'].map(async (name) => {
      const path = join(folder, name);
      const sha256 = await sha256OfFile(path);
      await store.putFile(blobKey(sha256), path);
      return { name, bytes: (await stat(path)).size, sha256 };
    }),
  );
  const result: SharedResult = { format: 1, seconds, memory, worker, ...(inputs && { inputs }), files };
  return store.put(resultKey(training), new TextEncoder().encode(`${JSON.stringify(result)}\n`));
}

/** What the store says of a finished training, checked. */
async function readResult(store: Store, training: Training): Promise<SharedResult | undefined> {
  const key = resultKey(training);
  const kind = { kind: 'the result of a training', cure: 'Delete the object and run again.' };
  const value = await readSharedJson(store, key, { ...kind, longest: LONGEST });
  if (value === undefined) return undefined;
  const result = fitting<SharedResult>(`${key} of the store`, value, resultSchema, kind);
  const wanted: readonly string[] = FILES[training.stage === undefined ? 'fold' : 'stage'];
  if (result.files.map(({ name }) => name).join() !== wanted.join()) {
    throw new ExperimentError(`Cannot use ${key} of the store as its files must be ${wanted.join(', ')}. ${kind.cure}`);
  }
  return result;
}

/**
 * Which files of a training that was done twice are not those of the result that counts. Times differ always, so the history does not count: where weights or predictions differ, the machines do not
 * compute alike.
 *
 * @param dir - folder of the run that the second one wrote to
 * @returns names of files; none where both are the same
 */
export async function differingFiles(
  store: Store,
  dir: string,
  training: Training,
): Promise<{ files: string[]; worker: string | undefined }> {
  const first = await readResult(store, training);
  const files: string[] = [];
  for (const { name, sha256 } of first?.files ?? []) {
    if (name === 'history.json') continue;
    if ((await sha256OfFile(join(folderOf(dir, training), name))) !== sha256) files.push(name);
  }
  return { files, worker: first?.worker };
}

/**
 * Brings the files of a finished training from the store into the folder of its run; the one that marks it as done comes last.
 *
 * @returns what made them; undefined where the store has no such result
 * @throws {@link ExperimentError} where the result is none, or one of its files is missing or another
 */
export async function fetchResult(store: Store, dir: string, training: Training): Promise<SharedResult | undefined> {
  const key = resultKey(training);
  const result = await readResult(store, training);
  if (!result) return undefined;
  const folder = folderOf(dir, training);
  await makeFolder(folder);
  const fetchFile = async ({ name, sha256 }: SharedResult['files'][number]) => {
    const path = join(folder, name);
    if (!(await store.getFile(blobKey(sha256), path))) {
      throw new ExperimentError(
        `Cannot use ${key} of the store as ${blobKey(sha256)}, its ${name}, is missing: delete ${key} to train it again`,
      );
    }
    // whole it is: that it is the one named here is another question
    if ((await sha256OfFile(path)) === sha256) return;
    await rm(path, { force: true });
    throw new ExperimentError(
      `Cannot use ${key} of the store as ${blobKey(sha256)} holds other bytes than its name says: delete both`,
    );
  };
  await Promise.all(result.files.slice(0, -1).map(fetchFile));
  await fetchFile(result.files.at(-1)!);
  return result;
}

/** Which trainings of a run have results in the store, by the names of {@link resultKey}. */
export async function sharedResults(store: Store, run: string, stage?: string): Promise<Set<string>> {
  const keys = new Set<string>();
  for await (const key of store.list(resultsPrefix(run, stage))) keys.add(key);
  return keys;
}

/** Puts the weights to begin with into the store, by the hash of the file that they came from. */
export async function shareWeights(store: Store, digest: string, encode: () => Uint8Array): Promise<void> {
  const key = weightsKey(digest);
  if (!(await store.has(key))) await store.put(key, encode());
}

/** Brings the weights to begin with to a file of this machine, unless they are there. */
export async function fetchWeights(store: Store, digest: string, dir: string): Promise<string> {
  const path = join(dir, `${digest}.safetensors`);
  if (await stat(path).catch(() => undefined)) return path;
  await makeFolder(dir);
  if (await store.getFile(weightsKey(digest), path)) return path;
  throw new ExperimentError(
    `Cannot begin as the weights ${digest.slice(0, 12)} are not in the store: run the experiment again, which puts them there`,
  );
}

const weightsKey = (digest: string) => `weights/${digest}.safetensors`;
