import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeImage } from '@mer/io';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { NO_PARTS } from '../parts/own-modules.js';
import { parseExperiment } from '../schema/parse.js';
import { openStore, type Store } from '../store/store.js';
import { imageKeys } from './image-keys.js';
import { openExperimentData, prepareData } from './prepare.js';
import { writeRowFile } from './row-file.js';
import { pictureKey, sharePictures } from './shared-pictures.js';

let root = '';
let store: Store;
let tests = 0;
beforeAll(async () => {
  await tf.setBackend('cpu');
  root = await mkdtemp(join(tmpdir(), 'mer-shared-'));
});
beforeEach(async () => {
  tests += 1;
  store = await openStore(folder('store'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const folder = (name: string) => join(root, `${tests}-${name}`);
const keysIn = async (prefix: string, within = store) => {
  const found: string[] = [];
  for await (const key of within.list(prefix)) found.push(key);
  return found.sort();
};
const filesOf = async (cache: string) => {
  const names = (await readdir(cache)).filter((name) => name.endsWith('.npy')).sort();
  return Promise.all(names.map(async (name) => [name, (await readFile(join(cache, name))).toString('base64')]));
};

const experiment = parseExperiment({
  name: 'shared',
  model: { name: 'small-cnn' },
  training: { epochs: 1, batchSize: 2, optimizer: { name: 'adam', learningRate: 0.01 } },
  data: { name: 'synthetic', options: { subjects: 2, clipsPerSubject: 2, size: 16, frames: 6 } },
  inputs: [{ steps: ['trdi'] }, { steps: ['midi'] }],
});

describe('pictures that machines share', () => {
  const prepared = async (cache: string, shared: Store | undefined, given = experiment) => {
    let made = 0;
    const notes: string[] = [];
    const data = await prepareData(await openExperimentData(given), given, {
      cache,
      store: shared,
      onProgress: () => {
        made += 1;
      },
      onNote: (text) => notes.push(text),
    });
    data.close();
    return { made, notes, files: await filesOf(cache) };
  };

  it('are made by one of two, are the same bytes for both, and those of one alone', async () => {
    const [one, two] = await Promise.all(['one', 'two'].map((name) => prepared(folder(name), store)));
    expect([one!.made, two!.made].sort()).toEqual([0, 4]);
    expect([...one!.notes, ...two!.notes]).toEqual([
      expect.stringMatching(/^waiting for pictures that process \d+ of .* prepares$/),
    ]);
    expect(one!.files).toHaveLength(2);
    expect(two!.files).toEqual(one!.files);
    expect((await prepared(folder('alone'), undefined)).files).toEqual(one!.files);
    expect((await prepared(folder('later'), store)).made).toBe(0);
    expect(await keysIn('claims/')).toEqual([]);
  });

  it('are shared one by one by experiments that have some in common', async () => {
    await prepared(folder('one'), store);
    const other = parseExperiment({ ...experiment, inputs: [{ steps: ['midi'] }, { steps: ['dynamic-image'] }] });
    const { made, files } = await prepared(folder('two'), store, other);
    expect(made).toBe(4);
    expect(files).toHaveLength(2);
    expect(await keysIn('pictures/')).toHaveLength(3);
  });

  it('that a machine has already are put there', async () => {
    const { files } = await prepared(folder('one'), undefined);
    expect((await prepared(folder('one'), store)).made).toBe(0);
    const two = await prepared(folder('two'), store);
    expect(two).toMatchObject({ made: 0, files });
  });

  it('need a folder of their own on each machine', async () => {
    const work = prepareData(await openExperimentData(experiment), experiment, { store });
    await expect(work).rejects.toThrow(/cache must be a folder/);
  });

  it('are known by the contents of the files they are made of', async () => {
    const picture = (value: number) => encodeImage(tf.fill([28, 28, 3], value), 'bmp');
    const [data, copy] = [folder('data'), folder('copy')];
    await mkdir(data);
    await mkdir(copy);
    await writeFile(join(data, 'a.bmp'), await picture(0.2));
    await writeFile(join(data, 'b.bmp'), await picture(0.4));
    const rows = ['dataset,subject,clip,label,file', 'casme2,s1,a,0,a.bmp', 'casme2,s2,b,1,b.bmp'];
    await writeFile(join(data, 'manifest.csv'), rows.join('\n'));
    for (const name of await readdir(data)) {
      await copyFile(join(data, name), join(copy, name));
      await utimes(join(copy, name), 1e9, 1e9);
    }
    const keys = async (at: string, shared: boolean) => {
      const given = parseExperiment({ ...experiment, inputs: [{}], data: { name: 'megc2019-flow', root: at } });
      const options = { shared, cache: folder('cache') };
      return (await imageKeys(await openExperimentData(given), given, NO_PARTS, options))[0];
    };
    expect(await keys(copy, false)).not.toBe(await keys(data, false));
    const before = await keys(data, true);
    expect(await keys(copy, true)).toBe(before);
    expect(await keys(copy, true)).toBe(before);
    expect(await readdir(folder('cache'))).toHaveLength(2);
    await writeFile(join(copy, 'b.bmp'), await picture(0.6));
    expect(await keys(copy, true)).not.toBe(before);
  });
});

describe('files that are claimed one by one', () => {
  const file = (name: string) => ({ key: `local-${name}`, shared: `shared-${name}` });
  let clock = 0;
  const times = { heartbeat: 10, silence: 100, now: () => clock };
  const share = (cache: string, names: string[], value: number, make?: () => void, onNote?: () => void) =>
    sharePictures({
      store,
      cache: folder(cache),
      files: names.map(file),
      samples: 2,
      times,
      onNote,
      make: async (wanted) => {
        make?.();
        for (const { key } of wanted) {
          const writer = await writeRowFile(folder(cache), key, 2);
          for (let i = 0; i < 2; i++) await writer.append(Float32Array.of(value, i), [1, 2]);
          await writer.finish();
        }
      },
    });

  it('are made by who takes over from one that died', async () => {
    await store.put('claims/shared-x/0/owner', new TextEncoder().encode('{}'));
    const made: string[] = [];
    await share(
      'one',
      ['x', 'y'],
      1,
      () => made.push(made.length === 0 ? 'y' : 'x'),
      () => {
        clock += times.silence;
      },
    );
    expect(made).toEqual(['y', 'x']);
    expect(await filesOf(folder('one'))).toHaveLength(2);
    expect(await keysIn('claims/')).toEqual([]);
    expect(await keysIn('pictures/')).toHaveLength(2);
  });

  it('that were made twice are those of the first, everywhere', async () => {
    await share('first', ['x'], 1);
    const first = await filesOf(folder('first'));
    const stored = await store.get(pictureKey('shared-x'));
    await store.remove(pictureKey('shared-x'));
    // the first one ends while the second is at work
    await share('second', ['x'], 2, () => void store.put(pictureKey('shared-x'), stored!));
    expect(await filesOf(folder('second'))).toEqual(first);
  });

  it('that one fails to make are made by the next', async () => {
    const fails = share('one', ['x'], 1, () => {
      throw new Error('no memory');
    });
    await expect(fails).rejects.toThrow('no memory');
    await share('two', ['x'], 2);
    expect(await filesOf(folder('two'))).toHaveLength(1);
  });

  it('are refused where the store holds others', async () => {
    await store.put(pictureKey('shared-x'), new TextEncoder().encode('no pictures'));
    await expect(share('one', ['x'], 1)).rejects.toThrow(/does not hold the pictures of 2 samples: delete it/);
  });
});
