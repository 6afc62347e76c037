import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootstrapConfidenceInterval, multiLabelScores } from '@mer/metrics';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type MadeRunOptions, writeMadeRun } from '../../test/made-run.js';
import { buildReport } from '../report/build-report.js';
import { compareRuns } from '../report/compare-runs.js';
import { comparisonText } from '../report/comparison-text.js';
import { reportData } from '../report/report-data.js';
import { mergeRuns } from '../run/merge.js';
import { readRun } from '../run/read-run.js';
import { readFold } from '../run/run-store.js';
import { parseExperiment } from '../schema/parse.js';
import { summarizeRun } from './read-summary.js';
import { scoreColumns, scoreTable } from './score-table.js';
import { cellText } from './score-text.js';
import { scoringOf } from './scoring.js';
import type { RunSummary } from './summary.js';
import { summaryText } from './summary-text.js';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'mer-labels-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function run(name: string, options: MadeRunOptions = {}) {
  await writeMadeRun(join(root, name), { name, severalLabels: true, ...options });
  return readRun(join(root, name));
}

const tested = ({ folds }: Awaited<ReturnType<typeof run>>) => folds.flatMap(({ predictions }) => predictions);
const lists = (values: readonly unknown[]) => values as number[][];

describe('a run of samples with any number of labels', () => {
  it('has the scores and intervals of @mer/metrics', async () => {
    const one = await run('one');
    const predictions = tested(one);
    const { perSeed, labelKind, threshold, untrained } = summarizeRun(one);
    expect([labelKind, threshold, untrained]).toEqual(['multiple', 0.5, [{ name: 'pos', folds: 1 }]]);
    const of = (chosen: readonly number[]) =>
      multiLabelScores({
        truth: lists(chosen.map((i) => predictions[i]!.truth)),
        predicted: lists(chosen.map((i) => predictions[i]!.predicted)),
        classes: ['neg', 'pos'],
      });
    const all = of([...predictions.keys()]);
    const [whole] = perSeed[0]!.scores;
    expect(whole).toMatchObject({
      n: 30,
      uf1: expect.closeTo(all.macro.f1, 12),
      uar: expect.closeTo(all.macro.recall, 12),
      accuracy: expect.closeTo(all.subsetAccuracy, 12),
      microF1: expect.closeTo(all.micro.f1, 12),
      samplesF1: expect.closeTo(all.samplesF1, 12),
      hammingLoss: expect.closeTo(all.hammingLoss, 12),
    });
    expect(perSeed[0]!.perClass).toEqual(all.perLabel);
    expect(perSeed[0]).not.toHaveProperty('confusion');
    const keys = [...new Set(predictions.map(({ dataset, subject }) => `${dataset}/${subject}`))];
    const subjects = keys.map((key) =>
      [...predictions.keys()].filter((i) => `${predictions[i]!.dataset}/${predictions[i]!.subject}` === key),
    );
    const { lower, upper } = bootstrapConfidenceInterval(
      subjects,
      (drawn) => of(drawn.flatMap((i) => subjects[i]!)).macro.f1,
      { seed: 0, resamples: 2000 },
    );
    expect(whole!.intervals!.uf1).toEqual({ lower: expect.closeTo(lower, 12), upper: expect.closeTo(upper, 12) });
  });

  it('stands beside always guessing every label', async () => {
    const one = await run('one');
    const truth = lists(tested(one).map((prediction) => prediction.truth));
    const guess = multiLabelScores({ truth, predicted: truth.map(() => [0, 1]), classes: 2 });
    const { guessing } = scoreTable(summarizeRun(one));
    expect(guessing).toMatchObject({ kind: 'guessing every label', source: 'always every label' });
    expect(guessing.scores.uf1!.value).toBeCloseTo(guess.macro.f1, 12);
    expect(guessing.scores.samplesF1!.value).toBeCloseTo(guess.samplesF1, 12);
  });

  it('has every score in text, page, CSV and LaTeX, and no confusion matrix', async () => {
    const one = await run('one', { seeds: [0, 1], oracle: true });
    const summary = summarizeRun(one);
    const files = await buildReport(one);
    const lines = summaryText(summary).split('\n');
    const table = scoreTable(summary);
    const columns = scoreColumns('print', summary);
    expect(columns.flatMap(({ type, title }) => (type === 'score' ? title : []))).toEqual([
      'macro F1',
      'micro F1',
      'samples F1',
      'subset accuracy',
      'Hamming loss',
    ]);
    for (const row of [...table.measured, table.guessing, ...table.oracle]) {
      const cells = columns.flatMap((column) => (column.type === 'score' ? (column.of(row) ?? []) : []));
      expect(cells).toHaveLength(5);
      expect(
        lines.some((line) => line.includes(row.label) && cells.every((cell) => line.includes(cellText(cell)))),
      ).toBe(true);
      for (const { value } of cells) {
        expect(files['report.html']).toContain(`>${value.toFixed(4)}<`);
        expect(files['scores.csv']).toContain(`,${value},`);
      }
    }
    expect(files['scores.csv']).toMatch(/,uf1,.*,micro_f1,.*,samples_f1,.*,accuracy,.*,hamming_loss,.*,uar,/);
    expect(files['table.tex']).toContain('macro F1 & micro F1 & samples F1 & subset accuracy & Hamming loss');
    expect(files['predictions.csv']).toContain('x/s0/c3,x,s0,c3,neg+pos,neg+pos,1,');
    expect(files['predictions.csv']).toContain('x/s0/c0,x,s0,c0,none,neg,0,');
    expect(Object.keys(files).filter((name) => name.includes('confusion'))).toEqual([]);
    expect(files['report.html']).not.toContain('Confusion');
    expect(files['report.html']).toContain('Scores of each label');
    expect(lines.join('\n')).toMatch(/untrained +no training sample of 2 folds has pos/);
    expect(lines.join('\n')).toMatch(/2 labels, any number of a sample, predicted above 0.5 \(neg, pos\)/);
  });

  it('has subjects by the share of right labels, and mistakes by the probability of all labels', async () => {
    const { subjects, mistakes, surest } = reportData(await run('one'));
    // one of six samples of s0 has one of its two labels wrong
    expect(subjects[0]).toMatchObject({ subject: 's0', n: 6, accuracy: 11 / 12, perSeed: [{ seed: 0, correct: 11 }] });
    const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
    const worst = mistakes.find(({ id }) => id === 'x/s2/c2')!;
    expect(worst).toMatchObject({ truth: 'pos', predicted: 'neg+pos', right: false, most: 'neg' });
    expect(worst.confidence).toBeCloseTo(sigmoid(3) ** 2, 12);
    expect(new Set(surest.map(({ id }) => id)).size).toBe(surest.length);
  });

  it('is compared by all of its scores, paired by subject, and with no run of one label', async () => {
    const plain = await run('plain');
    const better = await run('better', { right: ['x/s0', 'x/s1', 'x/s2', 'y/s0', 'y/s1'] });
    const comparison = compareRuns(plain, better);
    expect(comparison.scores.hammingLoss).toMatchObject({ second: 0, difference: expect.closeTo(-9 / 60, 12) });
    expect(comparison.scores.uf1.permutation).toMatchObject({ pValue: 2 / 32, differing: 5 });
    expect(comparison.mcNemar[0]).toMatchObject({ onlyFirst: 0, onlySecond: 9 });
    const text = comparisonText(comparison);
    for (const part of ['macro F1', 'Hamming loss', '2 labels (neg, pos)', 'subset accuracy alone']) {
      expect(text).toContain(part);
    }
    const single = await run('single', { severalLabels: false });
    expect(() => compareRuns(plain, single)).toThrow('must have one label, or both any number');
    const other = await run('other', { changes: { threshold: 0.3 } });
    expect(compareRuns(plain, other).warnings).toEqual(['the runs differ in the threshold: 0.5 and 0.3']);
  });

  it('is merged, and refuses predictions of the other kind or of labels that it has not', async () => {
    await run('one');
    const merged = (await mergeRuns([join(root, 'one')], join(root, 'merged'))) as RunSummary;
    expect(merged.perSeed).toEqual(summarizeRun(await readRun(join(root, 'one'))).perSeed);
    expect(merged.labelKind).toBe('multiple');
    const path = join(root, 'one', 'folds', '0', 'x%2Fs0', 'predictions.json');
    const file = JSON.parse(await readFile(path, 'utf8'));
    const read = async (truth: unknown, labelKind?: 'multiple') => {
      const [first, ...rest] = file.predictions;
      await writeFile(path, JSON.stringify({ ...file, predictions: [{ ...first, truth }, ...rest] }));
      return readFold(join(root, 'one'), 0, 'x/s0', { classes: ['neg', 'pos'], ...(labelKind && { labelKind }) });
    };
    await expect(read([1], 'multiple')).resolves.toBeDefined();
    await expect(read([1])).rejects.toThrow('for 2 classes: number 1 has not');
    await expect(read(1, 'multiple')).rejects.toThrow('for 2 labels, any number of a sample: number 1 has not');
    await expect(read([2], 'multiple')).rejects.toThrow('number 1 has not');
    await expect(read([0, 0], 'multiple')).rejects.toThrow('predictions.0.truth must be');
  });
});

describe('scoringOf() any number of labels', () => {
  it('gives what @mer/metrics gives, also where nothing is there', () => {
    const cases: [truth: number[][], predicted: number[][]][] = [
      [
        [[0, 2], [], [1]],
        [[0], [], [1, 2]],
      ],
      [
        [[], []],
        [[], []],
      ],
      [[[0, 1, 2]], [[]]],
      [[[]], [[0, 1, 2]]],
    ];
    for (const [truth, predicted] of cases) {
      const scoring = scoringOf(3, 'multiple');
      const counts = new Array<number>(scoring.size).fill(0);
      for (const [i, labels] of truth.entries()) scoring.add(counts, labels, predicted[i]!);
      const all = multiLabelScores({ truth, predicted, classes: 3 });
      const found = scoring.scoresOf(counts);
      expect(found.uf1).toBeCloseTo(all.macro.f1, 14);
      expect(found.uar).toBeCloseTo(all.macro.recall, 14);
      expect(found.accuracy).toBeCloseTo(all.subsetAccuracy, 14);
      expect(found.microF1).toBeCloseTo(all.micro.f1, 14);
      expect(found.samplesF1).toBeCloseTo(all.samplesF1, 14);
      expect(found.hammingLoss).toBeCloseTo(all.hammingLoss, 14);
      expect(scoring.perClass(counts, ['0', '1', '2'])).toEqual(all.perLabel);
    }
  });
});

describe('an experiment on samples with any number of labels', () => {
  const given = (data: object, changes: object = {}) =>
    parseExperiment({ name: 'x', data, model: { name: 'small-cnn' }, training: { epochs: 1 }, ...changes });
  const units = { name: 'synthetic', options: { labels: 'action-units' } };

  it('is trained by binary cross-entropy, and predicts above one half, where it says nothing else', () => {
    const { training, threshold } = given(units);
    expect(training.loss).toEqual({ name: 'binary-cross-entropy', labelSmoothing: 0, positiveWeights: [] });
    expect(threshold).toBe(0.5);
    const named = given({ name: 'casme2', options: { classes: { name: 'action-units', units: [4, 12] } } });
    expect(named.training.loss.name).toBe('binary-cross-entropy');
    expect(parseExperiment(JSON.parse(JSON.stringify(named)))).toEqual(named);
    const single = given({ name: 'synthetic' });
    expect([single.training.loss.name, single.threshold]).toEqual(['cross-entropy', undefined]);
  });

  it('refuses losses for one label, and those of any number on one', () => {
    const loss = (name: string) => ({ training: { epochs: 1, loss: name } });
    expect(() => given(units, loss('focal'))).toThrow(
      'training.loss focal is not for samples with any number of labels: use binary-cross-entropy or binary-focal',
    );
    expect(() => given({ name: 'synthetic' }, loss('binary-focal'))).toThrow('not for samples with one label');
    expect(given(units, { ...loss('binary-focal'), threshold: [0.5, 0.2] }).threshold).toEqual([0.5, 0.2]);
    expect(() => given(units, { threshold: 1 })).toThrow(
      'threshold must be a number above 0 and below 1: current value is 1',
    );
  });
});
