import '@tensorflow/tfjs-backend-wasm';
import { describe, expect, it } from 'vitest';
import { canListProcesses, children } from '../../test/children.js';
import { ExperimentError } from '../schema/experiment-error.js';
import { parseExperiment } from '../schema/parse.js';
import { dryRun } from './dry-run.js';

const experimentOf = (changes: object) =>
  parseExperiment({
    name: 'tried',
    data: { name: 'synthetic', options: { subjects: 3, clipsPerSubject: 4, size: 32, frames: 8 } },
    inputs: [{ steps: ['dynamic-image'] }],
    model: { name: 'small-cnn' },
    training: { epochs: 2, batchSize: 6, optimizer: { name: 'adam', learningRate: 0.001 } },
    backend: 'wasm',
    ...changes,
  });

describe('dryRun()', () => {
  it('trains a whole batch of the own samples in a process, also a network that blank images would spoil', async () => {
    const plan = await dryRun(experimentOf({ model: { name: 'efficientnet-b0', preset: 'small' } }));
    expect(plan).toMatchObject({
      samples: 12,
      folds: 3,
      batchSize: 6,
      tried: 6,
      inputs: [[32, 32, 3]],
      backend: 'wasm',
    });
    expect(plan.parameters).toBeGreaterThan(1000);
    expect(plan.stepsPerFold).toBe(2 * Math.ceil(8 / 6));
    expect(plan.memory.worker).toBeGreaterThan(50e6);
    expect(plan.memory.prepared).toBe(12 * 32 * 32 * 3 * 4);
    for (const seconds of Object.values(plan.seconds)) expect(seconds).toBeGreaterThan(0);
    if (canListProcesses) expect(children()).toEqual([]);
  });

  it('takes targets, views and weighted classes as a run does', async () => {
    const plan = await dryRun(
      experimentOf({
        training: {
          epochs: 1,
          batchSize: 1,
          classWeights: 'balanced',
          sampling: 'balanced',
          optimizer: { name: 'adam', learningRate: 0.001 },
          augmentation: { clips: [{ name: 'phases' }], images: [{ name: 'flip' }, { name: 'mixup', alpha: 0.2 }] },
        },
      }),
    );
    expect(plan).toMatchObject({ batchSize: 1, tried: 1, stepsPerFold: 3 * 8 });
    expect(plan.memory.prepared).toBe(3 * 12 * 32 * 32 * 3 * 4);
  });

  it('says in one message where a batch does not fit into memory', async () => {
    const large = experimentOf({
      inputs: [{ steps: ['dynamic-image', { step: 'resize', options: { size: 1024 } }] }],
      model: { name: 'small-cnn', options: { widths: [512, 4] } },
    });
    await expect(dryRun(large)).rejects.toThrow(
      /^Cannot train small-cnn on 6 samples at a time as WebAssembly has room for .* a step takes \d+ MB at most: .*the process would hold .*\. Use training\.batchSize 1 or another backend/,
    );
  });

  it('names a wrong option of the model', async () => {
    expect(() => experimentOf({ model: { name: 'small-cnn', options: { depth: 3 } } })).toThrow(
      /options\.depth is not/,
    );
    const wrong = { ...experimentOf({}), model: { name: 'small-cnn', options: { depth: 3 } } };
    await expect(dryRun(wrong)).rejects.toThrow(ExperimentError);
    await expect(dryRun(wrong)).rejects.toThrow(/Cannot use model small-cnn: .*depth/);
  });
});
