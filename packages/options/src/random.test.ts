import { expect, it } from 'vitest';
import { fnv1a, MULBERRY32_STEP, mixBits, mulberry32 } from './random.js';

it('fnv1a() equals the published values', () => {
  expect(fnv1a('') >>> 0).toBe(0x811c9dc5);
  expect(fnv1a('a') >>> 0).toBe(0xe40c292c);
  expect(fnv1a('foobar') >>> 0).toBe(0xbf9cf968);
});

it('mulberry32() gives the sequence of its reference for seed 1', () => {
  const draws = [1, 2, 3].map((i) => mulberry32((1 + Math.imul(i, MULBERRY32_STEP)) | 0));
  expect(draws).toEqual([2693262067, 11749833, 2265367787]);
});

it('mixBits() keeps 0 and is one to one', () => {
  expect(mixBits(0)).toBe(0);
  expect(new Set(Array.from({ length: 5000 }, (_, i) => mixBits(i))).size).toBe(5000);
});
