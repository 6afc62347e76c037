import { describe, expect, it } from 'vitest';
import { ExperimentError, parseExperiment } from './parse.js';

const minimal = {
  name: 'tiny',
  data: { name: 'synthetic' },
  model: { name: 'ststnet' },
  training: { epochs: 1, batchSize: 8, optimizer: { name: 'adam', learningRate: 1e-3 } },
};

function messageFor(data: unknown): string {
  try {
    parseExperiment(data, { source: 'x.yaml' });
  } catch (error) {
    expect(error).toBeInstanceOf(ExperimentError);
    return (error as Error).message;
  }
  throw new Error('was accepted');
}

describe('parseExperiment()', () => {
  it('fills in the defaults', () => {
    const experiment = parseExperiment(minimal);
    expect(experiment.protocol).toEqual({ name: 'leave-one-subject-out' });
    expect(experiment.training).toMatchObject({ shuffle: true, epochChoice: 'last', classWeights: 'none' });
    expect(experiment.training.optimizer).toMatchObject({ beta1: 0.9, epsilon: 1e-8 });
    expect(experiment.inputs).toEqual([{ preprocessing: [], channels: 'rgb', scale: 1, offset: 0 }]);
    expect(experiment.seeds).toEqual([0]);
  });

  it('names the source, an unknown key and the keys allowed beside it', () => {
    const message = messageFor({ ...minimal, training: { ...minimal.training, epoch: 3 } });
    expect(message).toMatch(
      /^Cannot use x\.yaml:\n {2}training\.epoch: unknown key; allowed here: epochs, batchSize, /,
    );
  });

  it('names an unknown key inside a list and inside a choice by name', () => {
    expect(messageFor({ ...minimal, inputs: [{ chanels: 'bgr' }] })).toMatch(
      /inputs\.0\.chanels: unknown key; allowed here: preprocessing, representation, windows, size, channels/,
    );
    const optimizer = { name: 'sgd', learningRate: 1, beta1: 0.9 };
    expect(messageFor({ ...minimal, training: { ...minimal.training, optimizer } })).toMatch(
      /training\.optimizer\.beta1: unknown key; allowed here: name, learningRate, momentum, nesterov/,
    );
  });

  it('lists the allowed values of a name', () => {
    expect(messageFor({ ...minimal, model: { name: 'resnet' } })).toMatch(
      /model\.name: must be one of afn, .*: current value is "resnet"/,
    );
    expect(messageFor({ ...minimal, data: { name: 'imagenet' } })).toMatch(
      /data\.name: must be one of .*synthetic.*: current value is "imagenet"/,
    );
    expect(messageFor({ ...minimal, protocol: { name: 'random-split' } })).toMatch(
      /protocol\.name: must be one of leave-one-subject-out, leave-one-dataset-out, group-k-fold, hold-out: current value is "random-split"/,
    );
  });

  it('says what is missing and what is out of range, all at once', () => {
    const message = messageFor({
      name: 'tiny',
      data: { name: 'synthetic' },
      model: { name: 'ststnet' },
      training: { epochs: 0, batchSize: 1.5 },
    });
    expect(message).toMatch(/training\.epochs: .*: current value is 0/);
    expect(message).toMatch(/training\.batchSize: .*: current value is 1\.5/);
    expect(message).toMatch(/training\.optimizer: missing/);
  });

  it('rejects a name that would leave the folder of runs', () => {
    expect(messageFor({ ...minimal, name: '../x' })).toMatch(/name: must be letters/);
  });
});

describe('messages of parseExperiment()', () => {
  it.each([
    [
      { preprocessing: [{ step: 'nope' }] },
      /preprocessing\.0\.step: must be one of .*align.*: current value is "nope"/,
    ],
    [{ preprocessing: ['nope'] }, /preprocessing\.0: must be one of .*align.*: current value is "nope"/],
    [{ preprocessing: [{ step: 'align', sise: 3 }] }, /preprocessing\.0\.sise: unknown key/],
    [{ inputs: [{ size: -1 }] }, /inputs\.0\.size: .*>0: current value is -1/],
    [{ model: { name: 'afn', weights: { file: 'x' } } }, /model\.weights\.into/],
    [
      { training: { ...minimal.training, classWeights: 'some' } },
      /training\.classWeights: must be one of none, balanced/,
    ],
    [
      { training: { ...minimal.training, loss: { name: 'l2' } } },
      /training\.loss.*must be one of cross-entropy, focal, fdp/,
    ],
    [
      { training: { ...minimal.training, earlyStopping: { patience: 2 } } },
      /earlyStopping: needs epochChoice: validation/,
    ],
    [{ training: { ...minimal.training, augmentation: { test: 'mean' } } }, /augmentation\.test: `mean` needs phases/],
  ])('name what is wrong: %#', (changes, message) => {
    expect(messageFor({ ...minimal, ...changes })).toMatch(message);
  });
});
