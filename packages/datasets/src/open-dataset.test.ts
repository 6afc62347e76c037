import '@tensorflow/tfjs-backend-cpu';
import { checkOptions, describeOptions, integer, optionsSchema } from '@mer/options';
import { jsonSchemaOf } from '@mer/options/json-schema';
import { describe, expect, it } from 'vitest';
import { datasets } from './datasets.js';
import { fingerprint } from './fingerprint.js';
import { inspectDataset } from './inspect.js';
import { openDataset } from './open-dataset.js';
import { createSyntheticDataset } from './sets/synthetic.js';

describe('openDataset()', () => {
  it('opens by name with options', async () => {
    const dataset = await openDataset('synthetic', { subjects: 2, clipsPerSubject: 4 });
    expect(dataset.samples).toHaveLength(8);
  });

  it('rejects an unknown name, an unknown option and a missing root', async () => {
    await expect(openDataset('casme')).rejects.toThrow(
      /Cannot find a data set as its name must be one of casme2, .*synthetic: current value is "casme", did you mean/,
    );
    await expect(openDataset('toString')).rejects.toThrow(RangeError);
    await expect(openDataset('synthetic', { subject: 1 })).rejects.toThrow(TypeError);
    await expect(openDataset('megc2019-flow')).rejects.toThrow('root must be the folder');
    await expect(openDataset('casme2', { root: 'x', mode: 'lax' as 'inspect' })).rejects.toThrow("x' does not");
    await expect(openDataset('synthetic', { mode: 'lax' as 'inspect' })).rejects.toThrow(
      `Cannot open data set 'synthetic' as mode must be one of strict, inspect: current value is "lax"`,
    );
  });
});

describe('datasets', () => {
  it('have words for each option, and defaults that they take', () => {
    for (const { name, options, needsRoot, traits } of Object.values(datasets)) {
      for (const { about } of describeOptions(options)) expect(about).toMatch(/\.$/);
      expect(() => checkOptions(`open ${name}`, options)).not.toThrow();
      expect(needsRoot).toBe(name !== 'synthetic');
      expect(Object.isFrozen(traits)).toBe(true);
    }
  });

  it('are exported by the camel case of their names, beside the function that opens them', async () => {
    const exported: Record<string, unknown> = await import('./index.js');
    // an identifier cannot begin with a digit
    const camel = (name: string) =>
      name.replace(/^4/, 'four-').replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
    for (const [name, definition] of Object.entries(datasets)) {
      expect(exported[camel(name)]).toBe(definition);
      // all of these are opened by openRecordings
      if (definition.samples === 'recordings') continue;
      const open =
        name === 'synthetic'
          ? 'createSyntheticDataset'
          : `open-${camel(name)}`.replace(/-(.)/, (_, letter: string) => letter.toUpperCase());
      expect(exported[open], open).toBeTypeOf('function');
    }
  });

  it('have a JSON Schema with words for each option', () => {
    for (const { options } of Object.values(datasets)) {
      const { properties } = jsonSchemaOf(optionsSchema(options)) as { properties: Record<string, object> };
      expect(Object.keys(properties)).toEqual(Object.keys(options));
      for (const property of Object.values(properties)) expect(property).toHaveProperty('description');
    }
  });

  it('check what they are asked', async () => {
    expect(() => checkOptions('open', { clips: integer('Clips.', { min: 1 }) }, {})).toThrow('clips is missing');
    await expect(datasets.casme2.open({ root: 'x', classes: 'emotion-4' as 'emotion-5' })).rejects.toThrow(
      'one of emotion-5, emotion-3, emotion-7, megc2019, objective-5, objective-7',
    );
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
