import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type MadeRunOptions, writeMadeRun } from '../../test/made-run.js';
import { readRun } from '../run/read-run.js';
import { compareRuns } from './compare-runs.js';
import { comparisonText } from './comparison-text.js';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'mer-compare-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function run(name: string, options: MadeRunOptions = {}) {
  await writeMadeRun(join(root, name), { name, ...options });
  return readRun(join(root, name));
}

describe('compareRuns()', () => {
  it('finds no difference between a run and itself', async () => {
    const one = await run('one');
    const { scores, mcNemar, warnings } = compareRuns(one, one);
    expect(warnings).toEqual([]);
    expect(scores.uf1).toMatchObject({
      difference: 0,
      interval: { lower: 0, upper: 0 },
      permutation: { pValue: 1, differing: 0 },
    });
    expect(mcNemar).toEqual([{ seed: 0, onlyFirst: 0, onlySecond: 0, pValue: 1 }]);
  });

  it('tests differences over subjects, exactly where there are few, and with the sign second - first', async () => {
    const plain = await run('plain');
    const better = await run('better', { right: ['x/s0', 'x/s1', 'x/s2', 'y/s0', 'y/s1'] });
    const { scores, mcNemar, n, subjects } = compareRuns(plain, better);
    expect([n, subjects]).toEqual([30, 5]);
    // wrong: 1 + 2 + 3 + 1 + 2
    expect(scores.accuracy).toMatchObject({ second: 1, difference: expect.closeTo(9 / 30, 12) });
    expect(scores.accuracy.permutation).toEqual({ pValue: 2 / 32, exact: true, permutations: 32, differing: 5 });
    expect(scores.accuracy.interval!.lower).toBeGreaterThan(0);
    expect(mcNemar[0]).toMatchObject({ onlyFirst: 0, onlySecond: 9 });
    expect(compareRuns(better, plain).scores.accuracy.difference).toBeCloseTo(-9 / 30, 12);
  });

  it('pairs each seed with itself, takes means over them, and leaves out seeds that only one run has', async () => {
    const a = await run('a', { seeds: [0, 1, 2] });
    const b = await run('b', { seeds: [1, 0], right: ['x/s2'] });
    const { seeds, scores, mcNemar, warnings } = compareRuns(a, b);
    expect(seeds).toEqual([0, 1]);
    expect(scores.accuracy.difference).toBeCloseTo((3 / 30 + 4 / 30) / 2, 12);
    expect(scores.accuracy.permutation).toMatchObject({ exact: true, permutations: 2, differing: 1, pValue: 1 });
    expect(mcNemar.map(({ seed, onlySecond }) => [seed, onlySecond])).toEqual([
      [0, 3],
      [1, 4],
    ]);
    expect(warnings).toEqual(['only one of the runs has seed 2: left out']);
    const text = comparisonText(compareRuns(a, b));
    expect(text).toContain('means over the 2 seeds');
    expect(text).toContain('not combined');
    expect(text).toContain('WARNING: only one of the runs has seed 2');
  });

  it('refuses other classes, seeds and samples, naming them', async () => {
    const a = await run('a');
    expect(() => compareRuns(a, a)).not.toThrow();
    const classes = await run('classes', { classes: ['neg', 'happy'] });
    expect(() => compareRuns(a, classes)).toThrow(/same classes: .*a has neg, pos; .*classes has neg, happy/);
    const seeds = await run('seeds', { seeds: [7] });
    expect(() => compareRuns(a, seeds)).toThrow(/share a seed: .*a has 0; .*seeds has 7/);
    const fewer = await run('fewer', { undone: ['x/s1'] });
    expect(() => compareRuns(a, fewer)).toThrow(/for seed 0, .*a has x\/s1\/c0, .* and 1 more, .*fewer has not/);
    expect(() => compareRuns(fewer, a)).toThrow(/a has x\/s1\/c0/);
  });

  it('refuses runs that disagree on the truth', async () => {
    const a = await run('a');
    const b = await run('b');
    b.folds[0]!.predictions[2]!.truth = 1;
    expect(() => compareRuns(a, b)).toThrow('they differ for x/s0/c2');
  });

  it('warns where protocol, epoch choice or backend differ', async () => {
    const a = await run('a');
    const b = await run('b', {
      backend: 'wasm',
      changes: {
        protocol: { name: 'stratified-group-k-fold', folds: 5 },
        training: { epochs: 3, batchSize: 8, optimizer: { name: 'adam', learningRate: 1 }, epochChoice: 'validation' },
      },
    });
    expect(compareRuns(a, b).warnings).toEqual([
      'the runs differ in protocol: {"name":"leave-one-subject-out"} and {"folds":5,"name":"stratified-group-k-fold"}',
      'the runs differ in epoch choice: last and validation',
      'the runs differ in backend: cpu and wasm',
    ]);
  });
});
