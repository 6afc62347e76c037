import { useBackend } from '@mer/backends';
import { createModel, modelParameters } from '@mer/models';
import type { PreparedData } from '@mer/training';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { imageQualities } from './image-qualities.js';

beforeAll(() => useBackend('wasm'));

const image = (samples: number, shape: number[]) => ({
  shape,
  values: Float32Array.from({ length: samples * shape.reduce((a, b) => a * b) }, (_, i) => ((i * 7919) % 101) / 101),
});

it('tells how like their targets drawn images are, and nothing of those that are no numbers', async () => {
  const frames = [8, 32, 32, 1];
  const model = createModel('fdp', { classes: 2, preset: 'small', outputs: 'all', inputShape: frames, seed: 2 });
  const data: PreparedData = {
    ...{ classes: ['a', 'b'], labels: [0, 1] },
    ...{ inputs: [image(2, frames)], targets: [image(2, [32, 32, 1])] },
  };
  const loss = { name: 'fdp' } as const;
  const found = await imageQualities(model, data, [0, 1], { loss });
  expect(found).toHaveLength(2);
  for (const one of found) {
    expect(one!.psnr).toBeGreaterThan(0);
    expect(Math.abs(one!.ssim)).toBeLessThan(1);
  }
  const drawn = (
    model.apply(tf.tensor((data.inputs[0] as { values: Float32Array }).values, [2, ...frames]), {
      training: false,
    }) as tf.Tensor[]
  )[1]!;
  const own = { ...data, targets: [{ shape: [32, 32, 1], values: drawn.dataSync() as Float32Array }] };
  expect(await imageQualities(model, own, [0, 1], { loss })).toEqual(
    Array(2).fill({ psnr: 100, ssim: expect.closeTo(1, 9) }),
  );

  for (const { variable } of modelParameters(model)) variable.write(tf.fill(variable.shape as number[], Number.NaN));
  expect(await imageQualities(model, data, [0, 1], { loss })).toEqual([undefined, undefined]);
  model.dispose();
});
