import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addFrames } from '../../test/releases.js';
import { memoryFolder } from '../../test/support.js';
import { openClipFolder } from '../sets/clip-folder.js';

describe('readClip() on the wasm backend', () => {
  beforeAll(() => tf.setBackend('wasm'));
  afterAll(() => tf.setBackend('cpu'));

  const files: Record<string, Uint8Array | string> = { 'manifest.csv': 'subject,clip,label\na,good,0\na,bad,1' };
  addFrames(files, 'a/good', 1, 9, (frame) => `${frame}.bmp`);
  addFrames(files, 'a/bad', 1, 9, (frame) => `${frame}.bmp`);
  files['a/bad/5.bmp'] = (files['a/bad/5.bmp'] as Uint8Array).subarray(0, 60);

  it('gives the frames that it gives on the cpu backend, put into the heap while that grows', async () => {
    const dataset = await openClipFolder({ root: memoryFolder(files) });
    for (const options of [{}, { size: 7 }, { size: [5, 9] as const, color: false }]) {
      const reading = dataset.readClip(1, options);
      const large = tf.zeros([3000, 3000]);
      const clip = await reading;
      const values = await clip.frames.data();
      large.dispose();
      await tf.setBackend('cpu');
      const again = await dataset.readClip(1, options);
      expect(clip.frames.shape).toEqual(again.frames.shape);
      expect(Array.from(values)).toEqual(Array.from(await again.frames.data()));
      await tf.setBackend('wasm');
      tf.dispose([clip.frames, again.frames]);
    }
  });

  it('leaks nothing, also where a picture is broken', async () => {
    const dataset = await openClipFolder({ root: memoryFolder(files) });
    const before = tf.memory().numTensors;
    await expect(dataset.readClip(0)).rejects.toThrow(/a\/bad\/5\.bmp/);
    expect(tf.memory().numTensors).toBe(before);
    const { frames } = await dataset.readClip(1);
    expect(tf.memory().numTensors).toBe(before + 1);
    frames.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
