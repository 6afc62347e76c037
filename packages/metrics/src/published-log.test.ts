import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { leaveOneSubjectOut } from './protocols/leave-one-subject-out.js';
import { scores } from './scores.js';
import { scoresBy } from './scores-by.js';

const data = process.env.MER_SHARED_DATA ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));
const log = `${data}/megc2019-flow28/ststnet-published-log.csv`;
const missing = !existsSync(log);

function readLog() {
  const rows = readFileSync(log, 'utf8').trim().split('\n').slice(1);
  const cells = rows.map((row) => row.trim().split(','));
  return {
    samples: cells.map(([dataset, subject]) => ({ dataset: dataset!, subject: subject! })),
    truth: cells.map((row) => Number(row[3])),
    predicted: cells.map((row) => Number(row[4])),
    classes: ['negative', 'positive', 'surprise'],
  };
}

describe.skipIf(missing)('the published log of STSTNet (skipped without ../shared/data)', () => {
  it('is leave-one-subject-out over 442 clips of 68 subjects', () => {
    const { samples } = readLog();
    expect(samples).toHaveLength(442);
    expect(leaveOneSubjectOut(samples)).toHaveLength(68);
  });

  it('has the UF1 and accuracy of the paper, and a UAR of 0.718550, not 0.7605', () => {
    const { truth, predicted, classes } = readLog();
    const right = scores({ truth, predicted, classes });
    expect(right.confusion).toEqual([
      [219, 22, 9],
      [40, 62, 7],
      [21, 3, 59],
    ]);
    expect(right.uf1).toBeCloseTo(0.735301, 6);
    expect(right.accuracy).toBeCloseTo(0.769231, 6);
    expect(right.uar).toBeCloseTo(0.71855, 6);
    expect(right.macroPrecision).toBeCloseTo(0.760484, 6);
  });

  it('gives the UAR of the paper, of the whole and of every data set, with truth and prediction swapped', () => {
    const { samples, truth, predicted, classes } = readLog();
    const by = samples.map(({ dataset }) => dataset);
    const swapped = { truth: predicted, predicted: truth, classes };
    expect(scores(swapped).uar).toBeCloseTo(0.760484, 6);
    const paper = { casme2: [0.8382, 0.8686], smic: [0.6801, 0.7013], samm: [0.6588, 0.681] };
    const measured = { casme2: 0.818977, smic: 0.670276, samm: 0.641546 };
    const parts = scoresBy({ truth, predicted, classes, by });
    const swappedParts = scoresBy({ ...swapped, by });
    for (const [name, [uf1, uar]] of Object.entries(paper)) {
      expect(parts[name]!.uf1).toBeCloseTo(uf1!, 4);
      expect(swappedParts[name]!.uar).toBeCloseTo(uar!, 4);
      expect(parts[name]!.macroPrecision).toBeCloseTo(uar!, 4);
      expect(parts[name]!.uar).toBeCloseTo(measured[name as keyof typeof measured], 6);
    }
  });
});
