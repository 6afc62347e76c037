import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { repairCpuKernels } from './repair.js';

type Made = { shape: number[]; dtype: string; values: number[] };
type Case = { given: number[][]; dtype?: 'float32' | 'int32'; run: (...given: tf.Tensor[]) => tf.Tensor };

/** What a kernel makes of made-up numbers on one of the two backends. */
async function made(backend: string, { given, dtype = 'float32', run }: Case): Promise<Made> {
  await tf.setBackend(backend);
  const before = tf.memory().numTensors;
  const kept = (tf.backend() as MathBackendCPU).numDataIds();
  const inputs = given.map((shape, index) => tf.randomUniform(shape, -9, 9, dtype, index + 1));
  const output = run(...inputs);
  const result = { shape: output.shape, dtype: output.dtype, values: [...output.dataSync()] };
  tf.dispose([inputs, output]);
  expect(tf.memory().numTensors).toBe(before);
  expect((tf.backend() as MathBackendCPU).numDataIds()).toBe(kept);
  return result;
}

const filter = (attrs: object): Case['run'] => {
  return (x, dy) => tf.engine().runKernel('Conv2DBackpropFilter', { x: x!, dy: dy! }, { dataFormat: 'NHWC', ...attrs });
};
const byChannel = (attrs: object): Case['run'] => {
  return (x, dy) => tf.engine().runKernel('DepthwiseConv2dNativeBackpropFilter', { x: x!, dy: dy! }, attrs as never);
};

const cases: Record<string, Case> = {
  'filter, same': {
    given: [
      [2, 6, 5, 3],
      [2, 6, 5, 4],
    ],
    run: filter({ strides: 1, pad: 'same', filterShape: [3, 3, 3, 4] }),
  },
  'filter, strides and an uneven border': {
    given: [
      [2, 9, 8, 2],
      [2, 5, 3, 5],
    ],
    run: filter({
      strides: [2, 3],
      pad: [
        [0, 0],
        [1, 2],
        [2, 0],
        [0, 0],
      ],
      filterShape: [4, 3, 2, 5],
    }),
  },
  'filter, channels first': {
    given: [
      [2, 3, 6, 5],
      [2, 4, 6, 5],
    ],
    run: filter({ strides: 1, pad: 'same', filterShape: [3, 3, 3, 4], dataFormat: 'NCHW' }),
  },
  'filter by channel, two for each': {
    given: [
      [2, 7, 6, 3],
      [2, 4, 3, 6],
    ],
    run: byChannel({ strides: 2, pad: 'same', dilations: 1, filterShape: [3, 2, 3, 2] }),
  },
  'transpose of rank 1': { given: [[5]], run: (x) => tf.transpose(x!, [0]) },
  'transpose of rank 3, whole numbers': { given: [[2, 3, 4]], dtype: 'int32', run: (x) => tf.transpose(x!, [2, 0, 1]) },
  'transpose of rank 5': { given: [[2, 3, 4, 2, 3]], run: (x) => tf.transpose(x!, [4, 1, 0, 3, 2]) },
  'transpose of nothing': { given: [[2, 0, 3]], run: (x) => tf.transpose(x!) },
  'slice of rank 4': { given: [[3, 5, 4, 3]], run: (x) => tf.slice(x!, [1, 2, 0, 1], [2, 2, 3, 2]) },
  'slice to the end, whole numbers': { given: [[4, 6]], dtype: 'int32', run: (x) => tf.slice(x!, [1, 3], [-1, -1]) },
  'slice of one piece': { given: [[4, 6]], run: (x) => tf.slice(x!, [1, 0], [2, 6]) },
  'sum, first stretched': {
    given: [
      [2, 1, 3],
      [2, 4, 3],
    ],
    run: (a, b) => tf.add(a!, b!),
  },
  'difference, second stretched and shorter': {
    given: [
      [2, 4, 3],
      [4, 1],
    ],
    run: (a, b) => tf.sub(a!, b!),
  },
  'product, both stretched': {
    given: [
      [2, 1, 3, 1],
      [4, 1, 5],
    ],
    run: (a, b) => tf.mul(a!, b!),
  },
  'quotient of what needs no stretching': { given: [[2, 4, 3], [3]], run: (a, b) => tf.div(a!, b!) },
  'larger, a number': { given: [[2, 4, 1], []], run: (a, b) => tf.maximum(a!, b!) },
  'smaller, whole numbers': {
    given: [
      [3, 1],
      [1, 4],
    ],
    dtype: 'int32',
    run: (a, b) => tf.minimum(a!, b!),
  },
  'squared difference': {
    given: [
      [2, 1],
      [2, 3],
    ],
    run: (a, b) => tf.squaredDifference(a!, b!),
  },
};

describe('repairCpuKernels()', () => {
  beforeAll(() => {
    for (const name of ['stock', 'cpu']) {
      const backend = new MathBackendCPU();
      // its first tensor would print an advertisement
      (backend as unknown as { firstUse: boolean }).firstUse = false;
      if (name === 'cpu') tf.removeBackend('cpu');
      tf.registerBackend(name, () => backend);
    }
    tf.copyRegisteredKernels('cpu', 'stock');
    repairCpuKernels();
  });

  it('replaces each kernel once', () => {
    const repaired = tf.getKernel('Transpose', 'cpu');
    expect(repaired).not.toBe(tf.getKernel('Transpose', 'stock'));
    repairCpuKernels();
    expect(tf.getKernel('Transpose', 'cpu')).toBe(repaired);
  });

  it.each(Object.entries(cases))(
    '%s: as tfjs has it to the last digit, and nothing is left behind',
    async (_, each) => {
      expect(await made('cpu', each)).toEqual(await made('stock', each));
    },
  );

  it('text and complex numbers are left to tfjs', async () => {
    await tf.setBackend('cpu');
    const words = tf.tensor2d(['a', 'b', 'c', 'd'], [2, 2]);
    expect(tf.slice(words, [0, 1], [2, 1]).dataSync()).toEqual(['b', 'd']);
    const sum = tf.add(tf.complex([[1, 2]], [[3, 4]]), tf.complex([[1], [2]], [[1], [1]]));
    expect([...tf.real(sum).dataSync()]).toEqual([2, 3, 3, 4]);
    expect([...tf.imag(sum).dataSync()]).toEqual([4, 5, 4, 5]);
  });
});
