import '@tensorflow/tfjs-backend-cpu';
import { useBackend } from '@mer/backends';
import { accuracy } from '@mer/metrics';
import { type LabelKind, randomStream, type SampleLabel, uniform, uniformBelow } from '@mer/training';
import { beforeAll, describe, expect, it } from 'vitest';
import type { PreparedDataset } from '../prepare/prepare.js';
import type { Experiment } from '../schema/experiment.js';
import { parseExperiment } from '../schema/parse.js';
import { runFold } from './fold.js';
import { experimentFolds } from './folds.js';

beforeAll(() => useBackend('wasm'));

/** Noise without any relation to the labels: subjects x perSubject images. */
function noise(subjects: number, perSubject: number): PreparedDataset {
  const stream = randomStream(['noise']);
  const classes = ['a', 'b', 'c'];
  const samples = Array.from({ length: subjects * perSubject }, (_, i) => {
    const subject = `s${Math.floor(i / perSubject)}`;
    return { id: `x/${subject}/${i}`, dataset: 'x', subject, clip: String(i), label: uniformBelow(3, stream) };
  });
  const values = Float32Array.from({ length: samples.length * 64 }, () => 2 * uniform(stream) - 1);
  return {
    classes,
    samples,
    labels: samples.map(({ label }) => label),
    inputs: [{ shape: [8, 8, 1], values }],
    close: () => {},
  };
}

/** The same noise with any number of labels. */
function labeled(data: PreparedDataset): PreparedDataset {
  const samples = data.samples.map((sample, i) => ({ ...sample, label: [0, 1, 2].filter((c) => (i >> c) % 2 === 1) }));
  return { ...data, labelKind: 'multiple', samples, labels: samples.map(({ label }) => label) };
}

function experimentOf(training: object, labelKind?: LabelKind): Experiment {
  return parseExperiment({
    name: 'noise',
    data: { name: 'synthetic', ...(labelKind && { options: { labels: 'action-units' } }) },
    model: { name: 'small-cnn', options: { widths: [8, 8], dropout: 0 } },
    training: { epochs: 12, batchSize: 16, optimizer: { name: 'adam', learningRate: 0.01 }, ...training },
  });
}

async function pooled(data: PreparedDataset, experiment: Experiment) {
  const truth: number[] = [];
  const clean: number[] = [];
  const oracle: number[] = [];
  for (const fold of experimentFolds(data.samples, experiment.protocol, 0)) {
    const { predictions } = await runFold(experiment, data, { ...fold, seed: 0 });
    truth.push(...predictions.predictions.map(({ truth }) => truth as number));
    clean.push(...predictions.predictions.map(({ predicted }) => predicted as number));
    oracle.push(...predictions.oracle!.predictions.map(({ predicted }) => predicted as number));
  }
  const { classes } = data;
  return {
    clean: accuracy({ truth, predicted: clean, classes }),
    oracle: accuracy({ truth, predicted: oracle, classes }),
  };
}

describe('what the held-out subject may change', () => {
  it.each([
    ['last', {}, noise(5, 6)],
    ['validation', { epochChoice: 'validation', earlyStopping: { patience: 2 } }, noise(5, 6)],
    ['last, any number of labels', {}, labeled(noise(5, 6))],
  ] as const)('is nothing but its own predictions: epoch choice %s', async (_name, choice, data) => {
    const experiment = experimentOf(
      {
        epochs: 4,
        classWeights: 'balanced',
        sampling: 'balanced',
        ema: 0.9,
        oracle: true,
        augmentation: { images: [{ name: 'flip' }, { name: 'mixup' }] },
        ...choice,
      },
      data.labelKind,
    );
    const [fold] = experimentFolds(data.samples, experiment.protocol, 0);
    const honest = await runFold(experiment, data, { ...fold!, seed: 0 });
    // other labels and other images of the held-out subject
    const other = (label: SampleLabel) =>
      typeof label === 'number' ? (label + 1) % 3 : [0, 1, 2].filter((c) => !label.includes(c));
    const labels = data.labels.map((label, i) => (fold!.test.includes(i) ? other(label) : label));
    const samples = data.samples.map((sample, i) => ({ ...sample, label: labels[i]! }));
    const values = (data.inputs[0] as { values: Float32Array }).values.slice();
    for (const index of fold!.test) values.fill(1e3, index * 64, (index + 1) * 64);
    const changed = { ...data, labels, samples, inputs: [{ shape: [8, 8, 1], values }] };
    const second = await runFold(experiment, changed, { ...fold!, seed: 0 });
    expect(Object.keys(honest.weights).length).toBeGreaterThan(0);
    expect(second.weights).toEqual(honest.weights);
    expect(second.predictions.epoch).toBe(honest.predictions.epoch);
    expect(second.history.map(({ loss }) => loss)).toEqual(honest.history.map(({ loss }) => loss));
    const logitsOf = ({ predictions }: typeof honest) => predictions.predictions.map(({ logits }) => logits);
    expect(logitsOf(second)).not.toEqual(logitsOf(honest));
  });
});

describe('a data set of pure noise', () => {
  const data = noise(12, 10);
  const std = Math.sqrt(2 / 9 / data.labels.length);

  it.each(['last', 'validation'] as const)(
    'is at chance with epoch choice %s, while the oracle is above it',
    async (epochChoice) => {
      const { clean, oracle } = await pooled(data, experimentOf({ epochChoice, oracle: true }));
      expect(Math.abs(clean - 1 / 3)).toBeLessThan(3 * std);
      expect(oracle).toBeGreaterThan(1 / 3 + 3 * std);
    },
  );
});
