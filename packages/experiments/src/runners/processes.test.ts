import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { canListProcesses, children } from '../../test/children.js';
import type { Experiment } from '../schema/experiment.js';
import { ExperimentError } from '../schema/experiment-error.js';
import { parseExperiment } from '../schema/parse.js';
import { CrashError, openProcesses, type Processes, runTask } from './processes.js';
import type { PlanReport } from './worker.js';

const experimentOf = (options: object, batchSize = 4): Experiment => {
  const experiment = parseExperiment({
    name: 'tasks',
    data: { name: 'synthetic', options: { subjects: 2, clipsPerSubject: 2, size: 16, frames: 6 } },
    inputs: [{ steps: ['dynamic-image'] }],
    model: { name: 'small-cnn' },
    training: { epochs: 1, batchSize, optimizer: { name: 'adam', learningRate: 0.001 } },
    backend: 'wasm',
  });
  // options that no file may hold, too
  return { ...experiment, model: { name: 'small-cnn', options: { ...options } } };
};
const plan = (processes: Processes, options: object = {}, changes: Partial<Experiment> = {}) =>
  runTask<PlanReport>(processes, 'plan', [[], { ...experimentOf(options), ...changes }, { train: 4, room: 4e9 }], {});

let processes: Processes;
afterEach(() => processes.close());

describe.skipIf(!canListProcesses)('runTask()', () => {
  it('goes on in a new process after the memory of a backend has failed', async () => {
    processes = openProcesses(1, undefined);
    await plan(processes);
    const [before, ...others] = children();
    expect(others).toEqual([]);
    const image = { values: new Float32Array(1024 * 1024 * 3), shape: [1, 1024, 1024, 3] };
    const samples = { classes: ['a', 'b'], labels: [0, 1], images: [[image], [image]] };
    const trial = runTask<never>(processes, 'trial', [[], experimentOf({ widths: [512, 4] }, 8), samples], {});
    const error: unknown = await trial.catch((reason) => reason);
    expect(error).toBeInstanceOf(CrashError);
    expect((error as CrashError).crash).toMatchObject({ outOfMemory: true, memory: expect.any(Number) });
    expect(children()).toEqual([]);
    await plan(processes);
    expect(children()).toHaveLength(1);
    expect(children()).not.toEqual([before]);
  });

  it('takes another process where the last one ended between two tasks', async () => {
    processes = openProcesses(1, undefined);
    await plan(processes);
    const [pid] = children();
    process.kill(pid!, 'SIGKILL');
    await expect.poll(children).toEqual([]);
    await plan(processes);
    expect(children()).not.toEqual([pid]);
  });

  it('tells whether planning has left the heap as it was, and renews the process where it has not', async () => {
    processes = openProcesses(1, undefined);
    expect(await plan(processes)).toMatchObject({ planned: { fits: true }, spent: false });
    const [pid] = children();
    const { data } = experimentOf({});
    const large = { ...data, options: { ...data.options, size: 512, frames: 30 } };
    expect(await plan(processes, {}, { data: large })).toMatchObject({ planned: { fits: true }, spent: true });
    expect(await plan(processes, {}, { backend: 'cpu' })).toMatchObject({ spent: true });
    expect(children()).toEqual([pid]);
    await processes.renew();
    expect(children()).toEqual([]);
    expect(await plan(processes)).toMatchObject({ spent: false });
    expect(children()).not.toEqual([pid]);
  });

  it('gives errors of an experiment back as what they are, and keeps the process', async () => {
    processes = openProcesses(1, undefined);
    const wrong = plan(processes, { depth: 3 });
    await expect(wrong).rejects.toThrow(ExperimentError);
    await expect(wrong).rejects.toThrow(/Cannot use model small-cnn: .*depth/);
    const pids = children();
    expect(pids).toHaveLength(1);
    await plan(processes);
    expect(children()).toEqual(pids);
    const score = `/proc/${pids[0]}/oom_score_adj`;
    // where memory runs short, Linux ends the worker before the one that can tell of it
    if (existsSync(score)) expect(Number(await readFile(score, 'utf8'))).toBe(500);
  });
});
