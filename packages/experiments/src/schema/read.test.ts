import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readExperiment } from './read.js';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'mer-read-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function file(name: string, content: object): Promise<string> {
  const path = join(root, name);
  await writeFile(path, JSON.stringify(content));
  return path;
}

const base = {
  name: 'base',
  data: { name: 'synthetic', options: { subjects: 4, size: 24 } },
  inputs: [{ steps: ['trdi'] }],
  model: { name: 'small-cnn', options: { widths: [4, 4] } },
  training: { epochs: 3, batchSize: 4, optimizer: { name: 'adam', learningRate: 0.01, beta1: 0.5 } },
};

describe('readExperiment() of a file that extends another', () => {
  it('merges objects, replaces lists and values, and replaces the whole where the name differs', async () => {
    await file('base.json', base);
    const child = await file('child.json', {
      extends: 'base.json',
      name: 'child',
      data: { options: { size: 32 } },
      inputs: [{ steps: ['midi'] }],
      model: { name: 'ststnet' },
      training: { epochs: 5, optimizer: { name: 'adamw', learningRate: 0.1 } },
    });
    const experiment = await readExperiment(child, { set: ['seeds=[7]'] });
    expect(experiment.name).toBe('child');
    expect(experiment.data.options).toMatchObject({ subjects: 4, size: 32 });
    expect(experiment.inputs.map(({ steps }) => steps[0])).toEqual(['midi']);
    expect(experiment.model).toEqual({ name: 'ststnet', options: {} });
    expect(experiment.training).toMatchObject({ epochs: 5, batchSize: 4 });
    expect(experiment.training.optimizer).toMatchObject({ name: 'adamw', learningRate: 0.1, beta1: 0.9 });
    expect(experiment.seeds).toEqual([7]);
  });

  it('names a circle, a missing base and a base that is no path', async () => {
    await file('a.json', { extends: 'b.json' });
    await file('b.json', { extends: 'a.json' });
    await expect(readExperiment(join(root, 'a.json'))).rejects.toThrow('extend one another in a circle');
    await expect(readExperiment(await file('c.json', { extends: 'none.json' }))).rejects.toThrow('none.json');
    await expect(readExperiment(await file('d.json', { extends: 1 }))).rejects.toThrow('extends must be the path');
  });
});
