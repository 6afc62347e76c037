import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openClipFolder, type ReadClipOptions } from '@mer/datasets';
import { encodeImage } from '@mer/io';
import { holdClip, isLongClip } from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readClip } from './read-clip.js';

let root = '';
beforeAll(async () => {
  await tf.setBackend('cpu');
  root = await mkdtemp(join(tmpdir(), 'mer-read-clip-'));
  await mkdir(join(root, 's1', 'c1'), { recursive: true });
  for (let frame = 1; frame <= 12; frame++) {
    const picture = tf.tidy(() => tf.randomUniform([40, 52, 3], 0, 1, 'float32', frame));
    await writeFile(join(root, 's1', 'c1', `img${frame}.png`), await encodeImage(picture as tf.Tensor3D, 'png'));
  }
  await writeFile(join(root, 'manifest.csv'), 'subject,clip,label,onset,apex,offset\ns1,c1,a,3,6,9\ns1,c1b,b,3,6,9');
  await mkdir(join(root, 's1', 'c1b'));
  await writeFile(join(root, 's1', 'c1b', 'img1.png'), await encodeImage(tf.zeros([40, 52, 3]) as tf.Tensor3D, 'png'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe('readClip()', () => {
  it.each<[string, ReadClipOptions]>([
    ['as stored, onset to offset', { from: 'onset', to: 'offset' }],
    ['smaller', { from: 'onset', to: 'offset', size: 20 }],
    ['larger, of two sides, in gray', { from: 'first', to: 'last', size: [64, 70], color: false }],
    ['up to the apex', { from: 'onset', to: 'apex', size: 32 }],
  ])('reads a folder of frames as a data set does: %s', async (_how, options) => {
    const dataset = await openClipFolder({ root, missing: 'drop' });
    const index = dataset.samples.findIndex(({ clip }) => clip === 'c1');
    const expected = await dataset.readClip(index, options);
    const before = tf.memory().numTensors;
    for (const tooLong of [() => false, () => true]) {
      const marks = { onset: 3, apex: 6, offset: 9 };
      const { clip, numbers, spotted, close } = await readClip(join(root, 's1', 'c1'), marks, options, tooLong);
      expect(isLongClip(clip)).toBe(tooLong());
      const { frames } = isLongClip(clip) ? await holdClip(clip) : clip;
      expect(frames.shape).toEqual(expected.frames.shape);
      expect(frames.dataSync()).toEqual(expected.frames.dataSync());
      const { onset, apex, offset } = expected;
      expect([clip.onset, clip.apex, clip.offset]).toEqual([onset, apex, offset]);
      expect([numbers[clip.onset], numbers[clip.apex!], spotted]).toEqual([3, 6, false]);
      if (isLongClip(clip)) frames.dispose();
      await close();
      expect(tf.memory().numTensors).toBe(before);
    }
    expected.frames.dispose();
  });

  it('spots an apex between onset and offset, and counts frames by their own numbers', async () => {
    const before = tf.memory().numTensors;
    const found: (number | null)[] = [];
    for (const tooLong of [() => false, () => true]) {
      const { clip, numbers, spotted, close } = await readClip(join(root, 's1', 'c1'), { onset: 4 }, {}, tooLong);
      expect(clip.frames.shape[0]).toBe(12);
      expect([numbers[clip.onset], numbers[clip.offset], spotted]).toEqual([4, 12, true]);
      expect(clip.apex).toBeGreaterThanOrEqual(clip.onset);
      found.push(clip.apex);
      await close();
    }
    expect(found[1]).toBe(found[0]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('names a frame of another size', async () => {
    const other = join(root, 'other');
    await mkdir(other);
    const sides: [number, number, number][] = [
      [8, 8, 3],
      [8, 9, 3],
    ];
    for (const [i, shape] of sides.entries()) {
      await writeFile(join(other, `${i}.png`), await encodeImage(tf.zeros(shape) as tf.Tensor3D, 'png'));
    }
    await expect(readClip(other, {})).rejects.toThrow(/'[01]\.png'.*frames must all have one size/);
  });
});
