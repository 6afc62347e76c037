import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import { batchLoss } from './losses/batch-loss.js';
import { classWeights } from './losses/class-weights.js';
import { createUpdate } from './optimizers/create-update.js';
import { learningRateShare } from './schedules/learning-rate-share.js';
import type { OptimizerSettings, ScheduleSettings } from './settings.js';

interface Golden {
  losses: {
    smoothing: number;
    weights: number[] | null;
    gamma: number;
    logits: number[];
    labels: number[];
    loss: number;
    gradient: number[];
  }[];
  optimizers: {
    settings: OptimizerSettings;
    clipNorm: number | null;
    start: number[][];
    steps: { rate: number; gradients: number[][]; weights: number[][] }[];
  }[];
  schedules: { settings: ScheduleSettings; rates: number[] }[];
  mol: { loss: number; gradients: number[][] };
  selfDistillation: {
    outputs: number[][][];
    labels: number[];
    weights: number[];
    loss: number;
    gradients: number[][][];
  };
}

const golden = JSON.parse(readFileSync(new URL('../test/golden/training.json', import.meta.url), 'utf8')) as Golden;

beforeAll(() => tf.setBackend('cpu'));

function close(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number) {
  expect(actual.length).toBe(expected.length);
  const worst = Math.max(
    ...Array.from(actual, (value, i) => Math.abs(value - expected[i]!) / Math.max(1, Math.abs(expected[i]!))),
  );
  expect(worst).toBeLessThan(tolerance);
}

describe('batchLoss()', () => {
  it.each(golden.losses.map((entry, i) => [i, entry] as const))(
    'and its gradient equal those of PyTorch: case %i',
    (_i, entry) => {
      const { smoothing, weights, gamma, logits, labels, loss, gradient } = entry;
      const { value, grad } = tf.valueAndGrad((x) => {
        return batchLoss(
          [x],
          { classes: tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), 4), 'float32') as tf.Tensor2D, images: [] },
          {
            loss:
              gamma === 0
                ? { name: 'cross-entropy', labelSmoothing: smoothing }
                : { name: 'focal', gamma, labelSmoothing: smoothing },
            ...(weights && { weights: tf.tensor1d(weights) }),
          },
        );
      })(tf.tensor2d(logits, [6, 4]));
      close(value.dataSync(), [loss], 1e-5);
      close(grad.dataSync(), gradient, 1e-5);
    },
  );

  it('asks for what fdp needs', () => {
    const classes = tf.tensor2d([[1, 0]]);
    const loss = { name: 'fdp', image: 100, rank: 0.1 } as const;
    expect(() => batchLoss([tf.zeros([1, 2])], { classes, images: [] }, { loss })).toThrow(
      'needs a model with an image output',
    );
  });

  it('of fdp is the sum of its three parts', () => {
    const classes = tf.tensor2d([[1, 0]]);
    const image = tf.ones([1, 2, 2, 1]);
    const outputs = [tf.zeros([1, 2]), tf.mul(image, 0.5), tf.tensor2d([[0, 1, 2]])];
    const whole = batchLoss(outputs, { classes, images: [image] }, { loss: { name: 'fdp', image: 100, rank: 0.1 } });
    const ranks = [1, 2, 1].map((difference) => Math.log1p(Math.exp(-difference)));
    const mean = ranks.reduce((sum, value) => sum + value) / 3;
    close(whole.dataSync(), [Math.log(2) + 25 + 0.1 * mean], 1e-5);
  });

  it('of featref is the sum of its two parts, and asks for proposals', () => {
    const classes = tf.tensor2d([[1, 0]]);
    const loss = { name: 'featref', classes: 0.85, proposals: 0.15 } as const;
    const whole = batchLoss([tf.zeros([1, 2]), tf.tensor2d([[2, -1]])], { classes, images: [] }, { loss });
    const proposed = (Math.log1p(Math.exp(-2)) + Math.log1p(Math.exp(-1))) / 2;
    close(whole.dataSync(), [0.85 * Math.log(2) + 0.15 * proposed], 1e-6);
    expect(() => batchLoss([tf.zeros([1, 2])], { classes, images: [] }, { loss })).toThrow('outputs must be all');
  });
});

describe('the loss of SKD-TSTSAN', () => {
  const { outputs, labels, weights, loss, gradients } = golden.selfDistillation;
  const settings = { name: 'self-distillation', gamma: 2, temperature: 3, distillation: 0.1, features: 0.01 } as const;
  const of = (given: tf.Tensor[], from = 0, to = labels.length, part?: { weight: tf.Scalar; share: number }) => {
    const classes = tf.oneHot(labels.slice(from, to), 3) as tf.Tensor2D;
    const rows = given.map((x) => tf.slice(x, [from, 0], [to - from, -1]));
    return batchLoss(rows, { classes, images: [] }, { loss: settings, weights: tf.tensor1d(weights), part });
  };
  const given = () => outputs.map((rows) => tf.tensor2d(rows));

  it('and its gradients are those of their code; the last classifier learns from classes alone', () => {
    const { value, grads } = tf.valueAndGrads((...x: tf.Tensor[]) => of(x))(given());
    close(value.dataSync(), [loss], 1e-5);
    for (const [i, grad] of grads.entries()) close(grad.dataSync(), gradients[i]!.flat(), 1e-5);
    expect(gradients[3]!.flat().every((element) => element === 0)).toBe(true);
  });

  it('adds up over the rows of a batch, and says what it needs', () => {
    const weight = tf.scalar(labels.reduce((sum, label) => sum + weights[label]!, 0));
    const parts = [
      [0, 2],
      [2, 5],
    ].map(([from, to]) => of(given(), from, to, { weight, share: (to! - from!) / 5 }).dataSync()[0]!);
    expect(parts[0]! + parts[1]!).toBeCloseTo(loss, 4);
    expect(() => of(given().slice(0, 1))).toThrow('the model has 1 outputs (model.options.outputs must be all)');
  });
});

describe('the loss of MOL', () => {
  const wave = (f: (i: number) => number, shape: number[]) =>
    tf.tensor(
      Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => f(i)),
      shape,
    );
  const settings = { name: 'mol', flow: 10, landmarks: 0.1 } as const;
  const outputs = () => [
    wave(Math.sin, [2, 4]),
    wave(Math.cos, [2, 3, 2, 2, 2]),
    wave((i) => 5 * Math.cos(i), [2, 3, 68, 2]),
  ];
  const images = () => [
    wave((i) => Math.sin(2 * i), [2, 3, 2, 2, 2]),
    wave((i) => 20 * Math.sin(0.3 * i), [2, 3, 68, 2]),
  ];
  const classes = () => tf.oneHot([2, 0], 4) as tf.Tensor2D;

  it('and its gradients are those of their script', () => {
    const { value, grads } = tf.valueAndGrads((...x: tf.Tensor[]) =>
      batchLoss(x, { classes: classes(), images: images() }, { loss: settings }),
    )(outputs());
    close(value.dataSync(), [golden.mol.loss], 1e-5);
    for (const [i, grad] of grads.entries()) close(grad.dataSync(), golden.mol.gradients[i]!, 1e-5);
  });

  it('adds up over the rows of a batch, and says what it needs', () => {
    const row = (x: tf.Tensor, i: number) => tf.slice(x, i, 1);
    const parts = [0, 1].map((i) => {
      const targets = { classes: row(classes(), i) as tf.Tensor2D, images: images().map((x) => row(x, i)) };
      const part = { weight: tf.scalar(2), share: 0.5 };
      return batchLoss(
        outputs().map((x) => row(x, i)),
        targets,
        { loss: settings, part },
      ).dataSync()[0]!;
    });
    expect(parts[0]! + parts[1]!).toBeCloseTo(golden.mol.loss, 4);
    expect(() =>
      batchLoss(outputs().slice(0, 1), { classes: classes(), images: images() }, { loss: settings }),
    ).toThrow('model.options.outputs must be all');
    const few = { classes: classes(), images: images().slice(0, 1) };
    expect(() => batchLoss(outputs(), few, { loss: settings })).toThrow('training.loss.landmarks must be 0');
    const both = { ...few, images: images() };
    const alone = { ...settings, landmarks: 0 };
    expect(batchLoss(outputs(), few, { loss: alone }).dataSync()).toEqual(
      batchLoss(outputs(), both, { loss: alone }).dataSync(),
    );
  });
});

describe('classWeights()', () => {
  it('are 1, balanced as in scikit-learn, or by the effective number of samples', () => {
    const labels = [0, 0, 0, 0, 0, 0, 1, 1, 3];
    expect([...classWeights(labels, 4, 'none')]).toEqual([1, 1, 1, 1]);
    close(classWeights(labels, 4, 'balanced'), [9 / 24, 9 / 8, 0, 9 / 4], 1e-6);
    const raw = [6, 2, 1].map((n) => (1 - 0.9) / (1 - 0.9 ** n));
    const mean = raw.reduce((sum, value) => sum + value) / 3;
    close(classWeights(labels, 4, { effectiveNumber: 0.9 }), [raw[0]! / mean, raw[1]! / mean, 0, raw[2]! / mean], 1e-6);
  });
});

describe('createUpdate()', () => {
  it.each(golden.optimizers.map((entry, i) => [i, entry.settings.name, entry] as const))(
    'steps as PyTorch does: case %i, %s',
    (_i, _name, { settings, clipNorm, start, steps }) => {
      const before = tf.memory().numTensors;
      const shapes = [[3], [2, 2]];
      const variables = start.map((values, i) => tf.variable(tf.tensor(values, shapes[i]!)));
      const update = createUpdate(variables, settings, { clipNorm: clipNorm ?? undefined });
      for (const { rate, gradients, weights } of steps) {
        const named = gradients.map((values, i) => [variables[i]!.name, tf.tensor(values, shapes[i]!)] as const);
        update.apply(Object.fromEntries(named), rate);
        for (const [i, variable] of variables.entries()) close(variable.dataSync(), weights[i]!, 2e-5);
      }
      update.dispose();
      tf.dispose(variables);
      // the tensors that the initial values were made of
      expect(tf.memory().numTensors - before).toBeLessThanOrEqual(variables.length);
    },
  );
});

describe('learningRateShare()', () => {
  it.each(golden.schedules.map((entry) => [entry.settings.name, entry] as const))(
    'is that of PyTorch: %s',
    (_name, { settings, rates }) => {
      close(
        rates.map((_, i) => learningRateShare(settings, i + 1, rates.length)),
        rates,
        1e-9,
      );
    },
  );

  it('warms up, and stays after `until`', () => {
    const warm = { name: 'constant', warmup: 3 } as const;
    expect([1, 2, 3, 4].map((epoch) => learningRateShare(warm, epoch, 10))).toEqual([0.25, 0.5, 0.75, 1]);
    const stays = { name: 'exponential', factor: 0.5, until: 2, warmup: 0 } as const;
    expect([1, 2, 3, 4, 9].map((epoch) => learningRateShare(stays, epoch, 10))).toEqual([1, 0.5, 0.25, 0.25, 0.25]);
  });
});
