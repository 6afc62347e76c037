import { expect, it } from 'vitest';
import { assertNoLeak } from './assert-no-leak.js';

const samples = [
  { dataset: 'smic', subject: '1' },
  { dataset: 'samm', subject: '1' },
  { dataset: 'samm', subject: '1' },
];
const fold = (train: number[], test: number[]) => [{ name: 'mine', train, test }];

it('assertNoLeak() accepts disjoint subjects, the same id in two data sets included', () => {
  expect(() => assertNoLeak(fold([0], [1, 2]), samples)).not.toThrow();
});

it('assertNoLeak() names the subject on both sides', () => {
  expect(() => assertNoLeak(fold([0, 1], [2]), samples)).toThrow(/fold mine .*current value is samm\/1/);
});

it('assertNoLeak() rejects an empty side, indices outside the list and repeated ones', () => {
  expect(() => assertNoLeak(fold([], [1]), samples)).toThrow(/train must hold at least one sample/);
  expect(() => assertNoLeak(fold([0], [3]), samples)).toThrow(/test must hold indices from 0 to 2: current value is 3/);
  expect(() => assertNoLeak(fold([0], [1, 1]), samples)).toThrow(/test must hold every index once/);
});
