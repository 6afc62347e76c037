import '@tensorflow/tfjs-backend-cpu';
import { suggestion } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { make, names } from '../test/networks.js';
import { createModel, findModel } from './index.js';

const message = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    return (error as Error).message;
  }
  return 'no error';
};

describe('bad input', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });

  it.each(names)('%s: one error that names the option', (name) => {
    const create = (options: object) => () => createModel(name, { classes: 3, ...options } as never);
    for (const unknown of [{ clases: 3 }, { clases: 3, xyzzy: 1 }]) {
      expect(create(unknown)).toThrow(
        `Cannot create ${name} as "clases" is not an option, did you mean "classes"?: the options are classes, inputShape, seed`,
      );
    }
    expect(create({ xyzzy: 1 })).toThrow('"xyzzy" is not an option: the options are classes');
    for (const classes of [1, 0, -3, 2.5, Number.NaN, '3', null]) {
      expect(create({ classes })).toThrow(
        /^Cannot create .* as classes must be an integer of at least 2: current value is /,
      );
    }
    for (const seed of [-1, 0.5, 'a']) expect(create({ seed })).toThrow('seed must be an integer of at least 0');
    for (const inputShape of [[28, 28], [28, 0, 3], [28.5, 28, 3], 28, [-28, 28, 3]]) {
      expect(message(create({ inputShape }))).toMatch(/as inputShape must be \[.*positive integers: current value is/);
    }
    expect(create({ preset: 'smal' })).toThrow('preset must be small: current value is "smal", did you mean "small"?');
  });

  it('recurrent AFN: windows that contradict the shape of the input', () => {
    const afn = (options: object) => () => createModel('afn', { preset: 'small', ...options });
    expect(afn({ inputShape: [3, 32, 32, 3], recurrent: { windows: 4 } })).toThrow(
      'inputShape must begin with the number of windows, 4: current value is [3, 32, 32, 3]',
    );
    expect(afn({ inputShape: [3, 32, 32, 3] })).toThrow('inputShape must be [height, width, channels]');
    expect(afn({ inputShape: [0, 32, 32, 3], recurrent: {} })).toThrow(
      'or [windows, height, width, channels], positive integers: current value is [0,32,32,3]',
    );
    expect(afn({ recurrent: { windows: 0 } })).toThrow('recurrent.windows must be an integer of at least 1');
    expect(afn({ recurrent: { window: 2 } })).toThrow('"recurrent.window" is not an option, did you mean "windows"?');
  });

  it.each(names)('%s: an image of another size or without a batch is refused by its name', (name) => {
    const model = make(name);
    const before = tf.memory().numTensors;
    const shapes = model.inputs.map(({ shape }) => [2, ...(shape.slice(1) as number[])]);
    const given = (change: (shape: number[]) => number[]) => {
      const tensors = shapes.map((shape, index) => tf.zeros(index === 0 ? change(shape) : shape));
      return tensors.length === 1 ? tensors[0]! : tensors;
    };
    const input = model.inputNames[0]!;
    for (const change of [
      (shape: number[]) => shape.slice(1),
      (shape: number[]) => [...shape.slice(0, -1), shape.at(-1)! + 1],
      (shape: number[]) => shape.map((size, axis) => (axis === 0 ? size : size + 1)),
    ]) {
      const images = given(change);
      expect(message(() => model.predict(images))).toMatch(new RegExp(`expected ${input} to have`));
      tf.dispose(images);
    }
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });

  it('an unknown network', () => {
    expect(() => createModel('resnet' as never, { classes: 3 } as never)).toThrow(
      /name must be one of afn, .*: current value is "resnet", did you mean "resnet18"\?/,
    );
    expect(() => findModel('STSTNet')).toThrow('current value is "STSTNet", did you mean "ststnet"?');
    expect(() => findModel('alexnet')).toThrow(/current value is "alexnet"/);
    expect(() => createModel('ststnet', null as never)).toThrow('options must be an object: current value is null');
    expect(createModel('ststnet').outputs[0]!.shape).toEqual([null, 3]);
    expect(() => createModel('afn', 5 as never)).toThrow('options must be an object: current value is 5');
  });
});

describe('suggestion()', () => {
  it('gives the nearest name, if one is near', () => {
    const list = ['ststnet', 'htnet', 'vgg19', 'efficientnet-b0', 'vit-b16'];
    expect(suggestion('stsnet', list)).toBe(', did you mean "ststnet"?');
    expect(suggestion('vgg', list)).toBe(', did you mean "vgg19"?');
    expect(suggestion('EfficientNetB0', list)).toBe(', did you mean "efficientnet-b0"?');
    expect(suggestion('vti-b16', list)).toBe(', did you mean "vit-b16"?');
    expect(suggestion('mobilenet', list)).toBe('');
    expect(suggestion(3, list)).toBe('');
    expect(suggestion('', list)).toBe('');
  });
});
