import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import '@tensorflow/tfjs-backend-wasm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRun } from '../run/read-run.js';
import { planTasks } from '../submit/plan-tasks.js';
import { slurmTasks, submitFolder, submitToSlurm } from '../submit/slurm-jobs.js';
import { slurmArrays } from '../submit/slurm-script.js';
import { dryRunSweep } from './dry-run-sweep.js';
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

  it('goes on where it was stopped, in processes that share it by cells and folds, and ends with the same bytes', async () => {
    const out = join(root, 'stopped');
    const stop = new AbortController();
    const stopped = runSweep(sweep, {
      out,
      workers: 1,
      cache: join(root, '.cache'),
      signal: stop.signal,
      onEvent: ({ type }) => {
        if (type === 'fold') stop.abort(new Error('stopped here'));
      },
    });
    await expect(stopped).rejects.toThrow('stopped here');
    expect((await readStatus(out)).runs.map(({ done }) => done)).toEqual([1, 0]);
    const share = (only: string, shard?: { index: number; of: number }) =>
      runSweep(sweep, { out, only: [only], shard, workers: 1, cache: join(root, '.cache') });
    // two of them begin the same run at the same moment
    const ended = await Promise.all([
      share('batchSize-2'),
      share('batchSize-4', { index: 1, of: 2 }),
      share('batchSize-4', { index: 2, of: 2 }),
    ]);
    expect(ended.map(({ cells }) => cells.map(({ name, error }) => [name, error]))).toEqual(
      ['batchSize-2', 'batchSize-4', 'batchSize-4'].map((name) => [[name, undefined]]),
    );
    expect(await predictionsIn(out)).toEqual(whole);
    // whoever ends last has seen the folds of the others
    for (const cell of ['batchSize-2', 'batchSize-4', 'chosen']) {
      const [shared, alone] = [out, join(root, 'whole')].map((dir) =>
        readFile(join(dir, cell, 'summary.json'), 'utf8'),
      );
      expect(await shared).toBe(await alone);
    }
    const { sweep: name, runs } = await readStatus(out);
    expect(name).toBe('tiny');
    expect(runs.map((run) => [run.name, run.done, run.total])).toEqual([
      ['batchSize-2', 2, 2],
      ['batchSize-4', 2, 2],
      ['tiny-chosen', 2, 2],
    ]);
    await expect(share('batchSize-3')).rejects.toThrow(
      /Cannot run the cell "batchSize-3" as the sweep has none of that name/,
    );
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

describe('dryRunSweep()', () => {
  it('plans each cell and adds them up, pictures that they share once, and tells which cannot run', async () => {
    const sweep = (await openSweep(file))!;
    const [first] = sweep.cells;
    const { experiment } = first!;
    const bad = { ...first!, name: 'bad', experiment: { ...experiment, data: { ...experiment.data, name: 'smic' } } };
    const seen: string[] = [];
    const before = await readdir(root);
    const { cells, folds, seconds, memory } = await dryRunSweep(
      { ...sweep, cells: [...sweep.cells, bad] },
      { onCell: (index, of, name) => seen.push(`${index}/${of} ${name}`) },
    );
    expect(seen).toEqual(['1/3 batchSize-2', '2/3 batchSize-4', '3/3 bad']);
    expect(cells.map(({ name, plan, error }) => [name, plan?.batchSize, error === undefined])).toEqual([
      ['batchSize-2', 2, true],
      ['batchSize-4', 4, true],
      ['bad', undefined, false],
    ]);
    expect(cells[0]!.set).toEqual(['training.batchSize=2']);
    const plans = cells.flatMap(({ plan }) => plan ?? []);
    expect(folds).toBe(4);
    expect(memory.prepared).toBe(plans[0]!.memory.prepared);
    expect(memory.worker).toBe(Math.max(...plans.map((plan) => plan.memory.worker)));
    const trained = plans.reduce((sum, plan) => sum + 2 * plan.seconds.fold, 0);
    expect(seconds.total).toBeCloseTo(seconds.prepare + trained, 9);
    expect(plans.map((plan) => plan.seconds.prepare)).toContain(seconds.prepare);
    expect(await readdir(root)).toEqual(before);
    const stop = dryRunSweep(sweep, { signal: AbortSignal.abort(new Error('stopped here')) });
    await expect(stop).rejects.toThrow('stopped here');
  }, 60_000);
});

describe('submitToSlurm()', () => {
  it('writes the script beside the run, which has no tasks before anything is submitted', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'mer-submit-'));
    const out = join(dir, 'run/');
    const { file, commands, jobs } = await submitToSlurm(out, 'text', {
      arrays: slurmArrays({ tasks: 3 }, { arraySize: 2 }),
      submit: false,
    });
    expect(file).toBe(join(dir, 'run.submit', 'slurm.sh'));
    expect(commands.map((words) => words.slice(1))).toEqual([
      ['--array=0-1', file, '0'],
      ['--array=0-0', file, '2'],
    ]);
    expect(jobs).toEqual([]);
    expect(await slurmTasks(out)).toBeUndefined();
    await writeFile(join(submitFolder(out), 'jobs.json'), '{ "format": 1, "jobs": [{ "id": "1;id" }] }');
    await expect(slurmTasks(out)).rejects.toThrow(/jobs\.json .*number of a job/s);
    await rm(dir, { recursive: true, force: true });
  });
});

describe('planTasks()', () => {
  it('counts the folds of every cell, and names one that cannot run', async () => {
    const set = ['protocol={ name: leave-one-subject-out }', 'data.options.subjects=5'];
    const sweep = (await openSweep(file, { grid: ['seeds=0,1'], set }))!;
    const known = await planTasks(sweep, { foldsPerTask: 2, seconds: 60, memory: 1e9 });
    expect(known.groups.map(({ tasks }) => tasks)).toEqual([3, 3, 3, 3]);
    expect(known).toMatchObject({ tasks: 12, folds: 20, seconds: 60, memory: 1e9 });
    expect(known.measured).toBeUndefined();
    const [first, ...others] = sweep.cells;
    const bad = { ...first!, experiment: { ...first!.experiment, data: { ...first!.experiment.data, name: 'smic' } } };
    await expect(planTasks({ ...sweep, cells: [...others, bad] }, { seconds: 60, memory: 1e9 })).rejects.toThrow(
      `Cannot plan the cell ${first!.name}: `,
    );
    await expect(planTasks(sweep, { foldsPerTask: 0 })).rejects.toThrow('folds of a task must be a whole number');
  }, 30_000);
});
