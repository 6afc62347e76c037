import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeMadeRun } from '../../test/made-run.js';
import { readRun } from '../run/read-run.js';
import { compareRuns } from './compare-runs.js';
import { comparisonText } from './comparison-text.js';
import { predictionsCsv } from './csv.js';
import { readPredictions } from './read-predictions.js';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'mer-predictions-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function table(text: string, name = 'table.csv') {
  await writeFile(join(root, name), text);
  return readPredictions(join(root, name));
}

const A = 'truth,predicted,subject\nhappy,happy,s1\nsad,happy,s1\nsad,sad,s2\nhappy,sad,s3\n';
const B = 'Subject;True;Pred\r\ns1;happy;happy\r\n\r\ns1;sad;sad\r\ns2;sad;sad\r\ns3;happy;sad\r\n';

describe('readPredictions()', () => {
  it('reads columns in any order, with any of three separators', async () => {
    const { columns, rows } = await table(B);
    expect(columns).toEqual([]);
    expect(rows.at(-1)).toEqual({ row: 6, truth: 'happy', predicted: 'sad', subject: 's3' });
  });

  it.each([
    ['truth,subject\na,1\n', 'it lacks predicted; it has truth, subject'],
    ['', 'it lacks truth and predicted and subject; it has nothing'],
    ['truth,predicted,subject\n', 'it must hold a prediction: it has none'],
    ['truth,predicted,subject\na,b,1\na,b\n', 'row 3 must have as many fields as the header, 3: it has 2'],
    ['truth,predicted,subject\na,,1\n', 'row 2 must have a predicted: it is empty'],
    ['truth,predicted,subject,seed\na,b,1,x\n', 'the seed of row 2 must be a whole number: it is x'],
    ['truth,predicted,subject,id\na,b,1,c\nb,b,1,c\n', 'a sample must have one row: c is in rows 2 and 3'],
    ['truth,pred,prediction,subject\na,b,b,1\n', 'one column must be predicted: pred and prediction are'],
    ['truth,predicted,subject\na,"b,1\n', 'a quote'],
  ])('says what is wrong with %j', async (text, message) => {
    await expect(table(text)).rejects.toThrow(message);
  });

  it('names a file that is not there', async () => {
    await expect(readPredictions(join(root, 'none.csv'))).rejects.toThrow(/Cannot read the predictions .*none\.csv as/);
  });
});

describe('compareRuns() of tables', () => {
  it('pairs rows where samples have no names, and gives what the counts say', async () => {
    const comparison = compareRuns(await table(A, 'a.csv'), await table(B, 'b.csv'));
    expect(comparison).toMatchObject({ n: 4, subjects: 3, classes: ['happy', 'sad'], warnings: [], seeds: [0] });
    expect(comparison.scores.accuracy).toMatchObject({ first: 0.5, second: 0.75, difference: 0.25 });
    expect(comparison.mcNemar).toMatchObject([{ onlyFirst: 0, onlySecond: 1, pValue: 1 }]);
    expect(comparisonText(comparison)).toMatch(/A {2}a\.csv {2}a table of predictions/);
  });

  it('says where rows do not fit together', async () => {
    const a = await table(A, 'a.csv');
    const other = await table(A.replace('sad,sad,s2', 'sad,sad,s9'), 'b.csv');
    expect(() => compareRuns(a, other)).toThrow(
      /a\.csv row 4 is sad of subject s2, in .*b\.csv row 4 is sad of subject s9/,
    );
    const shorter = await table(A.split('\n').slice(0, 3).join('\n'), 'b.csv');
    expect(() => compareRuns(a, shorter)).toThrow('has 4 rows');
    const alike = await table('truth,predicted,subject\na,a,1\n', 'b.csv');
    expect(() => compareRuns(alike, alike)).toThrow('there must be two classes: every sample is a');
  });

  it("compares a run with its own predictions, by id, by clip, and by subject where a table has no data set's name", async () => {
    await writeMadeRun(join(root, 'run'), { name: 'run' });
    const run = await readRun(join(root, 'run'));
    const text = predictionsCsv(run);
    expect(text.split('\r\n')[0]).toContain('correct,onset,apex,offset,fps,logit');
    const marked = { ...run.folds[0]!.predictions[0]!, marks: { onset: 5, apex: null, offset: 21, fps: 200 } };
    const one = predictionsCsv({ manifest: run.manifest, folds: [{ seed: 0, fold: 'x/s0', predictions: [marked] }] });
    expect(one.split('\r\n')[1]).toMatch(/^0,x\/s0,x\/s0\/c0,x,s0,c0,neg,pos,0,5,,21,200,/);
    const same = compareRuns(run, await table(text));
    expect(same.warnings).toEqual([]);
    expect(same.scores.uf1).toMatchObject({ difference: 0, permutation: { differing: 0 } });
    const byClip = compareRuns(await table(text.replace(',id,', ',name,')), run);
    expect(byClip.scores.uf1.difference).toBe(0);
    // subjects of two data sets have one name
    await expect(table(text.replace(',id,dataset,', ',name,set,'))).rejects.toThrow('s0/c0 is in rows 2 and 20');
    const nameless = await table('truth,predicted,subject\nneg,pos,s0\n');
    expect(() => compareRuns(run, nameless)).toThrow('add a column id (such as x/s0/c0), or clip');
    const foreign = await table('id,truth,predicted,subject\nx/s0/c0,neg,anger,s0\n');
    expect(() => compareRuns(run, foreign)).toThrow('must be those of the run, neg, pos: in row 2 there is anger');
  });
});
