import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import '@tensorflow/tfjs-backend-wasm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRun } from '../run/read-run.js';
import { openSweep, type Sweep } from './open-sweep.js';
import { runSweep, type SweepEvent, sweepFailure } from './run-sweep.js';
import { readStatus } from './status.js';

let root = '';
let file = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'mer-sweep-'));
  file = join(root, 'tiny.json');
  await writeFile(
    file,
    JSON.stringify({
      name: 'tiny',
      data: {
        name: 'synthetic',
        options: { subjects: 4, clipsPerSubject: 2, classes: ['happiness', 'disgust'], size: 24, frames: 6 },
      },
      inputs: [{ steps: ['dynamic-image'] }],
      model: { name: 'small-cnn', options: { widths: [4] } },
      training: { epochs: 2, batchSize: 4, optimizer: { name: 'adam', learningRate: 0.01 }, epochChoice: 'validation' },
      protocol: { name: 'stratified-group-k-fold', folds: 2 },
      backend: 'cpu',
      sweep: { grid: { 'training.batchSize': [2, 4] }, choose: 'validation-accuracy' },
    }),
  );
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Every prediction of a folder by its path. */
async function predictionsIn(dir: string): Promise<Record<string, string>> {
  const files = (await readdir(dir, { recursive: true })).filter((path) => path.endsWith('predictions.json')).sort();
  return Object.fromEntries(
    await Promise.all(files.map(async (path) => [path, await readFile(join(dir, path), 'utf8')])),
  );
}

describe('openSweep()', () => {
  it('checks every cell, names the one that is wrong, and is nothing where there is no sweep', async () => {
    const plain = await openSweep(file, { set: ['sweep.grid={ training.epochs: [1, 2] }'] });
    expect(plain!.cells.map(({ name, experiment }) => [name, experiment.name, experiment.training.epochs])).toEqual([
      ['epochs-1', 'epochs-1', 1],
      ['epochs-2', 'epochs-2', 2],
    ]);
    expect(plain!.cells[0]!.experiment).not.toHaveProperty('sweep');
    await expect(openSweep(file, { set: ['sweep.grid={ training.epoch: [1] }'] })).rejects.toThrow(
      /cell epoch-1 of the sweep .*tiny.json:\n {2}training.epoch /,
    );
    await expect(openSweep(file, { set: ['training.epochChoice=last'] })).rejects.toThrow(
      /Cannot choose a cell in .* as training.epochChoice must be validation, .* in batchSize-2 it is last/,
    );
    await expect(openSweep(file, { set: ['sweep.grid=3', 'sweep.random={}'] })).rejects.toThrow(
      /sweep\.grid must be an object of settings, each with a list .*\n {2}sweep\.random\.draws is missing/,
    );
    expect(await openSweep('first-steps')).toBeUndefined();
  });
});

describe('runSweep()', () => {
  let sweep: Sweep;
  let whole: Record<string, string>;
  const events: SweepEvent[] = [];
  beforeAll(async () => {
    sweep = (await openSweep(file))!;
    await runSweep(sweep, { out: join(root, 'whole'), workers: 1, onEvent: (event) => events.push(event) });
    whole = await predictionsIn(join(root, 'whole'));
  }, 120_000);

  it('runs each cell into a folder of its own, and prepares the pictures that cells share once', async () => {
    expect(Object.keys(whole)).toHaveLength(6);
    const prepared = events.filter(({ type }) => type === 'prepare').map((event) => event.cell);
    expect(prepared).toHaveLength(8);
    expect(new Set(prepared)).toEqual(new Set(['batchSize-2']));
    const pictures = (await readdir(join(root, '.cache'))).filter((name) => name.endsWith('.npy'));
    expect(pictures).toHaveLength(1);
    expect((await stat(join(root, '.cache', pictures[0]!))).mtimeMs).toBeLessThan(
      (await stat(join(root, 'whole/batchSize-4/run.json'))).mtimeMs,
    );
  });

  it('chooses a cell for each fold by validation subjects alone, and says so', async () => {
    const [two, four, chosen] = await Promise.all(
      ['batchSize-2', 'batchSize-4', 'chosen'].map((name) => readRun(join(root, 'whole', name))),
    );
    for (const [i, fold] of chosen!.folds.entries()) {
      const accuracies = [two!, four!].map(({ folds }) => {
        const { epoch, history } = folds[i]!;
        return history.find((record) => record.epoch === epoch)!.validationAccuracy!;
      });
      const best = accuracies[0]! > accuracies[1]! ? two! : accuracies[0]! < accuracies[1]! ? four! : undefined;
      if (best) expect(fold.predictions).toEqual(best.folds[i]!.predictions);
      expect(fold.validationSubjects).toEqual(two!.folds[i]!.validationSubjects);
    }
    expect(chosen!.manifest.experiment.training.epochChoice).toBe('nested');
  });

  it('goes on where it was stopped, in any cell, and ends with the same bytes', async () => {
    const out = join(root, 'stopped');
    const stop = new AbortController();
    let folds = 0;
    const stopped = runSweep(sweep, {
      out,
      workers: 1,
      cache: join(root, '.cache'),
      signal: stop.signal,
      onEvent: ({ type }) => {
        if (type === 'fold' && ++folds === 3) stop.abort(new Error('stopped here'));
      },
    });
    await expect(stopped).rejects.toThrow('stopped here');
    // in the second cell
    expect((await readStatus(out)).runs.map(({ done }) => done)).toEqual([2, 1]);
    await runSweep(sweep, { out, workers: 1, cache: join(root, '.cache') });
    expect(await predictionsIn(out)).toEqual(whole);
    const { sweep: name, runs } = await readStatus(out);
    expect(name).toBe('tiny');
    expect(runs.map((run) => [run.name, run.done, run.total])).toEqual([
      ['batchSize-2', 2, 2],
      ['batchSize-4', 2, 2],
      ['tiny-chosen', 2, 2],
    ]);
  }, 120_000);

  it('goes on after a cell that fails, and tells of it at the end', async () => {
    const [good, other] = sweep.cells as [Sweep['cells'][number], Sweep['cells'][number]];
    const experiment = {
      ...other.experiment,
      data: { ...other.experiment.data, name: 'casme2', root: join(root, 'none') },
    };
    const result = await runSweep(
      { ...sweep, cells: [{ ...other, name: 'bad', experiment }, good] },
      { out: join(root, 'whole'), workers: 1 },
    );
    expect(result.cells.map(({ name, error }) => [name, error === undefined])).toEqual([
      ['bad', false],
      ['batchSize-2', true],
    ]);
    expect(sweepFailure(result)!.message).toMatch(
      /^Cannot finish the sweep tiny as 1 of its 2 cells failed.*\n {2}bad: /,
    );
    await expect(runSweep(sweep, { out: join(root, 'whole/batchSize-2'), workers: 1 })).rejects.toThrow(
      'not empty and holds no sweep.json',
    );
  }, 60_000);
});
