import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { predictionsFor, writeMadeRun } from '../../test/made-run.js';
import { summarizeRun } from '../summaries/read-summary.js';
import { summaryText } from '../summaries/summary-text.js';
import { readRun } from './read-run.js';
import { foldFolder } from './run-store.js';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mer-report-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

describe('readRun()', () => {
  it('reads manifest, predictions and learning curves, and names the folds that are not done', async () => {
    await writeMadeRun(dir, { undone: ['x/s2'] });
    const run = await readRun(dir);
    expect(run.manifest.classes).toEqual(['neg', 'pos']);
    expect(run.folds.map(({ fold }) => fold)).toEqual(['x/s0', 'x/s1', 'y/s0', 'y/s1']);
    expect(run.missing).toEqual([{ seed: 0, name: 'x/s2' }]);
    expect(run.folds[0]!.history).toHaveLength(3);
    expect(run.folds[0]!.seconds).toBe(1.5);
  });

  it('does without a history', async () => {
    await writeMadeRun(dir);
    await rm(join(foldFolder(dir, 0, 'x/s0'), 'history.json'));
    expect((await readRun(dir)).folds[0]).toMatchObject({ history: [], seconds: 0 });
  });

  it('rejects a folder without run, a run without folds, and files of another kind, naming them', async () => {
    await expect(readRun(dir)).rejects.toThrow('it holds no run.json');
    await writeMadeRun(dir, { undone: ['x/s0', 'x/s1', 'x/s2', 'y/s0', 'y/s1'] });
    await expect(readRun(dir)).rejects.toThrow('none of its 5 folds is done yet');
    await writeMadeRun(dir);
    const path = join(foldFolder(dir, 0, 'x/s0'), 'predictions.json');
    const fold = JSON.parse(await readFile(path, 'utf8'));
    await writeFile(path, JSON.stringify({ ...fold, predictions: [{ ...fold.predictions[0], truth: 7 }] }));
    await expect(readRun(dir)).rejects.toThrow(`${path} as each prediction must have`);
    await writeFile(path, JSON.stringify({ ...fold, predictions: predictionsFor('x', 's1') }));
    await expect(readRun(dir)).rejects.toThrow('x/s1/c0 is in fold x/s0 and in fold x/s1, seed 0');
    await writeFile(path, JSON.stringify(fold));
    await writeFile(join(foldFolder(dir, 0, 'x/s0'), 'history.json'), '[]');
    await expect(readRun(dir)).rejects.toThrow(/history.json as it must be the history of a fold/);
  });
});

describe('summarizeRun()', () => {
  it('gives intervals over subjects for all samples and each data set, and of the mean over seeds', async () => {
    await writeMadeRun(dir, { seeds: [0, 1] });
    const summary = summarizeRun(await readRun(dir));
    for (const { scores } of summary.perSeed) {
      expect(scores.map(({ name }) => name)).toEqual(['all', 'x', 'y']);
      for (const { uf1, intervals } of scores) {
        expect(intervals!.uf1.lower).toBeLessThan(uf1);
        expect(intervals!.uf1.upper).toBeGreaterThanOrEqual(uf1);
      }
    }
    const { mean, std, interval } = summary.overSeeds!.accuracy;
    expect(mean).toBeCloseTo(
      (summary.perSeed[0]!.scores[0]!.accuracy + summary.perSeed[1]!.scores[0]!.accuracy) / 2,
      12,
    );
    expect(std).toBeGreaterThan(0);
    expect(interval!.lower).toBeLessThan(mean);
    expect(summarizeRun(await readRun(dir))).toEqual(summary);
  });

  it('keeps what was chosen on the test subjects apart from the scores', async () => {
    await writeMadeRun(dir);
    const plain = summarizeRun(await readRun(dir));
    await writeMadeRun(dir, { oracle: true });
    const summary = summarizeRun(await readRun(dir));
    expect(summary.perSeed).toEqual(plain.perSeed);
    expect(plain.oracle).toBeUndefined();
    expect(summary.oracle).toMatchObject({ comparable: false, perSeed: [{ seed: 0, folds: 5 }] });
    expect(summary.oracle!.perSeed[0]!.scores[0]!.accuracy).toBe(1);
    expect(summaryText(plain)).not.toContain('ORACLE');
    expect(summaryText(summary)).toMatch(/ORACLE, not comparable: epoch chosen on the test subject\n.*UF1/);
  });
});

describe('summaryText()', () => {
  it('prints scores with their intervals and how those were made', async () => {
    await writeMadeRun(dir, { undone: ['x/s2'] });
    const text = summaryText(summarizeRun(await readRun(dir)));
    expect(text).toMatch(/ {2}all +0\.\d{4} \[0\.\d{3}, [01]\.\d{3}\]/);
    expect(text).toContain(
      '95 % confidence interval: BCa, expanded for few subjects, of 2000 bootstrap resamples of subjects (seed 0)',
    );
    expect(text).toContain('INCOMPLETE: 4 of 5 folds are done');
  });
});
