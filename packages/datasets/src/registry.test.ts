import { describe, expect, it } from 'vitest';
import { fingerprint } from './fingerprint.js';
import { inspectDataset } from './inspect.js';
import { datasets, listDatasets, openDataset } from './registry.js';
import { createSyntheticDataset } from './synthetic.js';

describe('openDataset()', () => {
  it('opens by name with options', async () => {
    const dataset = await openDataset('synthetic', undefined, { subjects: 2, clipsPerSubject: 4 });
    expect(dataset.samples).toHaveLength(8);
  });

  it('rejects an unknown name, an unknown option and a missing root', async () => {
    await expect(openDataset('casme')).rejects.toThrow(/one of casme2, .*synthetic: current value is 'casme'/);
    await expect(openDataset('toString')).rejects.toThrow(RangeError);
    await expect(openDataset('synthetic', undefined, { subject: 1 })).rejects.toThrow(TypeError);
    await expect(openDataset('megc2019-flow')).rejects.toThrow('root must be the folder');
  });
});

describe('listDatasets()', () => {
  it('lists the registry', () => {
    expect(listDatasets().map(({ name }) => name)).toEqual(Object.keys(datasets));
    for (const { options } of listDatasets()) {
      for (const spec of Object.values(options)) expect(spec.description).toMatch(/\.$/);
    }
  });
});

describe('inspectDataset()', () => {
  it('counts per class, data set and subject', async () => {
    const { perSubject, perDataset } = await inspectDataset(
      createSyntheticDataset({ subjects: 2, clipsPerSubject: 3 }),
    );
    expect(perDataset['synthetic']).toMatchObject({ n: 6, subjects: 2 });
    expect(perSubject[1]).toEqual({
      dataset: 'synthetic',
      subject: 'sub02',
      n: 3,
      perClass: { happiness: 1, disgust: 1, surprise: 1 },
    });
  });
});

describe('fingerprint()', () => {
  it('is the same for the same options and another for others', async () => {
    const of = (options: object) => fingerprint(createSyntheticDataset(options));
    expect(await of({})).toMatch(/^[0-9a-f]{64}$/);
    expect(await of({ seed: 0 })).toBe(await of({}));
    expect(await of({ noise: 0.02 })).not.toBe(await of({}));
  });
});
