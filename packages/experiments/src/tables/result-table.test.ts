import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MadeRunOptions, writeMadeRun } from '../../test/made-run.js';
import { compareRuns } from '../report/compare-runs.js';
import type { Run } from '../run/read-run.js';
import { differingSettings } from './differing-settings.js';
import { readRuns } from './read-runs.js';
import { resultTable } from './result-table.js';
import { resultTableCsv, resultTableMarkdown } from './table-files.js';
import { resultTableLatex } from './table-latex.js';
import { resultTableHtml } from './table-page.js';
import { resultTableText } from './table-text.js';

const folds = ['x/s0', 'x/s1', 'x/s2', 'y/s0', 'y/s1'];
const training = (changes: object) => ({
  training: { epochs: 3, batchSize: 8, optimizer: { name: 'adam', learningRate: 1e-3 }, ...changes },
});

let root = '';
let runs: Record<string, Run>;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'mer-table-'));
  const made: Record<string, MadeRunOptions> = {
    plain: { seeds: [0], changes: { published: [{ source: 'A & B_2020', uf1: 0.9, caveat: 'another 50% split' }] } },
    'plain-seed-1': { name: 'plain', seeds: [1] },
    slow: { seeds: [0, 1], changes: training({ optimizer: { name: 'adam', learningRate: 1e-4 } }), right: ['x/s2'] },
    oracle: { seeds: [0, 1], oracle: true, changes: training({ batchSize: 4, oracle: true }) },
    undone: { seeds: [0, 1], undone: ['y/s1'], changes: training({ batchSize: 2 }) },
  };
  for (const [name, options] of Object.entries(made)) await writeMadeRun(join(root, name), { name, ...options });
  const read = await readRuns(Object.keys(made).map((name) => join(root, name)));
  runs = Object.fromEntries(Object.keys(made).map((name, i) => [name, read[i]!]));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const all = () => Object.values(runs);

describe('differingSettings()', () => {
  it('names the fewest settings that tell experiments apart, the plainest of equal ones', () => {
    const { keys, values } = differingSettings(all().map(({ manifest }) => manifest.experiment));
    expect(keys).toEqual(['training.batchSize', 'training.optimizer.learningRate']);
    expect(values[2]).toEqual({ 'training.batchSize': '8', 'training.optimizer.learningRate': '0.0001' });
    const experiment = all()[0]!.manifest.experiment;
    const other = { ...experiment, model: { ...experiment.model, name: 'ststnet', options: { filters: [4, 4, 4] } } };
    expect(differingSettings([experiment, other]).keys).toEqual(['model.name']);
    expect(differingSettings([experiment, experiment]).keys).toEqual([]);
  });
});

describe('resultTable()', () => {
  it('joins runs of one experiment that differ in seeds, and takes their mean and deviation', () => {
    const table = resultTable(all());
    expect(table.rows.map(({ name }) => name)).toEqual(['plain', 'slow', 'oracle', 'undone']);
    const [plain, slow] = table.rows.map(({ cells }) => cells['data-1']!);
    expect(plain!.seeds).toEqual([0, 1]);
    // wrong of 30: 1 + 2 + 3 + 1 + 2, and one more of each subject with seed 1
    const { value, std, interval } = plain!.sets[0]!.scores.accuracy!;
    expect(value).toBeCloseTo((21 / 30 + 16 / 30) / 2, 12);
    expect(std).toBeCloseTo(5 / 30 / Math.SQRT2, 12);
    expect(interval!.lower).toBeLessThan(value);
    expect(slow!.sets.map(({ name, n }) => [name, n])).toEqual([
      ['all', 30],
      ['x', 18],
      ['y', 12],
    ]);
    expect(table.data[0]).toMatchObject({ title: 'synthetic', n: 30, subjects: 5 });
    expect(table.notes.join('\n')).toContain('INCOMPLETE: undone has 8 of 10 folds');
  });

  it('compares all with one row, corrected by Holm, and leaves what is not finished out', () => {
    const table = resultTable(all(), { against: 'plain' });
    const scoreOf = (row: number) => table.rows[row]!.cells['data-1']!.sets[0]!.scores.accuracy!;
    const { p, pCorrected, difference } = scoreOf(1);
    expect(difference).toBeCloseTo((3 + 4) / 60, 12);
    expect(p).toBe(1);
    expect(pCorrected).toBe(1);
    expect(scoreOf(2)).toMatchObject({ difference: 0, p: 1 });
    expect(scoreOf(0).p).toBeUndefined();
    expect(scoreOf(3).p).toBeUndefined();
    expect(() => resultTable(all(), { against: 'none' })).toThrow('they are plain, slow, oracle, undone');
    expect(() => resultTable([])).toThrow('at least one run must be named');
  });

  it('marks the best only where it is significantly better than every other row', async () => {
    // as wide as two runs of five subjects can differ, which is p = 2 / 32
    await writeMadeRun(join(root, 'perfect'), { name: 'perfect', right: folds, changes: training({ batchSize: 1 }) });
    const [perfect] = await readRuns([join(root, 'perfect')]);
    const few = resultTable([runs['plain']!, perfect!]);
    expect(few.rows.map(({ cells }) => cells['data-1']!.sets[0]!.scores.uf1!.best)).toEqual([undefined, undefined]);
    // ten subjects of the same kind can
    const doubled = ({ folds: own, manifest, ...run }: Run): Run => {
      const others = own.map((fold) => ({
        ...fold,
        fold: `${fold.fold}b`,
        predictions: fold.predictions.map((one) => ({ ...one, id: `${one.id}b`, subject: `${one.subject}b` })),
      }));
      const both = [...own, ...others];
      const planned = both.map(({ seed, fold }) => ({ seed, name: fold }));
      return { ...run, manifest: { ...manifest, folds: planned }, folds: both };
    };
    const many = [runs['plain']!, perfect!].map(doubled);
    expect(compareRuns(many[0]!, many[1]!).scores.uf1.permutation.pValue).toBe(2 / 1024);
    const marked = resultTable(many);
    expect(marked.rows.map(({ cells }) => cells['data-1']!.sets[0]!.scores.uf1!.best)).toEqual([undefined, true]);
    expect(resultTableText(marked)).toMatch(/perfect .* 1\.0000 \[[^\]]+\] \*/);
    expect(resultTableLatex(marked)).toContain('\\textbf{1.0000}');
  });
});

describe('the formats of a table', () => {
  it('say the same: scores, published results with caveats apart, what is not comparable apart', () => {
    const table = resultTable(all(), { against: 'plain' });
    const text = resultTableText(table);
    expect(text).toMatch(/run +batchSize +learningRate +UF1 +UAR +accuracy +UF1 less plain +p \(Holm\)/);
    expect(text).toContain('  Published, measured elsewhere\n  A & B_2020 (beside plain)');
    expect(text).toContain('      another 50% split');
    expect(text).toMatch(/NOT COMPARABLE: epoch chosen on the test subject \(oracle\)\n {2}oracle .* 1\.0000/);
    expect(resultTableText(table, { sets: true, scores: ['uf1'] })).toMatch(/synthetic .*x .*y\n/);
    const markdown = resultTableMarkdown(table);
    expect(markdown).toContain('| _A & B\\_2020 (beside plain)_ (1) |'.replace('&', '\\&'));
    expect(markdown).toContain('1. another 50% split');
    const latex = resultTableLatex(table, { sets: true });
    expect(latex).toContain(
      '\\multicolumn{3}{@{}l}{\\merlong{0.36}{\\mergray{A \\& B\\_2020 (beside plain)\\textsuperscript{1}}}}',
    );
    expect(latex).toMatch(/\\merscore\{0\.\d{4}\\merspread\{0\.\d{4}\}\}\{\[0\.\d+, [01]\.\d+\]\}/);
    expect(latex).toContain('\\cmidrule(lr){4-8}');
    const { manifest } = runs['plain']!;
    const source = 'https://example.org/a_long/address of withoutanymarkinitatall';
    const experiment = { ...manifest.experiment, published: [{ source, uf1: 0.5 }] };
    expect(resultTableLatex(resultTable([{ ...runs['plain']!, manifest: { ...manifest, experiment } }]))).toContain(
      '{https://\\allowbreak{}example.\\allowbreak{}org/\\allowbreak{}a\\_\\allowbreak{}long/\\allowbreak{}address of withoutanyma\\penalty999{}rkinitatall\\textsuperscript{1}}',
    );
    const csv = resultTableCsv(table).split('\r\n');
    expect(csv[0]).toContain('kind,run,training.batchSize,training.optimizer.learningRate,data,set,uf1,uf1_lower');
    expect(csv.filter((line) => line.startsWith('result,'))).toHaveLength(12);
    expect(new Set(csv.slice(1, -1).map((line) => line.split(',')[0]))).toEqual(
      new Set(['result', 'guessing', 'published', 'not comparable']),
    );
    const page = resultTableHtml(table, { title: 'All <runs>' });
    expect(page).toContain('All &#60;runs&#62;');
    expect(page).toContain('<tbody class="published">');
    expect(page).not.toMatch(/https?:\/\//);
  });
});
