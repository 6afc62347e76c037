import { describe, expect, it } from 'vitest';
import { accidents, damaged } from '../test/fuzz.js';
import { goldenBytes } from '../test/golden.js';
import { bytesOf } from '../test/pickle-writer.js';
import { Tuple, unpickle } from './unpickle.js';

/** Dicts as objects, tuples as { tuple }. */
function toPlain(value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [key, toPlain(item)]));
  if (value instanceof Tuple) return { tuple: value.items.map(toPlain) };
  if (Array.isArray(value)) return value.map(toPlain);
  return value;
}

describe('unpickle()', () => {
  it.each([0, 1, 2, 3, 4, 5])('reads plain values of protocol %i', (protocol) => {
    const bytes = goldenBytes(`plain-${protocol}.pkl`);
    const { value, end } = unpickle(bytes);
    expect(end).toBe(bytes.length);
    expect(toPlain(value)).toEqual({
      none: null,
      true: true,
      false: false,
      small: 5,
      word: 3000,
      int: -70000,
      long: -(2 ** 40),
      float: -0.125,
      infinity: Number.POSITIVE_INFINITY,
      text: 'é 漢\n\\u',
      list: [1, [2, []], 'x'],
      tuple: [[], [1], [1, 2], [1, 2, 3], [1, 2, 3, 4]].map((items) => ({ tuple: items })),
      dict: { a: { b: 1 }, c: {} },
    });
  });

  it.each([0, 1, 2, 3, 4, 5])('raises clean errors for damaged pickles of protocol %i', (protocol) => {
    expect(accidents(unpickle, damaged(goldenBytes(`plain-${protocol}.pkl`), { flips: 3000, seed: protocol }))).toEqual(
      [],
    );
  });

  it('raises clean errors for random bytes after a valid start', () => {
    function* random(): Generator<Uint8Array> {
      let state = 1;
      const next = (): number => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) >>> 16;
      const opcodes = [...'.(0123NIJKMGSTUVXBC)tl]ae}duscRibPQpqrghj'].map((letter) => letter.charCodeAt(0));
      for (let i = 0x80; i <= 0x98; i++) opcodes.push(i);
      for (let i = 0; i < 20_000; i++) {
        yield Uint8Array.from({ length: 40 }, () => (next() % 3 ? opcodes[next() % opcodes.length]! : next() & 255));
      }
    }
    expect(accidents(unpickle, random())).toEqual([]);
  });

  it('reads integers that no number can hold as bigint', () => {
    expect(unpickle(bytesOf(0x8a, 9, 0, 0, 0, 0, 0, 0, 0, 0, 1, '.')).value).toBe(2n ** 64n);
    expect(unpickle(bytesOf(0x8a, 1, 0xff, '.')).value).toBe(-1);
    expect(unpickle(bytesOf(0x8a, 0, '.')).value).toBe(0);
    expect(unpickle(bytesOf('L-12L\n.')).value).toBe(-12);
    expect(() => unpickle(bytesOf(`L${'9'.repeat(100_000)}L\n.`))).toThrow('must be an integer');
  });

  it('leaves constructors and prototypes alone', () => {
    expect(() => unpickle(bytesOf('c__proto__\nconstructor\n.'))).toThrow('it asks for "__proto__.constructor"');
    const { value } = unpickle(bytesOf('}X', 9, 0, 0, 0, '__proto__}s.'));
    expect(value).toEqual(new Map([['__proto__', new Map()]]));
  });
});
