import { readFileSync } from 'node:fs';
import { useBackend } from '@mer/backends';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { batchLoss } from './batch-loss.js';
import { classWeights } from './class-weights.js';

interface Case {
  smoothing: number;
  weights: number[] | null;
  gamma: number;
  logits: number[];
  labels: number[][];
  loss: number;
  gradient: number[];
}

const file = new URL('../../test/golden/training.json', import.meta.url);
const cases: Case[] = JSON.parse(readFileSync(file, 'utf8')).binaryLosses;

function close(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number) {
  expect(actual.length).toBe(expected.length);
  const worst = Math.max(
    ...Array.from(actual, (value, i) => Math.abs(value - expected[i]!) / Math.max(1, Math.abs(expected[i]!))),
  );
  expect(worst).toBeLessThan(tolerance);
}

const settingsOf = ({ gamma, smoothing: labelSmoothing }: Pick<Case, 'gamma' | 'smoothing'>) =>
  gamma === 0
    ? { name: 'binary-cross-entropy', labelSmoothing, positiveWeights: [] }
    : { name: 'binary-focal', gamma, labelSmoothing, positiveWeights: [] };

/** The loss by its definition, in float64. */
function lossOf(logits: readonly number[], { labels, weights, gamma, smoothing }: Omit<Case, 'logits'>): number {
  const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  const terms = logits.map((x, i) => {
    const y = labels.flat()[i]! * (1 - smoothing) + smoothing / 2;
    const p = 1 / (1 + Math.exp(-x));
    const weight = weights?.[i % labels[0]!.length] ?? 1;
    return weight * y * (1 - p) ** gamma * softplus(-x) + (1 - y) * p ** gamma * softplus(x);
  });
  return terms.reduce((sum, term) => sum + term, 0) / terms.length;
}

describe.each(['cpu', 'wasm'] as const)('binary losses on %s', (backend) => {
  it('and their gradients equal those of PyTorch', async () => {
    await useBackend(backend);
    for (const entry of cases) {
      const { weights, logits, labels, loss, gradient } = entry;
      const before = tf.memory().numTensors;
      const targets = { classes: tf.tensor2d(labels), images: [] };
      const given = weights ? tf.tensor1d(weights) : undefined;
      const x = tf.tensor2d(logits, [6, 4]);
      const { value, grad } = tf.valueAndGrad((outputs) =>
        batchLoss([outputs], targets, { loss: settingsOf(entry), weights: given }),
      )(x);
      close(value.dataSync(), [loss], 1e-5);
      close(grad.dataSync(), gradient, 1e-5);
      tf.dispose([targets.classes, given ?? [], x, value, grad]);
      expect(tf.memory().numTensors).toBe(before);
    }
  });

  it('add up over the rows of a batch, and take weights of their own', async () => {
    await useBackend(backend);
    const [{ logits, labels }] = cases as [Case];
    const loss = { name: 'binary-cross-entropy', labelSmoothing: 0, positiveWeights: [2, 0.5, 1, 3] };
    const of = (from: number, to: number, part?: { weight: tf.Scalar; share: number }) => {
      const outputs = tf.tensor2d(logits.slice(from * 4, to * 4), [to - from, 4]);
      return batchLoss([outputs], { classes: tf.tensor2d(labels.slice(from, to)), images: [] }, { loss, part });
    };
    const share = (rows: number) => ({ weight: tf.scalar(1), share: rows / 6 });
    const [whole] = of(0, 6).dataSync();
    const [first] = of(0, 2, share(2)).dataSync();
    const [second] = of(2, 6, share(4)).dataSync();
    expect(first! + second!).toBeCloseTo(whole!, 5);
    const weighted = batchLoss(
      [tf.tensor2d(logits, [6, 4])],
      { classes: tf.tensor2d(labels), images: [] },
      { loss: { ...loss, positiveWeights: [] }, weights: tf.tensor1d(loss.positiveWeights) },
    );
    expect(weighted.dataSync()[0]).toBeCloseTo(whole!, 6);
    loss.positiveWeights = [1, 2];
    expect(() => of(0, 6)).toThrow('one for each of the 4 labels: current number is 2');
  });
});

describe('binary losses', () => {
  it('have the gradient of finite differences, in float64', () => {
    for (const entry of cases) {
      const { logits, gradient, loss } = entry;
      expect(lossOf(logits, entry)).toBeCloseTo(loss, 10);
      const step = 1e-5;
      const numeric = logits.map((_, i) => {
        const moved = (by: number) => logits.map((x, j) => (i === j ? x + by : x));
        return (lossOf(moved(step), entry) - lossOf(moved(-step), entry)) / (2 * step);
      });
      close(numeric, gradient, 1e-8);
    }
  });
});

describe('classWeights() of any number of labels', () => {
  it('weighs having a label against not having it, from the samples alone', () => {
    const labels = [[0], [0, 1], [0, 2], [], [0]];
    expect([...classWeights(labels, 4, 'balanced', 'multiple')]).toEqual([0.25, 4, 4, 1]);
    expect([...classWeights([[0], [0]], 1, 'balanced', 'multiple')]).toEqual([1]);
    expect([...classWeights(labels, 4, 'none', 'multiple')]).toEqual([1, 1, 1, 1]);
    const [first] = classWeights(labels, 4, { effectiveNumber: 0.9 }, 'multiple');
    expect(first).toBeCloseTo((1 - 0.9) / (1 - 0.9 ** 4), 6);
  });
});
