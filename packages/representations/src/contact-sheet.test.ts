import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { contactSheet, displayImage } from './contact-sheet.js';
import { flowToColor } from './flow/flow-to-color.js';

describe('displayImage()', () => {
  it('draws gray, color, flow, several parts and histograms', async () => {
    expect([...(await displayImage(tf.tensor3d([0, 0.5], [1, 2, 1]))).dataSync()]).toEqual([0, 0, 0, 0.5, 0.5, 0.5]);
    const color = tf.tensor3d([0, 0.5, 1], [1, 1, 3]);
    expect((await displayImage(color)).dataSync()).toEqual(color.dataSync());
    const flow = tf.tensor3d([1, 2, 0, 0], [1, 2, 2]);
    expect((await displayImage(flow)).dataSync()).toEqual(flowToColor(flow).dataSync());
    expect([...(await displayImage(tf.tensor3d([0, 0, 0, 1, 1, 1], [1, 1, 6]))).dataSync()]).toEqual([
      0, 0, 0, 1, 1, 1,
    ]);
    const bars = await displayImage(tf.tensor3d([1, 0.5, 0, 0], [1, 1, 4]));
    expect(bars.shape).toEqual([26, 6, 3]);
    expect(bars.arraySync()[0]!.map(([r]) => r! < 0.5)).toEqual([true, false, false, false, false, false]);
    expect(bars.arraySync()[13]!.map(([r]) => r! < 0.5)).toEqual([true, true, false, false, false, false]);
  });

  it('draws the noise of a flow without motion dark, and one wild pixel does not hide the rest', async () => {
    const noise = await displayImage(tf.fill([20, 20, 2], 0.035) as tf.Tensor3D);
    expect(tf.max(noise).dataSync()[0]).toBeCloseTo(0.1, 2);
    const wild = tf.tensor3d(
      Array.from({ length: 800 }, (_, i) => (i < 2 ? 50 : 1)),
      [20, 20, 2],
    );
    expect(tf.max(await displayImage(wild), [0, 2]).dataSync()[10]).toBe(1);
  });

  it('puts 0 at gray where values are signed', async () => {
    const values = (await displayImage(tf.tensor3d([-2, 0, 2], [1, 3, 1]))).dataSync();
    expect([values[0], values[3], values[6]]).toEqual([0, 0.5, 1]);
  });
});

describe('contactSheet()', () => {
  it('lays the tiles out with captions, and leaks nothing', async () => {
    const image = tf.fill([10, 20, 1], 0.5) as tf.Tensor3D;
    const before = tf.memory().numTensors;
    const sheet = await contactSheet(
      [1, 2, 3].map((i) => ({ image, caption: `I${i}` })),
      { columns: 2, tile: 20, margin: 4 },
    );
    expect(sheet.shape).toEqual([2 * 35 + 4, 2 * 24 + 4, 3]);
    expect(tf.memory().numTensors).toBe(before + 1);
    const rows = sheet.arraySync();
    // the picture keeps its proportions in the middle of its square
    expect(rows[4 + 4]![10]![0]).toBe(1);
    expect(rows[4 + 10]![10]).toEqual([0.5, 0.5, 0.5]);
    const caption = rows.slice(28, 35).map((row) =>
      row
        .slice(4, 24)
        .map(([r]) => (r! < 0.5 ? '#' : '.'))
        .join(''),
    );
    expect(caption[0]).toBe('.....###....#.......');
    expect(caption[6]).toBe('.....###...###......');
  });

  it('rejects an empty sheet', async () => {
    await expect(contactSheet([])).rejects.toThrow(/at least one tile/);
    await expect(contactSheet([{ image: tf.zeros([2, 2, 1]), caption: '' }], { columns: 0 })).rejects.toThrow(
      /columns must be an integer of at least 1: current value is 0/,
    );
  });
});
