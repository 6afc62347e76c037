import { hashOf } from '@mer/options';
import { checkSameModules, type OwnParts } from '../parts/own-modules.js';
import { lockFolder } from '../run/folder-lock.js';
import { manifestSchema } from '../run/manifest-schema.js';
import { fitting } from '../run/read-json-file.js';
import { experimentHash, finalFold, openRun, type RunManifest, readFold } from '../run/run-store.js';
import { ExperimentError } from '../schema/experiment-error.js';
import { readSharedJson } from '../store/read-shared-json.js';
import type { Store } from '../store/store.js';
import { fetchResult, resultKey, sharedResults } from './shared-results.js';

/** Longest manifest, in bytes. */
const LONGEST_MANIFEST = 64 << 20;

const KIND = { kind: 'the manifest of a run', cure: 'Delete the object and run the experiment again.' };

const manifests = (run: string) => `runs/${run}/manifests/`;

/** Puts the manifest of a run into the store: with it and the results the run is whole there. One for each list of folds that it was begun with. */
export async function shareManifest(store: Store, manifest: RunManifest): Promise<void> {
  const { hash, folds, experiment } = manifest;
  const key = `${manifests(hash)}${hashOf([experiment.name, experiment.seeds, folds]).slice(0, 32)}.json`;
  if (await store.has(key)) return;
  await store.put(key, new TextEncoder().encode(`${JSON.stringify(manifest)}\n`));
}

/** Options of {@link fetchFolds}. */
export interface FetchFoldsOptions {
  /** The own parts that the run was made with. */
  own?: OwnParts | undefined;
  /** Called after each fold that came from the store. */
  onFold?: (fold: { seed: number; name: string }) => void;
  signal?: AbortSignal | undefined;
}

/** What {@link fetchFolds} has found. */
export interface FetchedFolds {
  /** The run, with the folds of every seed it was begun with. */
  manifest: RunManifest;
  /** Folds that the folder has now, the trainings on all samples not counted, */
  done: number;
  /** how many of all came from the store just now, */
  fetched: number;
  /** and how many nobody has finished yet. */
  missing: number;
}

/**
 * Brings every finished fold of a run from a store into a folder, which is then an ordinary run: to be looked at, put into tables, or gone on with. Nothing but the store
 * is asked; whoever ran the experiment may be gone.
 *
 * @param store - where the machines have put results
 * @param run - hash of the run, as `run.json` has it, or the beginning of it that no other has
 * @param dir - folder of the run; new, or one of the same experiment. Folds that it has stay
 * @param options - own parts, progress, interruption
 * @returns what is there; {@link mergeRuns} of the one folder writes its scores
 * @throws {@link ExperimentError} where the store has no such run, or what it has is damaged or of another form
 *
 * @example
 * ```ts no-run
 * import { fetchFolds, mergeRuns, openStore, summaryText } from '@mer/experiments';
 *
 * const { done, missing } = await fetchFolds(await openStore('/shared/mer'), '3f2a90c1', 'runs/fetched');
 * console.log(done, missing);
 * console.log(summaryText(await mergeRuns(['runs/fetched'], 'runs/fetched')));
 * ```
 */
export async function fetchFolds(
  store: Store,
  run: string,
  dir: string,
  { own, onFold, signal }: FetchFoldsOptions = {},
): Promise<FetchedFolds> {
  const manifest = await sharedManifest(store, await wholeHash(store, run, signal), { own, signal });
  const lock = await lockFolder(dir);
  try {
    let { inputs } = await openRun(dir, manifest);
    const there = await sharedResults(store, manifest.hash);
    const finals = manifest.experiment.seeds.map((seed) => ({ seed, name: finalFold }));
    let [done, fetched] = [0, 0];
    for (const fold of [...manifest.folds, ...finals]) {
      signal?.throwIfAborted();
      const training = { run: manifest.hash, seed: fold.seed, fold: fold.name };
      let found = await readFold(dir, fold.seed, fold.name, manifest);
      const result = !found && there.has(resultKey(training)) ? await fetchResult(store, dir, training) : undefined;
      if (result) {
        if (!inputs)
          ({ inputs } = await openRun(dir, { ...manifest, ...(result.inputs && { inputs: result.inputs }) }));
        found = await readFold(dir, fold.seed, fold.name, manifest);
        fetched += 1;
        onFold?.(fold);
      }
      if (found && fold.name !== finalFold) done += 1;
    }
    return { manifest, done, fetched, missing: manifest.folds.length - done };
  } finally {
    await lock.release();
  }
}

/** The hash that begins so. */
async function wholeHash(store: Store, run: string, signal: AbortSignal | undefined): Promise<string> {
  if (!/^[0-9a-f]{6,64}$/.test(run)) {
    throw new ExperimentError(
      `Cannot fetch the run ${JSON.stringify(run.slice(0, 100))} as it must be 6 to 64 digits of the hash in its run.json`,
    );
  }
  const found = new Set<string>();
  for await (const key of store.list(run.length === 64 ? manifests(run) : `runs/${run}`, { signal })) {
    const [, hash, kind] = key.split('/');
    if (kind === 'manifests') found.add(hash!);
  }
  const [hash, ...others] = found;
  if (hash !== undefined && others.length === 0) return hash;
  throw new ExperimentError(
    others.length > 0
      ? `Cannot fetch the run ${run} as ${found.size} in the store ${store.url} begin so: give more digits`
      : `Cannot fetch the run ${run} as the store ${store.url} has none of that hash`,
  );
}

/** The manifest of a run, with the seeds and folds of all that were put into the store. */
async function sharedManifest(
  store: Store,
  run: string,
  { own, signal }: Pick<FetchFoldsOptions, 'own' | 'signal'>,
): Promise<RunManifest> {
  const all: RunManifest[] = [];
  for await (const key of store.list(manifests(run), { signal })) {
    const value = await readSharedJson(store, key, { ...KIND, longest: LONGEST_MANIFEST, signal });
    if (value === undefined) continue;
    const manifest = fitting<RunManifest>(`${key} of the store`, value, manifestSchema, KIND);
    const { experiment, fingerprint, backend, parts } = manifest;
    if (manifest.hash !== run || experimentHash(experiment, fingerprint, backend.name, parts) !== run) {
      throw new ExperimentError(
        `Cannot use ${key} of the store as it must be a manifest of this run: its hash is another. ${KIND.cure}`,
      );
    }
    checkSameModules(`the run ${run.slice(0, 12)}`, parts, own);
    all.push(manifest);
  }
  // the order of a listing is anybody's
  const [first, ...others] = all.sort((a, b) => (a.created < b.created ? -1 : 1));
  if (!first) throw new ExperimentError(`Cannot fetch the run ${run.slice(0, 12)} as the store has no manifest of it`);
  const folds = [first, ...others].flatMap((each) => each.folds);
  const seeds = [first, ...others].flatMap(({ experiment }) => experiment.seeds);
  return {
    ...first,
    experiment: { ...first.experiment, seeds: [...new Set(seeds)] },
    folds: [...new Map(folds.map((fold) => [`${fold.seed}/${fold.name}`, fold])).values()],
  };
}
