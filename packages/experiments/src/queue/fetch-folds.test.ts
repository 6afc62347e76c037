import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { mergeRuns } from '../run/merge.js';
import { experimentHash, finalFold, foldFolder, type RunManifest, readFold, writeFold } from '../run/run-store.js';
import { parseExperiment } from '../schema/parse.js';
import { openStore, type Store } from '../store/store.js';
import { fetchFolds, shareManifest } from './fetch-folds.js';
import { differingFiles, resultKey, shareResult } from './shared-results.js';

const roots: string[] = [];
let root = '';
let store: Store;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'mer-fetch-'));
  roots.push(root);
  store = await openStore(join(root, 'store'));
});
afterAll(async () => {
  for (const dir of roots) await rm(dir, { recursive: true, force: true });
});

function manifestOf(seeds: number[], created: string): RunManifest {
  const experiment = parseExperiment({
    name: 'tiny',
    data: { name: 'synthetic' },
    model: { name: 'small-cnn' },
    training: { epochs: 1 },
    seeds,
  });
  return {
    format: 1,
    experiment,
    hash: experimentHash(experiment, 'f', 'wasm'),
    fingerprint: 'f',
    backend: { name: 'wasm', device: 'cpu' },
    versions: { mer: '0.0.0' },
    hardware: { cpu: 'x', cores: 2, platform: 'linux x64' },
    classes: ['one', 'other'],
    folds: seeds.flatMap((seed) => ['s1', 's2'].map((name) => ({ seed, name }))),
    created,
  };
}

/** Trains a fold in a folder and puts it into the store, as a worker does. */
async function work(run: RunManifest, name: string, { seed = 0, by = 'a', weight = 1 } = {}) {
  const dir = join(root, `worker-${by}`);
  const prediction = {
    id: `x/${name}/c`,
    dataset: 'x',
    subject: name,
    clip: 'c',
    truth: 0,
    predicted: 0,
    logits: [1, 0],
  };
  await writeFold(dir, {
    predictions: {
      fold: name,
      seed,
      epochChoice: 'last',
      epoch: 1,
      trained: 2,
      validationSubjects: [],
      predictions: name === finalFold ? [] : [prediction],
    },
    history: [],
    seconds: weight,
    weights: { w: { dtype: 'float32', shape: [1], data: Float32Array.of(weight) } },
  });
  const training = { run: run.hash, seed, fold: name };
  return { dir, training, said: await shareResult(store, dir, training, { seconds: 1, memory: 1, worker: by }) };
}

describe('the folds of a run in a store', () => {
  it('come into a folder, which is a run then, and come later as they are done', async () => {
    const run = manifestOf([0], '2026-01-01');
    await shareManifest(store, run);
    await shareManifest(store, run);
    await work(run, 's1');
    const out = join(root, 'out');
    const told: string[] = [];
    const onFold = ({ name }: { name: string }) => told.push(name);
    expect(await fetchFolds(store, run.hash.slice(0, 8), out, { onFold })).toMatchObject({
      done: 1,
      fetched: 1,
      missing: 1,
    });
    expect((await readFold(out, 0, 's1', run))!.predictions).toHaveLength(1);
    await work(run, 's2', { weight: 2 });
    await work(run, finalFold, { weight: 3 });
    expect(await fetchFolds(store, run.hash, out, { onFold })).toMatchObject({ done: 2, fetched: 2, missing: 0 });
    expect(told).toEqual(['s1', 's2', finalFold]);
    for (const name of ['s1', 's2', finalFold]) {
      for (const file of ['weights.safetensors', 'history.json', 'predictions.json']) {
        const [ours, theirs] = [out, join(root, 'worker-a')].map((dir) => join(foldFolder(dir, 0, name), file));
        expect((await readFile(ours!)).equals(await readFile(theirs!)), `${name} ${file}`).toBe(true);
      }
    }
    const summary = await mergeRuns([out], out);
    expect(summary).toMatchObject({ folds: { done: 2, total: 2 } });
    expect(await fetchFolds(store, run.hash, out)).toMatchObject({ done: 2, fetched: 0 });
  });

  it('are those of all seeds that the run was begun with', async () => {
    const [one, two] = [manifestOf([0], '2026-01-02'), manifestOf([1], '2026-01-01')];
    expect(two.hash).toBe(one.hash);
    for (const each of [one, two]) await shareManifest(store, each);
    await work(one, 's1');
    await work(two, 's1', { seed: 1 });
    const { manifest, done, missing } = await fetchFolds(store, one.hash, join(root, 'out'));
    expect([done, missing]).toEqual([2, 2]);
    expect([manifest.created, manifest.experiment.seeds]).toEqual(['2026-01-01', [1, 0]]);
  });

  it('count once, and tell where the second machine computes otherwise', async () => {
    const run = manifestOf([0], '2026-01-01');
    await shareManifest(store, run);
    expect((await work(run, 's1')).said).toBe('written');
    const same = await work(run, 's1', { by: 'b' });
    expect(same.said).toBe('there');
    expect(await differingFiles(store, same.dir, same.training)).toEqual({ files: [], worker: 'a' });
    const other = await work(run, 's1', { by: 'c', weight: 2 });
    expect(other.said).toBe('there');
    expect(await differingFiles(store, other.dir, other.training)).toEqual({
      files: ['weights.safetensors'],
      worker: 'a',
    });
    await fetchFolds(store, run.hash, join(root, 'out'));
    const weights = (dir: string) => readFile(join(foldFolder(dir, 0, 's1'), 'weights.safetensors'));
    expect((await weights(join(root, 'out'))).equals(await weights(join(root, 'worker-a')))).toBe(true);
  });

  it('are refused where the store has none of that name, or something else', async () => {
    const run = manifestOf([0], '2026-01-01');
    const fetched = (hash: string) => fetchFolds(store, hash, join(root, 'out'));
    await expect(fetched(run.hash)).rejects.toThrow(/has none of that hash/);
    await expect(fetched('../x')).rejects.toThrow(/must be 6 to 64 digits/);
    await shareManifest(store, run);
    await store.put(`runs/${run.hash.slice(0, 10)}${'0'.repeat(54)}/manifests/x.json`, new Uint8Array());
    await expect(fetched(run.hash.slice(0, 8))).rejects.toThrow(/2 in the store .* begin so: give more digits/);
    await work(run, 's1');
    await store.remove(resultKey({ run: run.hash, seed: 0, fold: 's1' }));
    expect(await fetched(run.hash)).toMatchObject({ done: 0, missing: 2 });
    const text = new TextEncoder();
    const key = `runs/${run.hash}/manifests/y.json`;
    await store.put(key, text.encode(JSON.stringify({ ...run, fingerprint: 'another' })));
    await expect(fetched(run.hash)).rejects.toThrow(/must be a manifest of this run: its hash is another/);
    await store.remove(key);
    await store.put(key, text.encode('{'));
    await expect(fetched(run.hash)).rejects.toThrow(/y\.json of the store as it must be JSON, the manifest of a run/);
  });
});
