import { readFileSync } from 'node:fs';
import { useBackend } from '@mer/backends';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { CLASSES, images, make, names } from '../test/networks.js';
import { countParameters, createModel, type ModelName, models } from './index.js';
import type { ModelEntry } from './model-entry.js';

const entries = Object.entries(models) as Array<[ModelName, ModelEntry]>;

describe('the registry', () => {
  beforeAll(async () => {
    await useBackend('wasm');
  });

  it.each(names)('has a small variant of %s', (name) => {
    const model = make(name, {}, false);
    expect(countParameters(model).trainable).toBeLessThan(500_000);
    const given = images(model, 1);
    const logits = model.predict(given) as tf.Tensor;
    expect(logits.shape).toEqual([1, CLASSES]);
    expect(logits.dataSync().every(Number.isFinite)).toBe(true);
    tf.dispose([given, logits]);
    model.dispose();
  });

  it('gives the trainable parameters of the published networks', () => {
    // the largest are left out for time; their counts were taken once with countParameters()
    const large = entries.filter(([, { parameters }]) => parameters.trainable > 12e6).map(([name]) => name as string);
    for (const [name, { parameters }] of entries) {
      if (large.includes(name)) continue;
      const model = createModel(name, { classes: parameters.classes } as never);
      expect(countParameters(model).trainable, name).toBe(parameters.trainable);
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
      const small = createModel(name, { classes: 5, size: 'small' } as never);
      const shapes = new Set(inputs.map(({ shape }) => shape.join('x')));
      const row = [
        `\`${name}\``,
        title,
        paper?.match(/arXiv [\d.]+/)?.[0] ?? '',
        `${inputs.map((input) => input.name).join(', ')} ${[...shapes].join(', ')}`,
        count(parameters.trainable),
        count(countParameters(small).trainable),
        origin === 'authors-code' ? "authors' code" : origin.replace('-', ' '),
      ].join(' | ');
      small.dispose();
      expect(readme).toContain(`| ${row} |`.replace(/ {2,}/g, ' '));
    }
  });

  it('names an unknown network, size and option', () => {
    expect(() => createModel('resnet' as never, { classes: 3 } as never)).toThrow('name must be one of ststnet');
    expect(() => createModel('toString' as never, {} as never)).toThrow('name must be one of ststnet');
    expect(() => createModel('afn', { size: 'tiny' as never })).toThrow('size must be one of published, small');
    expect(() => createModel('afn', { kernels: 3 } as never)).toThrow('"kernels" is not an option');
    expect(() => createModel('afn', { classes: 1 })).toThrow('classes must be an integer of at least 2');
    expect(() => createModel('afn', { inputShape: [224, 224] as never })).toThrow('inputShape must be [height');
  });
});
