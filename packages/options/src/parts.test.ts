import { describe, expect, it } from 'vitest';
import { checkPart, findPart, integer, isPart, type Part, partsByName, withParts } from './index.js';

const part = <const Name extends string>(name: Name) =>
  ({ kind: 'model', name, title: `The ${name}`, options: {} }) as const;

describe('partsByName()', () => {
  it('keeps names as keys, and refuses two of one name', () => {
    expect(partsByName([part('a'), part('b')]).b.title).toBe('The b');
    expect(() => partsByName([part('a'), part('a')])).toThrow(
      `Cannot add model 'a' as there is one of that name already ("The a"): give yours another name`,
    );
  });
});

describe('findPart()', () => {
  it('lists the names and the nearest', () => {
    expect(findPart('model', [part('afn')], 'afn').name).toBe('afn');
    expect(() => findPart('model', [part('afn'), part('htnet')], 'htnt')).toThrow(
      'Cannot find a model as its name must be one of afn, htnet: current value is "htnt", did you mean "htnet"?',
    );
    expect(() => findPart('model', [part('afn')], 3)).toThrow('current value is 3');
  });
});

describe('withParts()', () => {
  it('adds parts of the kind, and refuses what is none, and a name twice', () => {
    const other = { ...part('b'), kind: 'step' };
    const ours = [part('a')];
    expect(withParts<Part>(['model'], ours, [part('c'), other]).map(({ name }) => name)).toEqual(['a', 'c']);
    expect(withParts(['model'], ours)).toBe(ours);
    expect(() => withParts<Part>(['model'], ours, [part('a')])).toThrow('there is one of that name already');
    expect(() => withParts<Part>(['model'], ours, [3 as never])).toThrow('parts must be definitions');
  });
});

describe('isPart()', () => {
  it('tells parts by their fields', () => {
    expect([
      isPart(part('a')),
      isPart(part('a'), 'step'),
      isPart(Object.assign(() => 0, { kind: 'x' })),
      isPart(null),
    ]).toEqual([true, false, false, false]);
  });
});

describe('checkPart()', () => {
  it.each([
    [
      { name: 'My Net' },
      'Cannot define the model "My Net" as name must be lower case letters, digits and single dashes',
    ],
    [{ title: '' }, 'Cannot define the model "a" as title must be a text that is not empty'],
    [
      { options: undefined },
      'Cannot define the model "a" as options must be an object of schemas: current value is undefined',
    ],
    [{ options: { width: 3 } }, 'Cannot define the model "a" as options.width must be a schema, such as integer('],
  ])('refuses %j', (change, message) => {
    expect(() => checkPart({ ...part('a'), ...change } as never)).toThrow(message);
  });

  it('takes what is right', () => {
    expect(() => checkPart({ ...part('a'), options: { width: integer('Width.', { min: 1 }) } })).not.toThrow();
  });
});
