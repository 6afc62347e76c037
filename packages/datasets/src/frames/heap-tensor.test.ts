import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addFrames } from '../../test/releases.js';
import { memoryFolder } from '../../test/support.js';
import { openClipFolder } from '../sets/clip-folder.js';
import { frameStack } from './frame-stack.js';
import { readFrames } from './read-frames.js';

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

  it('refuses a clip of 4 GiB or more, whose size would wrap at 32 bits, and overwrites nothing', async () => {
    const sentinels = [1000, 1_000_000].map((size) => tf.range(0, size));
    const before = tf.memory();
    const data = new Uint8Array(640 * 480 * 3).fill(200);
    const picture = { width: 640, height: 480, channels: 3 as const, data };
    // 1166 frames wrap to 3 MB, less than one frame; 2330 to 7 MB, two of them
    for (const count of [1165, 1166, 1167, 2000, 2330, 1e9]) {
      const stack = frameStack('long', count, {});
      const bytes = count * data.length * 4;
      expect(() => stack.put(0, picture)).toThrow(
        `Cannot read clip long as its ${count} frames of 640 x 480, ${bytes} bytes, must fit into memory: `,
      );
      expect(() => stack.put(1, picture)).toThrow(
        /at most 4294967296, of which tensors hold .* fewer or smaller frames/,
      );
      stack.abandon();
    }
    expect(tf.memory()).toEqual(before);
    for (const sentinel of sentinels) expect(sentinel.dataSync().every((value, i) => value === i)).toBe(true);
    expect(tf.tidy(() => tf.sum(tf.ones([1000])).dataSync()[0])).toBe(1000);
    tf.dispose(sentinels);
  });

  it('names no picture where there is no room for the clip', async () => {
    const folder = memoryFolder(files);
    const reading = readFrames(folder, new Array(2 ** 14).fill('a/good/1.bmp'), { size: 4096 });
    await expect(reading).rejects.toThrow(/^Cannot read clip in memory as its 16384 frames of 4096 x 4096, \d+ bytes/);
    await expect(reading).rejects.toThrow(RangeError);
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
