import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeMadeRun } from '../../test/made-run.js';
import { buildReport } from '../report/build-report.js';
import { readRun } from '../run/read-run.js';
import { summarizeRun } from './read-summary.js';
import { headlineRows, scoreColumns, scoreTable } from './score-table.js';
import { cellText } from './score-text.js';
import { summaryText } from './summary-text.js';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mer-table-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const published = [{ source: 'a paper', caveat: 'another split', uf1: 0.7123 }];

async function made(seeds: number[]) {
  await writeMadeRun(dir, { seeds, oracle: true, changes: { published } });
  const run = await readRun(dir);
  return { run, summary: summarizeRun(run), table: scoreTable(summarizeRun(run)) };
}

describe('scoreTable()', () => {
  it('has a row for each seed and data set, their means, guessing and what is published, the oracle apart', async () => {
    const { summary, table } = await made([0, 1]);
    expect(table.measured.map(({ label, set }) => `${label}, ${set}`)).toEqual(
      ['seed 0', 'seed 1', 'mean of 2 seeds'].flatMap((label) => ['all', 'x', 'y'].map((set) => `${label}, ${set}`)),
    );
    const [whole, x] = headlineRows(table);
    expect(whole.scores.uf1).toEqual({
      value: summary.overSeeds!.uf1.mean,
      std: summary.overSeeds!.uf1.std,
      interval: summary.overSeeds!.uf1.interval,
    });
    const ofX = summary.perSeed.map(({ scores }) => scores[1]!.uf1);
    expect(x!.scores.uf1!.value).toBeCloseTo((ofX[0]! + ofX[1]!) / 2, 14);
    expect(x!.scores.uf1!.std).toBeCloseTo(Math.abs(ofX[0]! - ofX[1]!) / Math.SQRT2, 14);
    expect(table.guessing.scores.accuracy!.value).toBe(0.5);
    expect(table.published[0]).toMatchObject({ source: 'a paper', scores: { uf1: { value: 0.7123 }, uar: undefined } });
    expect(table.oracle.map(({ kind, epochChoice }) => [kind, epochChoice])).toEqual(
      Array(6).fill(['not comparable', 'oracle']),
    );
    expect([...table.measured, table.guessing, ...table.published].some(({ kind }) => kind === 'not comparable')).toBe(
      false,
    );
  });

  it('is what text, HTML, CSV and LaTeX print: every score stands in each of them', async () => {
    for (const seeds of [[0], [0, 1]]) {
      const { run, summary, table } = await made(seeds);
      const files = await buildReport(run);
      const lines = summaryText(summary).split('\n');
      for (const row of [...table.measured, table.guessing, ...table.published, ...table.oracle]) {
        const cells = scoreColumns('print').flatMap((column) =>
          column.type === 'score' ? (column.of(row) ?? []) : [],
        );
        expect(
          lines.some((line) => line.includes(row.label) && cells.every((cell) => line.includes(cellText(cell)))),
        ).toBe(true);
        for (const { value } of cells) {
          expect(files['report.html']).toContain(`>${value.toFixed(4)}<`);
          expect(files['scores.csv']).toContain(`,${value},`);
        }
      }
      const [whole, ...sets] = headlineRows(table);
      for (const { scores } of [whole, ...sets]) expect(files['table.tex']).toContain(scores.uar!.value.toFixed(4));
      expect(files['table.tex']).toContain(whole.scores.accuracy!.value.toFixed(4));
    }
  });
});
