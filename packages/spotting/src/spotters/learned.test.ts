import { readFileSync } from 'node:fs';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { checkOptions } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { around, type Motion, pulse, recordingOf } from '../../test/moving-face.js';
import { spot } from '../define-spotter.js';
import { momentSource } from '../learning/answer-moments.js';
import { defineLearningSpotter } from '../learning/define-learning-spotter.js';
import { withNetworks } from '../learning/with-networks.js';
import { flowPeaks } from './flow-peaks.js';
import { momentImage } from './moment-images.js';
import { mtsn } from './mtsn.js';
import { softnet } from './softnet.js';
import { type Point, softnetRegions } from './softnet-regions.js';

beforeAll(() => tf.setBackend('wasm'));
afterAll(() => tf.setBackend('cpu'));

const golden = JSON.parse(readFileSync(new URL('../../test/golden/moments.json', import.meta.url), 'utf8'));
const brow: Motion = (t, x, y) => [0, -4 * pulse(t, 10, 18) * around(x, y, [51, 46], 26)];
const quick = checkOptions('look', softnet.options, { flow: 'farneback', rate: 15, micro: 0.2, macro: 0.4 });

describe('momentImage()', () => {
  it.each([42, 28])('equals what OpenCV makes in the steps of the authors, %i pixels', (size) => {
    const flow = new Float32Array(128 * 128 * 2);
    for (let y = 0, i = 0; y < 128; y++) {
      for (let x = 0; x < 128; x++) {
        flow[i++] = 0.6 * Math.sin(x / 11 + y / 17) + 0.3 * Math.cos(y / 7) + 0.2;
        flow[i++] = 0.5 * Math.cos(x / 13 - y / 9) - 0.4 * Math.sin(x / 6) - 0.1;
      }
    }
    const made = momentImage(flow, softnetRegions(golden.points as Point[]), size);
    const expected = golden[String(size)] as number[];
    expect(made).toHaveLength(expected.length);
    expect(Math.max(...expected.map((value, i) => Math.abs(value - made[i]!)))).toBeLessThanOrEqual(1);
  });
});

describe('softnet', () => {
  it('sees for each frame the motion until half an expression later, and leaves nothing behind', async () => {
    const recording = recordingOf(20, brow, 15);
    const before = tf.memory().numTensors;
    const moments = await softnet.learning.look(recording, quick, {});
    expect(tf.memory().numTensors).toBe(before);
    expect(moments).toMatchObject({ rate: 15, stride: 1, frames: 20 });
    const { micro, macro } = moments.images;
    expect([micro!.reach, micro!.shape, macro!.shape]).toEqual([3, [17, 42, 42, 3], [14, 42, 42, 3]]);
    // |v| is greatest around the brow on the left, in the moment in which it rises
    const image = (await momentSource(moments).read('micro', [11])) as Uint8Array;
    const strongest = Array.from({ length: 42 * 42 }, (_, p) => p).reduce((a, b) =>
      image[3 * b + 1]! > image[3 * a + 1]! ? b : a,
    );
    expect([Math.floor(strongest / 42) < 21, strongest % 42 < 21]).toEqual([true, true]);
  });

  it('decides as peaks of one number do, and cannot before its networks have learned', async () => {
    const course = (reach: number) => ({ reach, values: Float32Array.from({ length: 40 }, (_, i) => pulse(i, 8, 20)) });
    const measured = { rate: 30, stride: 1, frames: 46, courses: { micro: course(4), macro: course(8) } };
    const options = checkOptions('decide', softnet.options, {});
    expect(softnet.decide(measured, options)).toEqual(
      flowPeaks.decide(measured, checkOptions('decide', flowPeaks.options, {})),
    );
    expect(softnet.trace!(measured, options).map(({ name }) => name)).toEqual(['score, micro', 'score, macro']);
    await expect(async () => spot(recordingOf(5, brow), softnet)).rejects.toThrow(/its networks must have learned/);
    expect(() => withNetworks(softnet, {})).toThrow(/must have micro and macro: micro, macro is missing/);
    expect(() => withNetworks(flowPeaks, {})).toThrow(/must be a spotter that learns/);
  });

  it('wants 1 of moments whose frames meet those after the onset', () => {
    const counts = {
      rate: 30,
      stride: 2,
      frames: 60,
      images: { micro: { reach: 4, shape: [26, 42, 42, 3] as const } },
    };
    const truth = [
      { onset: 20, offset: 29, kind: 'micro' as const },
      { onset: 40, offset: 59, kind: 'macro' as const },
    ];
    const targets = softnet.learning.targets('micro', counts, truth, quick);
    // onset 10 and offset 14 of the frames looked at: windows i..i + 3 that meet 11..14
    expect(targets.indexOf(1)).toBe(8);
    expect(targets.lastIndexOf(1)).toBe(14);
  });
});

describe('mtsn', () => {
  const options = checkOptions('decide', mtsn.options, {});

  it('finds what stands out over the length of a micro-expression, and what lasts', () => {
    const values = new Float32Array(300);
    values.fill(0.75, 40, 56).fill(1, 44, 52);
    for (let i = 150; i < 230; i++) values[i] = 0.72 + 0.28 * Math.sin((Math.PI * (i - 150)) / 80);
    const found = mtsn.decide({ rate: 30, stride: 2, frames: 606, values }, options);
    expect(found.map(({ kind }) => kind)).toEqual(['micro', 'macro']);
    const [micro, macro] = found;
    // in frames of the recording, of which every other one was looked at
    expect(Math.abs(micro!.apex - 96)).toBeLessThanOrEqual(4);
    expect(micro!.onset).toBeGreaterThanOrEqual(2 * 34);
    expect(Math.abs(macro!.apex - 380)).toBeLessThanOrEqual(8);
    expect(mtsn.decide({ rate: 30, stride: 1, frames: 300, values: new Float32Array(294) }, options)).toEqual([]);
    expect(mtsn.decide({ rate: 30, stride: 1, frames: 9, values: new Float32Array(3) }, options)).toEqual([]);
  });

  it('wants labels that rise to the apex in part', () => {
    const shape = [20, 28, 28, 3] as const;
    const counts = {
      rate: 30,
      stride: 1,
      frames: 26,
      images: { long: { reach: 6, shape }, short: { reach: 1, shape } },
    };
    const targets = mtsn.learning.targets('both', counts, [{ onset: 4, apex: 6, offset: 10, kind: 'micro' }], options);
    expect(Array.from(targets.slice(3, 12), (value) => Math.round(1000 * value))).toEqual([
      0, 700, 850, 1000, 925, 850, 775, 700, 0,
    ]);
    const hard = checkOptions('decide', mtsn.options, { soft: 0 });
    expect(
      mtsn.learning.targets('both', counts, [{ onset: 4, offset: 10, kind: 'micro' }], hard).reduce((a, b) => a + b),
    ).toBe(7);
  });

  it('spots with a network, and leaves nothing behind but that', async () => {
    const network = await mtsn.learning.create('both', options, 3);
    const spotter = withNetworks(mtsn, { both: network });
    const recording = recordingOf(14, brow, 15);
    await spot(recording, spotter, { flow: 'farneback', rate: 15 });
    const before = tf.memory().numTensors;
    expect(await spot(recording, spotter, { flow: 'farneback', rate: 15 })).toEqual([]);
    expect(tf.memory().numTensors).toBe(before);
    network.dispose();
  });
});

describe('defineLearningSpotter()', () => {
  it('refuses what lacks something', () => {
    expect(() => defineLearningSpotter({ ...mtsn, learning: { ...mtsn.learning, look: undefined as never } })).toThrow(
      /learning\.look must be a function/,
    );
    expect(() =>
      defineLearningSpotter({ ...mtsn, learning: { ...mtsn.learning, trains: ['epoch' as never] } }),
    ).toThrow(/learning\.trains must be a list of its options: current value is epoch/);
  });
});
