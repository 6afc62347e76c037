import { findModel } from '@mer/models';
import { describe, expect, it } from 'vitest';
import { ExperimentError } from './experiment-error.js';
import { parseExperiment } from './parse.js';

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
    expect(experiment.inputs).toEqual([{ steps: [] }]);
    expect(experiment.seeds).toEqual([0]);
    expect(experiment.use).toEqual([]);
  });

  it('takes a name for a thing with its defaults', () => {
    const { training } = parseExperiment({ ...minimal, training: { epochs: 1, optimizer: 'sgd', loss: 'focal' } });
    expect(training.optimizer).toEqual({
      name: 'sgd',
      learningRate: 0.01,
      momentum: 0,
      nesterov: false,
      weightDecay: 0,
    });
    expect(training.loss).toEqual({ name: 'focal', gamma: 2, labelSmoothing: 0 });
    expect(training.batchSize).toBe(32);
  });

  it('leaves options of a model as given, for a preset to stand below them', () => {
    const model = { name: 'afn', preset: 'small', options: { fusion: 'mean' } };
    expect(parseExperiment({ ...minimal, model }).model).toEqual(model);
    expect(parseExperiment(minimal).model).toEqual({ name: 'ststnet', options: {} });
  });

  it('names the source, an unknown key and the keys allowed beside it', () => {
    const message = messageFor({ ...minimal, training: { ...minimal.training, epoch: 3 } });
    expect(message).toMatch(
      /^Cannot use x\.yaml:\n {2}training\.epoch is not an option, did you mean "epochs"\?: the options are epochs, steps, evalAfterFirstEpoch, batchSize, /,
    );
  });

  it('names an unknown key inside a list and inside a choice by name', () => {
    expect(messageFor({ ...minimal, inputs: [{ step: [] }] })).toMatch(
      /inputs\.0\.step is not an option, did you mean "steps"\?: the options are steps, windows, flow/,
    );
    const optimizer = { name: 'sgd', learningRate: 1, beta1: 0.9 };
    expect(messageFor({ ...minimal, training: { ...minimal.training, optimizer } })).toMatch(
      /training\.optimizer\.beta1 is not an option: the options are name, learningRate, momentum, nesterov/,
    );
  });

  it('lists the allowed values of a name', () => {
    expect(messageFor({ ...minimal, model: { name: 'resnet' } })).toMatch(
      /model\.name must be one of afn, .*: current value is "resnet"/,
    );
    expect(messageFor({ ...minimal, data: { name: 'imagenet' } })).toMatch(
      /data\.name must be one of .*synthetic.*: current value is "imagenet"/,
    );
    expect(messageFor({ ...minimal, protocol: { name: 'random-split' } })).toMatch(
      /protocol\.name must be one of leave-one-subject-out, .*: current value is "random-split"/,
    );
  });

  it('says what is missing and what is out of range, all at once', () => {
    const message = messageFor({ name: 'tiny', data: { name: 'synthetic' }, training: { epochs: 0, batchSize: 1.5 } });
    expect(message).toMatch(/training\.epochs must be an integer of at least 1: current value is 0/);
    expect(message).toMatch(/training\.batchSize must be .*: current value is 1\.5/);
    expect(message).toMatch(/model is missing: it must be an object with a name, one of afn, /);
  });

  it('rejects a name that would leave the folder of runs', () => {
    expect(messageFor({ ...minimal, name: '../x' })).toMatch(/name must be letters/);
    expect(messageFor({ ...minimal, name: 'x'.repeat(101) })).toMatch(/name must be letters.* 100 at most/);
  });

  it('rejects seeds of which two are the same', () => {
    expect(messageFor({ ...minimal, seeds: [0, 1, 0] })).toMatch(/seeds must be a list of at least 1 different value/);
  });
});

describe('published results', () => {
  const published = (...entries: unknown[]) => parseExperiment({ ...minimal, published: entries }).published;

  it('says what the model says of a result, its caveat before that of the file', () => {
    const [weights, mine] = published({ result: 'megc2019-retrained' }, { result: 'megc2019-paper', caveat: 'Mine.' });
    expect(weights).toEqual({
      source: "authors' Python code, trained again from scratch (one unseeded run)",
      caveat: 'How far one run can be from another.',
      uf1: 0.6786,
      uar: 0.6693,
      accuracy: 0.7149,
    });
    expect(mine).toMatchObject({
      uf1: 0.7353,
      caveat: expect.stringMatching(/^Trained in MATLAB\..+precision\. Mine\.$/),
    });
  });

  it('stay as they are in full, and what comes out is taken again', () => {
    const full = { source: 'a paper', uf1: 0.9 };
    expect(published(full)).toEqual([full]);
    const once = published({ result: 'megc2019-paper' }, full);
    expect(published(...once)).toEqual(once);
  });

  it('of a model of one’s own are found with the parts', () => {
    const results = [{ id: 'mine', dataset: 'x', protocol: 'y', scores: { uar: 0.5 }, source: 'a lab' }];
    const parts = [{ ...findModel('ststnet'), name: 'my-net', results }];
    const data = { ...minimal, model: { name: 'my-net' }, published: [{ result: 'mine', caveat: 'Early.' }] };
    expect(parseExperiment(data, { parts }).published).toEqual([{ source: 'a lab', caveat: 'Early.', uar: 0.5 }]);
  });
});

describe('messages of parseExperiment()', () => {
  it.each([
    [{ preprocessing: [{ step: 'nope' }] }, /preprocessing\.0\.step must be one of .*align.*: current value is "nope"/],
    [{ preprocessing: ['nope'] }, /preprocessing\.0 must be one of .*align.*: current value is "nope"/],
    [{ preprocessing: [{ step: 'align', sise: 3 }] }, /preprocessing\.0\.sise is not an option/],
    [
      { inputs: [{ steps: [{ step: 'resize', options: { size: -1 } }] }] },
      /inputs\.0\.steps\.0\.options\.size must be a positive integer or \[height, width\]: current value is -1/,
    ],
    [
      { data: { name: 'casme2', options: { clases: 'x' } } },
      /data\.options\.clases is not an option, did you mean "classes"/,
    ],
    [{ model: { name: 'afn', options: { seed: 3 } } }, /model\.options\.seed follows from the data and the seeds/],
    [{ model: { name: 'htnet', options: { width: 0 } } }, /model\.options\.width must be .*: current value is 0/],
    [
      { published: [{ result: 'megc2019-papr' }] },
      /\n {2}published\.0\.result must be a result of the model ststnet, one of megc2019-paper, megc2019-authors-weights, megc2019-retrained: current value is "megc2019-papr", did you mean "megc2019-paper"\?$/,
    ],
    [
      { published: [{ source: 'x', uf1: 1 }, { result: 'casme2-abstract' }] },
      /published\.1\.result must be a result of the model ststnet, one of .*: current value is "casme2-abstract"$/,
    ],
    [
      { model: { name: 'fdp' }, published: [{ result: 'megc2019-paper' }] },
      /published\.0\.result must be left out as the model fdp has no results: write source and scores instead: current/,
    ],
    [{ published: [{ result: 'megc2019-paper', uf1: 1 }] }, /published\.0\.uf1 is not an option: .* result, caveat$/],
    [{ published: [{ source: 'x', uf: 1 }] }, /:\n {2}published\.0\.uf is not an option, did you mean "uf1"[^\n]*$/],
    [
      { published: [{ source: '', caveat: '' }] },
      /:\n {2}published\.0\.source must[^\n]*\n[^\n]*0\.caveat must[^\n]*$/,
    ],
    [{ published: [3] }, /published\.0 must be .*: current value is 3$/],
    [{ model: { name: 'afn', weights: { file: 'x' } } }, /model\.weights\.into/],
    [
      { training: { ...minimal.training, classWeights: 'some' } },
      /training\.classWeights must be one of none, balanced/,
    ],
    [
      { training: { ...minimal.training, loss: { name: 'l2' } } },
      /training\.loss.*must be one of cross-entropy, focal, fdp/,
    ],
    [
      { training: { ...minimal.training, earlyStopping: { patience: 2 } } },
      /training\.earlyStopping needs epochChoice: validation/,
    ],
    [
      { training: { ...minimal.training, augmentation: { test: 'mean' } } },
      /training\.augmentation\.test `mean` needs phases/,
    ],
    [
      { training: { ...minimal.training, loss: 'fdp', augmentation: { images: [{ name: 'mixup' }] } } },
      /training\.loss fdp has no meaning for mixed samples/,
    ],
  ])('name what is wrong: %#', (changes, message) => {
    expect(messageFor({ ...minimal, ...changes })).toMatch(message);
  });
});

describe('experiments of earlier versions', () => {
  it.each([
    [
      {
        inputs: [
          {
            representation: { name: 'u-v-strain', options: { grey: true } },
            size: 28,
            scale: 2,
            offset: -1,
            normalize: 'imagenet',
          },
        ],
      },
      [
        'inputs.0 is now one list of steps; write',
        'steps:',
        '- step: uv-strain',
        'gray: true',
        '- step: resize',
        'size: 28',
        'mean: 0.5',
        'std: 0.5',
        'preset: imagenet',
      ],
    ],
    [{ inputs: [{ preprocessing: ['align'], channels: 'bgr' }] }, ['- align', '- reverse-channels']],
    [{ data: { name: 'casMe2' } }, ['data.name: casMe2 is now cas-me2']],
    [{ data: { name: 'synthetic', frames: { colour: true } } }, ['data.frames.colour is now data.frames.color']],
    [{ model: { name: 'afn', options: { size: 'small' } } }, ['write preset: small beside name']],
    [{ protocol: { name: 'hold-out', fraction: 0.2 } }, ['protocol.name: hold-out is now subject-hold-out']],
  ])('say what to write: %#', (changes, parts) => {
    const message = messageFor({ ...minimal, ...changes });
    expect(message).toMatch(/^Cannot use x\.yaml as it is written for an earlier version:/);
    for (const part of parts) expect(message).toContain(part);
  });
});
