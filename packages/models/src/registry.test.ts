import { readFileSync } from 'node:fs';
import { useBackend } from '@mer/backends';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { CLASSES, images, make, names } from '../test/networks.js';
import * as index from './index.js';
import { countParameters, createModel, type ModelDefinition, type ModelName, models } from './index.js';

const entries = Object.entries(models) as Array<[ModelName, ModelDefinition]>;

describe('the registry', () => {
  beforeAll(async () => {
    await useBackend('wasm');
  });

  it.each(names)('has a small variant of %s, which leaves nothing behind', (name) => {
    const { numTensors } = tf.memory();
    const model = make(name, {}, false);
    expect(countParameters(model).trainable).toBeLessThan(500_000);
    const given = images(model, 1);
    const logits = model.predict(given) as tf.Tensor;
    expect(logits.shape).toEqual([1, CLASSES]);
    expect(logits.dataSync().every(Number.isFinite)).toBe(true);
    tf.dispose([given, logits]);
    model.dispose();
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  it.each(entries)('has what is asked of a definition of anybody: %s', (_name, definition) => {
    expect(() => index.defineModel(definition as never)).not.toThrow();
  });

  it('gives the trainable parameters of the published networks', () => {
    // the largest are left out for time; their counts were taken once with countParameters()
    const large = entries.filter(([, { parameters }]) => parameters!.trainable > 12e6).map(([name]) => name as string);
    large.push('slstt'); // most of it is not trained
    for (const [name, { parameters }] of entries) {
      if (large.includes(name)) continue;
      const model = createModel(name, { classes: parameters!.classes } as never);
      expect(countParameters(model).trainable, name).toBe(parameters!.trainable);
      expect(
        model.inputs.map(({ shape }, index) => [model.inputNames[index], ...shape.slice(1)]),
        name,
      ).toEqual(models[name].inputs.map((input) => [input.name, ...input.shape]));
      model.dispose();
    }
  });

  it('is the table of the README', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8').replace(/ {2,}/g, ' ');
    const count = (value: number) => value.toLocaleString('en-US');
    for (const [name, { title, paper, origin, inputs, parameters }] of entries) {
      const small = createModel(name, { classes: 5, preset: 'small' } as never);
      const shapes = new Set(inputs.map(({ shape }) => shape.join('x')));
      const row = [
        `\`${name}\``,
        title,
        paper?.match(/arXiv [\d.]+/)?.[0] ?? '',
        `${inputs.map((input) => input.name).join(', ')} ${[...shapes].join(', ')}`,
        count(parameters!.trainable),
        count(countParameters(small).trainable),
        { 'authors-code': "authors' code", own: 'this project', abstract: 'abstract', torchvision: 'torchvision' }[
          origin
        ],
      ].join(' | ');
      small.dispose();
      expect(readme).toContain(`| ${row} |`.replace(/ {2,}/g, ' '));
    }
  });

  it('has every definition under the camel case of its name', () => {
    for (const [name, definition] of entries) {
      const key = name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
      expect((index as Record<string, unknown>)[key], key).toBe(definition);
      expect(Object.isFrozen(definition)).toBe(true);
      expect(Object.keys(definition.presets)).toEqual(['small']);
    }
  });

  it('names an unknown network, preset and option', () => {
    expect(() => createModel('resnet' as never, { classes: 3 } as never)).toThrow('name must be one of afn');
    expect(() => createModel('toString' as never, {} as never)).toThrow('name must be one of afn');
    expect(() => createModel('afn', { preset: 'tiny' as never })).toThrow('preset must be small');
    expect(() => createModel('afn', { kernels: 3 } as never)).toThrow('"kernels" is not an option');
    expect(() => createModel('afn', { classes: 1 })).toThrow('classes must be an integer of at least 2');
    expect(() => createModel('afn', { inputShape: [224, 224] as never })).toThrow('inputShape must be [height');
  });
});
