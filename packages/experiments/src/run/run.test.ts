import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NO_PARTS } from '../parts/own-modules.js';
import '@tensorflow/tfjs-backend-wasm';
import type { ClipDataset } from '@mer/datasets';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canListProcesses, children } from '../../test/children.js';
import { predictClip } from '../predict/predict-clip.js';
import { openExperimentData } from '../prepare/prepare.js';
import { compareRuns } from '../report/compare-runs.js';
import { readPredictions } from '../report/read-predictions.js';
import { parseExperiment } from '../schema/parse.js';
import type { RunSummary } from '../summaries/summary.js';
import { trainedText } from '../summaries/trained-summary.js';
import { evaluateExperiment } from './evaluate.js';
import type { RunEvent } from './events.js';
import { describeRun } from './manifest.js';
import { mergeRuns } from './merge.js';
import { readRun, readTrainedRun } from './read-run.js';
import { planRun, type RunExperimentOptions, runExperiment } from './run.js';
import { openRun, readManifest } from './run-store.js';
import { fixedBudget, trainNetwork } from './train-network.js';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'mer-run-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const experiment = parseExperiment({
  name: 'small',
  data: { name: 'synthetic', options: { subjects: 4, clipsPerSubject: 3, size: 24, frames: 8 } },
  inputs: [{ steps: ['trdi'] }, { steps: ['midi'] }],
  model: { name: 'afn', preset: 'small', options: { width: 2 } },
  training: {
    epochs: 3,
    batchSize: 4,
    optimizer: { name: 'adam', learningRate: 0.003 },
    augmentation: { clips: [{ name: 'phases' }], images: [{ name: 'flip' }, { name: 'rotate', degrees: 5 }] },
    oracle: true,
  },
  backend: 'wasm',
});

/** Runs it and gives the events. */
async function run(name: string, options: Omit<Partial<RunExperimentOptions>, 'out'> = {}) {
  const events: RunEvent[] = [];
  const out = join(root, name);
  const summary = await runExperiment(experiment, {
    out,
    workers: 1,
    ...options,
    onEvent: (event) => {
      events.push(event);
      options.onEvent?.(event);
    },
  });
  return { events, out, summary };
}

/** Every file of the folds by its path, but the times of the histories. */
async function foldFiles(out: string): Promise<Record<string, string>> {
  const names = (await readdir(out, { recursive: true }))
    .filter((name) => /predictions\.json$|weights/.test(name))
    .sort();
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(out, name), 'base64')])),
  );
}

describe('runExperiment() on samples with any number of labels', () => {
  it('goes on after a fold was lost, and gives the weights that evaluate and predict', async () => {
    const several = parseExperiment({
      name: 'units',
      data: {
        name: 'synthetic',
        options: { subjects: 3, clipsPerSubject: 4, size: 24, frames: 6, labels: 'action-units' },
      },
      inputs: [{ steps: ['dynamic-image'] }],
      model: { name: 'small-cnn', options: { widths: [4, 4] } },
      training: { epochs: 2, batchSize: 4, classWeights: 'balanced', oracle: true },
      threshold: 0.4,
      backend: 'wasm',
    });
    const out = join(root, 'units');
    const options = { out, workers: 1, cache: join(root, 'units-cache') };
    const summary = await runExperiment(several, options);
    expect(summary).toMatchObject({ labelKind: 'multiple', threshold: 0.4, n: 12 });
    expect(summary.oracle!.perSeed[0]!.scores[0]!.hammingLoss).toBeLessThan(1);
    const files = await foldFiles(out);
    await rm(join(out, 'folds', '0', 'sub02'), { recursive: true });
    expect(await runExperiment(several, options)).toEqual(summary);
    expect(await foldFiles(out)).toEqual(files);
    const evaluated = join(root, 'units-evaluated');
    const evaluation = await evaluateExperiment(several, { weights: out, out: evaluated });
    await expect(evaluateExperiment(several, { weights: out, out })).rejects.toThrow('as it is the folder of a run');
    expect((await readdir(evaluated)).sort()).toEqual(['predictions.csv', 'scores.csv', 'summary.json']);
    const compared = compareRuns(await readRun(out), await readPredictions(join(evaluated, 'predictions.csv')));
    expect(compared).toMatchObject({ labelKind: 'multiple', warnings: [], scores: { uf1: { difference: 0 } } });
    const { scores, perClass } = evaluation.summary.perSeed[0]!;
    expect({ scores, perClass }).toEqual({
      scores: summary.perSeed[0]!.scores,
      perClass: summary.perSeed[0]!.perClass,
    });
    const dataset = (await openExperimentData(several)) as ClipDataset;
    const clip = await dataset.readClip(0);
    const { labelKind, classes, probabilities, predicted } = await predictClip(out, clip);
    clip.frames.dispose();
    expect(labelKind).toBe('multiple');
    expect(predicted).toBe(classes.filter((_, c) => probabilities[c]! > 0.4).join('+') || 'none');
  });
});

describe('runExperiment()', () => {
  it('gives the same with one process and with two, and finds the prepared images again', async () => {
    const one = await run('one');
    const two = await run('two', { workers: 2 });
    expect(await foldFiles(two.out)).toEqual(await foldFiles(one.out));
    expect(two.summary).toEqual(one.summary);
    expect(one.events.filter(({ type }) => type === 'prepare').length).toBe(12);
    expect(two.events.filter(({ type }) => type === 'prepare').length).toBe(0);
    expect(two.events.filter(({ type }) => type === 'fold').length).toBe(4);
    expect(two.events.find(({ type }) => type === 'ready')).toMatchObject({ workers: 2 });
    const cached = await readdir(join(root, '.cache'));
    expect(cached.every((name) => name.endsWith('.npy'))).toBe(true);
    expect(cached.length).toBe(2);
  });

  it.skipIf(!canListProcesses)('runs a fold again whose worker was killed, with the same result', async () => {
    let killed = 0;
    const crashed = await run('crashed', {
      workers: 2,
      onEvent: (event) => {
        if (event.type !== 'epoch' || killed > 0) return;
        for (const pid of children()) {
          process.kill(pid, 'SIGKILL');
          killed += 1;
        }
      },
    });
    expect(killed).toBeGreaterThan(0);
    expect(crashed.events.filter(({ type }) => type === 'crash')).toContainEqual(
      expect.objectContaining({ reason: 'ended by SIGKILL', again: true }),
    );
    expect(await foldFiles(crashed.out)).toEqual(await foldFiles(join(root, 'one')));
  });

  it.skipIf(!canListProcesses)('ends where every worker is ended, says why, and goes on the next time', async () => {
    const halves = { ...experiment, protocol: { name: 'stratified-group-k-fold', folds: 2 } };
    const out = join(root, 'given-up');
    const given = runExperiment(halves, {
      out,
      workers: 2,
      onEvent: (event) => {
        if (event.type === 'epoch') for (const pid of children()) process.kill(pid, 'SIGKILL');
      },
    });
    await expect(given).rejects.toThrow(/Cannot train fold [\w-]+ .* ended by SIGKILL, most likely .* memory/);
    const again = await runExperiment(halves, { out, workers: 1 });
    expect(again.folds).toMatchObject({ done: 2, total: 2 });
  });

  it.skipIf(!canListProcesses)('says of the only process, killed, what was likely and what to do', async () => {
    const events: RunEvent[] = [];
    const killed = run('only', {
      onEvent: (event) => {
        events.push(event);
        if (event.type === 'epoch' && event.fold === 'sub02')
          for (const pid of children()) process.kill(pid, 'SIGKILL');
      },
    });
    const error: Error = await killed.then(
      () => expect.unreachable('it was killed'),
      (reason) => reason,
    );
    expect(error.message).toMatch(
      /^Cannot train fold sub02 \(seed 0\) as its process was ended by SIGKILL, most likely by the system as memory ran short/,
    );
    expect(error.message).toMatch(/: it had held \d{2,4} MB\. /);
    expect(error.message).toMatch(/use a smaller training\.batchSize \(now 4; .*the same command goes on after them$/);
    expect(error.message).not.toMatch(/workers|\n/);
    expect(events.filter(({ type }) => type === 'crash')).toEqual([]);
    expect(children()).toEqual([]);
    const again = await run('only');
    expect(again.events.find(({ type }) => type === 'ready')).toMatchObject({ foldsDone: 1, workers: 1 });
    expect(await foldFiles(again.out)).toEqual(await foldFiles(join(root, 'one')));
  });

  it('tells a failure of the training once, as it is', async () => {
    const events: RunEvent[] = [];
    const { training } = experiment;
    const optimizer = { ...training.optimizer, learningRate: 1e30 };
    const diverging = { ...experiment, training: { ...training, optimizer } };
    const options = { out: join(root, 'diverging'), workers: 1, onEvent: (event: RunEvent) => events.push(event) };
    await expect(runExperiment(diverging, options)).rejects.toThrow(/^Cannot go on training as the loss .* NaN: lower/);
    expect(events.map(({ type }) => type).filter((type) => type !== 'prepare')).toEqual(['note', 'ready']);
  });

  it('says where the memory of wasm is not enough for a step, once', async () => {
    const events: RunEvent[] = [];
    const large = parseExperiment({
      name: 'large',
      data: { name: 'synthetic', options: { subjects: 2, clipsPerSubject: 2, size: 24, frames: 6 } },
      inputs: [{ steps: ['dynamic-image', { step: 'resize', options: { size: 2048 } }] }],
      model: { name: 'small-cnn', options: { widths: [512, 4] } },
      training: { epochs: 1, batchSize: 4, optimizer: { name: 'adam', learningRate: 0.001 } },
      backend: 'wasm',
    });
    const options = { out: join(root, 'large'), workers: 1, onEvent: (event: RunEvent) => events.push(event) };
    await expect(runExperiment(large, options)).rejects.toThrow(
      /^Cannot train small-cnn on 4 samples at a time as a tensor may have 4.29 GB: .* \(fused\) a step takes a single tensor of .*another backend/,
    );
    expect(events).toEqual([]);
    // begun without a plan of its memory: the fold finds out
    const plan = await planRun(large, NO_PARTS);
    await openRun(options.out, describeRun(large, { ...plan, own: NO_PARTS }));
    await expect(runExperiment(large, options)).rejects.toThrow(
      /^Cannot train fold sub01 \(seed 0\) as its process ended as the memory of the wasm backend failed \(.*\): it had held \d+ MB; .* 4 GiB.* smaller training\.batchSize \(now 4/,
    );
    expect(events.map(({ type }) => type).filter((type) => type !== 'prepare')).toEqual(['note', 'ready']);
  });

  it('stops at a signal and is gone on with', async () => {
    const controller = new AbortController();
    const stopped = run('stopped', {
      workers: 2,
      signal: controller.signal,
      onEvent: (event) => {
        if (event.type === 'fold') controller.abort(new Error('enough'));
      },
    });
    await expect(stopped).rejects.toThrow('enough');
    const again = await run('stopped', { workers: 2 });
    expect(again.events.find(({ type }) => type === 'ready')).not.toMatchObject({ foldsDone: 0 });
    expect(await foldFiles(again.out)).toEqual(await foldFiles(join(root, 'one')));
  });

  it('runs shards that merge to the whole', async () => {
    const parts = [];
    for (const index of [1, 2, 3]) parts.push((await run(`part-${index}`, { shard: { index, of: 3 } })).out);
    const merged = (await mergeRuns(parts, join(root, 'merged'))) as RunSummary;
    expect(merged.folds).toMatchObject({ done: 4, total: 4 });
    expect(await foldFiles(join(root, 'merged'))).toEqual(await foldFiles(join(root, 'one')));
    const { perSeed } = JSON.parse(await readFile(join(root, 'one', 'summary.json'), 'utf8'));
    expect(merged.perSeed).toEqual(perSeed);
    await expect(mergeRuns([join(root, 'nowhere')], join(root, 'm2'))).rejects.toThrow('holds no run.json');
  });

  it('says where two runs disagree about a fold', async () => {
    const other = join(root, 'disagrees');
    await cp(join(root, 'one'), other, { recursive: true });
    const file = join(other, 'folds', '0', 'sub01', 'predictions.json');
    const { writeFile } = await import('node:fs/promises');
    await writeFile(file, (await readFile(file, 'utf8')).replace('"trained": 9', '"trained": 8'));
    await expect(mergeRuns([join(root, 'one'), other], join(root, 'm3'))).rejects.toThrow('disagree about fold sub01');
  });

  it('trains on all samples when asked to, and predicts a clip with that or with the folds', async () => {
    const { out, summary } = await run('one', { final: true });
    expect(summary.n).toBe(12);
    expect(existsSync(join(out, 'final', '0', 'weights.safetensors'))).toBe(true);
    const dataset = await openExperimentData(experiment);
    if (dataset.kind !== 'clips') throw new Error('no clips');
    const clip = await dataset.readClip(1);
    for (const [weights, members] of [
      ['final', 1],
      ['folds', 4],
    ] as const) {
      const prediction = await predictClip(out, clip, { weights, heatMaps: true });
      expect(prediction).toMatchObject({ weights, members });
      expect(prediction.probabilities.reduce((sum, value) => sum + value)).toBeCloseTo(1, 6);
      expect(prediction.classes[prediction.probabilities.indexOf(Math.max(...prediction.probabilities))]).toBe(
        prediction.predicted,
      );
      expect(prediction.inputs.map(({ name, shape }) => [name, shape])).toEqual([
        ['temporal', [24, 24, 3]],
        ['motion', [24, 24, 3]],
      ]);
      expect(prediction.heatMaps!.length).toBe(2);
      expect(prediction.heatMaps![0]!.values.every((value) => value >= 0 && value <= 1)).toBe(true);
    }
    clip.frames.dispose();
    // a fold's own weights give what its file says
    const held = JSON.parse(await readFile(join(out, 'folds', '0', 'sub01', 'predictions.json'), 'utf8'));
    expect(held.predictions[0].logits.length).toBe(3);
  });

  it('trains the network to ship alone: the same weights, and the score of the run that tested', async () => {
    const [out, one] = [join(root, 'all'), join(root, 'one')];
    const other = { ...experiment, training: { ...experiment.training, epochs: 4 } };
    await expect(trainNetwork(other, { out, evaluatedBy: one })).rejects.toThrow(
      /is a run with other settings:\n {2}training\.epochs: 3 then, 4 now\n/,
    );
    await expect(runExperiment({ ...experiment, protocol: { name: 'all' } }, { out })).rejects.toThrow(
      'Cannot score small as its protocol, all, tests nobody: mer train trains it',
    );
    expect(existsSync(out)).toBe(false);
    const { summary } = await run('one');
    const trained = await trainNetwork({ ...experiment, name: 'renamed' }, { out, evaluatedBy: one, workers: 1 });
    const weights = (dir: string) => readFile(join(dir, 'final', '0', 'weights.safetensors'));
    expect(await weights(out)).toEqual(await weights(one));
    const { uf1, intervals } = summary.perSeed[0]!.scores[0]!;
    const { evaluation } = trained.expected;
    expect(evaluation!.scores['uf1']).toEqual({ value: uf1, interval: [intervals!.uf1.lower, intervals!.uf1.upper] });
    expect(evaluation).toMatchObject({ run: 'small', hash: (await readManifest(one))!.hash, n: 12, subjects: 4 });
    expect(trained).toMatchObject({ tests: false, n: 12, networks: { done: 1, total: 1 }, epochs: 3 });
    expect(trainedText(trained)).toContain('No score of its own belongs to this network');
    const manifest = (await readManifest(out))!;
    expect(manifest.expected).toEqual(trained.expected);
    expect(manifest).toMatchObject({
      folds: [],
      inputs: [
        [24, 24, 3],
        [24, 24, 3],
      ],
    });
    expect(manifest.data!.sets).toEqual([{ name: 'synthetic', samples: 12, subjects: 4, frameRates: [] }]);
    // gone on with: what was said before stays
    expect((await trainNetwork({ ...experiment, name: 'renamed' }, { out })).expected).toEqual(trained.expected);
    await expect(readRun(out)).rejects.toThrow('trained on all subjects and tested on none');
    expect((await readTrainedRun(out))!.folds).toHaveLength(1);
    expect(await readTrainedRun(one)).toBeUndefined();
  });

  it('takes the middle one of the epochs that folds chose, and refuses without them', async () => {
    const training = { ...experiment.training, epochChoice: 'validation' as const, earlyStopping: { patience: 2 } };
    const { earlyStopping: _, ...rest } = training;
    const chose = (epochs: number[]) => ({ folds: epochs.map((epoch) => ({ epoch })) }) as never;
    expect(fixedBudget(training, chose([9, 1, 3, 4]))).toEqual({
      ...rest,
      epochChoice: 'last',
      until: 3,
      oracle: false,
    });
    await expect(trainNetwork({ ...experiment, training }, { out: join(root, 'x') })).rejects.toThrow(
      'nobody is left to choose the epoch on: run the folds, then mer train --evaluated-by <run>',
    );
  });

  it('says that it cannot write, before any work', async () => {
    await mkdir(join(root, 'full'), { recursive: true });
    await expect(runExperiment(experiment, { out: '/dev/null/run' })).rejects.toThrow('/dev/null/run');
    await expect(runExperiment(experiment, { out: join(root, 'x'), workers: 0 })).rejects.toThrow('workers must be');
    await expect(runExperiment(experiment, { out: join(root, 'x'), shard: { index: 3, of: 2 } })).rejects.toThrow(
      'shard 3/2',
    );
  });
});
