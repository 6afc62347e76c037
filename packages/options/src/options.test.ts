import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import {
  callback,
  checkOptions,
  checkValue,
  choice,
  describeOptions,
  either,
  flag,
  group,
  integer,
  list,
  named,
  nameOrOptions,
  number,
  type OptionsOf,
  option,
  optionIssues,
  optionsSchema,
  size,
  text,
  tuple,
} from './index.js';
import { jsonSchemaOf } from './json-schema.js';

const entries = {
  classes: integer('Number of classes.', { min: 2, default: 3 }),
  inputShape: tuple('Shape of an image.', ['height', 'width', 'channels'], { default: [28, 28, 3] }),
  dropout: number('Share that is dropped.', { min: 0, below: 1, default: 0.5 }),
  span: either(
    'Frames.',
    [choice('By name.', ['all', 'rise'], {}), tuple('By index.', ['first', 'last'], { of: 'integers' })],
    {
      optional: true,
    },
  ),
  flow: group('Optical flow.', {
    method: choice('Which.', ['tvl1', 'farneback'], { default: 'tvl1' }),
    levels: group('Pyramid.', { count: integer('How many.', { min: 1, default: 2 }) }),
  }),
  size: size('Size of the image.', { default: 224 }),
  depths: list('Blocks of each stage.', integer('Blocks.', { min: 1 }), {
    min: 1,
    max: 3,
    different: true,
    default: [1, 2],
  }),
  gray: choice('Channels.', [null, 'gray'], { default: null }),
  folder: text('A folder.', { optional: true }),
  optimizer: named(
    'What moves the weights.',
    { sgd: { rate: number('Rate.', { above: 0 }) }, none: {} },
    { default: { name: 'none' } },
  ),
  shuffle: flag('A new order.', { default: true }),
};

const message = (given: unknown): string => {
  try {
    checkOptions('make it', entries, given);
    return 'fits';
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
};

describe('checkOptions()', () => {
  it('fills in every default, those of options inside options too', () => {
    expect(checkOptions('make it', entries, { flow: { levels: {} } })).toEqual({
      classes: 3,
      inputShape: [28, 28, 3],
      dropout: 0.5,
      flow: { method: 'tvl1', levels: { count: 2 } },
      size: 224,
      depths: [1, 2],
      gray: null,
      optimizer: { name: 'none' },
      shuffle: true,
    });
    expect(checkOptions('make it', { classes: entries.classes })).toEqual({ classes: 3 });
  });

  it('takes a function, and nothing else in its place', () => {
    const rename = callback<(name: string) => string>('Gives a name.', 'a function of a name');
    expect(checkOptions('read', { rename }, { rename: (name: string) => `${name}!` }).rename?.('a')).toBe('a!');
    expect(checkOptions('read', { rename })).toEqual({});
    expect(() => checkOptions('read', { rename }, { rename: 'a' })).toThrow(
      new TypeError('Cannot read as rename must be a function of a name: current value is "a"'),
    );
  });

  it('names the nearest of one value, and says of a list of either length what it must be', () => {
    const given = (options: object) => () =>
      checkOptions(
        'make it',
        {
          preset: choice('Which.', ['small'], { optional: true }),
          shape: either(
            'Shape.',
            [tuple('One.', ['height', 'width'], {}), tuple('Many.', ['n', 'height', 'width'], {})],
            {
              optional: true,
            },
          ),
        },
        options,
      );
    expect(given({ preset: 'smal' })).toThrow(
      new RangeError('Cannot make it as preset must be small: current value is "smal", did you mean "small"?'),
    );
    const shape = 'shape must be [height, width], positive integers, or [n, height, width], positive integers';
    for (const wrong of [[28], [28, 0], [1, 28, 0]]) {
      expect(given({ shape: wrong })).toThrow(`Cannot make it as ${shape}: current value is [${wrong}]`);
    }
  });

  it('names the options of a name that was chosen inside an option', () => {
    const flow = nameOrOptions('Flow.', { farneback: { window: integer('Window.', { default: 15 }) }, none: {} }, {});
    expect(() => checkOptions('make it', { flow }, { flow: { name: 'farneback', windw: 9 } })).toThrow(
      'Cannot make it as "flow.windw" is not an option, did you mean "window"?: the options are name, window',
    );
    expect(checkOptions('make it', { flow }, { flow: 'farneback' })).toEqual({
      flow: { name: 'farneback', window: 15 },
    });
  });

  it('has the type of its entries', () => {
    const given: OptionsOf<typeof entries> = {
      inputShape: [1, 2, 3] as const,
      span: 'all',
      optimizer: { name: 'sgd', rate: 1 },
    };
    const { classes, optimizer } = checkOptions('make it', entries, given);
    const count: number = classes;
    expect([count, optimizer.name === 'sgd' ? optimizer.rate : 0]).toEqual([3, 1]);
  });

  it.each([
    [
      { clases: 1 },
      'TypeError: Cannot make it as "clases" is not an option, did you mean "classes"?: the options are classes, inputShape, dropout, span, flow, size, depths, gray, folder, optimizer, shuffle',
    ],
    [{ classes: 'a' }, 'TypeError: Cannot make it as classes must be an integer of at least 2: current value is "a"'],
    [{ classes: 1 }, 'RangeError: Cannot make it as classes must be an integer of at least 2: current value is 1'],
    [{ classes: 2.5 }, 'RangeError: Cannot make it as classes must be an integer of at least 2: current value is 2.5'],
    [{ dropout: 1 }, 'RangeError: Cannot make it as dropout must be a number from 0 to below 1: current value is 1'],
    [
      { dropout: Number.POSITIVE_INFINITY },
      'RangeError: Cannot make it as dropout must be a number from 0 to below 1: current value is Infinity',
    ],
    [
      { flow: { method: 'tvl' } },
      'RangeError: Cannot make it as flow.method must be one of tvl1, farneback: current value is "tvl", did you mean "tvl1"?',
    ],
    [
      { flow: { metod: 1 } },
      'TypeError: Cannot make it as "flow.metod" is not an option, did you mean "method"?: the options are method, levels',
    ],
    [
      { flow: { levels: { n: 1 } } },
      'TypeError: Cannot make it as "flow.levels.n" is not an option: the options are count',
    ],
    [
      { inputShape: [1, 2] },
      'RangeError: Cannot make it as inputShape must be [height, width, channels], positive integers: current value is [1,2]',
    ],
    [
      { inputShape: [1, 2, 0] },
      'RangeError: Cannot make it as inputShape must be [height, width, channels], positive integers: current value is [1,2,0]',
    ],
    [
      { span: 'x' },
      'TypeError: Cannot make it as span must be one of all, rise, or [first, last], integers: current value is "x"',
    ],
    [
      { size: [1] },
      'RangeError: Cannot make it as size must be a positive integer or [height, width]: current value is [1]',
    ],
    [
      { depths: [] },
      'RangeError: Cannot make it as depths must be a list of 1 to 3 different values, each an integer of at least 1: current value is []',
    ],
    [
      { depths: [1, 1] },
      'RangeError: Cannot make it as depths must be a list of 1 to 3 different values, each an integer of at least 1: current value is [1,1]',
    ],
    [{ depths: [0] }, 'RangeError: Cannot make it as depths.0 must be an integer of at least 1: current value is 0'],
    [{ gray: 'b' }, 'RangeError: Cannot make it as gray must be one of null, gray: current value is "b"'],
    [{ folder: '' }, 'RangeError: Cannot make it as folder must be a text that is not empty: current value is ""'],
    [
      { optimizer: { name: 'sdg' } },
      'RangeError: Cannot make it as optimizer.name must be one of sgd, none: current value is "sdg", did you mean "sgd"?',
    ],
    [{ optimizer: {} }, 'TypeError: Cannot make it as optimizer.name is missing: it must be one of sgd, none'],
    [
      { optimizer: { name: 'sgd' } },
      'TypeError: Cannot make it as optimizer.rate is missing: it must be a number above 0',
    ],
    [
      { optimizer: { name: 'none', rate: 1 } },
      'TypeError: Cannot make it as "optimizer.rate" is not an option: the options are name',
    ],
    [[], 'TypeError: Cannot make it as options must be an object: current value is []'],
    [null, 'TypeError: Cannot make it as options must be an object: current value is null'],
  ])('refuses %j', (given, expected) => {
    expect(message(given)).toBe(expected);
  });
});

describe('optionIssues()', () => {
  it('lists every fault, and none of a value that fits', () => {
    expect(
      optionIssues(optionsSchema(entries), { classes: 1, x: 1, dropout: 2 }).map(({ path }) => path.join('.')),
    ).toEqual(['classes', 'dropout', 'x']);
    expect(optionIssues(optionsSchema(entries), {})).toEqual([]);
  });

  it('speaks of schemas without words of their own by what they expect', () => {
    expect(optionIssues(v.strictObject({ a: v.pipe(v.number(), v.minValue(2)) }), { a: 1 })[0]!.text).toBe(
      'must be >=2: current value is 1',
    );
  });
});

describe('checkValue()', () => {
  it('names the value', () => {
    expect(() => checkValue('split', 'folds', integer('Folds.', { min: 2 }), 1)).toThrow(
      'Cannot split as folds must be an integer of at least 2: current value is 1',
    );
    const even = option(
      'Even.',
      v.pipe(
        v.number('even'),
        v.check((n) => n % 2 === 0, 'even'),
      ),
      'even',
      { default: 2 },
    );
    expect(checkValue('count', 'n', even, undefined)).toBe(2);
    expect(() => checkValue('count', 'n', even, 3)).toThrow('n must be even: current value is 3');
  });
});

describe('size()', () => {
  it('has a largest side where one is given', () => {
    const side = size('Side.', { max: 4096, optional: true });
    expect(checkValue('read', 'size', side, [60, 4096])).toEqual([60, 4096]);
    expect(() => checkValue('read', 'size', side, 4097)).toThrow(
      'Cannot read as size must be an integer from 1 to 4096 or [height, width]: current value is 4097',
    );
  });
});

describe('describeOptions()', () => {
  it('gives a row for each option, with what it must be, its default and its words', () => {
    const rows = describeOptions(entries);
    expect(rows.map(({ name }) => name)).toContain('flow.levels.count');
    expect(rows[0]).toEqual({
      name: 'classes',
      expected: 'an integer of at least 2',
      default: 3,
      required: false,
      about: 'Number of classes.',
    });
    expect(rows.every(({ about }) => about.length > 0)).toBe(true);
  });
});

it('describeOptions() gives the options of each name, and of a group that another value may stand for', () => {
  const flow = nameOrOptions('Flow.', { farneback: { window: integer('Window.', { default: 15 }) }, none: {} }, {});
  const group1 = group('Or.', { units: integer('Units.', {}) });
  const recurrent = either('Recurrent.', [choice('No.', [false], {}), group1], { default: false });
  const rows = describeOptions({ flow, recurrent, optimizer: entries.optimizer });
  expect(rows.map(({ name, of }) => [name, of])).toEqual([
    ['flow', undefined],
    ['flow.window', 'farneback'],
    ['recurrent', undefined],
    ['recurrent.units', undefined],
    ['optimizer', undefined],
    ['optimizer.rate', 'sgd'],
  ]);
  expect(rows[2]!.default).toBe(false);
  expect(rows[1]).toMatchObject({ default: 15, about: 'Window.', required: false });
});

describe('jsonSchemaOf()', () => {
  it('has types, ranges, defaults and words', () => {
    const { properties, additionalProperties } = jsonSchemaOf(optionsSchema(entries)) as {
      properties: Record<string, unknown>;
      additionalProperties: boolean;
    };
    expect(additionalProperties).toBe(false);
    expect(properties['classes']).toEqual({
      type: 'integer',
      minimum: 2,
      description: 'Number of classes.',
      default: 3,
    });
    expect(properties['dropout']).toEqual({
      type: 'number',
      minimum: 0,
      exclusiveMaximum: 1,
      description: 'Share that is dropped.',
      default: 0.5,
    });
    expect(Object.keys(properties)).toEqual(Object.keys(entries));
  });
});
