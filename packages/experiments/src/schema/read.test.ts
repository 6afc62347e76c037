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

  it('takes the name of a recipe, and a file that is there before it', async () => {
    const extended = await readExperiment(await file('of-recipe.json', { extends: 'first-steps', name: 'mine' }));
    expect(extended).toMatchObject({ name: 'mine', data: { name: 'synthetic' }, model: { name: 'small-cnn' } });
    expect(await readExperiment('small/afn')).toMatchObject({ name: 'small-afn' });
    await file('afn-samm', { ...base, name: 'of-mine' });
    const ofFile = await readExperiment(await file('of-file.json', { extends: 'afn-samm', seeds: [3] }));
    expect(ofFile).toMatchObject({ name: 'of-mine', seeds: [3] });
    await expect(readExperiment('first-step')).rejects.toThrow('did you mean "first-steps"?');
    await expect(readExperiment('recipes/first-steps.yaml')).rejects.toThrow('did you mean "first-steps"?');
    await expect(readExperiment('./first-steps')).rejects.toThrow(/no such file or folder: check the path$/);
  });

  it('names a circle, a missing base and a base that is no path', async () => {
    await file('a.json', { extends: 'b.json' });
    await file('b.json', { extends: 'a.json' });
    await expect(readExperiment(join(root, 'a.json'))).rejects.toThrow('extend one another in a circle');
    await expect(readExperiment(await file('c.json', { extends: 'none.json' }))).rejects.toThrow('none.json');
    await expect(readExperiment(await file('d.json', { extends: 1 }))).rejects.toThrow('extends must be the path');
  });
});

describe('readExperiment() of a file that is not as it should be', () => {
  const reading = async (name: string, text: string) => {
    const path = join(root, name);
    await writeFile(path, text);
    return readExperiment(path);
  };
  const yaml = 'name: x\ndata: { name: synthetic }\nmodel: { name: small-cnn }\n';

  it('names what holds itself, what unfolds to too much, and what is nested too deeply', async () => {
    await expect(reading('circle.yaml', `${yaml}training: &t { epochs: 1, loss: *t }\n`)).rejects.toThrow(
      /circle\.yaml as it must be YAML or JSON: training\.loss holds itself/,
    );
    const bomb = [...'bcdefghi'].map((name, i) => `  - &${name} [${Array(10).fill(`*${'abcdefgh'[i]}`).join(', ')}]`);
    await expect(reading('bomb.yaml', `${yaml}inputs:\n  - &a [1, 2]\n${bomb.join('\n')}\n`)).rejects.toThrow(
      'its aliases unfold to too much',
    );
    await expect(reading('deep.yaml', `${yaml}inputs: ${'['.repeat(1e5)}`)).rejects.toThrow(/nested deeper than 64/);
    await expect(reading('tag.yaml', `${yaml}seeds: !!js/function x\n`)).rejects.toThrow(/Unresolved tag/);
    await expect(reading('long.yaml', `${yaml}#${' '.repeat(2 ** 22)}`)).rejects.toThrow(/must have at most \d+ bytes/);
    await expect(readExperiment(join(root, 'n'.repeat(300)))).rejects.toThrow(/readable file: the name is too long/);
  });

  it('refuses __proto__, constructor and prototype like any unknown key, in a file and in one that it extends', async () => {
    for (const key of ['__proto__', 'constructor', 'prototype', 'toString']) {
      const text = `${yaml}training: { epochs: 1 }\n${key}: { backend: cpu }\n`;
      await expect(reading('proto.yaml', text)).rejects.toThrow(`  ${key} is not an option`);
      const child = reading('child.yaml', `extends: proto.yaml\ndata: { options: { ${key}: 1 } }\n`);
      await expect(child).rejects.toThrow(`  data.options.${key} is not an option`);
      await expect(child).rejects.toThrow(`  ${key} is not an option`);
    }
  });
});

describe('readExperiment() with another model set', () => {
  it('leaves out published results of the model before, and says so', async () => {
    const notes: string[] = [];
    const path = await file('published.json', {
      ...base,
      model: { name: 'ststnet' },
      published: [{ result: 'megc2019-paper' }, { source: 'a paper', uf1: 0.5 }],
    });
    const onNote = (text: string) => void notes.push(text);
    const before = await readExperiment(path, { onNote });
    expect(before.published).toHaveLength(2);
    expect(notes).toEqual([]);
    const after = await readExperiment(path, { set: ['model.name=small-cnn'], onNote });
    expect(after.published).toEqual([{ source: 'a paper', uf1: 0.5 }]);
    expect(notes).toEqual(['published results of ststnet are left out as the model is small-cnn now: megc2019-paper']);
    const set = ['model.name=small-cnn', 'published.0.result=megc2019-paper'];
    await expect(readExperiment(path, { set })).rejects.toThrow('published.0.result must be left out');
  });
});
