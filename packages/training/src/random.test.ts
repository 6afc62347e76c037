import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomOrder, randomStream, seedOf } from './random.js';

describe('randomOrder()', () => {
  it('is a permutation that the key alone decides', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 200 }), fc.integer(), fc.string(), (n, seed, fold) => {
        const order = randomOrder(n, randomStream([seed, fold]));
        expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
        expect(randomOrder(n, randomStream([seed, fold]))).toEqual(order);
      }),
    );
  });

  it('reaches every order of three about equally often', () => {
    const counts = new Map<string, number>();
    const stream = randomStream(['uniform']);
    for (let i = 0; i < 6000; i++) {
      const order = randomOrder(3, stream).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  it('differs between folds and between seeds', () => {
    const orders = [
      [0, 'sub01'],
      [0, 'sub02'],
      [1, 'sub01'],
    ].map((key) => randomOrder(50, randomStream(key)).join());
    expect(new Set(orders).size).toBe(3);
  });
});

describe('seedOf()', () => {
  it('is the 32-bit FNV-1a hash of the key joined by slashes', () => {
    expect(seedOf(['a']) >>> 0).toBe(0xe40c292c);
    expect(seedOf(['foobar']) >>> 0).toBe(0xbf9cf968);
    expect(seedOf([0, 'x'])).toBe(seedOf(['0/x']));
  });
});
