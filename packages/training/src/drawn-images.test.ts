import { useBackend } from '@mer/backends';
import { createModel } from '@mer/models';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { drawnImages } from './drawn-images.js';
import type { PreparedData } from './prepared-data.js';

const small = { classes: 2, preset: 'small', inputShape: [8, 32, 32, 1], seed: 3 } as const;
const noise = (samples: number, shape: number[]) => ({
  shape,
  values: Float32Array.from({ length: samples * shape.reduce((a, b) => a * b) }, (_, i) => ((i * 7919) % 101) / 101),
});
const data: PreparedData = {
  classes: ['a', 'b'],
  labels: [0, 1, 0],
  inputs: [noise(6, [8, 32, 32, 1])],
  targets: [noise(6, [32, 32, 1])],
  views: { count: 2, train: [[0]], test: [1] },
};

beforeAll(() => useBackend('wasm'));

it('are those of the second output, of the view that is tested, whatever the batch', async () => {
  const model = createModel('fdp', { ...small, outputs: 'all' });
  const before = tf.memory().numTensors;
  const collect = async (batchSize: number) => {
    const found = [];
    for await (const one of drawnImages(model, data, [2, 0], { loss: { name: 'fdp' }, batchSize })) found.push(one);
    return found;
  };
  const [first, second] = await collect(1);
  expect(tf.memory().numTensors).toBe(before);
  const row = (of: 'inputs' | 'targets', at: number, size: number) =>
    (data[of]![0] as { values: Float32Array }).values.subarray(at * size, (at + 1) * size);
  expect(first).toMatchObject({ width: 32, height: 32, channels: 1 });
  expect(first!.expected).toEqual(row('targets', 5, 1024));
  expect(second!.expected).toEqual(row('targets', 1, 1024));
  const input = tf.tensor(row('inputs', 1, 8 * 1024), [1, 8, 32, 32, 1]);
  const [, drawn] = model.apply(input, { training: false }) as tf.Tensor[];
  expect(Array.from(second!.actual)).toEqual(Array.from(drawn!.dataSync()));
  const together = await collect(64);
  for (const [i, { actual }] of together.entries()) {
    const other = i === 0 ? first! : second!;
    expect(Math.max(...actual.map((value, k) => Math.abs(value - other.actual[k]!)))).toBeLessThan(1e-5);
  }
  model.dispose();
});

it('are none where the loss compares no images, and where there are none', async () => {
  const model = createModel('fdp', small);
  for (const [name, given] of [
    ['cross-entropy', data],
    ['fdp', data],
    ['fdp', { ...data, targets: [] }],
  ] as const) {
    const found = drawnImages(model, given, [0], { loss: { name } as never });
    expect(await found.next()).toEqual({ done: true, value: undefined });
  }
  model.dispose();
});
