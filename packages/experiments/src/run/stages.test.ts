import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import '@tensorflow/tfjs-backend-wasm';
import { useBackend } from '@mer/backends';
import { createModel, exportWeights, loadWeights } from '@mer/models';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NO_PARTS } from '../parts/own-modules.js';
import { parseExperiment } from '../schema/parse.js';
import { summaryText } from '../summaries/summary-text.js';
import type { RunEvent } from './events.js';
import { planRun, runExperiment } from './run.js';
import { readManifest } from './run-store.js';
import { beginFrom, type PlannedStage, planStages } from './stages.js';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'mer-stages-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const clips = { clipsPerSubject: 3, size: 24, frames: 5 };
const settings = {
  name: 'two-stages',
  data: { name: 'synthetic', options: { subjects: 2, ...clips } },
  inputs: [{ steps: ['frame-difference'] }],
  model: { name: 'small-cnn', options: { widths: [4, 4] } },
  training: { epochs: 2, batchSize: 4, freeze: ['conv1', 'bn1'] },
  stages: [
    {
      name: 'macro',
      data: { name: 'synthetic', options: { subjects: 3, seed: 5, ...clips } },
      training: { epochs: 2, batchSize: 4 },
    },
  ],
  backend: 'wasm',
};

/** Every file of weights and predictions, by its path. */
async function written(out: string): Promise<Record<string, string>> {
  const names = (await readdir(out, { recursive: true }))
    .filter((name) => /predictions\.json$|weights/.test(name))
    .sort();
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(out, name), 'base64')])),
  );
}

describe('an experiment of two stages', () => {
  it('ends with the same bits, wherever it was interrupted', async () => {
    const experiment = parseExperiment(settings);
    const whole = join(root, 'whole');
    const options = { workers: 1, cache: join(root, 'cache') };
    const summary = await runExperiment(experiment, { out: whole, ...options });
    const files = await written(whole);
    const units = ['synthetic%2Fsub01', 'synthetic%2Fsub02'].map((subject) => `stages/0/macro/without%20${subject}`);
    expect(Object.keys(files)).toEqual([
      'folds/0/sub01/predictions.json',
      'folds/0/sub01/weights.safetensors',
      'folds/0/sub02/predictions.json',
      'folds/0/sub02/weights.safetensors',
      ...units.map((unit) => `${unit}/weights.safetensors`),
    ]);
    expect(summary.start).toMatchObject({ lacks: false });
    expect(summaryText(summary)).toContain(
      'random weights, then stage macro (synthetic: 9 samples of 3 subjects, of whom 2 are in the data of the experiment, and left out where a fold tests them)',
    );

    // begun, and killed before anything was trained
    const broken = join(root, 'broken');
    await cp(join(whole, 'run.json'), join(broken, 'run.json'));
    const stopAt = async (is: (event: RunEvent) => boolean) => {
      const stop = new AbortController();
      const onEvent = (event: RunEvent) => {
        if (is(event)) stop.abort(new Error('stopped'));
      };
      await expect(
        runExperiment(experiment, { out: broken, ...options, onEvent, signal: stop.signal }),
      ).rejects.toThrow('stopped');
      return Object.keys(await written(broken));
    };
    // in the second training of the stage, then in the second fold
    expect(
      await stopAt(({ type, ...event }) => type === 'note' && /training 1 of 2/.test((event as never)['text'])),
    ).toEqual([`${units[0]}/weights.safetensors`]);
    expect((await stopAt(({ type }) => type === 'fold')).length).toBe(4);
    expect(await runExperiment(experiment, { out: broken, ...options })).toEqual(summary);
    expect(await written(broken)).toEqual(files);

    const { stages } = (await readManifest(broken))!;
    expect(stages).toMatchObject([{ name: 'macro', dataset: 'synthetic', samples: 9, subjects: 3, shared: 2 }]);
    const other = { ...experiment, stages: experiment.stages!.map((stage) => ({ ...stage, head: 'new' as const })) };
    await expect(runExperiment(other, { out: broken, ...options })).rejects.toThrow('stages.0.head');
  });

  it('leaves out whom a fold tests or chooses its epoch on, and shares trainings that leave out nobody', async () => {
    const plan = async (changes: object, final = true) =>
      (await planRun(parseExperiment({ ...settings, ...changes }), NO_PARTS, { final })).stages.map(
        ({ units, dataset }) =>
          units.map(({ name, train }) => [name, new Set(train.map((row) => dataset.samples[row]!.subject)).size]),
      );
    const own = { name: 'head', training: { epochs: 1, freeze: ['(body)'] } };
    expect(await plan({ stages: [settings.stages[0], own] })).toEqual([
      [
        ['without synthetic/sub01', 2],
        ['without synthetic/sub02', 2],
        ['all', 3],
      ],
      [
        ['without synthetic/sub01', 1],
        ['without synthetic/sub02', 1],
        ['all', 2],
      ],
    ]);
    const three = { ...settings.data, options: { ...settings.data.options, subjects: 3 } };
    const choice = { data: three, training: { ...settings.training, epochChoice: 'validation' } };
    const [validated] = await plan(choice, false);
    await expect(plan(choice)).rejects.toThrow('nobody is left to choose the epoch on');
    expect(validated!.filter(([name]) => /sub0\d, synthetic\/sub0\d$/.test(String(name))).length).toBeGreaterThan(0);
    expect(validated!.every(([, subjects]) => Number(subjects) < 3)).toBe(true);
    // nobody in common: one training for all folds
    const renamed = { name: 'synthetic', options: { subjects: 2, labels: 'action-units', ...clips } };
    const elsewhere = { ...settings.stages[0], data: renamed };
    expect((await plan({ stages: [elsewhere] }))[0]!.length).toBe(3);
  });

  it('knows whose people a data set has', () => {
    const experiment = parseExperiment(settings);
    const samplesOf = (dataset: string, subjects: readonly string[]) =>
      subjects.map((subject) => ({ id: `${dataset}/${subject}/1`, dataset, subject, clip: '1', label: 0 }));
    const samples = samplesOf('mmew', ['S01', 'S02']);
    const folds = [{ name: 'S01', seed: 0, train: [1], test: [0] }];
    const plan = (dataset: string, subjects: 'data-set' | 'name' = 'data-set') => {
      const stage = { ...experiment.stages![0]!, subjects };
      const made = {
        kind: 'images',
        name: dataset,
        classes: ['a'],
        samples: samplesOf(dataset, ['S01', 'S03']),
        notes: [],
      };
      const opened = [{ name: 'macro', settings: stage, experiment, dataset: made as never, fingerprint: '' }];
      const [{ units, about }] = planStages(experiment, { samples, folds, opened, own: NO_PARTS }) as [PlannedStage];
      return [units[0]!.name, units[0]!.train, about.shared];
    };
    expect(plan('mmew-macro')).toEqual(['without mmew/S01', [1], 1]);
    expect(plan('casme2')).toEqual(['all', [0, 1], 0]);
    expect(plan('casme2', 'name')).toEqual(['without S01', [1], 1]);
  });

  it('hands on the head where the classes are the same, and all else in any case', async () => {
    await useBackend('wasm');
    const make = (seed: number, classes = 3) =>
      createModel('small-cnn', { classes, seed, inputShape: [8, 8, 1], widths: [4, 4] });
    const from = make(1);
    const arrays = await exportWeights(from);
    const changed = async (given: readonly string[] | undefined, classes: readonly string[]) => {
      const model = make(2, classes.length);
      const before = await exportWeights(model);
      beginFrom(model, { arrays, classes: given }, classes);
      const after = await exportWeights(model);
      model.dispose();
      const names = Object.keys(after).filter((name) => String(after[name]!.data) !== String(before[name]!.data));
      return {
        all: Object.keys(after).length,
        head: names.filter((name) => /^fc/.test(name)).length,
        names: names.length,
      };
    };
    const same = await changed(['a', 'b', 'c'], ['a', 'b', 'c']);
    const renamed = await changed(['a', 'b', 'c'], ['a', 'c', 'b']);
    const fewer = await changed(['a', 'b', 'c'], ['a', 'b']);
    const renewed = await changed(undefined, ['a', 'b', 'c']);
    expect(same.names).toBeGreaterThan(renamed.names);
    expect([renamed.names, fewer.names]).toEqual([renewed.names, renewed.names]);
    const other = createModel('small-cnn', { classes: 3, inputShape: [8, 8, 1], widths: [4] });
    expect(() => loadWeights(other, arrays)).toThrow();
    other.dispose();
    from.dispose();
  });

  it('says what is wrong with a stage', () => {
    const wrong = (stage: object) => () =>
      parseExperiment({ ...settings, stages: [{ ...settings.stages[0], ...stage }] });
    expect(wrong({ training: { epochs: 1, oracle: true } })).toThrow('stages.0.training.oracle');
    expect(wrong({ training: { epochs: 1, earlyStopping: { patience: 1 } } })).toThrow(
      'stages.0.training.earlyStopping needs epochChoice: validation',
    );
    const [stage] = settings.stages;
    expect(() => parseExperiment({ ...settings, stages: [stage, stage] })).toThrow('stages.1.name must be another');
  });
});
