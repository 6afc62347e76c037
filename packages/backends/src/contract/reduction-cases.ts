import * as tf from '@tensorflow/tfjs-core';
import { batchNormTraining } from '../batch-norm-training.js';
import { layerNorm } from '../layer-norm.js';
import type { ContractCase } from './contract-case.js';
import { build, drawn, elementwise, forEachIndex, type NdArray, reduced, sum } from './nd-array.js';

type Reduction = [
  name: string,
  kernel: string,
  op: (x: tf.Tensor, axes: number[]) => tf.Tensor,
  f: (values: number[]) => number,
];

const mean = (values: number[]) => sum(values) / values.length;

const reductions: Reduction[] = [
  ['sum', 'Sum', (x, axes) => tf.sum(x, axes), sum],
  ['mean', 'Mean', (x, axes) => tf.mean(x, axes), mean],
  ['max', 'Max', (x, axes) => tf.max(x, axes), (values) => Math.max(...values)],
  ['min', 'Min', (x, axes) => tf.min(x, axes), (values) => Math.min(...values)],
];

const axesOf: [shape: number[], axes: number[]][] = [
  [
    [3, 4, 5],
    [0, 1, 2],
  ],
  [[3, 4, 5], [2]],
  [
    [6, 5, 3],
    [0, 1],
  ],
  [
    [2, 3, 4, 33],
    [1, 2],
  ],
  [
    [3, 4, 5],
    [0, 2],
  ],
  [[7, 64], [0]],
  [[3, 2, 4, 5], [2]],
];

function normalized(x: NdArray, m: NdArray, v: NdArray, offset: NdArray, scale: NdArray, epsilon: number): NdArray {
  return elementwise(
    (value, mu, variance, o, s) => ((value! - mu!) / Math.sqrt(variance! + epsilon)) * s! + o!,
    x,
    m,
    v,
    offset,
    scale,
  );
}

function batchNormCase(shape: number[], scaled: boolean): ContractCase {
  const channels = [shape[shape.length - 1]!];
  const inputs = [
    drawn(shape, 80),
    drawn(channels, 81),
    drawn(channels, 82, 0.5, 2),
    drawn(channels, 83),
    drawn(channels, 84, 0.5, 2),
  ];
  const one = build(channels, () => 1);
  return {
    name: `batchNorm ${shape.join('x')}${scaled ? '' : ' without scale'}`,
    kernels: ['FusedBatchNorm'],
    inputs: scaled ? inputs : inputs.slice(0, 4),
    run: (x, m, v, offset, scale) =>
      tf.batchNorm(x!, m as tf.Tensor1D, v as tf.Tensor1D, offset as tf.Tensor1D, scale as tf.Tensor1D, 0.01),
    reference: (x, m, v, offset, scale) => normalized(x!, m!, v!, offset!, scale ?? one, 0.01),
    wrt: scaled ? [0, 1, 2, 3, 4] : [0, 1, 2, 3],
  };
}

/** By tfjs's operations, as tfjs-layers does, or by ours. */
function batchNormTrainingCase(shape: number[], fused: boolean): ContractCase {
  const channels = [shape[shape.length - 1]!];
  const axes = shape.slice(0, -1).map((_length, axis) => axis);
  return {
    name: `batch norm of training ${shape.join('x')}${fused ? ', fused' : ''}`,
    kernels: fused ? ['BatchNormTraining'] : ['FusedBatchNorm', 'Mean', 'Square', 'Sub'],
    inputs: [drawn(shape, 85, 1, 3), drawn(channels, 86), drawn(channels, 87, 0.5, 2)],
    run: (x, offset, scale) => {
      if (fused) {
        const options = { offset: offset as tf.Tensor1D, scale: scale as tf.Tensor1D, epsilon: 0.01 };
        const { y, mean: m, variance: v } = batchNormTraining(x!, options);
        // The statistics carry gradients too.
        return tf.add(y, tf.add(m, v));
      }
      const { mean: m, variance: v } = tf.moments(x!, axes);
      return tf.batchNorm(x!, m as tf.Tensor1D, v as tf.Tensor1D, offset as tf.Tensor1D, scale as tf.Tensor1D, 0.01);
    },
    reference: (x, offset, scale) => {
      const m = reduced(x!, axes, mean);
      const v = reduced(
        elementwise((value, mu) => (value! - mu!) ** 2, x!, m),
        axes,
        mean,
      );
      const y = normalized(x!, m, v, offset!, scale!, 0.01);
      return fused ? elementwise((p, q, r) => p! + q! + r!, y, m, v) : y;
    },
    wrt: [0, 1, 2],
  };
}

function layerNormCase(shape: number[]): ContractCase {
  const channels = [shape[shape.length - 1]!];
  const last = shape.length - 1;
  return {
    name: `layer norm ${shape.join('x')}`,
    kernels: ['LayerNormTraining'],
    inputs: [drawn(shape, 88, 1, 3), drawn(channels, 89), drawn(channels, 90, 0.5, 2)],
    run: (x, offset, scale) =>
      layerNorm(x!, { offset: offset as tf.Tensor1D, scale: scale as tf.Tensor1D, epsilon: 0.01 }),
    reference: (x, offset, scale) =>
      build(shape, (index) => {
        const row = index.slice(0, -1);
        const values = Array.from({ length: channels[0]! }, (_, c) => value(x!, [...row, c]));
        const m = mean(values);
        const v = mean(values.map((entry) => (entry - m) ** 2));
        const c = index[last]!;
        return ((value(x!, index) - m) / Math.sqrt(v + 0.01)) * scale!.data[c]! + offset!.data[c]!;
      }),
    wrt: [0, 1, 2],
  };
}

function softmax(x: NdArray): NdArray {
  const last = x.shape.length - 1;
  const top = reduced(x, [last], (values) => Math.max(...values));
  const e = build(x.shape, (index) => Math.exp(value(x, index) - value(top, index.slice(0, -1))));
  const total = reduced(e, [last], sum);
  return build(x.shape, (index) => value(e, index) / value(total, index.slice(0, -1)));
}

function softmaxCase(shape: number[]): ContractCase {
  return {
    name: `softmax ${shape.join('x')}`,
    kernels: ['Softmax'],
    inputs: [drawn(shape, 92, -3, 3)],
    run: (x) => tf.softmax(x!),
    reference: (x) => softmax(x!),
    wrt: [0],
  };
}

function value(array: NdArray, index: readonly number[]): number {
  let place = 0;
  array.shape.forEach((length, axis) => {
    place = place * length + index[axis]!;
  });
  return array.data[place]!;
}

/** Reductions and what is made of them. */
export const reductionCases: readonly ContractCase[] = [
  ...reductions.flatMap(([name, kernel, op, f]) =>
    axesOf.map(
      ([shape, axes]): ContractCase => ({
        name: `${name} of ${shape.join('x')} along ${axes.join()}`,
        kernels: [kernel],
        inputs: [drawn(shape, 90)],
        run: (x) => op(x!, axes),
        reference: (x) => reduced(x!, axes, f),
        wrt: [0],
      }),
    ),
  ),
  {
    name: 'max of 3x4x5 along 1, its axis kept',
    kernels: ['Max'],
    inputs: [drawn([3, 4, 5], 90)],
    run: (x) => tf.max(x!, 1, true),
    reference: (x) => ({ ...reduced(x!, [1], (values) => Math.max(...values)), shape: [3, 1, 5] }),
    wrt: [0],
  },
  {
    name: 'mean of 30,000 rows',
    kernels: ['Mean'],
    inputs: [drawn([30_000, 3], 91, 0, 1)],
    run: (x) => tf.mean(x!, 0),
    reference: (x) => reduced(x!, [0], mean),
  },
  batchNormCase([2, 3, 4, 5], true),
  batchNormCase([2, 2, 32], true),
  batchNormCase([2, 3, 4, 3], false),
  batchNormTrainingCase([3, 4, 4, 3], false),
  batchNormTrainingCase([2, 2, 1, 40], false),
  batchNormTrainingCase([3, 4, 4, 3], true),
  batchNormTrainingCase([2, 2, 1, 40], true),
  layerNormCase([3, 2, 7]),
  layerNormCase([5, 32]),
  softmaxCase([4, 6]),
  softmaxCase([2, 3, 35]),
  {
    name: 'logSoftmax',
    kernels: ['Max', 'Sub', 'Exp', 'Sum', 'Log'],
    inputs: [drawn([4, 6], 93, -3, 3)],
    run: (x) => tf.logSoftmax(x!),
    reference: (x) => elementwise((p) => Math.log(p!), softmax(x!)),
    wrt: [0],
  },
  {
    name: 'softmax cross-entropy',
    kernels: ['Softmax', 'Mean'],
    inputs: [drawn([5, 3], 94, -3, 3)],
    run: (x) => tf.losses.softmaxCrossEntropy(tf.oneHot(tf.tensor1d([0, 2, 1, 1, 0], 'int32'), 3), x!),
    reference: (x) => {
      const p = softmax(x!);
      const truth = [0, 2, 1, 1, 0];
      return { shape: [], data: Float64Array.of(mean(truth.map((label, i) => -Math.log(p.data[i * 3 + label]!)))) };
    },
    wrt: [0],
  },
  {
    name: 'cumsum',
    kernels: ['Cumsum'],
    inputs: [drawn([4, 6], 95)],
    run: (x) => tf.cumsum(x!, 1),
    reference: (x) => build(x!.shape, ([i, j]) => sum(Array.from(x!.data.slice(i! * 6, i! * 6 + j! + 1)))),
    wrt: [0],
  },
  {
    name: 'euclideanNorm',
    kernels: ['Square', 'Sum', 'Sqrt'],
    inputs: [drawn([4, 6], 96)],
    run: (x) => tf.euclideanNorm(x!, 1),
    reference: (x) => reduced(x!, [1], (values) => Math.hypot(...values)),
    wrt: [0],
  },
  ...segmentCases(),
];

function segmentCases(): ContractCase[] {
  const ids = [2, 0, -1, 2, 1, 0];
  return [
    {
      name: 'unsortedSegmentSum',
      kernels: ['UnsortedSegmentSum'],
      inputs: [drawn([6, 3], 97)],
      run: (x) => tf.unsortedSegmentSum(x!, tf.tensor1d(ids, 'int32'), 4),
      reference: (x) => {
        const out = build([4, 3], () => 0);
        forEachIndex(x!.shape, ([i, j], place) => {
          if (ids[i!]! >= 0) out.data[ids[i!]! * 3 + j!]! += x!.data[place]!;
        });
        return out;
      },
      wrt: [0],
    },
  ];
}
