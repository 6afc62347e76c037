import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeImage, encodeImage, readImage, writeImage } from './node/image-files.js';

const noise = (shape: [number, number, number]): tf.Tensor3D =>
  tf.tensor3d(
    Float32Array.from({ length: shape[0] * shape[1] * shape[2] }, (_, i) => (i * 73 + (i >> 3) * 19) % 256),
    shape,
  );

let folder: string;
beforeAll(async () => {
  await tf.ready();
  folder = await mkdtemp(join(tmpdir(), 'mer-io-'));
});

describe('images', () => {
  for (const format of ['png', 'bmp'] as const) {
    for (const channels of [1, 3, 4] as const) {
      it(`${format} with ${channels} channels comes back exactly`, async () => {
        const before = tf.memory().numTensors;
        const tensor = noise([7, 5, channels]);
        const path = join(folder, `noise-${channels}.${format}`);
        await writeImage(path, tensor, { range: 'byte' });
        const back = await readImage(path, { channels, range: 'byte' });
        expect(back.shape).toEqual([7, 5, channels]);
        expect(await back.data()).toEqual(await tensor.data());
        const unit = await readImage(path, { channels });
        expect(Array.from(await unit.data())).toEqual(Array.from(await tensor.data(), (v) => Math.fround(v / 255)));
        tf.dispose([tensor, back, unit]);
        expect(tf.memory().numTensors).toBe(before);
      });
    }
  }

  it('jpeg comes back nearly', async () => {
    const tensor = tf.fill([16, 16, 3], 0.5);
    const bytes = await encodeImage(tensor, 'jpeg');
    const { data } = await decodeImage(bytes);
    for (const value of data) expect(Math.abs(value - 128)).toBeLessThanOrEqual(2);
    tensor.dispose();
  });

  it('a damaged file is an error with its name, and leaves nothing behind', async () => {
    const tensor = noise([32, 32, 3]);
    for (const format of ['png', 'jpeg', 'bmp'] as const) {
      const bytes = await encodeImage(tensor, format, { range: 'byte' });
      const path = join(folder, `cut.${format}`);
      await writeFile(path, bytes.subarray(0, bytes.length >> 1));
      await expect(readImage(path)).rejects.toThrow(path);
    }
    tensor.dispose();
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});
